"""What the tests of services share: a world on both engines, a desk in it, its school, and an SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core.rules.errors import Refused
from core.rules.roles import Actor
from core.services.desk import Desk
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.mailbox import Mailbox
from tests.worlds import World, build_world
from tui.remote.passing import packed, read


@pytest.fixture(autouse=True)
def passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked of a desk here, and whatever it answers, comes to another process as it was: at a service
    screens and use cases are in different ones."""
    here = Desk.do

    def there_too(desk: Desk, use_case: Any, caller: Any, command: Any) -> Any:
        request = (use_case.name, caller, command)
        assert read(packed(request), request=True) == request
        try:
            view = here(desk, use_case, caller, command)
        except Refused as refusal:
            assert vars(read(packed(refusal))) == vars(refusal)
            raise
        assert read(packed(view)) == view
        return view

    monkeypatch.setattr(Desk, "do", there_too)


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
