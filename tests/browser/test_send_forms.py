"""A county's statistics forms are sent, looked at and taken over, in a real browser."""

import pytest

from browser.test_doors import sign_in
from browser.test_grid import opened  # noqa: F401 a fixture
from junheng.sample.form_files import write_forms
from junheng.store.queries.rounds import standing_values
from world import sample_tables


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    tables = sample_tables()
    year = int(tables["county"]["report_year"][0])
    written = write_forms(tmp_path_factory.mktemp("forms"), tables, "schools", year=year)
    return [str(file) for file in written[:3]]


@pytest.mark.parametrize("width", [390, 1280])
def test_forms_are_sent_looked_at_and_taken_over(visit, opened, files, width):  # noqa: F811
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101")
    clerk.go(f"/rounds/{opened}/")
    clerk.page.click("text=传统计报表")
    clerk.page.wait_for_selector("#files")
    assert clerk.barriers() == []
    clerk.page.set_input_files("#files", files)
    with clerk.page.expect_navigation():
        clerk.page.click("text=上传并核对")
    clerk.page.wait_for_selector("text=读了 3 所学校")
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    clerk.picture(f"forms-{width}")
    with clerk.page.expect_navigation():
        clerk.page.click("main button:has-text('采用')")
    assert "已采用" in clerk.text()
    assert len(standing_values(round_id=opened)) > 50
