"""What the tests of screens share: a small world on SQLite, and a desk in it."""

from __future__ import annotations

import pytest

from core.services.desk import Desk
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.worlds import World, build_world


@pytest.fixture
def world(sqlite_store: Store) -> World:
    """Schools, firms and offices."""
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    """A desk there, its passwords cheap."""
    return cheap_desk(world.store)
