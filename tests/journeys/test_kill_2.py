"""A kill -9 at a random moment loses nothing that was confirmed on screen: the second runs (see killing.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.killing import Killed, play


@pytest.mark.parametrize("seed", range(60, 120))
def test_a_kill_loses_nothing_that_the_screen_had_confirmed(
    killed: Killed, tmp_path: Path, seed: int
) -> None:
    play(killed.home(tmp_path), seed, killed.before)
