"""Registration, declaration, transfer, position and identity driven in any order, on both engines.

After each move: no state that cannot be, one pending change of a kind at most, the hours of a year are the sum of
what was approved, and every change of state stands exactly once in the audit log.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
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
from sqlalchemy import func, select

from core.model import Account, Audit, Change, Declaration, Person, PersonYear, Registration
from core.rules.errors import Refused
from core.rules.faces import FaceResult, FaceVerdict
from core.rules.identity import check_digit
from core.rules.roles import Actor
from core.schema.changes import ChangeKey, SubmitIdentity, SubmitPosition, SubmitTransfer
from core.schema.declarations import AddEvidence, DeclarationKey, EvidenceRef, SaveDeclaration
from core.schema.registration import Register, ResubmitRegistration, WithdrawRegistration
from core.schema.review import Decide, Subject, UndoDecision, Verdict
from core.services.declarations import save_declaration, submit_declaration, withdraw_declaration
from core.services.desk import Desk
from core.services.evidence import add_identity_picture
from core.services.identities import _SHELF, FaceDesk, submit_identity, withdraw_identity
from core.services.positions import submit_position, withdraw_position
from core.services.registrations import register, resubmit_registration, withdraw_registration
from core.services.review import decide, undo_decision
from core.services.transfers import submit_transfer, withdraw_transfer
from core.store.store import Store
from tests.services.front_door import GUEST, PASSWORD, cheap_desk, typed_form
from tests.worlds import World, build_world, picture, scan, training

DECLARATION_WAYS = {
    None: {"draft", "pending"},
    "draft": {"pending"},
    "pending": {"draft", "approved", "rejected"},
    "approved": {"pending"},
    "rejected": {"pending"},
}
CHANGE_WAYS = {
    None: {"pending", "approved"},  # a clear match of the faces completes it at once
    "pending": {"approved", "rejected", "withdrawn"},
    "approved": {"superseded"},
}
REGISTRATION_WAYS = {
    None: {"pending"},
    "pending": {"approved", "rejected", "withdrawn"},
    "rejected": {"pending"},
}
WAYS = {
    "declaration": DECLARATION_WAYS,
    "registration": REGISTRATION_WAYS,
    "transfer": CHANGE_WAYS,
    "position": CHANGE_WAYS,
    "identity": CHANGE_WAYS,
}
SUBJECTS = tuple(Subject)
PICK = st.integers(0, 1000)
TITLES = (("党校教师 (正高级)", "教授"), ("党校教师 (副高级)", "副教授"))
OPINION = "请核对"
BEGINS = datetime(2026, 7, 20, 1, 0, tzinfo=UTC)
Object = tuple[str, int]
Seen = dict[Object, tuple[int, str]]


class PersonMachine(RuleBasedStateMachine):
    """A person, somebody who registers, three employers and their bureaus, who press whatever they like."""

    def __init__(self, world: World, desk: Desk, offices: tuple[Actor, ...], folder: Path) -> None:
        super().__init__()
        self.world, self.desk = world, desk
        world.clock.moment = BEGINS
        world.wait(0)
        self.person = world.person(employer=world.garden)
        self.employers = (world.garden, world.clinic, world.school)
        self.offices = offices
        self.picture = scan(desk, self.person, folder)
        self.card = tuple(self.brought(folder, shade) for shade in (11, 12, 13))
        self.faces = FaceResult(FaceVerdict.NO_FACE, None, "未找到人脸")
        desk.shelf[_SHELF] = FaceDesk(compare=lambda *_: self.faces, available=lambda: True)
        self.applicant = own_number(world.persons, 0)
        self.serial = 0
        self.seen: Seen = self.standing()
        self.logged = self.log_length()

    # ------------------------------------------------------------------------------------- the person

    @rule(send=st.booleans(), days=st.integers(0, 180))
    def declare(self, send: bool, days: int) -> None:
        """学时申报, kept or sent."""
        self.serial += 1
        day = (date(2026, 1, 5) + timedelta(days=days)).isoformat()
        values = training(started_on=day, ended_on=day, class_name=f"第{self.serial}班", claimed_hours="8")
        ref = EvidenceRef(sha256=self.picture.sha256, file_name="证书.png")
        command = SaveDeclaration(form="post_training", values=values, evidence=(ref,))
        self.act(submit_declaration if send else save_declaration, self.person, command)

    @rule(pick=PICK)
    def take_back_a_declaration(self, pick: int) -> None:
        """撤销."""
        if found := self.one("declaration", pick):
            key = DeclarationKey(declaration_id=found[0], version=found[1])
            self.act(withdraw_declaration, self.person, key)

    @rule(to=st.sampled_from((0, 1, 2)))
    def ask_for_a_transfer(self, to: int) -> None:
        """提交转出申请, also to the own unit."""
        region = {0: "410327", 1: "411402", 2: "410326"}[to]
        values = {"region": region, "employer": str(self.employers[to])}
        command = SubmitTransfer(values=values, employer_id=self.employers[to])
        self.act(submit_transfer, self.person, command)

    @rule(which=st.sampled_from((0, 1)))
    def declare_a_position(self, which: int) -> None:
        """保存 of 专业技术职务."""
        series, title = TITLES[which]
        values = {
            "certificate_number": "4119010013109",
            "series": series,
            "major": "政治",
            "title": title,
            "passed_on": "2015-04-01",
        }
        self.act(submit_position, self.person, SubmitPosition(values=values))

    @rule(
        both=st.booleans(),
        by_name=st.booleans(),
        verdict=st.sampled_from((FaceVerdict.MATCH, FaceVerdict.UNCLEAR, FaceVerdict.NO_FACE)),
    )
    def change_the_identity(self, both: bool, by_name: bool, verdict: FaceVerdict) -> None:
        """证件信息修改; what the faces say is chance."""
        self.faces = FaceResult(verdict, 0.3, verdict.label)
        self.serial += 1
        now = self.identity()
        name = "张叁" if now[0] == "张三" else "张三"
        number = own_number(self.world.persons, self.serial)
        values = {
            "name": name if both or by_name else now[0],
            "id_number": number if both or not by_name else now[1],
        }
        front, back, portrait = self.card
        command = SubmitIdentity(values=values, front=front, back=back, portrait=portrait)
        self.act(submit_identity, self.person, command)

    @rule(
        pick=PICK,
        which=st.sampled_from(
            (
                ("transfer", withdraw_transfer),
                ("position", withdraw_position),
                ("identity", withdraw_identity),
            )
        ),
    )
    def take_back_a_change(self, pick: int, which: tuple[str, Any]) -> None:
        """撤回."""
        kind, use_case = which
        if found := self.one(kind, pick):
            self.act(use_case, self.person, ChangeKey(change_id=found[0], version=found[1]))

    @rule(days=st.sampled_from((1, 1, 31)))
    def wait(self, days: int) -> None:
        """Time goes by."""
        self.world.wait(days)

    # ---------------------------------------------------------------------------------- the applicant

    @rule(at=st.sampled_from((0, 1)))
    def apply(self, at: int) -> None:
        """注册."""
        form = self.form(at)
        self.act(register, GUEST, Register(values=form, employer_id=self.employers[at]))

    @rule(pick=PICK, again=st.booleans())
    def take_back_or_correct_a_registration(self, pick: int, again: bool) -> None:
        """撤回申请, 修改重提."""
        found = self.one("registration", pick)
        if found is None:
            return
        who: dict[str, Any] = {
            "registration_id": found[0],
            "version": found[1],
            "id_number": self.applicant,
            "password": PASSWORD,
        }
        if not again:
            self.act(withdraw_registration, GUEST, WithdrawRegistration(**who))
            return
        form = self.form(0)
        command = ResubmitRegistration(**who, values=form, employer_id=self.world.garden)
        self.act(resubmit_registration, GUEST, command)

    # ------------------------------------------------------------------------------------ the offices

    @rule(
        pick=PICK,
        office=st.integers(0, 6),
        subject=st.sampled_from(SUBJECTS),
        verdict=st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, *Verdict)),
    )
    def review_anything(self, pick: int, office: int, subject: Subject, verdict: Verdict) -> None:
        """A verdict of any office on anything, its turn or not."""
        if found := self.one(subject.value, pick):
            command = Decide(subject=subject, id=found[0], version=found[1], verdict=verdict, opinion=OPINION)
            self.act(decide, self.offices[office], command)

    @precondition(lambda self: self.waiting())
    @rule(pick=PICK, reject=st.booleans())
    def review_what_waits(self, pick: int, reject: bool) -> None:
        """A verdict of the office whose turn it is."""
        waiting = self.waiting()
        kind, number, office = waiting[pick % len(waiting)]
        verdict = Verdict.REJECT if reject else Verdict.APPROVE
        command = Decide(
            subject=Subject(kind),
            id=number,
            version=self.seen[kind, number][0],
            verdict=verdict,
            opinion=OPINION,
        )
        self.act(decide, office, command)

    @rule(pick=PICK, office=st.integers(0, 6))
    def take_back_a_verdict(self, pick: int, office: int) -> None:
        """收回."""
        if found := self.one("declaration", pick):
            self.act(undo_decision, self.offices[office], UndoDecision(id=found[0], version=found[1]))

    # ------------------------------------------------------------------------------------- what holds

    @invariant()
    def one_change_of_a_kind_waits_at_most(self) -> None:
        """And one position is in force at most."""
        states = Counter(
            (kind, state)
            for (kind, _), (_, state) in self.seen.items()
            if kind not in ("declaration", "registration")
        )
        for kind in ("transfer", "position", "identity"):
            assert states[kind, "pending"] <= 1
        assert states["position", "approved"] <= 1

    @invariant()
    def the_year_is_the_sum_of_what_was_approved(self) -> None:
        """完成情况 = the recognised hours of the approved ones, wherever the person belongs by now."""
        with self.world.store.reading() as work:
            own = select(func.sum(Declaration.recognised_halves)).where(
                Declaration.person_id == self.person.person_id, Declaration.status == "approved"
            )
            approved = work.session.scalar(own) or 0
            year = work.session.get(PersonYear, (self.person.person_id, 2026))
        assert (year.professional_halves if year else 0) == approved

    @invariant()
    def the_login_follows_the_number(self) -> None:
        """新证件号 = 新登录账号."""
        with self.world.store.reading() as work:
            person = work.session.get_one(Person, self.person.person_id)
            number = work.vault.open(person.id_number_sealed)
            account = work.session.get_one(Account, person.account_id)
            assert person.id_number_digest == work.vault.digest("id_number", number)
            assert work.vault.open(account.login_sealed) == number
            assert account.login_digest == work.vault.digest("login", number)

    @invariant()
    def nothing_else_waits_while_a_transfer_does(self) -> None:
        """The guard of the guide holds from both sides."""
        waiting = {kind for (kind, _), (_, state) in self.seen.items() if state == "pending"}
        assert "transfer" not in waiting or waiting <= {"transfer", "registration"}

    def act(self, use_case: Any, caller: Any, command: Any) -> str:
        """Do it; a refusal changes nothing, a move goes a way that exists and is written down exactly once."""
        before, answered = self.seen, "done"
        try:
            self.desk.do(use_case, caller, command)
        except Refused as refusal:
            answered = refusal.code.name
        after, entries = self.standing(), self.new_entries()
        assert answered != "INTERNAL"
        changed = {
            each: state for each, (_, state) in after.items() if before.get(each, (0, None))[1] != state
        }
        assert answered == "done" or not changed, (answered, changed)
        for each, state in changed.items():
            assert state in WAYS[each[0]].get(before.get(each, (0, None))[1], set()), (
                each,
                before.get(each),
                state,
            )
            wanted = 2 if each[0] == "identity" and each not in before and state == "approved" else 1
            assert entries[each] == wanted, (each, state, entries)
        self.seen = after
        return answered

    def standing(self) -> Seen:
        """Version and state of everything of the person and the applicant."""
        with self.world.store.reading() as work:
            own = select(Declaration.id, Declaration.version, Declaration.status).where(
                Declaration.person_id == self.person.person_id
            )
            found: Seen = {("declaration", row[0]): (row[1], row[2]) for row in work.session.execute(own)}
            changes = select(Change.kind, Change.id, Change.version, Change.state).where(
                Change.person_id == self.person.person_id
            )
            found |= {(row[0], row[1]): (row[2], row[3]) for row in work.session.execute(changes)}
            digest = work.vault.digest("id_number", self.applicant)
            applied = select(Registration.id, Registration.version, Registration.state).where(
                Registration.id_digest == digest
            )
            found |= {("registration", row[0]): (row[1], row[2]) for row in work.session.execute(applied)}
        return found

    def new_entries(self) -> Counter[Object]:
        """How often each object was written down since the last time."""
        with self.world.store.reading() as work:
            query = select(Audit.id, Audit.object_kind, Audit.object_id, Audit.summary).where(
                Audit.id > self.logged
            )
            rows = work.session.execute(query.order_by(Audit.id)).all()
        self.logged = rows[-1][0] if rows else self.logged
        return Counter(
            (kind, int(number))
            for _, kind, number, summary in rows
            if number.isdigit() and not summary.startswith("拒绝：")
        )

    def log_length(self) -> int:
        """The number of the newest entry."""
        with self.world.store.reading() as work:
            return work.session.scalar(select(func.max(Audit.id))) or 0

    def waiting(self) -> list[tuple[str, int, Actor]]:
        """What waits and for whom."""
        by_org = {office.org_id: office for office in self.offices}
        found: list[tuple[str, int, Actor]] = []
        with self.world.store.reading() as work:
            for kind, number in sorted(each for each, (_, state) in self.seen.items() if state == "pending"):
                if kind == "declaration":
                    org = work.session.get_one(Declaration, number).handler_org_id
                elif kind == "registration":
                    org = work.session.get_one(Registration, number).employer_id
                else:
                    org = work.session.get_one(Change, number).org_id
                found.append((kind, number, by_org[org]))
        return found

    def form(self, at: int) -> dict[str, str]:
        """The applicant's form for one of the employers."""
        born = f"{self.applicant[6:10]}-{self.applicant[10:12]}-{self.applicant[12:14]}"
        region = ("410327", "411402")[at]
        return typed_form(self.employers[at], id_number=self.applicant, region=region, birth_date=born)

    def one(self, kind: str, pick: int) -> tuple[int, int] | None:
        """Any object of a kind with its version."""
        found = sorted(
            (number, version) for (each, number), (version, _) in self.seen.items() if each == kind
        )
        return found[pick % len(found)] if found else None

    def identity(self) -> tuple[str, str]:
        """What the person is called now."""
        with self.world.store.reading() as work:
            person = work.session.get_one(Person, self.person.person_id)
            return person.name, work.vault.open(person.id_number_sealed)

    def brought(self, folder: Path, shade: int) -> EvidenceRef:
        """A picture of the card, or the portrait."""
        path = picture(folder, f"证件{shade}.png", shade)
        kept = self.desk.do(add_identity_picture, self.person, AddEvidence(path=str(path)))
        return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name)


def own_number(run: int, serial: int) -> str:
    """A resident's number that no other run uses."""
    born = date(1970, 1, 1) + timedelta(days=run)
    first = f"410099{born:%Y%m%d}{serial * 2 + 1:03d}"
    return first + check_digit(first)


def test_a_person_in_any_order_keeps_to_the_rules(store: Store, tmp_path: Path) -> None:
    world = build_world(store)
    desk = cheap_desk(store)
    reviewing = (world.garden, world.clinic, world.school, world.city_bureau, world.other_bureau)
    offices = tuple(world.office(each) for each in (*reviewing, world.education, world.county_bureau))
    run_state_machine_as_test(
        lambda: PersonMachine(world, desk, offices, tmp_path),  # type: ignore[arg-type]  # any maker of machines will do
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
