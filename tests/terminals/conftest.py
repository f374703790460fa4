"""A display, and an installation whose person has a table of two pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.journeys.conftest import home, template
from tests.journeys.steps import Installation
from tests.terminals.display import Display
from tests.terminals.journey import keep_declarations

__all__ = ["home", "template"]


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    """An Xvfb for all terminals."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Debian's xvfb, which is not here")
    running = Display(tmp_path_factory.mktemp("display"))
    yield running
    running.close()


@pytest.fixture
def full_home(home: Installation) -> Installation:
    """The installation of the journeys with declarations on two pages and more."""
    keep_declarations(home)
    return home
