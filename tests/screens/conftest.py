"""What the tests of screens share: a small world on SQLite, a desk in it, and an office that can sign in."""

from __future__ import annotations

import pytest

from core.rules.roles import Actor
from core.services.desk import Desk
from core.store.store import Store
from tests.services.front_door import LOGIN, cheap_desk
from tests.services.test_sign_in import give_login
from tests.worlds import World, build_world


@pytest.fixture
def world(sqlite_store: Store) -> World:
    """Schools, firms and offices."""
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    """A desk there, its passwords cheap."""
    return cheap_desk(world.store)


@pytest.fixture
def office(desk: Desk, world: World) -> Actor:
    """An office whose account is signed in to as LOGIN with PASSWORD."""
    actor = world.office(world.school)
    give_login(desk, actor, LOGIN)
    return actor
