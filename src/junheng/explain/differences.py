"""Which verdicts two evaluations of one county decide otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from junheng.base.units import Status
from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.verdicts import school_names, subject_name, verdicts
from junheng.explain.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One verdict that changed; texts are Chinese."""

    what: str
    before: str
    after: str


def differences(
    first: CountyEvaluation, second: CountyEvaluation, words: Words
) -> tuple[Difference, ...]:
    """Return the verdicts that differ, the county's first; strict and relaxed alike.

    A verdict that only one of the two gives (an indicator the other does not know) is listed
    with the word for "not applicable" on the other side.
    """
    one, other = verdicts(first), verdicts(second)
    names, none = school_names(first, second), Status.NOT_APPLICABLE
    return tuple(
        Difference(
            what=f"{words.scenario(subject.scenario)} {subject_name(subject, words, names)}",
            before=words.status(one.get(subject, none)),
            after=words.status(other.get(subject, none)),
        )
        for subject in dict.fromkeys([*one, *other])
        if one.get(subject, none) != other.get(subject, none)
    )
