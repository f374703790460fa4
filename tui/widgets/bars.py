"""The three bars of every screen: the header, the notice line and the key line."""

from __future__ import annotations

from collections.abc import Sequence

from tui.keys import Command, bar_name
from tui.look import Line, Look, Span, fit, width, wrapped
from tui.widgets.pane import Pane

MOST_LINES = 3
"""Lines that a notice takes at most."""


class HeaderBar(Pane):
    """One line: the title on the left, who and where on the right."""

    DEFAULT_CSS = "HeaderBar { height: 1; width: 1fr; }"
    base = Look.BAR

    def __init__(self, title: str, right: str = "") -> None:
        super().__init__()
        self.title, self.right, self.note = title, right, ""

    def show(self, title: str, right: str) -> None:
        """Change the texts."""
        if (title, right) != (self.title, self.right):
            self.title, self.right = title, right
            self.changed()

    def mark(self, note: str) -> None:
        """Change what stands before the right side, so that as few cells as can be are sent anew."""
        if note != self.note:
            self.note = note
            self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        right = "  ".join(part for part in (self.note, self.right) if part)
        if self.note and width(self.title) + width(right) + 4 > cells:
            right = self.note
        room = cells - 2 - width(right)
        left = fit(self.title, max(10, room - 1))
        return [(Span(" " + left + " " * max(0, room - width(left)) + right + " ", Look.BAR),)]


class NoticeBar(Pane):
    """Above the keys: what just happened, why something can't be done, or a question. One line, more only
    while there is more to say than fits on it."""

    DEFAULT_CSS = "NoticeBar { height: 1; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.text, self.look = "", Look.PLAIN
        self._answers = ""
        self._high = 1

    def show(self, text: str, look: Look = Look.PLAIN, *, answers: str = "") -> None:
        """Say something; an empty text clears the line. `answers` end the text and are never parted."""
        if (text, look) != (self.text, self.look):
            self.text, self.look, self._answers = text, look, answers
            self._make_room()
            self.changed()

    @property
    def tall(self) -> bool:
        """Whether it takes more than its one line."""
        return self._high > 1

    def on_resize(self) -> None:
        """Another width may need another number of lines."""
        self._make_room()

    def end(self) -> int:
        """The cell behind the last one of the text, on its last line."""
        return 1 + width(self._parts(self.size.width)[-1])

    def _parts(self, cells: int) -> list[str]:
        if width(self.text) < cells:
            return [self.text]
        parts = wrapped(self.text.removesuffix(self._answers).rstrip(), cells - 1)
        if self._answers and width(parts[-1]) + 2 + width(self._answers) < cells:
            parts[-1] += "  " + self._answers
        elif self._answers:
            parts = [*parts[: MOST_LINES - 1], self._answers]
        return parts

    def _make_room(self) -> None:
        cells = self.size.width or self.app.size.width
        wanted = min(MOST_LINES, len(self._parts(cells)))
        if wanted != self._high:
            self._high = wanted
            self.styles.height = wanted

    def draw(self, cells: int, height: int) -> list[Line]:
        if height < 2:
            return [(Span(fit(" " + self.text, cells), self.look),)]
        parts = self._parts(cells)
        parts[height - 1 :] = ["".join(parts[height - 1 :])]
        return [(Span(fit(" " + part, cells), self.look),) for part in parts]


class KeyBar(Pane):
    """One line: the live keys and what they do; as many as fit, F1 and Esc always."""

    DEFAULT_CSS = "KeyBar { height: 1; width: 1fr; }"
    base = Look.BAR

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[tuple[str, str], ...] = ()

    def show(self, commands: Sequence[Command]) -> None:
        """Show these commands; redrawn only when they differ."""
        entries = tuple((bar_name(c), c.label) for c in commands if c.bar)
        if entries != self.entries:
            self.entries = entries
            self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        spans: list[Span] = []
        left = cells
        # F1 and Esc come last and are never crowded out.
        kept = sum(_cells(each) for each in self.entries[-2:])
        for number, (name, label) in enumerate(self.entries):
            need = _cells((name, label))
            last = number >= len(self.entries) - 2
            if need > left - (0 if last else kept):
                continue
            spans += [Span(f" {name}", Look.BAR_KEY), Span(f" {label} ", Look.BAR)]
            left -= need
        return [(*spans, Span(" " * left, Look.BAR))]


def _cells(entry: tuple[str, str]) -> int:
    return width(entry[0]) + width(entry[1]) + 3
