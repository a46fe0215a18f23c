"""A round is frozen on the page and evaluated; every page of what was found says what the results say."""

import html
import json
import re
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from junheng.base.people import Role
from junheng.intake.rows import Spot
from junheng.operations.kept_tables import TABLES
from junheng.store.models import (
    Membership,
    Region,
    Round,
    Run,
    Snapshot,
    SnapshotValue,
    Upload,
    User,
    Value,
)
from reviewing import Case, data_of
from world import sample_workbook


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def clerk(browser):
    return browser(Role.COUNTY_CLERK)


@pytest.fixture
def opened(world, clerk):
    typed = {
        "round_name": "2026 年秋季", "rulebook": "moe-2017-6", "on": "2026-09-01",
        "opens_at": "2026-01-01T08:00", "deadline": "2099-12-31T18:00",
    }  # fmt: skip
    clerk.post(f"/regions/{world.regions['900101'].pk}/rounds/", typed)
    url = f"/rounds/{Round.objects.get().pk}/"
    sent = clerk.post(url, {"file": SimpleUploadedFile("全县.xlsx", sample_workbook())})
    clerk.post(f"{sent['Location']}commit/")
    return url


@pytest.fixture
def frozen(clerk, opened):
    answer = clerk.post(f"{opened}snapshots/", {"name": "十月预览", "kind": "preview"})
    assert answer.status_code == 302
    return answer["Location"]


@pytest.fixture
def run(frozen):
    assert frozen
    return f"/runs/{Run.objects.get().pk}/"


@pytest.fixture
def results(clerk, run):
    return json.loads(clerk.get(f"{run}files/results.json/").content)


def test_the_board_leads_to_freezing_and_an_empty_list_says_what_to_do(clerk, opened):
    assert f"{opened}snapshots/" in clerk.get(opened).content.decode()
    assert "还没有快照" in text(clerk.get(f"{opened}snapshots/"))


def test_what_nobody_signed_is_refused_as_official_where_it_was_typed(clerk, opened):
    answer = clerk.post(f"{opened}snapshots/", {"name": "正式", "kind": "official"})
    assert (answer.status_code, Snapshot.objects.count()) == (422, 0)
    assert "请局领导先签署现在的数" in text(answer)
    assert 'value="正式"' in answer.content.decode()


def test_a_preview_says_so_on_every_page(clerk, frozen, run):
    pages = [
        frozen, run, f"{run}schools/", f"{run}school/?school=YL0001",
        f"{run}indicators/sports_area_per_pupil/",
        f"{run}explain/?indicator=sports_area_per_pupil&school=YL0001",
    ]  # fmt: skip
    for page in pages:
        assert "未经审核的预览" in text(clerk.get(page)), page
        assert "十月预览" in text(clerk.get(page)), page


def test_the_verdict_page_says_what_the_results_say(clerk, run, results):
    page = text(clerk.get(run))
    assert "未达标准" in page
    steps = {step["id"]: step for step in results["verdict"]["strict"]["steps"]}
    below = steps["schools"]["below"]
    assert f"{below}" in page
    cvs = [d for d in results["dispersions"] if d["status"] == "below"]
    assert cvs
    for one in cvs:
        assert f"差异系数 {one['cv']:.3f}，要求不超过 {one['cap']:.2f}" in page


def test_the_table_of_schools_has_every_section_and_every_value(clerk, run, results):
    page = clerk.get(f"{run}schools/?q=YL0001")
    assert "找到 1 行" in text(page)
    section = next(one for one in results["sections"] if one["school"] == "YL0001")
    for item in section["items"].values():
        assert f">{item['value']:.2f}</a>" in page.content.decode()
    assert f"共 {len(results['sections'])} 行" in text(clerk.get(f"{run}schools/"))


def rows_of(answer):
    return re.findall(r"school/\?school=(\w+)", answer.content.decode())


@pytest.mark.parametrize("order", ["sports_area_per_pupil", "-sports_area_per_pupil", "-pupils"])
def test_the_table_is_sorted_by_any_number(clerk, run, results, order):
    name = order.removeprefix("-")

    def number(one):
        return one["pupils"] if name == "pupils" else one["items"][name]["value"]

    wanted = sorted(results["sections"], key=number, reverse=order.startswith("-"))
    found = rows_of(clerk.get(f"{run}schools/?sort={order}"))
    assert found == [one["school"] for one in wanted][: len(found)]


def test_the_table_is_filtered_by_what_is_asked(clerk, run, results):
    found = rows_of(clerk.get(f"{run}schools/?stage=junior&item=sports_area_per_pupil"))
    wanted = [
        one["school"]
        for one in results["sections"]
        if one["stage"] == "junior" and one["items"]["sports_area_per_pupil"]["status"] != "met"
    ]
    assert found == wanted
    assert "没有符合条件的学校" in text(clerk.get(f"{run}schools/?q=没有这所"))


def test_the_export_holds_the_rows_that_were_asked_for_unrounded(clerk, run, results):
    answer = clerk.get(f"{run}schools/?stage=junior&export")
    sheet = load_workbook(BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    wanted = [one for one in results["sections"] if one["stage"] == "junior"]
    assert [row[0] for row in rows] == [one["school"] for one in wanted]
    item = next(iter(wanted[0]["items"].values()))
    assert rows[0][9] == pytest.approx(item["value"], abs=1e-12)


def test_an_indicator_page_lists_sections_by_their_weight_in_the_spread(clerk, run, results):
    page = clerk.get(f"{run}indicators/sports_area_per_pupil/")
    wanted = sorted(
        (one for one in results["sections"] if one["stage"] == "primary"),
        key=lambda one: -one["items"]["sports_area_per_pupil"]["contribution"],
    )
    assert rows_of(page)[: len(wanted)] == [one["school"] for one in wanted]


def test_an_explanation_names_cell_uploader_and_clause(clerk, run):
    page = clerk.get(f"{run}explain/?indicator=sports_area_per_pupil&school=YL0001")
    told = text(page)
    assert "全县.xlsx" in told
    assert "county_clerk.900101" in told or "东县" in told
    assert "教督〔2017〕6号" in told
    assert "/uploads/" in page.content.decode()
    rows = re.findall(r"<td>(\S+ [A-Z]+\d+)</td>", page.content.decode())
    book = load_workbook(BytesIO(clerk.get(f"{run}files/data.xlsx/").content))
    sheet, address = rows[0].split()
    assert book[sheet][address].value is not None


def test_three_clicks_lead_from_a_number_to_its_cell_in_the_file_that_was_sent(clerk, run):
    """From the table of schools: the number, its source, the cell."""
    table = clerk.get(f"{run}schools/?q=YL0001").content.decode()
    explained = clerk.get(html.unescape(re.search(r'href="([^"]*explain[^"]*)"', table)[1]))
    links = re.findall(r'href="(/uploads/[^"]*cell[^"]*)">([^<]+)</a>', explained.content.decode())
    assert links
    book = load_workbook(BytesIO(sample_workbook()), data_only=True)
    for link, place in links:
        sheet, _, cell = html.unescape(place).partition(" ")
        page = clerk.get(html.unescape(link)).content.decode()
        value = book[sheet][cell].value
        here = re.search(r'aria-current="true">([^<]*)</td>', page)[1]
        assert html.unescape(here) in {str(value), str(int(value)) if value == int(value) else ""}
        # What stands above tells what it is.
        assert str(book[sheet].cell(1, 1).value or "")[:80] in html.unescape(page)


def test_the_page_of_quality_says_what_the_checks_and_the_results_say(clerk, opened):
    spot = {"table": "facilities", "row": "YL0001", "element": "sports_field_area"}
    seen = Value.objects.get(**spot).text
    saved = clerk.post(
        f"{opened}grid/save/", {"cells": json.dumps([spot | {"text": "1.5", "seen": seen}])}
    ).json()
    assert [one["state"] for one in saved["cells"]] == ["saved"]
    clerk.post(f"{opened}snapshots/", {"name": "有疑问", "kind": "preview"})
    run = Run.objects.get()
    document = json.loads(clerk.get(f"/runs/{run.pk}/files/results.json/").content)
    page = text(clerk.get(f"/runs/{run.pk}/quality/"))
    counts = document["checks"]
    assert counts["warning"] > 0
    assert f"警告 {counts['warning']} 条" in page
    assert "样例县第一小学" in page
    assert "在线填报" in page
    total = SnapshotValue.objects.filter(snapshot=run.snapshot, state="reported").count()
    assert f" {total - 1} " in page


@pytest.mark.parametrize(
    "query",
    ["", "?sheet=学校&cell=A0", "?sheet=学校&cell=a1", "?sheet=没有&cell=A1", "?sheet=学校&cell=ZZZ1",
     "?sheet=学校&cell=A9999999", "?sheet=<script>&cell=A1"],
)  # fmt: skip
def test_a_cell_that_is_not_there_is_not_found(clerk, opened, query):
    assert opened
    upload = Upload.objects.get()
    assert clerk.get(f"/uploads/{upload.pk}/cell/{query}").status_code == 404


def test_what_is_not_there_is_not_found(clerk, run):
    for page in (
        "files/secret-key/", "indicators/nothing/", "school/?school=NOBODY",
        "explain/?indicator=nothing", "files/..%2Fsecret-key/",
    ):  # fmt: skip
        assert clerk.get(f"{run}{page}").status_code == 404, page
    assert "已经没有了" in text(
        clerk.get(f"{run}explain/?indicator=sports_area_per_pupil&school=NOBODY")
    )


def test_files_are_sent_as_they_were_kept(clerk, frozen, run):
    kept = dict(Run.objects.get().files)
    del kept[TABLES]
    assert clerk.get(f"{run}files/{TABLES}/").status_code == 404
    assert len(kept) == 5
    for name, digest in kept.items():
        answer = clerk.get(f"{run}files/{name}/")
        assert sha256(answer.content).hexdigest() == digest
        assert answer["Content-Disposition"].startswith("attachment")
    values = clerk.get(f"{frozen}values/")
    assert sha256(values.content).hexdigest() == Snapshot.objects.get().sha256


def test_a_second_evaluation_is_said_to_be_the_same(clerk, frozen):
    clerk.post(f"{frozen}evaluate/")
    assert text(clerk.get(frozen)).count("逐字节相同") >= 2
    assert Run.objects.count() == 2


def test_two_snapshots_are_compared(clerk, opened, run):
    spot = {"table": "facilities", "row": "YL0001", "element": "sports_field_area"}
    seen = Value.objects.get(**spot).text
    cell = spot | {"text": str(float(seen) + 5000), "seen": seen}
    saved = clerk.post(f"{opened}grid/save/", {"cells": json.dumps([cell])}).json()
    assert [one["state"] for one in saved["cells"]] == ["saved"]
    clerk.post(f"{opened}snapshots/", {"name": "改后", "kind": "preview"})
    after = Run.objects.order_by("-pk").first()
    assert "十月预览" in text(clerk.get(f"/snapshots/{after.snapshot_id}/"))
    page = text(clerk.get(f"/runs/{after.pk}/compare/{run.split('/')[2]}/"))
    assert "体育运动场馆 不达标 达标 学校数据单独就会" in page
    assert "各原因的份额相加" in page


def test_evaluations_of_two_counties_are_not_compared(clerk, run):
    """Not even by who sees both: what would differ is the county."""
    one = Run.objects.get()
    other = Region.objects.exclude(pk=one.snapshot.round.region_id).filter(level="county").first()
    # Seen by the same clerk, so that only the page itself can refuse.
    user = User.objects.get(pk=clerk.session["_auth_user_id"])
    Membership.objects.create(user=user, region=other, role=Role.COUNTY_CLERK, since=user.joined_at)
    terms = {"rulebook": "moe-2017-6", "on": "2026-09-01", "opens_at": "2026-01-01T08:00",
             "deadline": "2099-12-31T18:00"}  # fmt: skip
    clerk.post(f"/regions/{other.pk}/rounds/", {"round_name": "另一县", **terms})
    url = f"/rounds/{Round.objects.order_by('-pk').first().pk}/"
    sent = clerk.post(url, {"file": SimpleUploadedFile("全县.xlsx", sample_workbook())})
    clerk.post(f"{sent['Location']}commit/")
    clerk.post(f"{url}snapshots/", {"name": "另一县预览", "kind": "preview"})
    foreign = Run.objects.order_by("-pk").first()
    assert foreign != one
    assert clerk.get(f"/runs/{foreign.pk}/").status_code == 200
    assert clerk.get(f"{run}compare/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("page", "most"),
    [("", 12), ("schools/", 12), ("quality/", 14), ("indicators/sports_area_per_pupil/", 12),
     ("explain/?indicator=sports_area_per_pupil&school=YL0001", 14)],
)  # fmt: skip
def test_pages_cost_the_same_however_large_the_county_is(
    clerk, run, page, most, django_assert_max_num_queries
):
    with django_assert_max_num_queries(most):
        assert clerk.get(f"{run}{page}").status_code == 200


def test_the_list_says_which_evaluation_came_to_nothing(clerk, world):
    case = Case(world)
    case.fill()
    row = next(one.row for one in data_of("") if one.table == "attestations")
    case.put({Spot("attestations", row, "attested_school"): "nobody"})
    url = f"/rounds/{case.round_id}/snapshots/"
    typed = {"name": "对不上的", "kind": "preview"}
    assert "没有测算成：" in text(clerk.post(url, typed, follow=True))
    assert "没有测算成，看原因" in text(clerk.get(url))
