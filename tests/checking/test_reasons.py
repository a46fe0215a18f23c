"""A warning is passed with a written reason, which holds as long as the values do."""

import csv
from dataclasses import replace

import openpyxl
import pytest

from checking.world import RULEBOOK, tables_of
from junheng.base.errors import UnusableFileError
from junheng.intake.checking.issues import place_of
from junheng.intake.checking.reasons import Reason, answer, read_reasons, reasons_within
from junheng.intake.checking.run import check_tables

LARGE = "schools T1 pupils_primary = 301"
MISCOUNTED = "schools P1 pupils_primary = 481"


def issues(*edits):
    book = RULEBOOK
    return check_tables(tables_of(edits), book.checks, book.dictionary, book.labels)


def one(check, *edits):
    return next(issue for issue in issues(*edits) if issue.check == check)


def reason_for(issue, text="确有其事"):
    return Reason(fingerprint=issue.fingerprint, reason=text, who="李某")


def test_a_reason_passes_the_warning_it_is_about_and_no_other():
    found = issues(LARGE)
    warning = one("point_large", LARGE)
    answered = answer(found, [reason_for(warning)])
    assert [(issue.check, reason.who) for issue, reason in answered.passed] == [
        ("point_large", "李某")
    ]
    assert set(answered.open) == set(found) - {warning}
    assert not answered.lapsed


def test_nothing_is_left_to_do_once_every_warning_has_a_reason():
    found = [issue for issue in issues(LARGE) if issue.severity != "error"]
    assert not answer(found, []).holds()
    assert answer(found, map(reason_for, found)).holds()


def test_advice_asks_for_nothing():
    advice = issues("facilities P1 multimedia_rooms = blank")
    assert {issue.severity for issue in advice} == {"advice"}
    assert answer(advice, []).holds()


def test_an_error_cannot_be_explained_away():
    error = one("class_pupils_sum", MISCOUNTED)
    answered = answer([error], [reason_for(error)])
    assert answered.open == (error,)
    assert not answered.passed
    assert not answered.holds()


def test_a_blank_reason_is_none():
    warning = one("point_large", LARGE)
    assert answer([warning], [reason_for(warning, "")]).open == (warning,)


def test_a_changed_value_makes_the_reason_lapse_and_says_so():
    before = one("point_large", LARGE)
    after = one("point_large", "schools T1 pupils_primary = 302")
    assert before.fingerprint != after.fingerprint
    assert place_of(before.fingerprint) == place_of(after.fingerprint)
    answered = answer([after], [reason_for(before)])
    assert answered.open == (after,)
    assert [issue for issue, _ in answered.lapsed] == [after]


def test_a_reason_for_what_is_no_longer_odd_is_forgotten_in_silence():
    answered = answer([], [reason_for(one("point_large", LARGE))])
    assert (answered.open, answered.passed, answered.lapsed) == ((), (), ())


def test_other_changes_leave_the_fingerprint_alone():
    before = one("point_large", LARGE)
    after = one("point_large", LARGE, "schools P1 built_year = 1990", "drop schools P2")
    assert before.fingerprint == after.fingerprint


def test_rows_that_look_alike_have_fingerprints_of_their_own():
    edits = [f"classes T1/{grade}/1 class_pupils = 0" for grade in (1, 2)]
    alike = [f"classes T1/{grade}/1 class_name = blank" for grade in (1, 2)]
    same = ["classes T1/2/1 grade = 1"]
    found = [i for i in issues(*edits, *alike, *same) if i.check == "class_empty"]
    assert len({issue.fingerprint for issue in found}) == len(found) == 2


# ------------------------------------------------------------------ where reasons are read from


def written(path, rows, sheet="Sheet"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


ROWS = [
    ["随便写的标题"],
    ["级别", "理由", "填写人", "编号"],
    ["警告", " 新建学校 ", "王某", "abc-1"],
    ["警告", None, None, "abc-2"],
    ["合计", "两处", None, None],
]


def test_reasons_are_read_by_their_headings_from_a_workbook(tmp_path):
    found = read_reasons(written(tmp_path / "理由.xlsx", ROWS))
    assert found == (
        Reason(fingerprint="abc-1", reason="新建学校", who="王某"),
        Reason(fingerprint="abc-2", reason="", who=""),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_reasons_are_read_from_a_csv_file(tmp_path, encoding):
    path = tmp_path / "理由.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["编号", "理由"], ["abc-1", "新建学校"]])
    assert read_reasons(path) == (Reason(fingerprint="abc-1", reason="新建学校", who=""),)


def test_a_file_without_the_two_columns_is_refused_with_their_names(tmp_path):
    path = written(tmp_path / "别的.xlsx", [["学校", "说明"], ["a", "b"]])
    with pytest.raises(UnusableFileError) as refused:
        read_reasons(path)
    sentence = refused.value.in_chinese()
    assert "“编号”和“理由”" in sentence
    assert "别的.xlsx" in sentence


def test_only_the_list_of_an_annotated_workbook_counts_as_reasons_within(tmp_path):
    assert reasons_within(written(tmp_path / "a.xlsx", ROWS, "别的表")) == ()
    assert len(reasons_within(written(tmp_path / "b.xlsx", ROWS, "校验清单"))) == 2
    assert reasons_within(tmp_path) == ()


def test_the_last_reason_given_for_one_thing_counts():
    warning = one("point_large", LARGE)
    reasons = [reason_for(warning, "先"), replace(reason_for(warning), reason="后")]
    assert answer([warning], reasons).passed[0][1].reason == "后"


def test_a_list_whose_lines_end_early_has_nobody_who_said_it(tmp_path):
    warning = one("point_large", LARGE)
    path = tmp_path / "reasons.csv"
    heads = ["编号", "理由", "说明人"]
    lines = [",".join(heads), f"{warning.fingerprint},撤并后合班", "只有编号"]
    path.write_text("\n".join(lines), encoding="utf-8")
    first, second = read_reasons(path)
    assert first == Reason(fingerprint=warning.fingerprint, reason="撤并后合班", who="")
    assert (second.reason, second.who) == ("", "")
