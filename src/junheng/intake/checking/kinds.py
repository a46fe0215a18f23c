"""One function for every kind of test: which rows of a view are odd, and what there is to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from junheng.base.checks import (
    LAST,
    Absent,
    Among,
    Blank,
    Compare,
    Duplicate,
    Kept,
    Listed,
    Peers,
    Range,
    Ratio,
    Repeated,
    Says,
    Short,
    Slip,
    Test,
)
from junheng.base.elements import Figure
from junheng.base.units import SLACK
from junheng.intake.checking.views import (
    COUNTY,
    SCHOOL,
    Numbers,
    Positions,
    View,
    is_among,
)
from junheng.intake.text import normal

Flags = NDArray[np.bool_]

# What makes the median absolute deviation of a normal sample its standard deviation.
TO_DEVIATION: Final = 1.4826
# Texts compared again and again: names and evidence of a large county.
_TEXTS_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Odd rows of a view, the columns that are at odds, and numbers and words for the sentence."""

    odd: Flags
    names: tuple[str, ...]  # the first names the cell to look at
    told: Mapping[str, Any]  # by placeholder: one value, or one for every row
    others: Callable[[int], list[int]] | None = None  # rows that say the same
    first: Callable[[int], str] | None = None  # the column to look at, where it differs by row


def find(test: Test, view: View, chosen: Flags) -> Found:
    """Return the rows among the chosen that a test finds odd."""
    found: Found = _TESTS[type(test)](test, view, chosen)
    return found


# ------------------------------------------------------------------ numbers


def _range(test: Range, view: View, chosen: Flags) -> Found:
    value = view.numbers(test.of)
    odd = np.zeros(len(view), dtype=np.bool_)
    if test.low is not None:
        odd |= _under(value, float(test.low))
    if test.above is not None:
        odd |= value <= float(test.above)
    if test.high is not None:
        odd |= _over(value, float(test.high))
    told = {"value": value, "low": _number(test.low), "high": _number(test.high)}
    return Found(odd=odd & chosen, names=test.of, told=told)


def _over(values: Numbers, line: Numbers | float) -> Flags:
    """Return what is above a line by more than computing with fractions can make it."""
    above: Flags = values > line + SLACK
    return above


def _under(values: Numbers, line: Numbers | float) -> Flags:
    """Return what is below a line by more than computing with fractions can make it."""
    return _over(-values, -line)


def _number(figure: Figure | None) -> float | str:
    return "" if figure is None else float(figure)


def _compare(test: Compare, view: View, chosen: Flags) -> Found:
    left, right = view.numbers(test.left), view.numbers(test.right) + test.ahead
    slack = float(test.plus) + np.abs(right) * float(test.percent) / 100
    odd = np.zeros(len(view), dtype=np.bool_)
    if test.sign != "at_least":
        odd |= _over(left, right + slack)
    if test.sign != "at_most":
        odd |= _under(left, right - slack)
    told = {"left": left, "right": right, "apart": np.abs(left - right)}
    return Found(odd=odd & chosen, names=(*test.left, *test.right), told=told)


def _quotient(
    view: View, over: Sequence[str], under: Sequence[str], per: int, minus: Sequence[str] = ()
) -> tuple[Numbers, Numbers, Numbers]:
    """Return a ratio and its two sides; it is unknown where the lower one is not positive."""
    upper, lower = view.numbers(over), view.numbers(under)
    if minus:
        lower = lower - view.numbers(minus)
    divisor = np.where(lower > 0, lower, np.nan)
    return upper * per / divisor, upper, lower


def _ratio(test: Ratio, view: View, chosen: Flags) -> Found:
    ratio, upper, lower = _quotient(view, test.over, test.under, test.per, test.under_minus)
    odd = np.zeros(len(view), dtype=np.bool_)
    if test.low is not None:
        odd |= _under(ratio, float(test.low))
    if test.high is not None:
        odd |= _over(ratio, float(test.high))
    told = {
        "ratio": ratio, "over": upper, "under": lower,
        "low": _number(test.low), "high": _number(test.high),
    }  # fmt: skip
    names = (*test.over, *test.under, *test.under_minus)
    return Found(odd=odd & chosen, names=names, told=told)


def _slip(test: Slip, view: View, chosen: Flags) -> Found:
    ratio, upper, lower = _quotient(view, test.over, test.under, test.per)
    low, high, factor = float(test.low), float(test.high), float(test.factor)
    outside = _under(ratio, low) | _over(ratio, high)
    meant = ratio * factor
    odd = outside & ~_under(meant, low) & ~_over(meant, high)
    told = {
        "ratio": ratio, "over": upper, "under": lower, "low": low, "high": high,
        "meant": upper * factor, "meant_ratio": meant,
    }  # fmt: skip
    return Found(odd=odd & chosen, names=(*test.over, *test.under), told=told)


def _peers(test: Peers, view: View, chosen: Flags) -> Found:
    ratio, upper, lower = _quotient(view, test.over, test.under, test.per)
    known = chosen & (ratio > 0)
    band = np.digitize(np.nan_to_num(view.numbers(test.size)), test.bands)[known]
    alike = [view.part_of(COUNTY)[known], *(view.words(name)[known] for name in test.alike)]
    wide = _numbered(zip(*alike, strict=True))
    logs = np.log(ratio[known])
    near, far = (among_peers(logs, of) for of in (wide * (len(test.bands) + 1) + band, wide))
    peers = np.where(near[3] >= test.fewest, near, far)
    peers[:, peers[3] < test.fewest] = np.nan
    median, spread, alone, count = (np.full(len(view), np.nan) for _ in range(4))
    median[known], spread[known], alone[known], count[known] = peers
    away = np.abs(np.log(np.where(known, ratio, 1.0)) - median)
    strange = _over(away, spread * float(test.limit)) | _over(alone, np.log(float(test.apart)))
    odd = known & _over(away, np.log(float(test.factor))) & strange
    middles = np.exp(median)
    told = {
        "ratio": ratio, "over": upper, "under": lower, "median": middles,
        "times": np.exp(away), "count": count,
    }  # fmt: skip
    return Found(odd=odd, names=(*test.over, *test.under), told=told)


def _numbered(keys: Iterable[object]) -> Positions:
    """Return a number for every key, the same for equal ones."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def among_peers(values: Numbers, group: Positions) -> Numbers:
    """Return for every value of its group: median, spread, distance to the nearest other, count."""
    order = np.lexsort((values, group))
    in_order, of = values[order], group[order]
    _, starts, each, sizes = np.unique(
        of, return_index=True, return_inverse=True, return_counts=True
    )
    middle = _medians(in_order, starts, sizes)[each]
    away = np.abs(in_order - middle)
    spread = _medians(away[np.lexsort((away, of))], starts, sizes)[each] * TO_DEVIATION
    steps = np.where(np.diff(of) == 0, np.diff(in_order), np.inf)
    nearest = np.minimum(np.append(np.inf, steps), np.append(steps, np.inf))
    found = np.empty((4, len(values)))
    found[:, order] = middle, spread, nearest[: len(values)], sizes[each]
    return found


def _medians(in_order: Numbers, starts: Positions, sizes: Positions) -> Numbers:
    """Return the median of every group of values that stand group by group in their order."""
    medians: Numbers = (in_order[starts + (sizes - 1) // 2] + in_order[starts + sizes // 2]) / 2
    return medians


# ------------------------------------------------------------------ texts, choices and rows


def _duplicate(test: Duplicate, view: View, chosen: Flags) -> Found:
    columns = [view.column(name).values for name in test.same]
    within = (COUNTY,) if test.within == "county" else (COUNTY, SCHOOL)
    said = [list(map(_alike, column[chosen].tolist())) for column in columns]
    keys = list(zip(*(view.part_of(part)[chosen] for part in within), *said, strict=True))
    # Blanks, zeros and unknown numbers are no likeness.
    often = {key for key, n in Counter(keys).items() if n > 1 and all(key[len(within) :])}
    twins: dict[tuple[object, ...], list[int]] = {}
    for at, key in zip(np.flatnonzero(chosen).tolist(), keys, strict=True) if often else ():
        if key in often:
            twins.setdefault(key, []).append(at)
    rows = {at: together for together in twins.values() for at in together}
    odd = np.zeros(len(view), dtype=np.bool_)
    odd[list(rows)] = True
    count = np.zeros(len(view), dtype=np.intp)
    count[list(rows)] = [*map(len, rows.values())]
    told = {"value": columns[0], "count": count}
    return Found(
        odd=odd, names=test.same, told=told, others=lambda at: [r for r in rows[at] if r != at]
    )


@lru_cache(maxsize=_TEXTS_KEPT)
def _normal(text: str) -> str:
    return normal(text)


def _alike(value: object) -> object:
    if isinstance(value, str):
        return _normal(value)
    return value if value == value else None  # noqa: PLR0124 - only NaN differs from itself


def _repeated(test: Repeated, view: View, chosen: Flags) -> Found:
    texts = view.column(test.of).values
    places: dict[tuple[object, str], list[int]] = {}
    counties = view.part_of(COUNTY)
    for at in np.flatnonzero(chosen).tolist():
        if texts[at] is not None:
            places.setdefault((counties[at], _normal(texts[at])), []).append(at)
    often = [rows for rows in places.values() if len(rows) > test.high]
    odd = np.zeros(len(view), dtype=np.bool_)
    # One remark for one text, at its first place.
    odd[[rows[0] for rows in often]] = True
    rows_of = {rows[0]: rows for rows in often}
    count = [len(rows_of.get(at, ())) for at in range(len(view))]
    told = {"value": texts, "count": count, "high": float(test.high)}
    return Found(odd=odd, names=(test.of,), told=told, others=lambda at: rows_of[at][1:])


def _short(test: Short, view: View, chosen: Flags) -> Found:
    texts = view.column(test.of).values
    length = [0 if text is None else len(_normal(text)) for text in texts]
    odd = np.array([0 < n < test.low for n in length], dtype=np.bool_)
    told = {"value": texts, "length": length, "low": float(test.low)}
    return Found(odd=odd & chosen, names=(test.of,), told=told)


def _says(test: Says, view: View, chosen: Flags) -> Found:
    texts, choices = view.column(test.of).values, view.column(test.choice).values
    # The longest word counts: a name may hold a shorter one by chance.
    ordered = sorted(test.words, key=len, reverse=True)
    word = [next((w for w in ordered if w in (text or "")), "") for text in texts]
    odd = np.array(
        [
            bool(w) and choice is not None and choice not in test.words[w]
            for w, choice in zip(word, choices, strict=True)
        ],
        dtype=np.bool_,
    )
    told = {"value": texts, "word": word, "choice": choices}
    return Found(odd=odd & chosen, names=(test.choice, test.of), told=told)


def _among(test: Among, view: View, chosen: Flags) -> Found:
    values = view.column(test.of).values
    known = _filled(values)
    odd = known & ~is_among(view, test.of, test.codes)
    return Found(odd=odd & chosen, names=(test.of,), told={"value": values})


def _filled(values: NDArray[Any]) -> Flags:
    if values.dtype == object:
        return np.array([value is not None for value in values], dtype=np.bool_)
    known: Flags = ~np.isnan(values)
    return known


def _blank(test: Blank, view: View, chosen: Flags) -> Found:
    columns = {name: _filled(view.column(name).values) for name in (*test.of, *test.beside)}
    odd = np.zeros(len(view), dtype=np.bool_)
    for name in test.of:
        odd |= ~columns[name]
    beside = np.zeros(len(view), dtype=np.bool_) if test.beside else chosen
    for name in test.beside:
        beside = beside | columns[name]
    blank = [tuple(n for n in test.of if not columns[n][at]) for at in range(len(view))]
    return Found(
        odd=odd & beside & chosen,
        names=(*test.of, *test.beside),
        told={"blank": blank},
        first=lambda at: blank[at][0],
    )


def _absent(test: Absent, view: View, chosen: Flags) -> Found:
    return Found(odd=chosen & ~view.has_row(test.table), names=("school",), told={})


def _kept(test: Kept, view: View, chosen: Flags) -> Found:
    now, before = view.column(test.of).values, view.column(f"{LAST}{test.of}").values
    odd = _filled(now) & _filled(before) & (now != before)
    told = {"value": now, "last": before}
    return Found(odd=odd & chosen, names=(test.of,), told=told)


def _listed(test: Listed, view: View, chosen: Flags) -> Found:
    """Return rows that are new; those that are gone are looked for in the view of last year."""
    assert view.world.last is not None
    other = view.world.last.view(view.name).index()
    odd = np.array([key not in other for key in view.keys], dtype=np.bool_)
    name = "school_name"
    del test
    return Found(odd=odd & chosen, names=(name,), told={"value": view.column(name).values})


_TESTS: Final[Mapping[type[Any], Callable[[Any, View, Flags], Found]]] = {
    Range: _range,
    Compare: _compare,
    Ratio: _ratio,
    Slip: _slip,
    Peers: _peers,
    Duplicate: _duplicate,
    Repeated: _repeated,
    Short: _short,
    Says: _says,
    Among: _among,
    Blank: _blank,
    Absent: _absent,
    Kept: _kept,
    Listed: _listed,
}
