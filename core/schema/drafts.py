"""Drafts (草稿): what was typed into a form and not sent yet, kept field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from core.schema.base import Command

KEY_FORM = "^[0-9A-Za-z]{16,64}$"


class SaveDraft(Command):
    """Keep what a form holds now. `key` was drawn by the form when it opened (16 to 64 letters and digits).

    `form` is the route that goes on with it, `title` what the list calls it, `content` JSON that only the form
    understands. Passwords are never in it.
    """

    key: str = Field(pattern=KEY_FORM)
    form: str = Field(min_length=1)
    title: str
    content: str


class DraftKey(Command):
    """One draft of the caller."""

    key: str = Field(pattern=KEY_FORM)


class SaveGuestDraft(SaveDraft):
    """The same for a registration: 证件号 and password together are the owner; neither is kept."""

    id_number: str
    password: str


class FindGuestDraft(Command):
    """The newest draft of a registration that belongs to this 证件号 and password, of one `form` if it is named."""

    id_number: str
    password: str
    form: str = ""


class DropGuestDraft(FindGuestDraft):
    """放弃: the draft of this key goes, if it belongs to the two; without a key all that do."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in the list. `here` is true while the caller's own session still writes it."""

    key: str
    form: str
    title: str
    saved_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class DraftContent:
    """A draft with everything that was typed."""

    key: str
    form: str
    title: str
    saved_at: datetime
    content: str
