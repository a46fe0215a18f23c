"""What happens at the door is an event too."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from junheng.operations.events import Deed, record
from junheng.store.queries.people import Actor

_LONGEST_NAME = 64


@transaction.atomic
def note_sign_in(*, actor: Actor, now: dt.datetime) -> None:
    """Write down that somebody came in."""
    region = actor.standings[0].region_id if actor.standings else None
    record(actor=actor, deed=Deed(action="sign_in", subject=actor.name, region_id=region), now=now)


@transaction.atomic
def note_failure(*, name: str, origin: str, now: dt.datetime) -> None:
    """Write down that somebody tried to come in and could not."""
    stranger = Actor(id=None, name=name[:_LONGEST_NAME], origin=origin)
    record(actor=stranger, deed=Deed(action="sign_in_failed", subject=stranger.name), now=now)


@transaction.atomic
def confirm_code(*, actor: Actor, device: TOTPDevice, code: str, now: dt.datetime) -> bool:
    """Whether the six digits are those of the moment; the first right ones set the device up."""
    if not device.verify_token(code):
        return False
    if not device.confirmed:
        device.confirmed = True
        device.save()
        region = actor.standings[0].region_id if actor.standings else None
        record(
            actor=actor,
            deed=Deed(action="second_factor", subject=actor.name, region_id=region),
            now=now,
        )
    return True
