"""The sample county, evaluated once: from memory, and from the workbook it is written as."""

import datetime as dt

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.intake.reader import read_input
from junheng.intake.template import write_template
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample.county import sample_county

ON = dt.date(2025, 9, 1)


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook("moe-2017-6")


@pytest.fixture(scope="session")
def law(rulebook):
    return law_of(rulebook, ON)


@pytest.fixture(scope="session")
def workbook(tmp_path_factory, rulebook, law):
    file = tmp_path_factory.mktemp("explain") / "样例县.xlsx"
    county = sample_county(law, seed=1)
    write_template(file, rulebook.dictionary, rulebook.labels, tables=county, synthetic=True)
    return file


@pytest.fixture(scope="session")
def sample(workbook, rulebook):
    """The tables of the sample workbook, every value with its cell."""
    return read_input(workbook, rulebook.dictionary, rulebook.labels).tables


@pytest.fixture(scope="session")
def evaluation(sample, law):
    return evaluate_county(sample, law)
