"""What a key costs on the wire: the same steps for any terminal the program stands on, counted in bytes.

The terminal may be a pty of this machine or a line of SSH; it has the interface of `tests.terminal.Terminal`.
The program shows the demonstration, without 验证码, on 80x24.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

FRONT, LETTER, CHINESE, BACKSPACE = "first page painted", "a letter", "a Chinese character", "Backspace"
TAB, ROW, PAGE = "Tab", "a row of a table", "a page of a table"
FORM, POPUP, IDLE = "declaration form opened", "unit popup opened", "idle"
NEXT_ITEM, NARROWED = "the next item of the review desk", "unit popup narrowed by a letter"

BUDGETS: Mapping[str, int] = {
    FRONT: 2500,
    LETTER: 16,
    CHINESE: 20,
    BACKSPACE: 16,
    TAB: 60,
    ROW: 150,
    PAGE: 3500,
    FORM: 1200,
    POPUP: 1500,
    IDLE: 0,
}
"""Bytes that the median of each action may cost on an 80x24 terminal, before any compression."""

QUIET = 0.3
"""Seconds of silence after which an action counts as done."""
PATIENCE = 10.0
"""Seconds in which an action must have had its effect."""
_OPENINGS = 3
_ON_FORM, _ON_POPUP = "提交后审核", "全省"
"""What a form and a popup show only when they are complete."""
_LETTERS, _CHARACTERS = "henanpeixun", "继续教育培训中心"
_SCHOOL, _PERSON_WINDOW, _SCHOOL_WINDOW = "xiaodian", "12", "22"
_POPUP_FIELD = "所在单位"


class Line(Protocol):
    """What the steps need of a terminal."""

    action_bytes: int
    last_byte_at: float

    @property
    def total_bytes(self) -> int:
        """Bytes that came in all."""

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the terminal's own cursor."""

    def send(self, *keys: str) -> None:
        """Send keys by name, and text as it is."""

    def press(self, *keys: str, quiet: float = ...) -> int:
        """The same, and read until nothing came for so long; the bytes that came."""

    def settle(self, *, quiet: float = ...) -> str:
        """Read until nothing came for so long."""

    def wait(self, text: str, *, timeout: float = ...) -> str:
        """Read until a text stands on the screen."""

    def wait_gone(self, text: str, *, timeout: float = ...) -> str:
        """Read until a text stands there no more."""

    def lines(self) -> list[str]:
        """The screen."""

    def screen_text(self) -> str:
        """The same in one piece."""


Seat = Callable[[], AbstractContextManager[Line]]
"""Opens the program anew, on its first page, nothing read yet."""


class Taken:
    """Bytes of every action, and milliseconds to the last of them, by its name."""

    def __init__(self) -> None:
        self.sizes: dict[str, list[float]] = defaultdict(list)
        self.echoes: dict[str, list[float]] = defaultdict(list)

    def note(self, line: Line, action: str, size: int) -> None:
        """An action that no key began has cost so many bytes."""
        self.sizes[action].append(size)

    def press(self, line: Line, action: str, *keys: str, shows: str = "") -> None:
        """Press, wait until something came, `shows` stands on the screen and nothing more comes; note both."""
        begin = time.monotonic()
        line.press(*keys, quiet=QUIET)
        while not line.action_bytes and time.monotonic() - begin < PATIENCE:  # a busy machine answers late
            line.settle(quiet=QUIET)
        if shows:
            line.wait(shows, timeout=PATIENCE)
            line.settle(quiet=QUIET)
        size = line.action_bytes
        self.sizes[action].append(size)
        if size:
            self.echoes[action].append((line.last_byte_at - begin) * 1000)

    def each(self, line: Line, action: str, keys: Iterable[str]) -> None:
        """Press these one after the other."""
        for key in keys:
            self.press(line, action, key)

    def median(self, action: str) -> float:
        """The cost of an action."""
        return statistics.median(self.sizes[action])


def count_all(seat: Seat, *, times: int = 8, idle_seconds: float = 3.0) -> Taken:
    """Every action of BUDGETS, on terminals opened one after the other."""
    taken = Taken()
    count_form(seat, taken, times, idle_seconds)
    count_tables(seat, taken, times)
    count_popup(seat, taken)
    return taken


def count_form(seat: Seat, taken: Taken, times: int, idle_seconds: float) -> None:
    """首页, then the form of a declaration: Tab through it, letters, characters, Backspace, and nothing at all."""
    from core.services.demonstration import LOGINS

    with seat() as line:
        line.wait("服务窗口", timeout=PATIENCE)
        line.settle(quiet=QUIET)
        taken.note(line, FRONT, line.total_bytes)
        sign_in(line, _PERSON_WINDOW, LOGINS[0].login)
        for number in range(_OPENINGS):
            if number:
                line.press("Esc", quiet=QUIET)
                line.wait_gone(_ON_FORM, timeout=PATIENCE)
            line.press(":", "s", "b", quiet=QUIET)
            taken.press(line, FORM, "Enter", shows=_ON_FORM)
        taken.each(line, TAB, ["Tab"] * (times + 3))
        walk_to(line, "组织培训单位")
        taken.each(line, LETTER, _LETTERS[:times])
        taken.each(line, BACKSPACE, ["BS"] * (times // 2))
        line.press("Tab", quiet=QUIET)
        taken.each(line, CHINESE, _CHARACTERS[:times])
        taken.each(line, BACKSPACE, ["BS"] * (times // 2))
        line.press("Tab", quiet=3.0)  # long enough for what was typed to be kept, which the header says once
        line.send()
        line.settle(quiet=idle_seconds)
        taken.note(line, IDLE, line.action_bytes)


def count_tables(seat: Seat, taken: Taken, times: int) -> None:
    """The queue of an employer: the desk, which shows one item whole, and the list."""
    with seat() as line:
        open_desk_of_school(line)
        taken.each(line, NEXT_ITEM, ["Down"] * times)
        list_queue(line)
        taken.each(line, ROW, ["Down"] * times)
        taken.each(line, PAGE, ["PgDn"] * 3)


def count_popup(seat: Seat, taken: Taken) -> None:
    """The popup 所在单位 of the registration."""
    with seat() as line:
        line.wait("服务窗口", timeout=PATIENCE)
        line.press("1", "1", quiet=QUIET)
        line.wait(_POPUP_FIELD)
        walk_to(line, _POPUP_FIELD)
        for number in range(_OPENINGS):
            if number:
                line.press("Esc", quiet=QUIET)
                line.wait_gone(_ON_POPUP, timeout=PATIENCE)
            taken.press(line, POPUP, "F4", shows=_ON_POPUP)
        taken.each(line, NARROWED, "ryx")


def open_desk_of_school(line: Line) -> None:
    """From the front page to the desk of an employer whose queue has many pages."""
    line.wait("服务窗口", timeout=PATIENCE)
    sign_in(line, _SCHOOL_WINDOW, _SCHOOL)
    line.press(":", "s", "h", "Enter", quiet=QUIET)
    line.wait("接下来", timeout=PATIENCE)
    line.settle(quiet=1.0)


def list_queue(line: Line) -> None:
    """From the desk to the list of its queue, one row for each item."""
    line.press("l", quiet=QUIET)
    line.wait("序号", timeout=PATIENCE)
    line.settle(quiet=QUIET)


def sign_in(line: Line, window: Sequence[str], login: str) -> None:
    """Through the front door, by keys."""
    from core.services.demonstration import PASSWORD

    line.press(*window, quiet=QUIET)
    line.wait("用户类型")
    line.press(login, "Tab", PASSWORD, "F8", quiet=QUIET)
    line.wait_gone("用户类型", timeout=PATIENCE)
    line.wait("继续教育公共服务平台", timeout=PATIENCE)
    line.settle(quiet=QUIET)


def walk_to(line: Line, label: str) -> None:
    """Tab until the cursor stands on the row of a label; LookupError where it never does."""
    for _ in range(60):
        if label in line.lines()[line.cursor[1]]:
            return
        line.press("Tab", quiet=QUIET / 2)
    raise LookupError(f"no field {label} on the screen:\n{line.screen_text()}")
