"""A rule file that does not say what it must is refused: file, key, and what was probably meant."""

import pytest

from junheng.base.errors import RulebookError, UnknownNameError
from junheng.rulebook.loader import list_rulebooks, load_rulebook

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
