"""A person's declarations driven in any order: never a forbidden state, never an hour or a decision lost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from core.model import Decision, Declaration, PersonYear
from core.rules.errors import Refused
from core.rules.roles import Actor
from core.schema.declarations import DeclarationKey, EvidenceRef, SaveDeclaration
from core.schema.review import Decide, UndoDecision, Verdict
from core.services.declarations import (
    delete_declaration,
    redeclare,
    save_declaration,
    submit_declaration,
    withdraw_declaration,
)
from core.services.desk import Desk
from core.services.review import decide, undo_decision
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.worlds import World, build_world, scan, training

# Where a declaration may go from where it stands, seen from outside; the step counts as part of the state.
FIRST, LAST = "pending employer", "pending bureau"
WAYS = {
    "draft": {"draft", FIRST, LAST, "gone"},  # to LAST only by taking back a return
    FIRST: {"draft", LAST, "rejected"},
    LAST: {FIRST, "approved", "rejected", "draft"},
    "approved": {LAST},
    "rejected": {FIRST, LAST},
}
MOST = 8  # declarations in one run
PICK = st.integers(0, 1000)
Seen = dict[int, tuple[int, str]]


class LifeMachine(RuleBasedStateMachine):
    """One person of a firm without an authority, its reviewer, and the bureau, who press whatever they like."""

    def __init__(self, world: World, desk: Desk, folder: Path) -> None:
        super().__init__()
        self.world, self.desk = world, desk
        self.person = world.person(employer=world.garden)
        self.offices = (world.office(world.garden), world.office(world.city_bureau))
        self.picture = scan(desk, self.person, folder)
        self.made = 0
        self.seen: Seen = {}
        self.told: dict[int, list[tuple[Any, ...]]] = {}

    @precondition(lambda self: self.made < MOST)
    @rule(send=st.booleans())
    def begin(self, send: bool) -> None:
        """A new one, kept or sent."""
        self.made += 1
        self.act(submit_declaration if send else save_declaration, self.person, self.form(self.made))

    @precondition(lambda self: self.seen)
    @rule(pick=PICK, send=st.booleans())
    def write(self, pick: int, send: bool) -> None:
        """An old one, changed."""
        key = self.key(pick)
        form = self.form(pick % MOST + 50, declaration_id=key.declaration_id, version=key.version)
        self.act(submit_declaration if send else save_declaration, self.person, form)

    @precondition(lambda self: self.seen)
    @rule(pick=PICK, use_case=st.sampled_from((withdraw_declaration, delete_declaration, redeclare)))
    def press(self, pick: int, use_case: Any) -> None:
        """撤销, 删除, 重新申报."""
        self.act(use_case, self.person, self.key(pick))

    @precondition(lambda self: self.seen)
    @rule(
        pick=PICK,
        office=st.sampled_from((0, 1)),
        verdict=st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, *Verdict)),
        hours=st.sampled_from((None, "0.5", "4", "7.5", "8", "8.5")),
    )
    def review(self, pick: int, office: int, verdict: Verdict, hours: str | None) -> None:
        """A verdict of either office, whether it is its turn or not."""
        key = self.key(pick)
        command = Decide(
            id=key.declaration_id, version=key.version, verdict=verdict, recognised=hours, opinion="请核对"
        )
        self.act(decide, self.offices[office], command)

    @precondition(lambda self: self.standing(FIRST, LAST))
    @rule(pick=PICK, verdict=st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, *Verdict)), cut=st.booleans())
    def review_in_turn(self, pick: int, verdict: Verdict, cut: bool) -> None:
        """A verdict of the office whose turn it is."""
        waiting = self.standing(FIRST, LAST)
        number = waiting[pick % len(waiting)]
        version, state = self.seen[number]
        hours = "7.5" if cut and state == FIRST else None
        command = Decide(id=number, version=version, verdict=verdict, recognised=hours, opinion="请核对")
        assert self.act(decide, self.offices[state == LAST], command) == "done"

    @precondition(lambda self: self.standing("approved", "rejected"))
    @rule(pick=PICK, office=st.sampled_from((0, 1)))
    def take_back_what_ended(self, pick: int, office: int) -> None:
        """收回 of a last word; the office may be the one that spoke it."""
        ended = self.standing("approved", "rejected")
        number = ended[pick % len(ended)]
        command = UndoDecision(id=number, version=self.seen[number][0])
        self.act(undo_decision, self.offices[office], command)

    @precondition(lambda self: self.standing("rejected"))
    @rule(pick=PICK)
    def declare_again(self, pick: int) -> None:
        """重新申报 of a refused one."""
        refused = self.standing("rejected")
        number = refused[pick % len(refused)]
        key = DeclarationKey(declaration_id=number, version=self.seen[number][0])
        assert self.act(redeclare, self.person, key) == "done"

    @precondition(lambda self: self.seen)
    @rule(pick=PICK, office=st.sampled_from((0, 1)))
    def take_back(self, pick: int, office: int) -> None:
        """收回."""
        key = self.key(pick)
        self.act(
            undo_decision, self.offices[office], UndoDecision(id=key.declaration_id, version=key.version)
        )

    @precondition(lambda self: any(version > 1 for version, _ in self.seen.values()))
    @rule(pick=PICK, by_office=st.booleans())
    def be_late(self, pick: int, by_office: bool) -> None:
        """Somebody whose screen is one version behind."""
        late = [each for each, (version, _) in sorted(self.seen.items()) if version > 1]
        number = late[pick % len(late)]
        behind = self.seen[number][0] - 1
        command = Decide(id=number, version=behind, verdict=Verdict.APPROVE)
        key = DeclarationKey(declaration_id=number, version=behind)
        before = self.rows()
        answered = (
            self.act(decide, self.offices[0], command)
            if by_office
            else self.act(withdraw_declaration, self.person, key)
        )
        assert (answered, self.rows()) == ("STALE", before)

    @invariant()
    def the_year_is_the_sum_of_what_was_approved(self) -> None:
        """完成情况 = the recognised hours of the approved ones."""
        with self.world.store.reading() as work:
            own = select(Declaration).where(Declaration.person_id == self.person.person_id)
            rows = work.session.scalars(own).all()
            year = work.session.get(PersonYear, (self.person.person_id, 2026))
        approved = sum(row.recognised_halves or 0 for row in rows if row.status == "approved")
        assert (year.professional_halves if year else 0) == approved

    @invariant()
    def whoever_has_it_is_whose_turn_it_is(self) -> None:
        """当前处理人 fits the level, and only what waits has one."""
        turns = {"employer": self.world.garden, "bureau": self.world.city_bureau, None: None}
        with self.world.store.reading() as work:
            own = select(Declaration).where(Declaration.person_id == self.person.person_id)
            for row in work.session.scalars(own):
                assert row.handler_org_id == turns[row.step]
                assert (row.step is not None) == (row.status == "pending")

    def act(self, use_case: Any, caller: Actor, command: Any) -> str:
        """Do it, then compare with what was there: a refusal changes nothing, a move goes a way that exists."""
        before, answered = self.rows(), "done"
        try:
            self.desk.do(use_case, caller, command)
        except Refused as refusal:
            answered = refusal.code.name
        after = self.rows()
        assert answered != "INTERNAL"
        if answered != "done":
            assert after == before
        for number, (version, state) in before.items():
            now_version, now = after.get(number, (version + 1, "gone"))
            changed = (now_version, now) != (version, state)
            assert not changed or (now_version > version and now in WAYS[state]), (state, now)
        assert all(state in ("draft", FIRST) for number, (_, state) in after.items() if number not in before)
        self.seen = after
        self.nothing_told_is_lost()
        return answered

    def rows(self) -> Seen:
        """Version and state of each declaration of the person."""
        with self.world.store.reading() as work:
            own = select(Declaration).where(Declaration.person_id == self.person.person_id)
            return {
                row.id: (row.version, f"{row.status} {row.step or ''}".strip())
                for row in work.session.scalars(own)
            }

    def nothing_told_is_lost(self) -> None:
        """审核记录 only grows at its end, also of what was deleted."""
        known = {*self.told, *self.seen}
        with self.world.store.reading() as work:
            query = select(Decision.__table__).where(
                Decision.kind == "declaration", Decision.object_id.in_(known)
            )
            found: dict[int, list[tuple[Any, ...]]] = {number: [] for number in known}
            for row in work.session.execute(query.order_by(Decision.object_id, Decision.seq)):
                found[row.object_id].append(tuple(row))
                assert row.seq == len(found[row.object_id])
        for number, lines in self.told.items():
            assert found[number][: len(lines)] == lines
        self.told = found

    def standing(self, *states: str) -> list[int]:
        """Those that stand so."""
        return [number for number, (_, state) in sorted(self.seen.items()) if state in states]

    def key(self, pick: int) -> DeclarationKey:
        """Any of them, in its newest version."""
        number = sorted(self.seen)[pick % len(self.seen)]
        return DeclarationKey(declaration_id=number, version=self.seen[number][0])

    def form(self, serial: int, **key: int) -> SaveDeclaration:
        """A day of its own for each, so that none is a duplicate by chance alone."""
        day = (date(2026, 1, 5) + timedelta(days=serial)).isoformat()
        values = training(started_on=day, ended_on=day, class_name=f"第{serial}班", claimed_hours="8")
        ref = EvidenceRef(sha256=self.picture.sha256, file_name=self.picture.file_name)
        return SaveDeclaration(form="post_training", values=values, evidence=(ref,), **key)


def test_a_life_in_any_order_keeps_to_the_rules(sqlite_store: Store, tmp_path: Path) -> None:
    world = build_world(sqlite_store)
    desk = cheap_desk(sqlite_store)
    run_state_machine_as_test(
        lambda: LifeMachine(world, desk, tmp_path),  # type: ignore[arg-type]  # any maker of machines will do
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
