"""Letters that remind people of what waits for them: one a person and day, where SMTP is set."""

from __future__ import annotations

import datetime as dt
import logging
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from junheng.base.review import word_of
from junheng.operations.events import Deed, record
from junheng.store.models import Reminder, User
from junheng.store.queries.people import Actor, get_actor
from junheng.store.queries.reviewing import Waiting, waiting_for

_LOG: Final = logging.getLogger(__name__)
_SOON: Final = dt.timedelta(days=3)  # before a deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many letters went out, and how many could not."""

    sent: int
    failed: int
    without_address: int  # who has something to do, and no address


@cache
def _words() -> dict[str, str]:
    text = (Path(__file__).parent / "reminders.zh_Hans.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)
    return found


def remind(*, machine: Actor, now: dt.datetime) -> Sent:
    """Send everybody a letter for whom something waits that is due soon, or overdue.

    Called twice a day it sends once. Without a mail server nothing is sent or noted.
    """
    sent = failed = without = 0
    if not settings.EMAIL_HOST:
        return Sent(sent=0, failed=0, without_address=0)
    with get_connection() as post:
        for user in User.objects.filter(is_active=True).order_by("pk"):
            waiting = _due(get_actor(user_id=user.pk, origin=machine.origin), now)
            if not waiting:
                continue
            if not user.email:
                without += 1
                continue
            outcome = _send(user, waiting, post, machine, now)
            sent, failed = sent + (outcome is True), failed + (outcome is False)
    return Sent(sent=sent, failed=failed, without_address=without)


def _due(actor: Actor, now: dt.datetime) -> Sequence[Waiting]:
    return [one for one in waiting_for(actor=actor, now=now) if one.deadline - now <= _SOON]


def _send(
    user: User,
    waiting: Sequence[Waiting],
    post: BaseEmailBackend,
    machine: Actor,
    now: dt.datetime,
) -> bool | None:
    """Return whether a letter went out; None: there was one today."""
    day = timezone.localdate(now)
    # First the day is taken, so that two at once send one letter; nobody else waits for the post.
    noted, is_new = Reminder.objects.get_or_create(
        user=user, day=day, defaults={"count": len(waiting)}
    )
    if not is_new:
        return None
    try:
        _letter(user, waiting, post).send()
    except (OSError, SMTPException) as error:
        noted.delete()
        _LOG.warning("No letter to %s: %s", user.login, error)
        return False
    deed = Deed(action="remind", subject=user.name, detail={"count": len(waiting)})
    with transaction.atomic():
        record(actor=machine, deed=deed, now=now)
    return True


def _letter(user: User, waiting: Sequence[Waiting], post: BaseEmailBackend) -> EmailMessage:
    words = _words()
    lines = [
        words["line"].format(
            what=word_of(
                "todo", one.what, school_name=one.school_name, county=one.county, count=one.count
            ),
            round=one.round_name,
            deadline=timezone.localtime(one.deadline).strftime("%Y-%m-%d %H:%M"),
        )
        for one in waiting
    ]
    body = words["body"].format(name=user.name, lines="\n".join(lines), url=settings.SITE_URL)
    subject = words["subject"].format(count=len(waiting))
    return EmailMessage(subject, body.rstrip() + "\n", to=[user.email], connection=post)
