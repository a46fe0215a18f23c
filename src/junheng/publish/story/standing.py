"""Chapter one: where the county stands, step by step, with and without the relaxations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from junheng.base.units import Status
from junheng.evaluate.findings import Step
from junheng.evaluate.resources import SCOPE
from junheng.publish.facts import Facts
from junheng.publish.gb9704 import Block, Grid, Text
from junheng.publish.lines import lines_of
from junheng.publish.numbers import plain
from junheng.publish.remarks import step_word
from junheng.publish.words import date_words, joined, wording


def standing(facts: Facts) -> Iterator[Block]:
    """Yield basis, verdict, what fails at the gates, the table of steps, and the relaxations."""
    words: dict[str, Any] = wording("brief")["standing"]
    yield Text(text=_basis(facts, words))
    yield Text(text=_verdict(facts, words))
    yield from _gates(facts, words)
    rows = [_row(at, step, facts, words) for at, step in enumerate(facts.verdict.steps, 1)]
    columns = len(words["columns"]) - (not facts.law.relaxations)  # the last is theirs
    yield Grid(
        caption=words["caption"],
        headings=tuple(words["columns"][:columns]),
        rows=tuple(row[:columns] for row in rows),
        widths=tuple(words["widths"][:columns]),
        note=_note(facts, words),
    )
    if facts.law.relaxations:
        yield Text(text=_relaxed(facts, words))


def _note(facts: Facts, words: dict[str, Any]) -> str:
    """Say how the table counts, and what it leaves out where something does not apply."""
    found = facts.verdict.indicators.values()
    left_out = any(one.status is Status.NOT_APPLICABLE for one in found)
    return str(words["note_left_out" if left_out else "note"])


def _basis(facts: Facts, words: dict[str, Any]) -> str:
    text = str(words["basis"]).format(
        document=facts.names.document(),
        date=date_words(facts.evaluation.on),
        county=facts.county(),
    )
    counts = [_stage_count(stage, facts, words) for stage in facts.stages()]
    if not counts:
        return text + str(words["no_schools"]) + _excluded(facts, words)
    pupils = facts.evaluation.resources.sections["pupils"]
    form = words["schools_open"] if pupils.has_nulls() else words["schools"]
    return (
        text
        + str(form).format(counts=joined(counts), pupils=plain(float(pupils.sum())))
        + _excluded(facts, words)
    )


def _stage_count(stage: str, facts: Facts, words: dict[str, Any]) -> str:
    """Count a stage's sections; those in scope only perhaps make it an upper limit."""
    sections = facts.evaluation.resources.sections.filter(stage=stage)
    unsure = sections.height - int(sections["sure"].sum())
    return str(words["stage_count_open" if unsure else "stage_count"]).format(
        stage=facts.names.stage(stage), count=sections.height, open=unsure
    )


def _excluded(facts: Facts, words: dict[str, Any]) -> str:
    """Say how many schools are not looked at by themselves, and why."""
    if not facts.excluded:
        return ""
    scope = facts.law.scopes.get(SCOPE)
    counts = Counter(one.reason for one in facts.excluded)
    told = [
        form.format(count=counts[reason], least=scope.points_at_least if scope else "")
        for reason, form in words["excluded_for"].items()
        if counts[reason]
    ]
    return str(words["excluded"]).format(count=len(facts.excluded), told=joined(told))


def _verdict(facts: Facts, words: dict[str, Any]) -> str:
    steps = facts.verdict.steps
    named = {
        status: joined([facts.names.step(s.id) for s in steps if s.status is status])
        for status in (Status.MET, Status.BELOW, Status.MISSING)
    }
    counts = {status: sum(s.status is status for s in steps) for status in named}
    overall = facts.verdict.status
    if overall is Status.MISSING and not counts[Status.MET]:
        return str(words["nothing_known"])
    text = str(words["verdict"][overall])
    if overall is Status.MET:
        return text
    told = [
        words["told"][status].format(count=counts[status], steps=named[status])
        for status in (Status.MET, Status.BELOW, Status.MISSING)
        if counts[status]
    ]
    return text + str(words["of_steps"]).format(total=len(steps), told=words["between"].join(told))


def _gates(facts: Facts, words: dict[str, Any]) -> Iterator[Block]:
    """Yield what is wrong at the gates, which no later step can mend."""
    for area in ("eligibility", "veto"):
        failing = [line for line in lines_of(area, facts) if line.found.status is Status.BELOW]
        if failing:
            names = joined([line.name for line in failing])
            yield Text(text=words["gates"][area].format(names=names))


def _row(at: int, step: Step, facts: Facts, words: dict[str, Any]) -> tuple[str, ...]:
    relaxed = next(s for s in facts.evaluation.relaxed.steps if s.id == step.id)
    total = step.met + step.below + step.missing
    return (
        words["step"].format(at=at, name=facts.names.step(step.id)),
        str(total),
        str(step.met),
        str(step.below),
        str(step.missing),
        step_word(step),
        step_word(relaxed),
    )


def _relaxed(facts: Facts, words: dict[str, Any]) -> str:
    strict, relaxed = facts.verdict, facts.evaluation.relaxed
    gains = []
    for before, after in zip(strict.steps, relaxed.steps, strict=True):
        if after.met != before.met:
            form = words["gain"].get(before.id, words["gain"]["other"])
            gained = after.met - before.met
            gains.append(form.format(step=facts.names.step(before.id), count=gained))
    if relaxed.status is not strict.status:
        return str(words["relaxed_changes"][relaxed.status])
    if not gains:
        return str(words["relaxed_same"])
    return str(words["relaxed_gains"]).format(gains=joined(gains))
