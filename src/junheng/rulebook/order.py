"""The legal order of the verdict, and whatever is named twice where once is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from junheng.rulebook.coverage import RESOURCE, Path
from junheng.rulebook.model import Rulebook
from junheng.rulebook.problems import Places, Problem

_NO_LAW = {("labels",), ("lineage",)}


def check_order(rulebook: Rulebook, places: Places) -> list[Problem]:
    """Return what is wrong with the steps, and the parts and readings with one name."""
    found = [*_steps(rulebook, places), *_lists(places, (), places.raw)]
    found += _twice(places, ("dictionary", "table"), [t.id for t in rulebook.dictionary.table])
    for at, indicator in enumerate(rulebook.indicators):
        path: Path = ("indicators", at, "part")
        found += _twice(places, path, [part.id for part in indicator.part])
        for number, part in enumerate(indicator.part):
            here = (*path, number, "variant")
            found += _twice(places, here, [variant.id for variant in part.variant])
    return found


def _steps(rulebook: Rulebook, places: Places) -> Iterator[Problem]:
    """Yield steps that come twice, that are lacking, and that have nothing to look at."""
    wanted = {indicator.area for indicator in rulebook.indicators} - {RESOURCE}
    needed = {str(area) for area in wanted}
    if wanted != {indicator.area for indicator in rulebook.indicators}:
        needed |= {"schools"} if rulebook.rollup else set()
        needed |= {"dispersion"} if rulebook.dispersion else set()
    for step in sorted(needed - set(rulebook.steps)):
        yield places.problem(("steps",), "step_lacking", name=step)
    for at, step in enumerate(rulebook.steps):
        if step not in needed:
            yield places.problem(("steps", at), "step_of_nothing", name=step)


def _lists(places: Places, path: Path, raw: object) -> Iterator[Problem]:
    """Yield what is listed twice anywhere in the rules: it would be counted twice, or for nothing."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            if (*path, key) not in _NO_LAW:
                yield from _lists(places, (*path, key), value)
    elif isinstance(raw, Sequence) and not isinstance(raw, str):
        yield from _twice(places, path, [name for name in raw if isinstance(name, str)])
        for at, value in enumerate(raw):
            yield from _lists(places, (*path, at), value)


def _twice(places: Places, path: Path, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield places.problem(path, "named_twice", name=name)
