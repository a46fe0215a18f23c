"""Cells typed one by one: judged like a workbook's, kept at once, told apart from other people's."""

import datetime as dt

import pytest

from junheng.base.people import Level, Role
from junheng.intake.layout import layout_of
from junheng.intake.rows import Spot, counted_row, row_of
from junheng.operations.comments import Remark as Asking
from junheng.operations.comments import comment
from junheng.operations.errors import (
    NoSuchCellError,
    NotAllowedError,
    NothingToChangeError,
    NotNowError,
    OvertakenError,
)
from junheng.operations.grid import Edit, delete_rows, save_cells
from junheng.operations.regions import Listed, load_regions
from junheng.operations.rounds import Terms, open_round
from junheng.operations.uploads import commit, receive, undo
from junheng.rulebook.loader import load_rulebook
from junheng.store.models import Event, Upload, Value
from junheng.store.queries.events import list_faults
from junheng.store.queries.grid import list_grid_rows, list_schools
from junheng.store.queries.people import get_actor
from junheng.store.queries.regions import find_region
from junheng.store.queries.rounds import find_previous_round, list_changes, standing_values
from reviewing import BUILT, LATE, Case
from world import MACHINE, NOW, join, sample_workbook

RULEBOOK = load_rulebook("moe-2017-6")
LAYOUT = layout_of(RULEBOOK.dictionary, RULEBOOK.labels)
PUPILS = Spot("schools", "S1", "pupils_primary")


def terms(name="2026 年秋季", opens_at=NOW - dt.timedelta(days=1)):
    return Terms(
        name=name, rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
        opens_at=opens_at, deadline=NOW + dt.timedelta(days=30),
    )  # fmt: skip


@pytest.fixture
def clerk(world):
    return world.actor(Role.COUNTY_CLERK)


@pytest.fixture
def round_id(world, clerk):
    return open_round(actor=clerk, region_id=world.regions["900101"].pk, terms=terms(), now=NOW)


@pytest.fixture
def save(clerk, round_id):
    def saved(*cells, actor=clerk, now=NOW):
        edits = [Edit(*cell) if len(cell) == 3 else Edit(*cell, None) for cell in cells]
        return save_cells(actor=actor, round_id=round_id, edits=edits, now=now)

    return saved


@pytest.fixture
def standing(round_id):
    return lambda: standing_values(round_id=round_id)


def test_a_cell_is_read_as_a_workbooks_cell_is_and_kept(save, standing):
    saved = save((PUPILS, "５００ 人"), (PUPILS._replace(element="kind"), "小学"))
    assert saved.values[PUPILS] == "500"
    assert saved.read_as[PUPILS] == "500"
    assert standing()[PUPILS] == "500"
    assert standing()[PUPILS._replace(element="kind")] == "primary"
    # What a row cannot be without goes along.
    assert standing()[PUPILS._replace(element="school_name")] == "东县第一小学"


def test_a_refused_cell_is_told_in_the_words_of_the_workbook_and_not_kept(save, standing):
    saved = save((PUPILS, "很多"), (PUPILS._replace(element="built_year"), "2008"))
    assert "“很多”读不成数字" in saved.refused[PUPILS].why
    assert PUPILS not in standing()
    assert standing()[PUPILS._replace(element="built_year")] == "2008"


def test_a_cell_that_collides_with_another_is_refused_and_right_together(save, standing):
    part = PUPILS._replace(element="in_zone_pupils_primary")
    save((PUPILS._replace(element="kind"), "primary"), (PUPILS, "500"), (part, "480"))
    lowered = save((PUPILS, "400", "500"))
    assert "就近划片" in lowered.refused[PUPILS].why
    assert "\x02" not in lowered.refused[PUPILS].why + lowered.refused[PUPILS].fix
    assert standing()[PUPILS] == "500"
    both = save((PUPILS, "400", "500"), (part, "390", "480"))
    assert both.refused == {}
    assert (standing()[PUPILS], standing()[part]) == ("400", "390")


def test_checks_warn_and_hinder_nothing(save, standing):
    year = PUPILS._replace(element="built_year")
    save((PUPILS._replace(element="kind"), "primary"))
    saved = save((year, "1850"))
    (remark,) = [one for one in saved.remarks if one.spot == year]
    assert "1,900" in remark.why
    assert standing()[year] == "1850"


def test_the_later_of_two_people_is_told_what_the_other_wrote(world, save, standing):
    school = world.actor(Role.SCHOOL_CLERK)
    save((PUPILS, "500"))
    saved = save((PUPILS, "480"), actor=school)
    assert saved.upload_id is None
    (conflict,) = saved.conflicts
    assert (conflict.spot, conflict.standing) == (PUPILS, "500")
    assert conflict.by == "county_clerk.900101"
    assert standing()[PUPILS] == "500"
    # Both wrote the same: nothing to quarrel about.
    assert save((PUPILS, "500"), actor=school).conflicts == []
    assert save((PUPILS, "480", "500"), actor=school).conflicts == []
    assert standing()[PUPILS] == "480"


def test_every_save_is_a_batch_with_its_event_and_is_taken_back_as_one(clerk, save, standing):
    first = save((PUPILS, "500")).upload_id
    second = save((PUPILS, "510", "500"), (PUPILS._replace(element="built_year"), "2008"))
    upload = Upload.objects.get(pk=second.upload_id)
    assert (upload.kind, upload.sha256, upload.state, upload.changed) == (
        "grid",
        "",
        "committed",
        2,
    )
    assert Event.objects.latest("number").action == "type_values"
    told = {c.spot.element: (c.old, c.new) for c in list_changes(upload_id=upload.pk)}
    assert told == {"pupils_primary": ("500", "510"), "built_year": (None, "2008")}
    assert undo(actor=clerk, upload_id=upload.pk, now=NOW) == 2
    assert standing()[PUPILS] == "500"
    assert undo(actor=clerk, upload_id=first, now=NOW) == 2
    assert standing() == {}
    assert list(list_faults()) == []


def test_an_emptied_cell_is_no_longer_reported(save, standing):
    save((PUPILS, "500"))
    save((PUPILS, "", "500"))
    assert PUPILS not in standing()
    assert save((PUPILS, "")).upload_id is None


@pytest.mark.parametrize(
    "spot",
    [
        Spot("schools", "S2", "pupils_primary"),  # another school
        Spot("county", "", "population"),
        Spot("nothing", "S1", "pupils_primary"),
        Spot("schools", "S1", "nothing"),
        Spot("schools", "S1", "school"),  # a key
        Spot("teachers", "S1", "staff"),  # the stage is missing
        Spot("teachers", row_of(["S1", "nowhere"]), "staff"),
        Spot("classes", counted_row("S1", 0), "class_pupils"),
        Spot("classes", counted_row("S1", 1), "school"),
        Spot("classes", "S1\x1ex", "class_pupils"),
    ],
)
def test_a_school_types_only_into_cells_that_are_there_and_its_own(world, save, spot):
    with pytest.raises((NoSuchCellError, NotAllowedError)):
        save((spot, "1"), actor=world.actor(Role.SCHOOL_CLERK))
    assert Value.objects.count() == 0


def test_nobody_else_types_and_nothing_after_the_deadline(world, save):
    for role in (Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR, Role.CITY_REVIEWER):
        with pytest.raises(NotAllowedError):
            save((PUPILS, "1"), actor=world.actor(role))
    with pytest.raises(NotAllowedError):
        save((PUPILS, "1"), actor=world.actor(Role.COUNTY_CLERK, inside=False))
    with pytest.raises(NotNowError):
        save((PUPILS, "1"), now=NOW + dt.timedelta(days=31))
    assert Value.objects.count() == 0


def a_class(number, element):
    return Spot("classes", counted_row("S1", number), element)


@pytest.fixture
def classes(save):
    cells = [(PUPILS._replace(element="kind"), "primary")]
    for number in range(1, 6):
        cells += [
            (a_class(number, "stage"), "小学"),
            (a_class(number, "grade"), str(number)),
            (a_class(number, "class_pupils"), str(40 + number)),
        ]
    saved = save(*cells)
    assert saved.refused == {}


def seen_in(standing, row):
    return {spot.element: text for spot, text in standing.items() if spot[:2] == ("classes", row)}


@pytest.mark.usefixtures("classes")
def test_rows_are_deleted_and_the_gap_closes(clerk, round_id, standing):
    gone = [counted_row("S1", 2), counted_row("S1", 4)]
    rows = {("classes", row): seen_in(standing(), row) for row in gone}
    batch = delete_rows(actor=clerk, round_id=round_id, rows=rows, now=NOW)
    left = {s.row: t for s, t in standing().items() if s.element == "class_pupils"}
    assert left == {counted_row("S1", n): t for n, t in ((1, "41"), (2, "43"), (3, "45"))}
    assert undo(actor=clerk, upload_id=batch, now=NOW)
    back = {s.row: t for s, t in standing().items() if s.element == "class_pupils"}
    assert back == {counted_row("S1", n): str(40 + n) for n in range(1, 6)}


@pytest.mark.usefixtures("classes")
def test_a_row_somebody_changed_meanwhile_is_not_deleted(clerk, round_id, save, standing):
    row = counted_row("S1", 2)
    seen = seen_in(standing(), row)
    save((a_class(2, "class_pupils"), "50", "42"))
    with pytest.raises(OvertakenError):
        delete_rows(actor=clerk, round_id=round_id, rows={("classes", row): seen}, now=NOW)
    rows = {("classes", counted_row("S1", 9)): {}}
    with pytest.raises(NothingToChangeError):
        delete_rows(actor=clerk, round_id=round_id, rows=rows, now=NOW)
    rows = {("schools", "S1"): seen_in(standing(), "S1")}
    with pytest.raises(NoSuchCellError):
        delete_rows(actor=clerk, round_id=round_id, rows=rows, now=NOW)


def test_what_the_grid_keeps_is_what_the_workbook_holds(clerk, round_id, save, standing):
    """One way or the other, the same sheet comes to the same values."""
    upload = receive(
        actor=clerk, round_id=round_id, name="县.xlsx", content=sample_workbook(), now=NOW
    )
    commit(actor=clerk, upload_id=upload, now=NOW)
    before = standing()
    own = {s: t for s, t in before.items() if s.table == "facilities"}
    spots = sorted(own)[:60]
    save(*((spot, "", own[spot]) for spot in spots))
    assert len(standing()) == len(before) - len(spots)
    saved = save(*((spot, own[spot]) for spot in spots))
    assert saved.refused == {}
    assert standing() == before


# ------------------------------------------------------------------ what is shown beside


def rows_of(world, round_id, table, codes=None):
    county = find_region(region_id=world.regions["900101"].pk)
    return list_grid_rows(
        round_id=round_id, before=find_previous_round(round_id=round_id),
        sheet=LAYOUT.sheet(table), layout=LAYOUT,
        schools=list_schools(round_id=round_id, county=county, codes=codes), everybody=codes is None,
    )  # fmt: skip


def test_rows_to_fill_in_are_there_before_anything_is_reported(world, round_id, save):
    assert [row.key for row in rows_of(world, round_id, "schools")] == ["S1", "S2"]
    assert [row.key for row in rows_of(world, round_id, "classes")] == []
    assert [row.key for row in rows_of(world, round_id, "county")] == [""]
    save((PUPILS._replace(element="kind"), "primary"))
    keys = [row.key for row in rows_of(world, round_id, "teachers", {"S1"})]
    assert keys == [row_of(["S1", "primary"])]
    (row,) = rows_of(world, round_id, "schools", {"S1"})
    assert "pupils_junior" in row.not_asked


def test_the_median_of_peers_is_shown_only_from_three_of_them_on(world, round_id, save):
    more = [
        Listed(level=Level.SCHOOL, code=f"P{n}", name=f"小学{n}", parent="900101") for n in range(3)
    ]
    load_regions(actor=MACHINE, regions=more, on=dt.date(2020, 1, 1), now=NOW)
    for code, pupils in (("S1", 900), ("S2", 100), ("P0", 200)):
        spot = PUPILS._replace(row=code)
        save((spot, str(pupils)), (spot._replace(element="kind"), "primary"))
    (row,) = rows_of(world, round_id, "schools", {"S1"})
    assert row.peers == {}
    save((PUPILS._replace(row="P1"), "340"), (Spot("schools", "P1", "kind"), "primary"))
    (row,) = rows_of(world, round_id, "schools", {"S1"})
    assert row.peers["pupils_primary"] == 200  # of 100, 200 and 340, the own 900 left out
    (other,) = rows_of(world, round_id, "schools", {"P2"})
    assert other.peers == {}  # of no known kind


def test_last_years_value_stands_beside_this_years(world, clerk, save):
    save((PUPILS, "500"))
    later = open_round(
        actor=clerk, region_id=world.regions["900101"].pk,
        terms=terms("2027 年秋季", NOW - dt.timedelta(hours=1)), now=NOW,
    )  # fmt: skip
    (row,) = rows_of(world, later, "schools", {"S1"})
    assert (row.values, row.last["pupils_primary"]) == ({}, "500")


def test_a_sheet_costs_the_same_queries_however_much_is_in_it(
    world, clerk, round_id, save, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        rows_of(world, round_id, "schools")
    upload = receive(
        actor=clerk, round_id=round_id, name="县.xlsx", content=sample_workbook(), now=NOW
    )
    commit(actor=clerk, upload_id=upload, now=NOW)
    with django_assert_max_num_queries(9):
        rows_of(world, round_id, "schools")
    with django_assert_max_num_queries(34):
        save((PUPILS, "500"))
    spots = [PUPILS._replace(row=code) for code in ("YL0002", "YL0003", "YL0004")]
    with django_assert_max_num_queries(34):
        save(*((spot, "") for spot in spots))


def test_somebody_who_left_types_no_more(world, save):
    member = join(world, Role.SCHOOL_CLERK, "S1", login="gone")
    actor = get_actor(user_id=member.pk, origin="test")
    save((PUPILS, "500"), actor=actor)
    member.memberships.update(until=NOW)
    with pytest.raises(NotAllowedError):
        save((PUPILS, "510", "500"), actor=get_actor(user_id=member.pk, origin="test"))


# ------------------------------------------------------------------ under review


@pytest.fixture
def case(world):
    case = Case(world)
    case.fill()
    return case


def typed(case, spot, text, now=NOW):
    seen = standing_values(round_id=case.round_id).get(spot)
    edits = [Edit(spot, text, seen)]
    return save_cells(actor=case.county_clerk, round_id=case.round_id, edits=edits, now=now)


def test_cells_under_review_are_refused_one_by_one_and_others_are_kept(case):
    case.act("submit", "S1")
    saved = typed(case, BUILT, "2001")
    assert "已提交" in saved.refused[BUILT].why
    assert saved.upload_id is None
    other = BUILT._replace(row="S2")
    assert typed(case, other, "2001").values == {other: "2001"}


def test_of_what_was_sent_back_only_the_disputed_cells_are_open_even_late(case):
    case.act("submit", "S1")
    remark = Asking(round_id=case.round_id, place=BUILT, text="请核对", disputed=True)
    comment(actor=case.reviewer, remark=remark, now=NOW)
    case.act("return", "S1")
    assert typed(case, BUILT, "2002", now=LATE).values == {BUILT: "2002"}
    boarding = BUILT._replace(element="boarding_school")
    assert "只有退回的格子能改" in typed(case, boarding, "是").refused[boarding].why
