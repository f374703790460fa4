"""The operator at 基础数据管理, for tests: one entry opened, changed and saved as the screens do it."""

from __future__ import annotations

from core.rules.roles import Actor
from core.schema.editions import EditionPreview, EntryKey, EntryView, SaveEdition
from core.services.desk import Desk
from core.services.editions import edition_entry, save_edition

WHY = "按新文件"


def change(
    desk: Desk, operator: Actor, kind: str, entry: str, from_year: str = "2026", **values: str
) -> EditionPreview:
    """Change some fields of an entry, the others as they are."""
    return desk.do(save_edition, operator, changed(desk, operator, kind, entry, from_year, **values))


def changed(
    desk: Desk, operator: Actor, kind: str, entry: str, from_year: str = "2026", **values: str
) -> SaveEdition:
    """The same as a command that is not sent yet."""
    view: EntryView = desk.do(edition_entry, operator, EntryKey(kind=kind, entry=entry))
    return SaveEdition(
        kind=kind,
        entry=entry,
        values={**view.values, **values},
        from_year=from_year,
        reason=WHY,
        seen=view.seen,
    )


def add(
    desk: Desk, operator: Actor, what: str, /, *, from_year: str = "2026", **values: str
) -> EditionPreview:
    """A new entry."""
    command = SaveEdition(kind=what, values=values, from_year=from_year, reason=WHY)
    return desk.do(save_edition, operator, command)


def retire(desk: Desk, operator: Actor, kind: str, entry: str, from_year: str = "2026") -> EditionPreview:
    """Take an entry out."""
    view: EntryView = desk.do(edition_entry, operator, EntryKey(kind=kind, entry=entry))
    command = SaveEdition(
        kind=kind, entry=entry, taken_out=True, from_year=from_year, reason=WHY, seen=view.seen
    )
    return desk.do(save_edition, operator, command)
