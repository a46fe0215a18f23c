"""The element page of the documentation, written from the element dictionary alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from junheng.base.elements import Element, FormCell
from junheng.explain.words import Words, shown
from junheng.rulebook.model import Rulebook


@cache
def _wording() -> dict[str, Any]:
    text = resources.files("junheng.publish").joinpath("wording/elements_page.zh_Hans.toml")
    return tomllib.loads(text.read_text(encoding="utf-8"))


def _say(key: str, **values: object) -> str:
    return str(_wording()[key]).format(**values)


def elements_page(rulebook: Rulebook) -> str:
    """Return the page in Markdown: one table of columns for every sheet of the workbook."""
    words = Words(rulebook.labels)
    lines = [_say("title", name=words.rulebook), "", _say("intro"), ""]
    for table in rulebook.dictionary.table:
        lines += [_say("table", label=words.table(table.id)), ""]
        lines += [_say("note", note=words.table_note(table.id), id=table.id), ""]
        lines += [_say("head"), _say("rule")]
        elements = rulebook.dictionary.elements_of(table.id)
        lines += [_row(words, element) for element in elements]
        lines.append("")
    return "\n".join(lines)


def _row(words: Words, element: Element) -> str:
    return _say(
        "row",
        label=words.element(element.id),
        id=element.id,
        type=_wording()["type"][element.type],
        unit=words.unit(element.unit),
        range=_range(words, element),
        required=_required(words, element),
        who=_wording()["list"].join(_whom(words, element)),
        forms=_wording()["list"].join(_form(form) for form in element.forms),
    )


def _range(words: Words, element: Element) -> str:
    if element.type == "choice":
        return str(_wording()["list"]).join(words.choice(element.id, c) for c in element.choices)
    if not element.is_number:
        return ""
    if element.type == "year":
        return _say("range", low=element.minimum, high=element.maximum)
    low = shown(float(element.minimum))
    if element.at_most is not None:
        return _say("at_most", low=low, other=words.element(element.at_most))
    return _say("range", low=low, high=shown(float(element.maximum or 0)))


def _required(words: Words, element: Element) -> str:
    kinds = _wording()["required"]
    if element.when is not None:
        values = [words.answer_of(element.when.element, code) for code in element.when.among]
        asked = words.element(element.when.element)
        return _say("when", element=asked, values=_wording()["list"].join(values))
    if element.structural:
        return str(kinds["structural"])
    return str(kinds["required" if element.required else "optional"])


def _whom(words: Words, element: Element) -> Iterator[str]:
    for kind in element.kinds:
        yield words.choice("kind", kind)
    for stage in element.stages:
        yield words.stage(stage)


def _form(form: FormCell) -> str:
    if form.cell is None:
        return _say("by_heading", form=form.form)
    return _say("form", form=form.form, cell=form.cell)
