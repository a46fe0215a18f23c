"""A demonstration tree with an account of every role. Never for a site that is used."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import transaction

from junheng.base.people import Department, Level, Role
from junheng.operations.people import Newcomer, Offer, accept_as_new, invite
from junheng.operations.regions import Listed, load_regions
from junheng.store.queries.people import on_this_machine
from junheng.store.queries.regions import find_by_code

PASSWORD: Final = "demo-only-2026"  # noqa: S105 printed for everybody to see
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One demonstration account."""

    login: str
    role_name: str
    place: str


@transaction.atomic
def fill_with_demo(*, now: dt.datetime) -> Sequence[Account]:
    """Put the demonstration tree and people into an empty site."""
    words = tomllib.loads((Path(__file__).parent / "demo.zh_Hans.toml").read_text("utf-8"))
    machine = on_this_machine(words["machine"])
    listed = [Listed(**{**row, "level": Level(row["level"])}) for row in words["region"]]
    load_regions(actor=machine, regions=listed, on=now.date(), now=now)
    accounts = []
    for person in words["person"]:
        role, place = Role(person["role"]), find_by_code(code=person["at"])
        assert place is not None
        offer = Offer(
            name=person["name"],
            region_id=place.id,
            role=role,
            department=Department(person["department"]) if "department" in person else None,
            expires_at=now + _DAY,
        )
        given = invite(actor=machine, offer=offer, now=now)
        newcomer = Newcomer(login=person["login"], name=person["name"], email="", password=PASSWORD)
        accept_as_new(secret=given.secret, newcomer=newcomer, origin=machine.origin, now=now)
        accounts.append(
            Account(login=person["login"], role_name=person["role_name"], place=place.name)
        )
    return accounts
