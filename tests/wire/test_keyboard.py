"""What the terminal sends becomes keys and pastes, however it is cut up, whatever is inside."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.message import Message

from tui.wire.keyboard import PASTE_END, PASTE_START, Keyboard


async def said(*pieces: str) -> list[str]:
    """The keys by name and the pastes in brackets that come of these pieces, each read by itself."""
    got: list[str] = []

    def post(message: Message) -> None:
        if isinstance(message, events.Paste):
            got.append(f"[{message.text}]")
        elif isinstance(message, events.Key):
            got.append(message.key)

    keyboard = Keyboard("utf-8", post, asyncio.get_running_loop())
    for piece in pieces:
        keyboard.feed(piece.encode())
    keyboard.close()
    return got


async def test_a_paste_is_one_event_between_its_keys() -> None:
    assert await said(f"a{PASTE_START}继续 教育{PASTE_END}b") == ["a", "[继续 教育]", "b"]


@pytest.mark.parametrize(
    "inside", ["a\x1b[31mb", "a\x1bOPb", "a\x03\x07\rb\n", "[/ 测试]", "\x1b[200~", "\x1b"]
)
async def test_nothing_inside_a_paste_is_a_key(inside: str) -> None:
    assert await said(f"{PASTE_START}{inside}{PASTE_END}x") == [f"[{inside}]", "x"]


async def test_a_paste_may_be_cut_anywhere() -> None:
    whole = f"a{PASTE_START}课\x1b[31m程{PASTE_END}b"
    for cut in range(1, len(whole)):
        assert await said(whole[:cut], whole[cut:]) == ["a", "[课\x1b[31m程]", "b"], cut


async def test_a_key_that_begins_like_a_paste_stays_a_key() -> None:
    assert await said("\x1b[2", "~") == ["insert"]


async def test_a_paste_that_comes_bit_by_bit_is_still_one() -> None:
    assert await said("\x1b[", *f"{PASTE_START}2026{PASTE_END}x"[2:]) == ["[2026]", "x"]


@pytest.mark.parametrize("after", ["2", "a", ":", "中", "\r", "\t", "\x1b[A", "\x1bOP"])
async def test_esc_and_the_key_typed_after_it_are_two_keys_in_one_burst(after: str) -> None:
    assert await said(f"x\x1b{after}y") == ["x", "escape", *await said(f"{after}y")]


async def test_esc_and_a_key_that_follow_each_other_quickly_are_two_keys() -> None:
    assert await said("\x1b", "2", "\x1b", "\x1b", "a") == ["escape", "2", "escape", "escape", "a"]
