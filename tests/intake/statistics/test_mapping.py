"""A bureau's own export: suggestions, the file that keeps them, and what it refuses."""

import tomllib

import pytest

from intake.statistics.conftest import codes_of, notices_of, save_xlsx
from junheng.base.errors import MappingError, UnusableFileError
from junheng.intake.statistics.gather import gather
from junheng.intake.statistics.mapping import load_mapping
from junheng.intake.statistics.suggest import as_toml, suggest
from junheng.sample.forms import FormSheet

HEAD = [
    [
        "学校编码",
        "学校全称",
        "办学类别",
        "邮编",
        "在校学生",
        "",
        "小学专任教师数",
        "教学仪器设备值（元）",
        "多媒体教室",
    ],
    ["", "", "", "", "小学在校生数", "初中在校生数", "", "", ""],
]
ROWS = [
    ["A001", "甲小学", "小学", "000000", 500, "", 30, 1234500, 12],
    ["A002", "乙学校", "九年一贯制学校", "000000", 300, 200, 20, 800000, 10],
]
MERGED = (
    (0, 0, 0, 8),
    *((1, column, 2, column) for column in (0, 1, 2, 3, 6, 7, 8)),
    (1, 4, 1, 5),
)


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "导出"
    folder.mkdir()
    rows = [["某县中小学一览表", *[""] * 8], *HEAD, *ROWS]
    path = folder / "一览.xlsx"
    save_xlsx(path, [FormSheet(name="一览", rows=rows, merged=MERGED)])
    return path


@pytest.fixture
def found(export, law):
    return suggest(export, law.rulebook.dictionary, law.rulebook.labels)


def by_heading(found):
    return {one.heading.split("／")[-1]: one for one in found}


def test_known_names_are_certain_and_likely_ones_wait(found):
    guesses = by_heading(found)
    assert guesses["学校编码"].element == "school"
    assert guesses["学校全称"].element == "school_name"
    assert guesses["小学在校生数"].element == "pupils_primary"
    assert guesses["小学在校生数"].sure
    assert (guesses["小学专任教师数"].element, guesses["小学专任教师数"].stage) == (
        "teachers",
        "primary",
    )
    assert guesses["多媒体教室"].element == "multimedia_rooms"
    assert not guesses["多媒体教室"].sure
    assert guesses["邮编"].element == ""


def test_the_unit_of_a_heading_is_seen(found):
    one = by_heading(found)["教学仪器设备值"]
    assert (one.element, one.unit) == ("equipment_value", "元")


@pytest.fixture
def mapping(found, tmp_path):
    def make(change=lambda text: text):
        path = tmp_path / "对应.toml"
        path.write_text(change(as_toml(found, "一览.xlsx")), encoding="utf-8")
        return path

    return make


def confirmed(text):
    return "\n".join(line for line in text.splitlines() if not line.startswith("confirm"))


def test_the_written_file_loads(mapping, law):
    path = mapping()
    assert tomllib.loads(path.read_text(encoding="utf-8"))["export"] == "一览.xlsx"
    assert len(load_mapping(path, law.rulebook.dictionary).columns) == 8


def test_a_confirmed_mapping_fills_the_tables(mapping, export, law):
    rulebook = law.rulebook
    loaded = load_mapping(mapping(confirmed), rulebook.dictionary)
    gathered = gather(export.parent, rulebook.dictionary, rulebook.labels, mapping=loaded)
    assert codes_of(gathered) == []
    schools = gathered.tables["schools"]
    assert schools["pupils_primary"].to_list() == [500, 300]
    assert schools["pupils_junior"].to_list() == [None, 200]
    assert schools["kind"].to_list() == ["primary", "nine_year"]
    assert gathered.tables["facilities"]["equipment_value"].to_list() == [123.45, 80.0]
    assert gathered.tables["facilities"]["multimedia_rooms"].to_list() == [12, 10]
    unknown = [n.heading for n in gathered.notices if n.code == "unknown_column"]
    assert unknown == ["邮编"]


def test_what_nobody_confirmed_is_not_taken(mapping, export, law):
    rulebook = law.rulebook
    loaded = load_mapping(mapping(), rulebook.dictionary)
    gathered = gather(export.parent, rulebook.dictionary, rulebook.labels, mapping=loaded)
    assert gathered.tables["facilities"]["multimedia_rooms"].null_count() == 2
    assert "unconfirmed" in notices_of(gathered)


def test_a_column_the_export_no_longer_has_is_refused(mapping, export, law):
    rulebook = law.rulebook
    path = mapping(lambda t: confirmed(t).replace("／小学在校生数", "／小学生总数"))
    loaded = load_mapping(path, rulebook.dictionary)
    gathered = gather(export.parent, rulebook.dictionary, rulebook.labels, mapping=loaded)
    assert codes_of(gathered) == ["mapped_missing"]
    assert "小学生总数" in gathered.rejects[0].why


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('element = "pupils_primary"', 'element = "pupil_primary"', "pupils_primary"),
        ("heading = ", "headings = ", "heading"),
        ('stage = "primary"', 'stage = "小学"', "stage"),
        ('stage = "primary"', "", "stage"),
        ('unit = "元"', 'unit = "人"', "unit"),
        ('element = "pupils_junior"', 'element = "pupils_primary"', "已经写过"),
        ("[[column]]", "[[column", "TOML"),
    ],
)
def test_faults_of_the_file_name_the_key(mapping, law, old, new, told):
    path = mapping(lambda text: text.replace(old, new, 1))
    with pytest.raises(MappingError) as caught:
        load_mapping(path, law.rulebook.dictionary)
    assert path.name in caught.value.in_chinese()
    assert told in caught.value.in_chinese()


def test_a_workbook_without_a_row_per_school_is_refused(tmp_path, law):
    path = tmp_path / "通讯录.xlsx"
    save_xlsx(path, [FormSheet(name="一", rows=[["姓名", "电话"], ["甲", "1"]])])
    with pytest.raises(UnusableFileError) as caught:
        suggest(path, law.rulebook.dictionary, law.rulebook.labels)
    assert "一行一所学校" in caught.value.in_chinese()
