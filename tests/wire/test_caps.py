"""What a terminal can do is told from its own environment."""

from __future__ import annotations

import pytest

from tui.wire.caps import Caps, Colours, caps_from_environment


@pytest.mark.parametrize(
    ("env", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, "16"),
        ({"TERM": "tmux-256color", "TMUX": "/run/x", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "screen-256color", "COLORTERM": "truecolor"}, "256"),
        ({"TERM": "vt220"}, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1", "COLORTERM": "truecolor"}, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
        ({}, "mono"),
    ],
)
def test_the_colours_are_those_the_terminal_names(env: dict[str, str], colours: Colours) -> None:
    assert caps_from_environment(env).colours == colours


@pytest.mark.parametrize(
    ("env", "repeats"),
    [
        ({"TERM": "xterm-256color", "XTERM_VERSION": "XTerm(390)"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/run/x"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "screen"}, False),
        ({"TERM": "linux"}, False),
    ],
)
def test_characters_are_repeated_only_where_that_is_known_to_work(env: dict[str, str], repeats: bool) -> None:
    assert caps_from_environment(env).rep is repeats


def test_a_terminal_in_a_gb_locale_is_written_to_in_gb18030() -> None:
    assert caps_from_environment({"TERM": "xterm", "LANG": "zh_CN.GBK"}).encoding == "gb18030"


def test_characters_of_ambiguous_width_are_replaced_only_on_request() -> None:
    assert not caps_from_environment({"TERM": "xterm"}).substitutes
    assert caps_from_environment({"TERM": "xterm", "JIJIAO_AMBIGUOUS_WIDTH": "2"}).substitutes["●"] == "*"


@pytest.mark.parametrize(
    ("env", "ask"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "JIJIAO_AMBIGUOUS_WIDTH": "1"}, False),
        ({"TERM": "xterm", "JIJIAO_AMBIGUOUS_WIDTH": "2"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_a_terminal_is_asked_its_width_where_nobody_has_told_it(env: dict[str, str], ask: bool) -> None:
    assert caps_from_environment(env).ask is ask


def test_what_a_terminal_answers_is_added_to_what_its_environment_says() -> None:
    told = caps_from_environment({"TERM": "xterm", "LANG": "zh_CN.GBK"}).told(wide=True, repeats=True)
    assert (told.rep, told.substitutes["●"], told.encoding, told.ask) == (True, "*", "gb18030", False)


def test_the_abilities_cannot_be_changed_by_accident() -> None:
    assert hash(Caps()) == hash(Caps())
    with pytest.raises(AttributeError):
        Caps().rep = False  # type: ignore[misc]
