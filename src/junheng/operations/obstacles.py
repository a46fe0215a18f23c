"""What stands in the way of a step of the review, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from junheng.base.people import Level
from junheng.base.review import CHAIN, Act, Progress, Standing, listed, word_of
from junheng.intake.checking.reasons import Answered
from junheng.intake.rows import Said, Spot
from junheng.operations.odd import answered_of
from junheng.operations.whose import whose
from junheng.store.models import Comment, Region, Round, Signature, Submission, Thread, Value
from junheng.store.queries.people import Actor
from junheng.store.queries.submissions import (
    covers,
    open_disputes,
    report_state_of,
    schools_with_values,
    states_of,
)

_NAMED: Final = 3  # schools told by name in a sentence


def find_obstacles(
    row: Round, submission: Submission, act: Act, *, actor: Actor, answered: Answered | None = None
) -> list[str]:
    """Return why a step with a school's data cannot be taken now, whoever the actor's roles let.

    What is odd about the data is looked for unless it is `answered` already.
    """
    if report_state_of(round_id=row.pk) is Progress.APPROVED:
        return [_say("approved")]
    if act is Act.SUBMIT:
        return _before_submitting(row, submission, answered)
    if act is Act.RETURN and not open_disputes(round_id=row.pk, school=submission.school):
        return [_say("no_dispute")]
    if act is Act.ACCEPT:
        sent = Signature.objects.filter(submission=submission, act=Act.SUBMIT)
        last = sent.order_by("-pk").first()
        if last is not None and last.by_id == actor.id:
            return [_say("same_person", who=actor.name)]
    return []


def _before_submitting(row: Round, submission: Submission, answered: Answered | None) -> list[str]:
    school = submission.school
    standing = Value.objects.filter(round=row, superseded_by__isnull=True, school=school)
    if not standing.exclude(state=Said.EMPTY).exists():
        return [_say("no_values")]
    told = answered or answered_of(row, school)[0]
    counts = Counter(one.severity for one in told.open)
    unanswered = _unanswered(row, submission)
    return [
        *([_say("errors", count=counts["error"])] if counts["error"] else []),
        *([_say("warnings", count=counts["warning"])] if counts["warning"] else []),
        *([_say("unanswered", count=unanswered)] if unanswered else []),
    ]


def _unanswered(row: Round, submission: Submission) -> int:
    """Return how many cells that were sent back were neither changed nor answered."""
    if submission.state != Standing.RETURNED:
        return 0
    disputes = open_disputes(round_id=row.pk, school=submission.school)
    values = Value.objects.filter(round=row, school=submission.school)
    newest = values.filter(pk__gt=min((one.last_value for one in disputes), default=0))
    changed = [
        (pk, Spot(*spot)) for pk, *spot in newest.values_list("pk", "table", "row", "element")
    ]
    replied = _replied(disputes)
    return sum(
        one.pk not in replied
        and not any(
            pk > one.last_value and covers(Spot(one.table, one.row, one.element), spot)
            for pk, spot in changed
        )
        for one in disputes
    )


def _replied(disputes: Sequence[Thread]) -> set[int]:
    """Return the threads in which somebody else than who opened them spoke last."""
    opened = {one.pk: one.opened_by_id for one in disputes}
    comments = Comment.objects.filter(thread_id__in=opened).order_by("pk")
    last = dict(comments.values_list("thread_id", "by_id"))
    return {thread for thread, by in last.items() if by != opened[thread]}


def report_obstacles(row: Round, act: Act) -> list[str]:
    """Return why a step with the report cannot be taken now. At most three queries and a few names."""
    if act not in CHAIN:
        return []
    open_ones = list_unaccepted(row)
    if not open_ones:
        return []
    names = listed([whose(row, one).name for one in open_ones[:_NAMED]])
    which = _say("more", first=names) if len(open_ones) > _NAMED else names
    return [_say("not_accepted", count=len(open_ones), which=which)]


def list_unaccepted(row: Round) -> list[str]:
    """Return whose data the county has not accepted, the county's own tables first. Three queries."""
    schools = Region.objects.filter(
        parent_id=row.region_id, level=Level.SCHOOL, valid_until__isnull=True
    ).exclude(code="")
    codes = {*schools.values_list("code", flat=True), *schools_with_values(round_id=row.pk)}
    states = states_of(round_id=row.pk)
    return [one for one in ["", *sorted(codes)] if states.get(one) is not Standing.ACCEPTED]


def _say(key: str, **params: object) -> str:
    return word_of("obstacles", key, **params)
