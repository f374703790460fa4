"""The wire: bytes a key costs on an 80x24 terminal, and how long until the last of them came.

The same actions on the program and on its twin of stock widgets (`bench.stock`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import ExitStack

from bench import stock
from bench.ground import Ground
from bench.results import LimitOn, Row, Series, Unit
from tests.terminal import Terminal

FRONT, LETTER, CHINESE, TAB = "first page painted", "a typed letter", "a typed Chinese character", "Tab"
ROW_DOWN, PAGE, NEXT_ITEM = "a row down", "a page down", "the next item of the review desk"
FORM, POPUP, NARROWED = "declaration form opened", "unit popup opened", "unit popup narrowed by a letter"
LIMITS = {LETTER: 130, CHINESE: 130, TAB: 900, ROW_DOWN: 700, NEXT_ITEM: 700}
"""Bytes, for each single key; for the next item, which is a new page, the median."""
ECHOES = (LETTER, TAB, ROW_DOWN)
IDLE_SECONDS = 10.0
_ACTIONS = (FRONT, LETTER, CHINESE, TAB, ROW_DOWN, PAGE, NEXT_ITEM, FORM, POPUP, NARROWED)
QUIET = 0.3
_LETTERS, _CHARACTERS = "henanpeixun", "继续教育培训中心"
_SCHOOL = "xiaodian"


class Taken:
    """Bytes and milliseconds of every action, by its name."""

    def __init__(self) -> None:
        self.sizes: dict[str, list[float]] = defaultdict(list)
        self.echoes: dict[str, list[float]] = defaultdict(list)

    def press(self, terminal: Terminal, action: str, *keys: str) -> None:
        """Press, wait until nothing more comes, note both."""
        begin = time.monotonic()
        size = terminal.press(*keys, quiet=QUIET)
        self.sizes[action].append(size)
        if size:
            self.echoes[action].append((terminal.last_byte_at - begin) * 1000)

    def each(self, terminal: Terminal, action: str, keys: Iterable[str]) -> None:
        """Press these one after the other."""
        for key in keys:
            self.press(terminal, action, key)


def measure(ground: Ground) -> list[Row]:
    """One row an action, then the echoes, then an idle screen."""
    ours, twin = Taken(), Taken()
    times = ground.rounds(10, 4)
    for _ in range(ground.rounds(2, 1)):
        _as_person(ground, ours, times)
        _twin(ground, twin, times)
        _as_school(ground, ours, times)
        _as_newcomer(ground, ours)
    rows = [
        Row(
            f"wire: {action}",
            Unit.BYTES,
            Series(tuple(ours.sizes[action])),
            "the same page of stock widgets" if action in twin.sizes else "",
            Series(tuple(twin.sizes[action])) if action in twin.sizes else None,
            LIMITS.get(action),
            LimitOn.MEDIAN if action == NEXT_ITEM else LimitOn.EACH,
        )
        for action in _ACTIONS
    ]
    rows += [
        Row(
            f"echo: {action}, key to last byte",
            Unit.MILLISECONDS,
            Series(tuple(ours.echoes[action])),
            "the same page of stock widgets",
            Series(tuple(twin.echoes[action])),
        )
        for action in ECHOES
    ]
    return [*rows, _idle(ground)]


def _as_person(ground: Ground, taken: Taken, times: int) -> None:
    """首页, then the form of a declaration."""
    from core.services.demonstration import LOGINS

    with ground.program() as terminal:
        terminal.wait("服务窗口")
        terminal.settle(quiet=QUIET)
        taken.sizes[FRONT].append(terminal.total_bytes)
        sign_in(terminal, ("1", "2"), LOGINS[0].login)
        terminal.press(":", "s", "b", quiet=QUIET)
        taken.press(terminal, FORM, "Enter")
        terminal.wait("培训班名称")
        terminal.press("Tab", "Tab", quiet=QUIET)
        taken.each(terminal, LETTER, _LETTERS[:times])
        terminal.press("Tab", quiet=QUIET)
        taken.each(terminal, CHINESE, _CHARACTERS[:times])
        taken.each(terminal, TAB, ["Tab"] * times)


def _as_school(ground: Ground, taken: Taken, times: int) -> None:
    """The queue of an employer: the desk, which shows one item whole, and the list."""
    with ground.program() as terminal:
        terminal.wait("服务窗口")
        sign_in(terminal, ("2", "2"), _SCHOOL)
        terminal.press(":", "s", "h", "Enter", quiet=QUIET)
        terminal.settle(quiet=1.0)
        taken.each(terminal, NEXT_ITEM, ["Down"] * times)
        terminal.press("l", quiet=QUIET)
        taken.each(terminal, ROW_DOWN, ["Down"] * times)
        taken.each(terminal, PAGE, ["PgDn"] * 2)


def _as_newcomer(ground: Ground, taken: Taken) -> None:
    """The popup 所在单位 of the registration."""
    with ground.program() as terminal:
        terminal.wait("服务窗口")
        terminal.press("1", "1", quiet=QUIET)
        terminal.wait("所在单位")
        _walk_to(terminal, "所在单位")
        taken.press(terminal, POPUP, "F4")
        taken.each(terminal, NARROWED, "ryx")


def _twin(ground: Ground, taken: Taken, times: int) -> None:
    """The same on stock widgets."""
    with ground.other("-m", "bench.stock") as terminal:
        terminal.wait(stock.FRONT_TEXT)
        terminal.settle(quiet=QUIET)
        taken.sizes[FRONT].append(terminal.total_bytes)
        taken.press(terminal, FORM, "F2")
        terminal.wait(stock.FORM_TEXT)
        terminal.press("Tab", quiet=QUIET)
        taken.each(terminal, LETTER, _LETTERS[:times])
        terminal.press("Tab", quiet=QUIET)
        taken.each(terminal, CHINESE, _CHARACTERS[:times])
        taken.each(terminal, TAB, ["Tab"] * min(times, 8))
        taken.press(terminal, POPUP, "F4")
        terminal.wait(stock.POPUP_TEXT)
        taken.each(terminal, NARROWED, "ryx")
        terminal.press("Esc", "Esc", "F3", quiet=QUIET)
        terminal.wait(stock.TABLE_TEXT)
        taken.each(terminal, ROW_DOWN, ["Down"] * times)
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
        0,
        LimitOn.EACH,
    )


def sign_in(terminal: Terminal, keys: tuple[str, ...], login: str) -> None:
    """Through the front door, by keys."""
    from core.services.demonstration import PASSWORD

    terminal.press(*keys, quiet=QUIET)
    terminal.wait("用户类型")
    terminal.press(login, "Tab", PASSWORD, "F8", quiet=QUIET)
    terminal.wait_gone("用户类型")
    terminal.settle(quiet=QUIET)


def _walk_to(terminal: Terminal, label: str) -> None:
    """Tab until the cursor stands on the row of a label; LookupError where it never does."""
    for _ in range(60):
        if label in terminal.lines()[terminal.cursor[1]]:
            return
        terminal.press("Tab", quiet=QUIET / 2)
    raise LookupError(f"no field {label} on the screen:\n{terminal.screen_text()}")
