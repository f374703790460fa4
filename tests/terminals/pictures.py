"""Draws the pictures of docs/terminals.md: `python -m tests.terminals.pictures` (a minute, and what the tests need)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from core.services.setup import initialise
from tests.journeys.conftest import fill
from tests.journeys.steps import PASSWORD, Installation
from tests.serve.service import Service
from tests.terminals.calling import call
from tests.terminals.display import Display
from tests.terminals.journey import keep_declarations, pages
from tests.terminals.kinds import KINDS, Kind
from tests.terminals.window import Operator

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "terminals"
PICTURED = tuple(kind for kind in KINDS if not kind.program)
"""One of each program."""
SHOWN = ("popup", "form", "table")
COLOURS = 24
"""In a picture's palette: enough for a page and the edges of its letters."""


def main() -> None:
    """Make the journey on each terminal, on an installation and a display of its own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        display = Display(Path(made))
        try:
            for kind in PICTURED:
                draw(kind, display, Path(made) / kind.name)
        finally:
            display.close()


def draw(kind: Kind, display: Display, folder: Path) -> None:
    """The pictures of one terminal."""
    folder.mkdir()
    home = _installation(folder)
    with (
        Service(home) as service,
        Operator(display, kind, folder, lambda log: call(service, kind, log)) as seen,
    ):
        for page in pages(seen):
            if page in SHOWN:
                if wrong := seen.differs():
                    raise SystemExit(f"{kind.name}, {page}: {wrong}")
                picture = seen.picture().quantize(COLOURS, dither=Image.Dither.NONE)
                picture.save(FOLDER / f"{kind.name}-{page}.png", optimize=True)


def _installation(folder: Path) -> Installation:
    home = Installation(folder / "home")
    initialise(home.settings, password=PASSWORD)
    home.scans.mkdir()
    desk = home.desk()
    try:
        fill(desk, folder)
    finally:
        desk.close()
    keep_declarations(home)
    return home


if __name__ == "__main__":
    main()
