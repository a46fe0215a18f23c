"""Evidence as people keep it: sent, told by content, shown as a picture, linked, replaced, withdrawn."""

import io
import re
import zipfile
import zlib

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

from junheng.base.people import Role
from junheng.operations.evidence import words
from junheng.rulebook.loader import load_rulebook
from junheng.store.models import Event, Evidence, EvidenceLink

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def picture(kind="PNG", size=(40, 30), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def word_file():
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def huge_picture():
    """A small file that says it is a picture of ten thousand million pixels."""
    content = bytearray(picture())
    content[16:24] = (100_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.fixture
def clerk(browser):
    return browser(Role.SCHOOL_CLERK)


@pytest.fixture
def library(world):
    return f"/regions/{world.regions['S1'].pk}/evidence/"


def send(client, url, *contents, names=("材料.pdf",), **more):
    sent = [
        SimpleUploadedFile(name, content)
        for name, content in zip(names * len(contents), contents, strict=False)
    ]
    typed = {"title": "学校章程", "kind": "document", "issuer": "县教育局", **more}
    return client.post(url, {**typed, "file": sent})


GOOD = {
    "pdf": (PDF, "章程.pdf"),
    "png": (picture(), "照片.png"),
    "jpeg": (picture("JPEG"), "照片.jpg"),
    "webp": (picture("WEBP"), "照片.webp"),
    "docx": (word_file(), "总结.docx"),
    "xlsx": (workbook(), "台账.xlsx"),
}


@pytest.mark.parametrize("media", GOOD)
def test_a_paper_is_told_by_its_content_whatever_its_name_says(clerk, library, media):
    content, _ = GOOD[media]
    assert send(clerk, library, content, names=("../../etc/说是.pdf",)).status_code == 302
    one = Evidence.objects.get()
    assert (one.media, one.name) == (media, "说是.pdf")
    page = clerk.get(f"/evidence/{one.pk}/")
    assert "学校章程" in text(page)
    sent = clerk.get(f"/evidence/{one.pk}/file/")
    assert sent.content == content
    assert sent["Content-Disposition"].startswith("attachment")
    assert "sandbox" in sent["Content-Security-Policy"]
    assert sent["X-Content-Type-Options"] == "nosniff"
    shown = clerk.get(f"/evidence/{one.pk}/preview/")
    if media in {"docx", "xlsx"}:
        assert shown.status_code == 404
    else:
        assert Image.open(io.BytesIO(shown.content)).format == "PNG"
        assert shown.content != content


BAD = {
    "an empty file": (b"", "是空文件"),
    "a page": (b"<html><script>alert(1)</script></html>", "不是 PDF、图片"),
    "a drawing with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是 PDF、图片"),
    "a PDF that acts": (PDF.replace(b"/Type/Catalog", b"/OpenAction<</JS(x)>>/Type/Catalog"), "脚本"),
    "a PDF cut off": (b"%PDF-1.4\n1 0 obj<</Type", "已损坏"),
    "a picture cut off": (picture(size=(400, 300))[:200], "已损坏"),
    "a huge picture": (huge_picture(), "太大"),
    "an archive of nothing known": (packed({"a.txt": b"x"}), "不是 PDF、图片"),
    "macros": (packed({"word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}), "带有宏"),
    "something embedded": (
        packed({"xl/workbook.xml": b"<x/>", "xl/embeddings/o.bin": b"x"}), "嵌入的文件"),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧的 Office"),
    "a program": (b"MZ" + b"\0" * 600, "不是 PDF、图片"),
    "a bomb": (packed({"word/document.xml": b"0" * 300_000_000}), "已损坏"),
}  # fmt: skip


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_no_harmless_paper_is_one_sentence(clerk, library, content):
    sent, says = content
    answer = send(clerk, library, sent)
    assert (answer.status_code, Evidence.objects.count()) == (422, 0)
    assert says in text(answer)


def test_several_files_come_at_once_and_what_is_bad_is_named(clerk, library):
    answer = send(clerk, library, PDF, b"nothing", picture(), names=("好.pdf", "坏.pdf", "好.png"))
    assert answer.status_code == 422
    assert "“坏.pdf”不能作佐证材料" in text(answer)
    assert sorted(one.title for one in Evidence.objects.all()) == ["学校章程（1）", "学校章程（3）"]


def test_a_paper_proves_an_indicator_until_it_is_withdrawn(clerk, library, world):
    send(clerk, library, PDF)
    one, school = Evidence.objects.get(), world.regions["S1"]
    url, needs = f"/evidence/{one.pk}/", f"/regions/{school.pk}/needs/?year={one.at.year}"
    before = text(clerk.get(needs))
    typed = {"indicator": "charter", "region": school.pk, "year": one.at.year}
    assert clerk.post(url, typed).status_code == 302
    assert clerk.post(url, typed).status_code == 302
    assert EvidenceLink.objects.count() == 1
    assert text(clerk.get(needs)).count("齐了") == before.count("齐了") + 1
    assert clerk.post(url, {"do": "withdraw", "reason": " "}).status_code == 422
    assert clerk.post(url, {"do": "withdraw", "reason": "已作废"}).status_code == 302
    assert text(clerk.get(needs)) == before
    assert "停用：已作废" in text(clerk.get(url))
    assert clerk.post(url, typed).status_code == 422
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"add_evidence", "link_evidence", "withdraw_evidence"} <= actions


def test_a_paper_that_has_expired_proves_nothing(clerk, library, world):
    send(clerk, library, PDF, expires_on="2020-01-01")
    one, school = Evidence.objects.get(), world.regions["S1"]
    typed = {"indicator": "charter", "region": school.pk, "year": one.at.year}
    clerk.post(f"/evidence/{one.pk}/", typed)
    assert "齐了" not in text(clerk.get(f"/regions/{school.pk}/needs/?year={one.at.year}"))
    assert "已过期" in text(clerk.get(library))


def test_a_newer_version_takes_over_what_the_old_one_proves(clerk, library, world):
    send(clerk, library, PDF)
    one = Evidence.objects.get()
    typed = {"indicator": "charter", "region": world.regions["S1"].pk, "year": one.at.year}
    clerk.post(f"/evidence/{one.pk}/", typed)
    answer = send(clerk, f"/evidence/{one.pk}/replace/", picture(), title="新章程")
    assert answer.status_code == 302
    newer = Evidence.objects.get(replaces=one)
    assert EvidenceLink.objects.get().evidence == newer
    assert "已有新版" in text(clerk.get(f"/evidence/{one.pk}/"))
    assert "学校章程" not in text(clerk.get(library)).split("存材料")[0].split("查找")[1]
    assert "旧版" in text(clerk.get(f"{library}?all=1"))
    assert send(clerk, f"/evidence/{one.pk}/replace/", PDF).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"indicator": "nothing"}, {"year": "1066"}, {"year": "x"}, {"region": "0"}],
    ids=["indicator", "year", "no year", "place"],
)
def test_a_link_to_what_is_not_there_is_refused(clerk, library, world, wrong):
    send(clerk, library, PDF)
    one = Evidence.objects.get()
    typed = {"indicator": "charter", "region": world.regions["S1"].pk, "year": one.at.year} | wrong
    assert clerk.post(f"/evidence/{one.pk}/", typed).status_code == 422
    other = {"indicator": "charter", "region": world.regions["S2"].pk, "year": one.at.year}
    assert clerk.post(f"/evidence/{one.pk}/", other).status_code == 422
    assert EvidenceLink.objects.count() == 0


def test_a_link_of_a_paper_set_aside_stays_and_it_is_said_why(clerk, library, world):
    send(clerk, library, PDF)
    one = Evidence.objects.get()
    typed = {"indicator": "charter", "region": world.regions["S1"].pk, "year": one.at.year}
    clerk.post(f"/evidence/{one.pk}/", typed)
    clerk.post(f"/evidence/{one.pk}/", {"do": "withdraw", "reason": "已作废"})
    link = EvidenceLink.objects.get()
    answer = clerk.post(f"/evidence-links/{link.pk}/", follow=True)
    assert "已经没有了" in text(answer)
    assert EvidenceLink.objects.get() == link


def test_above_the_counties_nothing_is_counted_but_they_are_listed(browser, world):
    city = world.regions["900101"].parent
    page = text(browser(Role.CITY_REVIEWER).get(f"/regions/{city.pk}/needs/"))
    assert world.regions["900101"].name in page
    assert "所" not in page.split("请选下面的一个看")[1]


def test_days_upside_down_are_refused(clerk, library):
    answer = send(clerk, library, PDF, period_from="2026-09-01", period_to="2026-01-01")
    assert answer.status_code == 422
    assert "日期先后" in text(answer)


def test_a_county_s_paper_serves_its_schools_and_is_nobody_else_s(browser, world):
    county = browser(Role.COUNTY_CLERK)
    library = f"/regions/{world.regions['900101'].pk}/evidence/"
    send(county, library, PDF)
    one = Evidence.objects.get()
    typed = {"indicator": "charter", "region": world.regions["S2"].pk, "year": one.at.year}
    assert county.post(f"/evidence/{one.pk}/", typed).status_code == 302
    for page in ("", "file/", "preview/"):
        url = f"/evidence/{one.pk}/{page}"
        assert browser(Role.SCHOOL_CLERK).get(url).status_code == 404
        assert browser(Role.COUNTY_CLERK, inside=False).get(url).status_code == 404
        assert browser(Role.CITY_REVIEWER).get(url).status_code == 200
    assert browser(Role.CITY_REVIEWER).post(f"/evidence/{one.pk}/", typed).status_code == 403


def test_what_is_needed_speaks_of_indicators_and_kinds_there_are():
    indicators = {one.id for one in load_rulebook("moe-2017-6").indicators}
    for one in words()["need"]:
        assert one["indicator"] in indicators
        assert one["kind"] in words()["kinds"]
        assert one["whose"] in {"county", "school"}


def test_pages_cost_the_same_however_many_papers_there_are(
    clerk, library, django_assert_max_num_queries
):
    send(clerk, library, *[PDF] * 9)
    for page in (library, library.replace("evidence", "needs")):
        with django_assert_max_num_queries(12):
            assert clerk.get(page).status_code == 200
