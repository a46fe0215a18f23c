"""Looking a sheet over tells the same as parsing it, and never too little."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from junheng.intake.faults import _looked_over, _parsed
from junheng.intake.marks import find_marks
from junheng.intake.text import letters

CONTENTS = {
    "number": "<v>12.5</v>",
    "text": "<is><t>字#&lt;f&gt;</t></is>",
    "empty": "",
    "formula": "<f>A1+1</f>",
    "calculated": "<f>A1+1</f><v>3</v>",
    "error": "<v>#N/A</v>",
}


def sheet(cells, quote='"'):
    """The XML of a sheet with `(row, column, content)` cells."""
    rows = {}
    for row, column, content in cells:
        kind = ' t="e"' if content == "error" else ' t="inlineStr"' if content == "text" else ""
        cell = f'<c r="{letters(column)}{row}" s="1"{kind}>{CONTENTS[content]}</c>'
        rows.setdefault(row, []).append(cell)
    data = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in rows.items())
    xml = f"<worksheet><cols/><sheetData>{data}</sheetData><pageSetup/></worksheet>"
    return re.sub('"', quote, xml).encode()


cells = st.lists(
    st.tuples(st.integers(1, 1048576), st.integers(0, 16383), st.sampled_from(sorted(CONTENTS))),
    max_size=20,
)


@given(cells=cells)
def test_a_sheet_looked_over_has_the_faults_of_the_sheet_parsed(cells):
    parsed = _parsed(sheet(cells))
    (looked,) = _looked_over([sheet(cells)])
    assert looked.faults == parsed.faults
    assert looked.extent.rows >= parsed.extent.rows
    assert looked.extent.columns >= parsed.extent.columns


@given(sheets=st.lists(cells, min_size=1, max_size=4))
def test_exact_extents_are_those_of_the_sheets_parsed(sheets):
    books = [sheet(cells) for cells in sheets]
    assert find_marks(books).extents() == [_parsed(xml).extent for xml in books]


@pytest.mark.parametrize(
    "xml",
    [
        sheet([(1, 1, "number")], quote="'"),
        sheet([(1, 1, "number")]).replace(b"<c ", b"<x:c "),
        sheet([(1, 1, "number")]).replace(b"<c ", b"<c\n"),
        sheet([(1, 1, "number")]).replace(b'<c r="B1"', b'<c s="9" r="B1"'),
        sheet([(1, 1, "number")]).replace(b"<v>", b"<!-- --><v>"),
        sheet([(1, 1, "number")]).replace(b"<row ", b"<rows "),
        b"<worksheet/>",
    ],
)
def test_a_sheet_that_no_office_program_wrote_is_left_to_the_parser(xml):
    assert find_marks([xml]) is None


def test_one_odd_sheet_does_not_hide_behind_good_ones():
    good = sheet([(1, 1, "number")])
    assert find_marks([good, good]) is not None
    assert find_marks([good, good.replace(b"<c ", b"<x:c ")]) is None
