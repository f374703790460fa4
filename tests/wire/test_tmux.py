"""A second terminal, tmux: it shows what the cell grid means, as pyte does."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.wire.pane import Pane, shown
from tests.wire.screens import picture_of

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).with_name("toy.py")
STEPS = [
    ("张三",),
    ("Tab",),
    ("Tab",),
    ("Down",),
    ("PgDn",),
    ("F3",),
    ("PgDn",),
    ("Tab",),
    ("世界",),
    ("F2",),
    ("ctrl+l",),
]

pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="needs Debian's tmux, which is not here (apt-get install tmux)"
)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Pane]:
    """The toy in tmux."""
    pane = Pane(tmp_path / "socket", [sys.executable, str(TOY), "cell"], {"PYTHONPATH": str(ROOT)})
    yield pane
    pane.close()


def test_tmux_shows_what_pyte_shows_after_each_step(tmux: Pane) -> None:
    env = {"PYTHONPATH": str(ROOT), "TERM": "tmux-256color", "TMUX": "x"}
    with Terminal([sys.executable, str(TOY), "cell"], env=env, cwd=ROOT) as terminal:
        terminal.wait("洛阳轴承")
        agree(tmux, terminal, ("start",))
        for keys in STEPS:
            terminal.press(*keys)
            tmux.send(*keys)
            agree(tmux, terminal, keys)


def agree(tmux: Pane, terminal: Terminal, keys: tuple[str, ...]) -> None:
    """Both show the same picture and cursor, at once or soon."""
    deadline = time.monotonic() + 8.0
    while time.monotonic() < deadline:
        terminal.settle()
        wanted = [shown(row) for row in picture_of(terminal)]
        if tmux.picture() == wanted and tmux.cursor() == terminal.cursor:
            return
        time.sleep(0.1)
    pane = tmux.text()
    pytest.fail(
        f"after {keys} the pane shows\n{pane}\nwith the cursor at {tmux.cursor()}, {terminal.cursor} wanted"
    )
