"""Whatever rulebook loads can be evaluated with; whatever does not is refused with a sentence."""

import datetime as dt
import re
from functools import cache

import polars as pl
import pytest

from junheng.base.errors import RulebookError
from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import Tables
from junheng.rulebook.coverage import change_days
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import HOME, load_rulebook
from junheng.sample.county import sample_county
from rulebook.mutations import mutations

BOOK = "moe-2017-6"
ON = dt.date(2025, 9, 1)
SENTENCE = re.compile(rf"{BOOK}/[\w./]+ (\[[^ ]+\] )?.*[\u4e00-\u9fff]")
STRIDE = 127  # every so many of the 20,000-odd; a prime, so that every kind of mutation is met
SHARES = 8  # of the work, that several processes may have some


@cache
def chosen():
    return tuple(mutations(HOME / BOOK))[::STRIDE]


@cache
def county():
    return sample_county(law_of(load_rulebook(BOOK), ON), seed=1)


def tables_for(dictionary):
    """The sample county as far as a dictionary still asks for it, in the types it asks for."""
    frames = {}
    for table in dictionary.table:
        frame, schema = county().frames.get(table.id, pl.DataFrame()), dictionary.schema(table.id)
        columns = [as_asked(frame, name, dtype) for name, dtype in schema.items()]
        frames[table.id] = pl.DataFrame(columns)
    return Tables(frames=frames, origins={})


def as_asked(frame, name, dtype):
    """A column in another type; what has no such value there is not reported."""
    blank = pl.Series(name, [None] * frame.height, dtype=dtype)
    try:
        return frame[name].cast(dtype, strict=False) if name in frame.columns else blank
    except pl.exceptions.PolarsError:
        return blank


@pytest.mark.parametrize("share", range(SHARES))
def test_a_spoilt_rulebook_is_refused_or_evaluates(copy, share):
    evaluated = refused = 0
    for mutation in chosen()[share::SHARES]:
        path = copy.home / BOOK / mutation.file
        before = path.read_text(encoding="utf-8")
        path.write_text(mutation.text, encoding="utf-8")
        try:
            rulebook = load_rulebook.__wrapped__(BOOK, copy.home)  # past the cache
        except RulebookError as error:
            refused += 1
            told = error.params["problems"].splitlines()
            assert told, mutation.what
            assert all(SENTENCE.match(line) for line in told), told
        else:
            evaluated += 1
            evaluate_on_every_day(rulebook)
        finally:
            path.write_text(before, encoding="utf-8")
    assert refused > evaluated > 0


def evaluate_on_every_day(rulebook):
    """Evaluate on each day on which the law of a spoilt rulebook changes."""
    tables = tables_for(rulebook.dictionary)
    first = min(indicator.valid_from for indicator in rulebook.indicators)
    for day in {ON, *(day for day in change_days(rulebook) if day >= first)}:
        evaluation = evaluate_county(tables, law_of(rulebook, day))
        assert [step.id for step in evaluation.strict.steps] == list(rulebook.steps)
