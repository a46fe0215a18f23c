"""What the editions say of numbers that are only partly reported: nothing missing counts as zero."""

import openpyxl
import pytest

from junheng.base.units import Status
from junheng.publish.brief import brief_blocks
from junheng.publish.gb9704 import Grid, plain_text
from junheng.publish.gb9704_form import CELL_PT
from junheng.publish.lines import lines_of
from junheng.publish.shortfalls import county_shortfalls, section_shortfalls
from junheng.publish.workbook import write_workbook
from publish import county_rows


def line(facts, number, area="government"):
    return next(one for one in lines_of(area, facts) if one.indicator.number == number)


def school(rows, table, code):
    return next(row for row in rows[table] if row["school"] == code)


@pytest.fixture
def book_of(tmp_path, imprint):
    def book(facts):
        path = tmp_path / "results.xlsx"
        write_workbook(facts, path, imprint=imprint)
        return openpyxl.load_workbook(path)

    return book


def text_of(book, sheet):
    return "\n".join(str(v) for row in book[sheet].iter_rows(values_only=True) for v in row if v)


def short_of_rooms():
    """One school surely short by a known number, one surely short by a number that is open."""
    rows = county_rows.passing()
    rows["rooms"] = [
        r for r in rows["rooms"] if r["school"] not in {"s01", "s02"} or r["room_kind"] != "art"
    ]
    school(rows, "facilities", "s01")["art_rooms"] = 0
    school(rows, "facilities", "s02")["art_rooms"] = 1
    return rows


def test_an_open_gap_is_not_added_as_zero(facts_of):
    facts = facts_of(short_of_rooms())
    found = line(facts, 10)
    gaps = {s.school: s.gap for s in found.found.offenders if s.detail == "art"}
    assert set(gaps) == {"s01", "s02"}
    assert gaps["s02"] is None
    assert (
        f"美术专用教室不足的 2 所，至少缺 {gaps['s01']:.0f} 间（其中 1 所数据不全）" in found.data
    )
    assert "城关镇第二小学美术专用教室（数据不全）" in found.remark
    notes = {
        one.school: one.note for one in county_shortfalls(facts) if one.indicator == "arts_rooms"
    }
    assert "数据不全，差额算不出" in notes["s02"]
    assert "算不出" not in notes["s01"]


def test_when_every_gap_is_open_no_sum_is_told(facts_of):
    rows = short_of_rooms()
    school(rows, "facilities", "s01")["art_rooms"] = 1
    assert "美术专用教室不足的 2 所，数据不全，缺多少算不出" in line(facts_of(rows), 10).data


def test_schools_whose_rooms_are_undecided_are_counted(facts_of):
    rows = county_rows.passing()
    school(rows, "facilities", "s01")["music_rooms"] = 30
    school(rows, "facilities", "s02")["music_rooms"] = None
    rows["rooms"] = [r for r in rows["rooms"] if r["school"] not in {"s01", "s02"}]
    assert "音乐专用教室不能判定的 2 所" in line(facts_of(rows), 10).data


def test_classes_without_a_size_are_told(facts_of):
    rows = county_rows.passing()
    rows["classes"][0]["class_pupils"] = None
    data = line(facts_of(rows), 12).data
    assert "另有 1 所学校的班额数据不全，不能判定" in data
    assert "另有" not in line(facts_of(county_rows.passing()), 12).data


def test_the_largest_school_is_the_largest_of_those_reported(facts_of):
    rows = county_rows.passing()
    school(rows, "schools", "s02")["pupils_primary"] = None
    data = line(facts_of(rows), 11).data
    assert "已填报的中在校生最多的是" in data
    assert "另有 1 所不能判定" in data


def test_the_lowest_school_is_the_lowest_of_those_reported(facts_of):
    rows = county_rows.passing()
    school(rows, "funds", "s02")["training_budget"] = None
    facts = facts_of(rows)
    (data,) = [one.data for one in lines_of("quality", facts) if "最低的" in one.data]
    assert "已填报的中最低的是" in data
    assert "另有 1 所不能判定" in data


def test_one_blank_cell_does_not_make_the_county_unreported(facts_of, book_of):
    rows = county_rows.passing()
    rows["teachers"][0]["certified_teachers"] = None
    rows["retention"][0]["graduates"] = None
    facts = facts_of(rows)
    data = "\n".join(one.data for one in lines_of("government", facts))
    assert "有学校未填" in data
    found = book_of(facts)["表Ⅴ附"].iter_rows(values_only=True)
    whole = next(row for row in found if row[0] == "全县")
    assert whole[2] == "有学校未填"


def test_a_column_nobody_filled_is_unreported(facts_of):
    rows = county_rows.passing()
    for row in rows["teachers"]:
        row["certified_teachers"] = None
    data = "\n".join(one.data for one in lines_of("government", facts_of(rows)))
    assert "：未填报" in data
    assert "有学校未填" not in data


def test_every_item_without_an_amount_says_why(facts_of):
    rows = county_rows.failing()
    school(rows, "facilities", "s02")["equipment_value"] = None
    row = school(rows, "teachers", "s02")
    row["arts_teachers"], row["teachers"] = None, 5
    found = [one for one in section_shortfalls(facts_of(rows)) if one.gap is None]
    assert {one.status for one in found} == {Status.MISSING, Status.BELOW}
    for one in found:
        said = "未填报：" if one.status is Status.MISSING else "数据不全，差额算不出"
        assert said in one.note, one


def test_a_county_without_gaps_says_so(passing, failing, book_of):
    assert "没有差距" in text_of(book_of(passing), "差距清单")
    assert "没有差距" not in text_of(book_of(failing), "差距清单")


def test_without_a_coefficient_there_is_no_chart(nothing_reported, passing, book_of):
    assert not book_of(nothing_reported)["表Ⅲ"]._charts  # noqa: SLF001 - no public way
    resources = passing.evaluation.resources
    assert resources.dispersions["cv"].count()


def test_points_of_unknown_size_make_the_count_an_upper_limit(facts_of, imprint):
    rows = county_rows.passing()
    school(rows, "schools", "s12")["pupils_primary"] = None
    text = plain_text(brief_blocks(facts_of(rows), imprint=imprint, font=None))
    assert "小学最多8所（其中1所人数未填）" in text.replace(" ", "")


def test_a_standard_fits_its_column_on_one_line(failing, imprint):
    grids = [b for b in brief_blocks(failing, imprint=imprint, font=None) if isinstance(b, Grid)]
    grid = next(g for g in grids if any("≥" in cell for row in g.rows for cell in row))
    room = grid.widths[1] * 156 / sum(grid.widths) - 2  # mm of a page's text width, less margins
    longest = max(len(row[1]) for row in grid.rows if "≥" in row[1])
    # The sign may be set a whole em wide, digits up to 0.6 of one.
    assert (1 + (longest - 1) * 0.6) * CELL_PT / 72 * 25.4 <= room
