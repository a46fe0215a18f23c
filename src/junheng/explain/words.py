"""Names and numbers as users read them; the only door to labels and wording."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from junheng.base.units import Stage
from junheng.rulebook.model import Rulebook, Standard

_DECIMALS = 4  # enough to see which side of a standard a value lies on


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of this room."""
    text = resources.files("junheng.explain").joinpath("wording.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def shown(number: float | None) -> str:
    """Return a number without needless zeros, the word for "not reported" for None."""
    if number is None:
        return wording()["formula"]["unknown"]
    return f"{round(number, _DECIMALS):,.{_DECIMALS}f}".rstrip("0").rstrip(".")


class Words:
    """Chinese names of elements, indicators, units and statuses."""

    def __init__(self, labels: Mapping[str, Any]) -> None:
        """Keep the labels of a rulebook."""
        self._labels = labels
        self.minus = wording()["formula"]["minus"]
        self.county = wording()["formula"]["county"]
        self.cv = wording()["formula"]["cv"]

    @property
    def rulebook(self) -> str:
        """The name of the rulebook."""
        return str(self._labels["rulebook"]["label"])

    def table(self, table: str) -> str:
        """Return the name of a sheet."""
        return str(self._labels["tables"][table]["label"])

    def table_note(self, table: str) -> str:
        """Return what a sheet is for."""
        return str(self._labels["tables"][table]["note"])

    def answer_of(self, element: str, code: str) -> str:
        """Return the word of a code of a choice, or of yes and no."""
        answers = wording()["answer"]
        return answers[code] if code in answers else self.choice(element, code)

    def area(self, area: str) -> str:
        """Return the name of an area of indicators."""
        return str(self._labels["areas"][area])

    def scope(self, scope: str) -> str:
        """Return the name of a scope."""
        return str(self._labels["scopes"][scope])

    def relaxation(self, relaxation: str) -> str:
        """Return the name of a transitional relaxation."""
        return str(self._labels["relaxations"][relaxation])

    def reach(self, standard: Standard) -> str:
        """Return whom a standard speaks of, with a space behind; nothing if of everybody."""
        who = [self.stage(standard.stage)] if standard.stage else []
        who += [self.choice("kind", kind) for kind in standard.kinds]
        who += [self.choice("funding_region", region) for region in standard.regions]
        who += [self.detail(standard.room)] if standard.room else []
        return " ".join([*who, ""])

    def scenario(self, scenario: str) -> str:
        """Return the name of a verdict with or without relaxations."""
        return wording()["scenario"][scenario]

    def step(self, step: str) -> str:
        """Return the name of a step of the legal order."""
        return str(self._labels["steps"][step])

    def short(self, indicator: str) -> str:
        """Return the short name of an indicator."""
        return str(self._labels["indicators"][indicator]["short"])

    def say(self, key: str, **values: object) -> str:
        """Return one sentence with its values filled in."""
        return wording()["formula"][key].format(**values)

    def status(self, status: str) -> str:
        """Return the word for a status."""
        return wording()["status"][status]

    def sureness(self, sureness: str) -> str:
        """Return the word for how sure a rule is."""
        return wording()["sureness"][sureness]

    def comparison(self, comparison: str | None) -> str:
        """Return the sign of a comparison."""
        return wording()["comparison"][comparison or "at_least"]

    def unit(self, unit: str | None) -> str:
        """Return the name of a unit."""
        return str(self._labels["units"].get(unit, "")) if unit else ""

    def amount(self, number: float | None, unit: str | None) -> str:
        """Return a number with its unit; what is not reported has none."""
        return shown(number) + (self.unit(unit) if number is not None else "")

    def excluded(self, reason: str, **values: object) -> str:
        """Return why a school is judged by no resource item of its own."""
        return wording()["excluded"][reason].format(**values)

    def overview(self, key: str, **values: object) -> str:
        """Return one sentence about a resource item of the whole county."""
        return wording()["overview"][key].format(**values)

    def element(self, element: str) -> str:
        """Return the name of an element."""
        return str(self._labels["elements"][element]["label"])

    def indicator(self, indicator: str) -> str:
        """Return the full name of an indicator."""
        return str(self._labels["indicators"][indicator]["label"])

    def part(self, indicator: str, part: str) -> str:
        """Return the name of a part, or of the indicator if it has only one."""
        labels = self._labels["indicators"][indicator]
        return str(labels.get("parts", {}).get(part, labels["short"]))

    def variant(self, indicator: str, variant: str) -> str:
        """Return the name of a variant reading."""
        return str(self._labels["indicators"][indicator]["variants"][variant])

    def choice(self, element: str, code: str) -> str:
        """Return the word of one choice of an element."""
        return str(self._labels["choices"][element][code])

    def stage(self, stage: Stage) -> str:
        """Return the word for a stage, the uncompulsory ones too."""
        return wording()["stage"][stage.value]

    def detail(self, code: str) -> str:
        """Return the word for what a finding is about: a room kind, subject, group or item."""
        for element in ("room_kind", "subject", "survey_group", "attested_item"):
            word = self._labels["choices"].get(element, {}).get(code)
            if word is not None:
                return str(word)
        return code

    def school(self, code: str, name: str | None) -> str:
        """Return a school's name with its code."""
        return self.say("school_of", name=name, code=code) if name else code

    def term(self, element: str, value: float | None) -> str:
        """Return one term of a sum: what it is and how much."""
        label = self.element(element).removeprefix(wording()["formula"]["of_which"])
        return self.say("term", label=label, value=shown(value))

    def value(self, element: str, value: object) -> str:
        """Return a reported value as users read it."""
        if isinstance(value, bool):
            return wording()["answer"]["yes" if value else "no"]
        if value is None or isinstance(value, int | float):
            return shown(value)
        return str(self._labels["choices"].get(element, {}).get(value, value))

    def join_plus(self, terms: Iterable[str]) -> str:
        """Return a sum."""
        return wording()["formula"]["plus"].join(terms)

    def join_clause(self, text: str) -> str:
        """Return a clause to be put behind a sentence."""
        return wording()["formula"]["behind"].format(text=text)

    def join_names(self, names: Iterable[str]) -> str:
        """Return an enumeration."""
        return wording()["formula"]["names"].join(names)

    def join_list(self, terms: Iterable[str]) -> str:
        """Return a list of clauses in one sentence."""
        return wording()["formula"]["list"].join(terms)

    def clause(self, rulebook: Rulebook, clause: str) -> str:
        """Return a citation: document, number, place."""
        found = rulebook.clauses[clause]
        document = rulebook.documents[found.document]
        return self.say(
            "clause", title=document.title, number=document.number, locator=found.locator
        )
