"""Every route with whom it lets do what: written by hand from what each role is there for.

`roles`: who, inside his own region, gets through. Everybody else inside gets 403, outsiders 404,
and who has not signed in is sent to the door. `open`: the page asks nobody who he is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

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
    needs: tuple = field(default=())


def of_region(home, _made):
    return {"region_id": home.pk}


ROUTES = {
    "home": Route(everywhere=True),
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
    "events-of-region": Route(arguments=of_region, roles=WATCHERS),
}  # fmt: skip
