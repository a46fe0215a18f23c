"""Every route with whom it lets do what: written by hand from what each role is there for.

`roles`: who, inside his own region, gets through. Everybody else inside gets 403, outsiders 404,
and who has not signed in is sent to the door. `open`: the page asks nobody who he is.
"""

from collections.abc import Callable
from dataclasses import dataclass

from junheng.base.people import Role

EVERYBODY = frozenset(Role)
PEOPLE = frozenset(
    {Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR}
)
MANAGERS = frozenset({Role.COUNTY_DIRECTOR, Role.SYSTEM_ADMINISTRATOR})
WATCHERS = frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})


@dataclass(frozen=True)
class Route:
    """How to ask for a route, of whom, and what an answer to one let through looks like."""

    arguments: Callable = lambda _home, _made: {}
    roles: frozenset = EVERYBODY
    post: Callable | None = None
    passed: int = 200
    open: bool = False
    everywhere: bool = False  # of no region: there are no outsiders
    query: str = ""
    unseen: frozenset = frozenset()  # who finds nothing though he belongs: it is above him


def of_region(home, _made):
    return {"region_id": home.pk}


def of_county(_home, made):
    return {"region_id": made["county_id"]}


def of_round(_home, made):
    return {"round_id": made["round_id"]}


def of_upload(_home, made):
    return {"upload_id": made["upload_id"]}


def of_snapshot(_home, made):
    return {"snapshot_id": made["snapshot_id"]}


def of_run(_home, made):
    return {"run_id": made["run_id"]}


def of_evidence(_home, made):
    return {"evidence_id": made["evidence_id"]}


def nothing(_home):
    return {}


SCHOOL = frozenset({Role.SCHOOL_CLERK})
WHO_SEE_ROUNDS = EVERYBODY - {Role.SYSTEM_ADMINISTRATOR}
WHO_FILL_IN = frozenset({Role.SCHOOL_CLERK, Role.COUNTY_CLERK})
WHO_SEE_RESULTS = EVERYBODY - {Role.SCHOOL_CLERK, Role.SYSTEM_ADMINISTRATOR}
WHO_KEEP_EVIDENCE = WHO_FILL_IN | {Role.DEPARTMENT_USER}
WHO_FREEZE = frozenset({Role.COUNTY_CLERK, Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR})
WHO_OPEN_PROBLEMS = WHO_FREEZE | {Role.CITY_REVIEWER, Role.PROVINCIAL_INSPECTOR}
WHO_DECIDE = frozenset({Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR})


ROUTES = {
    "home": Route(everywhere=True),
    "tokens": Route(everywhere=True),
    "revoke-token": Route(
        everywhere=True, post=nothing, passed=404, arguments=lambda _home, _made: {"token_id": 0}
    ),
    "help": Route(everywhere=True),
    "search": Route(everywhere=True, query="?q=县"),
    "sign-in": Route(open=True),
    "sign-out": Route(open=True, post=lambda _home: {}, passed=302),
    "second-factor": Route(everywhere=True),
    "join": Route(open=True, arguments=lambda _home, made: {"secret": made["secret"]}),
    "region": Route(arguments=of_region),
    "people-of-region": Route(arguments=of_region, roles=PEOPLE),
    "withdraw": Route(
        arguments=lambda _home, made: {"invitation_id": made["invitation_id"]},
        roles=MANAGERS, post=lambda _home: {}, passed=302,
    ),
    "end": Route(
        arguments=lambda _home, made: {"membership_id": made["membership_id"]},
        roles=MANAGERS, post=lambda _home: {"reason": "调离"}, passed=302,
    ),
    "county": Route(arguments=of_county, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "counties": Route(arguments=of_region, roles=WHO_SEE_RESULTS),
    "events-of-region": Route(arguments=of_region, roles=WATCHERS),
    "rounds-of-region": Route(arguments=of_county, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL),
    "round-board": Route(arguments=of_round, roles=WHO_SEE_ROUNDS),
    "round-template": Route(arguments=of_round, roles=WHO_SEE_ROUNDS),
    "grid-page": Route(arguments=of_round, roles=WHO_SEE_ROUNDS),
    "send-forms": Route(arguments=of_round, roles=frozenset({Role.COUNTY_CLERK})),
    "typed-values": Route(arguments=of_round, roles=WHO_SEE_ROUNDS),
    "grid-save": Route(
        arguments=of_round, roles=WHO_FILL_IN, post=lambda _home: {"cells": "[]"}
    ),
    "grid-delete": Route(
        arguments=of_round, roles=WHO_FILL_IN, post=lambda _home: {"rows": "[]"}
    ),
    "upload": Route(arguments=of_upload, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL),
    "upload-annotated": Route(
        arguments=of_upload, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL
    ),
    "upload-cell": Route(
        arguments=of_upload, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL,
        query="?sheet=学校&cell=A1",
    ),
    "commit": Route(
        arguments=of_upload, roles=WHO_DECIDE, unseen=SCHOOL, post=nothing, passed=302
    ),
    "read-again": Route(
        arguments=of_upload, roles=WHO_DECIDE, unseen=SCHOOL, post=nothing, passed=302
    ),
    "batch": Route(
        arguments=lambda _home, made: {"batch_id": made["batch_id"]},
        roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL,
    ),
    "late-exceptions": Route(arguments=of_round, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL),
    "withdraw-late": Route(
        arguments=lambda _home, made: {"exception_id": made["exception_id"]},
        roles=frozenset({Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR}), unseen=SCHOOL,
        post=nothing, passed=302,
    ),
    # A school sees its own data alone; here they are asked for the first school's.
    "school-data": Route(arguments=of_round, roles=WHO_SEE_ROUNDS, query="?school=S1"),
    "review-act": Route(
        arguments=of_round, roles=WHO_SEE_ROUNDS, passed=422,
        post=lambda _home: {"school": "S1", "act": "submit"},
    ),
    "explain-odd": Route(
        arguments=of_round, roles=WHO_SEE_ROUNDS, passed=422, post=lambda _home: {"school": "S1"}
    ),
    "cell": Route(
        arguments=of_round, roles=WHO_SEE_ROUNDS,
        query="?table=schools&row=S1&element=pupils_primary",
    ),
    "settle": Route(
        arguments=lambda _home, made: {"thread_id": made["thread_id"]},
        roles=WHO_SEE_ROUNDS, post=nothing, passed=422,
    ),
    "review-queue": Route(arguments=of_round, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL),
    "county-report": Route(arguments=of_round, roles=WHO_SEE_ROUNDS - SCHOOL, unseen=SCHOOL),
    "evidence-library": Route(arguments=of_region, roles=WHO_SEE_ROUNDS),
    "evidence-needs": Route(arguments=of_region, roles=WHO_SEE_ROUNDS),
    "evidence": Route(arguments=of_evidence, roles=WHO_SEE_ROUNDS),
    "evidence-file": Route(arguments=of_evidence, roles=WHO_SEE_ROUNDS),
    "evidence-preview": Route(arguments=of_evidence, roles=WHO_SEE_ROUNDS),
    "replace-evidence": Route(arguments=of_evidence, roles=WHO_KEEP_EVIDENCE),
    "unlink-evidence": Route(
        arguments=lambda _home, made: {"link_id": made["link_id"]},
        roles=WHO_KEEP_EVIDENCE, post=nothing, passed=302,
    ),
    "snapshots-of-round": Route(arguments=of_round, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "snapshot": Route(arguments=of_snapshot, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "snapshot-values": Route(arguments=of_snapshot, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "evaluate-again": Route(
        arguments=of_snapshot, roles=WHO_FREEZE, unseen=SCHOOL, post=nothing, passed=302
    ),
    "run": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "run-schools": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "run-school": Route(
        arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL, query="?school=YL0001"
    ),
    "run-indicator": Route(
        arguments=lambda home, made: of_run(home, made) | {"indicator": "sports_area_per_pupil"},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "run-explain": Route(
        arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL,
        query="?indicator=sports_area_per_pupil&school=YL0001",
    ),
    "run-file": Route(
        arguments=lambda home, made: of_run(home, made) | {"name": "results.json"},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "tour-done": Route(everywhere=True, post=nothing, passed=302),
    "open-problems": Route(
        arguments=of_run, roles=WHO_OPEN_PROBLEMS, unseen=SCHOOL, post=nothing, passed=302
    ),
    "ledger": Route(arguments=of_region, roles=WHO_SEE_RESULTS),
    "ledger-report": Route(arguments=of_county, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "read-problems": Route(arguments=of_region, roles=WHO_OPEN_PROBLEMS),
    "plans": Route(arguments=of_county, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "plan": Route(
        arguments=lambda _home, made: {"plan_id": made["plan_id"]},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "problem": Route(
        arguments=lambda _home, made: {"problem_id": made["problem_id"]},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "run-map": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "county-map": Route(arguments=of_county, roles=WHO_DECIDE, unseen=SCHOOL),
    "run-sizes": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "run-teachers": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "run-quality": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "scenarios": Route(arguments=of_run, roles=WHO_SEE_RESULTS, unseen=SCHOOL),
    "scenario": Route(
        arguments=lambda _home, made: {"scenario_id": made["scenario_id"]},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "run-compare": Route(
        arguments=lambda home, made: of_run(home, made) | {"other_id": made["run_id"]},
        roles=WHO_SEE_RESULTS, unseen=SCHOOL,
    ),
    "discard": Route(
        arguments=of_upload, roles=WHO_DECIDE, unseen=SCHOOL, post=nothing, passed=302
    ),
    "undo": Route(arguments=of_upload, roles=WHO_DECIDE, unseen=SCHOOL, post=nothing, passed=302),
}  # fmt: skip
