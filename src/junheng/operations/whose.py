"""Whose data a review is about, and the round held while something is done with them."""

from __future__ import annotations

from dataclasses import dataclass

from junheng.base.people import Level
from junheng.base.review import word_of
from junheng.store.models import Region, Round, Submission, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """A school of the tree, one that only the data know, or the county with its own tables."""

    code: str
    name: str
    path: str  # who is something there is something for these data
    region_id: int


def hold(round_id: int) -> Round:
    """Return a round that nobody else changes until the transaction ends."""
    rounds = Round.objects.select_for_update(of=("self",), no_key=True).select_related("region")
    return rounds.get(pk=round_id)


def whose(row: Round, school: str) -> Whose:
    """Return whose data they are. At most two queries."""
    county = row.region
    if not school:
        name = word_of("names", "county", county=county.name)
        return Whose(code="", name=name, path=county.path, region_id=county.pk)
    region = Region.objects.filter(
        parent_id=county.pk, code=school, level=Level.SCHOOL, valid_until__isnull=True
    ).first()
    if region is not None:
        return Whose(code=school, name=region.name, path=region.path, region_id=region.pk)
    told = Value.objects.filter(
        round=row, superseded_by__isnull=True, school=school, element="school_name"
    ).first()
    name = told.text if told and told.text else word_of("names", "unknown", code=school)
    return Whose(code=school, name=name, path=county.path, region_id=county.pk)


def report_named(row: Round) -> Whose:
    """Return what the report of a round is called, and whose it is."""
    name = word_of("names", "report", county=row.region.name, round=row.name)
    return Whose(code="", name=name, path=row.region.path, region_id=row.region_id)


def submission_of(row: Round, school: str) -> Submission:
    """Return the submission of a school in a held round; a new draft if there is none yet."""
    found, _ = Submission.objects.get_or_create(round=row, school=school)
    return found
