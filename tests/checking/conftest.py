"""The county of the cases as workbooks a clerk has filled in."""

import pytest

from checking.world import RULEBOOK, tables_of
from junheng.intake.template import write_template


@pytest.fixture
def workbook(tmp_path):
    """Write the county after some edits as a workbook."""

    def write(*edits, name="本县.xlsx", last=False):
        path = tmp_path / name
        tables = tables_of(edits, last=last)
        write_template(path, RULEBOOK.dictionary, RULEBOOK.labels, tables=tables)
        return path

    return write
