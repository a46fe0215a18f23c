"""Lines of the pages of an evaluation, read from its kept results; nothing is judged anew here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from junheng.base.units import COMPULSORY
from junheng.operations.results import Results
from junheng.publish.numbers import fixed, plain

_BAD: Final = ("below", "missing")
_DECIMALS, _CV_DECIMALS = 2, 3

Section = Mapping[str, Any]


def shown(value: float | None, decimals: int = _DECIMALS) -> str:
    """Return a number as tables show it, a dash if there is none."""
    return "—" if value is None else fixed(value, decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of the legal order."""

    id: str
    name: str
    status: str
    status_word: str
    met: int
    below: int
    missing: int
    relaxed: str
    relaxed_word: str


def step_rows(results: Results) -> list[StepRow]:
    """Return the steps in the order of the law."""
    verdict, names = results.document["verdict"], results.names
    pairs = zip(verdict["strict"]["steps"], verdict["relaxed"]["steps"], strict=True)
    return [
        StepRow(
            **one, name=names.step(one["id"]), status_word=names.words.status(one["status"]),
            relaxed=eased["status"], relaxed_word=names.words.status(eased["status"]),
        )
        for one, eased in pairs
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One resource item in one stage: how many sections meet it, and how they differ."""

    id: str
    name: str
    stage: str
    stage_name: str
    met: int
    total: int
    open: int
    mean: str
    cv: str
    cap: str
    cv_number: float | None
    cap_number: float | None
    status: str  # of the coefficient; empty where there is no section
    status_word: str


def item_rows(results: Results) -> list[ItemRow]:
    """Return every resource item in both stages."""
    names, found = results.names, []
    dispersions = {(d["indicator"], d["stage"]): d for d in results.document["dispersions"]}
    for item in results.law.items:
        for stage in COMPULSORY:
            states = [
                one["items"][item.id]["status"]
                for one in results.document["sections"]
                if one["stage"] == stage and item.id in one["items"]
            ]
            told = dispersions.get((item.id, stage), {})
            status = told.get("status", "")
            found.append(
                ItemRow(
                    id=item.id, name=names.numbered(item.id), stage=stage,
                    stage_name=names.stage(stage), met=states.count("met"), total=len(states),
                    open=states.count("missing"), mean=shown(told.get("mean")),
                    cv=shown(told.get("cv"), _CV_DECIMALS), cap=shown(told.get("cap")),
                    cv_number=told.get("cv"), cap_number=told.get("cap"), status=status, status_word=names.words.status(status) if status else "—",
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRow:
    """One indicator that is judged of the county as a whole."""

    id: str
    name: str
    label: str
    status: str
    status_word: str
    offenders: int
    undecided: int


def indicator_rows(results: Results) -> list[IndicatorRow]:
    """Return the indicators beside the resource items, in their order."""
    names = results.names
    return [
        IndicatorRow(
            id=one["id"], name=names.numbered(one["id"]), label=one["label"],
            status=one["status"], status_word=names.words.status(one["status"]),
            offenders=sum(len(part["offenders"]) for part in one["parts"]),
            undecided=sum(len(part["undecided"]) + len(part["missing"]) for part in one["parts"]),
        )
        for one in results.document["indicators"]
        if "status" in one
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """What stands in the way, in the order of the law."""

    gates: Sequence[IndicatorRow]  # eligibility and veto come first
    stages: Sequence[tuple[str, str, int, int, int]]  # code, name, below, open, all
    coefficients: Sequence[ItemRow]
    indicators: Sequence[IndicatorRow]

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.gates or self.stages or self.coefficients or self.indicators)


def blocks_of(results: Results) -> Blocks:
    """Return what is below the standard or undecided."""
    sections, names = results.document["sections"], results.names
    stages = []
    for stage in COMPULSORY:
        states = [one["status"] for one in sections if one["stage"] == stage]
        below, missing = states.count("below"), states.count("missing")
        if below or missing:
            stages.append((stage.value, names.stage(stage), below, missing, len(states)))
    bad = [one for one in indicator_rows(results) if one.status in _BAD]
    numbers = {one["id"]: one["number"] for one in results.document["indicators"]}
    return Blocks(
        gates=[one for one in bad if numbers[one.id] is None],
        stages=stages,
        coefficients=[one for one in item_rows(results) if one.status in _BAD],
        indicators=[one for one in bad if numbers[one.id] is not None],
    )


# ------------------------------------------------------------------ schools


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One item of a section."""

    indicator: str
    name: str
    value: str
    number: float | None
    standard: str
    standard_number: float | None
    status: str
    status_word: str
    gap: str
    gap_to_floor: str
    share: str  # of the squared coefficient, in percent
    cv_without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionRow:
    """One school in one stage."""

    code: str
    name: str
    stage: str
    stage_name: str
    kind: str
    kind_name: str
    area: str
    area_name: str
    sponsor: str
    sponsor_name: str
    pupils: str
    number: float | None
    met: int | None  # None: not decided on
    near: int | None
    status: str
    status_word: str
    merged: Sequence[str]
    cells: Sequence[Cell]

    def cell(self, indicator: str) -> Cell | None:
        """Return the cell of an item."""
        return next((one for one in self.cells if one.indicator == indicator), None)


def section_rows(results: Results) -> list[SectionRow]:
    """Return every section with its items."""
    names = results.names
    return [
        SectionRow(
            code=one["school"], name=one["school_name"] or one["school"], stage=one["stage"],
            stage_name=names.stage(one["stage"]), kind=one["kind"] or "",
            kind_name=_choice(results, "kind", one["kind"]), area=one["area"] or "",
            area_name=_choice(results, "area", one["area"]), sponsor=one["sponsor"] or "",
            sponsor_name=_choice(results, "sponsor", one["sponsor"]),
            pupils="—" if one["pupils"] is None else plain(one["pupils"], 0),
            number=one["pupils"], met=one["met"], near=one["near"],
            status=one["status"] or "", status_word=names.words.status(one["status"] or "missing"),
            merged=one["merged"], cells=list(_cells(one, results)),
        )
        for one in results.document["sections"]
    ]  # fmt: skip


def _choice(results: Results, element: str, code: str | None) -> str:
    return results.names.choice(element, code) if code else "—"


def _cells(section: Section, results: Results) -> Iterator[Cell]:
    names = results.names
    for item in results.law.items:
        told = section["items"].get(item.id)
        if told is None:
            continue
        unit, share = names.unit(told["gap_unit"]), told["contribution"]
        yield Cell(
            indicator=item.id, name=names.numbered(item.id), value=shown(told["value"]),
            number=told["value"], standard=shown(told["standard"]),
            standard_number=told["standard"], status=told["status"],
            status_word=names.status(told["status"]), gap=gap_words(told["gap"], unit),
            gap_to_floor=gap_words(told["gap_to_floor"], unit),
            share="—" if share is None else f"{share * 100:.1f}%",
            cv_without=shown(told["cv_without"], _CV_DECIMALS),
        )  # fmt: skip


def gap_words(gap: float | None, unit: str) -> str:
    """Return what is lacking in whole words, a dash if nothing is."""
    return f"{plain(gap)}{unit}" if gap else "—"


def _called(results: Results) -> Mapping[str, str]:
    """Return the names of the schools, by code."""
    return {one["school"]: one["school_name"] for one in results.document["sections"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """One thing of a school (or of the county) that an indicator fails or cannot decide on."""

    indicator: str
    name: str
    part: str
    school: str
    school_name: str
    stage_name: str
    detail: str
    value: str
    standard: str
    status: str
    status_word: str
    gap: str


def offences(results: Results, *, school: str | None = None) -> list[Offence]:
    """Return what fails or is open in the indicators beside the items, of one school if told."""
    names = results.names
    called, found = _called(results), []
    for indicator in results.document["indicators"]:
        for part in indicator.get("parts", ()):
            for one in (*part["offenders"], *part["undecided"]):
                if school is not None and one["school"] != school:
                    continue
                found.append(
                    Offence(
                        indicator=indicator["id"], name=names.numbered(indicator["id"]),
                        part=names.part(indicator["id"], part["id"]), school=one["school"] or "",
                        school_name=called.get(one["school"]) or one["school"] or "—",
                        stage_name=names.stage(one["stage"]) if one["stage"] else "",
                        detail=names.words.detail(one["detail"]) if one["detail"] else "",
                        value=shown(one["value"]), standard=shown(one["standard"]),
                        status=one["status"], status_word=names.words.status(one["status"]),
                        gap=gap_words(one["gap"], names.unit(one["gap_unit"])),
                    )
                )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """One input that is not reported and that something hangs on."""

    indicator: str
    name: str
    school_name: str
    stage_name: str
    element: str
    place: str


def open_rows(results: Results) -> list[OpenRow]:
    """Return the inputs that are lacking, each once for every indicator that waits for it."""
    names = results.names
    called, found = _called(results), []
    for one in results.document["open_inputs"]:
        wanted, cell = one["input"], one["cell"]
        found.append(
            OpenRow(
                indicator=one["indicator"], name=names.numbered(one["indicator"]),
                school_name=called.get(wanted["school"]) or wanted["school"] or "",
                stage_name=names.stage(wanted["stage"]) if wanted["stage"] else "",
                element=names.words.element(wanted["element"]),
                place=f"{cell['sheet']} {cell['address']}" if cell else "",
            )
        )  # fmt: skip
    return list(dict.fromkeys(found))
