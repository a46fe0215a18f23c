"""The sheet on the page: whose rows it shows, what it takes, and what a reader without scripts sees."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone

from junheng.base.people import Role
from junheng.intake.rows import Spot
from junheng.operations.rounds import Terms, open_round
from junheng.store.models import Round, Value
from junheng.store.queries.rounds import standing_values


@pytest.fixture
def opened(world):
    now = timezone.now()
    terms = Terms(
        name="2026 年秋季", rulebook="moe-2017-6", on=dt.date(2026, 9, 1),
        opens_at=now - dt.timedelta(days=1), deadline=now + dt.timedelta(days=30),
    )  # fmt: skip
    actor = world.actor(Role.COUNTY_CLERK)
    return open_round(actor=actor, region_id=world.regions["900101"].pk, terms=terms, now=now)


def told(answer):
    """What the page tells its script."""
    found = re.search(
        r'id="grid-data" type="application/json">(.*?)</script>', answer.content.decode()
    )
    return json.loads(found[1])


def cell(element, text, seen=None, row="S1", table="schools"):
    return {"table": table, "row": row, "element": element, "text": text, "seen": seen}


def save(client, opened, *cells):
    return client.post(f"/rounds/{opened}/grid/save/", {"cells": json.dumps(cells)})


def test_a_clerk_of_a_school_sees_its_rows_alone(browser, opened):
    client = browser(Role.SCHOOL_CLERK)
    page = told(client.get(f"/rounds/{opened}/grid/"))
    assert [row["key"] for row in page["rows"]] == ["S1"]
    assert page["editable"]
    assert client.get(f"/rounds/{opened}/grid/?school=S2").status_code == 404
    assert client.get(f"/rounds/{opened}/grid/?table=county").status_code == 404
    assert client.get(f"/rounds/{opened}/grid/?table=nothing").status_code == 404
    everybody = told(client.get(f"/rounds/{opened}/grid/?school="))
    assert [row["key"] for row in everybody["rows"]] == ["S1"]


def test_the_county_sees_all_rows_and_its_own_tables(browser, opened):
    client = browser(Role.COUNTY_CLERK)
    page = told(client.get(f"/rounds/{opened}/grid/"))
    assert [row["key"] for row in page["rows"]] == ["S1", "S2"]
    assert told(client.get(f"/rounds/{opened}/grid/?table=county"))["form"]
    assert len(told(client.get(f"/rounds/{opened}/grid/?table=monitoring"))["rows"]) > 1


def test_every_field_tells_what_it_is_and_which_clause_asks_for_it(browser, opened):
    page = told(browser(Role.COUNTY_CLERK).get(f"/rounds/{opened}/grid/?table=teachers"))
    told_of = [one["use"] for one in page["columns"] if one["use"]]
    assert {one["unit"] for one in page["columns"] if one["number"]} == {"人"}
    assert any("教督〔2017〕6号" in one for one in told_of)
    assert {one["must"] for one in page["columns"]} <= {"required", "optional", "structural"}


def test_a_reviewer_only_reads(browser, opened):
    client = browser(Role.COUNTY_REVIEWER)
    answer = client.get(f"/rounds/{opened}/grid/")
    assert not told(answer)["editable"]
    assert "这里只能看" in answer.content.decode()
    assert save(client, opened, cell("pupils_primary", "500")).status_code == 403


def test_a_cell_is_saved_refused_or_in_conflict_and_each_is_told(browser, opened):
    client = browser(Role.SCHOOL_CLERK)
    answer = save(
        client,
        opened,
        cell("pupils_primary", "500"),
        cell("built_year", "很久"),
        cell("kind", "小学"),
    )
    fates = {one["element"]: one for one in answer.json()["cells"]}
    assert (fates["pupils_primary"]["state"], fates["pupils_primary"]["value"]) == ("saved", "500")
    assert fates["kind"]["value"] == "primary"
    assert fates["built_year"]["state"] == "refused"
    assert "读不成年份" in fates["built_year"]["why"]
    assert [one["element"] for one in answer.json()["along"]] == ["school_name"]
    (fate,) = save(client, opened, cell("pupils_primary", "480")).json()["cells"]
    assert (fate["state"], fate["standing"], fate["by"]) == ("conflict", "500", "school_clerk.S1")
    assert standing_values(round_id=opened)[Spot("schools", "S1", "pupils_primary")] == "500"


def test_after_the_deadline_nothing_is_taken_and_why_is_said(browser, opened):
    Round.objects.update(deadline=timezone.now() - dt.timedelta(hours=1))
    client = browser(Role.SCHOOL_CLERK)
    assert not told(client.get(f"/rounds/{opened}/grid/"))["editable"]
    answer = save(client, opened, cell("pupils_primary", "500"))
    assert (answer.status_code, Value.objects.count()) == (409, 0)
    assert "截止" in answer.json()["error"] or "至" in answer.json()["error"]


@pytest.mark.parametrize(
    "sent",
    ["", "{}", "[1]", '[{"table": "schools"}]', json.dumps([cell("x", "1") | {"more": 1}]),
     json.dumps([cell("pupils_primary", "1" * 4001)])],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(browser, opened, sent):
    client = browser(Role.SCHOOL_CLERK)
    assert client.post(f"/rounds/{opened}/grid/save/", {"cells": sent}).status_code == 400


def test_a_cell_of_another_school_is_not_there(browser, opened):
    answer = save(browser(Role.SCHOOL_CLERK), opened, cell("pupils_primary", "1", row="S2"))
    assert answer.status_code == 409
    assert "没有这个格子" in answer.json()["error"]


def test_without_scripts_the_values_are_a_plain_table(browser, opened):
    client = browser(Role.SCHOOL_CLERK)
    save(client, opened, cell("kind", "小学"), cell("pupils_primary", "500"))
    page = client.get(f"/rounds/{opened}/grid/?plain=1").content.decode()
    assert "<td>小学</td>" in page
    assert "<td>500</td>" in page
    assert "grid-data" not in page
    assert "<noscript>" in client.get(f"/rounds/{opened}/grid/").content.decode()


def test_what_was_typed_is_listed_looked_at_and_taken_back(browser, opened):
    client = browser(Role.SCHOOL_CLERK)
    batch = save(client, opened, cell("pupils_primary", "500")).json()["batch"]
    listed = client.get(f"/rounds/{opened}/typed/").content.decode()
    assert f"/uploads/{batch}/" in listed
    page = client.get(f"/uploads/{batch}/").content.decode()
    assert "<td>未填报</td><td>500</td>" in page
    assert "撤销这次填报" in page
    assert "批注版" not in page
    client.post(f"/uploads/{batch}/undo/")
    assert standing_values(round_id=opened) == {}
    # Neither the save nor its undoing is a file that came.
    assert "上传记录" not in client.get(f"/rounds/{opened}/").content.decode()
    assert browser(Role.SCHOOL_CLERK, inside=False).get(f"/uploads/{batch}/").status_code == 404


def test_markup_that_was_typed_is_shown_as_text(browser, opened):
    client = browser(Role.SCHOOL_CLERK)
    save(client, opened, cell("school_name", "</script><img src=x onerror=alert(1)>"))
    for query in ("", "?plain=1"):
        page = client.get(f"/rounds/{opened}/grid/{query}").content.decode()
        assert "<img src=x" not in page


def test_a_page_costs_few_queries(browser, opened, django_assert_max_num_queries):
    client = browser(Role.COUNTY_CLERK)
    with django_assert_max_num_queries(21):
        client.get(f"/rounds/{opened}/grid/")
