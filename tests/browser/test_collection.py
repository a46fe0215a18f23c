"""A county clerk opens a round, sends a workbook with a mistake, corrects it and takes it over."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from browser.test_doors import sign_in
from world import sample_workbook


@pytest.fixture(scope="session")
def workbook():
    return sample_workbook()


def spoilt(content):
    book = load_workbook(BytesIO(content))
    book["学校"]["N4"] = "很多"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(visitor, content):
    file = {"name": "样例县.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    visitor.page.set_input_files("input[type=file]", file)
    with visitor.page.expect_navigation():
        visitor.page.click("text=上传并核对")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_workbook_is_sent_corrected_taken_over_and_taken_back(visit, world, workbook, width):
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101")
    clerk.go(f"/regions/{world.regions['900101'].pk}/rounds/")
    assert "还没有采集批次" in clerk.text()
    assert clerk.barriers() == []
    page = clerk.page
    page.fill("input[name=round_name]", "2026 年秋季")
    page.fill("input[name=on]", "2026-09-01")
    page.fill("input[name=opens_at]", "2026-01-01T08:00")
    page.fill("input[name=deadline]", "2099-12-31T18:00")
    with page.expect_navigation():
        page.click("main button:has-text('开批次')")
    page.click("text=2026 年秋季 >> nth=-1")
    page.wait_for_selector("input[type=file]")
    assert clerk.barriers() == []
    send(clerk, spoilt(workbook))
    assert "有 1 处退回项" in clerk.text()
    assert clerk.barriers() == []
    clerk.picture(f"rejects-{width}")
    page.go_back()
    send(clerk, workbook)
    assert "采用后会改动" in clerk.text()
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    clerk.picture(f"changes-{width}")
    with page.expect_navigation():
        page.click("main button:has-text('采用')")
    assert "已采用" in clerk.text()
    assert clerk.barriers() == []
    clerk.picture(f"board-{width}")
    page.click("text=样例县.xlsx >> nth=0")
    with page.expect_navigation():
        page.click("text=撤销这次采用")
    assert "已撤销" in clerk.text()
