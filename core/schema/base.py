"""The common ground of commands and pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

Row = TypeVar("Row")


class Command(BaseModel):
    """What a caller asks a use case to do. Frozen; unknown entries are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list. `after` is the key to ask the next page with, None on the last page."""

    rows: tuple[Row, ...]
    after: tuple[int | str, ...] | None = None


class FromDraft(Command):
    """A command that stores or sends a form which keeps a draft (草稿): what it does and the end of the draft are
    one transaction. The desk sees to it; a use case that opens its units of work itself does it there."""

    draft_key: str = ""


class Nothing(Command):
    """No parameters."""


class Number(Command):
    """One number: an id, a year."""

    value: int
