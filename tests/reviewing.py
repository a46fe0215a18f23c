"""A round with data small enough to be reviewed again and again: two schools and the county's tables."""

import datetime as dt
from functools import cache

from django.db import transaction

from junheng.base.people import Role
from junheng.base.review import Act
from junheng.intake.rows import Change, Kept, Said, Spot, school_of, values_of
from junheng.operations.people import Offer, accept_as_known, invite
from junheng.operations.review import Asked, act_on_report, act_on_submission
from junheng.operations.rounds import Terms, open_round
from junheng.operations.values import put_values
from junheng.operations.whose import hold
from junheng.rulebook.loader import load_rulebook
from junheng.store.models import Submission, Upload, Value
from junheng.store.queries.people import get_actor
from world import MACHINE, NOW, join, sample_tables

RULEBOOK = load_rulebook("moe-2017-6")
TERMS = Terms(
    name="2026 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
    opens_at=NOW - dt.timedelta(days=1), deadline=NOW + dt.timedelta(days=30),
)  # fmt: skip
LATE = TERMS.deadline + dt.timedelta(days=1)
# Schools of the sample county whose data the schools of the world have.
LIKE = {"S1": "YL0001", "S2": "YL0002"}
# What the county says of all its schools together does not fit two of them.
OF_MORE_SCHOOLS = {
    "migrant_in_public", "migrant_in_purchased", "population",
    "exchange_eligible", "exchanged_backbone", "disabled_in_special_schools", "disabled_children",
}  # fmt: skip
BUILT = Spot("schools", "S1", "built_year")
SPORTS = Spot("facilities", "S1", "sports_field_area")
ODD_SPORTS = "1"  # square metres, which looks odd
WRONG_YEAR = "2099"  # which cannot be


@cache
def data_of(school):
    """The values of a school of the world, or of the county's own tables, by spot."""
    found = values_of(sample_tables(), RULEBOOK.dictionary)
    like = LIKE.get(school, "")
    # What is attested of single schools is attested of others.
    elsewhere = {
        (s.table, s.row)
        for s, kept in found.items()
        if s.element == "attested_school" and kept.text
    }
    return {
        Spot(s.table, s.row.replace(like, school, 1) if like else s.row, s.element): (
            school if s.element == "school" else kept.text
        )
        for s, kept in found.items()
        if school_of(s, RULEBOOK.dictionary) == like
        and s.element not in OF_MORE_SCHOOLS
        and (s.table, s.row) not in elsewhere
    }


class Case:
    """A round of the east county with everybody who has a hand in it."""

    def __init__(self, world):
        self.world = world
        self.clerk = world.actor(Role.SCHOOL_CLERK)
        self.county_clerk = world.actor(Role.COUNTY_CLERK)
        self.reviewer = world.actor(Role.COUNTY_REVIEWER)
        self.director = world.actor(Role.COUNTY_DIRECTOR)
        self.city = world.actor(Role.CITY_REVIEWER)
        self.province = world.actor(Role.PROVINCIAL_INSPECTOR)
        self.round_id = open_round(
            actor=self.county_clerk, region_id=world.regions["900101"].pk, terms=TERMS, now=NOW
        )

    def another(self, role, code):
        return get_actor(user_id=join(self.world, role, code, f"another.{role}").pk, origin="test")

    def also(self, role, actor, code="900101"):
        """The same person, who is something else besides."""
        offer = Offer(
            name=actor.name, region_id=self.world.regions[code].pk, role=role, department=None,
            expires_at=NOW + dt.timedelta(days=7),
        )  # fmt: skip
        given = invite(actor=MACHINE, offer=offer, now=NOW)
        accept_as_known(secret=given.secret, actor=actor, now=NOW)
        return get_actor(user_id=actor.id, origin="test")

    def put(self, values, *, actor=None, now=NOW, said=Said.REPORTED):
        """Put values as a workbook would; None takes one back."""
        actor = actor or self.county_clerk
        standing = {
            Spot(*spot): text
            for *spot, text in Value.objects.filter(
                round_id=self.round_id, superseded_by__isnull=True, state="reported"
            ).values_list("table", "row", "element", "text")
        }
        with transaction.atomic():
            row = hold(self.round_id)
            upload = Upload.objects.create(
                round=row, sha256="0" * 64, kind="workbook", name="数.xlsx", state="committed", by_id=actor.id,
                at=now, decided_at=now, changed=len(values),
            )  # fmt: skip
            changed = [
                (Change(spot, standing.get(spot), text), Kept(text or "", None, said))
                for spot, text in values.items()
            ]
            put_values(upload, changed, actor=actor, now=now)
        return upload

    def fill(self):
        for school in ("", "S1", "S2"):
            self.put(data_of(school))

    def act(self, act, school="", actor=None, reason="", now=NOW):
        asked = Asked(round_id=self.round_id, act=Act(act), school=school, reason=reason)
        people = {"submit": self.county_clerk, "propose": self.reviewer, "sign": self.director,
                  "endorse": self.city, "approve": self.province, "recall": self.director}  # fmt: skip
        actor = actor or people.get(act, self.reviewer)
        on_report = act in {"propose", "sign", "endorse", "approve", "recall", "send_back"}
        take = act_on_report if on_report else act_on_submission
        return take(actor=actor, asked=asked, now=now)

    def accept_all(self):
        self.fill()
        for school in ("", "S1", "S2"):
            self.act("submit", school)
            self.act("accept", school)

    def sign_all(self, last="approve"):
        self.accept_all()
        for act in ("propose", "sign", "endorse", "approve"):
            self.act(act)
            if act == last:
                break

    def submission(self, school):
        return Submission.objects.get(round_id=self.round_id, school=school)
