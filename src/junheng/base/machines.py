"""A workflow as a table: in which state who may do what, and what it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from junheng.base.people import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a table."""

    state: str
    act: str
    who: frozenset[Role]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """States, where they begin, and the steps between them."""

    states: tuple[str, ...]
    first: str
    steps: tuple[Step, ...]

    def find(self, state: str, act: str) -> Step | None:
        """Return the step from a state by an act, if there is one."""
        return next((one for one in self.steps if (one.state, one.act) == (state, act)), None)

    def from_state(self, state: str) -> Sequence[Step]:
        """Return what can be done by people in a state."""
        return [one for one in self.steps if one.state == state and one.who]

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Return which state may follow which."""
        return frozenset((one.state, one.next) for one in self.steps)

    def who_may(self, act: str) -> frozenset[Role]:
        """Return the roles that ever do it."""
        return frozenset(role for one in self.steps if one.act == act for role in one.who)
