"""What a rulebook says, as plain JSON values: every parameter with clause, days and sureness."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from junheng.base.elements import Definition, Element
from junheng.base.units import number_text
from junheng.rulebook.law import Law

# Of an element only what decides which values are legal; where it stands in forms decides nothing.
_OF_ELEMENTS: Final = frozenset(
    {"table", "type", "unit", "choices", "kinds", "minimum", "maximum", "at_most"}
)


@lru_cache(maxsize=16)  # the laws of a process: few
def law_statement(law: Law) -> dict[str, Any]:
    """Return the whole rulebook, with what is not in force too: who reads it decides by the day.

    Keys are those of the rule files; what a rule does not say is left out. The value returned
    is shared and must not be changed.
    """
    book = law.rulebook
    lists: dict[str, Sequence[Definition]] = {
        "scopes": book.scope,
        "splitting": book.splitting,
        "rollup": book.rollup,
        "dispersion": book.dispersion,
        "relaxations": book.relaxation,
        "indicators": book.indicators,
    }
    named: dict[str, Mapping[str, Definition]] = {
        "documents": book.documents,
        "clauses": book.clauses,
    }
    dictionary = book.dictionary
    return {
        "steps": list(book.steps),
        "public_sponsors": list(book.public_sponsors),
        "keys": {table.id: list(table.key) for table in dictionary.table},
        "elements": {name: _element(one) for name, one in dictionary.by_id().items()},
        **{name: [_plain(one) for one in rules] for name, rules in lists.items()},
        **{name: {key: _plain(one) for key, one in by_id.items()} for name, by_id in named.items()},
    }


def _element(element: Element) -> dict[str, Any]:
    stated: dict[str, Any] = _plain(element)
    return {key: value for key, value in stated.items() if key in _OF_ELEMENTS}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a rule holds
    if isinstance(value, Definition):
        said = ((name, getattr(value, name)) for name in _said(value))
        return {name: _plain(one) for name, one in said}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return number_text(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _said(value: Definition) -> list[str]:
    """Return the names of what a definition says beyond its defaults."""
    fields = type(value).model_fields
    return [
        name
        for name, field in fields.items()
        if field.is_required() or getattr(value, name) != field.get_default()
    ]
