"""What the tests of serving share: the installations of the journeys, and the small world of the screens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.journeys.conftest import home, template
from tests.journeys.steps import Installation
from tests.screens.conftest import desk, office, world
from tests.wire.conftest import demonstration

__all__ = ["demonstration", "desk", "home", "office", "template", "world"]


@pytest.fixture(scope="module")
def house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that the tests of one file share."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(template, folder / "home")
    made = Installation(folder / "home")
    made.scans.mkdir()
    return made
