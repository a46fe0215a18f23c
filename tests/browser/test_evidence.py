"""A school's clerk keeps a paper, says what it proves, and sees what is still lacking."""

import pytest

from browser.test_doors import sign_in
from junheng.store.models import Evidence
from web.test_evidence import PDF


def looked_at(visitor, name):
    assert visitor.barriers() == [], name
    assert visitor.overflows() == [], name
    visitor.picture(name)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_paper_is_kept_and_linked_by_keyboard(visit, world, width):
    school = world.regions["S1"].pk
    clerk = visit(width)
    sign_in(clerk, "school_clerk.S1")
    clerk.go(f"/regions/{school}/")
    clerk.page.click("text=佐证材料")
    looked_at(clerk, f"evidence-empty-{width}")
    clerk.page.fill("input[name=title]", "学校章程")
    clerk.page.select_option("select[name=kind] >> nth=-1", "document")
    clerk.page.set_input_files(
        "input[type=file]", {"name": "章程.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="存", exact=True).press("Enter")
    looked_at(clerk, f"evidence-library-{width}")
    clerk.page.click("text=学校章程")
    clerk.page.select_option("select[name=indicator]", "charter")
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="关联", exact=True).press("Enter")
    shown = clerk.page.locator("img.evidence-preview")
    assert shown.evaluate("one => one.complete && one.naturalWidth") > 0
    looked_at(clerk, f"evidence-{width}")
    clerk.go(f"/regions/{school}/needs/")
    assert "齐了" in clerk.text()
    looked_at(clerk, f"evidence-needs-{width}")
    reviewer = visit(width)
    sign_in(reviewer, "county_reviewer.900101")
    url = f"/evidence/{Evidence.objects.get().pk}/"
    assert reviewer.go(url).status == 200
    stranger = visit(width)
    sign_in(stranger, "county_clerk.910101")
    assert stranger.go(url).status == 404
