"""Registration: sent in, looked up, taken back, refused and sent again, approved; on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from core.model import Account, AccountRole, Audit, Department, Org, Person, Registration
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.schema.registration import (
    LookUpRegistration,
    Register,
    RegistrationView,
    ResubmitRegistration,
    WithdrawRegistration,
)
from core.schema.sign_in import SignIn
from core.services.admission import approve_registration, reject_registration
from core.services.desk import Desk
from core.services.registrations import (
    register,
    registration_status,
    resubmit_registration,
    withdraw_registration,
)
from core.services.sign_in import sign_in
from tests.services.front_door import GUEST, NUMBER, PASSWORD, typed_form
from tests.services.hall import answer
from tests.worlds import World, id_number


def registered(desk: Desk, world: World, **changed: str) -> RegistrationView:
    return desk.do(register, GUEST, Register(values=typed_form(world.school, **changed)))


def refusal_of(desk: Desk, world: World, **changed: str) -> Refused:
    with pytest.raises(Refused) as caught:
        registered(desk, world, **changed)
    return caught.value


def reject(desk: Desk, reviewer: Actor, view: RegistrationView, reason: str = "不是本单位人员") -> None:
    with desk.writing() as work:
        reject_registration(work, reviewer, view.id, view.version, reason)
        work.commit()


def approve(desk: Desk, reviewer: Actor, view: RegistrationView) -> None:
    with desk.writing() as work:
        approve_registration(work, reviewer, view.id, view.version)
        work.commit()


def look_up(desk: Desk, password: str = PASSWORD) -> RegistrationView:
    return desk.do(registration_status, GUEST, LookUpRegistration(id_number=NUMBER, password=password))


def withdraw(desk: Desk, view: RegistrationView, password: str = PASSWORD) -> RegistrationView:
    command = WithdrawRegistration(
        registration_id=view.id, version=view.version, id_number=NUMBER, password=password
    )
    return desk.do(withdraw_registration, GUEST, command)


def resubmit(desk: Desk, view: RegistrationView, **changed: str) -> RegistrationView:
    command = ResubmitRegistration(
        registration_id=view.id,
        version=view.version,
        id_number=NUMBER,
        password=PASSWORD,
        values={**view.values, **changed},
    )
    return desk.do(resubmit_registration, GUEST, command)


def test_a_registration_waits_for_the_chosen_employer(desk: Desk, world: World) -> None:
    view = registered(desk, world)
    assert (view.state_label, view.reviewer) == ("待审核", "汝阳县小店镇第一初级中学")


def test_its_owner_sees_every_value_but_the_passwords(desk: Desk, world: World) -> None:
    registered(desk, world, id_number=NUMBER.lower())
    values = look_up(desk).values
    assert values["id_number"] == NUMBER
    assert not [key for key in values if "password" in key]


def test_nothing_personal_lies_readable_in_the_database(desk: Desk, world: World) -> None:
    registered(desk, world)
    with desk.reading() as work:
        row = work.session.scalars(select(Registration)).one()
        audit = " ".join(work.session.scalars(select(Audit.summary)))
    assert NUMBER.encode() not in row.sealed and b"19900000001" not in row.sealed
    assert NUMBER not in row.id_number_masked and NUMBER not in audit


def test_all_fields_at_fault_are_named_at_once(desk: Desk, world: World) -> None:
    refusal = refusal_of(desk, world, name="[/ 测试]", mobile="123", id_number="x" * 10_000)
    assert [error.field for error in refusal.fields] == ["id_number", "mobile", "name"]


def test_a_name_that_no_certificate_can_show_is_refused_beside_its_field(desk: Desk, world: World) -> None:
    refusal = refusal_of(desk, world, name="张\U0003106c")
    assert [(error.field, error.code) for error in refusal.fields] == [("name", ErrorCode.NO_GLYPH)]


def test_an_employer_that_takes_no_registrations_is_refused(desk: Desk, world: World) -> None:
    with desk.writing() as work:
        work.session.get_one(Org, world.school).accepts_registrations = False
        work.commit()
    assert [each.code for each in refusal_of(desk, world).fields] == [ErrorCode.EMPLOYER_CLOSED]


def test_an_office_that_is_no_employer_is_refused(desk: Desk, world: World) -> None:
    refusal = refusal_of(desk, world, employer=str(world.county_bureau))
    assert [each.code for each in refusal.fields] == [ErrorCode.EMPLOYER_CLOSED]


def test_a_department_of_another_employer_is_refused(desk: Desk, world: World) -> None:
    with desk.writing() as work:
        foreign = Department(org_id=world.garden, name="工程部")
        work.session.add(foreign)
        work.session.flush()
        department_id = foreign.id
        work.commit()
    command = Register(values=typed_form(world.school), department_id=department_id)
    with pytest.raises(Refused) as caught:
        desk.do(register, GUEST, command)
    assert [error.field for error in caught.value.fields] == ["department"]


def test_one_number_waits_only_once(desk: Desk, world: World) -> None:
    registered(desk, world)
    refusal = refusal_of(desk, world)
    assert refusal.code is ErrorCode.ID_PENDING
    assert [error.field for error in refusal.fields] == ["id_number"]


def test_of_two_who_register_one_number_at_once_exactly_one_wins(desk: Desk, world: World) -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(6)

    def try_it() -> None:
        gate.wait()
        try:
            outcomes.append(registered(desk, world).state)
        except Refused as refusal:
            outcomes.append(refusal.code.name)

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ID_PENDING"] * 5 + ["pending"]


def test_a_withdrawn_registration_frees_the_number(desk: Desk, world: World) -> None:
    withdrawn = withdraw(desk, registered(desk, world))
    again = registered(desk, world)
    assert (withdrawn.state_label, again.state_label) == ("已撤回", "待审核")


def test_another_password_finds_no_registration(desk: Desk, world: World) -> None:
    registered(desk, world)
    with pytest.raises(Refused) as caught:
        look_up(desk, "wrong-pass1")
    assert caught.value.code is ErrorCode.REGISTRATION_NOT_FOUND
    assert caught.value.params["left"] == 4


def test_a_registration_that_was_decided_meanwhile_cannot_be_withdrawn(desk: Desk, world: World) -> None:
    view = registered(desk, world)
    reject(desk, world.office(world.school), view)
    with pytest.raises(Refused) as caught:
        withdraw(desk, view)
    assert caught.value.code is ErrorCode.STALE


def test_a_refusal_needs_a_reason(desk: Desk, world: World) -> None:
    view = registered(desk, world)
    with pytest.raises(Refused) as caught:
        reject(desk, world.office(world.school), view, "  ")
    assert caught.value.code is ErrorCode.REASON_REQUIRED


def test_the_owner_reads_the_reason_of_a_refusal(desk: Desk, world: World) -> None:
    reject(desk, world.office(world.school), registered(desk, world))
    seen = look_up(desk)
    assert (seen.state_label, seen.reason) == ("已驳回", "不是本单位人员")


def test_a_refused_registration_is_corrected_and_sent_again(desk: Desk, world: World) -> None:
    reject(desk, world.office(world.school), registered(desk, world))
    again = resubmit(desk, look_up(desk), employer=str(world.garden))
    assert (again.state_label, again.reviewer) == ("待审核", "华瑞园林工程有限公司")


def test_its_history_keeps_every_move(desk: Desk, world: World) -> None:
    reject(desk, world.office(world.school), registered(desk, world))
    resubmit(desk, look_up(desk))
    moves = [(line.move_label, line.actor_name) for line in look_up(desk).history]
    assert moves == [("提交注册", "张三"), ("不通过", "管理员"), ("修改重提", "张三")]


def test_after_a_correction_the_old_password_still_proves_its_owner(desk: Desk, world: World) -> None:
    reject(desk, world.office(world.school), registered(desk, world))
    resubmit(desk, look_up(desk))
    assert look_up(desk).state_label == "待审核"


def test_an_approved_registration_becomes_a_person_who_can_sign_in(desk: Desk, world: World) -> None:
    approve(desk, world.office(world.school), registered(desk, world))
    session = desk.do(sign_in, GUEST, SignIn(role=Role.PERSON, login=NUMBER, password=PASSWORD))
    assert (session.actor.name, session.actor.region_code) == ("张三", "410326")


def test_only_the_chosen_employer_decides(desk: Desk, world: World) -> None:
    view = registered(desk, world)
    with pytest.raises(Refused) as caught:
        approve(desk, world.office(world.garden), view)
    assert caught.value.code is ErrorCode.NOT_YOURS


def test_a_number_that_has_an_account_is_taken(desk: Desk, world: World) -> None:
    approve(desk, world.office(world.school), registered(desk, world))
    assert refusal_of(desk, world).code is ErrorCode.ID_TAKEN


def test_of_two_reviewers_exactly_one_decides(desk: Desk, world: World) -> None:
    view = registered(desk, world)
    reviewers = [world.office(world.school), world.office(world.school)]
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def decide(reviewer: Actor) -> None:
        gate.wait()
        try:
            approve(desk, reviewer, view)
            outcomes.append("approved")
        except Refused as refusal:
            outcomes.append(refusal.code.name)

    threads = [threading.Thread(target=decide, args=(reviewer,)) for reviewer in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["STALE", "approved"]
    with desk.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Person)) == 1


def test_an_existing_account_gets_the_role_once_it_is_approved(desk: Desk, world: World) -> None:
    office = world.office(world.garden)
    with desk.writing() as work:
        account = work.session.get_one(Account, office.account_id)
        account.login_digest = work.vault.digest("login", "HRYL")
        account.password_hash = desk.passwords.hash(PASSWORD)
        work.commit()
    values = typed_form(world.school, password_again="")
    view = desk.do(register, GUEST, Register(values=values, existing_user=True, existing_login="hryl"))
    approve(desk, world.office(world.school), view)
    with desk.reading() as work:
        roles = set(
            work.session.scalars(select(AccountRole.role).where(AccountRole.account_id == office.account_id))
        )
    assert roles == {"employer", "person"}


def test_of_two_registrations_of_one_account_the_second_is_not_admitted(desk: Desk, world: World) -> None:
    office, school = world.office(world.garden), world.office(world.school)
    sent = [registered(desk, world), registered(desk, world, id_number=id_number(301))]
    with desk.writing() as work:  # as two that were sent in at the same moment
        rows = [work.session.get_one(Registration, view.id) for view in sent]
        for row in rows:
            row.account_id = office.account_id
        work.commit()
    with desk.writing() as work:
        approve_registration(work, school, rows[0].id, rows[0].version)
        work.commit()
    with desk.writing() as work, pytest.raises(Refused) as caught:
        approve_registration(work, school, rows[1].id, rows[1].version)
    assert caught.value.code is ErrorCode.ID_TAKEN


def test_looking_up_ones_own_registration_wipes_out_no_tries_at_anothers_password(
    desk: Desk, world: World
) -> None:
    reject(
        desk,
        world.office(world.school),
        registered(desk, world, password="mine-words-1", password_again="mine-words-1"),
    )
    approve(desk, world.office(world.school), registered(desk, world))
    tried = []
    for number in range(desk.settings.lock_tries):
        guess = SignIn(role=Role.PERSON, login=NUMBER, password=f"guess{number}")
        tried.append(answer(lambda each=guess: desk.do(sign_in, GUEST, each)))
        answer(lambda: look_up(desk, "mine-words-1"))
    assert tried[-1] == "LOCKED"


def test_an_existing_account_must_be_proved_by_its_password(desk: Desk, world: World) -> None:
    world.office(world.garden)
    command = Register(values=typed_form(world.school), existing_user=True, existing_login="nobody")
    with pytest.raises(Refused) as caught:
        desk.do(register, GUEST, command)
    assert caught.value.code is ErrorCode.WRONG_LOGIN


def test_a_corrected_number_must_be_free_too(desk: Desk, world: World) -> None:
    other = id_number(301)
    registered(desk, world, id_number=other)
    reject(desk, world.office(world.school), registered(desk, world))
    with pytest.raises(Refused) as caught:
        resubmit(desk, look_up(desk), id_number=other)
    assert caught.value.code is ErrorCode.ID_PENDING
