"""Who works with the system: roles, departments, levels of regions, and what each role may do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """Level of a region, from above."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"  # functional zones without a county code too
    SCHOOL = "school"


LEVELS: Final = tuple(Level)


class Role(StrEnum):
    """What a person is at one region; one may be several things at several places."""

    SCHOOL_CLERK = "school_clerk"
    COUNTY_CLERK = "county_clerk"
    COUNTY_REVIEWER = "county_reviewer"
    COUNTY_DIRECTOR = "county_director"
    DEPARTMENT_USER = "department_user"
    CITY_REVIEWER = "city_reviewer"
    PROVINCIAL_INSPECTOR = "provincial_inspector"
    EXPERT = "expert"
    AUDITOR = "auditor"
    SYSTEM_ADMINISTRATOR = "system_administrator"


class Department(StrEnum):
    """The departments that share the county's duties, beside education."""

    FINANCE = "finance"
    HUMAN_RESOURCES = "human_resources"
    STAFFING = "staffing"
    HOUSING = "housing"
    NATURAL_RESOURCES = "natural_resources"
    PUBLIC_SECURITY = "public_security"
    MARKET_REGULATION = "market_regulation"
    DEVELOPMENT_REFORM = "development_reform"
    HEALTH = "health"
    DISABLED_PERSONS = "disabled_persons"


# At which levels a role makes sense.
LEVELS_OF: Final[Mapping[Role, frozenset[Level]]] = {
    Role.SCHOOL_CLERK: frozenset({Level.SCHOOL}),
    Role.COUNTY_CLERK: frozenset({Level.COUNTY}),
    Role.COUNTY_REVIEWER: frozenset({Level.COUNTY}),
    Role.COUNTY_DIRECTOR: frozenset({Level.COUNTY}),
    Role.DEPARTMENT_USER: frozenset({Level.COUNTY}),
    Role.CITY_REVIEWER: frozenset({Level.CITY}),
    Role.PROVINCIAL_INSPECTOR: frozenset({Level.PROVINCE}),
    Role.EXPERT: frozenset({Level.COUNTY, Level.CITY, Level.PROVINCE}),
    Role.AUDITOR: frozenset({Level.COUNTY, Level.CITY, Level.PROVINCE, Level.NATION}),
    Role.SYSTEM_ADMINISTRATOR: frozenset(set(Level) - {Level.SCHOOL}),
}

# Who signs, or sees everybody's doings, needs a second factor.
PRIVILEGED: Final = frozenset(
    {
        Role.COUNTY_DIRECTOR,
        Role.CITY_REVIEWER,
        Role.PROVINCIAL_INSPECTOR,
        Role.AUDITOR,
        Role.SYSTEM_ADMINISTRATOR,
    }
)


class Action(StrEnum):
    """Something the system can be asked to do or show."""

    SEE_REGION = "see_region"
    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_REGIONS = "manage_regions"
    SEE_EVENTS = "see_events"
    SEE_ROUNDS = "see_rounds"
    OPEN_ROUNDS = "open_rounds"
    UPLOAD = "upload"
    FREEZE = "freeze"  # and evaluate what is frozen
    SEE_RESULTS = "see_results"
    GRANT_EXCEPTIONS = "grant_exceptions"
    SEE_EVIDENCE = "see_evidence"
    KEEP_EVIDENCE = "keep_evidence"
    KEEP_MAP = "keep_map"
    SEE_LEDGER = "see_ledger"
    OPEN_PROBLEMS = "open_problems"
    KEEP_PLANS = "keep_plans"


class Scope(StrEnum):
    """What a program may ask for by a person's key; never more than the person."""

    REGIONS = "regions"
    ROUNDS = "rounds"
    RESULTS = "results"


_EVERYBODY: Final = frozenset(Role)
MAY: Final[Mapping[Action, frozenset[Role]]] = {
    Action.SEE_REGION: _EVERYBODY,
    Action.SEE_PEOPLE: frozenset(
        {Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR}
    ),
    Action.MANAGE_PEOPLE: frozenset({Role.COUNTY_DIRECTOR, Role.SYSTEM_ADMINISTRATOR}),
    Action.MANAGE_REGIONS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Action.SEE_EVENTS: frozenset({Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR}),
    Action.SEE_ROUNDS: _EVERYBODY - {Role.SYSTEM_ADMINISTRATOR},
    Action.OPEN_ROUNDS: frozenset({Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR}),
    Action.UPLOAD: frozenset({Role.SCHOOL_CLERK, Role.COUNTY_CLERK}),
    Action.FREEZE: frozenset({Role.COUNTY_CLERK, Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR}),
    Action.GRANT_EXCEPTIONS: frozenset({Role.COUNTY_REVIEWER, Role.COUNTY_DIRECTOR}),
    Action.SEE_EVIDENCE: _EVERYBODY - {Role.SYSTEM_ADMINISTRATOR},
    Action.KEEP_EVIDENCE: frozenset({Role.SCHOOL_CLERK, Role.COUNTY_CLERK, Role.DEPARTMENT_USER}),
    Action.KEEP_MAP: frozenset({Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR}),
    Action.SEE_LEDGER: _EVERYBODY - {Role.SCHOOL_CLERK, Role.SYSTEM_ADMINISTRATOR},
    Action.KEEP_PLANS: frozenset({Role.COUNTY_CLERK, Role.COUNTY_DIRECTOR}),
    Action.OPEN_PROBLEMS: frozenset(
        {
            Role.COUNTY_CLERK,
            Role.COUNTY_REVIEWER,
            Role.COUNTY_DIRECTOR,
            Role.CITY_REVIEWER,
            Role.PROVINCIAL_INSPECTOR,
        }
    ),
    Action.SEE_RESULTS: _EVERYBODY - {Role.SCHOOL_CLERK, Role.SYSTEM_ADMINISTRATOR},
}

# Whom a role may invite; nobody makes another his superior.
MAY_INVITE: Final[Mapping[Role, frozenset[Role]]] = {
    Role.COUNTY_DIRECTOR: frozenset(
        {
            Role.SCHOOL_CLERK,
            Role.COUNTY_CLERK,
            Role.COUNTY_REVIEWER,
            Role.DEPARTMENT_USER,
            Role.EXPERT,
        }
    ),
    Role.SYSTEM_ADMINISTRATOR: frozenset(Role),
}
