"""A small county that has every element filled, and the files it can be written as."""

import datetime as dt

import pytest
from python_calamine import load_workbook

from intake.books import SAVERS, Cells
from junheng.intake.layout import make_layout
from junheng.intake.tables import make_tables
from junheng.intake.template import write_template
from junheng.rulebook.loader import load_rulebook

COUNTY = "样例县"
KINDS = {
    "0010000001": ("第一小学", "primary", ["primary"]),
    "0010000002": ("第二中学（初中部）", "junior", ["junior"]),
    "3421000012": ("实验学校", "nine_year", ["primary", "junior"]),
    "3421000013": ("河口教学点", "teaching_point", ["primary"]),
    "3421000014": ("启明特教学校", "special", []),
}


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook("moe-2017-6")


@pytest.fixture(scope="session")
def dictionary(rulebook):
    return rulebook.dictionary


@pytest.fixture(scope="session")
def labels(rulebook):
    return rulebook.labels


@pytest.fixture(scope="session")
def layout(dictionary, labels):
    return make_layout(dictionary, labels)


def value_of(element, number):
    """A legal value that differs from its neighbours; parts stay below their wholes."""
    if element.unit == "fraction":
        return 0.1499
    if element.type == "integer":
        whole = min(400, int(element.maximum))
        return max(int(element.minimum), whole - 7 * number % (whole - 1))
    values = {
        "choice": element.choices and element.choices[number % len(element.choices)],
        "yes_no": number % 3 == 0,
        "date": dt.date(2017, 12, 20),
        "year": 2016,
        "text": f"{element.id} {number}",
        # A workbook keeps 15 digits.
        "decimal": round(1000.123456789 / (1 + number), 9),
    }
    return values[element.type]


def asked(element, kind, stage):
    return (not element.kinds or kind in element.kinds) and (
        not element.stages or stage is None or stage in element.stages
    )


@pytest.fixture(scope="session")
def full(dictionary):
    """A county with every element reported wherever it is asked."""

    def row(table, of_kind=None, of_stage=None, **known):
        values = {}
        for at, element in enumerate(dictionary.elements_of(table), 1):
            if element.id not in known and asked(element, of_kind, of_stage):
                part = element.at_most is not None and element.at_most in values
                value = values[element.at_most] if part else value_of(element, at)
                values[element.id] = value
        return {**values, **known}

    rows = {"county": [row("county", county_name=COUNTY, county_code="340000")]}
    rows["schools"] = [
        row("schools", kind, school=code, school_name=name, kind=kind)
        for code, (name, kind, _) in KINDS.items()
    ]
    by_stage = [(code, k, s) for code, (_, k, stages) in KINDS.items() for s in stages]
    rows["teachers"] = [row("teachers", k, s, school=c, stage=s) for c, k, s in by_stage]
    rows["classes"] = [
        row("classes", k, s, school=c, stage=s, class_name=f"{number} 班")
        for number, (c, k, s) in enumerate(by_stage * 3)
    ]
    rows["class_bands"] = [
        row("class_bands", k, s, school=c, stage=s, class_band="36_to_40", band_classes=3)
        for c, k, s in by_stage
    ]
    rows["rooms"] = [row("rooms", k, school=c, room_kind="art") for c, k, _ in by_stage]
    for table in ("facilities", "funds", "retention"):
        rows[table] = [row(table, kind, school=code) for code, (_, kind, _) in KINDS.items()]
    rows["attestations"] = [
        row("attestations", attested_item=item, attested_school=None)
        for item in dictionary.by_id()["attested_item"].choices
    ]
    rows["attestations"][-1]["attested_school"] = "3421000012"
    rows["monitoring"] = [
        row("monitoring", subject=subject) for subject in dictionary.by_id()["subject"].choices
    ]
    rows["survey"] = [row("survey", survey_method="visit", survey_group="parents")]
    return make_tables(dictionary, agreeing(rows), county=COUNTY)


def agreeing(rows):
    """The rows without answers that contradict each other."""
    for section in rows["teachers"]:
        section["staff"] = section["teachers"]
    known = {
        "mother_school": "0010000001",
        "has_kindergarten": True,
        "monitored": True,
    }
    for row in (*rows["schools"], *rows["monitoring"]):
        row |= {name: value for name, value in known.items() if name in row}
    return rows


@pytest.fixture(scope="session")
def written(tmp_path_factory, dictionary, labels, full):
    """The full county as the template writes it."""
    file = tmp_path_factory.mktemp("written") / "县.xlsx"
    write_template(file, dictionary, labels, tables=full)
    return file


@pytest.fixture(scope="session")
def sheets_of_county(written):
    """The cells of that workbook, by sheet."""
    book = load_workbook(str(written))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


@pytest.fixture
def cells(sheets_of_county):
    """The same cells, to be spoilt: `cells["学校"]["B4"] = …`, and the grids behind it."""
    return {name: Cells(rows) for name, rows in sheets_of_county.items()}


@pytest.fixture
def save(tmp_path):
    """Write sheets as xlsx, xls or ods."""

    def saved(cells, kind="xlsx", name="县"):
        path = tmp_path / f"{name}.{kind}"
        grids = {title: sheet.rows for title, sheet in cells.items()}
        SAVERS[kind](path, grids)
        return path

    return saved
