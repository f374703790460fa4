"""The kinds of work in the background (后台任务), each declared once: where it lies, and what a part of it does."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.model import Job
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: `part` does the next piece in the unit of work it gets, moves `job.place`, `job.done`
    and `job.total`, and answers whether that was the last. `cancelled` tidies up after a cancelled one.

    A part takes some 0.2 seconds at most, since all who write wait for it; it is tried again from its beginning
    where the database was busy. `place` and `outcome` are assigned anew, never changed in place.
    """

    name: str
    action: Action
    part: Callable[[UnitOfWork, Actor, Job], bool]
    cancelled: Callable[[UnitOfWork, Actor, Job], None] | None = None


# Where each kind is declared, so that whoever resumes a job needs to import that alone.
KINDS: Mapping[str, str] = {
    "import_check": "core.services.import_jobs:CHECK",
    "import_store": "core.services.import_jobs:STORE",
    "provider_file": "core.services.provider_intake:FILE",
    "rejudge": "core.services.edition_recount:REJUDGE",
    "recognise": "core.services.recognition:RECOGNISE",
    "stat_cells": "core.services.stat_cells:CELLS",
    "print_many": "core.services.print_many:PRINTS",
}


def kind_of(name: str) -> JobKind:
    """The kind by its name. Raises KeyError for what nobody declared."""
    module, _, entry = KINDS[name].partition(":")
    found = getattr(importlib.import_module(module), entry)
    assert isinstance(found, JobKind)
    return found
