"""What a terminal can do is told to its own session alone: different ones at the same service, at the same time."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest

from tests.journeys.steps import PATIENCE, Installation
from tests.serve.line import Line
from tests.serve.service import Service

COLOURFUL, PLAIN, CHINESE = "xterm-256color with truecolor", "vt220", "xterm with GB18030"
STEPS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("1", "1"), "身份证"),
    (("Tab", "Tab", "Tab", "Tab", "张三"), "张三"),
    (("F1",), "帮助"),
)
_SGR = re.compile(rb"\x1b\[([\d;:]*)m")
ATTRIBUTES = {*range(10), *range(21, 30)}
"""What an order for attributes may say without a colour: bold, underlined, reversed, and the ends of these."""


@pytest.fixture(scope="module")
def lines(house: Installation) -> Iterator[dict[str, Line]]:
    """Three terminals at one service, each having done the same, step by step together."""
    with Service(house) as service, contextlib.ExitStack() as opened:
        port = service.ports["压缩"]
        wanted = {
            COLOURFUL: Line(port),
            PLAIN: Line(port, term="vt220", env={"LANG": "C.UTF-8"}),
            CHINESE: Line(port, term="xterm", env={"LANG": "zh_CN.GB18030"}, encoding="gb18030"),
        }
        for line in wanted.values():
            opened.enter_context(line)
            line.wait("F10 退出", timeout=PATIENCE)
        for keys, shown in STEPS:
            for line in wanted.values():
                line.send(*keys)
            for line in wanted.values():
                line.wait(shown, timeout=PATIENCE)
                line.settle(quiet=0.5)
        yield wanted


def colours(line: Line) -> set[tuple[int, ...]]:
    """Every order for colours or attributes that came."""
    orders = (re.split(rb"[;:]", order) for order in _SGR.findall(bytes(line.raw)))
    return {tuple(int(number or 0) for number in order) for order in orders}


def test_the_same_text_stands_on_all_of_them(lines: dict[str, Line]) -> None:
    colourful, plain, chinese = (lines[name].lines() for name in (COLOURFUL, PLAIN, CHINESE))
    assert plain == colourful
    assert chinese == colourful
    assert len([row for row in colourful if row]) > 10


def test_a_terminal_of_many_colours_gets_them(lines: dict[str, Line]) -> None:
    assert {number for order in colours(lines[COLOURFUL]) for number in order} - ATTRIBUTES


def test_a_terminal_without_colours_gets_none(lines: dict[str, Line]) -> None:
    assert {number for order in colours(lines[PLAIN]) for number in order} <= ATTRIBUTES


def test_a_terminal_of_few_colours_gets_none_beside_them(lines: dict[str, Line]) -> None:
    numbers = {number for order in colours(lines[CHINESE]) for number in order}
    assert numbers - ATTRIBUTES
    assert not numbers & {38, 48}


def test_only_the_terminal_that_says_gb18030_gets_gb18030(lines: dict[str, Line]) -> None:
    for name, line in lines.items():
        assert ("张三".encode("gb18030") in line.raw) == (name == CHINESE), name
        assert ("张三".encode() in line.raw) == (name != CHINESE), name
