"""The driver on a real pty: same picture as Textual's own driver, fewer bytes, and it ends when it should."""

from __future__ import annotations

import re
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.wire.screens import picture_of

ROOT = Path(__file__).parents[2]
TOY = Path(__file__).with_name("toy.py")
LAST_ON_SCREEN = "洛阳轴承"

JOURNEY: list[tuple[str, ...]] = [
    ("a",),
    ("张",),
    ("三", "丰", "BS"),
    ("Home", "李"),
    ("Tab",),
    ("[/ 测试]",),
    ("Tab",),
    ("Down",),
    ("PgDn",),
    ("F3",),
    ("PgUp", "Up"),
    ("Tab",),
    ("你好", "Enter", "世界"),
    ("F2",),
    ("否",),
    ("Esc",),
    ("S-Tab", "ctrl+l"),
]


def start(driver: str, **env: str | None) -> Terminal:
    """The toy on an 80x24 terminal, painted."""
    terminal = Terminal([sys.executable, str(TOY), driver], env={"PYTHONPATH": str(ROOT), **env}, cwd=ROOT)
    terminal.wait(LAST_ON_SCREEN)
    terminal.settle()
    return terminal


def agree(ours: Terminal, stock: Terminal, after: str) -> None:
    """Both come to rest with the same picture."""
    deadline = time.monotonic() + 8.0
    while time.monotonic() < deadline:
        stock.settle(quiet=0.12)
        ours.settle(quiet=0.12)
        if picture_of(ours) == picture_of(stock):
            return
    pytest.fail(
        f"after {after} the screens differ; ours:\n{ours.screen_text()}\nstock:\n{stock.screen_text()}"
    )


@pytest.fixture
def toy() -> Iterator[Terminal]:
    """The toy behind the cell grid."""
    with start("cell") as terminal:
        yield terminal


@pytest.mark.parametrize("env", [{}, {"XTERM_VERSION": "XTerm(390)"}], ids=["plain", "repeating"])
def test_each_step_of_a_journey_shows_what_the_stock_driver_shows(env: dict[str, str]) -> None:
    with start("cell", **env) as ours, start("stock", **env) as stock:
        assert picture_of(ours) == picture_of(stock)
        for keys in JOURNEY:
            ours.send(*keys)
            stock.send(*keys)
            agree(ours, stock, str(keys))
        assert ours.total_bytes < stock.total_bytes / 3


def test_another_window_size_shows_what_the_stock_driver_shows() -> None:
    with start("cell") as ours, start("stock") as stock:
        for cols, rows in [(100, 30), (60, 20), (80, 24)]:
            for terminal in (ours, stock):
                terminal.resize(cols, rows)
            agree(ours, stock, f"{cols}x{rows}")


def test_the_cursor_stands_behind_the_chinese_text_of_the_field(toy: Terminal) -> None:
    assert toy.cursor == (3, 2)
    toy.press("张三", "丰")
    assert (toy.cursor, toy.cursor_shown) == ((9, 2), True)
    toy.press("Left")
    assert toy.cursor == (7, 2)


def test_the_cursor_goes_to_whatever_gets_the_focus(toy: Terminal) -> None:
    toy.press("Tab")
    assert toy.cursor == (3, 5)
    toy.press("Tab")
    assert toy.cursor == (0, 7)
    toy.press("Tab")
    toy.press("世界")
    assert toy.cursor == (6, 20)
    toy.press("F2")
    assert toy.lines()[toy.cursor[1]].count("▊") == 1


def test_a_key_that_only_moves_the_caret_sends_only_that(toy: Terminal) -> None:
    assert toy.press("F4") < 12
    assert toy.cursor == (7, 9)


def test_the_app_can_have_the_cursor_moved_long_after_a_key(toy: Terminal) -> None:
    assert toy.press("F5", quiet=0.9) < 12
    assert toy.cursor == (11, 12)


def test_of_a_key_that_paints_several_times_only_the_last_picture_is_sent(toy: Terminal) -> None:
    before = len(toy.raw)
    toy.press("F6", quiet=0.6)
    assert "33333" in toy.lines()[2]
    assert not {b"11111", b"22222"} & set(re.findall(rb"\d{5}", toy.raw[before:]))


def test_a_key_that_does_not_end_does_not_hold_the_picture_for_long(toy: Terminal) -> None:
    toy.send("F7")
    toy.wait("44444", timeout=5.0)


def test_nothing_is_sent_while_nothing_happens(toy: Terminal) -> None:
    before = toy.total_bytes
    time.sleep(2.0)
    toy.settle()
    assert toy.total_bytes == before


def test_one_thing_is_asked_of_the_terminal_and_no_mouse_is_switched_on(toy: Terminal) -> None:
    toy.press("Tab")
    assert toy.raw.count(b"\x1b[6n") == 1
    asked = [b"$p", b"\x1b[?1000h", b"\x1b[?1003h", b"\x1b[?1004h", b"\x1b[>", b"\x1b]"]
    assert [sequence for sequence in asked if sequence in toy.raw] == []


def test_bytes_that_are_no_utf8_do_not_end_the_program(toy: Terminal) -> None:
    toy.press(b"\xff\xfe\xc4\xe3\xba\xc3")
    toy.press("好")
    assert toy.alive
    assert "好" in toy.screen_text()


def test_a_character_that_comes_in_two_reads_is_one_character(toy: Terminal) -> None:
    toy.press("学".encode()[:2])
    toy.press("学".encode()[2:])
    assert toy.find("学时") and toy.lines()[2].startswith("▊  学 ")


def test_broken_sequences_and_unasked_answers_leave_the_keyboard_working(toy: Terminal) -> None:
    toy.press(
        b"\x1b[999999999999R\x1b[<0;5;5M\x1b[O\x1b[48;10;10;10;10t\x1b[?2026;1$y\x1b]11;rgb:0/0/0\x1b\\\x00"
    )
    toy.press("Esc")
    toy.press("ctrl+a")
    toy.press("好")
    assert "好" in toy.lines()[2]


def test_a_long_paste_arrives_whole(toy: Terminal) -> None:
    toy.press("Tab", "Tab", "Tab")
    toy.paste("继续教育" * 2500 + "完")
    toy.wait("完")


def test_ctrl_l_paints_everything_again(toy: Terminal) -> None:
    before = picture_of(toy)
    toy.screen.reset()
    toy.press("ctrl+l")
    assert picture_of(toy) == before


def test_a_stop_and_a_continue_paint_everything_again(toy: Terminal) -> None:
    before = picture_of(toy)
    toy.signal(signal.SIGSTOP)
    time.sleep(0.1)
    toy.screen.reset()
    toy.signal(signal.SIGCONT)
    toy.settle()
    assert picture_of(toy) == before


def test_a_suspended_program_gives_the_terminal_back_and_takes_it_again(toy: Terminal) -> None:
    before = picture_of(toy)
    toy.send()
    toy.signal(signal.SIGTSTP)
    toy.settle()
    assert b"\x1b[?1049l" in toy.raw
    assert termios.tcgetattr(toy.fd)[3] & termios.ECHO
    toy.signal(signal.SIGCONT)
    toy.settle(quiet=0.4)
    assert picture_of(toy) == before
    toy.press("学")
    assert "学" in toy.lines()[2]


@pytest.mark.parametrize("way", ["hang up", "SIGHUP", "SIGTERM"])
def test_a_hang_up_ends_the_program_within_two_seconds(toy: Terminal, way: str) -> None:
    if way == "hang up":
        toy.hang_up()
    else:
        toy.signal(signal.Signals[way])
    assert toy.wait_exit(timeout=2.0) == 128 + (signal.SIGTERM if way == "SIGTERM" else signal.SIGHUP)


def test_the_terminal_is_left_as_it_was_found(toy: Terminal) -> None:
    toy.send("F10")
    assert toy.wait_exit() == 0
    toy.settle()
    last = bytes(toy.raw[-60:])
    assert all(order in last for order in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?7h", b"\x1b[?2004l"))


def test_a_slow_line_gets_the_newest_picture_and_not_each_one(toy: Terminal) -> None:
    toy.press("Tab", "Tab")
    before = toy.total_bytes
    one = toy.press("PgDn")
    toy.press("PgUp")
    toy.send(b"\x1b[6~\x1b[5~" * 150)
    time.sleep(1.0)
    toy.settle()
    assert toy.total_bytes - before < 300 * one / 2


def test_a_gb18030_terminal_types_and_reads_gb18030() -> None:
    with Terminal(
        [sys.executable, str(TOY), "cell"],
        env={"PYTHONPATH": str(ROOT), "LANG": "zh_CN.GB18030"},
        cwd=ROOT,
    ) as terminal:
        terminal.settle(quiet=1.0)
        assert "学时".encode("gb18030") in terminal.raw
        terminal.press("好".encode("gb18030"))
        assert "好".encode("gb18030") in terminal.raw
