"""Signatures: given for a content, ended when it changes, standing again when it is the same again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from junheng.base.review import REPORT, Act, Progress, listed, word_of
from junheng.operations.events import Deed, record
from junheng.store.models import Report, Signature, Submission, Upload
from junheng.store.queries.people import Actor
from junheng.store.queries.submissions import content_of, last_value

_Ended = Signature.Ended


def give(under: Submission | Report, act: Act, *, actor: Actor, now: dt.datetime) -> Signature:
    """Put a signature under what stands now; an older one of the same kind gives way."""
    assert actor.id is not None  # a signature is a person's
    end(under, (act,), _Ended.REPLACED, now)
    submission = under if isinstance(under, Submission) else None
    school = submission.school if submission else None
    return Signature.objects.create(
        submission=submission,
        report=under if isinstance(under, Report) else None,
        act=act,
        by_id=actor.id,
        at=now,
        sha256=content_of(round_id=under.round_id, school=school),
        last_value=last_value(round_id=under.round_id),
    )


def end(under: Submission | Report, acts: Iterable[Act], why: _Ended, now: dt.datetime) -> None:
    """End the standing signatures of some kinds."""
    standing = under.signatures.filter(act__in=list(acts), ended_at__isnull=True)
    standing.update(ended_at=now, ended=why)


def settle_signatures(upload: Upload, schools: set[str], *, actor: Actor, now: dt.datetime) -> None:
    """End the signatures that cover other content than what stands now, and take up those that do.

    Two queries where nothing was ever signed.
    """
    submissions = Submission.objects.filter(
        round_id=upload.round_id, school__in=schools, signatures__isnull=False
    )
    reports = Report.objects.filter(round_id=upload.round_id, signatures__isnull=False)
    ended: list[Signature] = []
    restored: list[Signature] = []
    signed: list[Submission | Report] = [*submissions.distinct().order_by("school")]
    signed += reports.distinct()
    for one in signed:
        school = one.school if isinstance(one, Submission) else None
        content = content_of(round_id=upload.round_id, school=school)
        ended += _end_changed(one, content, upload, now)
        restored += _take_up(one, content)
    for report in reports.distinct():
        _fall_back(report, content_of(round_id=upload.round_id))
    _tell("void_signatures", ended, upload, actor=actor, now=now)
    _tell("restore_signatures", restored, upload, actor=actor, now=now)


def _end_changed(
    under: Submission | Report, content: str, upload: Upload, now: dt.datetime
) -> list[Signature]:
    standing = under.signatures.filter(ended_at__isnull=True).exclude(sha256=content)
    found = list(standing.select_related("by").order_by("pk"))
    standing.update(ended_at=now, ended=_Ended.CHANGED, ended_by=upload)
    return found


def _take_up(under: Submission | Report, content: str) -> list[Signature]:
    """Let the newest signature of a kind stand again if all it waits for is this content."""
    newest: dict[str, Signature] = {}
    for one in under.signatures.select_related("by").order_by("pk"):
        newest[one.act] = one
    found = [
        one for one in newest.values() if one.ended == _Ended.CHANGED and one.sha256 == content
    ]
    under.signatures.filter(pk__in=[one.pk for one in found]).update(
        ended_at=None, ended="", ended_by=None
    )
    return found


def _fall_back(report: Report, content: str) -> None:
    """Let a report whose content nobody has proposed fall back to where it is collected."""
    step = REPORT.find(report.state, Act.VOID)
    is_proposed = report.signatures.filter(
        act=Act.PROPOSE, ended_at__isnull=True, sha256=content
    ).exists()
    if step is not None and not is_proposed:
        report.state = Progress(step.next)
        report.save()


def _tell(
    action: str, signatures: Sequence[Signature], upload: Upload, *, actor: Actor, now: dt.datetime
) -> None:
    if not signatures:
        return
    detail = {
        "signatures": listed(
            word_of("listing", "signed", act=word_of("signatures", one.act), name=one.by.name)
            for one in signatures
        ),
        "sha256": listed(sorted({one.sha256 for one in signatures})),
    }
    deed = Deed(action=action, subject=upload.name, region_id=upload.round.region_id, detail=detail)
    record(actor=actor, deed=deed, now=now)
