"""The API says what the pages say, to whom the pages say it, as far as the key lets; and no more."""

import datetime as dt
import json

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from junheng.base.people import Role, Scope
from junheng.operations.errors import ImpossibleTokenError, NothingThereError
from junheng.operations.tokens import Wish, caller_of, give_token, revoke_token
from junheng.store.models import Token
from junheng.web.api.routes import api
from web.test_counties import found, opened
from web.test_routes import evaluated

ALL = tuple(Scope)
WHATIF = {"steps": [{"kind": "cap", "stage": "primary", "number": 0.9}]}


@pytest.fixture(autouse=True)
def no_questions_yet():
    cache.clear()


def key_of(world, role, *, inside=True, scopes=ALL, region=None, days=30):
    wish = Wish(name="分析", scopes=scopes, days=days, region_id=region)
    return give_token(actor=world.actor(role, inside=inside), wish=wish, now=timezone.now())


def ask(path, key="", body=None):
    client = Browser(headers={"Authorization": f"Bearer {key}"} if key else {})
    if body is None:
        return client.get(f"/api/v1{path}")
    return client.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")


@pytest.fixture
def run(world):
    return found(opened(world, "900101"))


@pytest.fixture
def document():
    return json.loads(evaluated()[1]["results.json"])


def paths(run):
    """Every operation of the schema, about the first province; whether a body goes with it."""
    row = run.snapshot.round
    ids = {"region_id": row.region_id, "round_id": row.pk, "run_id": run.pk}
    for path, methods in api.get_openapi_schema()["paths"].items():
        short = path.removeprefix("/api/v1").format(**ids)
        query = "?indicator=backbone_teachers_per_100&school=YL0001" if "explain" in path else ""
        yield short + query, WHATIF if "post" in methods else None


def test_every_operation_answers_a_clerk_and_nobody_else(world, run):
    clerk = key_of(world, Role.COUNTY_CLERK)
    outsider = key_of(world, Role.COUNTY_CLERK, inside=False)
    asked = list(paths(run))
    assert len(asked) == 13
    for path, body in asked:
        cache.clear()
        assert ask(path, clerk, body).status_code == 200, path
        assert ask(path, outsider, body).status_code == 404, path
        assert ask(path, "", body).status_code == 401, path
        assert ask(path, "jh_wrong", body).status_code == 401, path


def test_a_school_clerk_sees_no_results(world, run):
    key = key_of(world, Role.SCHOOL_CLERK)
    for path, body in paths(run):
        cache.clear()
        assert ask(path, key, body).status_code in {403, 404}, path


@pytest.mark.parametrize("scope", ALL)
def test_a_key_opens_its_scope_alone(world, run, scope):
    key = key_of(world, Role.COUNTY_CLERK, scopes=[scope])
    answers = {path: ask(path, key, body).status_code for path, body in paths(run)}
    of = {
        Scope.REGIONS: lambda path: path.endswith("children") or (path.count("/") == 2 and "regions" in path),
        Scope.ROUNDS: lambda path: path.endswith(("rounds", "progress")),
        Scope.RESULTS: lambda path: "runs" in path or path.endswith("counties"),
    }[scope]  # fmt: skip
    assert {path for path, status in answers.items() if status == 200} == set(filter(of, answers))
    assert set(answers.values()) == {200, 403}


def test_what_it_says_is_what_the_results_say(world, run, document):
    key = key_of(world, Role.COUNTY_CLERK)
    told = ask(f"/runs/{run.pk}/sections?limit=100", key).json()
    assert told["count"] == len(document["sections"])
    assert told["items"] == document["sections"][:100]
    second = ask(f"/runs/{run.pk}/sections?limit=10&offset=90", key).json()["items"]
    assert second == document["sections"][90:100]
    below = ask(f"/runs/{run.pk}/sections?status=below&stage=junior", key).json()
    assert below["count"] == sum(
        one["status"] == "below" and one["stage"] == "junior" for one in document["sections"]
    )
    assert ask(f"/runs/{run.pk}/verdict", key).json() == document["verdict"]
    assert ask(f"/runs/{run.pk}/dispersions", key).json() == document["dispersions"]
    trace = ask(f"/runs/{run.pk}/explain?indicator=backbone_teachers_per_100&school=YL0001", key)
    assert "0.87" in json.dumps(trace.json(), ensure_ascii=False)
    cells = [one["cell"] for part in trace.json() for one in part["sources"]]
    assert all(cells)


def test_whatif_says_what_the_page_says_and_keeps_nothing(world, run):
    key = key_of(world, Role.COUNTY_CLERK)
    told = ask(f"/runs/{run.pk}/whatif", key, WHATIF).json()
    assert [one["met"] for one in told["steps_before"] if one["id"] == "dispersion"] == [8]
    assert [one["met"] for one in told["steps_after"] if one["id"] == "dispersion"] == [11]
    wrong = ask(f"/runs/{run.pk}/whatif", key, {"steps": [{"kind": "cap", "stage": "x"}]})
    assert wrong.status_code == 422
    assert "第 1 步做不到" in wrong.json()["detail"]
    many = {"steps": WHATIF["steps"] * 201}
    assert ask(f"/runs/{run.pk}/whatif", key, many).status_code == 422
    assert run.scenarios.count() == 0


# ------------------------------------------------------------------ keys


def test_a_key_is_told_once_and_kept_as_a_hash(world):
    key = key_of(world, Role.COUNTY_CLERK)
    row = Token.objects.get()
    assert key not in json.dumps(list(Token.objects.values()), default=str)
    assert caller_of(token=key, origin="", now=timezone.now()).token_id == row.pk


def test_a_key_ends_when_it_is_revoked_expires_or_its_owner_leaves(world, run):
    actor, now = world.actor(Role.COUNTY_CLERK), timezone.now()
    keys = [key_of(world, Role.COUNTY_CLERK) for _ in range(2)]
    revoke_token(actor=actor, token_id=Token.objects.order_by("pk").first().pk, now=now)
    assert [ask(f"/runs/{run.pk}", key).status_code for key in keys] == [401, 200]
    assert caller_of(token=keys[1], origin="", now=now + dt.timedelta(days=31)) is None
    user = world.users[Role.COUNTY_CLERK, True]
    user.memberships.update(until=now)
    assert ask(f"/runs/{run.pk}", keys[1]).status_code == 404
    user.is_active = False
    user.save()
    assert ask(f"/runs/{run.pk}", keys[1]).status_code == 401
    with pytest.raises(NothingThereError):
        revoke_token(
            actor=world.actor(Role.COUNTY_DIRECTOR), token_id=Token.objects.last().pk, now=now
        )


def test_a_key_for_one_county_opens_no_other(world, run):
    other = found(opened(world, "910101"))
    assert other
    auditor = world.actor(Role.AUDITOR)
    assert auditor.sees(world.regions["900101"].path)
    key = key_of(world, Role.AUDITOR, region=world.regions["900101"].pk)
    assert ask(f"/runs/{run.pk}", key).status_code == 200
    assert ask(f"/regions/{world.regions['9001'].pk}", key).status_code == 404
    with pytest.raises(ImpossibleTokenError):
        key_of(world, Role.COUNTY_CLERK, region=world.regions["910101"].pk)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"scopes": []}, {"days": 0}, {"days": 367}], ids=str
)
def test_a_key_that_makes_no_sense_is_not_given(world, wrong):
    wish = Wish(**({"name": "分析", "scopes": ALL, "days": 1} | wrong))
    with pytest.raises(ImpossibleTokenError):
        give_token(actor=world.actor(Role.COUNTY_CLERK), wish=wish, now=timezone.now())


def test_keys_are_had_and_ended_on_the_page(browser, run):
    clerk = browser(Role.COUNTY_CLERK)
    typed = {"name": "统计分析", "days": "30", "scopes": ["results"], "region": ""}
    page = clerk.post("/tokens/", typed).content.decode()
    key = page.split('<code class="wrap">')[1].split("<")[0]
    assert ask(f"/runs/{run.pk}", key).status_code == 200
    assert key not in clerk.get("/tokens/").content.decode()
    assert "没有" not in clerk.get("/tokens/").content.decode().split("统计分析")[1][:300]
    assert clerk.post("/tokens/", typed | {"days": "x"}).status_code == 422
    one = Token.objects.get().pk
    assert browser(Role.COUNTY_DIRECTOR).post(f"/tokens/{one}/revoke/").status_code == 404
    assert clerk.post(f"/tokens/{one}/revoke/").status_code == 302
    assert ask(f"/runs/{run.pk}", key).status_code == 401


def test_who_asks_too_often_waits(world, run, settings):
    key = key_of(world, Role.COUNTY_CLERK)
    answers = [ask(f"/runs/{run.pk}", key).status_code for _ in range(settings.API_PER_MINUTE + 1)]
    assert answers[:-1] == [200] * settings.API_PER_MINUTE
    assert answers[-1] == 429
    assert ask(f"/runs/{run.pk}", key_of(world, Role.COUNTY_DIRECTOR)).status_code == 200


def test_questions_cost_the_same_however_much_there_is(world, run, django_assert_max_num_queries):
    key = key_of(world, Role.COUNTY_CLERK)
    for number in range(5):
        found(run.snapshot.round, f"第{number}次")
    for path, body in paths(run):
        cache.clear()
        with django_assert_max_num_queries(14):
            ask(path, key, body)
