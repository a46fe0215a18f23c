"""What the transitional relaxations change here, and what the schools that use them owe for it."""

from __future__ import annotations

from junheng.base.units import Status
from junheng.publish.facts import Facts
from junheng.publish.words import joined, wording
from junheng.rulebook.model import Relaxation


def helped(relaxation: Relaxation, facts: Facts) -> list[str]:
    """Return the names of the schools with a finding that this relaxation turns to met."""
    codes = facts.evaluation.used.get(relaxation.id, ())
    return [facts.school_name(code) for code in dict.fromkeys(codes)]


def effect(relaxation: Relaxation, facts: Facts, most: int = 6) -> str:
    """Return whom a relaxation helps here and whether it changes the verdict."""
    words = wording("common")["relaxing"]
    schools = helped(relaxation, facts)
    if not schools:
        return str(words["helps_nobody"])
    form = words["helps_one"] if len(schools) == 1 else words["helps"]
    text = str(form).format(schools=joined_schools(schools, most), count=len(schools))
    alone = facts.evaluation.alone[relaxation.id].status
    if alone is Status.MET and facts.verdict.status is not Status.MET:
        text += str(words["decides"])
    return text


def duty(relaxation: Relaxation, facts: Facts, most: int = 6) -> str:
    """Return what the schools that use a relaxation owe afterwards, nothing where it is nothing."""
    if not relaxation.duty_years:
        return ""
    words = wording("common")["relaxing"]
    schools = helped(relaxation, facts)
    if not schools:
        return str(words["duty"]).format(years=relaxation.duty_years)
    return str(words["duty_of"]).format(
        years=relaxation.duty_years, schools=joined_schools(schools, most)
    )


def joined_schools(schools: list[str], most: int) -> str:
    """Return school names, beyond `most` with how many there are in all."""
    if len(schools) <= most:
        return joined(schools)
    form = str(wording("common")["lists"]["schools"])
    return form.format(words=joined(schools[:most]), count=len(schools))
