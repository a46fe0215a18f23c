"""Rules whose names are all known and which do not fit together are refused, where and why."""

import pytest

from junheng.rulebook.loader import load_rulebook
from junheng.rulebook.quantities import quotient_unit

BOOK = "moe-2017-6"
RULES, ELEMENTS = f"{BOOK}/rulebook.toml", f"{BOOK}/elements.toml"


def item(name):
    return f"{BOOK}/indicators/{name}.toml"


DEGREE, AREA, EQUIPMENT = (
    item("teachers_above_degree_per_100"),
    item("sports_area_per_pupil"),
    item("equipment_value_per_pupil"),
)
SPLIT_NINE = r'(?s)(kind *= "nine_year".*?valid_from *= )2012-01-20'
SUBJECT = r'\[\[splitting\]\]\nkind *= "nine_year"\n(?:\w.*\n)+'

# What is spoilt: file, pattern, what is put instead, file and key named, what the sentence says.
FAULTS = {
    # ------------------------------------------------------------------ holes
    "no numerator of a stage": (DEGREE, r", junior = \[[^]]*\]", "", DEGREE, "part.main.measure.numerator", "学段“junior”"),
    "no standard of a stage": (DEGREE, r'\[\[part.standard\]\]\nstage = "junior"(?s:.*)', "", DEGREE, "part.main.standard", "2017-04-19 起没有“junior”的标准"),
    "a standard that begins later": (DEGREE, r'(stage = "junior"\nvalid_from = )2017-04-19', r"\g<1>2020-01-01", DEGREE, "part.main.standard", "2017-04-19 起没有“junior”的标准"),
    "both standards begin later": (DEGREE, r"(?s)2017-04-19\n(at_least = 4.2.*)2017-04-19", r"2020-01-01\n\g<1>2020-01-01", DEGREE, "part.main.standard", "2017-04-19 起没有“primary”的标准"),
    "a ceiling of a resource item": (DEGREE, "at_least = 4.2", "at_most = 4.2", DEGREE, "part.main.standard.1.at_most", "可用：at_least"),
    "an open ceiling of a resource item": (DEGREE, "at_least = 5.3", "below = 5.3", DEGREE, "part.main.standard.2.below", "可用：at_least"),
    "no cap of a stage": (RULES, r'\[\[dispersion\]\]\nstage *= "junior"\n(?:\w.*\n)+', "", RULES, "dispersion", "2017-04-19 起没有学段“junior”"),
    "a cap that begins later": (RULES, r'(stage *= "junior"\nclause.*\nvalid_from *= )2017-04-19', r"\g<1>2018-01-01", RULES, "dispersion", "2017-04-19 起没有学段“junior”"),
    "a cap that ends": (RULES, r"(at_most *= 0\.45)", r"\1\nvalid_until = 2030-01-01", RULES, "dispersion", "2030-01-01 起没有学段“junior”"),
    "a roll-up that ends": (RULES, "(floor_percent *= 85)", r"\1\nvalid_until = 2030-01-01", RULES, "rollup", "2030-01-01 起有资源配置指标"),
    "a roll-up that begins later": (RULES, r"(\[\[rollup\]\]\nclause.*\nvalid_from *= )2017-04-19", r"\g<1>2018-01-01", RULES, "rollup", "2017-04-19 起"),
    "no quota of a stage": (item("small_school_funding"), r', junior = "funding_quota_junior"', "", item("small_school_funding"), "part.main.measure.quota", "学段“junior”"),
    "a room without a norm": (item("arts_rooms"), r'\[\[part.standard\]\]\nroom = "art"(?s:.*)', "", item("arts_rooms"), "part.main.standard", "没有“art”的标准"),
    "a kind without a size": (item("school_size"), '"complete_secondary", ', "", item("school_size"), "part.main.standard", "没有“complete_secondary”的标准"),
    "classes without a limit": (item("class_size"), r'\[\[part.standard\]\]\nstage = "junior"(?s:.*)', "", item("class_size"), "part.main.standard", "没有“junior”的标准"),
    "a scope that ends": (RULES, r'(kinds *= \["special"\])', r"\1\nvalid_until = 2030-01-01", item("special_education_funding"), "part.main.scope", "2030-01-01 起用到适用范围“special”"),
    "a scope that begins later": (RULES, r'(id *= "compulsory".*\n.*\nvalid_from *= )2017-04-19', r"\g<1>2018-01-01", item("class_size"), "part.main.scope", "2017-04-19 起用到适用范围“compulsory”"),
    # ------------------------------------------------------------------ splitting
    "a kind nobody splits": (RULES, SUBJECT, "", RULES, "scope.resource.kinds", "没有办学类型“nine_year”的拆分权重"),
    "splitting that begins later": (RULES, SPLIT_NINE, r"\g<1>2020-01-01", RULES, "scope.counted.kinds", "2017-04-19 起没有办学类型“nine_year”"),
    "splitting that ends early": (RULES, r'(?s)(kind *= "nine_year".*?valid_from *= 2012-01-20)', r"\1\nvalid_until = 2026-01-01", RULES, "scope.compulsory.kinds", "2026-01-01 起没有办学类型“nine_year”"),
    "splitting without a compulsory stage": (RULES, r"\{ junior = 1, senior = 1\.2 \}", "{ senior = 1.2 }", RULES, "scope.resource.kinds", "“complete_secondary”的拆分权重（splitting）里没有义务教育学段"),
    # ------------------------------------------------------------------ overlaps
    "caps that overlap": (RULES, r"(?=\[\[dispersion\]\])", '[[dispersion]]\nstage = "primary"\nclause = "moe-2017-6/3"\nvalid_from = 2010-01-01\nvalid_until = 2018-01-01\nsureness = "unsure"\nat_most = 0.6\n\n', RULES, "dispersion.2", "到 2018-01-01 才失效，这一条却从 2017-04-19 起"),
    "scopes that overlap": (RULES, r"(?=\[\[scope\]\]\nid *= .special)", '[[scope]]\nid = "special"\nclause = "moe-2017-6/4.7"\nvalid_from = 2016-01-01\nvalid_until = 2019-01-01\nsureness = "unsure"\nkinds = ["special"]\n\n', RULES, "scope.special", "到 2019-01-01 才失效"),
    "relaxations that overlap": (RULES, r"(?=\[\[relaxation\]\]\nid *= .rooms_built)", '[[relaxation]]\nid = "dense_city_sports_space"\nindicator = "sports_area_per_pupil"\nclause = "gdh-2019-30/relax-5"\nvalid_from = 2018-01-01\nvalid_until = 2022-01-01\nsureness = "unsure"\nadds = ["leased_venue_area"]\nwho = [{ areas = ["urban"] }]\n\n', RULES, "relaxation.dense_city_sports_space", "到 2022-01-01 才失效"),
    "an easing before its indicator": (RULES, r"(relax-3.\nvalid_from *= )2019-01-01", r"\g<1>2016-01-01", RULES, "relaxation.rural_small_visiting_teachers.valid_from", "2016-01-01 起放宽指标"),
    # ------------------------------------------------------------------ units
    "another unit than comes out": (DEGREE, '"persons_per_100"', '"rooms_per_100"', DEGREE, "part.main.measure", "算出来的是 persons_per_100"),
    "another multiple than the unit says": (EQUIPMENT, "per = 10000", "per = 1", EQUIPMENT, "part.main.measure", "算出来的是 wan_yuan_per_pupil"),
    "areas for a hundred": (AREA, "per = 1", "per = 100", AREA, "part.main.measure", "算出来的是 m2_per_100"),
    "a sum of unlike units": (AREA, 'primary = ."indoor_sports_area", "sports_field_area".', 'primary = ["indoor_sports_area", "multimedia_rooms"]', AREA, "part.main.measure", "“multimedia_rooms”的单位是 rooms，这里要用 m2"),
    "a comparison of unlike units": (item("teacher_pay"), '"civil_servant_mean_salary"', '"gdp_per_person"', item("teacher_pay"), "part.salary.measure", "“gdp_per_person”的单位是 yuan，这里要用 wan_yuan"),
    "a share that is no percentage": (item("teacher_exchange"), '"exchange_eligible"', '"vocational_schools_with_attached_classes"', item("teacher_exchange"), "part.exchange.measure", "算出来的是 persons/schools"),
    "funds in other money": (item("small_school_funding"), "yuan_per_unit = 10000", "yuan_per_unit = 1", item("small_school_funding"), "part.main.measure.allotted", "的单位是 wan_yuan，这里要用 yuan"),
    "an addition in another unit": (RULES, '"leased_venue_area"', '"multimedia_rooms"', RULES, "relaxation.dense_city_sports_space.adds", "“multimedia_rooms”的单位是 rooms，这里要用 m2"),
    # ------------------------------------------------------------------ types and tables
    "a condition on words that are free": (ELEMENTS, r'(id *= "has_kindergarten"\ntable *= "schools"\ntype *= )"yes_no"', r'\g<1>"text"', ELEMENTS, "element.pupils_kindergarten.when", "yes"),
    "an answer that is a number": (item("teacher_pay"), '"performance_pay_full"', '"teacher_mean_salary"', item("teacher_pay"), "part.performance_pay.measure", "类型是 decimal，这里要用：yes_no"),
    "years since a number": (item("eligibility"), '"basic_balance_recognized_on"', '"report_year"', item("eligibility"), "part.recognized.measure", "类型是 year，这里要用：date"),
    "an amount of text": (item("school_size"), '"vocational_schools_with_attached_classes"', '"county_name"', item("school_size"), "part.vocational.measure", "类型是 text，这里要用：integer, decimal"),
    "a numerator of answers": (item("senior_places"), r'\["quality_senior_allotted"\]', '["performance_pay_full"]', item("senior_places"), "part.allotted.measure", "类型是 yes_no"),
    "a flag that is no question": (RULES, '"dense_city_school"', '"area"', RULES, "relaxation.dense_city_sports_space.who.1.flag", "类型是 choice，这里要用：yes_no"),
    "a flag of the county": (RULES, '"dense_city_school"', '"veto_key_classes"', RULES, "relaxation.dense_city_sports_space.who.1.flag", "在 county 表，这里要用的表：schools"),
    "an amount of schools": (item("unified_standards"), 'element = "funding_quota_primary"', 'element = "pupils_primary"', item("unified_standards"), "part.quota_primary.measure", "在 schools 表，这里要用的表：county"),
    "a share of county and schools": (item("senior_places"), r'\["quality_senior_places"\]', '["pupils_junior"]', item("senior_places"), "part.allotted.measure", "“pupils_junior”在 schools 表，与前面的 county 表"),
    "a share of teachers and schools": (item("certified_teachers"), r'\["teachers"\]', '["pupils_primary"]', item("certified_teachers"), "part.main.measure", "与前面的 teachers 表"),
    "a share of rows without a key": (item("training_budget"), r'\["public_funding_budget"\]', '["class_pupils"]', item("training_budget"), "part.main.measure", "在 classes 表，这里要用的表：county, schools"),
    "a quota of schools": (item("small_school_funding"), '"funding_quota_junior"', '"pupils_junior"', item("small_school_funding"), "part.main.measure.quota", "这里要用的表：county"),
    "an allotment of the county": (item("small_school_funding"), '"public_funding_allotted"', '"teacher_mean_salary"', item("small_school_funding"), "part.main.measure.allotted", "这里要用的表：funds"),
    "a ratio of funds": (EQUIPMENT, r'primary = \["equipment_value"\]', 'primary = ["training_budget"]', EQUIPMENT, "part.main.measure", "在 funds 表，这里要用的表：schools, facilities, teachers"),
    "teachers divided again": (DEGREE, "split = false", "split = true", DEGREE, "part.main.measure.split", "split 应为 false"),
    "material not divided": (EQUIPMENT, "split = true", "split = false", EQUIPMENT, "part.main.measure.split", "split 应为 true"),
    "an element lost": (ELEMENTS, r'\[\[element\]\]\nid *= "room_area"\n(?:\w.*\n)+', "", item("arts_rooms"), "part.main.measure", "rooms 表里没有测算要用的“room_area”"),
    "a stage without pupils": (ELEMENTS, r'\[\[element\]\]\nid *= "pupils_senior"\n(?:\w.*\n)+', "", RULES, "splitting.2.weights", "没有测算要用的“pupils_senior”"),
    "rows not found again": (ELEMENTS, r'(id *= "funds"\nlayout.*\nkey *= ).*', r"\1[]", ELEMENTS, "table.funds.key", "key 应为：school"),
    # ------------------------------------------------------------------ shape of an item
    "a ratio elsewhere": (item("certified_teachers"), r'(?s)kind = "share".*?denominator.*?\n', 'kind = "ratio"\nnumerator = { primary = ["teachers"], junior = ["teachers"] }\nper = 100\nsplit = false\n', item("certified_teachers"), "part.main.measure", "ratio 只用于资源配置指标"),
    "a resource item of another scope": (DEGREE, 'scope = "resource"', 'scope = "compulsory"', DEGREE, "part.main.scope", "只能是“resource”，写的是“compulsory”"),
    "a resource item of two parts": (DEGREE, r"(?s)(\[\[part\]\].*)", r'\1\n[[part]]\nid = "more"\n[part.measure]\nkind = "attested"\nitems = ["layout"]\n', DEGREE, "part", "只能有一个分项"),
    "schools of no scope": (item("class_size"), 'scope = "compulsory"\n', "", item("class_size"), "part.main.scope", "缺少这一键"),
    # ------------------------------------------------------------------ standards
    "a standard nobody reads": (item("layout"), r"\Z", "\n[[part.standard]]\nvalid_from = 2017-04-19\nat_least = 1\n", item("layout"), "part.main.standard", "测算方式 attested 自己就能判定"),
    "a share without a standard": (item("disabled_enrolment"), r"(?s)\[\[part.standard\]\].*", "", item("disabled_enrolment"), "part.main.standard", "测算方式 share 要有标准"),
    "a standard of a stage nobody asks": (item("disabled_enrolment"), "at_least = 95", 'at_least = 95\nstage = "primary"', item("disabled_enrolment"), "part.main.standard.1.stage", "不分 stage，人人适用"),
    "a standard of kinds for an item": (DEGREE, "at_least = 4.2", 'at_least = 4.2\nkinds = ["primary"]', DEGREE, "part.main.standard.1.kinds", "不分 kinds，可用：stage"),
    "an easing nobody reads": (RULES, 'indicator *= "school_size"', 'indicator = "class_size"', RULES, "relaxation.size_built_before.indicator", "“class_size”的测算方式不能放宽"),
    "an easing by the wrong means": (RULES, r'(?s)\[\[relaxation.standard\]\]\nroom *= "music".*?(?=\[\[relaxation\]\])', "", RULES, "relaxation.rooms_built_before", "要写 standard，不写 adds"),
    # ------------------------------------------------------------------ names and order
    "two parts of one name": (item("teacher_exchange"), 'id = "backbone"', 'id = "exchange"', item("teacher_exchange"), "part", "“exchange”写了两次"),
    "two readings of one name": (item("retention"), r"(?s)(\[\[part.variant\]\].*)", r"\1\n\1", item("retention"), "part.main.variant", "“by_final_roll”写了两次"),
    "an element counted twice": (DEGREE, 'junior = ."teachers_bachelor", "teachers_master"', 'junior = ["teachers_bachelor", "teachers_bachelor"', DEGREE, "part.main.measure.numerator.junior", "“teachers_bachelor”写了两次"),
    "a kind listed twice": (RULES, '"nine_year", "complete_secondary", "twelve_year", "teaching_point"', '"nine_year", "nine_year", "complete_secondary", "twelve_year", "teaching_point"', RULES, "scope.resource.kinds", "“nine_year”写了两次"),
    "a table twice": (ELEMENTS, r'(?s)(\[\[table\]\]\nid *= "rooms".*?\n\n)', r"\1\1", ELEMENTS, "table", "“rooms”写了两次"),
    "a scope of nobody": (RULES, r'kinds *= \["special"\]', "kinds = []", RULES, "scope.special.kinds", "不能为空"),
    "an attested unit of years": (item("layout"), '"attested"\nvalid', '"years"\nvalid', item("layout"), "unit", "算出来的是 attested"),
    "an amount in another unit": (item("unified_standards"), 'unit *= "yuan_per_pupil"', 'unit = "wan_yuan"', item("unified_standards"), "unit", "算出来的是 yuan_per_pupil"),
    "an easing whose standard comes later": (RULES, r'(room *= "art"\nvalid_from *= )2019-01-01', r"\g<1>2023-01-01", RULES, "relaxation.rooms_built_before.standard.2.valid_from", "放宽 2019-01-01 已经生效"),
    "a quantity not asked of a kind": (ELEMENTS, r'(?s)(id *= "auxiliary_area".*?), "teaching_point"', r"\1", item("auxiliary_area_per_pupil"), "part.main.measure", "“auxiliary_area”不向“teaching_point”收"),
    "a quantity not asked of a stage": (ELEMENTS, r'(?s)(id *= "teachers_college".*?)"primary"', r'\1"junior"', DEGREE, "part.main.measure", "“teachers_college”不向“primary”收"),
    "pupils not asked of a kind": (ELEMENTS, r'(?s)(id *= "pupils_senior".*?), "twelve_year"', r"\1", RULES, "splitting.3.weights", "“pupils_senior”不向“twelve_year”收"),
    "a step lost": (RULES, '"quality", ', "", RULES, "steps", "缺少“quality”这一步"),
    "the schools forgotten": (RULES, '"schools", ', "", RULES, "steps", "缺少“schools”这一步"),
    "the dispersion forgotten": (RULES, '"dispersion", ', "", RULES, "steps", "缺少“dispersion”这一步"),
    "a step twice": (RULES, '"quality", ', '"quality", "quality", ', RULES, "steps", "“quality”写了两次"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_what_does_not_fit_is_refused_with_file_key_and_reason(copy, fault):
    file, old, new, told_of, key, says = FAULTS[fault]
    copy.replace(file, old, new)
    told = copy.problems()
    assert [line for line in told if line.startswith(f"{told_of} [{key}] ") and says in line], told


def test_a_step_with_nothing_to_look_at_is_refused(copy):
    (copy.home / item("veto")).unlink()
    (line,) = copy.problems()
    assert line.startswith(f"{RULES} [steps.2] “veto”这一步没有任何规则可看")


def test_an_element_misspelt_where_a_measure_reads_it_is_guessed(copy):
    copy.replace(ELEMENTS, '"class_pupils"', '"clas_pupils"')
    copy.add(f"{BOOK}/labels.zh_Hans.toml", '\n[elements.clas_pupils]\nlabel = "班级人数"\n')
    here = f"{item('class_size')} [part.main.measure] elements.toml 的 classes 表里没有"
    (line,) = [line for line in copy.problems() if line.startswith(here)]
    assert line.endswith("“class_pupils”，是否想写“clas_pupils”")


def test_rules_that_follow_one_another_do_not_overlap(copy):
    cap = '[[dispersion]]\nstage = "primary"\nclause = "moe-2017-6/3"\nsureness = "unsure"\n'
    copy.replace(RULES, r"(at_most *= 0\.50)", r"\1\nvalid_until = 2030-01-01")
    copy.add(RULES, f"\n{cap}valid_from = 2030-01-01\nat_most = 0.40\n")
    assert len(load_rulebook(BOOK, copy.home).dispersion) == 3


def test_an_open_rule_gives_way_to_the_next(copy):
    scope = '[[scope]]\nid = "special"\nclause = "moe-2017-6/4.7"\nsureness = "unsure"\n'
    copy.add(RULES, f'\n{scope}valid_from = 2030-01-01\nkinds = ["special", "vocational"]\n')
    assert len(load_rulebook(BOOK, copy.home).scope) == 6


def test_a_hole_is_told_once_with_the_day_it_opens(copy):
    copy.replace(RULES, SUBJECT, "")
    told = [line for line in copy.problems() if "scope.resource" in line]
    assert len(told) == 1


@pytest.mark.parametrize(
    ("unit", "per", "result"),
    [
        ("persons", 100, "persons_per_100"),
        ("m2", 1, "m2_per_pupil"),
        ("wan_yuan", 10000, "yuan_per_pupil"),
        ("wan_yuan", 1, "wan_yuan_per_pupil"),
        ("rooms", 100, "rooms_per_100"),
    ],
)
def test_the_unit_of_what_comes_out(unit, per, result):
    assert quotient_unit(unit, per) == result
