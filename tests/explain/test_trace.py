"""One finding in sentences: numbers that recompute to the value, and the cells they came from."""

import datetime as dt
import math
import re

import polars as pl
import pytest
from openpyxl import load_workbook

from junheng.evaluate.county import evaluate_county
from junheng.evaluate.findings import CountyEvaluation
from junheng.explain.differences import differences
from junheng.explain.trace import trace
from junheng.explain.words import Words
from junheng.intake.tables import Tables, make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

# A primary, a nine-year, a complete secondary and a twelve-year school, a point, a special school.
KINDS = ("primary", "junior", "nine_year", "complete_secondary", "twelve_year", "teaching_point")
NUMBER = re.compile(r"\d[\d,]*\.?\d*")


def number(text):
    return float(text.replace(",", ""))


def codes_of(sample):
    schools = sample["schools"]
    picked = [schools.filter(kind=kind)["school"][0] for kind in (*KINDS, "special")]
    merged = schools.filter(not_counted=True)["school"][0]
    return [*picked, merged, schools.filter(school=merged)["mother_school"][0]]


@pytest.fixture(scope="module")
def tell(evaluation, sample, law):
    def told(indicator, school=None):
        return trace(evaluation, sample, law, school=school, indicator=indicator)

    return told


def test_every_indicator_is_explained_for_the_county(tell, law):
    for indicator in law.others:
        (one,) = tell(indicator.id)
        assert one.title.startswith("全县 ")
        assert one.lines
        assert one.sources or indicator.id in by_school_only(law)
        assert all(re.search(r"依据：.+（把握：(确定|较可靠|待核)）$", line) for line in one.bases)


def by_school_only(law):
    """Indicators whose inputs all stand in the rows of schools."""
    own = ("ratio", "rooms", "class_size", "size", "share")
    return {
        i.id
        for i in law.others
        if all(part.measure.kind in own and part.scope is not None for part in i.part)
    }


def test_every_resource_item_is_explained_for_every_section(tell, law, evaluation):
    sections = evaluation.resources.sections
    for item in law.items:
        for school in sections["school"].unique()[::8]:
            traces = tell(item.id, school)
            assert len(traces) == sections.filter(school=school).height
            assert all(one.sources for one in traces)


def test_every_indicator_is_explained_for_schools_of_every_kind(tell, law, sample):
    for school in codes_of(sample):
        for indicator in law.rulebook.indicators:
            for one in tell(indicator.id, school):
                assert one.lines
                # What is merged is told where it is judged: at its mother school.
                assert f"（{school}）" in "".join([one.title, *one.lines])


def test_the_formula_comes_to_the_value(tell, law, sample, evaluation):
    sections = evaluation.resources.sections
    for school in codes_of(sample):
        for item in law.items:
            for one in tell(item.id, school):
                ratio = next(line for line in one.lines if " ÷ " in line and "拆分" not in line)
                total, *rest = map(number, NUMBER.findall(ratio))
                per = item.part[0].measure.per
                pupils, value = rest[-2:]
                assert total * per / pupils == pytest.approx(value, rel=2e-3, abs=1e-3)
                rows = sections.filter(school=one.title.partition("）")[0].rpartition("（")[2])
                values = rows[f"{item.id}.value"].to_list()
                assert any(math.isclose(value, v, rel_tol=1e-4, abs_tol=1e-3) for v in values)


def test_the_terms_of_a_school_sum_to_its_total(tell, law, sample):
    for school in codes_of(sample):
        for item in law.items:
            for one in tell(item.id, school):
                for line in one.lines:
                    if " ＝ " not in line or "÷" in line or "：" not in line:
                        continue
                    text = line.partition("）：")[2]
                    terms, _, total = text.rpartition(" ＝ ")
                    plus, *minus = terms.split(" − ")
                    added = sum(number(NUMBER.findall(t)[-1]) for t in plus.split(" ＋ "))
                    taken = sum(number(NUMBER.findall(t)[-1]) for t in minus)
                    assert added - taken == pytest.approx(number(NUMBER.search(total)[0]))


def test_the_division_of_a_school_comes_to_its_part(tell, sample):
    school = sample["schools"].filter(kind="twelve_year")["school"][0]
    told = tell("sports_area_per_pupil", school)
    assert len(told) == 2
    shares = []
    for one in told:
        line = next(line for line in one.lines if "拆分" in line)
        total, weight, pupils, *heads, part = map(number, NUMBER.findall(line.partition("：")[2]))
        assert total * weight * pupils / heads_of(heads) == pytest.approx(part, abs=1e-3)
        shares.append(part / total)
    assert sum(shares) < 1  # The senior pupils have their part too.


def heads_of(numbers):
    """Weighted pupils from pairs of weight and pupils."""
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return sum(weight * pupils for weight, pupils in pairs)


def test_every_source_names_file_sheet_cell_and_heading(tell, sample):
    for school in codes_of(sample)[:4]:
        for indicator in ("sports_area_per_pupil", "retention", "arts_rooms", "class_size"):
            for one in tell(indicator, school):
                for source in one.sources:
                    cell = source.cell
                    assert cell.file == "样例县.xlsx"
                    assert len(cell.sha256) == 64
                    assert re.fullmatch(r"[A-Z]+\d+", cell.address)
                    assert source.label in cell.heading
                    assert source.value in ("未填", "是", "否") or NUMBER.fullmatch(source.value)


def test_the_cell_named_holds_the_value(tell, sample, workbook):
    book = load_workbook(workbook, read_only=False, data_only=True)
    school = sample["schools"].filter(kind="nine_year")["school"][0]
    looked_at = 0
    for indicator in ("sports_area_per_pupil", "teachers_above_degree_per_100", "training_budget"):
        for one in tell(indicator, school):
            for source in one.sources:
                value = book[source.cell.sheet][source.cell.address].value
                assert number(source.value) == pytest.approx(float(value), abs=1e-4)
                looked_at += 1
    assert looked_at > 8


# ------------------------------------------------------------------ of the school, not the county


def test_a_school_is_judged_by_its_own_findings(tell, evaluation):
    found = evaluation.strict.indicators["arts_rooms"]
    below = {single.school for part in found.parts for single in part.offenders}
    fine = {s.school for part in found.parts for s in part.singles if s.status == "met"} - below
    assert found.status == "below"
    for school, status in ((min(fine), "met"), (min(below), "below")):
        (one,) = tell("arts_rooms", school)
        assert one.status == status
        assert "全县这一项不达标" in one.lines


def test_a_school_beside_an_indicator_is_not_judged_by_it(tell, sample):
    special = sample["schools"].filter(kind="special")["school"][0]
    (one,) = tell("school_size", special)
    assert one.status == "not_applicable"
    assert any("不单独判定本校" in line for line in one.lines)
    assert tell("sports_area_per_pupil", special) == ()


def test_a_school_with_no_class_too_large_is_told_its_largest(tell, sample, evaluation):
    over = {s.school for s in evaluation.strict.indicators["class_size"].parts[0].offenders}
    classes = sample["classes"].filter(stage="primary")
    school = next(code for code in classes["school"] if code not in over)
    (one,) = tell("class_size", school)
    mine = sample["classes"].filter(school=school)["class_pupils"]
    assert one.status == "met"
    assert f"共 {len(mine)} 个班，最大的班 {mine.max()} 人" in one.lines


def test_a_merged_point_is_explained_with_its_mother(tell, sample):
    point = sample["schools"].filter(not_counted=True).row(0, named=True)
    (one,) = tell("sports_area_per_pupil", point["school"])
    assert f"（{point['mother_school']}）" in one.title
    assert any(line.startswith("并入教学点后合计") for line in one.lines)
    assert any(f"（{point['school']}）" in line for line in one.lines)


def test_offenders_of_the_county_are_told_with_what_they_exceed(tell, evaluation):
    (one,) = tell("class_size")
    offenders = evaluation.strict.indicators["class_size"].parts[0].offenders
    told = [line for line in one.lines if "不达标，超出" in line]
    assert len(told) == len(offenders)
    *failing, rest = one.sources
    assert {source.value for source in failing} == {f"{o.value:.0f}" for o in offenders}
    assert rest.whose.startswith("其余 ")
    assert re.fullmatch(r"F\d+:F\d+", rest.cell.address)


# ------------------------------------------------------------------ gaps


def explained(rows, indicator, school=None):
    rulebook = load_rulebook("moe-2017-6")
    law = law_of(rulebook, dt.date(2025, 9, 1))
    tables = make_tables(rulebook.dictionary, rows, county="here")
    evaluation = evaluate_county(tables, law)
    return trace(evaluation, tables, law, school=school, indicator=indicator)


def test_what_is_not_reported_is_called_so_and_never_zero():
    rows = {
        "schools": [{"school": "a", "kind": "primary", "pupils_primary": 100}],
        "facilities": [{"school": "a", "sports_field_area": 900.0}],
    }
    (one,) = explained(rows, "sports_area_per_pupil", "a")
    assert one.status == "missing"
    assert "室内体育用房面积 未填 ＋ 运动场地面积 900 ＝ 未填" in one.lines[0]
    assert "未填m²" not in "".join(one.lines)
    assert any("还不足以判定：无法判定" in line for line in one.lines)
    assert [s.value for s in one.sources if s.label.endswith("室内体育用房面积")] == ["未填"]


def test_an_item_decided_though_open_says_so():
    rows = {
        "schools": [
            {"school": "a", "kind": "primary", "pupils_primary": 100, "has_kindergarten": False}
        ],
        "facilities": [{"school": "a", "sports_field_area": 900.0}],
    }
    (one,) = explained(rows, "sports_area_per_pupil", "a")
    assert one.status == "met"
    assert "有数据未填，算不出数值；已知数据已足以判定：达标" in one.lines


def test_a_value_on_the_line_is_told_as_reached():
    rows = {
        "schools": [
            {"school": "a", "kind": "primary", "pupils_primary": 1000, "has_kindergarten": False}
        ],
        "teachers": [{"school": "a", "stage": "primary", "backbone_teachers": 10}],
    }
    (one,) = explained(rows, "backbone_teachers_per_100", "a")
    assert "1 ≥ 1：达标" in one.lines


def test_a_reading_that_would_decide_otherwise_is_told():
    facts = {"graduates": 1046, "entrants": 1000, "transferred_in": 100, "transferred_out": 0}
    rows = {
        "schools": [{"school": "a", "kind": "junior", "pupils_junior": 900}],
        "retention": [{"school": "a", **facts, "deceased": 0}],
    }
    (one,) = explained(rows, "retention")
    assert one.status == "below"
    assert "(1,046 ＋ 0 − 100) ÷ (1,000 − 0) × 100 ＝ 94.6%（标准 ≥ 95%）" in one.lines
    assert any("为 95.0909，结论是达标，与本口径不同" in line for line in one.lines)


# ------------------------------------------------------------------ differences


def test_two_laws_differ_exactly_where_the_city_asks_more(sample, law, evaluation):
    city = law_of(load_rulebook("shenyang-quota"), law.on)
    words = Words(law.rulebook.labels)
    changed = differences(evaluation, evaluate_county(sample, city), words)
    told = {(one.what, one.before, one.after) for one in changed}
    assert told == {
        (f"{scenario} {item}", "达标", "不达标")
        for scenario in ("不用放宽", "用足放宽")
        for item in ("城乡四统一", "特教公用经费")
    }
    assert differences(evaluation, evaluation, words) == ()


def test_a_verdict_only_one_law_gives_is_listed_beside_not_applicable(sample, law, evaluation):
    before = law_of(law.rulebook, dt.date(2016, 1, 1))
    words = Words(law.rulebook.labels)
    early = evaluate_county(sample, before)
    assert isinstance(early, CountyEvaluation)
    told = {one.what: (one.before, one.after) for one in differences(early, evaluation, words)}
    assert told["不用放宽 班额"] == ("不适用", "不达标")
    back = {one.what: (one.before, one.after) for one in differences(evaluation, early, words)}
    assert back["不用放宽 班额"] == ("不达标", "不适用")


def test_a_school_that_comes_to_pass_is_listed(sample, law, evaluation):
    school = evaluation.resources.sections.filter(status="below", met=5, near=2).row(0, named=True)
    frame = sample["teachers"]
    more = {
        name: pl.when((pl.col("school") == school["school"]) & (pl.col("stage") == school["stage"]))
        .then(pl.col(name) + 50)
        .otherwise(pl.col(name))
        for name in ("backbone_teachers", "pe_teachers", "teachers_bachelor")
    }
    frames = {**sample.frames, "teachers": frame.with_columns(**more)}
    after = evaluate_county(Tables(frames=frames, origins=sample.origins), law)
    told = [one.what for one in differences(evaluation, after, Words(law.rulebook.labels))]
    assert any(school["school"] in what for what in told)
