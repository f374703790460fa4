"""The log: one line of JSON an event, in a file, with nothing in it that is personal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller, Guest
from core.schema.base import Nothing
from core.services.desk import UseCase
from core.services.journal import write_log_to
from core.store.store import Store
from core.store.work import UnitOfWork
from tests.services.front_door import NUMBER, cheap_desk


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path / "log")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def _breaks(work: UnitOfWork, caller: Caller, command: Nothing) -> None:
    work.session.execute(text("select :number from nowhere"), {"number": NUMBER})


BROKEN = UseCase("broken", Action.FIND_EMPLOYER, False, False, _breaks)


def test_an_incident_is_one_line_that_its_number_finds(store: Store, log: Path) -> None:
    with pytest.raises(Refused) as caught:
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    [line] = log.read_text(encoding="utf-8").splitlines()
    assert caught.value.code is ErrorCode.INTERNAL
    assert str(caught.value.params["incident"]) in json.loads(line)["what"]


def test_no_identity_number_reaches_the_log(store: Store, log: Path) -> None:
    with pytest.raises(Refused):
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    assert NUMBER not in log.read_text(encoding="utf-8")


def test_nothing_is_logged_on_the_terminal(
    store: Store, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Refused):
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    assert capfd.readouterr() == ("", "")
