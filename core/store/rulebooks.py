"""The rulebook of an installation, read from the table of editions: kept by the process, and read on when it grew."""

from __future__ import annotations

import json
from threading import Lock

from sqlalchemy import Connection, func, select

from core.model import Edition as Stored
from core.rules.rulebook import Edition, Rulebook


class Rulebooks:
    """The newest rulebook that this process knows. Several processes share one database: whether there is a newer
    edition is asked of the index of keys, and only what is new is read."""

    def __init__(self) -> None:
        self._kept = Rulebook()
        self._lock = Lock()

    def read(self, connection: Connection, *, keep: bool) -> Rulebook:
        """The rulebook as this transaction sees it. `keep` only where it can't have written an edition itself:
        what is rolled back must not stay."""
        newest = connection.scalar(select(func.max(Stored.id))) or 0
        kept = self._kept
        if newest == kept.edition:
            return kept
        if newest < kept.edition:  # begun before the newest one was saved
            return kept.at(newest)
        grown = kept.with_more(editions(connection, after=kept.edition, upto=newest))
        if keep:
            with self._lock:
                if grown.edition > self._kept.edition:
                    self._kept = grown
        return grown


def editions(connection: Connection, *, after: int, upto: int) -> list[Edition]:
    """The editions with these numbers, in order."""
    columns = (Stored.id, Stored.kind, Stored.entry, Stored.from_year, Stored.value)
    query = select(*columns).where(Stored.id > after, Stored.id <= upto).order_by(Stored.id)
    return [
        Edition(number, kind, entry, year, None if value is None else json.loads(value))
        for number, kind, entry, year, value in connection.execute(query)
    ]
