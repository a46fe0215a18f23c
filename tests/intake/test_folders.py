"""Tables of one or many counties as CSV and Parquet files."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from junheng.base.errors import UnusableFileError
from junheng.intake.reader import read_input
from junheng.intake.tables import Tables
from junheng.intake.template import write_csv, write_parquet


@pytest.fixture
def read(dictionary, labels):
    return lambda path: read_input(path, dictionary, labels)


@pytest.fixture
def two(full):
    """Two counties with the same school codes."""

    def renamed(name, frame, county):
        change = {"county": pl.lit(county)}
        if name == "county":
            change["county_name"] = pl.lit(county)
        return frame.with_columns(**change)

    frames = {
        name: pl.concat(renamed(name, frame, county) for county in ("甲县", "乙县"))
        for name, frame in full.frames.items()
    }
    return Tables(frames=frames, origins={})


@pytest.fixture(params=["csv", "parquet"])
def folder(request, tmp_path, dictionary, labels, two):
    write = write_csv if request.param == "csv" else write_parquet
    write(tmp_path, two, dictionary, labels)
    return tmp_path


@pytest.fixture
def csv_folder(tmp_path, dictionary, labels, full):
    write_csv(tmp_path, full, dictionary, labels)
    return tmp_path


def lines(path):
    return path.read_text(encoding="utf-8-sig").split("\n")


def rewrite(path, changed, encoding="utf-8-sig"):
    path.write_text("\n".join(changed), encoding=encoding)


def one(reading):
    (reject,) = reading.rejects
    return reject


def test_many_counties_are_read_apart(read, folder, two):
    reading = read(folder)
    assert (reading.rejects, reading.notices) == ((), ())
    assert reading.tables.counties() == ("甲县", "乙县")
    for name, frame in two.frames.items():
        assert_frame_equal(reading.tables[name].drop("row"), frame.drop("row"))


def test_a_cell_of_a_csv_is_named_as_a_spreadsheet_names_it(read, csv_folder, full):
    reading = read(csv_folder)
    cell = reading.tables.cell("schools", "pupils_primary", reading.tables["schools"]["row"][0])
    assert (cell.file, cell.sheet, cell.heading) == ("学校.csv", "", "小学在校学生数（人）")
    row = lines(csv_folder / "学校.csv")[int(cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1]
    assert str(full["schools"]["pupils_primary"][0]) in row.split(",")


def test_typed_cells_of_a_csv_are_understood_too(read, csv_folder):
    path = csv_folder / "校舍设备.csv"
    head, first, *rest = lines(path)
    at = head.split(",").index("教学仪器设备资产值（万元）")
    cells = first.split(",")
    cells[at] = "１２５０００元"
    rewrite(path, [head, ",".join(cells), *rest])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables["facilities"]["equipment_value"][0] == 12.5
    assert [n.code for n in reading.notices] == ["converted"]


def test_refused_cells_of_a_csv_have_their_place(read, csv_folder):
    path = csv_folder / "班级.csv"
    head, first, second, *rest = lines(path)
    at = head.split(",").index("班级学生数（人）")
    cells = second.split(",")
    cells[at] = "#REF!"
    rewrite(path, [head, first, ",".join(cells), *rest])
    reject = one(read(csv_folder))
    assert (reject.code, reject.file, reject.cell) == (
        "formula_error",
        "班级.csv",
        f"{'ABCDEF'[at]}3",
    )


def test_a_csv_in_the_old_chinese_encoding_is_read(read, csv_folder, full):
    path = csv_folder / "学校.csv"
    rewrite(path, lines(path), encoding="gb18030")
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert (
        reading.tables["schools"]["school_name"].to_list()
        == full["schools"]["school_name"].to_list()
    )
    assert [(n.code, n.file) for n in reading.notices] == [("encoding", "学校.csv")]


def test_a_csv_in_no_known_encoding_is_unusable(read, csv_folder):
    (csv_folder / "学校.csv").write_bytes(b"\xff\xfe\xff\xff\x81")
    with pytest.raises(UnusableFileError, match="编码"):
        read(csv_folder)


def test_tabs_and_semicolons_separate_too(read, csv_folder, full):
    path = csv_folder / "班级.csv"
    rewrite(path, [line.replace(",", "\t") for line in lines(path)])
    path = csv_folder / "音美教室.csv"
    rewrite(path, [line.replace(",", ";") for line in lines(path)])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables["classes"].height == full["classes"].height


def test_title_lines_and_empty_lines_of_a_csv_are_passed_over(read, csv_folder, full):
    path = csv_folder / "班级.csv"
    head, first, *rest = lines(path)
    commas = "," * head.count(",")
    rewrite(path, [f"某县班级{commas}", commas, head, first, commas, *rest])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables["classes"]["row"].to_list()[:2] == [4, 6]
    assert reading.tables["classes"].height == full["classes"].height


def test_rows_of_unequal_length_are_unusable(read, csv_folder):
    path = csv_folder / "班级.csv"
    head, first, *rest = lines(path)
    rewrite(path, [head, *[first] * 60, first + "," * 40, *rest])
    with pytest.raises(UnusableFileError, match="列数不一致"):
        read(csv_folder)


def test_a_missing_file_is_a_reject(read, csv_folder):
    (csv_folder / "满意度.csv").unlink()
    reading = read(csv_folder)
    reject = one(reading)
    assert reject.code == "missing_file"
    assert "满意度.csv" in reject.fix
    assert "survey.parquet" in reject.fix


def test_a_table_twice_is_unusable(read, csv_folder, full):
    full["rooms"].write_parquet(csv_folder / "rooms.parquet")
    with pytest.raises(UnusableFileError, match="音美教室"):
        read(csv_folder)


def test_an_empty_folder_is_unusable(read, tmp_path):
    with pytest.raises(UnusableFileError, match="没有可读"):
        read(tmp_path)


def test_other_files_in_the_folder_do_not_matter(read, csv_folder):
    (csv_folder / "说明.txt").write_text("你好", encoding="utf-8")
    (csv_folder / "别的.csv").write_text("a,b\n", encoding="utf-8")
    assert read(csv_folder).rejects == ()


def test_without_county_column_one_county_is_meant(read, csv_folder, full):
    for path in csv_folder.glob("*.csv"):
        rewrite(path, [line.partition(",")[2] for line in lines(path)])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables.counties() == full.counties()


def test_without_county_column_many_counties_cannot_be_told_apart(read, folder):
    for path in folder.iterdir():
        if path.stem in {"学校", "schools"}:
            if path.suffix == ".csv":
                rewrite(path, [line.partition(",")[2] for line in lines(path)])
            else:
                pl.read_parquet(path).drop("county").write_parquet(path)
    assert "missing_county_column" in {r.code for r in read(folder).rejects}


def test_a_county_nobody_described_is_refused_once(read, folder):
    for path in folder.iterdir():
        if path.stem in {"班级", "classes"}:
            if path.suffix == ".csv":
                rewrite(path, [line.replace("甲县", "甲县市") for line in lines(path)])
            else:
                renamed = pl.col("county").str.replace("甲县", "甲县市")
                pl.read_parquet(path).with_columns(renamed).write_parquet(path)
    rejects = [r for r in read(folder).rejects if r.code == "unknown_county"]
    assert [(r.value, r.file.partition(".")[0] in {"班级", "classes"}) for r in rejects] == [
        ("甲县市", True)
    ]
    assert "“甲县”" in rejects[0].fix


# ------------------------------------------------------------------ Parquet


@pytest.fixture
def parquet_folder(tmp_path, dictionary, labels, full):
    write_parquet(tmp_path, full, dictionary, labels)
    return tmp_path


def change(path, **columns):
    pl.read_parquet(path).with_columns(**columns).write_parquet(path)


def test_numbers_out_of_range_are_refused_at_their_row(read, parquet_folder):
    values = pl.Series([400, -1, 5001, 5])
    change(
        parquet_folder / "facilities.parquet",
        multimedia_rooms=pl.Series([*values, None], dtype=pl.Int32),
    )
    rejects = read(parquet_folder).rejects
    assert [(r.code, r.cell[1:], r.value) for r in rejects] == [
        ("negative", "2", "-1"),
        ("too_large", "3", "5001"),
    ]


def test_floats_where_whole_numbers_belong(read, parquet_folder):
    rooms = pl.Series([400.0, 12.5, float("nan"), float("inf"), None])
    change(parquet_folder / "facilities.parquet", multimedia_rooms=rooms)
    reading = read(parquet_folder)
    assert [r.code for r in reading.rejects] == ["not_an_integer", "not_finite", "not_finite"]
    assert reading.tables["facilities"]["multimedia_rooms"].to_list() == [
        400,
        None,
        None,
        None,
        None,
    ]


def test_choices_may_be_words_or_categories(read, parquet_folder, full):
    words = (
        pl.col("kind").replace({"primary": "小学", "nine_year": "九年一贯制"}).cast(pl.Categorical)
    )
    change(parquet_folder / "schools.parquet", kind=words)
    reading = read(parquet_folder)
    assert reading.rejects == ()
    assert reading.tables["schools"]["kind"].to_list() == full["schools"]["kind"].to_list()


def test_text_columns_of_numbers_are_understood(read, parquet_folder, full):
    as_text = pl.col("auxiliary_area").cast(pl.String) + "平方米"
    change(parquet_folder / "facilities.parquet", auxiliary_area=as_text)
    reading = read(parquet_folder)
    assert reading.rejects == ()
    assert_frame_equal(
        reading.tables["facilities"].select("auxiliary_area"),
        full["facilities"].select("auxiliary_area"),
    )


def test_a_column_wrong_from_top_to_bottom_is_not_told_a_million_times(read, parquet_folder, full):
    spoilt = {"class_pupils": pl.lit(999), "class_name": pl.lit(None, pl.String)}
    rows = pl.concat([full["classes"].drop("row")] * 200).with_columns(**spoilt)
    unsaid = pl.lit(None, pl.Int64)
    change(parquet_folder / "schools.parquet", classes_primary=unsaid, classes_junior=unsaid)
    rows.write_parquet(parquet_folder / "classes.parquet")
    rejects = read(parquet_folder).rejects
    assert len(rejects) == 1001
    assert rejects[-1].code == "many_more"
    assert str(rows.height - 1000) in rejects[-1].why


def test_a_torn_parquet_file_is_unusable(read, parquet_folder):
    path = parquet_folder / "schools.parquet"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(UnusableFileError, match="损坏"):
        read(parquet_folder)


def test_one_file_alone_lacks_the_others(read, csv_folder):
    rejects = read(csv_folder / "学校.csv").rejects
    assert {r.code for r in rejects} >= {"missing_file"}
    assert len([r for r in rejects if r.code == "missing_file"]) == 10


def test_a_short_title_line_above_the_headings_is_passed_over(read, csv_folder, full):
    path = csv_folder / "班级.csv"
    rewrite(path, ["某县班级", "", *lines(path)])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables["classes"]["row"][0] == 4
    assert reading.tables["classes"].height == full["classes"].height


def test_a_county_described_twice_is_refused(read, folder):
    for path in folder.iterdir():
        if path.stem == "县情":
            head, first, *rest = lines(path)
            rewrite(path, [head, first, first, *rest])
        elif path.stem == "county":
            frame = pl.read_parquet(path)
            pl.concat([frame, frame.head(1)]).write_parquet(path)
    reading = read(folder)
    assert [r.code for r in reading.rejects] == ["repeated_key"]
    assert reading.tables["county"].height == 2


def test_counties_that_nobody_described_at_all_are_taken_as_they_come(read, folder, two):
    for path in folder.iterdir():
        if path.stem == "县情":
            rewrite(path, lines(path)[:1])
        elif path.stem == "county":
            pl.read_parquet(path).clear().write_parquet(path)
    reading = read(folder)
    assert reading.rejects == ()
    assert reading.tables.counties() == two.counties()
    assert reading.tables["county"].is_empty()


# ------------------------------------------------------------------ the form as a CSV file


def test_a_form_saved_as_csv_is_read_as_it_stands(read, csv_folder, sheets_of_county, full):
    rows = [[str(cell) for cell in row] for row in sheets_of_county["县情"]]
    rewrite(csv_folder / "县情.csv", [",".join(row) for row in rows])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert reading.tables.counties() == full.counties()
    county = reading.tables["county"].row(0, named=True)
    assert county["population"] == full["county"]["population"][0]
    assert reading.tables.cell("county", "county_name", 1).address == "D4"


def test_a_refused_cell_of_a_form_saved_as_csv_has_its_place(read, csv_folder, sheets_of_county):
    rows = [[str(cell) for cell in row] for row in sheets_of_county["县情"]]
    rows[5][3] = "去年"
    rewrite(csv_folder / "县情.csv", [",".join(row) for row in rows])
    (reject,) = read(csv_folder).rejects
    assert (reject.code, reject.file, reject.cell) == ("not_a_year", "县情.csv", "D6")


def test_a_bare_zero_in_a_csv_is_no_evidence(read, csv_folder):
    path = csv_folder / "佐证.csv"
    head, first, *rest = lines(path)
    rewrite(path, [head, first.rpartition(",")[0] + ",0", *rest])
    reading = read(csv_folder)
    assert reading.rejects == ()
    assert [n.code for n in reading.notices] == ["zero_as_none"]
    assert reading.tables["attestations"]["evidence"][0] is None
