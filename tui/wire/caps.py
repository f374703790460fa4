"""What the operator's terminal can do, told from the environment that the terminal itself gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

Colours = Literal["truecolor", "256", "16", "mono"]

NARROW_STAND_INS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys("─━┄┈╌═▔▁", "-")
    | dict.fromkeys("│┃┆┊╎║▏▕▌▐", "|")
    | dict.fromkeys("┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╯╰", "+")
    | {"●": "*", "○": "o", "■": "#", "□": "o", "█": "#", "▓": "#", "▒": ":", "░": ".", "▀": '"', "▄": "_"}
    | {"“": '"', "”": '"', "‘": "'", "’": "'", "…": ".", "·": ".", "×": "x", "÷": "/", "±": "+"}
    | {"→": ">", "←": "<", "↑": "^", "↓": "v", "▶": ">", "◀": "<", "▲": "^", "▼": "v", "√": "v", "★": "*"}
)
"""Characters that some terminals draw two cells wide, with what stands for them there."""

_TRUECOLOR_TERMS = ("xterm-kitty", "alacritty", "foot", "wezterm", "xterm-ghostty", "contour")
_REPEATING_TERMS = (
    "xterm-kitty",
    "alacritty",
    "foot",
    "wezterm",
    "xterm-ghostty",
    "contour",
    "mlterm",
    "tmux",
)
_REPEATING_MARKS = ("XTERM_VERSION", "VTE_VERSION", "WT_SESSION", "TMUX")
_NO_ORDERS = ("dumb", "unknown", "vt52")
"""They know no orders but the plainest."""
_MONO_TERMS = ("dumb", "vt100", "vt102", "vt220", "vt320", "vt52", "unknown")


@dataclass(frozen=True)
class Caps:
    """A terminal's abilities.  The defaults are those of a modern xterm."""

    colours: Colours = "truecolor"
    rep: bool = True
    """`CSI n b` repeats the last character (only used after ASCII: tmux 3.3 ignores it after others)."""
    bce: bool = True
    """Erasing fills with the current background."""
    scroll: bool = True
    """Scroll regions with inserted and deleted lines."""
    substitutes: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)
    """Characters of ambiguous width that this terminal draws two cells wide, and what to send instead."""
    encoding: str = "utf-8"
    """How the terminal writes and reads characters: a Python codec's name."""
    ask: bool = False
    """Whether the terminal itself is asked how wide it draws characters of ambiguous width."""

    def told(self, *, wide: bool, repeats: bool) -> Caps:
        """The same, with what the terminal has answered."""
        return replace(self, substitutes=NARROW_STAND_INS if wide else {}, rep=self.rep or repeats, ask=False)


def caps_from_environment(env: Mapping[str, str]) -> Caps:
    """The abilities of the terminal that set TERM, COLORTERM, NO_COLOR and LANG in `env`.

    `env` is the client's environment, which over SSH is not the server's.  JIJIAO_AMBIGUOUS_WIDTH, 1 or 2, says
    how many cells wide the terminal draws box lines, ● or “; without it the terminal is asked.  What is unknown
    counts as not there, since a wrong guess spoils the picture and a missed one costs some bytes.
    """
    term = env.get("TERM", "").lower() or "dumb"
    inside_tmux = "TMUX" in env or term.startswith("tmux")
    gnu_screen = term.startswith("screen") and not inside_tmux
    width = env.get("JIJIAO_AMBIGUOUS_WIDTH", "")
    return Caps(
        colours=_colours(env, term, gnu_screen),
        rep=term.startswith(_REPEATING_TERMS)
        or (not gnu_screen and any(mark in env for mark in _REPEATING_MARKS)),
        bce=not gnu_screen and not term.startswith(_MONO_TERMS),
        scroll=not term.startswith(_NO_ORDERS),
        substitutes=NARROW_STAND_INS if width == "2" else {},
        encoding=_encoding(env),
        ask=width not in ("1", "2") and not term.startswith(_NO_ORDERS),
    )


def _colours(env: Mapping[str, str], term: str, gnu_screen: bool) -> Colours:
    if env.get("NO_COLOR") or term.startswith(_MONO_TERMS) or term.endswith("-mono") or term.endswith("-m"):
        return "mono"
    if term.startswith(("linux", "cygwin", "ansi")):
        return "16"
    if term.startswith(_TRUECOLOR_TERMS) or term.endswith("-direct"):
        return "truecolor"
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit") and not gnu_screen:
        return "truecolor"
    return "256" if "256" in term else "16"


def _encoding(env: Mapping[str, str]) -> str:
    ctype = env.get("LC_CTYPE", "")
    if ctype in ("C.UTF-8", "C.utf8", "UTF-8"):  # set by Python itself where LANG is not installed (PEP 538)
        ctype = ""
    locale = (env.get("LC_ALL") or ctype or env.get("LANG", "")).lower()
    return "gb18030" if any(name in locale for name in ("gb18030", "gbk", "gb2312")) else "utf-8"
