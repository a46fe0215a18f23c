"""Written reasons why what looks odd is right."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from junheng.base.review import CLERKS, Act, Standing, listed, word_of
from junheng.operations.errors import (
    IllegalStepError,
    NotAllowedError,
    NothingThereError,
    ReasonWantedError,
)
from junheng.operations.events import Deed, record
from junheng.operations.odd import answered_of
from junheng.operations.whose import hold, submission_of, whose
from junheng.store.models import WarningReason
from junheng.store.queries.people import Actor


@transaction.atomic
def give_reason(
    *, actor: Actor, round_id: int, school: str, fingerprint: str, reason: str, now: dt.datetime
) -> None:
    """Say why something that looks odd is right; it holds until the values change.

    Raises:
        NotAllowedError: the actor does not answer for these data.
        IllegalStepError: they are submitted already.
        ReasonWantedError: nothing was said.
        NothingThereError: nothing is odd there (any more), or it is plainly wrong.
    """
    assert actor.id is not None  # words are a person's
    row = hold(round_id)
    about = whose(row, school)
    if not actor.roles_at(about.path) & CLERKS:
        raise NotAllowedError(who=actor.name, region=about.name)
    submission = submission_of(row, school)
    if submission.state not in {Standing.DRAFT, Standing.RETURNED}:
        raise IllegalStepError(
            name=about.name, state=word_of("submission", submission.state),
            act=word_of("acts", "reason"),
            allowed=listed([word_of("acts", Act.ACCEPT), word_of("acts", Act.RETURN)]),
        )  # fmt: skip
    said = reason.strip()
    if not said:
        raise ReasonWantedError(what=word_of("wanted", "reason"))
    _, odd = answered_of(row, school)
    found = odd.get(fingerprint)
    if found is None or found.issue.severity == "error":
        raise NothingThereError
    WarningReason.objects.filter(
        submission=submission, fingerprint=fingerprint, replaced_at__isnull=True
    ).update(replaced_at=now)
    WarningReason.objects.create(
        submission=submission, fingerprint=fingerprint, reason=said, by_id=actor.id, at=now
    )
    detail = {"round": row.name, "check": found.issue.name, "cell": found.issue.why}
    deed = Deed(
        action="give_reason", subject=about.name, region_id=about.region_id, detail=detail,
        reason=said,
    )  # fmt: skip
    record(actor=actor, deed=deed, now=now)
