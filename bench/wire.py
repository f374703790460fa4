"""The wire: bytes that actions cost on an 80x24 terminal, and how long until the last of them came.

Beside each stands what ncurses sends for the very same change of the screen (`bench.curses_screens`), and what the
program's twin of stock widgets sends for the same page (`bench.stock`).
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import cast

from bench import stock
from bench.curses_screens import Picture, picture_on, write_pictures
from bench.ground import Ground
from bench.results import LimitOn, Row, Series, Unit
from tests.terminal import Terminal
from tests.wire.budget_steps import (
    BACKSPACE,
    BUDGETS,
    CHINESE,
    FORM,
    FRONT,
    IDLE,
    LETTER,
    NARROWED,
    NEXT_ITEM,
    PAGE,
    POPUP,
    QUIET,
    ROW,
    TAB,
    Line,
    Taken,
    count_form,
    count_popup,
    count_tables,
)

_KEYS = (LETTER, CHINESE, BACKSPACE, TAB, ROW)
_SCREENS = (FRONT, FORM, POPUP, PAGE, NEXT_ITEM, NARROWED)
_ACTIONS = (*_KEYS, *_SCREENS)
LIMITS = {**BUDGETS, NEXT_ITEM: 700}
"""Bytes that the median of an action may cost."""
KEY_RATIO, SCREEN_RATIO = 1.0, 1.3
"""How much of what ncurses sends a key, and a whole screen, may cost."""
ECHOES = (LETTER, TAB, ROW)
IDLE_SECONDS = 10.0
_LETTERS, _CHARACTERS = "henanpeixun", "继续教育培训中心"
_NCURSES, _STOCK = "the same screens drawn by ncurses", "the same page of stock widgets"
_DRAWN_QUIET = 0.08


class Recorded(Taken):
    """The same, with the screens before and after each action, for ncurses to draw."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[str, Picture | None, Picture]] = []
        """Action, screen before (None: nothing has been painted yet) and after."""

    def note(self, line: Line, action: str, size: int) -> None:
        """A first paint is drawn by ncurses too; idleness needs no drawing."""
        super().note(line, action, size)
        if action == FRONT:
            self.shown.append((action, None, picture_on(cast(Terminal, line))))

    def press(self, line: Line, action: str, *keys: str, shows: str = "") -> None:
        """Press, count, and keep both pictures."""
        before = picture_on(cast(Terminal, line))
        super().press(line, action, *keys, shows=shows)
        self.shown.append((action, before, picture_on(cast(Terminal, line))))


def measure(ground: Ground) -> list[Row]:
    """One row an action beside stock widgets, one beside ncurses, then the echoes, then an idle screen."""
    ours, twin, drawn = Recorded(), Taken(), Taken()
    times = ground.rounds(10, 4)
    for _ in range(ground.rounds(2, 1)):
        ours.shown.clear()
        count_form(ground.program, ours, times, QUIET)
        _twin(ground, twin, times)
        count_tables(ground.program, ours, times)
        count_popup(ground.program, ours)
        _draw_again(ground, drawn, ours)
    return [
        *(_beside(action, ours, _STOCK, twin, LIMITS.get(action), LimitOn.MEDIAN) for action in _ACTIONS),
        *(_beside(action, ours, _NCURSES, drawn, KEY_RATIO) for action in _KEYS),
        *(_beside(action, ours, _NCURSES, drawn, SCREEN_RATIO) for action in _SCREENS),
        *(_echo(action, ours, twin) for action in ECHOES),
        _idle(ground),
    ]


def _beside(
    action: str,
    ours: Taken,
    yardstick: str,
    other: Taken,
    limit: float | None,
    on: LimitOn = LimitOn.RATIO,
) -> Row:
    beside = Series(tuple(other.sizes[action])) if action in other.sizes else None
    what = f"wire: {action}" if yardstick == _STOCK else f"wire beside ncurses: {action}"
    return Row(
        what,
        Unit.BYTES,
        Series(tuple(ours.sizes[action])),
        yardstick if beside else "",
        beside,
        limit,
        on,
    )


def _echo(action: str, ours: Taken, twin: Taken) -> Row:
    return Row(
        f"echo: {action}, key to last byte",
        Unit.MILLISECONDS,
        Series(tuple(ours.echoes[action])),
        _STOCK,
        Series(tuple(twin.echoes[action])),
    )


def _draw_again(ground: Ground, drawn: Taken, ours: Recorded) -> None:
    """Let ncurses draw what was recorded, and count what it sends from the screen before to the one after."""
    path = ground.folder / "pictures.json"
    pictures = [picture for _, before, after in ours.shown for picture in (before, after) if picture]
    write_pictures(pictures, path)
    with ground.other("-m", "bench.curses_screens", str(path)) as terminal:
        terminal.settle(quiet=1.0)
        for action, before, after in ours.shown:
            if before is None:
                drawn.note(terminal, action, terminal.total_bytes)
            else:
                terminal.press("Space", quiet=_DRAWN_QUIET)
                drawn.note(terminal, action, terminal.press("Space", quiet=_DRAWN_QUIET))
            if picture_on(terminal) != after:
                raise AssertionError(f"ncurses shows something else after {action}")


def _twin(ground: Ground, taken: Taken, times: int) -> None:
    """The same on stock widgets."""
    with ground.other("-m", "bench.stock") as terminal:
        terminal.wait(stock.FRONT_TEXT)
        terminal.settle(quiet=QUIET)
        taken.note(terminal, FRONT, terminal.total_bytes)
        taken.press(terminal, FORM, "F2")
        terminal.wait(stock.FORM_TEXT)
        terminal.press("Tab", quiet=QUIET)
        taken.each(terminal, LETTER, _LETTERS[:times])
        taken.each(terminal, BACKSPACE, ["BS"] * (times // 2))
        terminal.press("Tab", quiet=QUIET)
        taken.each(terminal, CHINESE, _CHARACTERS[:times])
        taken.each(terminal, TAB, ["Tab"] * min(times, 8))
        taken.press(terminal, POPUP, "F4")
        terminal.wait(stock.POPUP_TEXT)
        taken.each(terminal, NARROWED, "ryx")
        terminal.press("Esc", "Esc", "F3", quiet=QUIET)
        terminal.wait(stock.TABLE_TEXT)
        taken.each(terminal, ROW, ["Down"] * times)
        taken.each(terminal, PAGE, ["PgDn"] * 2)


def _idle(ground: Ground) -> Row:
    """Nobody types: the program with its caret in a field, and the twin with its own."""
    with ExitStack() as opened:
        ours = opened.enter_context(ground.program("dl", captcha=True))
        twin = opened.enter_context(ground.other("-m", "bench.stock"))
        ours.wait("用户类型")
        ours.press("4100", quiet=2.0)
        twin.wait(stock.FRONT_TEXT)
        twin.press("F2", quiet=1.0, timeout=3.0)
        seconds = IDLE_SECONDS if not ground.quick else 3.0
        for terminal in (ours, twin):
            terminal.send()  # nothing is sent; the count begins
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for terminal in (ours, twin):
                terminal.settle(quiet=0.05, timeout=0.1)
        sizes = (ours.action_bytes, twin.action_bytes)
    return Row(
        f"wire: idle for {seconds:g} s",
        Unit.BYTES,
        Series((float(sizes[0]),)),
        "the form of stock widgets",
        Series((float(sizes[1]),)),
        BUDGETS[IDLE],
        LimitOn.EACH,
    )
