"""One line of typed text with a caret: the state behind every field and every search line."""

from __future__ import annotations

import unicodedata

from tui.keys import Press
from tui.look import fit, width

LIMIT = 20_000
"""Characters one entry keeps at most; a paste beyond that is cut and said so by the check of the field."""


class Entry:
    """A value being typed. The caret counts characters; `window` gives what is seen of it in so many cells."""

    def __init__(self, value: str = "") -> None:
        self.value = value
        self.caret = len(value)
        self._first = 0

    def set(self, value: str) -> None:
        """Replace the value; the caret goes to its end."""
        self.value, self.caret, self._first = value, len(value), 0

    def insert(self, text: str) -> None:
        """Type or paste at the caret. Line ends and tabs become spaces; the rest is kept for the check to judge."""
        text = "".join(" " if c in "\r\n\t" else c for c in text)[: max(0, LIMIT - len(self.value))]
        self.value = self.value[: self.caret] + text + self.value[self.caret :]
        self.caret += len(text)

    def press(self, press: Press) -> bool:
        """Take an editing key; False when it isn't one or changes nothing."""
        before = (self.value, self.caret)
        if press.pasted is not None:
            self.insert(press.pasted)
        elif press.character is not None:
            self.insert(press.character)
        elif press.key in _EDITS:
            getattr(self, _EDITS[press.key])()
        return before != (self.value, self.caret)

    def why_not(self, press: Press) -> str:
        """Why an editing key changed nothing."""
        if press.character is not None or press.pasted:
            return f"最多 {LIMIT} 个字，已经满了"
        if press.pasted is not None:
            return "粘贴的内容是空的"
        return "这一项还是空的" if press.key in _EDITS and not self.value else _AT_ENDS.get(press.key, "")

    def window(self, cells: int) -> tuple[str, int]:
        """The part of the value that is seen in `cells` cells, and the caret's cell inside it."""
        if self.caret < self._first:
            self._first = self.caret
        # Back from the caret, so that ten thousand pasted characters cost no more than what is seen of them.
        start, room = self.caret, cells - 1
        while start > self._first and (room := room - width(_shown(self.value[start - 1]))) >= 0:
            start -= 1
        self._first = self._widened(start, cells)
        text, used = "", 0
        for character in _shown(self.value[self._first : self._first + 4 * cells]):
            size = width(character)
            if used + size > cells:
                break
            text += character
            used += size
        return text, width(_shown(self.value[self._first : self.caret]))

    def head(self, cells: int) -> str:
        """What is seen of it where the caret is elsewhere: its beginning; a cut is shown by two dots."""
        return fit(_shown(self.value[: cells + 1]), cells)

    def _widened(self, first: int, cells: int) -> int:
        """More of what stands before, where the box has room for it: after a deletion or in a larger window."""
        room = cells - 1 - width(_shown(self.value[first : first + 4 * cells]))
        while first and (room := room - width(_shown(self.value[first - 1]))) >= 0:
            first -= 1
        return first

    def backspace(self) -> None:
        """Delete the character before the caret, with the marks that combine with it."""
        if self.caret:
            start = self.caret - 1
            while start and unicodedata.combining(self.value[start]):
                start -= 1
            self.value = self.value[:start] + self.value[self.caret :]
            self.caret = start

    def delete(self) -> None:
        """Delete the character under the caret."""
        self.value = self.value[: self.caret] + self.value[self.caret + 1 :]

    def left(self) -> None:
        """One character to the left."""
        self.caret = max(0, self.caret - 1)

    def right(self) -> None:
        """One character to the right."""
        self.caret = min(len(self.value), self.caret + 1)

    def home(self) -> None:
        """To the start."""
        self.caret = 0

    def end(self) -> None:
        """To the end."""
        self.caret = len(self.value)

    def clear(self) -> None:
        """Empty the entry."""
        self.set("")


_AT_ENDS = {
    "left": "光标已在开头",
    "home": "光标已在开头",
    "backspace": "光标前没有可删的字",
    "right": "光标已在末尾",
    "end": "光标已在末尾",
    "delete": "光标后没有可删的字",
}
_EDITS = {
    "backspace": "backspace",
    "delete": "delete",
    "left": "left",
    "right": "right",
    "home": "home",
    "end": "end",
    "ctrl+u": "clear",
}


def _shown(text: str) -> str:
    """One visible character for each typed one, so that the caret counts right."""
    return "".join(c if c.isprintable() else "?" for c in text)
