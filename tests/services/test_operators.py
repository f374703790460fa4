"""管理员管理: operators are made, shut and opened; a role is added to an account that has none for it."""

from __future__ import annotations

import pytest

from core.model import Account, Org
from core.rules.roles import Role
from core.schema.accounts import AccountKey, AddRole, MakeOperator, SwitchAccount
from core.schema.base import Nothing
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.operators import (
    add_role,
    make_operator,
    operator_page,
    reset_operator,
    switch_operator,
)
from core.services.sign_in import sign_in
from tests.services.front_door import GUEST
from tests.services.hall import answer, last_entry, number_of, operator
from tests.worlds import World

SECOND = MakeOperator(login="second.operator", name="刘小军")


def test_a_second_operator_signs_in_under_its_holders_name(desk: Desk, world: World) -> None:
    made = desk.do(make_operator, operator(world), SECOND)
    wanted = SignIn(role=Role.OPERATOR, login="second.operator", password=made.password)
    signed_in = desk.do(sign_in, GUEST, wanted)
    assert (signed_in.actor.name, signed_in.must_change_password) == ("刘小军", True)


def test_the_list_shows_every_operator(desk: Desk, world: World) -> None:
    boss = operator(world)
    desk.do(make_operator, boss, SECOND)
    rows = desk.do(operator_page, boss, Nothing()).rows
    assert [(row.login, row.state_label) for row in rows] == [
        ("OPERATOR", "正常"),
        ("SECOND.OPERATOR", "待改密码"),
    ]


def test_a_login_name_that_somebody_has_is_refused_beside_the_field(desk: Desk, world: World) -> None:
    boss = operator(world)
    wanted = MakeOperator(login="operator", name="刘小军")
    assert answer(lambda: desk.do(make_operator, boss, wanted)) == "LOGIN_IN_USE"


def test_nobody_shuts_out_themselves_and_never_the_last_one(desk: Desk, world: World) -> None:
    boss = operator(world)
    own = SwitchAccount(account_id=boss.account_id, on=False, reason="离职")
    alone = answer(lambda: desk.do(switch_operator, boss, own))
    desk.do(make_operator, boss, SECOND)
    assert (alone, answer(lambda: desk.do(switch_operator, boss, own))) == ("LAST_OPERATOR", "OWN_ACCOUNT")


def test_an_operator_is_shut_out_and_let_in_again_with_a_reason(desk: Desk, world: World) -> None:
    boss = operator(world)
    made = desk.do(make_operator, boss, SECOND)
    entry = SignIn(role=Role.OPERATOR, login=made.login, password=made.password)
    off = desk.do(switch_operator, boss, SwitchAccount(account_id=made.account_id, on=False, reason="已离职"))
    refused = answer(lambda: desk.do(sign_in, GUEST, entry))
    desk.do(switch_operator, boss, SwitchAccount(account_id=made.account_id, on=True, reason="已回岗"))
    assert (off.reason, refused, desk.do(sign_in, GUEST, entry).actor.role) == (
        "已离职",
        "DISABLED",
        Role.OPERATOR,
    )


def test_a_reset_gives_another_password(desk: Desk, world: World) -> None:
    boss = operator(world)
    made = desk.do(make_operator, boss, SECOND)
    fresh = desk.do(reset_operator, boss, AccountKey(account_id=made.account_id))
    entry = SignIn(role=Role.OPERATOR, login=made.login, password=fresh.password)
    assert desk.do(sign_in, GUEST, entry).must_change_password and fresh.password != made.password


def test_a_reset_of_ones_own_password_is_refused(desk: Desk, world: World) -> None:
    boss = operator(world)
    key = AccountKey(account_id=boss.account_id)
    assert answer(lambda: desk.do(reset_operator, boss, key)) == "OWN_ACCOUNT"


def test_an_account_that_is_no_operators_is_not_found(desk: Desk, world: World) -> None:
    boss, office = operator(world), world.office(world.school)
    key = AccountKey(account_id=office.account_id)
    assert answer(lambda: desk.do(reset_operator, boss, key)) == "NOT_FOUND"


def test_a_person_gets_the_role_of_an_office_and_switches_to_it(desk: Desk, world: World) -> None:
    person, boss = world.person(), operator(world)
    with desk.writing() as work:
        work.session.get_one(Org, world.school).code = "SCHOOL1"
        work.commit()
    wanted = AddRole(login=number_of(world, person), role=Role.EMPLOYER, org_code="school1")
    made = desk.do(add_role, boss, wanted)
    twice = answer(lambda: desk.do(add_role, boss, wanted))
    entry = last_entry(world.store)
    assert (made.added, twice, entry.action) == (True, "LOGIN_TAKEN", "account.create")


@pytest.mark.parametrize(
    ("login", "role", "code"),
    [
        ("", Role.OPERATOR, "REQUIRED"),
        ("nobody", Role.OPERATOR, "ACCOUNT_NOT_FOUND"),
        ("operator", Role.PERSON, "NOT_IN_LIST"),
        ("operator", Role.BUREAU, "ORG_NOT_FOUND"),
        ("operator", Role.OPERATOR, "LOGIN_TAKEN"),
    ],
)
def test_a_role_that_cannot_be_added_is_refused(
    desk: Desk, world: World, login: str, role: Role, code: str
) -> None:
    boss = operator(world)
    assert answer(lambda: desk.do(add_role, boss, AddRole(login=login, role=role, org_code="X"))) == code


def test_no_role_is_added_to_an_account_whose_initial_password_another_knows(
    desk: Desk, world: World
) -> None:
    person, boss = world.person(), operator(world)
    with desk.writing() as work:
        work.session.get_one(Account, person.account_id).must_change = True
        work.commit()
    wanted = AddRole(login=number_of(world, person), role=Role.OPERATOR)
    assert answer(lambda: desk.do(add_role, boss, wanted)) == "MOVE_NOT_ALLOWED"
