"""What somebody still has to report before each undecided verdict can be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from junheng.base.units import Stage, Status
from junheng.evaluate.findings import CountyEvaluation, Input, Verdict
from junheng.evaluate.measures import Item, items_of
from junheng.evaluate.resources import SCOPE
from junheng.evaluate.sections import build_sections, pupils_element
from junheng.intake.tables import Cell, Tables
from junheng.rulebook.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInput:
    """One value not reported, the verdict it leaves undecided, and the cell where it belongs."""

    verdict: str  # "school", "dispersion" or "indicator"
    indicator: str | None  # None for a school verdict
    school: str | None  # of the verdict, where it is about a school
    stage: str | None
    input: Input
    cell: Cell | None  # None where there is no row for it yet


def open_inputs(evaluation: CountyEvaluation, tables: Tables, law: Law) -> tuple[OpenInput, ...]:
    """Return the inputs that could still decide each undecided verdict of the strict scenario.

    A decided verdict needs nothing, however much is missing around it.
    """
    resources = evaluation.resources
    undecided = resources.dispersions.filter(pl.col("status") == Status.MISSING.value)
    keys = set(undecided.select("stage", "indicator").iter_rows())
    items = items_of(law)
    found: list[OpenInput] = []
    if keys or (resources.sections["status"] == Status.MISSING.value).any():
        reported = _Reported.of(tables, law)
        for section in resources.sections.to_dicts():
            found += _of_section(section, reported, items, keys)
    found += _of_indicators(evaluation.strict, tables)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reported:
    """What each school reported, by school and stage, and the rows it stands in."""

    tables: Tables
    law: Law
    campuses: Mapping[tuple[str, str], dict[str, object]]
    rows: Mapping[str, Mapping[tuple[str, ...], int]]

    @classmethod
    def of(cls, tables: Tables, law: Law) -> _Reported:
        sections = build_sections(tables, law, law.scopes[SCOPE])
        rows = {}
        for name in ("schools", "facilities", "teachers"):
            key = law.rulebook.dictionary.table_of(name).key
            frame = tables[name].select(*key, "row")
            rows[name] = {tuple(map(str, r[:-1])): r[-1] for r in frame.iter_rows()}
        campuses = {(str(r["school"]), str(r["stage"])): r for r in sections.to_dicts()}
        return cls(tables=tables, law=law, campuses=campuses, rows=rows)

    def gap(self, element: str, school: str, stage: str) -> Input:
        table = self.law.rulebook.dictionary.by_id()[element].table
        by_stage = table == "teachers"
        key = (school, stage) if by_stage else (school,)
        return Input(
            table=table,
            element=element,
            school=school,
            stage=stage if by_stage else None,
            row=self.rows[table].get(key),
        )

    def gaps(self, item: Item | None, school: str, stage: str) -> Iterator[Input]:
        """Yield what an item lacks at one campus; with no item, the pupils it lacks."""
        campus = self.campuses.get((school, stage))
        if campus is None:
            return
        names: list[str] = [pupils_element(Stage(stage))]
        if item is not None:
            names += [*item.measure.numerator.get(Stage(stage), ()), *item.measure.minus]
            if item.measure.split:
                names += self._other_pupils(campus)
        for name in dict.fromkeys(names):
            if campus[name] is None:
                yield self.gap(name, school, stage)

    def _other_pupils(self, campus: Mapping[str, object]) -> list[str]:
        weights = self.law.weights.get(str(campus["kind"]), {})
        names = [pupils_element(s) for s in weights if s is not Stage.KINDERGARTEN]
        if Stage.KINDERGARTEN in weights and "has_kindergarten" in campus:
            has = campus["has_kindergarten"]
            names += ["has_kindergarten"] if has is None else []
            names += [pupils_element(Stage.KINDERGARTEN)] if has else []
        return names


def _of_section(
    section: Mapping[str, object],
    reported: _Reported,
    items: Iterable[Item],
    undecided: set[tuple[str, str]],
) -> Iterator[OpenInput]:
    school, stage = str(section["school"]), str(section["stage"])
    merged = section["merged"] or ()
    campuses = [school, *(merged if isinstance(merged, list) else ())]
    for item in items:
        item_open = section[f"{item.id}.status"] == Status.MISSING.value
        blocks_school = section["status"] == Status.MISSING.value and item_open
        blocks_cv = (stage, item.id) in undecided and section[f"{item.id}.value"] is None
        for campus in campuses if blocks_school or blocks_cv else ():
            for gap in reported.gaps(item, campus, stage):
                cell = reported.tables.cell(gap.table, gap.element, gap.row) if gap.row else None
                for verdict, owner, blocked in (
                    ("school", school, blocks_school),
                    ("dispersion", None, blocks_cv),
                ):
                    if blocked:
                        yield OpenInput(
                            verdict=verdict,
                            indicator=item.id,
                            school=owner,
                            stage=stage,
                            input=gap,
                            cell=cell,
                        )


def _of_indicators(verdict: Verdict, tables: Tables) -> Iterator[OpenInput]:
    for found in verdict.indicators.values():
        for gap in found.missing:
            in_form = gap.table == "county"
            known = gap.row is not None or in_form
            yield OpenInput(
                verdict="indicator",
                indicator=found.indicator,
                school=gap.school,
                stage=gap.stage,
                input=gap,
                cell=tables.cell(gap.table, gap.element, gap.row) if known else None,
            )
