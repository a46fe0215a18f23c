"""An item that no standard judges leaves the school undecided; it never counts as met."""

import datetime as dt

from junheng.evaluate.resources import evaluate_resources
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county

RULEBOOK = load_rulebook("moe-2017-6")
ON = dt.date(2025, 9, 1)
ITEM = "teachers_above_degree_per_100"


def without_junior_standard():
    """The rulebook as no loader would pass it: one item says nothing about juniors."""
    indicators = []
    for indicator in RULEBOOK.indicators:
        changed = indicator
        if indicator.id == ITEM:
            part = indicator.part[0]
            kept = tuple(one for one in part.standard if one.stage != "junior")
            changed = indicator.model_copy(
                update={"part": (part.model_copy(update={"standard": kept}),)}
            )
        indicators.append(changed)
    return RULEBOOK.model_copy(update={"indicators": tuple(indicators)})


def test_an_item_nobody_judges_lets_no_school_pass():
    tables = sample_county(law_of(RULEBOOK, ON), seed=1)
    juniors = evaluate_resources(tables, law_of(without_junior_standard(), ON)).sections.filter(
        stage="junior"
    )
    assert juniors.height > 0
    assert set(juniors[f"{ITEM}.status"]) == {"missing"}
    assert set(juniors[f"{ITEM}.worst"]) == {0}
    assert set(juniors[f"{ITEM}.best"]) == {2}
    assert "met" not in set(juniors["status"])
