"""The indicator page of the documentation, written from the rule data alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from junheng.base.units import Sureness
from junheng.explain.words import Words, shown
from junheng.rulebook.model import (
    Attested,
    Indicator,
    Part,
    Relaxation,
    Rulebook,
    Splitting,
    Standard,
)
from junheng.rulebook.problems import element_names


@cache
def _wording() -> dict[str, str]:
    text = resources.files("junheng.publish").joinpath("wording/indicators_page.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def _say(key: str, **values: object) -> str:
    return _wording()[key].format(**values)


def indicators_page(rulebook: Rulebook) -> str:
    """Return the page in Markdown: every indicator, rule and document of the rulebook."""
    words = Words(rulebook.labels)
    lines = [_say("title", name=words.rulebook), "", _say("intro", sha=rulebook.sha256[:12]), ""]
    areas = dict.fromkeys(indicator.area for indicator in rulebook.indicators)
    for area in areas:
        lines += [_say("area", area=words.area(area)), ""]
        for indicator in rulebook.indicators:
            if indicator.area == area:
                lines += [*_indicator(rulebook, words, indicator), ""]
    lines += [_say("rules"), "", *_rules(rulebook, words), ""]
    lines += [_say("documents"), "", *_documents(rulebook)]
    return "\n".join(lines) + "\n"


def _indicator(rulebook: Rulebook, words: Words, indicator: Indicator) -> Iterator[str]:
    label = words.indicator(indicator.id)
    numbered = indicator.number is not None
    key = "heading" if numbered else "plain"
    yield _say(key, number=indicator.number, label=label) if numbered else _say(key, label=label)
    yield ""
    yield _say(
        "id",
        id=indicator.id,
        clause=words.clause(rulebook, indicator.clause),
        sureness=words.sureness(indicator.sureness),
        since=indicator.valid_from,
    )
    scopes = dict.fromkeys(p.scope for p in indicator.part if p.scope)
    for scope in scopes:
        yield _say("scope", scope=words.scope(scope))
    for part in indicator.part:
        yield from _part(words, indicator, part)
    names = dict.fromkeys(n for part in indicator.part for n in element_names(part.measure))
    if names:
        yield _say("inputs", names=_wording()["list"].join(words.element(n) for n in names))
    for relaxation in rulebook.relaxation:
        if relaxation.indicator == indicator.id:
            yield _relaxed(words, relaxation)


def _relaxed(words: Words, relaxation: Relaxation) -> str:
    return _say(
        "relaxed",
        label=words.relaxation(relaxation.id),
        since=relaxation.valid_from,
        until=_say("until", date=relaxation.valid_until) if relaxation.valid_until else "",
        sureness=words.sureness(relaxation.sureness),
        duty=_say("duty", years=relaxation.duty_years) if relaxation.duty_years else "",
    )


def _part(words: Words, indicator: Indicator, part: Part) -> Iterator[str]:
    texts = [_standard(words, standard) for standard in part.standard]
    if not texts:
        attested = isinstance(part.measure, Attested)
        texts = [_say("attested" if attested else "measure")]
    text = words.join_list(texts)
    if len(indicator.part) == 1:
        yield _say("standard", text=text)
    else:
        yield _say("part", label=words.part(indicator.id, part.id), text=text)
    for variant in part.variant:
        yield _say("variant", label=words.variant(indicator.id, variant.id))


def _standard(words: Words, standard: Standard) -> str:
    note = _say("note", sureness=words.sureness(standard.sureness)) if standard.sureness else ""
    return _say(
        "since",
        who=words.reach(standard),
        sign=words.comparison(standard.comparison),
        number=shown(standard.number),
        date=standard.valid_from,
        note=note,
    )


def rule_lines(rulebook: Rulebook) -> Iterator[str]:
    """Yield a line for every rule beside the indicators: roll-up, caps, scopes, relaxations."""
    words = Words(rulebook.labels)
    yield from _rules(rulebook, words)
    for relaxation in rulebook.relaxation:
        yield _relaxed(words, relaxation)


def _rules(rulebook: Rulebook, words: Words) -> Iterator[str]:
    for rule in rulebook.rollup:
        clause = words.clause(rulebook, rule.clause)
        yield _say("rollup", met=rule.met_at_least, floor=rule.floor_percent, clause=clause)
    for cap in rulebook.dispersion:
        clause = words.clause(rulebook, cap.clause)
        yield _say("cap", stage=words.stage(cap.stage), cap=cap.at_most, clause=clause)
    for split in rulebook.splitting:
        weights = _wording()["list"].join(
            f"{words.stage(stage)} {weight}" for stage, weight in split.weights.items()
        )
        yield _say(
            "split",
            kind=words.choice("kind", split.kind),
            weights=weights,
            clause=words.clause(rulebook, split.clause),
            sureness=words.sureness(split.sureness),
            note=_unsure_stages(words, split),
        )
    for scope in rulebook.scope:
        yield _say(
            "scopes",
            name=words.scope(scope.id),
            clause=words.clause(rulebook, scope.clause),
            sureness=words.sureness(scope.sureness),
        )


def _unsure_stages(words: Words, split: Splitting) -> str:
    """Return the stages whose weight is less sure than the rest, nothing where there are none."""
    stages = [words.stage(stage) for stage in split.unsure_stages]
    if not stages:
        return ""
    sureness = words.sureness(Sureness.UNSURE)
    return _say("split_note", stages=_wording()["list"].join(stages), sureness=sureness)


def _documents(rulebook: Rulebook) -> Iterator[str]:
    for document in rulebook.documents.values():
        note = f" {document.note}" if document.note else ""
        yield _say("document", title=document.title, number=document.number, note=note)
