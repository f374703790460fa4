"""The demonstration, made once for all tests of the wire, and copies of it to work on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.ground import Ground


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its data folder; nothing is changed there."""
    return Ground(tmp_path_factory.mktemp("demonstration"), quick=True).installation


@pytest.fixture
def copied(demonstration: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of it, named as asked."""

    def make(name: str) -> Path:
        return Path(shutil.copytree(demonstration, tmp_path / name))

    return make
