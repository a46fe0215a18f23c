"""Chapters two and three: the resource items and their dispersion between schools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from junheng.base.units import Status
from junheng.publish.chart import draw_dispersions
from junheng.publish.facts import Count, Facts, Row
from junheng.publish.gb9704 import Block, Grid, Picture, Text
from junheng.publish.numbers import fixed, plain
from junheng.publish.remarks import cv_remark
from junheng.publish.standards import bound
from junheng.publish.words import joined, sentences, wording

_WEAKEST = 2  # items named as those fewest schools meet


def items(facts: Facts) -> Iterator[Block]:
    """Yield how many schools pass and meet each item, and what the county lacks in all."""
    words: dict[str, Any] = wording("brief")["items"]
    yield Text(text=_passing(facts, words))
    if weakest := _weakest(facts, words):
        yield Text(text=weakest)
    yield _counts(facts, words)
    if lacking := _lacking(facts, words):
        yield Text(text=lacking)


def _passing(facts: Facts, words: dict[str, Any]) -> str:
    told = [
        _told(facts.names.stage(stage), facts.passing(stage), words) for stage in facts.stages()
    ]
    return sentences(told) + str(words["stop"]) if told else str(words["none"])


def _told(stage: str, count: Count, words: dict[str, Any]) -> str:
    if count.met == count.total:
        form = words["all_pass"]
    elif count.missing == count.total:
        form = words["all_open"]
    elif not count.met:
        form = words["none_passes"]
    else:
        form = words["some_pass"]
    text = str(form).format(
        stage=stage, total=count.total, met=count.met, percent=_percent(count.percent)
    )
    if count.missing and count.missing < count.total:
        text += str(words["open"]).format(missing=count.missing)
    return text


def _percent(value: float | None) -> str:
    return "" if value is None else fixed(value, 1)


def _weakest(facts: Facts, words: dict[str, Any]) -> str:
    told = []
    for stage in facts.stages():
        counts = [(item.id, facts.item(item.id, stage)) for item in facts.law.items]
        short = [(name, count) for name, count in counts if count.near + count.below]
        short.sort(key=lambda one: one[1].met)
        if not short:
            continue
        named = [
            words["weak"].format(
                short=facts.names.short(name), met=count.met, percent=_percent(count.percent)
            )
            for name, count in short[:_WEAKEST]
        ]
        told.append(words["weakest"].format(stage=facts.names.stage(stage), named=joined(named)))
    return sentences(told) + str(words["stop"]) if told else ""


def _counts(facts: Facts, words: dict[str, Any]) -> Grid:
    stages = facts.stages()
    headings = [words["item"]]
    for stage in stages:
        headings += [h.format(stage=facts.names.stage(stage)) for h in words["by_stage"]]
    rows = []
    for item in facts.law.items:
        row = [facts.names.words.indicator(item.id)]
        for stage in stages:
            standard = facts.standard(item.id, stage)
            shown = words["no_number"] if standard is None else bound("at_least", standard)
            row += [shown, *_cells(facts.item(item.id, stage), words)]
        rows.append(tuple(row))
    if facts.law.rollup is not None:
        last = [words["all"]]
        for stage in stages:
            last += [words["no_number"], *_cells(facts.passing(stage), words)]
        rows.append(tuple(last))
    return Grid(
        caption=words["caption"],
        headings=tuple(headings),
        rows=tuple(rows),
        widths=(words["item_width"], *words["stage_widths"] * len(stages)),
        note=words["note"] if _any_open(facts) else words["note_closed"],
    )


def _any_open(facts: Facts) -> bool:
    return any(
        facts.item(item.id, stage).missing for item in facts.law.items for stage in facts.stages()
    ) or any(facts.passing(stage).missing for stage in facts.stages())


def _cells(count: Count, words: dict[str, Any]) -> tuple[str, str]:
    form = words["met_open"] if count.missing else words["met"]
    shown = form.format(met=count.met, total=count.total, missing=count.missing)
    if count.missing == count.total:
        return shown, str(wording("common")["status"]["missing"])
    return shown, _percent(count.percent) or str(words["no_number"])


def _lacking(facts: Facts, words: dict[str, Any]) -> str:
    short = facts.totals_short()
    named = [
        words["lack"].format(
            short=facts.names.short(item.id),
            amount=plain(short[item.id][0]),
            unit=facts.names.unit(short[item.id][1]),
            schools=short[item.id][2],
        )
        for item in facts.law.items
        if item.id in short
    ]
    if not named:
        return ""
    return str(words["lacking"]).format(named=sentences(named))


# ------------------------------------------------------------------ dispersion


def dispersions(facts: Facts, font: Path | None) -> Iterator[Block]:
    """Yield what the coefficients say, their table and chart, and who weighs most in them."""
    words: dict[str, Any] = wording("brief")["dispersion"]
    rows = [
        row
        for stage in facts.stages()
        for item in facts.law.items
        if (row := facts.dispersion(item.id, stage)) is not None
    ]
    yield Text(text=_summary(rows, facts, words))
    if all(row["status"] == Status.MISSING.value for row in rows):
        return
    yield _table(facts, words)
    yield from _heaviest(rows, facts, words)
    # Last, so that text fills the page above where the picture has to go to the next one.
    yield from _chart(facts, font, words)


def _summary(rows: list[Row], facts: Facts, words: dict[str, Any]) -> str:
    by_status = {s: [row for row in rows if row["status"] == s.value] for s in Status}
    met, below = len(by_status[Status.MET]), by_status[Status.BELOW]
    open_rows = by_status[Status.MISSING]
    if not rows or len(open_rows) == len(rows):
        return str(words["all_open"])
    if met == len(rows):
        return str(words["all_met"]).format(total=len(rows))
    text = str(words["summary"]).format(total=len(rows), met=met)
    if below:
        text += str(words["below"]).format(count=len(below), named=_named(below, facts, words))
    if open_rows:
        text += str(words["open"]).format(
            count=len(open_rows), named=_named(open_rows, facts, words)
        )
    return text


def _named(rows: list[Row], facts: Facts, words: dict[str, Any]) -> str:
    return joined(
        [
            words["one" if row["cv"] is not None else "one_open"].format(
                stage=facts.names.stage(row["stage"]),
                short=facts.names.short(row["indicator"]),
                cv="" if row["cv"] is None else fixed(row["cv"], 3),
            )
            for row in rows
        ]
    )


def _table(facts: Facts, words: dict[str, Any]) -> Grid:
    stages, status = facts.stages(), facts.names.status
    headings, remarks = [words["item"]], []
    for stage in stages:
        headings += [h.format(stage=facts.names.stage(stage)) for h in words["by_stage"]]
    rows = []
    for item in facts.law.items:
        cells = [facts.names.words.indicator(item.id)]
        for stage in stages:
            row = facts.dispersion(item.id, stage)
            if row is None:
                cells += [words["no_number"]] * len(words["by_stage"])
                continue
            open_status = row["status"] == Status.MISSING.value
            notes = wording("common")["notes"]
            undecided = status(Status.MISSING) if open_status else notes["incomplete"]
            cells += [
                undecided if row["mean"] is None else fixed(row["mean"], 2),
                undecided if row["cv"] is None else fixed(row["cv"], 3),
                status(row["status"]),
            ]
            if row["cv"] is not None and (remark := cv_remark(row, facts)):
                remarks.append(f"{facts.names.short(item.id)} {remark}")
        rows.append(tuple(cells))
    caps = joined(
        [
            words["cap"].format(stage=facts.names.stage(stage), cap=fixed(facts.law.caps[stage], 2))
            for stage in facts.law.caps
        ]
    )
    return Grid(
        caption=words["caption"],
        headings=tuple(headings),
        rows=tuple(rows),
        widths=(words["item_width"], *words["stage_widths"] * len(stages)),
        note=sentences([words["note"].format(caps=caps), *remarks]) + words["note_stop"],
    )


def _chart(facts: Facts, font: Path | None, words: dict[str, Any]) -> Iterator[Block]:
    if font is None:
        yield Text(text=words["no_font"])
        return
    png = draw_dispersions(facts, font)
    if png is None:
        return
    yield Picture(png=png, caption=words["chart"], alternative=words["chart_says"])


def _heaviest(rows: list[Row], facts: Facts, words: dict[str, Any]) -> Iterator[Block]:
    """Name, for every coefficient beyond its cap, the school without which it falls most."""
    told = []
    for row in rows:
        if row["status"] != Status.BELOW.value or row["cv"] is None:
            continue
        found = facts.findings.filter(
            pl.col("stage") == row["stage"], pl.col("indicator") == row["indicator"]
        ).sort("cv_without", nulls_last=True, maintain_order=True)
        top = found.row(0, named=True)
        if top["contribution"] is None:
            continue
        lower = top["cv_without"] is not None and top["cv_without"] < row["cv"]
        form = words["heavy" if lower else "heavy_alone"]
        told.append(
            form.format(
                stage=facts.names.stage(row["stage"]),
                short=facts.names.short(row["indicator"]),
                school=facts.place_name(top["school"], top["stage"]),
                side=words["above" if top["value"] > row["mean"] else "beneath"],
                percent=fixed(top["contribution"] * 100, 1),
                without="" if top["cv_without"] is None else fixed(top["cv_without"], 3),
            )
        )
    if told:
        yield Text(text=words["heaviest"].format(told=sentences(told)))
