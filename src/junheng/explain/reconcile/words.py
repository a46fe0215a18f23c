"""What a reconciliation says, in sentences a county office can send on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from junheng.base.units import Stage
from junheng.explain.reconcile.causes import Cause
from junheng.explain.reconcile.search import Fit, Reconciliation
from junheng.explain.words import Words, shown
from junheng.intake.published import Figure

_LISTED: Final = 8  # explanations that fit equally


@cache
def wording() -> Mapping[str, Mapping[str, str]]:
    """Return the sentences of reconciliations."""
    text = resources.files("junheng.explain.reconcile").joinpath("wording.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """Return one sentence."""
    return wording()["say"][key].format(**values)


def head(key: str) -> str:
    """Return the head of a column, or a word in it."""
    return wording()["heads"][key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Puts a reconciliation in words, under the names of a rulebook and of the county's schools."""

    words: Words
    schools: Mapping[str, str | None]  # names by code

    def cause(self, cause: Cause) -> str:
        """Return what was done otherwise."""
        about = cause.about
        named = {
            key: value
            for key, value in about.items()
            if key in {"reported", "value", "low", "high"}
        }
        told = {key: shown(float(value)) for key, value in named.items()}
        for key, name in (
            ("item", self.words.short),
            ("element", self.words.element),
            ("kind", lambda code: self.words.choice("kind", code)),
            ("relaxation", self.words.relaxation),
            ("school", lambda code: self.words.school(code, self.schools.get(code))),
            ("stage", self._stage),
        ):
            if key in about:
                told[key] = name(about[key])
        if cause.id in {"one_value", "some_value"}:
            told["stage"] = say("in_stage", stage=told["stage"]) if told["stage"] else ""
            others = [self.words.element(name) for name in about.get("others", "").split()]
            told["others"] = say("others", names=say("names").join(others)) if others else ""
        return wording()["cause"][cause.id].format(**told)

    def _stage(self, code: str) -> str:
        return self.words.stage(Stage(code)) if code else ""

    def causes(self, fit: Fit) -> str:
        """Return all causes of a fit in one clause."""
        return say("and").join(self.cause(cause) for cause in fit.causes)

    def verdict(self, found: Reconciliation) -> Iterator[str]:
        """Yield what is to be said, sentence by sentence."""
        count = found.counted
        if found.outcome == "equal":
            yield say("equal", count=count)
            return
        known = len(found.off) - len(found.undecided)
        yield say("differ", count=len(found.published), off=known)
        if found.undecided:
            yield say("open", count=len(found.undecided))
        if found.outcome == "open":
            yield say("rest", count=count)
            return
        if found.aside:
            yield say("aside", count=count)
        yield from self._explanation(found, count)
        for advice in dict.fromkeys(_advice(c) for fit in found.fits for c in fit.causes):
            yield say("advice", advice=advice)

    def _explanation(self, found: Reconciliation, count: int) -> Iterator[str]:
        if found.outcome == "explained":
            yield say("explained", cause=self.causes(found.fits[0]), count=count)
        elif found.outcome == "ambiguous":
            yield say("ambiguous", number=len(found.fits), count=count)
            for number, fit in enumerate(found.fits[:_LISTED], 1):
                yield say("one_of", number=number, cause=self.causes(fit))
            if len(found.fits) > _LISTED:
                yield say("more", number=len(found.fits) - _LISTED)
        else:
            yield say("none", count=count)
            for fit in found.nearest[:1]:
                yield say("nearest", cause=self.causes(fit), off=len(fit.off))
            yield say("none_fix")

    def figure(self, figure: Figure) -> tuple[str, str, str]:
        """Return item, stage and kind of a figure."""
        item = self.words.short(figure.item) if figure.item else self.words.step("schools")
        return item, self._stage(figure.stage.value), wording()["kinds"][figure.kind]


def _advice(cause: Cause) -> str:
    return wording()["advice"][wording()["advice_of"].get(cause.id, "schools")]
