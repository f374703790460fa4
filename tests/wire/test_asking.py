"""The terminal is asked once how wide it draws; its answer is no key, and whoever gives none is not disturbed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.terminal import Terminal
from tests.wire.real import command, environment
from tui.wire.asking import ANSWER_SECONDS, QUESTION, Answer, Asking

NARROW, WIDE = b"\x1b[2;3R", b"\x1b[2;4R"
NARROW_REPEATING, WIDE_REPEATING = b"\x1b[2;5R", b"\x1b[2;6R"
ANSWERS = {
    NARROW: Answer(wide=False, repeats=False),
    WIDE: Answer(wide=True, repeats=False),
    NARROW_REPEATING: Answer(wide=False, repeats=True),
    WIDE_REPEATING: Answer(wide=True, repeats=True),
}


class Asked:
    """A question that is under way, and the clock of the test."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.seconds = 0.0
        self.asking = Asking(self.answers.append, lambda: self.seconds)


@pytest.mark.parametrize("sent", ANSWERS)
def test_the_answer_tells_the_width_and_whether_characters_are_repeated(sent: bytes) -> None:
    asked = Asked()
    assert asked.asking.take(b"a" + sent + b"b") == b"ab"
    assert asked.answers == [ANSWERS[sent]]


@given(st.sampled_from(sorted(ANSWERS)), st.binary(max_size=6), st.data())
def test_an_answer_in_pieces_is_taken_whole(sent: bytes, typed: bytes, data: st.DataObject) -> None:
    asked, typed = Asked(), typed.replace(b"\x1b", b"")
    cut = data.draw(st.integers(3, len(sent)))
    left = asked.asking.take(typed + sent[:cut]) + asked.asking.take(sent[cut:] + typed)
    assert left == typed + typed
    assert asked.answers == [ANSWERS[sent]]


@pytest.mark.parametrize(
    "key", [b"\x1b[1;2R", b"\x1b[2;9R", b"\x1b[2~", b"\x1b", b"\x1b[2;99999999999R", b"2;3R"]
)
def test_keys_that_look_alike_are_no_answer(key: bytes) -> None:
    asked = Asked()
    assert asked.asking.take(key) == key
    assert asked.answers == []


def test_only_the_first_answer_is_taken() -> None:
    asked = Asked()
    assert asked.asking.take(NARROW + NARROW) == NARROW
    assert asked.asking.take(NARROW) == NARROW
    assert len(asked.answers) == 1


def test_an_answer_that_comes_late_is_none() -> None:
    asked = Asked()
    asked.seconds = ANSWER_SECONDS + 1
    assert asked.asking.take(WIDE) == WIDE
    assert asked.answers == []


def test_the_question_costs_little() -> None:
    assert len(QUESTION.encode()) <= 24


@pytest.fixture
def start(copied: Callable[[str], Path]) -> Callable[..., Terminal]:
    """The real program on 首页, on a terminal with an environment of its own."""

    def open_terminal(**env: str) -> Terminal:
        terminal = Terminal(command("cell"), env=environment(copied("home")) | env)
        terminal.wait("服务窗口")
        terminal.settle()
        return terminal

    return open_terminal


def test_the_program_asks_once_and_an_unanswered_question_changes_nothing(
    start: Callable[..., Terminal],
) -> None:
    with start() as terminal:
        terminal.press("1", "1")
        terminal.wait("证件类型")
        terminal.press("ctrl+l")
        assert terminal.raw.count(b"\x1b[6n") == 1


@pytest.mark.parametrize("width", ["1", "2"])
def test_a_terminal_whose_width_is_told_is_not_asked(start: Callable[..., Terminal], width: str) -> None:
    with start(JIJIAO_AMBIGUOUS_WIDTH=width) as terminal:
        assert b"\x1b[6n" not in terminal.raw


def test_a_terminal_that_draws_wide_gets_stand_ins_from_then_on(start: Callable[..., Terminal]) -> None:
    with start() as terminal:
        before = terminal.screen_text()
        assert terminal.press(WIDE) > 500  # painted anew, and no key was pressed
        assert terminal.screen_text() == before
        terminal.press("1", "2")
        terminal.wait("用户类型")
        terminal.press("“证书●”")
        assert '"证书*"' in terminal.screen_text()


def test_a_terminal_that_draws_narrow_gets_nothing_for_its_answer(start: Callable[..., Terminal]) -> None:
    with start() as terminal:
        assert terminal.press(NARROW) == 0


def test_a_terminal_that_repeats_is_sent_repetitions(start: Callable[..., Terminal]) -> None:
    with start() as terminal:
        assert terminal.press(NARROW_REPEATING) == 0
        before = len(terminal.raw)
        terminal.press("1", "2")
        terminal.wait("用户类型")
        assert re.search(rb" \x1b\[\d+b", terminal.raw[before:])
