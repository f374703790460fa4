"""The review desk on a queue of 10,000: the next item after a deciding key, and its pages beside those of 10."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.ground import ENTRY, ROOT, Ground, _choices
from bench.results import LimitOn, Row, Series, Unit, in_turn
from tests.terminal import Terminal

LONG, SHORT = 10_000, 10
NEXT_MS = 100
"""From the deciding key to the last byte of the next item, at p95."""
PAGE_TIMES = 5
"""How much longer the first page of a long queue, with its counts, may take than that of a short one."""
_UNIT = "xiaodian"
_QUIET = 0.3


def measure(ground: Ground) -> list[Row]:
    """One row for the deciding key, one for each kind of queue."""
    from core.services.desk import open_desk
    from core.services.settings import read_settings

    folders = {size: _crowded(ground, size) for size in (LONG, SHORT)}
    rows = [_deciding(ground, folders[LONG])]
    desks = {size: open_desk(read_settings(_choices(folder))) for size, folder in folders.items()}
    try:
        return [*rows, *_pages(ground, desks)]
    finally:
        for desk in desks.values():
            desk.close()


def _crowded(ground: Ground, size: int) -> Path:
    """A demonstration of its own in which so many plain declarations, changes and registrations wait."""
    from sqlalchemy import select

    from core.model import Org
    from core.services.desk import open_desk
    from core.services.settings import read_settings
    from tests.crowds import (
        crowd_of_changes,
        crowd_of_declarations,
        crowd_of_people,
        crowd_of_registrations,
    )

    folder = ground.folder / f"crowd-{size}"
    shutil.copytree(ground.installation, folder)
    desk = open_desk(read_settings(_choices(folder)))
    try:
        with desk.reading() as work:
            school = work.session.scalars(select(Org).where(Org.name == "汝阳县小店镇第一初级中学")).one()
        people = crowd_of_people(desk.store, school.id, school.region_code, size)
        crowd_of_declarations(desk.store, school.id, school.region_code, people)
        crowd_of_changes(desk.store, school.id, people)
        crowd_of_registrations(desk.store, school.id, size)
    finally:
        desk.close()
    return folder


def _deciding(ground: Ground, folder: Path) -> Row:
    """A key that passes an item, and everything that the terminal gets for it."""
    taken: list[float] = []
    environment = {
        "JIJIAO_DATA_DIR": str(folder),
        "JIJIAO_CAPTCHA": "off",
        "JIJIAO_CONFIG": str(ground.folder / "none.toml"),
    }
    from tests.wire.budget_steps import sign_in

    with Terminal([sys.executable, "-c", ENTRY], env=environment, cwd=ROOT) as terminal:
        terminal.wait("服务窗口")
        sign_in(terminal, ("2", "2"), _UNIT)
        terminal.press(":", "s", "h", "Enter", quiet=_QUIET)
        # The demonstration's own items are the oldest: past them to the plain ones.
        terminal.press("/", "4", "Enter", quiet=_QUIET)
        terminal.settle(quiet=1.0)
        for number in range(ground.rounds(60, 20) + 2):
            begin = time.monotonic()
            terminal.press("a", quiet=_QUIET)
            if number >= 2:
                taken.append((terminal.last_byte_at - begin) * 1000)
    return Row(
        "review desk: the next item after the deciding key, 10,000 waiting",
        Unit.MILLISECONDS,
        Series(tuple(taken)),
        limit=NEXT_MS,
        limit_on=LimitOn.P95,
    )


def _pages(ground: Ground, desks: Mapping[int, object]) -> list[Row]:
    """The first page of a queue with the counts of its buckets."""
    from core.rules.roles import Guest, Role
    from core.schema.review import QueueQuery, Subject
    from core.schema.sign_in import SignIn
    from core.services.demonstration import PASSWORD
    from core.services.desk import Desk
    from core.services.review import queue_page
    from core.services.sign_in import sign_in

    rows: list[Row] = []
    actors = {}
    for size, desk in desks.items():
        assert isinstance(desk, Desk)
        wanted = SignIn(role=Role.EMPLOYER, login=_UNIT, password=PASSWORD)
        actors[size] = desk.do(sign_in, Guest(), wanted).actor
    for subject in (Subject.DECLARATION, Subject.POSITION, Subject.REGISTRATION):
        query = QueueQuery(subject=subject, limit=60)

        def page(size: int, query: QueueQuery = query) -> float:
            desk = desks[size]
            assert isinstance(desk, Desk)
            begin = time.perf_counter()
            desk.do(queue_page, actors[size], query)
            return (time.perf_counter() - begin) * 1000

        long, short = in_turn(ground.rounds(30, 8), lambda: page(LONG), lambda: page(SHORT))
        rows.append(
            Row(
                f"review desk: first page of {subject.value}, 10,000 waiting",
                Unit.MILLISECONDS,
                long,
                "10 waiting",
                short,
                PAGE_TIMES,
            )
        )
    return rows
