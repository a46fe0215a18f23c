"""A problem of the ledger: opened once a cause, closed on newer approved data, reopened by them."""

import datetime as dt
import json
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from junheng.base.people import Department, Role
from junheng.ledger.findings import causes_of
from junheng.ledger.rectification import PROBLEM, Act, Case, Entry, Move, State, replay
from junheng.operations.errors import (
    ImpossibleProblemError,
    LedgerRefusedError,
    NotAllowedError,
    NothingThereError,
)
from junheng.operations.ledger import (
    Asked,
    Given,
    Planned,
    act_on_problem,
    add_measure,
    escalate,
    hold_against,
    open_found,
    open_given,
)
from junheng.store.models import Event, LedgerEntry, Measure, Problem, Proof
from junheng.store.queries.ledger import problems_waiting
from junheng.store.triggers import digest_of_tables
from web.test_counties import found, opened
from web.test_routes import evaluated
from world import MACHINE, NOW

guards = import_module("junheng.store.migrations.0019_ledger_guards")
DAY = dt.timedelta(days=1)
KEY = "indicator/class_size"
DUE = NOW.date() + 30 * DAY


def document():
    return json.loads(evaluated()[1]["results.json"])


def with_status(status, key=KEY):
    """The results with one indicator as another county's might be."""
    told = document()
    for part in (told["indicators"], told["with_relaxations"]["indicators"]):
        for row in part:
            if row["id"] == key.split("/")[1]:
                row["status"] = status
    return told


class Ledger:
    """A county with an evaluation and everybody who has a hand in its problems."""

    def __init__(self, world):
        self.world = world
        self.row = opened(world, "900101")
        self.run = found(self.row)
        self.county = world.regions["900101"]
        self.titles = {one.key: f"问题 {one.key}" for one in causes_of(document())}

    def actor(self, role):
        return self.world.actor(role)

    def open(self, run=None, role=Role.COUNTY_DIRECTOR):
        run = run or self.run
        return open_found(actor=self.actor(role), run_id=run.pk, titles=self.titles, now=NOW)

    def later(self, status, days=10, kind="official"):
        """Another evaluation of newer data."""
        content = json.dumps(with_status(status)).encode()
        at, name = NOW + days * DAY, f"{days} 天后"
        return found(self.row, name=name, kind=kind, at=at, written={"results.json": content})

    def act(self, act, role, problem=None, now=NOW, **told):
        problem = problem or Problem.objects.get(key=KEY)
        asked = Asked(problem_id=problem.pk, act=Act(act), **{"text": "因为如此"} | told)
        return act_on_problem(actor=self.actor(role), asked=asked, now=now)

    def work(self, problem=None, unit="finance", role=Role.DEPARTMENT_USER, **told):
        """Everything up to handing it in."""
        self.act("assign", Role.COUNTY_DIRECTOR, problem, unit=unit, due_on=DUE)
        for act in ("accept", "report"):
            self.act(act, role, problem)
        return self.act("submit", role, problem, **told)


@pytest.fixture
def ledger(world):
    return Ledger(world)


def test_every_cause_is_opened_once(ledger):
    made = ledger.open()
    assert len(made.opened) == len(causes_of(document())) == Problem.objects.count()
    assert {one.key for one in Problem.objects.all()} == set(ledger.titles)
    assert sorted(Problem.objects.values_list("number", flat=True)) == list(
        range(1, len(made.opened) + 1)
    )
    again = ledger.open()
    assert (list(again.opened), again.known, again.again) == ([], len(made.opened), 0)
    assert Problem.objects.get(key=KEY).family == "layout"
    assert Event.objects.filter(action="open_problems").count() == 1


def test_an_indicator_closes_on_newer_approved_data_alone(ledger):
    ledger.open()
    assert ledger.work() is State.SUBMITTED
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "正式快照")
    ledger.later("met", days=5, kind="preview")  # nobody stands for it
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "正式快照")
    ledger.later("below", days=6)
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "正式快照")
    ledger.later("met", days=7)
    assert ledger.act("verify", Role.COUNTY_REVIEWER) is State.VERIFIED
    assert ledger.act("close", Role.COUNTY_DIRECTOR) is State.CLOSED
    row = Problem.objects.get(key=KEY)
    assert row.proof.status == "met"
    assert row.look_back_on > NOW.date()
    assert ledger.act("confirm", Role.CITY_REVIEWER) is State.CONFIRMED


def test_data_older_than_the_problem_prove_nothing(ledger):
    ledger.later("met", days=-5)
    ledger.open()
    ledger.work()
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "正式快照")


def refused(ledger, act, role, why, problem=None, **told):
    with pytest.raises(LedgerRefusedError) as caught:
        ledger.act(act, role, problem, **told)
    assert why in caught.value.in_chinese()


def test_anything_else_closes_on_evidence(ledger):
    given = [Given(title="食堂陪餐记录不全", family="canteen", measures=["建台账", "每周检查"])]
    (made,) = open_given(
        actor=ledger.actor(Role.CITY_REVIEWER), given={ledger.county.pk: given},
        is_feedback=True, now=NOW,
    )  # fmt: skip
    problem = Problem.objects.get(pk=made)
    assert [one.text for one in Measure.objects.order_by("number")] == ["建台账", "每周检查"]
    ledger.work(problem, unit="education", role=Role.COUNTY_CLERK)
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "还没有交佐证材料", problem)
    ledger.act("send_back", Role.COUNTY_REVIEWER, problem)
    ledger.act("submit", Role.COUNTY_CLERK, problem, evidence=2)
    assert ledger.act("verify", Role.COUNTY_REVIEWER, problem) is State.VERIFIED


def test_nobody_closes_what_he_mended(ledger):
    ledger.open()
    ledger.work(unit="education", role=Role.COUNTY_CLERK)
    ledger.later("met")
    with pytest.raises(NotAllowedError):
        ledger.act("verify", Role.COUNTY_CLERK)
    with pytest.raises(NotAllowedError):
        ledger.act("verify", Role.DEPARTMENT_USER)
    assert ledger.act("verify", Role.COUNTY_REVIEWER) is State.VERIFIED


def test_only_the_unit_accepts_and_reports(ledger):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit=Department.HOUSING, due_on=DUE)
    refused(ledger, "accept", Role.DEPARTMENT_USER, "责任单位")  # he is of finance
    refused(ledger, "accept", Role.COUNTY_CLERK, "责任单位")
    with pytest.raises(NotAllowedError):
        ledger.act("accept", Role.COUNTY_REVIEWER)


def test_a_school_works_on_its_own_problem(ledger):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit="school:S1", due_on=DUE)
    assert ledger.act("accept", Role.SCHOOL_CLERK) is State.ACCEPTED
    other = Problem.objects.exclude(key=KEY).first()
    ledger.act("assign", Role.COUNTY_DIRECTOR, other, unit="school:S2", due_on=DUE)
    with pytest.raises(NothingThereError):
        ledger.act("accept", Role.SCHOOL_CLERK, other)


@pytest.mark.parametrize("told", [{"unit": "nobody"}, {"unit": ""}, {"unit": "school:S9"}])
def test_an_assignment_names_a_unit_of_the_county_and_a_day(ledger, told):
    ledger.open()
    refused(ledger, "assign", Role.COUNTY_DIRECTOR, "责任单位", due_on=DUE, **told)
    refused(ledger, "assign", Role.COUNTY_DIRECTOR, "完成时限", unit="finance")


def test_newer_approved_data_reopen_what_was_closed(ledger):
    ledger.open()
    ledger.work()
    ledger.later("met", days=5)
    for act, role in (("verify", Role.COUNTY_REVIEWER), ("close", Role.COUNTY_DIRECTOR)):
        ledger.act(act, role)
    again = ledger.later("below", days=20)
    assert hold_against(run_id=again.pk, now=NOW) == 1
    row = Problem.objects.get(key=KEY)
    assert (row.state, row.closed_at) == ("working", None)
    assert hold_against(run_id=again.pk, now=NOW) == 0
    assert Problem.objects.filter(key=KEY).count() == 1


def test_a_preview_or_older_data_reopen_nothing(ledger):
    ledger.open()
    ledger.work()
    old, preview = ledger.later("below", days=3), ledger.later("below", days=21, kind="preview")
    ledger.later("met", days=20)
    for act, role in (("verify", Role.COUNTY_REVIEWER), ("close", Role.COUNTY_DIRECTOR)):
        ledger.act(act, role)
    assert [hold_against(run_id=one.pk, now=NOW) for one in (old, preview)] == [0, 0]


def closed(ledger, days=5):
    """The problem of class sizes, closed on newer data."""
    ledger.open()
    ledger.work()
    ledger.later("met", days=days)
    for act, role in (("verify", Role.COUNTY_REVIEWER), ("close", Role.COUNTY_DIRECTOR)):
        ledger.act(act, role)


def test_opening_from_a_preview_reopens_nothing_and_from_approved_data_does(ledger):
    closed(ledger)
    preview, official = (
        ledger.later("below", days=9, kind="preview"),
        ledger.later("below", days=10),
    )
    assert ledger.open(preview).again == 0
    assert Problem.objects.get(key=KEY).state == "closed"
    assert ledger.open(official).again == 1
    assert Problem.objects.get(key=KEY).state == "working"
    assert Event.objects.filter(action="fail_again_problem").count() == 1


def test_what_is_reopened_is_closed_no_more_and_the_data_of_then_prove_nothing(ledger):
    closed(ledger)
    reopened = NOW + 8 * DAY
    assert ledger.act("reopen", Role.CITY_REVIEWER, now=reopened) is State.WORKING
    row = Problem.objects.get(key=KEY)
    assert [row.closed_at, row.look_back_on, row.verified_by, row.proof] == [None] * 4
    ledger.act("submit", Role.DEPARTMENT_USER, now=reopened)
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "正式快照")
    ledger.later("met", days=9)
    assert ledger.act("verify", Role.COUNTY_REVIEWER) is State.VERIFIED


def test_a_step_is_asked_of_who_takes_it_from_there(ledger):
    """A county's reviewer sends back what is handed in, not what is verified; nor what is confirmed."""
    ledger.open()
    ledger.work()
    ledger.later("met")
    ledger.act("verify", Role.COUNTY_REVIEWER)
    with pytest.raises(NotAllowedError):
        ledger.act("send_back", Role.COUNTY_REVIEWER)
    ledger.act("close", Role.COUNTY_DIRECTOR)
    ledger.act("confirm", Role.CITY_REVIEWER)
    with pytest.raises(NotAllowedError):
        ledger.act("reopen", Role.COUNTY_REVIEWER)
    assert ledger.act("reopen", Role.CITY_REVIEWER) is State.WORKING


def test_whoever_checks_hands_in_no_evidence(ledger):
    given = {ledger.county.pk: [Given(title="食堂陪餐记录不全", family="canteen")]}
    (made,) = open_given(
        actor=ledger.actor(Role.CITY_REVIEWER), given=given, is_feedback=True, now=NOW
    )
    problem = Problem.objects.get(pk=made)
    ledger.work(problem, unit="education", role=Role.COUNTY_CLERK)
    refused(ledger, "verify", Role.COUNTY_REVIEWER, "还没有交佐证材料", problem, evidence=3)
    assert Problem.objects.get(pk=made).evidence == 0


def test_data_of_a_county_that_is_no_more_still_reopen_its_problems(ledger):
    closed(ledger)
    again = ledger.later("below", days=20)
    ledger.county.valid_until = dt.date(2026, 11, 2)
    ledger.county.save()
    assert hold_against(run_id=again.pk, now=NOW) == 1


def test_a_deadline_is_put_off_with_a_reason_and_counted(ledger):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit="finance", due_on=DUE)
    refused(ledger, "extend", Role.COUNTY_DIRECTOR, "晚于", due_on=DUE)
    refused(ledger, "extend", Role.COUNTY_DIRECTOR, "原因", due_on=DUE + DAY, text="")
    with pytest.raises(NotAllowedError):
        ledger.act("extend", Role.DEPARTMENT_USER, due_on=DUE + DAY)
    assert ledger.act("extend", Role.COUNTY_DIRECTOR, due_on=DUE + DAY) is State.ASSIGNED
    row = Problem.objects.get(key=KEY)
    assert (row.extensions, row.due_on) == (1, DUE + DAY)


def test_missed_deadlines_go_upward_once_a_level_downtime_or_not(ledger):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit="finance", due_on=DUE)
    told = {}
    for day in (-1, 0, 1, 2, 20, 21, 60):  # nobody looked from the second day to the twentieth
        told[day] = escalate(actor=MACHINE, now=NOW + 30 * DAY + day * DAY)
    assert told == {-1: 0, 0: 0, 1: 1, 2: 0, 20: 1, 21: 0, 60: 0}
    levels = LedgerEntry.objects.filter(act="escalate").order_by("number")
    assert [one.text for one in levels] == ["1", "2", "3"]
    told = Event.objects.filter(action="escalate_problem").order_by("number")
    assert [one.detail["level"] for one in told] == [1, 3]
    ledger.act("extend", Role.COUNTY_DIRECTOR, due_on=DUE + 90 * DAY)
    assert escalate(actor=MACHINE, now=NOW + 91 * DAY) == 0
    assert escalate(actor=MACHINE, now=NOW + 121 * DAY) == 1


def test_outsiders_find_nothing_and_others_open_nothing(ledger):
    stranger = ledger.world.actor(Role.COUNTY_DIRECTOR, inside=False)
    with pytest.raises(NothingThereError):
        open_found(actor=stranger, run_id=ledger.run.pk, titles=ledger.titles, now=NOW)
    with pytest.raises(NotAllowedError):
        ledger.open(role=Role.AUDITOR)
    ledger.open()
    asked = Asked(problem_id=Problem.objects.first().pk, act=Act.ASSIGN, unit="finance", due_on=DUE)
    with pytest.raises(NothingThereError):
        act_on_problem(actor=stranger, asked=asked, now=NOW)
    admin = ledger.actor(Role.SYSTEM_ADMINISTRATOR)
    with pytest.raises(NotAllowedError):
        act_on_problem(actor=admin, asked=asked, now=NOW)


@pytest.mark.parametrize(
    "given", [Given(title=" "), Given(title="题" * 301), Given(title="题", family="x")]
)
def test_a_problem_has_a_title_and_a_family_or_none_is_opened(ledger, given):
    with pytest.raises(ImpossibleProblemError):
        open_given(
            actor=ledger.actor(Role.COUNTY_CLERK), is_feedback=False,
            given={ledger.county.pk: [Given(title="好的"), given]}, now=NOW,
        )  # fmt: skip
    assert not Problem.objects.exists()


def planned(ledger, role, problem=None, **told):
    problem = problem or Problem.objects.get(key=KEY)
    given = Planned(**{"text": "扩建教学楼"} | told)
    return add_measure(actor=ledger.actor(role), problem_id=problem.pk, planned=given, now=NOW)


def test_measures_are_planned_by_who_manages_or_mends(ledger):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit="finance", due_on=DUE)
    assert planned(ledger, Role.COUNTY_DIRECTOR, cost=Decimal("12.5"), due_on=DUE) == 1
    assert planned(ledger, Role.DEPARTMENT_USER, person="某某") == 2
    for role in (Role.COUNTY_REVIEWER, Role.AUDITOR):
        with pytest.raises(NotAllowedError):
            planned(ledger, role)
    with pytest.raises(NothingThereError):
        planned(ledger, Role.SCHOOL_CLERK)
    assert [one.cost for one in Measure.objects.order_by("number")] == [Decimal("12.5"), None]


@pytest.mark.parametrize(
    "told",
    [
        {"text": " "},
        {"unit": "单" * 61},
        {"cost": Decimal(-1)},
        {"starts_on": DUE, "due_on": DUE - DAY},
    ],
)
def test_a_measure_that_makes_no_sense_is_refused(ledger, told):
    ledger.open()
    with pytest.raises(LedgerRefusedError) as caught:
        planned(ledger, Role.COUNTY_DIRECTOR, **told)
    assert "措施要写清楚" in caught.value.in_chinese()


def test_what_is_closed_gets_no_more_measures_and_waits_for_looking_back(ledger):
    ledger.open()
    ledger.work()
    ledger.later("met")
    for act, role in (("verify", Role.COUNTY_REVIEWER), ("close", Role.COUNTY_DIRECTOR)):
        ledger.act(act, role)
    with pytest.raises(LedgerRefusedError):
        planned(ledger, Role.COUNTY_DIRECTOR)
    reviewer = ledger.actor(Role.COUNTY_REVIEWER)
    at = Problem.objects.get(key=KEY).look_back_on
    for today, count in ((at - DAY, 0), (at, 1)):
        assert len(problems_waiting(actor=reviewer, today=today)) == count


@pytest.mark.parametrize(
    ("role", "keys"),
    [
        (Role.DEPARTMENT_USER, [KEY]),
        (Role.COUNTY_REVIEWER, []),
        (Role.CITY_REVIEWER, []),
        (Role.EXPERT, []),
    ],
)
def test_everybody_finds_what_waits_for_him(ledger, role, keys):
    ledger.open()
    ledger.act("assign", Role.COUNTY_DIRECTOR, unit="finance", due_on=DUE)
    found = problems_waiting(actor=ledger.actor(role), today=NOW.date())
    assert [one.key for one in found] == keys
    escalate(actor=MACHINE, now=NOW + 60 * DAY)
    city = problems_waiting(actor=ledger.actor(Role.CITY_REVIEWER), today=NOW.date())
    assert [one.key for one in city] == [KEY]


# ------------------------------------------------------------------ what the database keeps


def test_entries_replay_to_the_state_that_is_kept(ledger):
    ledger.open()
    ledger.work()
    ledger.act("send_back", Role.COUNTY_REVIEWER)
    row = Problem.objects.get(key=KEY)
    entries = [
        Entry(
            number=one.number, at=one.at.isoformat(), state=State(one.state), previous=one.previous,
            move=Move(
                act=Act(one.act), by=one.by_id, is_owner=one.is_owner, text=one.text,
                proof=one.proof_id, evidence=one.evidence,
            ),
        )
        for one in row.entries.order_by("number")
    ]  # fmt: skip
    assert replay(Case(needs_proof=True), entries).state == row.state == "working"
    assert [one.sha256 for one in row.entries.order_by("number")] == [e.sha256 for e in entries]


def test_the_database_knows_no_other_step(ledger):
    ledger.open()
    pairs = PROBLEM.pairs()
    for state in State:
        if ("opened", state) not in pairs and state != "opened":
            with pytest.raises(DatabaseError), transaction.atomic():
                Problem.objects.filter(key=KEY).update(state=state)


@pytest.mark.parametrize(
    "changed", [{"proof": None}, {"verified_by": None}, {"submitted_by": None}]
)
def test_the_database_closes_nothing_without_proof_and_verifier(ledger, changed):
    ledger.open()
    ledger.work()
    ledger.later("met")
    ledger.act("verify", Role.COUNTY_REVIEWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(key=KEY).update(**changed)
    row = Problem.objects.get(key=KEY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Problem.objects.filter(key=KEY).update(verified_by=row.submitted_by)


def test_the_database_changes_no_entry_and_no_proof(ledger):
    ledger.open()
    ledger.work()
    ledger.later("met")
    ledger.act("verify", Role.COUNTY_REVIEWER)
    for rows in (LedgerEntry.objects.all(), Proof.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**{"text": "x"} if rows.model is LedgerEntry else {"key": "x"})
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Proof.objects.create(run=ledger.run, key="x", status="below")


def test_the_guards_were_written_for_this_table():
    assert digest_of_tables(guards.MACHINES) == guards.TABLES, "write a migration that guards anew"
