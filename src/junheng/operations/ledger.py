"""Problems: opened from findings, feedback or by hand; every step an entry; closed on proof alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from junheng.base.people import Action, Department, Level, Role
from junheng.ledger.deadlines import level_due
from junheng.ledger.findings import Cause, Family, causes_of, status_of
from junheng.ledger.rectification import (
    ASIDE,
    DONE,
    EDUCATION,
    OPEN,
    OWN,
    PROBLEM,
    SCHOOL,
    START,
    Act,
    Case,
    Entry,
    Move,
    Refusal,
    RefusedError,
    State,
    take,
)
from junheng.operations.errors import (
    ImpossibleProblemError,
    LedgerRefusedError,
    NotAllowedError,
    NothingThereError,
)
from junheng.operations.events import tell_of
from junheng.operations.results import document_of
from junheng.publish.edition import RESULTS
from junheng.store.models import LedgerEntry, Measure, Problem, Proof, Region, Run, Snapshot
from junheng.store.queries.people import BEHIND_THE_PAGES, Actor

_GOOD: Final = ("met", "not_applicable")
_LONGEST_TITLE: Final = 300
_SHORT: Final = 60  # characters of a name
_MOST_COST: Final = 10**9  # 10,000 yuan


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A problem somebody tells of."""

    title: str
    family: str = Family.OTHER
    measures: Sequence[str] = ()
    cause: str = ""
    target: str = ""
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done with a problem; what its act does not need is left empty."""

    problem_id: int
    act: Act
    text: str = ""
    unit: str = ""  # of an assignment
    units_too: str = ""
    leader: str = ""
    due_on: dt.date | None = None  # of an assignment or extension
    evidence: int = 0  # pieces handed in with what is submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came of an evaluation's findings."""

    opened: Sequence[int] = field(default_factory=tuple)
    known: int = 0  # still being mended
    again: int = 0  # closed once, and reopened


# ------------------------------------------------------------------ opening


@transaction.atomic
def open_found(*, actor: Actor, run_id: int, titles: Mapping[str, str], now: dt.datetime) -> Opened:
    """Open a problem for every cause a finished evaluation finds; known ones are not doubled.

    Args:
        actor: who opens them.
        run_id: of the evaluation.
        titles: what causes are called, by key; one that is not among them is not opened.
        now: the moment.

    Raises:
        NothingThereError: there is no such finished evaluation.
        NotAllowedError: the actor opens no problems there.
    """
    run = _finished(run_id)
    county = _held(run.snapshot.round.region_id)
    _must_open(actor, county)
    causes = causes_of(document_of(run.files[RESULTS]))
    standing = {one.key: one for one in _of_causes(county)}
    again = _reopen(causes, standing.values(), run, now)
    wanted = [one for one in causes if one.key not in standing and one.key in titles]
    opened = [_open_cause(one, titles[one.key], county, run, actor, now) for one in wanted]
    known = sum(one.key in standing for one in causes) - len(again)
    _tell_of_failing(again, actor, now)
    if opened:
        tell_of(actor, "open_problems", county, run.snapshot.name, now, count=len(opened))
    return Opened(opened=opened, known=known, again=len(again))


def _open_cause(
    cause: Cause, title: str, county: Region, run: Run, actor: Actor, now: dt.datetime
) -> int:
    row = Problem.objects.create(
        county=county, number=_next_number(county), source=Problem.Source.FINDING,
        family=cause.family,
        title=title[:_LONGEST_TITLE], key=cause.key, run=run, opened_at=now, opened_by_id=actor.id,
    )  # fmt: skip
    return row.pk


@transaction.atomic
def open_given(
    *, actor: Actor, given: Mapping[int, Sequence[Given]], is_feedback: bool, now: dt.datetime
) -> Sequence[int]:
    """Open problems people tell of, by county, with their measures: all of them or none.

    Raises:
        NothingThereError: there is no such county.
        NotAllowedError: the actor opens no problems there.
        ImpossibleProblemError: one has no title, or no family that is known.
    """
    source = Problem.Source.FEEDBACK if is_feedback else Problem.Source.HAND
    counties = [_held(one) for one in sorted(given)]
    for county in counties:
        _must_open(actor, county)
    opened = [_open_in(one, given[one.pk], source, actor, now) for one in counties]
    # The end of the chain is held last, or two who hold each other's would wait for ever.
    for county, made in zip(counties, opened, strict=True):
        tell_of(actor, "open_problems", county, county.name, now, count=len(made))
    return [one for made in opened for one in made]


def _open_in(
    county: Region, given: Sequence[Given], source: str, actor: Actor, now: dt.datetime
) -> list[int]:
    made = []
    for at, one in enumerate(given, 1):
        title = one.title.strip()
        if not 1 <= len(title) <= _LONGEST_TITLE or one.family not in set(Family):
            raise ImpossibleProblemError(at=at)
        row = Problem.objects.create(
            county=county, number=_next_number(county), family=one.family, title=title,
            source=source,
            cause=one.cause, target=one.target[:_LONGEST_TITLE], due_on=one.due_on,
            opened_at=now, opened_by_id=actor.id,
        )  # fmt: skip
        Measure.objects.bulk_create(
            Measure(problem=row, number=number, text=text)
            for number, text in enumerate(one.measures, 1)
        )
        made.append(row.pk)
    return made


def _next_number(county: Region) -> int:
    last = Problem.objects.filter(county=county).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


# ------------------------------------------------------------------ steps


@transaction.atomic
def act_on_problem(*, actor: Actor, asked: Asked, now: dt.datetime) -> State:
    """Take one step with a problem; return how far it is.

    Raises:
        NothingThereError: there is no such problem.
        NotAllowedError: the step is not the actor's.
        LedgerRefusedError: it cannot be taken; it says why.
    """
    row = _held_problem(asked.problem_id)
    county = row.county
    if not actor.sees(county.path) and not is_of_unit(actor, row.unit, county):
        raise NothingThereError
    if not actor.roles_at(_path_of(row, asked.act)) & _who_may(row, asked.act):
        raise NotAllowedError(who=actor.name, region=county.name)
    _must_be_complete(row, asked)
    proof = _proof_of(row) if asked.act in {Act.VERIFY, Act.CLOSE} else None
    # Whoever hands in tells how much; nobody who checks adds to it.
    evidence = row.evidence + (asked.evidence if asked.act is Act.SUBMIT else 0)
    move = Move(
        act=asked.act, by=actor.id, is_owner=is_of_unit(actor, row.unit, county),
        text=asked.text.strip(), proof=None if proof is None else proof.pk, evidence=evidence,
    )  # fmt: skip
    row.evidence = evidence
    _change(row, asked, actor, proof, now)
    state = _enter(row, move, now)
    tell_of(actor, f"{asked.act}_problem", county, row.title, now, reason=move.text)
    return state


def _who_may(row: Problem, act: Act) -> frozenset[Role]:
    """Return who takes a step from where a problem is; who ever takes it, where nobody does now."""
    step = PROBLEM.find(row.state, act)
    return step.who if step else ASIDE.get(act, PROBLEM.who_may(act))


def _path_of(row: Problem, act: Act) -> str:
    """Where the actor must be what the act asks: a school's clerk is one at the school."""
    if act in OWN and row.unit.startswith(SCHOOL):
        school = _school_of(row)
        return school.path if school else row.county.path
    return row.county.path


def _school_of(row: Problem) -> Region | None:
    return Region.objects.filter(
        parent=row.county, level=Level.SCHOOL.value, code=row.unit.removeprefix(SCHOOL),
        valid_until__isnull=True,
    ).first()  # fmt: skip


def is_of_unit(actor: Actor, unit: str, county: Region) -> bool:
    """Whether somebody belongs to the unit that is responsible for a problem of a county."""
    if unit == EDUCATION:
        return Role.COUNTY_CLERK in actor.roles_at(county.path)
    if unit.startswith(SCHOOL):
        clerks = [one for one in actor.standings if one.role is Role.SCHOOL_CLERK]
        code = unit.removeprefix(SCHOOL)
        ids = [one.region_id for one in clerks if one.path.startswith(county.path)]
        return bool(ids) and Region.objects.filter(pk__in=ids, code=code).exists()
    return any(
        one.role is Role.DEPARTMENT_USER and one.department == unit and one.covers(county.path)
        for one in actor.standings
    )


def is_responsible(*, actor: Actor, problem_id: int) -> bool:
    """Whether somebody belongs to the unit that is responsible for a problem. At most two queries."""
    row = Problem.objects.select_related("county").filter(pk=problem_id).first()
    return row is not None and bool(row.unit) and is_of_unit(actor, row.unit, row.county)


def _must_be_complete(row: Problem, asked: Asked) -> None:
    if asked.act is Act.ASSIGN and (not is_unit(asked.unit, row.county) or asked.due_on is None):
        raise LedgerRefusedError(title=row.title, why="unit")
    if asked.act is Act.EXTEND and (
        asked.due_on is None or (row.due_on is not None and asked.due_on <= row.due_on)
    ):
        raise LedgerRefusedError(title=row.title, why="date")


def is_unit(unit: str, county: Region) -> bool:
    """Whether something can be responsible in a county."""
    if unit.startswith(SCHOOL):
        code = unit.removeprefix(SCHOOL)
        return Region.objects.filter(parent=county, code=code, valid_until__isnull=True).exists()
    return unit == EDUCATION or unit in set(Department)


def _change(
    row: Problem, asked: Asked, actor: Actor, proof: Proof | None, now: dt.datetime
) -> None:
    """Enter what an act changes beside the state."""
    if asked.act is Act.ASSIGN:
        row.unit, row.due_on, row.level = asked.unit, asked.due_on, 0
        row.units_too, row.leader = asked.units_too.strip(), asked.leader.strip()
    elif asked.act is Act.EXTEND:
        row.due_on, row.level = asked.due_on, 0
    elif asked.act is Act.SUBMIT:
        row.submitted_by_id = actor.id
    elif asked.act is Act.VERIFY:
        row.verified_by_id = actor.id
    elif asked.act is Act.CLOSE:
        row.closed_at = now
        row.look_back_on = timezone.localdate(now) + dt.timedelta(days=settings.LOOK_BACK_DAYS)
    if proof is not None:
        row.proof = proof


def _enter(row: Problem, move: Move, now: dt.datetime) -> State:
    """Write an entry behind the last, and the state it leads to.

    Raises:
        LedgerRefusedError: the move is against the rules.
    """
    last = row.entries.order_by("-number").first()
    try:
        case = take(_case_of(row), move)
    except RefusedError as no:
        raise LedgerRefusedError(title=row.title, why=no.why.value) from no
    entry = Entry(
        number=last.number + 1 if last else 1, at=now.isoformat(), move=move, state=case.state,
        previous=last.sha256 if last else START,
    )  # fmt: skip
    LedgerEntry.objects.create(
        problem=row, number=entry.number, at=now, act=move.act, by_id=move.by,
        is_owner=move.is_owner, text=move.text, proof_id=move.proof, evidence=move.evidence,
        state=case.state, previous=entry.previous, sha256=entry.sha256,
    )  # fmt: skip
    if row.state in DONE and case.state not in DONE:
        row.closed_at = row.look_back_on = row.verified_by = row.proof = None
    row.state, row.extensions = case.state, case.extensions
    row.save()
    return case.state


def _case_of(row: Problem) -> Case:
    own = row.entries.filter(act__in=[one.value for one in OWN], by__isnull=False)
    return Case(
        needs_proof=bool(row.key), state=State(row.state), extensions=row.extensions,
        owners=frozenset(own.values_list("by_id", flat=True)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A measure somebody plans; what is not known is left empty."""

    text: str
    unit: str = ""
    person: str = ""
    starts_on: dt.date | None = None
    due_on: dt.date | None = None
    cost: Decimal | None = None  # 10,000 yuan
    evidence_wanted: str = ""


@transaction.atomic
def add_measure(*, actor: Actor, problem_id: int, planned: Planned, now: dt.datetime) -> int:
    """Add a measure to an open problem; return its number.

    Raises:
        NothingThereError: there is no such problem.
        NotAllowedError: the actor neither manages nor mends it.
        LedgerRefusedError: the problem is closed, or the measure makes no sense.
    """
    row = _held_problem(problem_id)
    is_own = is_of_unit(actor, row.unit, row.county)
    if not (actor.sees(row.county.path) or is_own):
        raise NothingThereError
    if not (is_own or actor.roles_at(row.county.path) & PROBLEM.who_may(Act.ASSIGN)):
        raise NotAllowedError(who=actor.name, region=row.county.name)
    if row.state not in OPEN:
        raise LedgerRefusedError(title=row.title, why=Refusal.NO_STEP.value)
    _must_make_sense(row, planned)
    number = row.measures.count() + 1
    Measure.objects.create(
        problem=row, number=number, text=planned.text.strip(), unit=planned.unit.strip(),
        person=planned.person.strip(), starts_on=planned.starts_on, due_on=planned.due_on,
        cost=planned.cost, evidence_wanted=planned.evidence_wanted.strip(),
    )  # fmt: skip
    tell_of(actor, "add_measure", row.county, row.title, now, measure=planned.text.strip()[:200])
    return number


def _must_make_sense(row: Problem, planned: Planned) -> None:
    start, due, cost = planned.starts_on, planned.due_on, planned.cost
    is_long = max(len(planned.unit), len(planned.person), len(planned.evidence_wanted)) > _SHORT
    is_backward = start is not None and due is not None and due < start
    is_odd = cost is not None and not 0 <= cost < _MOST_COST
    if not planned.text.strip() or is_long or is_backward or is_odd:
        raise LedgerRefusedError(title=row.title, why="measure")


# ------------------------------------------------------------------ proofs


def _proof_of(row: Problem) -> Proof | None:
    """Return the newest evaluation of approved data, younger than the problem, if it finds it met."""
    if not row.key:
        return None
    since = row.run.snapshot.at if row.run else row.opened_at
    # What somebody found unmended when looking back, the data of then prove no more.
    reopened = row.entries.filter(act=Act.REOPEN).order_by("-number").first()
    if reopened is not None:
        since = max(since, reopened.at)
    runs = Run.objects.filter(
        snapshot__round__region=row.county, snapshot__kind=Snapshot.Kind.OFFICIAL,
        done_at__isnull=False, snapshot__at__gt=since,
    )  # fmt: skip
    run = runs.order_by("-snapshot__at", "-pk").first()
    if run is None:
        return None
    status = status_of(document_of(run.files[RESULTS]), row.key)
    if status not in _GOOD:
        return None
    return Proof.objects.get_or_create(run=run, key=row.key, defaults={"status": status})[0]


@transaction.atomic
def hold_against(*, run_id: int, now: dt.datetime) -> int:
    """Reopen what was closed and fails again by a finished evaluation of approved data.

    Return how many. Previews reopen nothing: nobody has approved of them.
    """
    run = _finished(run_id)
    county = Region.objects.select_for_update(no_key=True).get(pk=run.snapshot.round.region_id)
    causes = causes_of(document_of(run.files[RESULTS]))
    found = _reopen(causes, _of_causes(county), run, now)
    _tell_of_failing(found, Actor(id=None, name=run.by.name, origin=BEHIND_THE_PAGES), now)
    return len(found)


def _of_causes(county: Region) -> Sequence[Problem]:
    """Return the problems of a county that evaluations found, held until the transaction ends."""
    rows = Problem.objects.select_for_update(of=("self",), no_key=True).exclude(key="")
    return list(
        rows.filter(county=county)
        .select_related("county", "proof__run__snapshot", "run__snapshot")
        .order_by("pk")
    )


def _reopen(
    causes: Iterable[Cause], rows: Iterable[Problem], run: Run, now: dt.datetime
) -> Sequence[Problem]:
    """Let what newer approved data find failing be worked on again; return what that is."""
    if run.snapshot.kind != Snapshot.Kind.OFFICIAL:
        return ()
    bad = {one.key for one in causes}
    found = [one for one in rows if one.state in DONE and one.key in bad and _is_newer(run, one)]
    for row in found:
        _enter(row, Move(act=Act.FAIL_AGAIN, by=None, text=run.snapshot.name), now)
    return found


def _tell_of_failing(rows: Iterable[Problem], actor: Actor, now: dt.datetime) -> None:
    for row in rows:
        tell_of(actor, "fail_again_problem", row.county, row.title, now)


def _is_newer(run: Run, row: Problem) -> bool:
    return row.proof is None or run.snapshot.at > row.proof.run.snapshot.at


# ------------------------------------------------------------------ deadlines


@transaction.atomic
def escalate(*, actor: Actor, now: dt.datetime) -> int:
    """Tell of missed deadlines upward, every level once; return how many problems were told of."""
    today, upward = timezone.localdate(now), settings.ESCALATION_DAYS
    late = Problem.objects.select_for_update(of=("self",), no_key=True).filter(
        due_on__lt=today, state__in=[one.value for one in OPEN]
    )
    told = []
    for row in late.select_related("county").order_by("pk"):
        missed = range(row.level + 1, level_due(row.due_on, today, upward) + 1)
        for level in missed:
            row.level = level
            _enter(row, Move(act=Act.ESCALATE, by=None, text=str(level)), now)
        if missed:
            told.append(row)
    for row in told:
        tell_of(actor, "escalate_problem", row.county, row.title, now, level=row.level)
    return len(told)


# ------------------------------------------------------------------ helpers


def _finished(run_id: int) -> Run:
    run = Run.objects.select_related("snapshot__round", "by").filter(
        pk=run_id, done_at__isnull=False
    )
    found = run.first()
    if found is None:
        raise NothingThereError
    return found


def _held(county_id: int) -> Region:
    """Return a county, held so that numbers are given one after the other."""
    rows = Region.objects.select_for_update(no_key=True)
    county = rows.filter(pk=county_id, level=Level.COUNTY.value, valid_until__isnull=True).first()
    if county is None:
        raise NothingThereError
    return county


def _held_problem(problem_id: int) -> Problem:
    rows = Problem.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("county").filter(pk=problem_id).first()
    if row is None:
        raise NothingThereError
    return row


def _must_open(actor: Actor, county: Region) -> None:
    if not actor.sees(county.path):
        raise NothingThereError
    if not actor.may(Action.OPEN_PROBLEMS, county.path):
        raise NotAllowedError(who=actor.name, region=county.name)
