"""A county's workbook on its way in: looked at, taken over, set aside, taken back."""

import datetime as dt

import pytest
from openpyxl import load_workbook

from junheng.base.people import Level, Role
from junheng.intake.rows import Spot, tables_of, values_of
from junheng.intake.tables import make_tables
from junheng.operations.errors import (
    ImpossibleRoundError,
    NotAllowedError,
    NothingToChangeError,
    NotNowError,
    OvertakenError,
    WrongStateError,
)
from junheng.operations.regions import Listed, load_regions
from junheng.operations.rounds import Terms, open_round
from junheng.operations.uploads import commit, discard, look, receive, undo
from junheng.rulebook.loader import load_rulebook
from junheng.store import files
from junheng.store.models import Event, Upload, Value
from junheng.store.queries.events import list_faults
from junheng.store.queries.people import get_actor
from junheng.store.queries.regions import find_region
from junheng.store.queries.rounds import find_upload, list_progress, standing_values
from world import MACHINE, NOW, join, sample_tables, sample_workbook

RULEBOOK = load_rulebook("moe-2017-6")
TERMS = Terms(
    name="2026 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
    opens_at=NOW - dt.timedelta(days=1), deadline=NOW + dt.timedelta(days=30),
)  # fmt: skip
FIRST = "YL0001"  # the first school of the sample county


@pytest.fixture(scope="session")
def county():
    return sample_tables()


@pytest.fixture(scope="session")
def workbook():
    return sample_workbook()


@pytest.fixture
def clerk(world):
    return world.actor(Role.COUNTY_CLERK)


@pytest.fixture
def round_id(world, clerk):
    return open_round(actor=clerk, region_id=world.regions["900101"].pk, terms=TERMS, now=NOW)


@pytest.fixture
def changed(tmp_path):
    """A workbook with some cells changed."""

    def change(content, cells):
        path = tmp_path / "改.xlsx"
        path.write_bytes(content)
        book = load_workbook(path)
        for (sheet, cell), value in cells.items():
            book[sheet][cell] = value
        book.save(path)
        return path.read_bytes()

    return change


def come(actor, round_id, content, name="样例县.xlsx", now=NOW):
    return receive(actor=actor, round_id=round_id, name=name, content=content, now=now)


def state(upload_id):
    return find_upload(upload_id=upload_id).state


def test_a_whole_county_comes_in_and_is_what_it_was(clerk, round_id, workbook, county):
    upload = come(clerk, round_id, workbook)
    assert state(upload) == "ready"
    assert standing_values(round_id=round_id) == {}
    count = commit(actor=clerk, upload_id=upload, now=NOW)
    standing = standing_values(round_id=round_id)
    assert len(standing) == count > 10_000
    back = tables_of(standing.items(), RULEBOOK.dictionary, county.counties()[0])
    wanted = {spot: kept.text for spot, kept in values_of(county, RULEBOOK.dictionary).items()}
    assert {s: k.text for s, k in values_of(back, RULEBOOK.dictionary).items()} == wanted
    assert list(list_faults()) == []


def test_every_value_knows_its_file_and_cell(clerk, round_id, workbook):
    upload = come(clerk, round_id, workbook)
    commit(actor=clerk, upload_id=upload, now=NOW)
    value = Value.objects.get(table="schools", row=FIRST, element="pupils_primary")
    assert (value.sheet, value.cell, value.upload.name) == ("学校", "N4", "样例县.xlsx")
    assert files.path_of(value.upload.sha256).read_bytes() == workbook


def test_the_same_workbook_twice_changes_nothing(clerk, round_id, workbook):
    commit(actor=clerk, upload_id=come(clerk, round_id, workbook), now=NOW)
    before = Value.objects.count()
    again = come(clerk, round_id, workbook)
    with pytest.raises(NothingToChangeError):
        commit(actor=clerk, upload_id=again, now=NOW)
    assert Value.objects.count() == before
    assert state(again) == "ready"


def test_one_cell_changed_is_one_value_changed_and_taken_back(clerk, round_id, workbook, changed):
    commit(actor=clerk, upload_id=come(clerk, round_id, workbook), now=NOW)
    spot = Spot("schools", FIRST, "built_year")
    old = standing_values(round_id=round_id)[spot]
    upload = come(clerk, round_id, changed(workbook, {("学校", "F4"): 1999}))
    assert commit(actor=clerk, upload_id=upload, now=NOW) == 1
    assert standing_values(round_id=round_id)[spot] == "1999"
    assert undo(actor=clerk, upload_id=upload, now=NOW) == 1
    assert standing_values(round_id=round_id)[spot] == old
    # Every value it ever had is still there.
    history = Value.objects.filter(table="schools", row=FIRST, element="built_year")
    assert [value.text for value in history.order_by("pk")] == [old, "1999", old]


def test_an_emptied_cell_is_no_longer_reported(clerk, round_id, workbook, changed):
    commit(actor=clerk, upload_id=come(clerk, round_id, workbook), now=NOW)
    upload = come(clerk, round_id, changed(workbook, {("学校", "F4"): None}))
    commit(actor=clerk, upload_id=upload, now=NOW)
    assert Spot("schools", FIRST, "built_year") not in standing_values(round_id=round_id)


def test_a_workbook_with_refusals_cannot_be_taken_over(clerk, round_id, workbook, changed):
    upload = come(clerk, round_id, changed(workbook, {("学校", "N4"): "很多"}))
    assert state(upload) == "rejected"
    seen = look(upload_id=upload)
    assert [(one.file, one.sheet, one.cell) for one in seen.rejects] == [
        ("样例县.xlsx", "学校", "N4")
    ]
    with pytest.raises(WrongStateError):
        commit(actor=clerk, upload_id=upload, now=NOW)
    assert Value.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"PK\3\4 torn", b"<html>"])
def test_what_is_no_workbook_is_kept_with_the_sentence_that_says_so(clerk, round_id, content):
    upload = come(clerk, round_id, content)
    row = find_upload(upload_id=upload)
    assert row.state == "unreadable"
    assert "样例县.xlsx" in row.problem
    assert files.path_of(row.sha256).read_bytes() == content
    with pytest.raises(WrongStateError):
        commit(actor=clerk, upload_id=upload, now=NOW)
    discard(actor=clerk, upload_id=upload, now=NOW)
    assert state(upload) == "discarded"


def test_a_discarded_workbook_stays_discarded(clerk, round_id, workbook):
    upload = come(clerk, round_id, workbook)
    discard(actor=clerk, upload_id=upload, now=NOW)
    for decide in (commit, discard, undo):
        with pytest.raises(WrongStateError):
            decide(actor=clerk, upload_id=upload, now=NOW)
    assert Value.objects.count() == 0


def test_what_was_changed_again_since_is_not_taken_back(clerk, round_id, workbook, changed):
    first = come(clerk, round_id, workbook)
    commit(actor=clerk, upload_id=first, now=NOW)
    later = come(clerk, round_id, changed(workbook, {("学校", "F4"): 1999}))
    commit(actor=clerk, upload_id=later, now=NOW)
    with pytest.raises(OvertakenError):
        undo(actor=clerk, upload_id=first, now=NOW)
    undo(actor=clerk, upload_id=later, now=NOW)


def test_nothing_comes_in_before_or_after_its_time(clerk, round_id, workbook):
    for now in (TERMS.opens_at - dt.timedelta(seconds=1), TERMS.deadline):
        with pytest.raises(NotNowError):
            come(clerk, round_id, workbook, now=now)
    upload = come(clerk, round_id, workbook, now=TERMS.deadline - dt.timedelta(seconds=1))
    with pytest.raises(NotNowError):
        commit(actor=clerk, upload_id=upload, now=TERMS.deadline)


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {Role.COUNTY_CLERK, Role.SCHOOL_CLERK}]
)
def test_only_those_who_report_send_workbooks(world, round_id, workbook, role):
    with pytest.raises(NotAllowedError):
        come(world.actor(role), round_id, workbook)


def test_a_clerk_of_another_county_sends_none_here(world, round_id, workbook):
    with pytest.raises(NotAllowedError):
        come(world.actor(Role.COUNTY_CLERK, inside=False), round_id, workbook)


@pytest.fixture
def school_clerk(world):
    """Whoever reports for the first school of the sample county."""
    school = Listed(level=Level.SCHOOL, code=FIRST, name="样例县第一小学", parent="900101")
    load_regions(actor=MACHINE, regions=[school], on=NOW.date(), now=NOW)
    world.regions[FIRST] = world.regions["900101"].children.get(code=FIRST)
    return get_actor(user_id=join(world, Role.SCHOOL_CLERK, FIRST).pk, origin="test")


def test_a_school_changes_its_own_rows_alone(clerk, school_clerk, round_id, workbook, changed):
    commit(actor=clerk, upload_id=come(clerk, round_id, workbook), now=NOW)
    book = changed(workbook, {("学校", "F4"): 1999, ("学校", "F5"): 1998, ("县情", "D11"): 777})
    upload = come(school_clerk, round_id, book)
    assert commit(actor=school_clerk, upload_id=upload, now=NOW) == 1
    changed_now = Value.objects.filter(upload_id=upload)
    assert [(v.row, v.element, v.text) for v in changed_now] == [(FIRST, "built_year", "1999")]


def test_a_school_does_not_decide_about_anothers_workbook(clerk, school_clerk, round_id, workbook):
    upload = come(clerk, round_id, workbook)
    for decide in (commit, discard):
        with pytest.raises(NotAllowedError):
            decide(actor=school_clerk, upload_id=upload, now=NOW)


def test_progress_is_told_by_school(world, clerk, school_clerk, round_id, workbook):
    assert school_clerk.standings
    commit(actor=clerk, upload_id=come(clerk, round_id, workbook), now=NOW)
    place = find_region(region_id=world.regions["900101"].pk)
    progress = {one.code: one for one in list_progress(round_id=round_id, county=place)}
    assert progress[FIRST].values > 50
    assert progress["S1"].values == 0


def test_taking_over_a_county_is_a_few_dozen_statements(
    clerk, round_id, workbook, django_assert_max_num_queries
):
    upload = come(clerk, round_id, workbook)
    with django_assert_max_num_queries(200):
        commit(actor=clerk, upload_id=upload, now=NOW)


def test_what_fails_half_way_leaves_nothing(clerk, round_id, workbook, monkeypatch):
    upload = come(clerk, round_id, workbook)
    before = Event.objects.count()
    monkeypatch.setattr(Upload, "save", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        commit(actor=clerk, upload_id=upload, now=NOW)
    assert (Value.objects.count(), Event.objects.count()) == (0, before)


@pytest.mark.parametrize(
    "change",
    [
        {"name": TERMS.name},
        {"deadline": TERMS.opens_at},
        {"rulebook": "no-such-rules"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_impossible_round_is_not_opened(world, clerk, round_id, change):
    assert round_id
    terms = Terms(**{
        "name": "另一批", "rulebook": TERMS.rulebook, "on": TERMS.on, "opens_at": TERMS.opens_at,
        "deadline": TERMS.deadline, **change,
    })  # fmt: skip
    with pytest.raises(ImpossibleRoundError):
        open_round(actor=clerk, region_id=world.regions["900101"].pk, terms=terms, now=NOW)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.xlsx", "passwd.xlsx"),
        ("县" * 300 + ".xlsx", "县" * 48 + ".xlsx"),
        ("样例县.xlsx", "样例县.xlsx"),
    ],
)
def test_a_file_is_kept_under_a_name_that_leads_nowhere_and_fits(
    clerk, round_id, workbook, name, kept
):
    upload = come(clerk, round_id, workbook, name)
    assert find_upload(upload_id=upload).name == kept


def test_a_second_workbook_is_compared_with_what_the_first_one_brought(
    clerk, round_id, workbook, changed
):
    """Both were looked at before either was taken over."""
    first = come(clerk, round_id, workbook)
    second = come(clerk, round_id, changed(workbook, {("学校", "F4"): 1999}))
    commit(actor=clerk, upload_id=first, now=NOW)
    assert commit(actor=clerk, upload_id=second, now=NOW) == 1


@pytest.mark.parametrize("code", ["YL0001#2", "YL0001|primary", "YL0001"])
def test_a_value_is_of_the_school_whose_code_it_has_and_of_no_other(code):
    rows = {
        "schools": [{"school": code, "built_year": 1999}],
        "classes": [{"school": code, "stage": "primary", "class_pupils": 40}],
        "teachers": [{"school": code, "stage": "primary", "teachers": 9}],
    }
    tables = make_tables(RULEBOOK.dictionary, rows, county="here")
    values = values_of(tables, RULEBOOK.dictionary)
    assert {spot.school for spot in values} == {code}
    back = tables_of(((s, kept.text) for s, kept in values.items()), RULEBOOK.dictionary, "here")
    assert values_of(back, RULEBOOK.dictionary).keys() == values.keys()
