"""The rehearsal before sessions begin: it makes statements ready and leaves nothing behind."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.model import Base
from core.services.desk import Desk
from core.services.rehearsal import rehearse
from core.store.store import Store
from tests.worlds import build_world


def rows(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as work:
        return {
            table.name: work.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }


def test_a_rehearsal_leaves_nothing_behind(store: Store) -> None:
    build_world(store)
    before = rows(store)
    rehearse(Desk(store))
    assert rows(store) == before


def test_a_rehearsal_runs_to_its_end(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    build_world(store)
    rehearse(Desk(store))
    assert "the rehearsal broke off" not in caplog.text


def test_a_rehearsal_that_breaks_off_does_no_harm(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    rehearse(Desk(store))  # an installation without regions
    assert "the rehearsal broke off" in caplog.text


def test_after_a_rehearsal_no_connection_is_open(store: Store) -> None:
    build_world(store)
    rehearse(Desk(store))
    assert store.engines.read.pool.status().count("Connections in pool: 0") == 1
