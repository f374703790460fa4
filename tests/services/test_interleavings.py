"""Callers who draw their moves at random at the same time: no version is decided twice, no hour is lost."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Decision, Declaration
from core.rules.roles import Actor, Role
from core.rules.workflow import Move
from core.schema.declarations import DeclarationKey, DeclarationView, EvidenceRef, SaveDeclaration
from core.schema.review import Decide, UndoDecision, Verdict
from core.services.declarations import redeclare, submit_declaration, urge, withdraw_declaration
from core.services.desk import Desk
from core.services.review import decide, undo_decision
from tests.services.hall import answer
from tests.services.races import Call, at_once, claims, professional_halves
from tests.worlds import World


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_in_whatever_order_each_version_is_decided_once(
    desk: Desk, world: World, tmp_path: Path, seed: int
) -> None:
    """Four callers draw their moves at random on the same three declarations, reading before each move."""
    person = world.person(employer=world.garden)
    callers = [
        person,
        world.office(world.garden, "甲"),
        world.office(world.garden, "乙"),
        world.office(world.city_bureau),
    ]
    views = claims(desk, person, tmp_path, 3)
    answers: list[str] = []

    def act(caller: Actor, chance: random.Random) -> None:
        for _ in range(6):
            row = None
            with world.store.reading() as work:
                row = work.session.get(Declaration, chance.choice(views).id)
                refs = () if row is None else refs_of(views, row.id)
            if row is not None:
                answers.append(answer(random_move(desk, caller, row, refs, chance)))

    at_once(
        *(
            lambda caller=caller, number=number: act(caller, random.Random(seed * 10 + number))
            for number, caller in enumerate(callers)
        )
    )
    with world.store.reading() as work:
        rows = work.session.scalars(select(Declaration)).all()
        decided = work.session.execute(
            select(Decision.object_id, Decision.object_version).where(
                Decision.kind == "declaration",
                Decision.move.not_in([Move.URGE.value, Move.REDECLARE.value]),
            )
        ).all()
    counted = sum(row.recognised_halves or 0 for row in rows if row.status == "approved")
    known = {"done", "STALE", "NOT_YOURS", "NOT_FOUND", "MOVE_NOT_ALLOWED", "NOT_ALLOWED"}
    known |= {"ALREADY_REVIEWED", "TOO_SOON_TO_URGE", "DUPLICATE_DECLARATION"}
    assert (
        set(answers) - known,
        len(decided) - len(set(decided)),
        professional_halves(world, person) - counted,
    ) == (set(), 0, 0)


def refs_of(views: Sequence[DeclarationView], declaration_id: int) -> tuple[EvidenceRef, ...]:
    """The attachments that a declaration was sent with at first."""
    (view,) = (each for each in views if each.id == declaration_id)
    return tuple(EvidenceRef(sha256=each.sha256, file_name=each.file_name) for each in view.evidence)


def random_move(
    desk: Desk, caller: Actor, row: Declaration, refs: tuple[EvidenceRef, ...], chance: random.Random
) -> Call:
    """A move that the caller's role might make, on the version that was just read."""
    key = DeclarationKey(declaration_id=row.id, version=row.version)
    if caller.role is not Role.PERSON:
        said = chance.choice((Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, *Verdict))
        if chance.random() < 0.25:
            return lambda: desk.do(undo_decision, caller, UndoDecision(id=row.id, version=row.version))
        return lambda: desk.do(
            decide, caller, Decide(id=row.id, version=row.version, verdict=said, opinion="请核对")
        )
    values = dict(row.fields) | {"subject": row.subject, "year": str(row.year), "claimed_hours": "8"}
    form = SaveDeclaration(
        declaration_id=row.id, version=row.version, form=row.form, values=values, evidence=refs
    )
    return chance.choice(
        (
            lambda: desk.do(withdraw_declaration, caller, key),
            lambda: desk.do(submit_declaration, caller, form),
            lambda: desk.do(submit_declaration, caller, form),
            lambda: desk.do(urge, caller, key),
            lambda: desk.do(redeclare, caller, key),
        )
    )
