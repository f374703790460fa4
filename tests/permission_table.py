"""The table of docs/permissions.md, made from the code: `python -m tests.permission_table` writes it there."""

from __future__ import annotations

from pathlib import Path

from core.rules.action_words import action_words
from core.rules.permissions import PERMISSIONS, Action, Public, reach
from core.rules.roles import Role

DOCUMENT = Path(__file__).parent.parent / "docs" / "permissions.md"
HEADINGS = ("action", "what", *(role.label for role in Role))
START = f"| {' | '.join(HEADINGS)} |"


def rows() -> list[list[str]]:
    """One row for each action: how far each role reaches when it does this, empty where it may not."""
    return [[f"`{action.value}`", action_words(action.value), *_cells(action)] for action in Action]


def render() -> str:
    """The whole table."""
    lines = [START, "|" + "---|" * len(HEADINGS)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows())])


def written() -> str:
    """The table as the document has it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(START) :].partition("\n\n")[0].rstrip()


def _cells(action: Action) -> list[str]:
    who = PERMISSIONS[action]
    if isinstance(who, Public):
        return ["anyone"] * len(Role)
    return [reach(action, role).value if role in who else "" for role in Role]


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(
        text.replace(written(), render()) if START in text else f"{text}\n{render()}\n", "utf-8"
    )
