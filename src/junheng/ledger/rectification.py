"""How a problem is worked off, as two tables and the conditions of closing; kept as entries.

The triggers of the database are made from the same table. Whatever somebody does to a problem is
an entry; the state is what `replay` makes of the entries.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from junheng.base.machines import Machine, Step
from junheng.base.people import Role

# Who may be responsible beside the departments of base/people.py.
EDUCATION: Final = "education"
SCHOOL: Final = "school:"  # and its code
START: Final = "0" * 64  # before the first entry of a problem


class State(StrEnum):
    """How far a problem is."""

    OPENED = "opened"
    ASSIGNED = "assigned"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    WORKING = "working"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    CLOSED = "closed"
    CONFIRMED = "confirmed"


class Act(StrEnum):
    """What can be done with a problem."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DISPUTE = "dispute"
    REPORT = "report"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    VERIFY = "verify"
    CLOSE = "close"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    FAIL_AGAIN = "fail_again"  # what newer data do by themselves
    EXTEND = "extend"
    ESCALATE = "escalate"  # what a missed deadline does by itself


_MANAGERS: Final = frozenset({Role.COUNTY_DIRECTOR, Role.COUNTY_CLERK, Role.CITY_REVIEWER})
_OWNERS: Final = frozenset({Role.SCHOOL_CLERK, Role.COUNTY_CLERK, Role.DEPARTMENT_USER})
_CHECKERS: Final = frozenset({Role.COUNTY_REVIEWER, Role.CITY_REVIEWER, Role.PROVINCIAL_INSPECTOR})
_CLOSERS: Final = frozenset({Role.COUNTY_DIRECTOR, Role.CITY_REVIEWER, Role.PROVINCIAL_INSPECTOR})
_ABOVE: Final = frozenset({Role.CITY_REVIEWER, Role.PROVINCIAL_INSPECTOR})
_BY_ITSELF: Final[frozenset[Role]] = frozenset()

S, A = State, Act
PROBLEM: Final = Machine(
    states=tuple(State),
    first=S.OPENED,
    steps=(
        #    state         act           who         next
        Step(S.OPENED, A.ASSIGN, _MANAGERS, S.ASSIGNED),
        Step(S.DISPUTED, A.ASSIGN, _MANAGERS, S.ASSIGNED),
        Step(S.ASSIGNED, A.ASSIGN, _MANAGERS, S.ASSIGNED),
        Step(S.ASSIGNED, A.ACCEPT, _OWNERS, S.ACCEPTED),
        Step(S.ASSIGNED, A.DISPUTE, _OWNERS, S.DISPUTED),
        Step(S.ACCEPTED, A.REPORT, _OWNERS, S.WORKING),
        Step(S.WORKING, A.REPORT, _OWNERS, S.WORKING),
        Step(S.WORKING, A.SUBMIT, _OWNERS, S.SUBMITTED),
        Step(S.SUBMITTED, A.SEND_BACK, _CHECKERS, S.WORKING),
        Step(S.SUBMITTED, A.VERIFY, _CHECKERS, S.VERIFIED),
        Step(S.VERIFIED, A.SEND_BACK, _CLOSERS, S.WORKING),
        Step(S.VERIFIED, A.CLOSE, _CLOSERS, S.CLOSED),
        Step(S.CLOSED, A.CONFIRM, _CHECKERS, S.CONFIRMED),
        Step(S.CLOSED, A.REOPEN, _CHECKERS, S.WORKING),
        Step(S.CONFIRMED, A.REOPEN, _ABOVE, S.WORKING),
        Step(S.VERIFIED, A.FAIL_AGAIN, _BY_ITSELF, S.WORKING),
        Step(S.CLOSED, A.FAIL_AGAIN, _BY_ITSELF, S.WORKING),
        Step(S.CONFIRMED, A.FAIL_AGAIN, _BY_ITSELF, S.WORKING),
    ),
)

OPEN: Final = frozenset(State) - {S.CLOSED, S.CONFIRMED}
DONE: Final = frozenset({S.VERIFIED, S.CLOSED, S.CONFIRMED})  # held up by a proof
# Acts of whoever is responsible, and of those who must not be.
OWN: Final = frozenset({A.ACCEPT, A.DISPUTE, A.REPORT, A.SUBMIT})
INDEPENDENT: Final = frozenset({A.SEND_BACK, A.VERIFY, A.CLOSE, A.CONFIRM, A.REOPEN})
REASONED: Final = frozenset({A.DISPUTE, A.REPORT, A.SUBMIT, A.SEND_BACK, A.REOPEN, A.EXTEND})
# In every open state, and leading nowhere.
ASIDE: Final[Mapping[Act, frozenset[Role]]] = {A.EXTEND: _CLOSERS, A.ESCALATE: _BY_ITSELF}


class Refusal(StrEnum):
    """Why something cannot be done with a problem."""

    NO_STEP = "no_step"
    REASON = "reason"
    OWNER = "owner"  # only who is responsible
    NOT_OWNER = "not_owner"  # whoever is responsible does not check himself
    PROOF = "proof"  # no newer data in which the engine finds it met
    EVIDENCE = "evidence"


class RefusedError(Exception):
    """A move is against the rules."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What somebody wants to do.

    `is_owner`: he belongs to the unit that is responsible now. `proof`: an evaluation of a
    snapshot newer than the problem finds the indicator met. `evidence`: pieces handed in.
    """

    act: Act
    by: int | None  # None: by itself
    is_owner: bool = False
    text: str = ""
    proof: int | None = None
    evidence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem as far as its steps go."""

    needs_proof: bool  # it is about an indicator
    state: State = State.OPENED
    owners: frozenset[int] = field(default_factory=frozenset)  # who had a hand in mending it
    extensions: int = 0


def take(case: Case, move: Move) -> Case:
    """Return the problem after a move.

    Raises:
        RefusedError: there is no such step, or a condition of it does not hold.
    """
    step = PROBLEM.find(case.state, move.act)
    is_aside = move.act in ASIDE and case.state in OPEN
    if step is None and not is_aside:
        raise RefusedError(Refusal.NO_STEP)
    _must_be_fit(case, move)
    mine = frozenset() if move.by is None or move.act not in OWN else frozenset({move.by})
    return replace(
        case,
        state=case.state if step is None else State(step.next),
        owners=case.owners | mine,
        extensions=case.extensions + (move.act is Act.EXTEND),
    )


def _must_be_fit(case: Case, move: Move) -> None:
    """Ask the conditions: who, why, and upon what."""
    if move.act in REASONED and not move.text.strip():
        raise RefusedError(Refusal.REASON)
    if move.act in OWN and not move.is_owner:
        raise RefusedError(Refusal.OWNER)
    if move.act in INDEPENDENT and (move.is_owner or move.by is None or move.by in case.owners):
        raise RefusedError(Refusal.NOT_OWNER)
    if move.act in {Act.VERIFY, Act.CLOSE}:
        if case.needs_proof and move.proof is None:
            raise RefusedError(Refusal.PROOF)
        if not case.needs_proof and not move.evidence:
            raise RefusedError(Refusal.EVIDENCE)


# ------------------------------------------------------------------ entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a problem's history; `previous` is the hash of the one before."""

    number: int
    at: str  # ISO 8601, UTC
    move: Move
    state: State  # after it
    previous: str

    @property
    def sha256(self) -> str:
        """The hash of everything above."""
        told = {
            "number": self.number, "at": self.at, "act": self.move.act, "by": self.move.by,
            "is_owner": self.move.is_owner, "text": self.move.text, "proof": self.move.proof,
            "evidence": self.move.evidence, "state": self.state, "previous": self.previous,
        }  # fmt: skip
        said = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


class BrokenLedgerError(Exception):
    """The entries of a problem are not what happened one after the other."""


def replay(case: Case, entries: Iterable[Entry]) -> Case:
    """Return what a problem has come to by its entries.

    Raises:
        BrokenLedgerError: an entry is missing, changed or against the rules.
    """
    previous = START
    for number, entry in enumerate(entries, 1):
        if (entry.number, entry.previous) != (number, previous):
            raise BrokenLedgerError(number)
        try:
            case = take(case, entry.move)
        except RefusedError as error:
            raise BrokenLedgerError(number) from error
        if case.state != entry.state:
            raise BrokenLedgerError(number)
        previous = entry.sha256
    return case
