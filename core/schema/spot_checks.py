"""抽查 (R10): what is to be drawn, what was drawn, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.rules.hours import CreditHours
from core.schema.base import Command


class SpotCheckQuery(Command):
    """The draws of the caller's region, newest first."""

    after: tuple[int | str, ...] | None = None
    limit: int = 20


class PrepareSpotCheck(Command):
    """What would be drawn from. Without a seed one is drawn; `wanted` and `year` as typed."""

    year: str
    wanted: str
    seed: str = ""


class DrawSpotCheck(Command):
    """Fix a draw that was prepared: everything as it stood on the screen."""

    year: int
    wanted: int
    seed: str
    up_to_id: int
    population_sha256: str


class SpotCheckKey(Command):
    """One draw."""

    check_id: int


class SpotCheckItems(Command):
    """The list of a draw by place. `open_only` leaves those that nobody has looked at."""

    check_id: int
    open_only: bool = False
    after: tuple[int | str, ...] | None = None
    limit: int = 20


class SpotCheckFinding(Command):
    """What was found of one: `ok`, `bad` with a note, or `` to take it back."""

    check_id: int
    place: int
    finding: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PreparedSpotCheck:
    """Everything that decides a draw, before it is fixed. `drawn_seed` says that the program drew the seed."""

    year: int
    wanted: int
    region_name: str
    seed: str
    drawn_seed: bool
    population: int
    population_sha256: str
    up_to_id: int


@dataclass(frozen=True, slots=True)
class SpotCheckRow:
    """A draw, and how far the work on it is."""

    id: int
    year: int
    region_name: str
    seed: str
    wanted: int
    population: int
    population_sha256: str
    up_to_id: int
    drawn: int
    looked_at: int
    bad: int
    drawn_at: datetime
    drawn_by: str


@dataclass(frozen=True, slots=True)
class SpotCheckItem:
    """A declaration that was drawn."""

    place: int
    declaration_id: int
    person_name: str
    employer: str
    form_name: str
    title: str
    hours: CreditHours
    status_label: str
    finding: str
    finding_label: str
    note: str
    found_by: str


@dataclass(frozen=True, slots=True)
class SpotCheckPage:
    """A page of the list, under the draw itself."""

    check: SpotCheckRow
    rows: tuple[SpotCheckItem, ...]
    after: tuple[int | str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Whether a draw comes out the same from what is written down, in words."""

    same: bool
    text: str
