"""Units of work: what is kept, what is undone, and who wins a race."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.model import Audit, Region
from core.store.store import Store


def test_work_that_is_not_committed_is_undone(store: Store) -> None:
    with store.writing() as work:
        work.audit(None, "something")
        work.session.flush()
    with store.reading() as work:
        assert work.session.scalar(select(func.count(Audit.id))) == 0


def test_a_reading_unit_cannot_commit(store: Store) -> None:
    with store.reading() as work, pytest.raises(RuntimeError):
        work.commit()
