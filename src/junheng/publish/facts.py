"""Counted facts about a county that several editions show; nothing here is judged anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from junheng.base.units import Stage, Status
from junheng.evaluate.findings import CountyEvaluation, Resources, Verdict
from junheng.evaluate.measures import items_of
from junheng.explain.exclusions import Exclusion, exclusions
from junheng.explain.gaps import OpenInput, open_inputs
from junheng.explain.margins import section_findings
from junheng.intake.checking.issues import Issue
from junheng.intake.checking.reasons import UNCHECKED, Answered, Reason
from junheng.intake.tables import Tables
from junheng.publish.numbers import percent
from junheng.publish.words import Names, names_of, wording
from junheng.rulebook.law import Law

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many sections of a stage are in which state; the total is theirs, not a sum of states."""

    total: int
    met: int
    near: int
    below: int
    missing: int

    @property
    def percent(self) -> float | None:
        """Share of the sections surely met, in percent with one decimal."""
        return percent(self.met, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One section that does not surely pass, with its items that are not met."""

    name: str  # the school, and which part of it
    section: Row
    unmet: tuple[Row, ...]  # rows of `section_findings` that are near or below
    open: tuple[Row, ...]  # rows that are undecided
    repairs: int  # items that must be raised before the section passes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One evaluation with what is counted from it, ready for any edition.

    findings: frame of `section_findings`, without relaxations.
    """

    evaluation: CountyEvaluation
    law: Law
    names: Names
    findings: pl.DataFrame
    schools: Mapping[str, Row]  # rows of the schools table by code
    tables: Tables
    excluded: tuple[Exclusion, ...]  # schools that are no section of their own
    opens: tuple[OpenInput, ...]  # what must be reported to decide what is undecided
    passed: tuple[tuple[Issue, Reason], ...] = ()  # warnings with the reason that passes each

    @property
    def verdict(self) -> Verdict:
        """The verdict without relaxations: the headline."""
        return self.evaluation.strict

    def county(self) -> str:
        """Return the county's name, a plain word where none was given."""
        return self.evaluation.county or str(wording("common")["names"]["no_name"])

    def county_row(self) -> Row:
        """Return what the county reported about itself, empty if nothing."""
        frame = self.tables.frames.get("county")
        return frame.row(0, named=True) if frame is not None and frame.height else {}

    def stages(self) -> tuple[str, ...]:
        """Return the stages that have sections in this county, in order."""
        present = set(self.evaluation.resources.sections["stage"])
        return tuple(stage.value for stage in Stage if stage.value in present)

    def item(self, item: str, stage: str) -> Count:
        """Count the sections of a stage by their state in one item."""
        return _count(self.evaluation.resources, stage, f"{item}.status")

    def passing(self, stage: str, *, relaxed: bool = False) -> Count:
        """Count the sections of a stage by whether they pass as schools."""
        found = self.evaluation.relaxed_resources if relaxed else self.evaluation.resources
        return _count(found, stage, "status")

    def dispersion(self, item: str, stage: str) -> Row | None:
        """Return the dispersion row of one item and stage, None if there is no such section."""
        frame = self.evaluation.resources.dispersions
        rows = frame.filter(pl.col("indicator") == item, pl.col("stage") == stage).to_dicts()
        return rows[0] if rows else None

    def standard(self, item: str, stage: str) -> float | None:
        """Return the standard of an item at a stage."""
        found = next(i for i in items_of(self.law) if i.id == item)
        return found.standards.get(stage)

    def school_name(self, code: str | None) -> str:
        """Return a school's name, its code if it gave none, the county's word for no school."""
        if code is None:
            return self.names.words.county
        name = self.schools.get(code, {}).get("school_name")
        return str(name) if name else code

    def place_name(self, code: str | None, stage: str | None) -> str:
        """Return a school with its stage where it has several."""
        name = self.school_name(code)
        kind = self.schools.get(code or "", {}).get("kind")
        return self.names.section(name, str(kind), stage) if stage and kind else name

    def cases(self) -> list[Case]:
        """Return the sections that do not surely pass, those short of most first."""
        by_section: dict[tuple[str, str], list[Row]] = {}
        for row in self.findings.to_dicts():
            by_section.setdefault((row["school"], row["stage"]), []).append(row)
        found = []
        for section in self.evaluation.resources.sections.to_dicts():
            if section["status"] == Status.MET.value:
                continue
            rows = by_section[section["school"], section["stage"]]
            found.append(self._case(section, rows))
        return sorted(found, key=_gravity)

    def _case(self, section: Row, rows: list[Row]) -> Case:
        unmet = tuple(r for r in rows if r["status"] in {Status.NEAR.value, Status.BELOW.value})
        below = sum(r["status"] == Status.BELOW.value for r in unmet)
        spare = len(rows) - self.law.rollup.met_at_least if self.law.rollup else 0
        return Case(
            name=self.place_name(section["school"], section["stage"]),
            section=section,
            unmet=unmet,
            open=tuple(r for r in rows if r["status"] == Status.MISSING.value),
            repairs=max(below, len(unmet) - max(spare, 0)),
        )

    def totals_short(self) -> dict[str, tuple[float, str, int]]:
        """Return, by item, what the county lacks in all, its unit, and in how many schools.

        What belongs to a whole school counts once, at the stage that needs most.
        """
        split = {item.id for item in items_of(self.law) if item.measure.split}
        short = self.findings.filter(pl.col("gap") > 0)
        by_school = short.group_by("indicator", "school", maintain_order=True).agg(
            pl.when(pl.col("indicator").first().is_in(split))
            .then(pl.col("gap").max())
            .otherwise(pl.col("gap").sum()),
            pl.col("gap_unit").first(),
        )
        summed = by_school.group_by("indicator", maintain_order=True).agg(
            pl.col("gap").sum(), pl.col("gap_unit").first(), pl.len().alias("schools")
        )
        return {row[0]: (row[1], row[2], row[3]) for row in summed.iter_rows()}


def _gravity(case: Case) -> tuple[bool, int, int, float, str]:
    """Put those that surely fail first, then those with most to repair, then the largest."""
    undecided = case.section["status"] == Status.MISSING.value
    pupils = case.section["pupils"] or 0.0
    return undecided, -case.repairs, -len(case.unmet), -pupils, case.name


def _count(resources: Resources, stage: str, column: str) -> Count:
    states = resources.sections.filter(pl.col("stage") == stage)[column].to_list()
    counts = {status: states.count(status.value) for status in Status}
    return Count(
        total=len(states),
        met=counts[Status.MET],
        near=counts[Status.NEAR],
        below=counts[Status.BELOW],
        missing=counts[Status.MISSING],
    )


def gather(
    evaluation: CountyEvaluation, tables: Tables, law: Law, answered: Answered = UNCHECKED
) -> Facts:
    """Return an evaluation of these tables, and what was said to their checks, for the editions."""
    return Facts(
        evaluation=evaluation,
        law=law,
        names=names_of(law),
        findings=section_findings(evaluation.resources, law),
        schools={str(row["school"]): row for row in tables["schools"].to_dicts()},
        tables=tables,
        excluded=exclusions(tables, law),
        opens=open_inputs(evaluation, tables, law),
        passed=answered.passed,
    )
