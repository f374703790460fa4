"""What stands under a field of a form: its error, then its notes."""

from __future__ import annotations

from collections.abc import Sequence

from tui.look import Line, Look, Span, wrapped


def remarks(error: str, notes: Sequence[str], indent: int, room: int) -> list[Line]:
    """The lines under a field, `indent` cells from the left and `room` cells wide. A note that the error says
    already isn't said twice."""
    told = [(error, Look.ERROR)] if error else []
    told += [(note, Look.HINT) for note in notes if note != error]
    return [(Span(" " * indent + part, look),) for text, look in told for part in wrapped(text, room)]
