"""A county on the last evening of its round: its schools, their clerks, and a workbook of each."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from junheng.base.people import Department, Level, Role
from junheng.intake.rows import Spot, values_of
from junheng.intake.tables import Tables, make_tables
from junheng.intake.template import write_template
from junheng.operations.people import Newcomer, Offer, accept_as_new, invite
from junheng.operations.regions import Listed, load_regions
from junheng.operations.rounds import Terms, open_round
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county
from junheng.store.models import User
from junheng.store.queries.people import Actor, get_actor
from junheng.store.queries.regions import find_by_code
from junheng.store.queries.rounds import standing_values

RULES = load_rulebook("moe-2017-6")
COUNTY, NAME = "900101", "样例县"
PASSWORD = "load-only-2026"
# Who looks in while the schools report: none of them needs a second factor.
LOOKERS = (Role.COUNTY_CLERK, Role.COUNTY_REVIEWER, Role.DEPARTMENT_USER)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was made: the round, and what each school is about to report."""

    round_id: int
    values: Mapping[str, Mapping[Spot, str]]


def schools_of(count: int) -> Iterator[tuple[str, str, Tables]]:
    """Yield code, name and tables of schools; the sample county's, as often as it takes."""
    law = law_of(RULES, timezone.localdate())
    made = 0
    for seed in range(1, count + 1):
        tables = sample_county(law, seed=seed, name=NAME)
        for row in tables["schools"].to_dicts():
            if row["mother_school"] or made == count:
                continue
            made += 1
            code, name = f"{row['school']}-{seed}", f"{row['school_name']}（{seed}）"
            yield code, name, _own(tables, row["school"], code, name)
        if made == count:
            return


def _own(tables: Tables, school: str, code: str, name: str) -> Tables:
    """Return the rows of one school, under another code and name."""
    rows: dict[str, list[dict[str, object]]] = {"county": [{"county_name": NAME}]}
    for table, frame in tables.frames.items():
        if "school" not in frame.columns:
            continue
        own = (
            frame.filter(pl.col("school") == school).drop("county", "row", strict=False).to_dicts()
        )
        again = {"school": code} | ({"school_name": name} if table == "schools" else {})
        rows[table] = [row | again for row in own]
    return make_tables(RULES.dictionary, rows, county=NAME)


def make_world(folder: Path, schools: int, lookers: int) -> World:
    """Fill an empty site, and write workbooks and `people.json` for who is about to come."""
    now = timezone.now()
    machine = Actor(id=None, name="压力测试", origin="command line")
    listed = [
        Listed(level=Level.NATION, code="0", name="全国"),
        Listed(level=Level.PROVINCE, code="90", name="样例省", parent="0"),
        Listed(level=Level.CITY, code="9001", name="样例市", parent="90"),
        Listed(level=Level.COUNTY, code=COUNTY, name=NAME, parent="9001"),
    ]
    values: dict[str, Mapping[Spot, str]] = {}
    for code, name, tables in schools_of(schools):
        listed.append(Listed(level=Level.SCHOOL, code=code, name=name, parent=COUNTY))
        write_template(folder / f"{code}.xlsx", RULES.dictionary, RULES.labels, tables=tables)
        own = values_of(tables, RULES.dictionary)
        values[code] = {spot: kept.text for spot, kept in own.items() if spot.school == code}
    load_regions(actor=machine, regions=listed, on=now.date(), now=now)
    clerks = [join(machine, code, Role.SCHOOL_CLERK, code, now) for code in values]
    others = [
        join(machine, COUNTY, LOOKERS[at % len(LOOKERS)], f"looker{at}", now)
        for at in range(lookers)
    ]
    opener = join(machine, COUNTY, Role.COUNTY_CLERK, "county", now)
    # One hash for all: making three hundred would take minutes, and checking each takes as long.
    User.objects.update(password=make_password(PASSWORD))
    county, user = find_by_code(code=COUNTY), User.objects.get(login=opener)
    assert county is not None
    terms = Terms(
        name="压力测试", rulebook="moe-2017-6", on=timezone.localdate(),
        opens_at=now - _DAY, deadline=now + _DAY,
    )  # fmt: skip
    actor = get_actor(user_id=user.pk, origin="command line")
    round_id = open_round(actor=actor, region_id=county.id, terms=terms, now=now)
    people = {"round": round_id, "clerks": clerks, "lookers": others, "password": PASSWORD}
    (folder / "people.json").write_text(json.dumps(people), encoding="utf-8")
    return World(round_id=round_id, values=values)


def join(machine: Actor, at: str, role: Role, login: str, now: dt.datetime) -> str:
    """Invite somebody to a role at a place, let him in under this name, and return it."""
    place = find_by_code(code=at)
    assert place is not None
    department = Department.FINANCE if role is Role.DEPARTMENT_USER else None
    offer = Offer(
        name=login, region_id=place.id, role=role, department=department, expires_at=now + _DAY
    )
    given = invite(actor=machine, offer=offer, now=now)
    newcomer = Newcomer(login=login, name=login, email="", password=PASSWORD)
    accept_as_new(secret=given.secret, newcomer=newcomer, origin=machine.origin, now=now)
    return login


def differences(world: World) -> list[str]:
    """Return what stands otherwise than the schools reported it: lost, doubled or changed."""
    standing = standing_values(round_id=world.round_id)
    wanted = {spot: text for own in world.values.values() for spot, text in own.items()}
    lost = [f"lost {spot}" for spot in wanted.keys() - standing.keys()]
    more = [f"more {spot}" for spot in standing.keys() - wanted.keys() if spot.school]
    wrong = [
        f"wrong {spot}: {standing[spot]}, not {wanted[spot]}"
        for spot in wanted.keys() & standing.keys()
        if standing[spot] != wanted[spot]
    ]
    return lost + more + wrong
