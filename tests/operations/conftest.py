"""The world for use cases."""

import pytest

from world import make_world


@pytest.fixture
def world(db):  # noqa: ARG001 a fixture that must be there first
    return make_world()
