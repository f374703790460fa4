"""The same journey on each terminal that people have, looked at in pixels; and every key of the program on them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tests.journeys.steps import Installation
from tests.serve.service import Service, until
from tests.terminals.calling import call
from tests.terminals.display import Display
from tests.terminals.glyphs import misread
from tests.terminals.journey import pages
from tests.terminals.kinds import BEYOND_THE_FONT, KINDS, Kind
from tests.terminals.painting import Easel
from tests.terminals.pictures import FOLDER, PICTURED, SHOWN
from tests.terminals.window import Operator, Window
from tui.keys import TWINS

LARGEST_PICTURE = 40 * 1024
READ_AT_LEAST = 1000
"""Chinese characters on the pages of the journey together."""
KEYS = {
    **{f"F{number}": f"f{number}" for number in range(1, 11)},
    **{key: key for key in (*TWINS, "ctrl+g", "ctrl+l", "ctrl+u")},
    **{"ctrl+h": "backspace", "BS": "backspace", "Del": "delete", "Tab": "tab", "S-Tab": "shift+tab"},
    **{"Enter": "enter", "Esc": "escape", "PgUp": "pageup", "PgDn": "pagedown", "Home": "home", "End": "end"},
    **{"Up": "up", "Down": "down", "Left": "left", "Right": "right"},
}
"""What is pressed, and which key it must be to the program."""
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def service(full_home: Installation) -> Iterator[Service]:
    """`jijiao serve` on an installation whose person has a table of several pages."""
    with Service(full_home) as running:
        yield running


def need(kind: Kind) -> None:
    """Skip where a program is missing."""
    if kind.missing:
        pytest.skip(f"needs Debian's {', '.join(kind.missing)}, which is not here")


@each_kind
def test_every_page_of_the_journey_is_shown_right(
    kind: Kind, display: Display, service: Service, tmp_path: Path
) -> None:
    need(kind)
    wrong: dict[str, str] = {}
    read = 0
    with Operator(display, kind, tmp_path, lambda log: call(service, kind, log)) as operator:
        for page in pages(operator):
            if difference := operator.differs():
                wrong[page] = difference
            characters, count = misread(operator)
            read += count
            if found := [each for each in characters if each.expected not in BEYOND_THE_FONT]:
                wrong[f"{page}, read"] = str(found)
    assert wrong == {}
    assert read > READ_AT_LEAST


def test_a_wrong_character_on_the_screen_would_be_seen(
    display: Display, service: Service, tmp_path: Path
) -> None:
    kind = KINDS[0]
    need(kind)
    with Operator(display, kind, tmp_path, lambda log: call(service, kind, log)) as operator:
        operator.see("继续教育服务窗口", "F1")
        assert (operator.differs(), misread(operator)[0]) == ("", [])
        found = operator.screen.find("育服")
        assert found is not None
        x, y = found
        row = operator.screen.screen.buffer[y]
        row[x] = row[x]._replace(data="肓")
        assert "in rows" in operator.differs(patience=1)
        assert [(each.column, each.row, each.expected) for each in misread(operator)[0]] == [(x, y, "肓")]


@each_kind
def test_every_key_of_the_program_arrives(kind: Kind, display: Display, tmp_path: Path) -> None:
    need(kind)
    kind.write_files(tmp_path)
    easel = Easel()
    window = Window(display, kind, tmp_path, kind.start(easel.shown_in(kind)), 0)
    try:
        easel.wait()
        window.focus()
        easel.paint("")
        until(lambda: display.press("x") or easel.typed(1.0), "no key arrives")
        arrived = {}
        for key in KEYS:
            display.press(key)
            arrived[key] = name_of(easel.typed(5.0))
    finally:
        window.close()
        easel.close()
    assert arrived == KEYS


def name_of(typed: bytes) -> str:
    """What key the program takes these bytes for."""
    parser = XTermParser()
    found = [*parser.feed(typed.decode()), *parser.feed("")] if typed else []
    return " ".join(event.key for event in found if isinstance(event, events.Key))


@pytest.mark.parametrize("kind", PICTURED, ids=lambda kind: kind.name)
def test_the_document_shows_pictures_of_each_terminal(kind: Kind) -> None:
    text = (FOLDER.parents[1] / "terminals.md").read_text(encoding="utf-8")
    for page in SHOWN:
        name = f"{kind.name}-{page}.png"
        assert f"(pictures/terminals/{name})" in text
        assert 1024 < (FOLDER / name).stat().st_size < LARGEST_PICTURE
