"""A clerk prefills a plan from the gaps and corrects it; a department reports, on a phone too."""

import pytest
from django.utils import timezone

from browser.test_doors import sign_in
from browser.test_ledger import looked_at, presses
from browser.test_results import filled  # noqa: F401 the round of the sample county
from junheng.base.people import Role
from junheng.operations.snapshots import Wanted, freeze
from junheng.store.models import PlanTarget


@pytest.mark.parametrize("width", [390, 1280])
def test_a_plan_is_prefilled_and_reported(visit, world, filled, width):  # noqa: F811 the fixture
    wanted = Wanted(round_id=filled, name="十月预览", note="", is_preview=True)
    freeze(actor=world.actor(Role.COUNTY_CLERK), wanted=wanted, now=timezone.now())
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101")
    clerk.go(f"/regions/{world.regions['900101'].pk}/")
    clerk.page.click("text=实施方案")
    clerk.page.fill("input[name=name]", "三年行动方案")
    clerk.page.fill("input[name=last]", str(timezone.localdate().year + 2))
    presses(clerk, "建方案")
    presses(clerk, "按测算的差距预填目标")
    assert "超标的班" in clerk.text()
    clerk.page.click("summary:has-text('定一个目标')")
    form = clerk.page.locator("form:has(button[value=add])")
    for name, typed in {"name": "新增学位", "counted_in": "个", "final": "800"}.items():
        form.locator(f"input[name={name}]").fill(typed)
    form.locator(f"input[name=year_{timezone.localdate().year}]").fill("800")
    form.locator("select[name=kind]").select_option("sum")
    form.locator("select[name=unit]").select_option("finance")
    presses(clerk, "定下")
    looked_at(clerk, f"plan-{width}")
    finance = visit(width)
    sign_in(finance, "department_user.900101")
    finance.go(clerk.page.url.removeprefix(finance.site) + "?unit=finance")
    finance.page.click("details summary:has-text('新增学位')")
    finance.page.fill("input[name=value]", "760")
    presses(finance, "报完成数")
    assert "略差 1" in finance.text()
    looked_at(finance, f"plan-unit-{width}")
    assert PlanTarget.objects.filter(unit="finance").count() == 1
