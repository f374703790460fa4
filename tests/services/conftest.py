"""What the tests of services share: a world on both engines, a desk in it, its school, and an SMTP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.rules.roles import Actor
from core.services.desk import Desk
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.mailbox import Mailbox
from tests.worlds import World, build_world


@pytest.fixture
def world(store: Store) -> World:
    """Schools, firms and offices."""
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    """A desk there, its passwords cheap."""
    return cheap_desk(world.store)


@pytest.fixture
def school(world: World) -> Actor:
    """The office of the school."""
    return world.office(world.school)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server on 127.0.0.1 that isn't open yet."""
    box = Mailbox()
    yield box
    box.close()
