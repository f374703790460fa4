"""Keys and commands: what a press is, which plain twin each F key has, and how both are written on screen."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

TWINS: dict[str, str] = {
    "ctrl+k": "f1",
    "ctrl+o": "f2",
    "ctrl+p": "f3",
    "ctrl+f": "f4",
    "ctrl+r": "f5",
    "ctrl+n": "f6",
    "ctrl+w": "f7",
    "ctrl+t": "f8",
    "ctrl+a": "f9",
    "ctrl+x": "f10",
    "ctrl+h": "backspace",
    "ctrl+j": "enter",
}
"""Ctrl+letters for terminals that keep F keys to themselves (never h i j m s q b c z)."""

_CHINESE = {"、": "/", "。": ".", "—": "-"}
"""Marks that a Chinese input method types in place of a command's mark and that are no full-width form of it."""

TWIN_OF: dict[str, str] = {key: twin for twin, key in TWINS.items() if key.startswith("f")}

NAMES: dict[str, str] = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "space": "空格",
    "up": "上",
    "down": "下",
    "left": "左",
    "right": "右",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "backspace": "退格",
    "delete": "Del",
}


class Press(NamedTuple):
    """One key press or paste. `key` is its name after twins are resolved, `character` what it types if anything,
    `arrived` the moment it came in (seconds of the event clock), `pasted` a pasted text; `is_cut`: it was longer."""

    key: str
    character: str | None = None
    arrived: float = 0.0
    pasted: str | None = None
    is_cut: bool = False

    @property
    def command_key(self) -> str:
        """The key as a command: full-width letters and digits count as their plain forms, case does not."""
        if self.character and len(self.character) == 1 and self.character.isprintable():
            if self.character == " ":
                return "space"
            return _CHINESE.get(self.character) or unicodedata.normalize("NFKC", self.character).lower()
        return self.key


@dataclass(frozen=True, slots=True)
class Command:
    """Something a screen can do: the method `action`, its keys, its words in the key bar and in the help.

    The first key is the one shown. `bar` False keeps it out of the key bar (the help lists it all the same).
    """

    action: str
    keys: tuple[str, ...]
    label: str
    help: str = ""
    bar: bool = True


def key_name(key: str) -> str:
    """A key as written on screen."""
    if key in NAMES:
        return NAMES[key]
    if key.startswith("ctrl+"):
        return "Ctrl+" + key[5:].upper()
    return key.upper() if len(key) <= 3 else key.capitalize()


_RUNS = {
    frozenset({"up", "down"}): "上下",
    frozenset({"up", "down", "left", "right"}): "方向键",
}


def bar_name(command: Command) -> str:
    """The key as the key line shows it: the first one, a run of digits as from and to."""
    first, last = command.keys[0], command.keys[-1]
    if len(command.keys) > 2 and all(key.isdigit() for key in command.keys):
        return f"{first}-{last}"
    return _RUNS.get(frozenset(command.keys)) or key_name(first)


def key_names(command: Command) -> str:
    """All the keys of a command, twins included, for the help."""
    digits = [key for key in command.keys if key.isdigit()]
    if len(digits) > 2 and "".join(digits) in "1234567890":
        names = [f"{digits[0]}-{digits[-1]}", *(key_name(key) for key in command.keys if key not in digits)]
    else:
        names = [key_name(key) for key in command.keys]
    names += [key_name(TWIN_OF[key]) for key in command.keys if key in TWIN_OF]
    return " / ".join(names)
