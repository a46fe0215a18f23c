"""`junheng rulebook`: what the law says, whether its files hold, and what another law would change."""

import re
import shutil
from pathlib import Path

import pytest

from junheng.rulebook.loader import HOME, list_rulebooks

ROOT = Path(__file__).parents[2]


def rows_of(page):
    return [re.sub(r" +", " ", line).strip() for line in page.splitlines()]


def test_list_names_every_rulebook(run):
    page = run("rulebook", "list")
    assert page.code == 0
    for name in list_rulebooks():
        assert re.search(rf"^ +{name} ", page.out, re.MULTILINE)
    assert "沈阳市口径" in page.out


def test_show_lists_the_standards_in_force_on_the_day(run):
    before = rows_of(run("rulebook", "show", "--on", "2024-09-01").out)
    after = rows_of(run("rulebook", "show", "moe-2017-6", "--on", "2025-09-01").out)
    assert any(row.startswith("14 特教公用经费 ≥6000 元/人 2016-01-01") for row in before)
    assert any(row.startswith("14 特教公用经费 ≥7000 元/人 2025-03-01") for row in after)
    assert not any("7000" in row for row in before)
    assert not any("6000" in row for row in after)
    assert "2024-09-01 有效的标准" in before[0]


def test_show_tells_unit_and_stage_of_everything_asked(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    page = run("rulebook", "show").out
    for told in (
        "基本均衡认定满 3 年 ≥3 年",
        "小学≥4.2 人/百名学生",
        "8 规划布局 达到，并有佐证材料",
        "小学生均公用经费基准定额 ≥720 元/人",
        "职业学校附设普通小学、初中班 ≤0 所",
        "13 小规模学校公用经费 不少于 100 人的定额",
        "教师年平均工资收入不低于公务员 不低于“上年度公务员年平均工资收入”",
        "20 就近划片入学 小学 ≥100%",
        "初中 ≥95%",
        "走访满意度 ≥85%",
    ):
        assert any(told in row for row in rows_of(page)), told


def test_show_cites_by_number_so_that_the_line_holds(run):
    table = run("rulebook", "show").out.split("\n- ")[0]
    assert "教督〔2017〕6号" in table
    assert "县域义务教育优质均衡发展督导评估办法" not in table


def test_show_has_all_indicators_of_the_overlay(run):
    rows = rows_of(run("rulebook", "show", "shenyang-quota").out)
    numbers = {int(row.split()[0]) for row in rows if re.match(r"\d+ \D", row)}
    assert numbers == set(range(1, 33))
    assert any("≥8000 元/人" in row for row in rows)


def test_check_passes_on_the_house_rulebooks(run):
    outcome = run("rulebook", "check")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "demo-ph：通过，3 个指标",
        "moe-2017-6：通过，34 个指标",
        "shenyang-quota：通过，34 个指标",
    ]


def test_check_tells_every_problem_of_every_rulebook(run, tmp_path):
    home = tmp_path / "rules"
    shutil.copytree(HOME, home)
    degree = "moe-2017-6/indicators/teachers_above_degree_per_100.toml"
    for file, old, new in (
        (degree, "persons_per_100", "person_per_100"),
        ("moe-2017-6/indicators/layout.toml", "clause", "claus"),
        ("demo-ph/rulebook.toml", "at_most", "at_mots"),
    ):
        text = (home / file).read_text(encoding="utf-8")
        (home / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    outcome = run("rulebook", "check", "--home", home)
    assert outcome.code == 1
    told = outcome.err
    assert told.count("[rulebook]") == 3  # The overlay stands on the spoilt one.
    assert told.count(f"{degree} [unit] 未知的单位“person_per_100”，是否想写“persons_per_100”") == 2
    assert "moe-2017-6/indicators/layout.toml [claus] 未知的键“claus”，是否想写“clause”" in told
    assert "moe-2017-6/indicators/layout.toml [clause] 缺少这一键" in told
    assert "demo-ph/rulebook.toml [dispersion.1.at_mots]" in told
    assert not outcome.out


def test_check_of_a_folder_without_rulebooks_is_no_success(run, tmp_path):
    outcome = run("rulebook", "check", "--home", tmp_path)
    assert outcome.code == 2
    assert "没有规则目录" in outcome.err


def test_the_indicator_page_says_what_the_rules_say_now(run, tmp_path):
    outcome = run("rulebook", "docs", "-o", tmp_path / "docs/indicators.md")
    assert outcome.code == 0
    written = (tmp_path / "docs/indicators.md").read_text(encoding="utf-8")
    kept = (ROOT / "docs/indicators.md").read_text(encoding="utf-8")
    assert written == kept, "run `junheng rulebook docs -o docs/indicators.md`"


def test_diff_lists_exactly_the_verdicts_that_change(run, workbook):
    outcome = run("rulebook", "diff", "moe-2017-6", "shenyang-quota", "--on", workbook)
    assert outcome.code == 0
    assert "结论有变化的共 4 处" in outcome.out
    rows = rows_of(outcome.out)
    for scenario in ("不用放宽", "用足放宽"):
        for item in ("城乡四统一", "特教公用经费"):
            assert f"{scenario} {item} 达标 不达标" in rows


def test_diff_of_one_law_with_itself_is_nothing(run, workbook):
    outcome = run("rulebook", "diff", "moe-2017-6", "moe-2017-6", "--on", workbook)
    assert outcome.out == "样例县（虚构）：两部办法对这份数据的结论完全相同。\n"


def test_diff_before_the_city_rose_is_nothing(run, workbook):
    words = ("rulebook", "diff", "moe-2017-6", "shenyang-quota", "--on", workbook)
    outcome = run(*words, "--date", "2022-06-01")
    assert "完全相同" in outcome.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "shenyang"), "是否想写“shenyang-quota”？"),
        (("show", "x"), "可用：demo-ph、moe-2017-6、shenyang-quota。"),
        (("show", "--on", "1999-01-01"), "[nothing-in-force]"),
        (("diff", "moe-2017-6", "demo-ph", "--on", "县.xlsx"), "要的数据不同"),
        (("diff", "moe-2017-6", "shenyang-quota", "--on", "没有.xlsx"), "[unusable-file]"),
    ],
)
def test_a_wrong_name_or_day_is_told(run, words, told):
    outcome = run("rulebook", *words)
    assert outcome.code == 2
    assert told in outcome.err


def test_an_own_rulebook_is_named_by_its_folder(run, tmp_path):
    own = tmp_path / "our-city"
    (own / "indicators").mkdir(parents=True)
    (own / "rulebook.toml").write_text('extends = "moe-2017-6"\nid = "our-city"\n')
    name = "special_education_funding.toml"
    text = (HOME / "moe-2017-6/indicators" / name).read_text(encoding="utf-8")
    changed = text.replace("at_least = 7000", "at_least = 8500")
    (own / "indicators" / name).write_text(changed, encoding="utf-8")
    page = run("rulebook", "show", str(own), "--on", "2025-09-01")
    assert page.code == 0
    assert any(row.startswith("14 特教公用经费 ≥8500 元/人") for row in rows_of(page.out))


def test_show_tells_the_rules_beside_the_indicators(run):
    page = run("rulebook", "show").out
    assert "学校综合达标：至少 6 项达标，其余不低于标准的 85%" in page
    assert "小学校际差异系数不高于 0.50" in page
    assert "九年一贯制学校按学段加权拆分校舍、设备" in page
    assert page.count("过渡性放宽") == 5
    assert "2019-01-01 起，待核" in page
