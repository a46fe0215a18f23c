"""How data are reviewed, as two tables: in which state who may do what, and what it leads to.

The triggers of the database are made from the same tables (store/triggers.py).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from junheng.base.machines import Machine, Step
from junheng.base.people import Role


class Standing(StrEnum):
    """How far the data of one school, or the county's own tables, are."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # some cells are open again
    ACCEPTED = "accepted"


class Progress(StrEnum):
    """How far the county's report of a round is."""

    COLLECTING = "collecting"
    PROPOSED = "proposed"
    SIGNED = "signed"
    ENDORSED = "endorsed"
    APPROVED = "approved"
    RETURNED = "returned"


class Act(StrEnum):
    """What can be done with a submission or a report."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    REOPEN = "reopen"
    PROPOSE = "propose"
    SIGN = "sign"
    ENDORSE = "endorse"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    RECALL = "recall"
    VOID = "void"  # what a change of values does by itself


_CLERKS: Final = frozenset({Role.SCHOOL_CLERK, Role.COUNTY_CLERK})
_REVIEWER: Final = frozenset({Role.COUNTY_REVIEWER})
_DIRECTOR: Final = frozenset({Role.COUNTY_DIRECTOR})
_CITY: Final = frozenset({Role.CITY_REVIEWER})
_PROVINCE: Final = frozenset({Role.PROVINCIAL_INSPECTOR})
_BY_ITSELF: Final[frozenset[Role]] = frozenset()

SUBMISSION: Final = Machine(
    states=tuple(Standing),
    first=Standing.DRAFT,
    steps=(
        #    state               act         who        next
        Step(Standing.DRAFT, Act.SUBMIT, _CLERKS, Standing.SUBMITTED),
        Step(Standing.RETURNED, Act.SUBMIT, _CLERKS, Standing.SUBMITTED),
        Step(Standing.SUBMITTED, Act.ACCEPT, _REVIEWER, Standing.ACCEPTED),
        Step(Standing.SUBMITTED, Act.RETURN, _REVIEWER, Standing.RETURNED),
        Step(Standing.ACCEPTED, Act.RETURN, _REVIEWER, Standing.RETURNED),
        Step(Standing.SUBMITTED, Act.REOPEN, _REVIEWER, Standing.DRAFT),
        Step(Standing.ACCEPTED, Act.REOPEN, _REVIEWER, Standing.DRAFT),
        Step(Standing.RETURNED, Act.REOPEN, _REVIEWER, Standing.DRAFT),
    ),
)

REPORT: Final = Machine(
    states=tuple(Progress),
    first=Progress.COLLECTING,
    steps=(
        #    state                 act            who         next
        Step(Progress.COLLECTING, Act.PROPOSE, _REVIEWER, Progress.PROPOSED),
        Step(Progress.RETURNED, Act.PROPOSE, _REVIEWER, Progress.PROPOSED),
        Step(Progress.PROPOSED, Act.SIGN, _DIRECTOR, Progress.SIGNED),
        Step(Progress.PROPOSED, Act.SEND_BACK, _DIRECTOR, Progress.RETURNED),
        Step(Progress.SIGNED, Act.ENDORSE, _CITY, Progress.ENDORSED),
        Step(Progress.SIGNED, Act.SEND_BACK, _CITY, Progress.RETURNED),
        Step(Progress.SIGNED, Act.RECALL, _DIRECTOR, Progress.RETURNED),
        Step(Progress.ENDORSED, Act.APPROVE, _PROVINCE, Progress.APPROVED),
        Step(Progress.ENDORSED, Act.SEND_BACK, _PROVINCE, Progress.RETURNED),
        Step(Progress.APPROVED, Act.SEND_BACK, _PROVINCE, Progress.RETURNED),
        Step(Progress.PROPOSED, Act.VOID, _BY_ITSELF, Progress.COLLECTING),
        Step(Progress.SIGNED, Act.VOID, _BY_ITSELF, Progress.COLLECTING),
        Step(Progress.ENDORSED, Act.VOID, _BY_ITSELF, Progress.COLLECTING),
    ),
)

# Tables of the database by the machine that guards their column `state`.
GUARDED: Final[Mapping[str, Machine]] = {
    "store_submission": SUBMISSION,
    "store_report": REPORT,
}
# Acts that are signatures: they cover what stood when they were done.
SIGNATURES: Final = (
    Act.SUBMIT, Act.ACCEPT, Act.PROPOSE, Act.SIGN, Act.ENDORSE, Act.APPROVE,
)  # fmt: skip
# The signatures of a report in their order.
CHAIN: Final = (Act.PROPOSE, Act.SIGN, Act.ENDORSE, Act.APPROVE)
# Acts that need a reason in writing.
REASONED: Final = frozenset({Act.REOPEN, Act.SEND_BACK, Act.RECALL})
# Who may say that a cell is to be corrected, and that it is settled.
DISPUTERS: Final = _REVIEWER | _DIRECTOR | _CITY | _PROVINCE
# Who may speak about a cell.
SPEAKERS: Final = DISPUTERS | _CLERKS | {Role.EXPERT}
# Who answers for data, and so says why what looks odd is right.
CLERKS: Final = _CLERKS


@cache
def _words() -> dict[str, Any]:
    text = resources.files("junheng.base").joinpath("wording/review.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def word_of(kind: str, code: str, /, **params: object) -> str:
    """Return what a state, an act or an obstacle is called in Chinese."""
    return str(_words()[kind][code]).format(**params)


def listed(words: Iterator[str] | Sequence[str]) -> str:
    """Return words one after the other, as a Chinese sentence lists them."""
    return str(_words()["listing"]["between"]).join(words)
