"""The Chinese of the statistics reader, and how headings are compared."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from junheng.intake.numbers import is_some_unit
from junheng.intake.rejects import Notice, Reject
from junheng.intake.text import half_width, normal, shown
from junheng.intake.wording import wording as intake_wording

_FILE: Final = Path(__file__).parent / "wording.zh_Hans.toml"
_WITH_UNIT: Final = re.compile(r"(.+)\(([^()]*)\)")
_NUMERIC: Final = re.compile(r"[+\-]?[\d,. ]*\d[\d,. ]*%?")


@cache
def wording() -> dict[str, Any]:
    """Return the whole wording file."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def said(key: str, **values: object) -> str:
    """Return one text with its values filled in."""
    text = str(wording()["said"][key])
    return text.format(**values) if values else text


# ------------------------------------------------------------------ headings


@dataclass(frozen=True, slots=True)
class Label:
    """A heading as it is compared, and the unit written in it."""

    name: str
    unit: str = ""


@cache
def label_of(text: str) -> Label:
    """Return a heading without numbering, "of which" marks, blanks and unit."""
    plain = _dashes(normal(half_width(text)))
    plain = _leading().sub("", plain)
    match = _WITH_UNIT.fullmatch(plain)
    if match is not None and is_some_unit(match[2]):
        return Label(match[1], match[2])
    return Label(plain)


@cache
def path_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path of headings as it is compared."""
    return tuple(label_of(name).name for name in names)


def is_number(cell: object) -> bool:
    """Whether a cell holds a number, in whatever form."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return True
    return isinstance(cell, str) and bool(_NUMERIC.fullmatch(half_width(cell)))


@cache
def is_label(text: str) -> bool:
    """Whether a text names something, rather than being a value, a unit or a word for nothing."""
    half = half_width(text)
    if not any(mark.isalpha() for mark in half) or _NUMERIC.fullmatch(half):
        return False
    return half.upper() not in _nothing_words() and not is_some_unit(half)


@cache
def is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else."""
    return bool(normal(text)) and not is_number(text) and is_some_unit(half_width(text))


@cache
def names_of(key: str) -> frozenset[str]:
    """Return a list of the wording file as headings are compared."""
    return frozenset(label_of(name).name for name in wording()["words"][key])


@cache
def _nothing_words() -> frozenset[str]:
    words = intake_wording()["words"]
    return frozenset(
        half_width(w).upper() for key in ("none", "unknown", "dash") for w in words[key]
    )


@cache
def _leading() -> re.Pattern[str]:
    marks = "|".join(re.escape(half_width(mark)) for mark in wording()["words"]["leading"])
    digits = wording()["words"]["digits"] + intake_wording()["words"]["ten"]
    stop = wording()["words"]["stop"]
    numbering = rf"[{digits}]+{stop}|\([{digits}\d]+\)|\d+(?:{stop}|\.)(?!\d)"
    return re.compile(rf"^(?:{marks}|{numbering})+")


def _dashes(text: str) -> str:
    return re.sub("[\u2010-\u2015\u2212~\uff5e]+", "-", text)


# ------------------------------------------------------------------ what is reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a statistics file as the user sees it."""

    file: str
    sheet: str = ""
    cell: str = ""
    heading: str = ""


@dataclass(slots=True)
class Log:
    """Collects refusals and notices; notices that say the same are counted, not repeated."""

    rejects: list[Reject] = field(default_factory=list)
    _notices: dict[tuple[str, ...], tuple[Notice, int]] = field(default_factory=dict)

    def refuse(self, code: str, at: Spot, value: object = "", /, **params: object) -> None:
        """Refuse something at a place."""
        texts = wording()["rejects"][code]
        values = {"hint": "", "value": shown(value), **params}
        self.rejects.append(
            Reject(
                code=code,
                file=at.file,
                sheet=at.sheet,
                cell=at.cell,
                heading=at.heading,
                value=shown(value),
                why=texts["why"].format(**values).strip(),
                fix=texts["fix"].format(**values).strip(),
            )
        )

    def add(self, reject: Reject) -> None:
        """Refuse something worded elsewhere."""
        self.rejects.append(reject)

    def remark(
        self, code: str, at: Spot, value: object, understood: str, *, same: tuple[str, ...] = ()
    ) -> None:
        """Note something; notices with the same `same` are told once, with their number."""
        key = (code, *same) if same else (code, at.file, at.sheet, at.cell, at.heading, understood)
        first, count = self._notices.get(key, (None, 0))
        notice = first or Notice(
            code=code,
            file=at.file,
            sheet=at.sheet,
            cell=at.cell,
            heading=at.heading,
            value=shown(value),
            read_as=understood,
        )
        self._notices[key] = (notice, count + 1)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All notices in the order they first came up."""
        return tuple(
            replace(notice, read_as=notice.read_as + said("times", count=count))
            if count > 1
            else notice
            for notice, count in self._notices.values()
        )
