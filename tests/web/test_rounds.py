"""A round from its opening to a workbook taken over and taken back, as people do it."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.store.models import Round, Upload, Value
from world import sample_workbook


@pytest.fixture(scope="session")
def workbook():
    return sample_workbook()


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def opened(world, clerk):
    url = f"/regions/{world.regions['900101'].pk}/rounds/"
    typed = {
        "round_name": "2026 年秋季", "rulebook": "moe-2017-6", "on": "2026-09-01",
        "opens_at": "2026-01-01T08:00", "deadline": "2099-12-31T18:00",
    }  # fmt: skip
    assert clerk.post(url, typed).status_code == 302
    return f"/rounds/{Round.objects.get().pk}/"


def send(client, url, content, name="样例县.xlsx"):
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


def changed(content, cells):
    book = load_workbook(BytesIO(content))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_round_is_opened_and_listed(world, clerk, opened):
    assert opened
    assert "正在填报" in text(clerk.get(f"/regions/{world.regions['900101'].pk}/rounds/"))


def test_a_round_that_ends_before_it_begins_is_refused_where_it_was_typed(world, clerk):
    url = f"/regions/{world.regions['900101'].pk}/rounds/"
    typed = {
        "round_name": "x", "rulebook": "moe-2017-6", "on": "2026-09-01",
        "opens_at": "2026-02-01T08:00", "deadline": "2026-01-01T08:00",
    }  # fmt: skip
    answer = clerk.post(url, typed)
    assert (answer.status_code, Round.objects.count()) == (422, 0)
    assert "截止时间要晚于开始时间" in text(answer)


def test_a_workbook_is_sent_looked_at_taken_over_and_taken_back(clerk, opened, workbook):
    seen = send(clerk, opened, workbook)
    page = text(clerk.get(seen["Location"]))
    assert "采用后会改动" in page
    assert "小学在校学生数" in text(clerk.get(f"{seen['Location']}?page=4")) + page
    assert "<td>存在违规择校</td><td>未填报</td><td>否</td>" in page
    assert Value.objects.count() == 0
    answer = clerk.post(f"{seen['Location']}commit/", follow=True)
    assert "已采用" in text(answer)
    assert Value.objects.count() > 10_000
    again = send(clerk, opened, workbook)
    assert "完全一样" in text(clerk.get(again["Location"]))
    answer = clerk.post(f"{seen['Location']}undo/", follow=True)
    assert "已撤销" in text(answer)
    assert not Value.objects.filter(superseded_by__isnull=True).exclude(text="").exists()


def test_refusals_are_told_by_cell_and_a_corrected_workbook_comes_in(clerk, opened, workbook):
    seen = send(clerk, opened, changed(workbook, {("学校", "N4"): "很多"}))
    page = text(clerk.get(seen["Location"]))
    assert "有 1 处退回项" in page
    assert "<td>学校</td><td>N4</td>" in page
    assert "采用</button>" not in page
    assert Upload.objects.get().state == "rejected"
    seen = send(clerk, opened, workbook)
    assert "采用</button>" in text(clerk.get(seen["Location"]))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("县.xlsx", b"PK\3\4 torn", "已损坏"),
        ("县.xlsx", b"<html></html>", "无法使用"),
        ("县.exe", b"MZ" * 100, "无法使用"),
    ],
)
def test_what_is_no_workbook_is_one_sentence(clerk, opened, name, content, says):
    page = text(clerk.get(send(clerk, opened, content, name)["Location"]))
    assert says in page
    assert "采用</button>" not in page
    assert Upload.objects.get().state == "unreadable"
    assert "读不了" in text(clerk.get(opened))


def test_a_file_too_large_is_not_even_looked_at(clerk, opened, settings):
    settings.UPLOAD_MEGABYTES = 1
    answer = send(clerk, opened, b"x" * (1024 * 1024 + 1))
    assert "“样例县.xlsx”超过 1 MB" in text(answer)
    assert Upload.objects.count() == 0


def test_a_post_without_a_file_says_so(clerk, opened):
    assert "请选择文件" in text(clerk.post(opened, {}))


def test_the_workbook_to_fill_in_holds_what_stands(clerk, opened, workbook):
    empty = load_workbook(BytesIO(clerk.get(f"{opened}template/").content))
    assert empty["学校"]["A4"].value is None
    assert empty["县情"]["D4"].value == "东县"
    upload = send(clerk, opened, workbook)["Location"]
    clerk.post(f"{upload}commit/")
    answer = clerk.get(f"{opened}template/")
    assert "attachment" in answer["Content-Disposition"]
    filled = load_workbook(BytesIO(answer.content))
    assert filled["学校"]["A4"].value == "YL0001"
    # What was sent out comes back as nothing new.
    seen = send(clerk, opened, answer.content)
    assert "完全一样" in text(clerk.get(seen["Location"]))


def test_the_workbook_of_a_school_names_county_and_school_so_that_what_comes_back_is_taken(
    browser, opened
):
    school = browser(Role.SCHOOL_CLERK)
    sent = school.get(f"{opened}template/").content
    book = load_workbook(BytesIO(sent))
    assert (book["县情"]["D4"].value, book["学校"]["A4"].value) == ("东县", "S1")
    kinds = {cell.value: cell.column for cell in book["学校"][3]}
    column = next(at for name, at in kinds.items() if name and name.startswith("办学类型"))
    typed = changed(sent, {("学校", book["学校"].cell(4, column).coordinate): "小学"})
    page = text(school.get(send(school, opened, typed)["Location"]))
    assert "采用后会改动 <strong>2</strong> 个数" in page


def test_a_page_of_a_round_costs_the_same_however_much_is_in_it(
    clerk, opened, workbook, django_assert_max_num_queries
):
    upload = send(clerk, opened, workbook)["Location"]
    clerk.post(f"{upload}commit/")
    with django_assert_max_num_queries(14):
        clerk.get(opened)


def test_a_name_with_markup_is_shown_as_text(clerk, opened, workbook):
    seen = send(clerk, opened, workbook, "<img src=x onerror=alert(1)>.xlsx")
    assert "<img src=x" not in text(clerk.get(seen["Location"]))
