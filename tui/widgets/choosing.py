"""Opening the list of a choice field: the one opener that all forms share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Protocol

from core.rules.checking import check_field, choices_of
from core.rules.entry import EntryError
from core.rules.fields import FieldKind
from core.rules.lists import Lists
from tui.look import Look
from tui.widgets.field import Field
from tui.widgets.form import Form
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed

Opener = Callable[[Field, str], Awaitable[None]]
After = Callable[[Field], Awaitable[None]]


class Stage(Protocol):
    """What a popup needs of the screen that it opens on."""

    async def open(self, overlay: Pane) -> None:
        """Lay a popup over the pane."""

    async def close_overlay(self) -> None:
        """Take the top popup away."""

    def tell(self, text: str, look: Look = Look.GOOD) -> None:
        """Say something in the notice line."""

    async def lists(self) -> Lists:
        """The reference lists in force."""

    @property
    def known_lists(self) -> Lists:
        """The same as last read."""


def opener(
    stage: Stage,
    form: Callable[[], Form],
    *,
    kinds: Mapping[FieldKind, Opener] | None = None,
    keys: Mapping[str, Opener] | None = None,
    after: After | None = None,
) -> Opener:
    """The `on_open` of a form: fields named in `keys` or of a kind in `kinds` have a popup of their own, the
    others list their options. `after` is called with a field whose value was picked."""

    async def open_list(field: Field, typed: str) -> None:
        own = (keys or {}).get(field.spec.key) or (kinds or {}).get(field.spec.kind)
        if own is not None:
            await own(field, typed)
        else:
            await open_options(stage, form(), field, typed, after)

    return open_list


async def open_options(
    stage: Stage, form: Form, field: Field, typed: str, after: After | None = None
) -> None:
    """A popup over the field's own options."""

    async def pick(option: Option) -> None:
        await take(stage, form, field, option, after)

    options = field.options
    if field.spec.choices_from:
        lists = await stage.lists()
        options = tuple(Option.plain(choice) for choice in choices_of(field.spec, lists))
    source = listed(options, open_list=field.spec.open_list)
    await stage.open(Picker(field.spec.label, source, pick, query=typed))


async def take(stage: Stage, form: Form, field: Field, option: Option, after: After | None = None) -> None:
    """Put the picked option into its field and close the popup."""
    changed = option.value != field.entry.value or option.payload != field.payload
    field.set(option.value, option.payload)
    form.edited = form.edited or changed
    form.changed()
    await stage.close_overlay()
    if changed and after is not None:
        await after(field)


async def check_left(field: Field, values: Mapping[str, str], today: date) -> None:
    """Check a typed field as the caret leaves it, its refusal beside it at once. An empty one is not yet missed."""
    if field.picked or not field.entry.value.strip():
        field.error = ""
        return
    try:
        await asyncio.to_thread(check_field, field.spec, field.entry.value, today, values)
        field.error = ""
    except EntryError as error:
        field.error = error.at(field.spec.key).text
