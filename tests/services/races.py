"""What the tests of races share: calls at once, and what they are about."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from core.model import Decision, PersonYear
from core.rules.roles import Actor
from core.schema.declarations import DeclarationKey, DeclarationView
from core.schema.review import Decide, Decided, Verdict
from core.services.desk import Desk
from tests.services.hall import answer
from tests.worlds import World, submitted

Call = Callable[[], object]


def at_once(*calls: Call) -> list[str]:
    """What each of them is answered, in their order."""
    gate, answers = threading.Barrier(len(calls)), [""] * len(calls)

    def run(number: int, call: Call) -> None:
        gate.wait()
        answers[number] = answer(call)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def verdict(item: DeclarationView | Decided, said: Verdict) -> Decide:
    return Decide(id=item.id, version=item.version, verdict=said, opinion="请核对")


def key_of(item: DeclarationView | Decided) -> DeclarationKey:
    return DeclarationKey(declaration_id=item.id, version=item.version)


def moves(world: World, declaration_id: int, kind: str = "declaration") -> list[str]:
    """The history of an object."""
    with world.store.reading() as work:
        query = select(Decision.move).where(Decision.kind == kind, Decision.object_id == declaration_id)
        return list(work.session.scalars(query.order_by(Decision.seq)))


def professional_halves(world: World, person: Actor, year: int = 2026) -> int:
    with world.store.reading() as work:
        row = work.session.get(PersonYear, (person.person_id, year))
        return 0 if row is None else row.professional_halves


def claims(desk: Desk, person: Actor, folder: Path, count: int) -> list[DeclarationView]:
    """Declarations of one day each, eight hours, that wait at the employer."""
    views = []
    for month in range(1, count + 1):
        day = f"2026-0{month}-05"
        changes = {"started_on": day, "ended_on": day, "class_name": f"{month}月班", "claimed_hours": "8"}
        views.append(submitted(desk, person, folder, month, **changes))
    return views
