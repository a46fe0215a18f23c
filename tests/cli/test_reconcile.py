"""`junheng reconcile`: published figures in, what explains them out."""

import datetime as dt
import json

import docx
import pytest

from junheng.rulebook.law import law_of
from junheng.rulebook.loader import load_rulebook
from junheng.sample import sample_county
from oracle.published import STAGES, How, printed, reckon

LAW = law_of(load_rulebook("moe-2017-6"), dt.date(2026, 9, 1))


@pytest.fixture(scope="module")
def publish(made):
    """Write the figures of the sample county, reckoned somehow, as a province would."""
    tables = sample_county(LAW, seed=1)
    numbers = {item.id: item.number for item in LAW.items}

    def write(name, how):
        lines = ["指标,学段,差异系数,县均值,达标校数"]
        told = printed(reckon(tables, LAW, how), how, ("cv", "mean", "met"), STAGES)
        cells = {(one.figure.item, one.figure.stage, one.figure.kind): one.text for one in told}
        for item, stage in dict.fromkeys(key[:2] for key in cells):
            three = ",".join(cells[item, stage, kind] for kind in ("cv", "mean", "met"))
            lines.append(f"{numbers[item]},{'小学' if stage == 'primary' else '初中'},{three}")
        path = made / name
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def unweighted(publish):
    return publish("不加权.csv", How(equal=True, simple=True))


def test_it_says_what_explains_the_figures(run, workbook, unweighted):
    page = run("reconcile", workbook, unweighted)
    assert page.code == 0, page.err
    for told in (
        "样例县（虚构）公布数核对",
        "公布数：不加权.csv。本县数据：样例县.xlsx。",
        "公布的数是这样来的：差异系数没有按学生数加权",
        "42 个数全部重现",
        "建议：",
        "按上述原因",
    ):
        assert told in page.out, told


def test_figures_that_agree_need_nothing(run, workbook, publish):
    page = run("reconcile", workbook, publish("一致.csv", How()))
    assert "公布的 42 个数，与按本县数据测算的完全一致" in page.out


def test_figures_nothing_explains_are_said_to_be_so(run, workbook, made):
    path = made / "乱.toml"
    lines = "\n".join(f"{n} = 0.{n}37" for n in range(1, 8))
    path.write_text(f"[primary.cv]\n{lines}\n", encoding="utf-8")
    page = run("reconcile", workbook, path)
    assert page.code == 0
    assert "以上原因都不是" in page.out
    assert "公布的数是这样来的" not in page.out


def test_the_explanation_is_written_as_asked(run, workbook, unweighted, tmp_path):
    for name in ("说明.docx", "说明.md", "说明.json"):
        assert run("reconcile", workbook, unweighted, "-o", tmp_path / name).code == 0
    document = docx.Document(str(tmp_path / "说明.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "差异系数没有按学生数加权" in text
    assert len(document.tables[0].rows) == 43
    page = (tmp_path / "说明.md").read_text(encoding="utf-8")
    assert page.startswith("# 样例县（虚构）公布数核对")
    assert page.count("\n| ") == 44
    data = json.loads((tmp_path / "说明.json").read_text(encoding="utf-8"))
    assert data["outcome"] == "explained"
    assert data["fits"][0]["causes"] == [{"id": "unweighted"}]
    assert len(data["figures"]) == 42
    assert not any(one["agrees"] for one in data["figures"] if one["kind"] == "cv")


def test_bad_figures_are_named(run, workbook, made):
    path = made / "错.csv"
    path.write_text("指标,学段,差异系数\n八,小学,0.2\n", encoding="utf-8")
    refused = run("reconcile", workbook, path)
    assert refused.code == 2
    assert "[published-figures]" in refused.err
    assert "A2" not in refused.err or "八" in refused.err


def test_of_many_counties_one_must_be_named(run, nation, unweighted):
    assert run("reconcile", nation, unweighted).code == 2
    page = run("reconcile", nation, unweighted, "--county", "虚构县0001")
    assert "虚构县0001公布数核对" in page.out
    assert "以上原因都不是" in page.out


def test_an_ending_that_says_no_document_is_refused(run, workbook, unweighted):
    refused = run("reconcile", workbook, unweighted, "-o", "说明.pdf")
    assert refused.code == 2
    assert ".docx、.md、.json" in refused.err
