"""`junheng compare`: two versions of a county or of many, which verdicts changed and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from rich.markup import escape
from rich.progress import track
from rich.table import Table

from junheng import __version__
from junheng.base.errors import UnusableFileError
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.reading import chosen, read_clean
from junheng.cli.summary import marked
from junheng.cli.words import heads, say, word
from junheng.explain.compare import FACTORS, Comparison, Version, compare
from junheng.explain.compare_words import (
    cause_words,
    measure_words,
    open_words,
    quantity_words,
    undecided_words,
)
from junheng.explain.verdicts import STRICT, subject_name
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.publish.apportion import shown_change
from junheng.publish.comparison import (
    Compared,
    Side,
    write_comparison_book,
    write_comparison_json,
)
from junheng.publish.edition import Imprint
from junheng.publish.numbers import fixed
from junheng.publish.sheets.comparison import by_factor, list_summary, strict_of_county, words_of
from junheng.rulebook.law import Law

_SHOWN = 40  # lines of one table on the screen; the files hold all
_WRITERS = (".xlsx", ".json")


def compare_inputs(
    paths: tuple[Path, Path],
    laws: tuple[Law, Law],
    *,
    output: Path | None,
    county: str | None,
    now: dt.datetime,
) -> None:
    """Compare two inputs, print what changed and why, and write it if a file is named."""
    _check(paths[0], laws, output)
    tables = [read_clean(path, law.rulebook) for path, law in zip(paths, laws, strict=True)]
    if county is not None:
        tables = [chosen(one, county) for one in tables]
    compared = _compared(paths, laws, (tables[0], tables[1]))
    words = Words(laws[1].rulebook.labels)
    if len(compared.counties) == 1:
        _print_one(compared, words)
    else:
        _print_many(compared, words)
    if output is None:
        return
    if output.suffix.lower() == ".json":
        write_comparison_json(compared, output)
    else:
        imprint = Imprint(now=now, engine_version=__version__)
        write_comparison_book(compared, output, imprint=imprint)
    tell(f"{say('wrote')} {output}")


def _check(path: Path, laws: tuple[Law, Law], output: Path | None) -> None:
    """Refuse what cannot be compared or written, before any long work."""
    first, second = (law.rulebook for law in laws)
    if first.dictionary != second.dictionary:
        names = {"first": first.id, "second": second.id}
        raise UnusableFileError(
            file=path, why=say("other_elements", **names), fix=say("other_elements_fix")
        )
    check_suffix(output, _WRITERS)


def check_suffix(output: Path | None, known: tuple[str, ...]) -> None:
    """Refuse a file whose ending says no kind of document that can be written."""
    if output is not None and output.suffix.lower() not in known:
        kinds = say("comma").join(known)
        raise UnusableFileError(
            file=output, why=say("bad_ending", kinds=kinds), fix=say("bad_ending_fix", kinds=kinds)
        )


def _compared(
    paths: tuple[Path, Path], laws: tuple[Law, Law], tables: tuple[Tables, Tables]
) -> Compared:
    """Compare the counties both have; two inputs of one county each are of the same county."""
    names = [one.counties() for one in tables]
    pairs = [(name, name) for name in names[0] if name in set(names[1])]
    if len(names[0]) == len(names[1]) == 1:
        pairs = [(names[0][0], names[1][0])]
    if not pairs:
        raise UnusableFileError(
            file=paths[1], why=say("no_common", file=paths[0]), fix=say("no_common_fix")
        )
    split = [one.by_county() for one in tables]
    found = []
    for one, other in track(pairs, say("comparing"), console=console(), transient=True):
        first = Version(tables=split[0][one], law=laws[0])
        result = compare(first, Version(tables=split[1][other], law=laws[1]))
        found.append(result if len(pairs) == 1 else result.slim())
    sides = [Side(file=p.name, law=law) for p, law in zip(paths, laws, strict=True)]
    matched = [set(side) for side in zip(*pairs, strict=True)]
    return Compared(
        before=sides[0],
        after=sides[1],
        counties=tuple(found),
        only_before=tuple(name for name in names[0] if name not in matched[0]),
        only_after=tuple(name for name in names[1] if name not in matched[1]),
    )


# ------------------------------------------------------------------ one county


def _print_one(compared: Compared, words: Words) -> None:
    one, said = compared.counties[0], words_of("overview")
    out = console()
    title = words_of("sheets")["overview"]["title"].format(county=one.county)
    out.print(title, style="bold", markup=False)
    if one.county_before != one.county:
        tell(said["renamed"].format(before=one.county_before, after=one.county))
    tell(f"{said['before']}  {compared.before.told()}")
    tell(f"{said['after']}  {compared.after.told()}")
    for scenario, (before, after) in one.outcome.items():
        change = said["change"].format(before=marked(words, before), after=marked(words, after))
        out.print(f"{said[scenario]}  {change}")
    counts = {"county": len(strict_of_county(one)), "schools": one.schools_changed}
    tell(f"{said['changed']}  {said['changes'].format(**counts)}")
    tell(f"{said['list']}  {list_summary(one)}")
    for hint in one.matching.hints:
        tell(words_of("notes")["hint"].format(name=hint.name, before=hint.before, after=hint.after))
    if one.of_county():
        print_table(word("head", "county_changes"), _verdicts(one, words))
    print_table(word("head", "number_changes"), _numbers(one, words))
    if one.of_schools():
        print_table(word("head", "school_changes"), _schools(one, words))
    tell(say("compare_read"))


def _verdicts(one: Comparison, words: Words) -> Table:
    table = plain_table(*heads("scenario", "what", "was", "is", "cause"))
    for change in one.of_county()[:_SHOWN]:
        cause = sentence(cause_words(change), open_words(change))
        table.add_row(
            words.scenario(change.subject.scenario),
            escape(subject_name(change.subject, words, one.names)),
            marked(words, change.before),
            marked(words, change.after),
            cause,
        )
    return table


def sentence(*parts: str) -> str:
    """Return remarks as one text, empty ones left out."""
    return say("comma").join(part for part in parts if part)


def _numbers(one: Comparison, words: Words) -> Table:
    """Return the CVs and the schools that pass, whose parts sum to the change."""
    table = plain_table(*heads("item", "stage", "measure"))
    for head in heads("was", "is", "changed", *FACTORS):
        table.add_column(head, justify="right")
    for change in one.numbers:
        quantity = change.quantity
        passing = quantity.measure == "met" and not quantity.id
        if quantity.measure != "cv" and not (passing and change.changed):
            continue
        shown = shown_change(change)
        parts = shown.parts or {}
        numbers = [(n, shown.decimals) for n in (shown.before, shown.after, shown.change)]
        numbers += [(parts.get(factor), shown.part_decimals) for factor in FACTORS]
        told = ["" if n is None else fixed(n, places) for n, places in numbers]
        why = undecided_words(change)
        name = quantity_words(quantity, words) + (f"\n[dim]{why}[/]" if why else "")
        stage = words.choice("stage", quantity.stage)
        table.add_row(name, stage, measure_words(quantity), *told)
    return table


def _schools(one: Comparison, words: Words) -> Table:
    """Return the sections whose verdict as a whole changed, then a count of the items'."""
    table = plain_table(*heads("what", "was", "is", "cause"))
    strict = [c for c in one.of_schools() if c.subject.scenario == STRICT]
    whole = [change for change in strict if change.subject.what == "section"]
    for change in whole[:_SHOWN]:
        table.add_row(
            escape(subject_name(change.subject, words, one.names)),
            marked(words, change.before),
            marked(words, change.after),
            sentence(cause_words(change), open_words(change)),
        )
    items = [change for change in strict if change.subject.what == "item"]
    table.caption = say("item_changes", count=len(items), each=_tally(by_factor(items)))
    if len(whole) > _SHOWN:
        table.caption += say("more_lines", count=len(whole) - _SHOWN)
    return table


def _tally(tally: dict[str, int]) -> str:
    return say("comma").join(
        f"{word('head', f'alone_{factor}' if factor else 'alone_none')} {tally[factor]}"
        for factor in (*FACTORS, "")
        if tally.get(factor)
    )


# ------------------------------------------------------------------ many counties


def _print_many(compared: Compared, words: Words) -> None:
    said = words_of("overview")
    tell(f"{said['before']}  {compared.before.told()}")
    tell(f"{said['after']}  {compared.after.told()}")
    tell(compared.told())
    table = plain_table(*heads("county", "was", "is"))
    for head in heads("changed", "alone_data", "alone_list", "alone_rules", "alone_none"):
        table.add_column(head, justify="right")
    for row in _county_rows(compared, words):
        table.add_row(*row)
    more = len(compared.counties) - _SHOWN
    if more > 0:
        table.caption = say("more_lines", count=more)
    print_table(words_of("sheets")["verdicts"]["name"], table)
    tell(words_of("notes")["many"])


def _county_rows(compared: Compared, words: Words) -> Iterator[list[str]]:
    for one in compared.counties[:_SHOWN]:
        before, after = one.outcome[STRICT]
        changes = strict_of_county(one)
        tally = by_factor(changes)
        counts = [len(changes), *(tally[factor] for factor in (*FACTORS, ""))]
        yield [
            escape(one.county),
            marked(words, before),
            marked(words, after),
            *(str(count) if count else "" for count in counts),
        ]
