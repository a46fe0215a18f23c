"""The county of the cases as a workbook a clerk has filled in."""

import pytest

from checking.world import workbook_of


@pytest.fixture
def workbook(tmp_path):
    """Write the county after some edits as a workbook."""
    return lambda *edits, name="本县.xlsx": workbook_of(tmp_path / name, edits)
