"""Checks that name views, columns, clauses or words that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Final

from junheng.base.checks import LAST, Absent, Check, Product, Sum, Total, Where, names_in
from junheng.rulebook.model import Rulebook
from junheng.rulebook.problems import Places, Problem, describe

Path = tuple[str | int, ...]

# Views that are no table of their own, from the widest key to the narrowest.
_ABOVE: Final = ("county", "schools", "sections", "grades")
# What each kind of test can say; every sentence may also name the {cell} looked at.
PLACEHOLDERS: Final[dict[str, tuple[str, ...]]] = {
    "range": ("value", "low", "high"),
    "compare": ("left", "right", "apart"),
    "ratio": ("ratio", "over", "under", "low", "high"),
    "slip": ("ratio", "over", "under", "low", "high", "meant", "meant_ratio"),
    "peers": ("ratio", "over", "under", "median", "times", "count"),
    "duplicate": ("value", "others", "count"),
    "repeated": ("value", "others", "count", "high"),
    "short": ("value", "length", "low"),
    "says": ("value", "word", "choice"),
    "among": ("value",),
    "blank": ("blank",),
    "absent": (),
    "kept": ("value", "last"),
    "listed": ("value",),
}
_SENTENCES: Final = ("why", "fix")


def check_checks(
    rulebook: Rulebook, places: Places, unreadable: frozenset[str]
) -> Iterator[Problem]:
    """Yield everything in the checks of a rulebook that leads nowhere.

    Args:
        rulebook: what could be read.
        places: where it stands.
        unreadable: names that are defined, but not well; to name them is no fault.
    """
    looked = _Looked(rulebook=rulebook, places=places, unreadable=unreadable)
    checks = rulebook.checks
    for kind in ("total", "sum", "product"):
        for at, column in enumerate(getattr(checks, kind)):
            yield from looked.column(("checks", kind, at), column)
    for at, check in enumerate(checks.check):
        yield from looked.check(("checks", "check", at), check)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    rulebook: Rulebook
    places: Places
    unreadable: frozenset[str]

    def column(self, path: Path, column: Total | Sum | Product) -> Iterator[Problem]:
        """Yield what is wrong with a counted column."""
        yield from self._view(path, column.view)
        if isinstance(column, Total):
            yield from self._view(path, column.source)
            yield from self._where(path, column.source, column.where)
            yield from self._names(path, column.source, [column.of] if column.of else [])
        elif isinstance(column, Sum):
            yield from self._names(path, column.view, column.of)
        else:
            yield from self._names(path, column.view, [n for pair in column.pairs for n in pair])

    def check(self, path: Path, check: Check) -> Iterator[Problem]:
        """Yield what is wrong with a check and its sentences."""
        yield from self._view(path, check.view)
        yield from self._where(path, check.view, check.where)
        yield from self._names(path, check.view, names_in(check.test))
        if isinstance(check.test, Absent):
            tables = [table.id for table in self.rulebook.dictionary.table]
            if check.test.table not in tables:
                yield self.places.problem(
                    (*path, "test"), "unknown_table", **describe(check.test.table, tables)
                )
        clauses = {*self.rulebook.clauses, *self.unreadable}
        if check.clause is not None and check.clause not in clauses:
            yield self.places.problem(
                (*path, "clause"), "unknown_clause",
                **describe(check.clause, self.rulebook.clauses),
            )  # fmt: skip
        ids = {one.id for one in self.rulebook.checks.check}
        for name in check.unless:
            if name not in ids | self.unreadable:
                yield self.places.problem((*path, "unless"), "unknown_check", **describe(name, ids))
        yield from self._texts(path, check)

    def _view(self, path: Path, name: str) -> Iterator[Problem]:
        known = {*_ABOVE, *(table.id for table in self.rulebook.dictionary.table)}
        if name not in known | self.unreadable:
            yield self.places.problem(path, "unknown_view", **describe(name, known))

    def _where(self, path: Path, view: str, where: Where) -> Iterator[Problem]:
        names = [*where.among, *where.not_among, *where.at_least, *where.at_most]
        names += ["kind"] * bool(where.kinds)
        yield from self._names((*path, "where"), view, names)

    def _names(self, path: Path, view: str, names: Any) -> Iterator[Problem]:  # noqa: ANN401
        known = self.reachable(view)
        # An element of a table that is not there is a fault of its own.
        tables = {table.id for table in self.rulebook.dictionary.table}
        known |= {e.id for e in self.rulebook.dictionary.element if e.table not in tables}
        for name in names:
            if name.removeprefix(LAST) not in known | self.unreadable:
                yield self.places.problem(
                    path, "unknown_column", view=view, **describe(name, known)
                )

    def reachable(self, view: str) -> set[str]:
        """Return the columns that the rows of a view can be said to have."""
        book = self.rulebook
        keys = {
            t.id: {e.id for e in book.dictionary.elements_of(t.id)} for t in book.dictionary.table
        }
        own = set(keys.get(view, ()))
        chain = [*_ABOVE[: _ABOVE.index(view) + 1]] if view in _ABOVE else ["county"]
        if view not in _ABOVE and "school" in own:
            chain += ["schools", "sections"] if "stage" in own else ["schools"]
        counted: tuple[Total | Sum | Product, ...] = (
            *book.checks.total,
            *book.checks.sum,
            *book.checks.product,
        )
        found = own | {one.id for one in counted if one.view in {*chain, view}}
        homes = {("school",): "schools", ("school", "stage"): "sections"}
        for table in book.dictionary.table:
            home = "county" if table.layout == "form" else homes.get(table.key, table.id)
            if home in chain:
                found |= keys[table.id]
        if view in {"sections", "grades"}:
            stages = book.dictionary.by_id()["stage"].choices if "stage" in own | found else ()
            found |= {n.removesuffix(f"_{s}") for n in found for s in stages if n.endswith(s)}
        return found

    def _texts(self, path: Path, check: Check) -> Iterator[Problem]:
        every = self.rulebook.labels.get("checks", {})
        texts = every.get(check.id, {}) if isinstance(every, dict) else {}
        texts = texts if isinstance(texts, dict) else {}
        for part in ("name", *_SENTENCES):
            if not isinstance(texts.get(part), str):
                yield self.places.problem(path, "no_check_text", name=f"{check.id}.{part}")
        known = {*PLACEHOLDERS[check.test.kind], "cell"}
        for part in _SENTENCES:
            named = {name for _, name, _, _ in Formatter().parse(_text(texts, part)) if name}
            for name in sorted(named - known):
                listed = ", ".join(sorted(known))
                values = {"check": check.id, "known": listed, "name": name}
                yield self.places.problem(path, "unknown_word", **values)


def _text(texts: Mapping[str, object], part: str) -> str:
    """Return a sentence; what is no text is told of elsewhere."""
    text = texts.get(part)
    return text if isinstance(text, str) else ""
