"""The brief: what it says in each kind of county, and the official form of its pages."""

import io
import re

import docx
import pytest
from docx.oxml.ns import qn

from junheng.publish.brief import brief_blocks, write_brief
from junheng.publish.fonts import find_font
from junheng.publish.gb9704 import Grid, Picture, Text, plain_text, solid
from publish import county_rows


@pytest.fixture(scope="module")
def told(imprint):
    """The brief as text, without the hash of the rules."""

    def text(facts, font=None):
        blocks = brief_blocks(facts, imprint=imprint, font=font)
        return re.sub(r"[0-9a-f]{12}", "校验码", plain_text(blocks))

    return text


@pytest.mark.parametrize("county", ["passing", "failing", "with_gaps", "nothing_reported"])
def test_the_brief_of_each_kind_of_county_reads_as_agreed(county, request, told, gold):
    facts = request.getfixturevalue(county)
    gold(f"brief/{county}.txt", told(facts, find_font()))


# ------------------------------------------------------------------ what it says


@pytest.mark.parametrize("county", ["passing", "failing", "with_gaps", "nothing_reported"])
def test_no_sentence_is_clumsy_or_unfinished(county, request, told):
    text = told(request.getfixturevalue(county))
    for clumsy in (
        "。。",
        "，，",
        "；。",
        "，。",
        "：。",
        "、、",
        "{",
        "}",
        "None",
        "nan",
        "inf",
        "（）",
    ):
        assert clumsy not in text, clumsy
    prose = [line for line in text.splitlines() if " | " not in line]
    for line in prose:
        assert not re.search(r"(?<![\d.])0(所|个|名|间|项|步)", line), line


def test_a_passing_county_reads_differently_from_a_failing_one(told, passing, failing):
    good, bad = told(passing), told(failing)
    assert "各步全部达到优质均衡发展标准" in good
    assert "最终以督导评估认定为准" in good
    assert "不达标的：" not in good
    assert "没有达到优质均衡发展标准" in bad
    assert "须先行整改" in bad


def test_a_county_that_reported_nothing_is_told_so_plainly(told, nothing_reported):
    text = told(nothing_reported)
    assert "现有填报数据太少，各步都不能判定" in text
    assert "小学9所都不能判定是否综合达标" in text
    assert "没有达到优质均衡发展标准" not in text


def test_an_undecided_county_is_not_said_to_fail(told, facts_of):
    rows = county_rows.passing()
    rows["county"][0]["civil_servant_mean_salary"] = None
    text = told(facts_of(rows))
    assert "没有发现不达标的步骤，但还有数据没有填报" in text
    assert "不能判定的有1步，为政府保障程度15项" in text
    assert "县情 | 上年度公务员年平均工资收入 | 全县 | 第15项教师工资" in text


def test_schools_not_looked_at_alone_are_counted_by_reason(told, passing, facts_of):
    text = told(passing)
    assert "另有3所填报的学校没有单独测算（并入其他学校测算的1所、不足50人的教学点1所、" in text
    assert "不在测算范围的其他类型学校1所），名单和原因见测算结果工作簿" in text
    rows = county_rows.passing()
    rows["schools"] = [r for r in rows["schools"] if r["school"] not in {"s06", "s12", "s90"}]
    assert "没有单独测算" not in told(facts_of(rows))


def test_the_kindergarten_weight_of_joined_schools_is_among_what_is_not_sure(told, passing):
    unsure = told(passing).partition("尚待核实的有")[2].partition("。")[0]
    for kind in ("九年一贯制学校", "十二年一贯制学校", "小学", "教学点"):
        assert f"{kind}附设幼儿班的拆分权重" in unsure
    assert "完全中学" not in unsure


def test_items_that_do_not_apply_are_said_not_to_count(told, passing, nothing_reported):
    assert "其余按项计，不适用的项不计。" in told(nothing_reported)
    assert "不适用的项不计" not in told(passing)


@pytest.mark.parametrize("county", ["passing", "failing", "with_gaps", "nothing_reported"])
def test_every_paragraph_and_note_ends_as_a_sentence(county, request, imprint):
    facts = request.getfixturevalue(county)
    blocks = brief_blocks(facts, imprint=imprint, font=None)
    texts = [block.text for block in blocks if isinstance(block, Text)]
    texts += [block.note for block in blocks if isinstance(block, Grid)]
    assert len(texts) > 8
    assert not [text for text in texts if not text.endswith(("。", "。）"))]


def test_a_single_failing_school_is_named_with_what_it_lacks(told, facts_of):
    rows = county_rows.passing()
    teachers = next(r for r in rows["teachers"] if (r["school"], r["stage"]) == ("s03", "primary"))
    teachers["backbone_teachers"] = 1
    text = told(facts_of(rows))
    assert "综合不达标的学校有小学1所。" in text
    assert "河东镇中心小学 | 540 | 1 | 县级以上骨干教师还差5名" in text
    assert "至少要补：河东镇中心小学补县级以上骨干教师4名。" in text
    assert "全县共需增加：县级以上骨干教师5名（1所学校）" in text


def test_a_shortage_shared_by_two_stages_counts_once(facts_of):
    rows = county_rows.passing()
    school = next(row for row in rows["facilities"] if row["school"] == "s07")
    school["multimedia_rooms"] = 2
    facts = facts_of(rows)
    gaps = facts.findings.filter(school="s07", indicator="multimedia_rooms_per_100")["gap"]
    assert len(gaps) == 2
    assert facts.totals_short()["multimedia_rooms_per_100"] == (max(gaps), "rooms", 1)


def test_relaxations_are_told_with_the_duties_they_bring(told, failing):
    text = told(failing)
    assert "清水乡柳树沟教学点的该项由不达标变为达标" in text
    assert "认定后3年内须达到原标准：河东镇中心小学、河东镇初级中学" in text
    assert "综合达标的学校增加1所" in text


def test_a_county_saved_by_relaxations_is_told_of_both_verdicts(told, facts_of):
    rows = county_rows.passing()
    for room in rows["rooms"]:
        if room["school"] == "s03":
            room["room_area"] = 75.0
    text = told(facts_of(rows))
    assert "没有达到优质均衡发展标准" in text
    assert "全部使用后，各步都达到标准；使用放宽的学校须履行“有关说明”所列义务" in text


def test_a_rate_that_rounds_to_its_standard_is_shown_unrounded(told, facts_of):
    rows = county_rows.passing()
    row = next(r for r in rows["teachers"] if (r["school"], r["stage"]) == ("s08", "junior"))
    row["certified_teachers"] -= 1
    for other in rows["teachers"]:
        other["teachers"] *= 10
        other["certified_teachers"] *= 10
    row["certified_teachers"] += 9
    text = told(facts_of(rows))
    assert "第19项，持证上岗率。" in text
    assert "测算值99.98%" in text


def test_without_a_font_there_is_a_sentence_instead_of_the_chart(imprint, failing, told):
    blocks = brief_blocks(failing, imprint=imprint, font=None)
    assert not [block for block in blocks if isinstance(block, Picture)]
    assert "本机没有可用的中文字体，差异系数图未能生成" in told(failing)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("共 2 所，占 3.5%（另有 1 所）", "共2所，占3.5%（另有1所）"),
        ("音乐教室 73 m²、美术教室", "音乐教室73 m²、美术教室"),
        ("由 junheng 0.1 生成", "由junheng 0.1生成"),
    ],
)
def test_numbers_stand_solid_among_chinese(typed, printed):
    assert solid(typed) == printed


# ------------------------------------------------------------------ the form of its pages


@pytest.fixture(scope="module")
def document(tmp_path_factory, failing, imprint):
    path = tmp_path_factory.mktemp("brief") / "brief.docx"
    return docx.Document(write_brief(failing, path, imprint=imprint, font=find_font()))


def test_the_page_is_that_of_an_official_document(document):
    (section,) = document.sections
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(x.mm) for x in margins] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - python-docx has no public way
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Body Text", "仿宋_GB2312", 16),
    ],
)
def test_each_level_has_its_official_font(document, style, font, size):
    found = document.styles[style]
    assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert found.font.size.pt == size
    assert not found.font.bold
    assert any(paragraph.style.name == style for paragraph in document.paragraphs)


def test_body_lines_are_exact_and_indented_by_two_characters(document):
    style = document.styles["Body Text"]
    assert style.paragraph_format.line_spacing.pt == 28.95
    assert style.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


def test_page_numbers_stand_outside(document):
    (section,) = document.sections
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment, even.alignment) == (2, 0)
    assert document.settings.odd_and_even_pages_header_footer
    assert "PAGE" in odd._element.xml  # noqa: SLF001


def test_tables_repeat_their_head_and_break_no_row(document):
    assert len(document.tables) >= 4
    for table in document.tables:
        head = table.rows[0]._tr.trPr  # noqa: SLF001
        assert head.find(qn("w:tblHeader")) is not None
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None  # noqa: SLF001


def test_the_chart_is_there_with_a_text_for_those_who_cannot_see_it(document):
    (shape,) = document.inline_shapes
    assert shape._inline.docPr.get("descr")  # noqa: SLF001
    assert round(shape.width.mm) == 156


def test_the_same_inputs_give_the_same_text(failing, imprint):
    first, again = (brief_blocks(failing, imprint=imprint, font=find_font()) for _ in range(2))
    assert first == again


def test_nothing_in_the_file_tells_another_day_than_the_one_given(document, imprint):
    assert document.core_properties.created == imprint.now
    assert document.core_properties.modified == imprint.now


def test_the_document_opens_from_its_bytes_alone(tmp_path, passing, imprint):
    path = write_brief(passing, tmp_path / "brief.docx", imprint=imprint, font=None)
    assert docx.Document(io.BytesIO(path.read_bytes())).paragraphs[0].text.endswith("测算情况")
