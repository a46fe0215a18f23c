"""Two provinces with a city and a county each, schools, and somebody of every role inside and out."""

import datetime as dt
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from junheng.base.people import Department, Level, Role
from junheng.intake.template import write_template
from junheng.operations.people import Newcomer, Offer, accept_as_new, invite
from junheng.operations.regions import Listed, load_regions
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county
from junheng.store.models import Region, User
from junheng.store.queries.people import Actor, get_actor

NOW = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
MACHINE = Actor(id=None, name="安装", origin="command line")
PASSWORD = "松柏之下、泉水之旁42"

TREE = [
    Listed(level=Level.NATION, code="0", name="全国"),
    Listed(level=Level.PROVINCE, code="90", name="样例省", parent="0"),
    Listed(level=Level.CITY, code="9001", name="样例市", parent="90"),
    Listed(level=Level.COUNTY, code="900101", name="东县", parent="9001"),
    Listed(level=Level.SCHOOL, code="S1", name="东县第一小学", parent="900101"),
    Listed(level=Level.SCHOOL, code="S2", name="东县第二小学", parent="900101"),
    Listed(level=Level.PROVINCE, code="91", name="邻省", parent="0"),
    Listed(level=Level.CITY, code="9101", name="邻市", parent="91"),
    Listed(level=Level.COUNTY, code="910101", name="西县", parent="9101"),
    Listed(level=Level.SCHOOL, code="S9", name="西县第一小学", parent="910101"),
]
# Where each role of the world is at home, inside and outside.
HOMES = {
    Role.SCHOOL_CLERK: ("S1", "S9"),
    Role.COUNTY_CLERK: ("900101", "910101"),
    Role.COUNTY_REVIEWER: ("900101", "910101"),
    Role.COUNTY_DIRECTOR: ("900101", "910101"),
    Role.DEPARTMENT_USER: ("900101", "910101"),
    Role.CITY_REVIEWER: ("9001", "9101"),
    Role.PROVINCIAL_INSPECTOR: ("90", "91"),
    Role.EXPERT: ("90", "91"),
    Role.AUDITOR: ("90", "91"),
    Role.SYSTEM_ADMINISTRATOR: ("90", "91"),
}


@dataclass
class World:
    """The regions by code, and the people by role and whether they belong to the first province."""

    regions: dict[str, Region]
    users: dict[tuple[Role, bool], User] = field(default_factory=dict)

    def actor(self, role, *, inside=True):
        return get_actor(user_id=self.users[role, inside].pk, origin="test")


def make_world():
    load_regions(actor=MACHINE, regions=TREE, on=dt.date(2020, 1, 1), now=NOW)
    world = World({row.code: row for row in Region.objects.all()})
    for role, homes in HOMES.items():
        for inside, code in zip((True, False), homes, strict=True):
            world.users[role, inside] = join(world, role, code)
    return world


def join(world, role, code, login=None):
    """Invite somebody and let him in, as people are."""
    offer = Offer(
        name=f"{world.regions[code].name}的{role}",
        region_id=world.regions[code].pk,
        role=role,
        department=Department.FINANCE if role is Role.DEPARTMENT_USER else None,
        expires_at=NOW + dt.timedelta(days=7),
    )
    given = invite(actor=MACHINE, offer=offer, now=NOW)
    login = login or f"{role}.{code}"
    newcomer = Newcomer(login=login, name=login, email="", password=PASSWORD)
    user = accept_as_new(secret=given.secret, newcomer=newcomer, origin="test", now=NOW)
    return User.objects.get(pk=user)


@cache
def sample_tables():
    """The sample county."""
    return sample_county(law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1)), seed=1)


@cache
def sample_workbook():
    """The bytes of the sample county's workbook."""
    rulebook = load_rulebook("moe-2017-6")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "county.xlsx"
        write_template(
            path, rulebook.dictionary, rulebook.labels, tables=sample_tables(), synthetic=True
        )
        return path.read_bytes()
