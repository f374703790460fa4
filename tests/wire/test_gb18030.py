"""A terminal that writes and reads GB18030: the real program shows there what it shows in UTF-8."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.terminal import Terminal
from tests.wire.long_journey import pasted
from tests.wire.real import command, environment
from tests.wire.screens import picture_of, settle_alike

STEPS: tuple[tuple[str, ...], ...] = (
    ("1", "1"),
    ("Tab", "Tab", "Tab", "Tab"),
    ("张三", "㐂𠮷镕"),
    ("BS", "Home", "李"),
    (pasted("河南省“继续教育”①●"),),
    ("F1",),
)


def test_what_is_typed_pasted_and_shown_is_gb18030_on_such_a_terminal(copied: Callable[[str], Path]) -> None:
    home = environment(copied("gb"))
    with (
        Terminal(command("cell"), env=home | {"LANG": "zh_CN.GB18030"}, encoding="gb18030") as theirs,
        Terminal(command("cell"), env=environment(copied("utf"))) as utf,
    ):
        for terminal in (theirs, utf):
            terminal.wait("服务窗口")
        for keys in STEPS:
            for terminal in (theirs, utf):
                terminal.press(*keys, quiet=0.5)
            settle_alike(theirs, utf)
            assert picture_of(theirs) == picture_of(utf)
        assert "注册".encode("gb18030") in theirs.raw and "李".encode("gb18030") in theirs.raw
        assert "注册".encode() not in theirs.raw


def test_a_character_that_comes_in_two_reads_is_one_character(copied: Callable[[str], Path]) -> None:
    whole = "𠮷".encode("gb18030")
    env = environment(copied("gb")) | {"LANG": "zh_CN.GB18030"}
    with Terminal(command("cell"), env=env, encoding="gb18030") as terminal:
        terminal.wait("服务窗口")
        terminal.press("1", "2")
        terminal.wait("用户类型")
        terminal.press(whole[:3])
        terminal.press(whole[3:])
        assert "𠮷" in terminal.screen_text()
