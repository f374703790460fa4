"""Sub-accounts: made by the chief one for a reviewer, named in the history, shut and opened, never managing others."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, AccountRole, Audit, Decision
from core.rules.roles import Actor, Role
from core.schema.accounts import AccountKey, GivenPassword, MakeSubAccount, SwitchAccount
from core.schema.base import Nothing
from core.schema.passwords import ChangePassword
from core.schema.review import Decide, ItemKey, Verdict
from core.schema.sign_in import SignIn
from core.schema.staff import StaffKey
from core.services.desk import Desk
from core.services.password_change import change_password
from core.services.review import decide
from core.services.review_views import look_at_item, queue_page
from core.services.sign_in import sign_in
from core.services.staff import reset_staff_password
from core.services.sub_accounts import (
    make_sub_account,
    reset_sub_account,
    sub_account_page,
    switch_sub_account,
)
from tests.services.front_door import GUEST
from tests.services.hall import answer, base_of, last_entry
from tests.worlds import World, submitted

WANTED = MakeSubAccount(login="school.wang", name="王小燕")
OWN = "own-pass-77"


def given_to(desk: Desk, chief: Actor, wanted: MakeSubAccount = WANTED) -> GivenPassword:
    return desk.do(make_sub_account, chief, wanted)


def enter(desk: Desk, made: GivenPassword, role: Role = Role.EMPLOYER) -> Actor:
    """Signed in with a password of its own."""
    actor = desk.do(sign_in, GUEST, SignIn(role=role, login=made.login, password=made.password)).actor
    desk.do(change_password, actor, ChangePassword(old=made.password, new=OWN, again=OWN))
    return actor


def test_the_initial_password_lets_in_and_must_be_changed(desk: Desk, world: World) -> None:
    made = given_to(desk, world.office(world.school))
    signed_in = desk.do(
        sign_in, GUEST, SignIn(role=Role.EMPLOYER, login="School.Wang", password=made.password)
    )
    refused = answer(lambda: desk.do(queue_page, signed_in.actor, _queue()))
    assert (signed_in.must_change_password, refused) == (True, "MUST_CHANGE_PASSWORD")


def test_an_actor_of_a_sub_account_goes_by_its_holders_name(desk: Desk, world: World) -> None:
    actor = enter(desk, given_to(desk, world.office(world.school)))
    assert (actor.name, actor.org_id) == ("王小燕", world.school)


@pytest.mark.parametrize("kind", ["school", "education", "county_bureau", "base"])
def test_every_kind_of_office_has_sub_accounts(desk: Desk, world: World, kind: str) -> None:
    org = base_of(world) if kind == "base" else getattr(world, kind)
    chief = world.office(org)
    made = given_to(desk, chief)
    rows = desk.do(sub_account_page, chief, Nothing()).rows
    assert [(row.login, row.kind_label) for row in rows][-1] == (made.login, "子账户")


def test_history_and_audit_name_the_person_who_decided(desk: Desk, world: World, tmp_path: Path) -> None:
    sub = enter(desk, given_to(desk, world.office(world.school)))
    view = submitted(desk, world.person(), tmp_path)
    desk.do(decide, sub, Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE))
    with desk.reading() as work:
        line = work.session.scalars(select(Decision).order_by(Decision.id.desc()).limit(1)).one()
    assert (line.actor_name, last_entry(world.store).actor_name) == ("王小燕", "王小燕")


def test_who_else_is_looking_is_named(desk: Desk, world: World, tmp_path: Path) -> None:
    chief = world.office(world.school)
    sub = enter(desk, given_to(desk, chief))
    view = submitted(desk, world.person(), tmp_path)
    desk.do(look_at_item, sub, ItemKey(id=view.id))
    seen = desk.do(look_at_item, chief, ItemKey(id=view.id))
    assert "王小燕" in repr(seen)


def test_a_sub_account_manages_no_accounts(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    sub = enter(desk, made)
    key = AccountKey(account_id=made.account_id)
    other = MakeSubAccount(login="school.li", name="李小军")
    person = StaffKey(person_id=world.person().person_id or 0)
    calls = (
        lambda: desk.do(sub_account_page, sub, Nothing()),
        lambda: desk.do(make_sub_account, sub, other),
        lambda: desk.do(reset_sub_account, sub, key),
        lambda: desk.do(switch_sub_account, sub, _off(made)),
        lambda: desk.do(reset_staff_password, sub, person),
    )
    assert [answer(call) for call in calls] == ["NOT_CHIEF"] * 5


@pytest.mark.parametrize(
    ("login", "name", "code"),
    [
        ("", "王小燕", "REQUIRED"),
        ("ab", "王小燕", "BAD_LOGIN"),
        ("123456", "王小燕", "BAD_LOGIN"),
        ("guest", "王小燕", "BAD_LOGIN"),
        ("41009919850307001X", "王小燕", "BAD_LOGIN"),
        ("王小燕", "王小燕", "BAD_LOGIN"),
        ("office-1", "王小燕", "LOGIN_IN_USE"),
        ("school.wang", "", "REQUIRED"),
        ("school.wang", "王", "BAD_NAME"),
    ],
)
def test_login_and_name_are_looked_at(desk: Desk, world: World, login: str, name: str, code: str) -> None:
    chief = world.office(world.school)
    with desk.writing() as work:  # a login of the world is stored as it was typed
        account = work.session.get_one(Account, chief.account_id)
        account.login_digest = work.vault.digest("login", "OFFICE-1")
        work.commit()
    assert answer(lambda: given_to(desk, chief, MakeSubAccount(login=login, name=name))) == code


def test_the_code_of_another_office_is_no_login_name(desk: Desk, world: World) -> None:
    with desk.writing() as work:
        from core.model import Org

        work.session.get_one(Org, world.garden).code = "GARDEN1"
        work.commit()
    wanted = MakeSubAccount(login="garden1", name="王小燕")
    assert answer(lambda: given_to(desk, world.office(world.school), wanted)) == "LOGIN_IN_USE"


def test_two_reviewers_of_one_office_do_not_share_a_name(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    given_to(desk, chief)
    again = MakeSubAccount(login="school.wang2", name="王小燕")
    assert answer(lambda: given_to(desk, chief, again)) == "NAME_TWICE"


def test_a_disabled_sub_account_is_out_at_once_and_lets_nobody_in(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    sub = enter(desk, made)
    desk.do(switch_sub_account, chief, _off(made))
    again = SignIn(role=Role.EMPLOYER, login=made.login, password=OWN)
    answers = [
        answer(lambda: desk.do(queue_page, sub, _queue())),
        answer(lambda: desk.do(sign_in, GUEST, again)),
    ]
    assert answers == ["SESSION_ENDED", "DISABLED"]


def test_a_sub_account_that_is_enabled_again_signs_in_with_its_password(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    enter(desk, made)
    desk.do(switch_sub_account, chief, _off(made))
    desk.do(switch_sub_account, chief, SwitchAccount(account_id=made.account_id, on=True, reason="回岗"))
    wanted = SignIn(role=Role.EMPLOYER, login=made.login, password=OWN)
    assert not desk.do(sign_in, GUEST, wanted).must_change_password


def test_disabling_takes_a_reason_that_stays_in_the_list(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    nothing = SwitchAccount(account_id=made.account_id, on=False, reason=" ")
    refused = answer(lambda: desk.do(switch_sub_account, chief, nothing))
    desk.do(switch_sub_account, chief, _off(made))
    row = desk.do(sub_account_page, chief, Nothing()).rows[-1]
    assert (refused, row.state_label, row.reason) == ("REASON_REQUIRED", "停用", "已调离")


def test_what_is_disabled_already_is_not_disabled_twice(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    desk.do(switch_sub_account, chief, _off(made))
    codes = [
        answer(lambda: desk.do(switch_sub_account, chief, _off(made))),
        answer(lambda: desk.do(reset_sub_account, chief, AccountKey(account_id=made.account_id))),
    ]
    assert codes == ["MOVE_NOT_ALLOWED", "MOVE_NOT_ALLOWED"]


def test_a_reset_gives_another_password_and_ends_the_sessions(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    sub = enter(desk, made)
    fresh = desk.do(reset_sub_account, chief, AccountKey(account_id=made.account_id))
    ended = answer(lambda: desk.do(queue_page, sub, _queue()))
    wanted = SignIn(role=Role.EMPLOYER, login=made.login, password=fresh.password)
    assert (ended, desk.do(sign_in, GUEST, wanted).must_change_password) == ("SESSION_ENDED", True)


def test_the_chief_neither_shuts_itself_out_nor_another_chief(desk: Desk, world: World) -> None:
    chief, other = world.office(world.school), world.office(world.school)
    codes = [
        answer(
            lambda each=each: desk.do(  # type: ignore[misc]
                switch_sub_account,
                chief,
                SwitchAccount(account_id=each.account_id, on=False, reason="调离"),
            )
        )
        for each in (chief, other)
    ]
    assert codes == ["OWN_ACCOUNT", "NOT_YOURS"]


def test_an_account_with_further_roles_is_left_to_the_operator(desk: Desk, world: World) -> None:
    chief = world.office(world.school)
    made = given_to(desk, chief)
    with desk.writing() as work:
        more = AccountRole(account_id=made.account_id, role="bureau", org_id=world.county_bureau)
        work.session.add(more)
        work.commit()
    assert answer(lambda: desk.do(switch_sub_account, chief, _off(made))) == "SHARED_ACCOUNT"


def test_neither_the_audit_log_nor_a_repr_holds_the_password(desk: Desk, world: World) -> None:
    made = given_to(desk, world.office(world.school))
    with desk.reading() as work:
        written = repr([tuple(row) for row in work.session.execute(select(Audit.__table__))])
    assert made.password not in written + repr(made) and "子账户 王小燕" in written


def _off(made: GivenPassword) -> SwitchAccount:
    return SwitchAccount(account_id=made.account_id, on=False, reason="已调离")


def _queue() -> object:
    from core.schema.review import QueueQuery

    return QueueQuery()
