"""Which steps of the review somebody could take now, and what stands in their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from junheng.base.machines import Machine
from junheng.base.review import REASONED, REPORT, SUBMISSION, Act, word_of
from junheng.intake.checking.reasons import Answered
from junheng.operations.obstacles import find_obstacles, report_obstacles
from junheng.operations.whose import Whose, report_named, whose
from junheng.store.models import Report, Round, Submission
from junheng.store.queries.people import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One step that is the actor's; it can be taken if nothing stands in its way."""

    act: Act
    name: str
    needs_reason: bool
    obstacles: Sequence[str]


def steps_of_submission(
    *, actor: Actor, row: Round, school: str, answered: Answered | None = None
) -> tuple[Whose, str, Sequence[NextStep]]:
    """Return whose data they are, their state, and what the actor can do with them.

    What is odd about the data is looked for unless it is `answered` already.
    """
    about = whose(row, school)
    found = Submission.objects.filter(round=row, school=school).first()
    submission = found or Submission(round=row, school=school)
    steps = [
        _step(act, find_obstacles(row, submission, act, actor=actor, answered=answered))
        for act in _acts(SUBMISSION, submission.state, actor, about)
    ]
    return about, submission.state, steps


def steps_of_report(*, actor: Actor, round_id: int) -> tuple[str, Sequence[NextStep]]:
    """Return how far the report of a round is, and what the actor can do with it."""
    row = Round.objects.select_related("region").get(pk=round_id)
    found = Report.objects.filter(round=row).first()
    state = found.state if found else REPORT.first
    acts = _acts(REPORT, state, actor, report_named(row))
    return state, [_step(act, report_obstacles(row, act)) for act in acts]


def _acts(machine: Machine, state: str, actor: Actor, about: Whose) -> Sequence[Act]:
    roles = actor.roles_at(about.path)
    return [Act(one.act) for one in machine.from_state(state) if one.who & roles]


def _step(act: Act, obstacles: Sequence[str]) -> NextStep:
    return NextStep(
        act=act, name=word_of("acts", act), needs_reason=act in REASONED, obstacles=obstacles
    )
