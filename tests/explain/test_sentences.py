"""What the sentences of an explanation spell out: numbers, norms, relaxations, source cells."""

import datetime as dt

import pytest

from junheng.evaluate.county import evaluate_county
from junheng.explain.excluded import why_excluded
from junheng.explain.trace import trace
from junheng.intake.tables import make_tables
from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook

LAW = law_of(load_rulebook("moe-2017-6"), dt.date(2025, 9, 1))
PRIMARY = {"school": "a", "school_name": "甲", "kind": "primary", "pupils_primary": 500}


def tables_of(rows):
    return make_tables(LAW.rulebook.dictionary, rows, county="here")


def told(rows, indicator, school=None):
    tables = tables_of(rows)
    evaluation = evaluate_county(tables, LAW)
    return trace(evaluation, tables, LAW, school=school, indicator=indicator)


def one(rows, indicator, school=None):
    (found,) = told(rows, indicator, school)
    return found


# ------------------------------------------------------------------ shares and funds


def test_a_share_of_county_figures_is_spelt_out():
    county = {
        "exchange_eligible": 2424,
        "exchanged_teachers": 252,
        "exchanged_backbone": 68,
        "disabled_children": 283,
        "disabled_in_school": 271,
    }
    lines = one({"county": [county]}, "teacher_exchange").lines
    assert "252 ÷ 2,424 × 100 ＝ 10.396%（标准 ≥ 10%）" in lines
    assert "68 ÷ 252 × 100 ＝ 26.9841%（标准 ≥ 20%）" in lines
    lines = one({"county": [county]}, "disabled_enrolment").lines
    assert "271 ÷ 283 × 100 ＝ 95.7597%（标准 ≥ 95%）" in lines


@pytest.mark.parametrize("school", [None, "a"])
def test_retention_is_spelt_out_for_county_and_school(school):
    facts = {"graduates": 960, "transferred_out": 30, "transferred_in": 20}
    rows = {
        "schools": [{"school": "a", "kind": "junior", "pupils_junior": 900}],
        "retention": [{"school": "a", "entrants": 1000, "deceased": 2, **facts}],
    }
    lines = "\n".join(one(rows, "retention", school).lines)
    assert "(960 ＋ 30 − 20) ÷ (1,000 − 2) × 100 ＝ 97.1944%（标准 ≥ 95%）" in lines


def test_funds_of_schools_are_spelt_out():
    rows = {
        "schools": [
            {"school": "s", "kind": "special", "pupils_special": 50},
            {**PRIMARY, "pupils_primary": 60},
        ],
        "funds": [
            {"school": "s", "public_funding_allotted": 40},
            {
                "school": "a",
                "public_funding_allotted": 6,
                "public_funding_budget": 90,
                "training_budget": 3.6,
            },
        ],
        "county": [{"funding_quota_primary": 720, "funding_quota_junior": 940}],
    }
    (special,) = (line for line in one(rows, "special_education_funding").lines if "÷" in line)
    assert special == "40 ÷ 50 × 10,000 ＝ 8,000元/人（标准 ≥ 7,000元/人）"
    for school in (None, "a"):
        small = "\n".join(one(rows, "small_school_funding", school).lines)
        assert "应拨 100 × 720 元 ＝ 7.2 万元，实拨 6 万元，不达标，还差 1.2万元" in small
        training = "\n".join(one(rows, "training_budget", school).lines)
        assert "3.6 ÷ 90 × 100 ＝ 4%（标准 ≥ 5%），不达标" in training


def test_funds_due_to_two_stages_and_funds_not_reported():
    rows = {
        "schools": [
            {"school": "n", "kind": "nine_year", "pupils_primary": 30, "pupils_junior": 20}
        ],
        "county": [{"funding_quota_primary": 700, "funding_quota_junior": 900}],
    }
    lines = "\n".join(one(rows, "small_school_funding", "n").lines)
    assert "应拨 100 × (700 元 × 30 ＋ 900 元 × 20) ÷ 50 ＝ 7.8 万元，实拨 未填，无法判定" in lines


def test_a_survey_is_spelt_out_and_its_cells_say_how_it_was_asked():
    group = {"survey_method": "visit", "survey_group": "parents", "survey_issued": 100}
    nobody = {"survey_issued": 0, "survey_valid": 0, "survey_satisfied": 0}
    others = ("pupils", "teachers", "principals", "delegates", "public")
    rows = {
        "survey": [
            {**group, "survey_valid": 97, "survey_satisfied": 91},
            *({**group, "survey_group": other, **nobody} for other in others),
        ]
    }
    found = one(rows, "satisfaction")
    assert "91 ÷ 97 × 100 ＝ 93.8144%（标准 ≥ 85%）" in found.lines
    assert "走访 家长" in {source.whose for source in found.sources}


def survey_of(**counts):
    """Every group asked by every method, with the same counts but for the parents visited."""
    asked = {"survey_issued": 100, "survey_valid": 90, "survey_satisfied": 85}
    choices = LAW.rulebook.dictionary.by_id()
    return [
        {"survey_method": method, "survey_group": group, **asked}
        | (counts if (method, group) == ("visit", "parents") else {})
        for method in choices["survey_method"].choices
        for group in choices["survey_group"].choices
    ]


def test_one_blank_group_is_not_all_groups_blank():
    lines = "\n".join(one({"survey": survey_of(survey_satisfied=None)}, "satisfaction").lines)
    assert "有未填" in lines
    assert "人数 未填" not in lines
    assert "满意数 未填" not in lines


def test_a_survey_nobody_answered_says_so():
    none = {"survey_issued": 0, "survey_valid": 0, "survey_satisfied": 0}
    lines = one({"survey": [{**row, **none} for row in survey_of()]}, "satisfaction").lines
    text = "\n".join(lines)
    assert "没有有效的问卷" in text or "没有有效的走访" in text
    assert "有数据未填" not in text
    assert "另一种口径" not in text


def test_no_subject_in_the_round_is_told_with_its_cells():
    subjects = LAW.rulebook.dictionary.by_id()["subject"].choices
    rows = {"monitoring": [{"subject": one, "monitored": False} for one in subjects]}
    number = next(i.id for i in LAW.others if i.number == 31)
    found = one(rows, number)
    assert "没有一个学科本轮监测，无法判定" in found.lines
    assert [(s.label, s.value) for s in found.sources] == [("本轮是否监测", "否")] * len(subjects)


def test_a_conclusion_about_the_county_is_not_counted_as_a_school():
    (item,) = next(i for i in LAW.others if i.number == 8).part[0].measure.items
    said = {"attested_item": item, "evidence": "x"}
    rows = {
        "schools": [PRIMARY],
        "attestations": [
            {**said, "conclusion": "reached"},
            {**said, "conclusion": "not_reached", "attested_school": "a"},
        ],
    }
    number = next(i.id for i in LAW.others if i.number == 8)
    assert "逐校看：达标 0 所，不达标 1 所，无法判定 0 所" in one(rows, number).lines


def test_the_first_line_of_a_resource_item_is_its_result():
    first = one({"schools": [PRIMARY]}, LAW.items[0].id).lines[0]
    assert first == "小学不达标 0 个学部，差异系数无法判定"


def test_a_total_with_a_school_not_reporting_is_not_called_unreported_by_all():
    rows = {
        "schools": [PRIMARY, {**PRIMARY, "school": "b"}],
        "teachers": [{"school": "a", "stage": "primary", "teachers": 30, "certified_teachers": 30}],
    }
    lines = one(rows, "certified_teachers").lines
    assert "持教师资格证上岗的专任教师数 有学校未填；专任教师数 有学校未填" in lines


# ------------------------------------------------------------------ rooms and relaxations


def rooms(**school):
    return {
        "schools": [{**PRIMARY, "classes_primary": 30, **school}],
        "facilities": [{"school": "a", "music_rooms": 3, "art_rooms": 3}],
        "rooms": [
            {"school": "a", "room_kind": kind, "room_name": f"{kind}{n}", "room_area": 80}
            for kind in ("music", "art")
            for n in range(3)
        ],
    }


def test_rooms_name_the_norm_of_the_law_and_how_many_reach_it():
    lines = one(rooms(built_year=2020), "arts_rooms", "a").lines
    assert (
        "甲（a） 音乐：3 间中达到 96 m² 的 0 间（标准面积 音乐 96 m²），应有 3 间，不达标"
        in (lines[2].partition("，还差")[0])
    )
    assert not any("用足放宽" in line for line in lines)
    assert any("标准面积 美术 90 m²" in line for line in lines)


def test_rooms_of_an_old_school_name_the_eased_norm_too():
    lines = one(rooms(built_year=2010), "arts_rooms", "a").lines
    eased = [line for line in lines if line.startswith("用足放宽")]
    assert len(eased) == 2
    assert "3 间中达到 73 m² 的 3 间（放宽后面积 音乐 73 m²）：达标，认定后 3 年内" in eased[0]
    assert "达到 67 m² 的 3 间" in eased[1]


def test_a_relaxation_nobody_knows_to_apply_is_told_as_open():
    lines = one(rooms(), "arts_rooms", "a").lines
    assert any("还不能判定；用足放宽：无法判定" in line for line in lines)


def test_rooms_without_area_or_number_are_told_so():
    rows = rooms(built_year=2020)
    rows["rooms"] = rows["rooms"][:2]
    rows["facilities"] = [{"school": "a", "music_rooms": 3}]
    lines = "\n".join(one(rows, "arts_rooms", "a").lines)
    assert "音乐：3 间中达到 96 m² 的 0 间，另有 1 间面积未填" in lines
    assert "美术：间数未填" in lines


def test_school_size_tells_the_eased_standard():
    rows = {"schools": [{**PRIMARY, "pupils_primary": 2300, "built_year": 2005}]}
    lines = one(rows, "school_size", "a").lines
    assert any("2,300人（标准 ≤ 2,000人），不达标，超出 300人" in line for line in lines)
    assert any("2,300人（标准 ≤ 2,400人）：达标，认定后 3 年内" in line for line in lines)
    assert "用足放宽：达标" not in one(rows, "class_size").lines


def test_a_resource_item_tells_the_outcome_with_its_relaxation():
    rows = {
        "schools": [{**PRIMARY, "pupils_primary": 80, "area": "rural"}],
        "teachers": [
            {
                "school": "a",
                "stage": "primary",
                "pe_teachers": 0,
                "music_teachers": 0,
                "art_teachers": 0,
                "arts_teachers": 0,
                "pe_exchange_teachers": 1,
                "music_exchange_teachers": 0,
                "art_exchange_teachers": 0,
                "arts_exchange_teachers": 0,
            }
        ],
    }
    (line,) = (
        line for line in one(rows, "specialist_teachers_per_100", "a").lines if "放宽" in line
    )
    assert " 1，共 1人，数值 1.25人/百名学生（标准 ≥ 0.9）：达标" in line
    rows["schools"][0]["area"] = "urban"
    lines = one(rows, "specialist_teachers_per_100", "a").lines
    assert not any("放宽" in line for line in lines)


def test_an_indicator_with_relaxations_tells_the_county_s_outcome():
    assert "用足放宽：达标" in one(rooms(built_year=2010), "arts_rooms").lines


# ------------------------------------------------------------------ what is not reported


def test_a_kindergarten_nobody_said_to_be_there_is_not_counted():
    school = {**PRIMARY, "pupils_kindergarten": 500}
    rows = {
        "schools": [school],
        "facilities": [{"school": "a", "indoor_sports_area": 100, "sports_field_area": 900}],
    }
    found = one(rows, "sports_area_per_pupil", "a")
    lines = "\n".join(found.lines)
    assert "附设幼儿班 1 × （是否附设幼儿班未填） ＋ 小学 1 × 500" in lines
    assert lines.count("500") == 2  # The pupils of the section, on both sides of the line.
    sources = {source.label: source.value for source in found.sources}
    assert sources["是否附设幼儿班"] == "未填"
    assert not any("幼儿" in label and value == "500" for label, value in sources.items())
    rows["schools"] = [{**school, "has_kindergarten": True}]
    assert "附设幼儿班 1 × 500" in "\n".join(one(rows, "sports_area_per_pupil", "a").lines)


@pytest.mark.parametrize("item", [i.id for i in LAW.items])
def test_no_unit_stands_behind_what_is_not_reported(item):
    rows = {
        "schools": [
            {**PRIMARY, "pupils_primary": None},
            {
                "school": "p",
                "kind": "teaching_point",
                "pupils_primary": 10,
                "not_counted": True,
                "mother_school": "a",
            },
        ]
    }
    text = "\n".join(one(rows, item, "a").lines)
    assert "并入教学点后合计 未填，学生 未填" in text
    for unit in ("m²", "人", "间", "万", " m²", " 人", " 间"):
        assert f"未填{unit}" not in text


# ------------------------------------------------------------------ source cells of the county


def test_the_cells_of_failing_schools_stand_beside_the_county_s_verdict():
    many = [{**PRIMARY, "school": f"s{n:02}", "school_name": f"第{n}"} for n in range(20)]
    rows = {
        "schools": many,
        "teachers": [
            {
                "school": f"s{n:02}",
                "stage": "primary",
                "teachers": 30,
                "certified_teachers": 29 if n else 30,
            }
            for n in range(20)
        ],
        "funds": [
            {"school": f"s{n:02}", "public_funding_budget": 100, "training_budget": 1 if n else 5}
            for n in range(20)
        ],
    }
    for indicator in ("certified_teachers", "training_budget"):
        found = one(rows, indicator)
        whose = {source.whose.split()[0] for source in found.sources}
        assert whose == {f"第{n}（s{n:02}）" for n in range(1, 13)}
        assert len(found.sources) == 24
        assert found.more == 7
        assert "另有 7 条同类情况，见结果文件的差距清单" in found.lines


def test_the_cells_of_a_few_schools_stand_beside_the_county_s_retention():
    facts = {"entrants": 100, "transferred_out": 0, "transferred_in": 0, "deceased": 0}
    rows = {
        "schools": [
            {"school": code, "kind": "junior", "pupils_junior": 300} for code in ("a", "b")
        ],
        "retention": [
            {"school": "a", "graduates": 80, **facts},
            {"school": "b", "graduates": 99, **facts},
        ],
    }
    found = one(rows, "retention")
    assert {source.whose for source in found.sources} == {"a", "b"}
    assert "80" in {source.value for source in found.sources}
    assert found.more == 0


def test_the_row_of_a_school_that_falls_short_of_an_attestation_is_a_source():
    rows = {
        "schools": [PRIMARY],
        "attestations": [
            {"attested_item": "curriculum", "conclusion": "reached", "evidence": "1"},
            {
                "attested_item": "curriculum",
                "attested_school": "a",
                "conclusion": "not_reached",
                "evidence": "2",
            },
        ],
    }
    found = one(rows, "curriculum")
    assert found.status == "below"
    assert any(s.whose.startswith("甲（a） ") and s.value == "未达到" for s in found.sources)


# ------------------------------------------------------------------ the county in a resource item


def test_a_resource_item_of_the_county_is_one_summary(evaluation, sample, law):
    for item in law.items:
        (found,) = trace(evaluation, sample, law, school=None, indicator=item.id)
        assert found.status is None
        text = "\n".join(found.lines)
        for stage, name in (("primary", "小学"), ("junior", "初中")):
            rows = evaluation.resources.sections.filter(stage=stage)
            met = (rows[f"{item.id}.status"] == "met").sum()
            assert f"{name}：共 {len(rows)} 个学部，达标 {met} 个" in text
            spread = evaluation.resources.dispersions.filter(stage=stage, indicator=item.id)
            assert f"{name}：差异系数 {spread['cv'][0]:.3f}（上限 {spread['cap'][0]:g}）" in text
            weighty = rows.sort(f"{item.id}.contribution", descending=True)["school"][:5]
            told_of = next(line for line in found.lines if line.startswith(f"{name}：对差异系数"))
            assert all(f"（{code}）" in told_of for code in weighty)
            assert told_of.count("%") == 5
        assert 0 < sum(line.startswith("　") for line in found.lines) <= 20
        eased = item.id in {one.indicator for one in law.relaxations}
        assert ("用足放宽" in text) is eased


def test_the_worst_sections_come_first():
    field = {"indoor_sports_area": 0}
    rows = {
        "schools": [
            {**PRIMARY, "school": f"s{n:02}", "has_kindergarten": False} for n in range(14)
        ],
        "facilities": [
            {"school": f"s{n:02}", "sports_field_area": n * 100, **field} for n in range(14)
        ],
    }
    lines = one(rows, "sports_area_per_pupil").lines
    worst = [line for line in lines if line.startswith("　")]
    assert len(worst) == 10
    assert worst[0] == "　甲（s00）：0 m²/人，还差 3,750m²"
    assert "小学：离标准最远的 10 个（没有达到标准的共 14 个）：" in lines


def test_an_open_dispersion_is_told_with_its_range():
    schools = [{**PRIMARY, "school": code, "has_kindergarten": False} for code in "ab"]
    rows = {
        "schools": schools,
        "facilities": [{"school": "a", "indoor_sports_area": 0, "sports_field_area": 900}],
    }
    lines = one(rows, "sports_area_per_pupil").lines
    assert any("有数据未填，差异系数在 0.000 到" in line for line in lines)
    rows["schools"] = [PRIMARY, {**PRIMARY, "school": "b", "pupils_primary": None}]
    assert any("差异系数算不出" in line for line in one(rows, "sports_area_per_pupil").lines)


# ------------------------------------------------------------------ schools that are no section


def test_a_school_that_is_no_section_is_told_why():
    point = {"kind": "teaching_point", "pupils_primary": 30}
    tables = tables_of(
        {
            "schools": [
                PRIMARY,
                {"school": "m", **point, "not_counted": True, "mother_school": "a"},
                {"school": "p", "school_name": "点", **point},
                {"school": "e", "kind": "primary", "pupils_primary": 0},
                {"school": "s", "kind": "special", "pupils_special": 9},
            ]
        }
    )

    def why(school, indicator="auxiliary_area_per_pupil"):
        return why_excluded(tables, LAW, school=school, indicator=indicator)

    assert why("m") == "m不计校数，并入甲（a）一起评估，以下是甲（a）的结果。"
    assert why("p") == "点（p）是不足 50 人的教学点（现有 30人），资源配置指标不单独评估。"
    assert why("e") == "e没有义务教育阶段的学生，资源配置指标不评估。"
    assert why("s") == "s是特殊教育学校，不在资源配置指标评估的学校类型之内。"
    assert why("a") is None
    assert why(None) is None
    assert why("s", "class_size") is None
