"""Steps of the review: of one school's data, and of the county's report of a round.

Every step holds the round, so that nothing of it changes meanwhile.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from junheng.base.machines import Machine, Step
from junheng.base.review import (
    CHAIN,
    REASONED,
    REPORT,
    SUBMISSION,
    Act,
    Progress,
    Standing,
    listed,
    word_of,
)
from junheng.operations.errors import (
    IllegalStepError,
    NotAllowedError,
    NotReadyError,
    ReasonWantedError,
)
from junheng.operations.events import Deed, record
from junheng.operations.obstacles import find_obstacles, report_obstacles
from junheng.operations.signatures import end, give
from junheng.operations.whose import Whose, hold, report_named, submission_of, whose
from junheng.store.models import Report, Round, Signature, Submission, Thread
from junheng.store.queries.people import Actor

_WITHDRAWN: Final = Signature.Ended.WITHDRAWN
# Whose signatures a report loses that is sent back from a state: the sender's own and later ones.
_LOST: Final = {
    Progress.PROPOSED: (Act.SIGN, Act.ENDORSE, Act.APPROVE),
    Progress.SIGNED: (Act.ENDORSE, Act.APPROVE),
    Progress.ENDORSED: (Act.APPROVE,),
    Progress.APPROVED: (Act.APPROVE,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be done with whose data, and why."""

    round_id: int
    act: Act
    school: str = ""
    reason: str = ""


# ------------------------------------------------------------------ one school's data


@transaction.atomic
def act_on_submission(*, actor: Actor, asked: Asked, now: dt.datetime) -> Standing:
    """Take one step with a school's data, or with the county's own tables; return where they are.

    Raises:
        NotAllowedError: the step is not the actor's.
        IllegalStepError: the step cannot be taken in this state.
        ReasonWantedError: it needs a reason.
        NotReadyError: something stands in the way.
    """
    row = hold(asked.round_id)
    about = whose(row, asked.school)
    _must_have_role(actor, SUBMISSION, asked.act, about)
    submission = submission_of(row, asked.school)
    step = _step(SUBMISSION, "submission", submission.state, asked.act, about.name)
    _must_have_reason(asked)
    _must_be_ready(about.name, asked.act, find_obstacles(row, submission, asked.act, actor=actor))
    _sign_submission(submission, asked.act, actor, now)
    submission.state = step.next
    submission.save()
    _tell(actor, about, row, f"{asked.act}_submission", asked.reason, now)
    return Standing(step.next)


def _sign_submission(submission: Submission, act: Act, actor: Actor, now: dt.datetime) -> None:
    if act in {Act.SUBMIT, Act.ACCEPT}:
        give(submission, act, actor=actor, now=now)
    if act is Act.ACCEPT:
        _resolve_all(submission, actor, now)
    if act is Act.RETURN:
        end(submission, (Act.ACCEPT,), _WITHDRAWN, now)
    if act is Act.REOPEN:
        end(submission, (Act.SUBMIT, Act.ACCEPT), _WITHDRAWN, now)


def _resolve_all(submission: Submission, actor: Actor, now: dt.datetime) -> None:
    """Whoever accepts the data has nothing left to dispute."""
    Thread.objects.filter(submission=submission, resolved_at__isnull=True).update(
        resolved_by_id=actor.id, resolved_at=now
    )


# ------------------------------------------------------------------ the county's report


@transaction.atomic
def act_on_report(*, actor: Actor, asked: Asked, now: dt.datetime) -> Progress:
    """Take one step with the county's report of a round; return where it is.

    Signatures that still cover what stands are not asked for again: a report that is proposed
    anew goes straight to the first step whose signature is lacking.

    Raises:
        NotAllowedError: the step is not the actor's.
        IllegalStepError: the step cannot be taken in this state.
        ReasonWantedError: it needs a reason.
        NotReadyError: something stands in the way.
    """
    row = hold(asked.round_id)
    about = report_named(row)
    _must_have_role(actor, REPORT, asked.act, about)
    report, _ = Report.objects.get_or_create(round=row)
    step = _step(REPORT, "report", report.state, asked.act, about.name)
    if not actor.roles_at(about.path) & step.who:
        raise NotAllowedError(who=actor.name, region=row.region.name)
    _must_have_reason(asked)
    _must_be_ready(about.name, asked.act, report_obstacles(row, asked.act))
    if asked.act in CHAIN:
        give(report, asked.act, actor=actor, now=now)
    elif asked.act is Act.RECALL:
        end(report, _LOST[Progress.PROPOSED], _WITHDRAWN, now)
    else:
        end(report, _LOST[Progress(report.state)], _WITHDRAWN, now)
    report.state = step.next
    report.save()
    if asked.act is Act.PROPOSE:
        _carry_on(report)
    _tell(actor, about, row, f"{asked.act}_report", asked.reason, now)
    return Progress(report.state)


def _carry_on(report: Report) -> None:
    standing = set(report.signatures.filter(ended_at__isnull=True).values_list("act", flat=True))
    for act in CHAIN:
        step = REPORT.find(report.state, act)
        if step is not None and act in standing:
            report.state = step.next
            report.save()


# ------------------------------------------------------------------ what both ask


def _must_have_role(actor: Actor, machine: Machine, act: Act, about: Whose) -> None:
    if not actor.roles_at(about.path) & machine.who_may(act):
        raise NotAllowedError(who=actor.name, region=about.name)


def _step(machine: Machine, kind: str, state: str, act: Act, name: str) -> Step:
    found = machine.find(state, act)
    if found is None or not found.who:
        acts = dict.fromkeys(one.act for one in machine.from_state(state))
        allowed = [word_of("acts", one) for one in acts] or [word_of("listing", "none")]
        raise IllegalStepError(
            name=name, state=word_of(kind, state), act=word_of("acts", act),
            allowed=listed(allowed),
        )  # fmt: skip
    return found


def _must_have_reason(asked: Asked) -> None:
    if asked.act in REASONED and not asked.reason.strip():
        raise ReasonWantedError(what=word_of("wanted", asked.act))


def _must_be_ready(name: str, act: Act, obstacles: list[str]) -> None:
    if obstacles:
        raise NotReadyError(name=name, act=word_of("acts", act), why=listed(obstacles))


def _tell(
    actor: Actor, about: Whose, row: Round, action: str, reason: str, now: dt.datetime
) -> None:
    deed = Deed(
        action=action, subject=about.name, region_id=about.region_id,
        detail={"round": row.name}, reason=reason.strip(),
    )  # fmt: skip
    record(actor=actor, deed=deed, now=now)
