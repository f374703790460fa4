"""Start: how long until the first picture stands on the terminal, and how much memory that takes."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.ground import Ground
from bench.results import LimitOn, Row, Series, Unit, in_turn
from tests.terminal import Terminal

EMPTY_APP = "import textual.app; textual.app.App().run(mouse=False)"
LOGIN_STANDS, FRONT_STANDS = "用户类型", "继续教育服务窗口"


def measure(ground: Ground) -> list[Row]:
    """The login, 首页, and memory, beside an empty App of Textual on the same terminal."""
    _ = ground.installation
    memory: dict[str, list[float]] = {"login": [], "loaded": [], "empty": []}

    def login() -> float:
        return _until(lambda: ground.program("dl"), _login_stands, memory["login"])

    def typed_ahead() -> float:
        return _until(lambda: _with_keys(ground.program(), "1", "2"), _login_stands, [])

    def front() -> float:
        return _until(ground.program, lambda terminal: FRONT_STANDS in terminal.screen_text(), [])

    def empty() -> float:
        return _until(lambda: ground.other("-c", EMPTY_APP), _painted, memory["empty"])

    rounds = ground.rounds(9, 3)
    by_code, by_keys, home, yardstick = in_turn(rounds, login, typed_ahead, front, empty)
    for _round in range(ground.rounds(3, 1)):
        memory["loaded"].append(_loaded_memory(ground))
    beside, unit = "an empty App of Textual, until it is painted", Unit.MILLISECONDS
    empty_memory = Series(tuple(memory["empty"]))
    return [
        Row("start: login (--open dl)", unit, by_code, beside, yardstick, 2.0),
        Row("start: login (keys 1 2 typed ahead)", unit, by_keys, beside, yardstick, 2.0),
        Row("start: first page", unit, home, beside, yardstick, 2.0),
        Row(
            "memory: login painted",
            Unit.MEBIBYTES,
            Series(tuple(memory["login"])),
            "an empty App of Textual",
            empty_memory,
            70,
            LimitOn.EACH,
        ),
        Row(
            "memory: login, core loaded by the first key",
            Unit.MEBIBYTES,
            Series(tuple(memory["loaded"])),
            "an empty App of Textual",
            empty_memory,
        ),
    ]


def _until(start: Callable[[], Terminal], stands: Callable[[Terminal], bool], memory: list[float]) -> float:
    """Milliseconds from the start of the process until the picture stands; its memory is noted in MiB."""
    begin = time.perf_counter()
    with start() as terminal:
        wait_until(terminal, stands)
        seconds = time.perf_counter() - begin
        memory.append(terminal.rss_mib())
    return seconds * 1000


def wait_until(terminal: Terminal, stands: Callable[[Terminal], bool], timeout: float = 20.0) -> None:
    """Read until the picture stands; TimeoutError with the screen where it never does."""
    deadline = time.monotonic() + timeout
    while not stands(terminal):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the picture never came:\n{terminal.screen_text()}")
        terminal.settle(quiet=0.002, timeout=0.01)


def _login_stands(terminal: Terminal) -> bool:
    return LOGIN_STANDS in terminal.screen_text()


def _painted(terminal: Terminal) -> bool:
    """The last cell has the App's own background: everything before it has been painted."""
    return terminal.cell(terminal.cols - 1, terminal.rows - 1).bg != "default"


def _with_keys(terminal: Terminal, *keys: str) -> Terminal:
    terminal.send(*keys)
    return terminal


def _loaded_memory(ground: Ground) -> float:
    with ground.program("dl", captcha=True) as terminal:
        wait_until(terminal, _login_stands)
        terminal.press("410099", quiet=1.0)
        return terminal.rss_mib()
