"""The API over the wire: the client of the package, and questions nobody thought of."""

import json
from urllib.request import urlopen

import hypothesis
import pytest
import schemathesis

from browser.test_doors import sign_in
from junheng.base.people import Role
from junheng.client import ApiError, Client
from web.test_api import WHATIF, key_of
from web.test_counties import found, opened
from web.test_routes import evaluated


@pytest.mark.parametrize("width", [390, 1280])
def test_a_key_is_had_by_keyboard(visit, world, width):
    assert world
    clerk = visit(width)
    sign_in(clerk, "county_clerk.900101")
    clerk.page.click("text=接口密钥")
    clerk.page.fill("input[name=name]", "统计分析")
    with clerk.page.expect_navigation():
        clerk.page.keyboard.press("Enter")
    assert "jh_" in clerk.text()
    assert clerk.barriers() == []
    assert clerk.overflows() == []
    clerk.picture(f"tokens-{width}")


def test_the_client_gets_everything_page_by_page(live_server, world):
    document = json.loads(evaluated()[1]["results.json"])
    run = found(opened(world, "900101"))
    county = run.snapshot.round.region_id
    site = Client(live_server.url, key_of(world, Role.COUNTY_CLERK))
    assert site.region(county)["name"] == "东县"
    assert [one["name"] for one in site.children(county, words="第一")] == ["东县第一小学"]
    assert [one["id"] for one in site.runs(county)] == [run.pk]
    assert site.sections(run.pk) == document["sections"]
    assert site.indicators(run.pk) == document["indicators"]
    assert site.dispersions(run.pk) == document["dispersions"]
    assert site.verdict(run.pk) == document["verdict"]
    assert len(site.counties(county)) == 1
    assert len(site.progress(run.snapshot.round_id)) == len(site.children(county))
    assert site.whatif(run.pk, WHATIF["steps"])["strict_after"] == "below"
    assert site.explain(run.pk, "class_size")[0]["lines"]
    with pytest.raises(ApiError, match="没有找到") as caught:
        site.region(0)
    assert caught.value.status == 404
    with pytest.raises(ValueError, match="https"):
        Client("file:///etc/passwd", "")


def test_whatever_is_asked_is_answered_as_the_schema_says(live_server, world, settings):
    """A thousand questions nobody thought of: no answer is a crash or one the schema does not know."""
    settings.API_PER_MINUTE = 10**6
    found(opened(world, "900101"))
    key = key_of(world, Role.COUNTY_CLERK)
    with urlopen(f"{live_server.url}/api/v1/openapi.json") as answer:
        raw = json.load(answer)
    schema = schemathesis.openapi.from_dict(raw)
    schema.config.update(base_url=live_server.url)
    heads = {"Authorization": f"Bearer {key}"}
    for operation in schema.get_all_operations():
        run_operation(operation.ok(), heads)


def run_operation(operation, heads):
    @hypothesis.settings(
        max_examples=25, deadline=None, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def asked(case):
        case.call_and_validate(headers=heads)

    asked()
