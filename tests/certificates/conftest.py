"""Certificates of real, random, foreign and local counties, each made once."""

import copy
import datetime as dt
import json
from functools import cache

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.explain.certificate import canonical, certificate
from junheng.intake.reader import read_input
from junheng.intake.tables import make_tables
from junheng.intake.template import write_template
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county
from oracle.counties import random_county

ON = dt.date(2025, 9, 1)


@cache
def law(rulebook="moe-2017-6", on=ON):
    return law_of(load_rulebook(rulebook), on)


def certified(tables, under):
    """The certificate as whoever gets the file reads it."""
    found = evaluate_county(tables, under)
    stated = certificate(found, tables, under, engine_version="0.1.test")
    return json.loads(canonical(stated))


def certified_rows(rows, under):
    return certified(make_tables(under.rulebook.dictionary, rows, county="here"), under)


@pytest.fixture(scope="session")
def workbook(tmp_path_factory):
    """The sample county as the file a county hands in."""
    file = tmp_path_factory.mktemp("certificates") / "样例县.xlsx"
    book = law().rulebook
    tables = sample_county(law(), seed=1)
    write_template(file, book.dictionary, book.labels, tables=tables, synthetic=True)
    return file


@pytest.fixture(scope="session")
def sample(workbook):
    """The sample county's certificate, its values cited by cell."""
    book = law().rulebook
    return certified(read_input(workbook, book.dictionary, book.labels).tables, law())


@pytest.fixture(scope="session")
def small():
    """A county of three schools with gaps, a relaxation in use and a point in its mother school."""
    return certified_rows(random_county(4, schools=3, gap_rate=0.03), law())


@pytest.fixture
def own(small):
    """The small county's certificate to change at will."""
    return copy.deepcopy(small)
