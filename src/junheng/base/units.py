"""Names shared by every layer: identifiers, stages, school kinds and statuses."""

from __future__ import annotations

import math
from decimal import Decimal
from enum import StrEnum
from typing import Final, NewType

SchoolId = NewType("SchoolId", str)
IndicatorId = NewType("IndicatorId", str)
ElementId = NewType("ElementId", str)


class Stage(StrEnum):
    """School stage; standards speak about the first two, splitting about all four."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"


COMPULSORY: Final = (Stage.PRIMARY, Stage.JUNIOR)


class Status(StrEnum):
    """Verdict on one thing; MISSING is a verdict, never a zero."""

    MET = "met"
    NEAR = "near"
    BELOW = "below"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"


class Sureness(StrEnum):
    """How sure we are of what a rule says; shown to users beside the rule."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNSURE = "unsure"


# Slack for float noise only; a legal rounding rule would live in the rulebook.
SLACK: Final = 1e-9

# The smallest amount in which a quantity is reported and can be added; all else is whole.
STEPS: Final = {"m2": 100, "wan_yuan": 100, "yuan_per_pupil": 100, "fraction": 1000}


def round_up(amount: float, unit: str | None) -> float:
    """Return the least reportable amount that is not less than `amount` (both in `unit`)."""
    steps = STEPS.get(unit or "", 1)
    return math.ceil(amount * steps - SLACK) / steps


def number_text(number: Decimal | float) -> str:
    """Return the shortest decimal that reads back as the same number: 12.50 becomes 12.5.

    Never with an exponent, so that there is one way to write a number.
    """
    text = f"{Decimal(repr(number) if isinstance(number, float) else number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
