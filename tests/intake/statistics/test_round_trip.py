"""A county handed in as statistics forms, in every arrangement, comes back as it was."""

import polars as pl
import pytest

from intake.statistics.conftest import CHECKED, LATER, codes_of
from junheng.evaluate.resources import evaluate_resources
from junheng.intake.statistics.gather import gather
from junheng.intake.statistics.maps import edition_for
from junheng.intake.tables import Tables
from junheng.sample.form_files import write_forms

KEYS = {"schools": ["school"], "teachers": ["school", "stage"], "facilities": ["school"]}
# What decides the seven items but stands on none of the forms read.
NOT_ON_FORMS = ["has_kindergarten", "pupils_kindergarten", "mother_school"]


def held(dictionary, table):
    """The elements of a table that forms hold."""
    on_forms = {v.element for f in edition_for(CHECKED).forms.values() for v in f.value}
    return [e.id for e in dictionary.elements_of(table) if e.id in on_forms]


@pytest.fixture(scope="module")
def county(few):
    return few


@pytest.fixture(
    scope="module",
    params=[
        ("schools", CHECKED, False),
        ("singles", CHECKED, False),
        ("wide", CHECKED, False),
        ("schools", LATER, True),
        ("singles", LATER, True),
        ("wide", LATER, False),
    ],
    ids=lambda p: f"{p[0]}-{p[1]}{'-shifted' if p[2] else ''}",
)
def handed_in(request, tmp_path_factory, county, law):
    arrangement, year, shifted = request.param
    folder = tmp_path_factory.mktemp("forms")
    write_forms(folder, county, arrangement, year=year, shifted=shifted)
    rulebook = law.rulebook
    return gather(folder, rulebook.dictionary, rulebook.labels, county="样例县"), year


def test_every_element_on_forms_comes_back(handed_in, county, law):
    gathered, _ = handed_in
    assert codes_of(gathered) == []
    for table, keys in KEYS.items():
        columns = [*keys, *(c for c in held(law.rulebook.dictionary, table) if c not in keys)]
        before, after = (t[table].select(columns).sort(keys) for t in (county, gathered.tables))
        for column in columns:
            assert after[column].to_list() == before[column].to_list(), (table, column)


def test_class_sizes_come_back_as_bands(handed_in, county):
    gathered, _ = handed_in
    bands = gathered.tables["class_bands"]
    counts = bands.group_by("school", "stage").agg(pl.col("band_classes").sum())
    listed = county["classes"].group_by("school", "stage").agg(pl.len().cast(pl.Int64))
    assert counts.sort("school", "stage").rows() == listed.sort("school", "stage").rows()
    large = bands.filter(pl.col("class_band") == "51_to_55")["band_classes"].sum()
    sizes = county["classes"]["class_pupils"]
    assert large == sizes.is_between(51, 55).sum()


def test_the_seven_items_come_out_the_same(handed_in, county, law):
    gathered, _ = handed_in
    rest = county["schools"].select("school", *NOT_ON_FORMS)
    schools = gathered.tables["schools"].drop(NOT_ON_FORMS)
    schools = schools.join(rest, on="school").select(county["schools"].columns)
    frames = {**gathered.tables.frames, "schools": schools}
    frames = {name: f.with_columns(county=pl.lit("县")) for name, f in frames.items()}
    ours = evaluate_resources(Tables(frames=frames, origins={}), law)
    frames = {name: f.with_columns(county=pl.lit("县")) for name, f in county.frames.items()}
    theirs = evaluate_resources(Tables(frames=frames, origins={}), law)
    keys = ["school", "stage"]
    mine, yours = (r.sections.sort(keys) for r in (ours, theirs))
    for column in yours.columns:
        if column not in {"row", "school_row"} and not column.endswith("_row"):
            assert (
                mine[column].to_list() == pytest.approx(yours[column].to_list(), nan_ok=True)
                if (yours[column].dtype.is_float() and not yours[column].null_count())
                else mine[column].to_list() == yours[column].to_list()
            ), column


def test_every_value_names_its_cell(handed_in):
    gathered, year = handed_in
    expected = sum(gathered.tables[t].height for t in KEYS)
    assert len(gathered.sources) > 10 * expected
    for source in gathered.sources.values():
        assert source.file.endswith(".xlsx")
        assert len(source.sha256) == 64
        assert source.cell
    assert gathered.tables["county"]["report_year"][0] == year
    told = [notice.file for notice in gathered.notices if notice.code == "new_year"]
    forms = [f"教基{form}（{count} 张）" for form, count in sorted(gathered.forms.items()) if form]
    assert told == (forms if year == LATER else [])
