"""A field of a form: its declaration, what was typed into it, and the box and list made from the declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.rules.fields import FieldKind, FieldSpec
from tui.look import width
from tui.widgets.entry import Entry
from tui.widgets.picker import Option

PICKED = frozenset({FieldKind.CHOICE, FieldKind.REGION, FieldKind.EMPLOYER, FieldKind.DEPARTMENT})
"""Kinds whose value comes from a list."""


@dataclass(slots=True)
class Field:
    """A field on screen: its declaration and what was typed. A picked field keeps the option in `payload`.

    `fixed` fields are shown and passed over; `notes` are lines below it; `cells` is the width of the box,
    `tail` a text that always stands to its right.
    """

    spec: FieldSpec
    entry: Entry = field(default_factory=Entry)
    error: str = ""
    notes: tuple[str, ...] = ()
    fixed: bool = False
    payload: object = None
    options: tuple[Option, ...] = ()
    cells: int = 40
    section: str = ""
    tail: str = ""

    @property
    def picked(self) -> bool:
        """Whether the value comes from a list."""
        return self.spec.kind in PICKED

    @property
    def tick(self) -> bool:
        """Whether it is a box that is ticked or not."""
        return self.spec.kind is FieldKind.TICK

    def set(self, value: str, payload: object = None) -> None:
        """Fill in a value as if it had been typed."""
        self.entry.set(value)
        self.payload = payload
        self.error = ""


def field_for(spec: FieldSpec, value: str = "", **settings: object) -> Field:
    """A field made from its declaration, with the options of its list and a box as wide as it needs."""
    made = Field(spec, Entry(value or spec.default), options=options_of(spec))
    made.cells = _box(spec)
    for name, setting in settings.items():
        setattr(made, name, setting)
    return made


def options_of(spec: FieldSpec) -> tuple[Option, ...]:
    """What a choice field offers: its own choices or a reference list."""
    if spec.choices:
        return tuple(Option.plain(choice) for choice in spec.choices)
    if spec.kind is FieldKind.CHOICE and spec.choices_from:
        from core.rules.checking import choices_of

        return tuple(Option.plain(choice) for choice in choices_of(spec))
    return ()


def _box(spec: FieldSpec) -> int:
    short = {
        FieldKind.DATE: 16,
        FieldKind.INTEGER: 10,
        FieldKind.HOURS: 10,
        FieldKind.YEAR: 8,
        FieldKind.MOBILE: 16,
        FieldKind.ID_NUMBER: 24,
        FieldKind.PASSWORD: 24,
    }
    return short.get(spec.kind) or min(44, max(12, spec.max_length * 2))


def label_width(fields: Sequence[Field]) -> int:
    """Cells that the longest label takes, with its star."""
    return max((width(f.spec.label) + 2 for f in fields), default=10)
