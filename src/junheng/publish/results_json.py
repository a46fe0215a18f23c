"""The open-data edition: everything found, at full precision, in one stable JSON document."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from junheng.base.units import Status
from junheng.evaluate.findings import (
    CountyEvaluation,
    Finding,
    IndicatorFinding,
    Input,
    PartFinding,
    Resources,
    Verdict,
)
from junheng.explain.exclusions import exclusions
from junheng.explain.gaps import OpenInput, open_inputs
from junheng.explain.margins import section_findings
from junheng.intake.checking.issues import SEVERITIES
from junheng.intake.checking.reasons import Answered
from junheng.intake.tables import Cell, Notice, Tables
from junheng.intake.wording import notice_words
from junheng.publish.files import write_whole
from junheng.publish.numbers import finite, stepped
from junheng.publish.standards import in_force
from junheng.publish.words import names_of
from junheng.rulebook.law import Law
from junheng.rulebook.model import Indicator, Part, Relaxation, Standard

FORMAT: Final = "junheng-results/1"  # raised when a key changes its meaning
_ITEM = ("quantity", "value", "standard", "floor", "status", "gap", "gap_to_floor", "gap_unit")
_ITEM_MORE = ("contribution", "cv_without", "rounding_hides")
_SECTION = ("school", "school_name", "kind", "sponsor", "area", "stage", "pupils", "merged", "sure")
_ANSWERED = (
    "fingerprint", "check", "name", "severity", "school", "school_name", "stage", "file", "sheet",
    "cell", "heading", "value", "why",
)  # fmt: skip
_DISPERSION = ("stage", "indicator", "sections", "pupils", "mean", "cv", "low", "high", "cap")


def results_document(
    evaluation: CountyEvaluation,
    tables: Tables,
    law: Law,
    *,
    now: dt.datetime,
    engine_version: str,
) -> dict[str, Any]:
    """Return everything found about a county as plain JSON values in a fixed order.

    Numbers are unrounded, but gaps are whole steps of their unit; what is not known is null. Ids are those of the rulebook.
    """
    relaxed_sections = _sections(evaluation.relaxed_resources, law)
    sections = _sections(evaluation.resources, law)
    dispersions = _dispersions(evaluation.resources)
    relaxed_dispersions = _dispersions(evaluation.relaxed_resources)
    return {
        "format": FORMAT,
        "engine": {"name": "junheng", "version": engine_version},
        "made_at": now.isoformat(timespec="seconds"),
        "county": evaluation.county,
        "law_of": evaluation.on.isoformat(),
        "rulebook": _rulebook(law),
        "inputs": _inputs(tables),
        "notices": [_notice(one) for one in tables.notices],
        "verdict": {
            "strict": _verdict(evaluation.strict),
            "relaxed": _verdict(evaluation.relaxed),
            "alone": {name: _verdict(found) for name, found in evaluation.alone.items()},
        },
        "sections": sections,
        "dispersions": dispersions,
        "indicators": _indicators(evaluation.strict, law),
        "with_relaxations": {
            "sections": _changed(sections, relaxed_sections),
            "dispersions": _changed(dispersions, relaxed_dispersions),
            "indicators": _changed(
                _indicators(evaluation.strict, law), _indicators(evaluation.relaxed, law)
            ),
        },
        "relaxations": [_relaxation(r, evaluation, law) for r in law.relaxations],
        "exclusions": [dataclasses.asdict(one) for one in exclusions(tables, law)],
        "open_inputs": [_open_input(one) for one in open_inputs(evaluation, tables, law)],
    }


def checks_document(answered: Answered) -> dict[str, Any]:
    """Return what the checks found and what reasons pass it, to stand beside the results."""
    open_now = Counter(issue.severity for issue in answered.open)
    return {
        "checks": {severity: open_now[severity] for severity in SEVERITIES},
        "answered_warnings": [
            {
                **{name: getattr(issue, name) for name in _ANSWERED},
                "reason": reason.reason,
                "who": reason.who,
            }
            for issue, reason in answered.passed
        ],
    }


def write_results(document: Mapping[str, Any], path: Path) -> Path:
    """Write the document as UTF-8 JSON that a person can read too."""
    return write_whole(path, (_text(document) + "\n").encode())


def _text(document: Mapping[str, Any]) -> str:
    """Return JSON with a line for every key, and for every thing of a list."""
    lines = [f"{json.dumps(key)}: {_value(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _value(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(" " + _compact(one) for one in value) + "\n]"
    return _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _changed(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return only what the relaxations change; both lists speak of the same things in order."""
    return [new for old, new in zip(before, after, strict=True) if old != new]


def _rulebook(law: Law) -> dict[str, Any]:
    rulebook = law.rulebook
    return {
        "id": rulebook.id,
        "title": names_of(law).rulebook(),
        "lineage": list(rulebook.lineage),
        "sha256": rulebook.sha256,
        "documents": [
            {"id": name, "title": d.title, "number": d.number, "issued": d.issued.isoformat()}
            for name, d in sorted(rulebook.documents.items())
        ],
    }


def _inputs(tables: Tables) -> list[dict[str, Any]]:
    """Return the files the values came from, each once, with the sheets read from it."""
    files: dict[tuple[str, str], dict[str, str]] = {}
    for table, origin in tables.origins.items():
        files.setdefault((origin.file, origin.sha256), {})[table] = origin.sheet
    return [{"file": f, "sha256": digest, "sheets": s} for (f, digest), s in files.items()]


def _notice(one: Notice) -> dict[str, str]:
    return {**dataclasses.asdict(one), "meaning": notice_words(one.code)}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.status.value,
        "relaxations": list(verdict.relaxations),
        "steps": [
            {
                "id": step.id,
                "status": step.status.value,
                "met": step.met,
                "below": step.below,
                "missing": step.missing,
            }
            for step in verdict.steps
        ],
    }


# ------------------------------------------------------------------ area A


def _sections(resources: Resources, law: Law) -> list[dict[str, Any]]:
    items: dict[tuple[str, str], dict[str, Any]] = {}
    for row in section_findings(resources, law).to_dicts():
        found = {name: _plain(row[name]) for name in (*_ITEM, *_ITEM_MORE)}
        found |= {name: stepped(row[name], row["gap_unit"]) for name in ("gap", "gap_to_floor")}
        items.setdefault((row["school"], row["stage"]), {})[row["indicator"]] = found
    listed = []
    for row in resources.sections.to_dicts():
        section = {name: _plain(row.get(name)) for name in _SECTION}
        section["merged"] = section["merged"] or []
        rolled = {name: row.get(name) for name in ("status", "met", "near")}
        section |= rolled | {"items": items.get((row["school"], row["stage"]), {})}
        listed.append(section)
    return listed


def _dispersions(resources: Resources) -> list[dict[str, Any]]:
    return [
        {name: _plain(row[name]) for name in (*_DISPERSION, "status")}
        for row in resources.dispersions.to_dicts()
    ]


def _plain(value: object) -> object:
    return finite(value) if isinstance(value, float) else value


# ------------------------------------------------------------------ the other indicators


def _indicators(verdict: Verdict, law: Law) -> list[dict[str, Any]]:
    found = [_item(indicator, law) for indicator in law.items]
    found += [_indicator(i, verdict.indicators[i.id], law) for i in law.others]
    return sorted(found, key=lambda one: one["number"] or 0)


def _about(indicator: Indicator, law: Law) -> dict[str, Any]:
    clause = law.rulebook.clauses[indicator.clause]
    document = law.rulebook.documents[clause.document]
    return {
        "id": indicator.id,
        "number": indicator.number,
        "label": names_of(law).words.indicator(indicator.id),
        "area": indicator.area,
        "unit": indicator.unit,
        "valid_from": indicator.valid_from.isoformat(),
        "sureness": indicator.sureness.value,
        "clause": {
            "id": indicator.clause,
            "document": document.title,
            "document_number": document.number,
            "locator": clause.locator,
        },
    }


def _item(indicator: Indicator, law: Law) -> dict[str, Any]:
    """Return a resource item: its findings are those of the sections."""
    part = indicator.part[0]
    return _about(indicator, law) | {"standards": _standards(part, indicator, law)}


def _indicator(indicator: Indicator, found: IndicatorFinding, law: Law) -> dict[str, Any]:
    parts = {part.id: part for part in indicator.part}
    return _about(indicator, law) | {
        "status": found.status.value,
        "parts": [_part(parts[one.part], one, indicator, law) for one in found.parts],
    }


def _part(part: Part, found: PartFinding, indicator: Indicator, law: Law) -> dict[str, Any]:
    return {
        "id": found.part,
        "status": found.status.value,
        "value": _plain(found.value),
        "comparison": found.comparison,
        "standard": _plain(found.standard),
        "gap": stepped(found.gap, found.gap_unit),
        "gap_unit": found.gap_unit,
        "standards": _standards(part, indicator, law),
        "inputs": {name: _plain(value) for name, value in found.inputs},
        "offenders": [_single(one) for one in found.offenders],
        "undecided": [_single(one) for one in found.singles if one.status is Status.MISSING],
        "looked_at": len(found.singles),
        "variants": [
            {"id": v.id, "value": _plain(v.value), "status": v.status.value} for v in found.variants
        ],
        "missing": [_input(one) for one in found.missing],
    }


def _single(found: Finding) -> dict[str, Any]:
    return {
        "school": found.school,
        "stage": found.stage,
        "detail": found.detail,
        "row": found.row,
        "value": _plain(found.value),
        "standard": _plain(found.standard),
        "status": found.status.value,
        "gap": stepped(found.gap, found.gap_unit),
        "gap_unit": found.gap_unit,
    }


def _standards(part: Part | Relaxation, rule: Indicator | Relaxation, law: Law) -> list[Any]:
    """Return the standards in force on the day, each with its own clause and sureness."""
    return [_standard(one, rule) for one in in_force(part, law)]


def _standard(standard: Standard, rule: Indicator | Relaxation) -> dict[str, Any]:
    return {
        "stage": standard.stage.value if standard.stage else None,
        "kinds": list(standard.kinds),
        "regions": list(standard.regions),
        "room": standard.room,
        "comparison": standard.comparison,
        "number": standard.number,
        "valid_from": standard.valid_from.isoformat(),
        "clause": standard.clause or rule.clause,
        "sureness": (standard.sureness or rule.sureness).value,
    }


# ------------------------------------------------------------------ relaxations and gaps


def _relaxation(relaxation: Relaxation, evaluation: CountyEvaluation, law: Law) -> dict[str, Any]:
    helped = list(evaluation.used.get(relaxation.id, ()))
    return {
        "id": relaxation.id,
        "label": names_of(law).relaxation(relaxation.id),
        "indicator": relaxation.indicator,
        "clause": relaxation.clause,
        "valid_from": relaxation.valid_from.isoformat(),
        "valid_until": relaxation.valid_until.isoformat() if relaxation.valid_until else None,
        "sureness": relaxation.sureness.value,
        "standards": _standards(relaxation, relaxation, law),
        "used_by": helped,
        "duty": {
            "years_after_recognition": relaxation.duty_years,
            "schools": helped if relaxation.duty_years else [],
        },
    }


def _open_input(one: OpenInput) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "indicator": one.indicator,
        "school": one.school,
        "stage": one.stage,
        "input": _input(one.input),
        "cell": _cell(one.cell),
    }


def _input(one: Input) -> dict[str, Any]:
    return {
        "table": one.table,
        "element": one.element,
        "school": one.school,
        "stage": one.stage,
        "row": one.row,
    }


def _cell(cell: Cell | None) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "file": cell.file,
        "sha256": cell.sha256,
        "sheet": cell.sheet,
        "address": cell.address,
        "heading": cell.heading,
    }
