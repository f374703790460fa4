"""A thing described in a popup: label and text, the texts under each other."""

from __future__ import annotations

from collections.abc import Sequence

from tui.look import fit, width


def described(lines: Sequence[tuple[str, str]]) -> list[str]:
    """One line for each text that is not empty."""
    told = [(label, text) for label, text in lines if text]
    cells = 2 + max((width(label) for label, _ in told), default=0)
    return [f"{fit(label, cells)}{text}" for label, text in told]
