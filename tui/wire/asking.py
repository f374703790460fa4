"""The one question to the terminal: how wide it draws a character of ambiguous width, and whether it repeats.

A character is written, a blank is repeated, and the terminal says where its cursor stands then. Nothing waits for
the answer; where none comes, all stays as the environment told it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

ROW = 2
"""Where it is tried. Not in the first row: an answer from there looks like Shift+F3."""
PROBE = "●"
_REPEATED = 2
QUESTION = f"\x1b[{ROW}H{PROBE} \x1b[{_REPEATED}b\x1b[6n\r\x1b[K"
"""What is sent: the character, a blank and its repetition, where is the cursor, and all wiped away."""
ANSWER_SECONDS = 5.0
"""An answer that comes later than this is none."""
_ANSWER = re.compile(rb"\x1b\[%d;(\d+)R" % ROW)
_BEGUN = re.compile(rb"\x1b\[%d(?:;\d*)?\Z" % ROW)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the terminal does: draws ambiguous characters two cells wide; repeats a character by order."""

    wide: bool
    repeats: bool


_BY_COLUMN = {
    1 + width + 1 + repeated: Answer(width == 2, repeated > 0)
    for width in (1, 2)
    for repeated in (0, _REPEATED)
}


class Asking:
    """Takes the answer out of what the terminal sends, once, and hands it on."""

    def __init__(
        self, on_answer: Callable[[Answer], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        """The question goes out now; `now` tells seconds."""
        self._on_answer = on_answer
        self._now = now
        self._until = now() + ANSWER_SECONDS
        self._held = b""
        self.waiting = True
        """Whether an answer would still be taken."""

    def take(self, data: bytes) -> bytes:
        """What of `data` is input: all but the answer. The beginning of one is held back until more comes."""
        data, self._held = self._held + data, b""
        if self._now() > self._until:
            self.waiting = False
        if not self.waiting:
            return data
        found = _ANSWER.search(data)
        answer = _BY_COLUMN.get(int(found[1])) if found and len(found[1]) < 4 else None
        if found and answer is not None:
            self.waiting = False
            self._on_answer(answer)
            return data[: found.start()] + data[found.end() :]
        begun = _BEGUN.search(data)
        if begun:
            self._held = begun[0]
            return data[: begun.start()]
        return data
