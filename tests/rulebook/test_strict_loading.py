"""A rule file that does not say what it must is refused: file, key, and what was probably meant."""

import tomllib

import pytest

from junheng.base.errors import RulebookError, UnknownNameError
from junheng.rulebook.loader import list_rulebooks, load_rulebook
from junheng.rulebook.problems import fields_at

BOOK = "moe-2017-6"
RULES, CLAUSES = f"{BOOK}/rulebook.toml", f"{BOOK}/clauses.toml"
ELEMENTS, LABELS = f"{BOOK}/elements.toml", f"{BOOK}/labels.zh_Hans.toml"


def item(name):
    return f"{BOOK}/indicators/{name}.toml"


DEGREE, FUNDING = item("teachers_above_degree_per_100"), item("special_education_funding")

# What is spoilt: file, pattern, what is put instead, the key named, what the sentence says.
ONE_FAULT = {
    "unknown key": (DEGREE, "per *= 100", "per = 100\nsplt = 1", "part.main.measure.splt", "split"),
    "unknown key of the indicator": (DEGREE, r"\Aid", 'claus = "x"\nid', "claus", "clause"),
    "unknown key of a rule": (RULES, r"at_most *= 0\.50", "at_most = 0.50\nat_mots = 0.50", "dispersion.1.at_mots", "at_most"),
    "unknown key of an element": (ELEMENTS, 'unit *= "places"', 'unti = "places"', "element.towns.unti", "unit"),
    "unknown key of clauses.toml": (CLAUSES, r"\A", "[clausess]\n", "clausess", "clauses"),
    "missing clause": (DEGREE, "clause .*\n", "", "clause", "缺少这一键"),
    "missing date": (DEGREE, "valid_from .*\n", "", "valid_from", "缺少这一键"),
    "missing kind of measure": (DEGREE, 'kind *= "ratio"\n', "", "part.main.measure.kind", "缺少这一键"),
    "missing steps": (RULES, "steps .*\n", "", "steps", "缺少这一键"),
    "unknown unit": (DEGREE, '"persons_per_100"', '"person_per_100"', "unit", "persons_per_100"),
    "unknown unit of an element": (ELEMENTS, '"wan_persons"', '"wan_person"', "element.population.unit", "wan_persons"),
    "number without unit": (ELEMENTS, 'unit *= "wan_persons"\n', "", "element.population", "缺少 unit"),
    "number without range": (ELEMENTS, "maximum *= 3000\n", "", "element.population", "缺少 maximum"),
    "unknown clause": (DEGREE, "moe-2017-6/3.1", "moe-2017-6/3.11", "clause", "moe-2017-6/3.1"),
    "unknown clause of a standard": (FUNDING, 'clause *= "special-2025/1"', 'clause = "special-2025/2"', "part.main.standard.2.clause", "special-2025/1"),
    "unknown document": (CLAUSES, 'document *= "jd-2012-3"', 'document = "jd-2012"', "clauses.jd-2012-3/attached.document", "jd-2012-3"),
    "unknown element": (DEGREE, "teachers_college", "teachers_colege", "part.main.measure", "teachers_college"),
    "unknown element of a relaxation": (RULES, "pe_exchange_teachers", "pe_exchange", "relaxation.rural_small_visiting_teachers.adds", "pe_exchange_teachers"),
    "unknown flag": (RULES, '"dense_city_school"', '"dense_city"', "relaxation.dense_city_sports_space.who.flag", "dense_city_school"),
    "unknown scope": (DEGREE, 'scope *= "resource"', 'scope = "resourse"', "part.main.scope", "resource"),
    "unknown indicator": (RULES, '"arts_rooms"', '"art_rooms"', "relaxation.rooms_built_before.indicator", "arts_rooms"),
    "unknown kind of school": (RULES, r'kinds *= \["special"\]', 'kinds = ["speciel"]', "scope.special.kinds", "special"),
    "unknown kind in splitting": (RULES, 'kind *= "nine_year"', 'kind = "nine_yaer"', "splitting.1.kind", "nine_year"),
    "unknown sponsor": (RULES, '"city_other"', '"city_othr"', "public_sponsors", "city_other"),
    "unknown area": (RULES, r'\["urban"\]', '["urbn"]', "relaxation.dense_city_sports_space.who.areas", "urban"),
    "unknown region": (item("unified_standards"), r'\["east"\]', '["eest"]', "part.quota_primary.standard.1.regions", "east"),
    "unknown room": (item("arts_rooms"), 'room *= "music"', 'room = "musik"', "part.main.standard.1.room", "music"),
    "unknown attested item": (item("layout"), r'"layout"\]', '"layuot"]', "part.main.measure.items", "layout"),
    "unknown survey method": (item("satisfaction"), 'method *= "visit"', 'method = "visits"', "part.visit.measure.method", "visit"),
    "unknown step": (RULES, '"veto", "schools"', '"vetto", "schools"', "steps.2", "veto"),
    "unknown stage": (DEGREE, 'stage *= "primary"', 'stage = "primery"', "part.main.standard.1.stage", "primary"),
    "unknown measure": (DEGREE, '"ratio"', '"ratoi"', "part.main.measure", "ratio"),
    "unknown type of element": (ELEMENTS, '"decimal"', '"decimel"', "element.population.type", "decimal"),
    "unknown whole": (ELEMENTS, 'at_most *= "population"', 'at_most = "populaton"', "element.rural_population.at_most", "population"),
    "unknown table": (ELEMENTS, 'id *= "towns"\ntable *= "county"', 'id = "towns"\ntable = "conty"', "element.towns.table", "county"),
    "unknown condition": (ELEMENTS, r'element *= "not_counted"', 'element = "not_countd"', "element.mother_school.when", "not_counted"),
    "two standards on one day": (DEGREE, 'stage *= "junior"', 'stage = "primary"', "part.main.standard.2", "2017-04-19"),
    "two caps on one day": (RULES, '(dispersion..\nstage *=) "junior"', r'\1 "primary"', "dispersion.2", "2017-04-19"),
    "reversed dates": (RULES, r"(at_most *= 0\.50)", r"\1\nvalid_until = 2017-01-01", "dispersion.1", "失效日期不晚于"),
    "two bounds": (DEGREE, r"at_least *= 4\.2", "at_least = 4.2\nat_most = 9", "part.main.standard.1", "有且只有一个"),
    "number taken": (DEGREE, "number *= 1", "number = 2", "number", "指标编号 2 重复"),
    "wrong file name": (DEGREE, r"\Aid.*", 'id = "teachers_above"', "id", "teachers_above"),
    "wrong folder name": (RULES, r'(?m)^id *= "moe-2017-6"', 'id = "moe-2017"', "id", "moe-2017"),
    "date in quotes": (DEGREE, "2017-04-19", '"soon"', "valid_from", "应为日期"),
    "text for a number": (DEGREE, r"at_least *= 4\.2", 'at_least = "much"', "part.main.standard.1.at_least", "应为数字"),
    "number in quotes": (DEGREE, r"at_least *= 4\.2", 'at_least = "4.2"', "part.main.standard.1.at_least", "不加引号"),
    "upper bound in quotes": (item("class_size"), r"at_most *= 45", 'at_most = "45"', "part.main.standard.1.at_most", "不加引号"),
    "open bound in quotes": (item("quality_monitoring"), r"below *= 0\.15", 'below = "0.15"', "part.difference.standard.1.below", "不加引号"),
    "weight in quotes": (RULES, r"junior = 1\.1 }", 'junior = "1.1" }', "splitting.1.weights.junior", "不加引号"),
    "whole number in quotes": (RULES, "met_at_least *= 6", 'met_at_least = "6"', "rollup.1.met_at_least", "应为整数"),
    "fraction for a whole number": (RULES, "met_at_least *= 6", "met_at_least = 6.0", "rollup.1.met_at_least", "应为整数"),
    "truth in quotes": (RULES, "merge_points *= true", 'merge_points = "true"', "scope.resource.merge_points", "true 或 false"),
    "truth for a number": (DEGREE, r"at_least *= 4\.2", "at_least = true", "part.main.standard.1.at_least", "应为数字"),
    "no number": (DEGREE, r"at_least *= 4\.2", "at_least = nan", "part.main.standard.1.at_least", "应为数字"),
    "true date in quotes": (DEGREE, "valid_from *= 2017-04-19", 'valid_from = "2017-04-19"', "valid_from", "应为日期"),
    "range in quotes": (ELEMENTS, "maximum *= 3000\n", 'maximum = "3000"\n', "element.population.maximum", "不加引号"),
    "negative standard": (DEGREE, r"at_least *= 4\.2", "at_least = -4.2", "part.main.standard.1.at_least", "不能小于 0，写的是 -4.2"),
    "percent above 100": (item("teacher_exchange"), "at_least *= 10", "at_least = 110", "part.exchange.standard.1.at_least", "不能大于 100，写的是 110"),
    "floor above 100": (RULES, "floor_percent *= 85", "floor_percent = 850", "rollup.1.floor_percent", "不能大于 100"),
    "negative floor": (RULES, "floor_percent *= 85", "floor_percent = -1", "rollup.1.floor_percent", "不能小于 0"),
    "cap of nothing": (RULES, r"at_most *= 0\.50", "at_most = 0", "dispersion.1.at_most", "必须大于 0"),
    "negative cap": (RULES, r"at_most *= 0\.45", "at_most = -0.45", "dispersion.2.at_most", "必须大于 0"),
    "more items than there are": (RULES, "met_at_least *= 6", "met_at_least = 8", "rollup.1.met_at_least", "却只有 7 项"),
    "adding for boarders": (RULES, r'\["urban"\], flag', '["urban"], boarding = true, flag', "relaxation.dense_city_sports_space.who.1.boarding", "pupils_at_least"),
    "unsure of no weight": (RULES, r'unsure_stages = \["kindergarten"\]', 'unsure_stages = ["senior"]', "splitting.1", "weights 里有的学段"),
    "unknown key of the rulebook": (RULES, r"(?m)^id", "stage = 1\nid", "stage", "未知的键“stage”，是否想写“steps”"),
    "no parts": (item("layout"), r"(?s)\[\[part\]\].*", "part = []\n", "part", "不能为空"),
    "circular extends": (RULES, r"(?m)^id", f'extends = "{BOOK}"\nid', "extends", "循环"),
    "extends nothing": (RULES, r"(?m)^id", 'extends = "shenyang"\nid', "extends", "shenyang-quota"),
}  # fmt: skip


@pytest.mark.parametrize("fault", sorted(ONE_FAULT))
def test_one_fault_is_one_sentence_with_file_key_and_guess(copy, fault):
    file, old, new, key, says = ONE_FAULT[fault]
    copy.replace(file, old, new)
    told = copy.problems()
    here = next(line for line in told if line.startswith(f"{file} [{key}] "))
    assert says in here
    # A number taken is a fault of both who have it; nothing else is blamed on anybody else.
    assert len(told) == (2 if fault == "number taken" else 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        # Every key is one of another model: it is not suggested where it is not understood.
        (DEGREE, r"at_least *= 4\.2", "at_least = 4.2\nstages = 1", "part.main.standard.1.stages"),
        (DEGREE, "per *= 100", "per = 100\nmethods = 1", "part.main.measure.methods"),
        (RULES, "floor_percent *= 85", "floor_percent = 85\nelements = 1", "rollup.1.elements"),
        (ELEMENTS, 'unit *= "places"', 'unit = "places"\nlocators = 1', "element.towns.locators"),
    ],
)
def test_a_guess_is_a_key_that_may_stand_there(copy, file, old, new, key):
    copy.replace(file, old, new)
    (line,) = copy.problems()
    assert line.startswith(f"{file} [{key}] 未知的键")
    name = key.rpartition(".")[2]
    guess = "，是否想写“stage”" if name == "stages" else ""
    assert line.endswith(f"“{name}”{guess}")


def test_a_guess_knows_the_keys_at_every_depth():
    assert "boarding" in fields_at(("relaxation", 0, "who", 1))
    assert "boarding" not in fields_at(("relaxation", 0))
    assert fields_at(("dictionary", "element", 0, "when")) == {"element", "among"}
    assert fields_at(("clauses", "moe-2017-6/3")) == {"document", "locator", "subject"}
    measure = ("indicators", 0, "part", 0, "variant", 0, "measure")
    assert fields_at((*measure, "size")) == {"kind"}
    assert fields_at(()) >= {"extends", "splitting"}
    assert "sha256" not in fields_at(())


@pytest.mark.parametrize(
    ("rulebook", "name", "number"),
    [(BOOK, "layout", 8), ("shenyang-quota", "layout", 8), ("demo-ph", "classrooms_per_100", None)],
)
def test_a_lost_indicator_file_is_told_by_its_number(copy, rulebook, name, number):
    folder = copy.home / (BOOK if rulebook == "shenyang-quota" else rulebook) / "indicators"
    lost = folder / f"{name}.toml"
    number = number or tomllib.loads(lost.read_text("utf-8"))["number"]
    lost.unlink()
    where = f"{folder.relative_to(copy.home).as_posix()} [number] "
    assert f"{where}指标编号须从 1 起连续，缺少 {number}：是否漏了指标文件" in copy.problems(
        rulebook
    )


def test_a_share_of_something_else_may_exceed_a_hundred(copy):
    copy.replace(item("retention"), "at_least *= 95", "at_least = 105")
    assert load_rulebook(BOOK, copy.home).indicator("retention").part[0].standard[0].number == 105


def test_the_words_of_the_validator_do_not_show(copy):
    for fault in ("missing clause", "text for a number", "no parts", "unknown measure"):
        file, old, new, *_ = ONE_FAULT[fault]
        copy.replace(
            item("workload") if file == DEGREE and fault == "missing clause" else file, old, new
        )
    for line in copy.problems():
        sentence = line.partition("] ")[2]
        assert not [
            word for word in ("Input", "should", "Value", "valid", "item") if word in sentence
        ]


@pytest.mark.parametrize(
    ("file", "key", "name"),
    [
        (LABELS, "indicators.layout", "indicators.layout"),
        (LABELS, "elements.grades", "elements.grades"),
        (LABELS, "tables.rooms", "tables.rooms"),
    ],
)
def test_what_has_no_chinese_name_is_refused(copy, file, key, name):
    copy.replace(file, rf"\[{key}\]", "[other.place]")
    assert all(f"没有 {name} 的中文名" in line for line in copy.problems())


def test_a_choice_without_a_chinese_name_is_refused(copy):
    copy.replace(LABELS, r"(choices.room_kind.\n)music.*\n", r"\1")
    assert [line for line in copy.problems() if "choices.room_kind.music" in line]


@pytest.mark.parametrize("text", ["id = = 1\n", "id = 1\nid = 2\nunit = 1\n"])
def test_what_is_no_toml_is_refused_with_the_line(copy, text):
    copy.replace(DEGREE, r"(?s).*", text)
    (line,) = copy.problems()
    assert line.startswith(f"{DEGREE} 不是有效的 TOML：")
    assert "at line" in line


def test_a_file_in_another_encoding_is_refused(copy):
    (copy.home / LABELS).write_bytes('[units]\npersons = "人"'.encode("gb18030"))
    assert [line for line in copy.problems() if line.startswith(f"{LABELS} 不是有效的 TOML")]


def test_all_problems_of_all_files_are_told_at_once(copy):
    spoilt = ["unknown key", "unknown unit of an element", "unknown indicator", "unknown document"]
    spoilt += ["unknown room", "reversed dates", "missing steps", "two standards on one day"]
    for fault in spoilt[:7]:
        file, old, new, *_ = ONE_FAULT[fault]
        copy.replace(file, old, new)
    copy.replace(item("layout"), r"\A", "= nothing\n")
    copy.replace(item("charter"), '"moe-2017-6/5.3"', '"moe-2017-6/5.33"')
    told = copy.problems()
    for fault in spoilt[:7]:
        file, _, _, key, _ = ONE_FAULT[fault]
        assert [line for line in told if line.startswith(f"{file} [{key}]")], fault
    assert [line for line in told if line.startswith(item("layout"))]
    assert [line for line in told if line.startswith(f"{item('charter')} [clause]")]
    assert len(told) == 9


def test_what_is_badly_written_is_not_called_unknown_elsewhere(copy):
    copy.replace(ELEMENTS, 'id *= "has_kindergarten"\n', 'id = "has_kindergarten"\nkind = 1\n')
    copy.replace(item("arts_rooms"), "area .*\n", "")
    told = copy.problems()
    assert len(told) == 2
    assert not [line for line in told if "没有数据要素" in line or "没有指标" in line]


def test_an_unreadable_main_file_does_not_hide_the_faults_of_indicators(copy):
    copy.replace(CLAUSES, r"\A", "= nothing\n")
    copy.replace(DEGREE, "per *= 100", "per = 100\nsplt = 1")
    told = copy.problems()
    assert [line.split()[0] for line in told] == [CLAUSES, DEGREE]


def test_a_fault_below_an_overlay_is_told_of_the_file_it_stands_in(copy):
    copy.replace(DEGREE, '"persons_per_100"', '"person_per_100"')
    copy.replace("shenyang-quota/clauses.toml", 'document = "shenyang"', 'document = "shenyan"')
    files = {line.split()[0] for line in copy.problems("shenyang-quota")}
    assert files == {DEGREE, "shenyang-quota/clauses.toml"}


def test_two_that_extend_each_other_are_refused(copy):
    copy.replace(RULES, r"(?m)^id", 'extends = "shenyang-quota"\nid')
    (line,) = copy.problems("shenyang-quota")
    assert line == f"{RULES} [extends] extends 形成循环"


def test_an_unknown_rulebook_is_refused_with_the_known_ones(copy):
    with pytest.raises(UnknownNameError) as caught:
        load_rulebook("moe-2017", copy.home)
    assert "moe-2017-6" in str(caught.value)


def test_the_error_says_what_to_do_next(copy):
    copy.replace(DEGREE, '"persons_per_100"', '"person_per_100"')
    with pytest.raises(RulebookError) as caught:
        load_rulebook(BOOK, copy.home)
    assert "junheng rulebook check" in caught.value.in_chinese()
    assert "rulebook check" in str(caught.value)


@pytest.mark.parametrize("name", list_rulebooks())
def test_every_rulebook_of_the_house_loads(name):
    assert load_rulebook(name).id == name
