"""`junheng explain`: one number with its formula, source cells, clause and margin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.markup import escape
from rich.panel import Panel

from junheng.base.errors import AmbiguousNameError, UnknownNameError
from junheng.cli.console import console, plain_table, print_table, tell
from junheng.cli.reading import read_clean, the_county
from junheng.cli.summary import marked, numbered
from junheng.cli.words import heads, say, suggestion
from junheng.evaluate.county import evaluate_county
from junheng.explain.excluded import why_excluded
from junheng.explain.sources import Source
from junheng.explain.trace import Trace, trace
from junheng.explain.words import Words
from junheng.intake.tables import Tables
from junheng.rulebook.law import Law

_MOST_CODES = 6  # of the schools a name fits


def explain_number(
    path: Path, law: Law, *, school: str, indicator: str, county: str | None
) -> None:
    """Print the explanation of an indicator for a school, or for the county."""
    tables = the_county(read_clean(path, law.rulebook), path, county)
    words = Words(law.rulebook.labels)
    code = find_school(tables, school, words)
    indicator_id = find_indicator(law, indicator, words)
    evaluation = evaluate_county(tables, law)
    traces = trace(evaluation, tables, law, school=code, indicator=indicator_id)
    excluded = why_excluded(tables, law, school=code, indicator=indicator_id)
    if excluded is not None:
        tell(excluded)
    elif not traces:
        tell(say("not_applied", school=school))
    for one in traces:
        _print(one, words)


def find_school(tables: Tables, name: str, words: Words) -> str | None:
    """Return the code of a school named by code or name; None for the whole county."""
    if name in {words.county, say("whole")}:
        return None
    names = dict(tables["schools"].select("school", "school_name").iter_rows())
    if name in names:
        return name
    fitting = [code for code, label in names.items() if label == name] or [
        code for code, label in names.items() if label and name in label
    ]
    if len(fitting) == 1:
        return str(fitting[0])
    if fitting:
        raise _ambiguous(name, {str(code): names[code] for code in fitting})
    known = [label for label in names.values() if label] + list(names)
    raise UnknownNameError(what=say("school_what"), name=name, suggestion=suggestion(name, known))


def _ambiguous(name: str, schools: Mapping[str, str]) -> AmbiguousNameError:
    """Return the error of a name that several schools have, or that is part of several names."""
    same = set(schools.values()) == {name}
    form = "{code}" if same else say("named_code")
    named = [form.format(code=code, name=label) for code, label in schools.items()]
    more = say("and_more") if len(named) > _MOST_CODES else ""
    return AmbiguousNameError(
        what=say("school_what"),
        how=say("same_name" if same else "part_of_name"),
        name=name,
        count=len(named),
        codes=say("comma").join(named[:_MOST_CODES]) + more,
    )


def find_indicator(law: Law, name: str, words: Words) -> str:
    """Return the id of an indicator named by number, id or (part of its) name."""
    current = (*law.items, *law.others)
    for indicator in current:
        labels = {indicator.id, words.indicator(indicator.id), words.short(indicator.id)}
        if name in labels or name == str(indicator.number):
            return indicator.id
    fitting = [i.id for i in current if name in words.indicator(i.id)]
    if len(fitting) == 1:
        return fitting[0]
    known = [i.id for i in current] + [words.short(i.id) for i in current]
    ordered = sorted(current, key=lambda i: (i.number is None, i.number or 0))
    listed = [numbered(words, i.id, i.number).strip() for i in ordered]
    raise UnknownNameError(
        what=say("indicator_what"), name=name, suggestion=suggestion(name, known, listed)
    )


def _print(one: Trace, words: Words) -> None:
    text = escape("\n".join([*one.lines, *one.bases]))
    title = escape(one.title)
    if one.status is not None:
        title += f"  {marked(words, one.status)}"
    console().print(Panel(text, title=title, title_align="left"))
    if one.sources:
        _print_sources(one.sources)
    if one.more:
        tell(say("more_schools", count=one.more))


def _print_sources(sources: tuple[Source, ...]) -> None:
    """Print the table of source cells; what is the same in all of them stands in its title."""
    files = {source.cell.file for source in sources if source.cell is not None}
    several = len({source.whose for source in sources}) > 1
    typed = any(source.typed is not None for source in sources)
    keys = (*(["whose"] if several else []), "label", "read_as", *(["value"] if typed else []))
    table = plain_table(*heads(*keys, "sheet", "cell", "heading"))
    for source in sources:
        cell = source.cell
        place = ("", "", say("no_cell"))
        if cell is not None:
            place = (cell.sheet or cell.file, cell.address, cell.heading)
        texts = [source.label, source.value, *([source.typed or ""] if typed else [])]
        table.add_row(*map(escape, [*([source.whose] if several else []), *texts, *place]))
    title = say("sources", files=say("comma").join(sorted(files))) if files else say("no_sources")
    print_table(title, table)
