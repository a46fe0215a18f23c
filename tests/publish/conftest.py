"""Counties evaluated once for all tests of the editions."""

import datetime as dt

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.intake.tables import Column, Origin, make_tables
from junheng.publish.edition import Imprint
from junheng.publish.facts import gather
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from publish import county_rows


@pytest.fixture(scope="session")
def law():
    return law_of(load_rulebook("moe-2017-6"), dt.date(2025, 9, 1))


@pytest.fixture(scope="session")
def imprint():
    beijing = dt.timezone(dt.timedelta(hours=8))
    now = dt.datetime(2025, 11, 22, 10, 30, tzinfo=beijing)
    return Imprint(now=now, engine_version="0.0.test")


@pytest.fixture(scope="session")
def facts_of(law):
    """Evaluate rows and gather what the editions show; the rows know where they stand."""

    def facts(rows):
        tables = make_tables(
            law.rulebook.dictionary, rows, county=county_rows.NAME, origins=origins(law)
        )
        return gather(evaluate_county(tables, law), tables, law)

    return facts


def origins(law):
    """A workbook of which every table is a sheet, its elements from column B on."""
    dictionary, labels = law.rulebook.dictionary, law.rulebook.labels
    found = {}
    for table in dictionary.table:
        form = table.layout == "form"
        columns = {
            element.id: Column(
                letters="C" if form else chr(ord("B") + at % 24),
                heading=labels["elements"][element.id]["label"],
                row=at + 4 if form else None,
            )
            for at, element in enumerate(dictionary.elements_of(table.id))
        }
        sheet = labels["tables"][table.id]["label"]
        found[table.id] = Origin(file="示例县.xlsx", sha256="12" * 32, sheet=sheet, columns=columns)
    return found


@pytest.fixture(scope="session")
def passing(facts_of):
    return facts_of(county_rows.passing())


@pytest.fixture(scope="session")
def failing(facts_of):
    return facts_of(county_rows.failing())


@pytest.fixture(scope="session")
def with_gaps(facts_of):
    return facts_of(county_rows.with_gaps())


@pytest.fixture(scope="session")
def nothing_reported(facts_of):
    return facts_of(county_rows.nothing_reported())
