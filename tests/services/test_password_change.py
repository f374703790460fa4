"""修改密码 in every role, the old password first; and an initial password that must be changed before all else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.model import Account, AccountRole, Audit, Message
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.schema.annual import AnnualQuery
from core.schema.base import Nothing
from core.schema.messages import MessageQuery
from core.schema.passwords import ChangePassword, PasswordChanged
from core.schema.sign_in import SignIn, SwitchRole
from core.services.annual import annual_page
from core.services.desk import Desk
from core.services.inbox import message_page
from core.services.password_change import change_password
from core.services.sign_in import sign_in, sign_out, switch_role
from tests.services.front_door import GUEST, PASSWORD
from tests.services.hall import another_session, answer, entries, everybody
from tests.services.races import at_once
from tests.worlds import World

NEW, LOGIN = "newpass123", "SOMEBODY"


def with_password(desk: Desk, actor: Actor, *, must_change: bool = False) -> Actor:
    """Let the account be signed in to as LOGIN with PASSWORD."""
    with desk.writing() as work:
        account = work.session.get_one(Account, actor.account_id)
        account.login_digest = work.vault.digest("login", LOGIN)
        account.password_hash, account.must_change = desk.passwords.hash(PASSWORD), must_change
        work.commit()
    return actor


def other_session(world: World, actor: Actor, name: str = "elsewhere") -> Actor:
    with world.store.writing() as work:
        held = work.session.scalars(
            select(AccountRole).where(AccountRole.account_id == actor.account_id)
        ).first()
        assert held is not None
        another_session(work.session, world, held, name)
        work.commit()
    return replace(actor, session_id=name)


def change(old: str = PASSWORD, new: str = NEW, again: str | None = None) -> ChangePassword:
    return ChangePassword(old=old, new=new, again=new if again is None else again)


def home(desk: Desk, person: Actor) -> str:
    return answer(lambda: desk.do(annual_page, person, AnnualQuery()))


def test_every_role_changes_its_own_password(desk: Desk, world: World) -> None:
    done = {}
    for role, actor in everybody(world).items():
        with_password(desk, actor)
        desk.do(change_password, actor, change())
        command = SignIn(role=role, login=LOGIN, password=NEW)
        done[role] = answer(lambda command=command: desk.do(sign_in, GUEST, command))  # type: ignore[misc]
        with desk.writing() as work:
            work.session.get_one(Account, actor.account_id).login_digest = work.vault.digest("login", role)
            work.commit()
    assert done == dict.fromkeys(Role, "done")


def test_the_old_password_is_good_no_more(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    desk.do(change_password, person, change())
    assert answer(lambda: desk.do(change_password, person, change())) == "WRONG_OLD_PASSWORD"


def test_other_sessions_end_at_once_and_the_own_goes_on(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    second, third = other_session(world, person), other_session(world, person, "third")
    stranger = world.person("李四")
    done = desk.do(change_password, person, change())
    assert (done, [home(desk, each) for each in (person, second, third, stranger)]) == (
        PasswordChanged(2),
        ["done", "SESSION_ENDED", "SESSION_ENDED", "done"],
    )


@pytest.mark.parametrize(
    ("command", "field", "code"),
    [
        (change(old="wrong-one-1"), "old", "WRONG_OLD_PASSWORD"),
        (change(old=""), "old", "REQUIRED"),
        (change(new=PASSWORD), "new", "SAME_PASSWORD"),
        (change(new="12345678"), "new", "BAD_PASSWORD"),
        (change(new="short1"), "new", "BAD_PASSWORD"),
        (change(again="newpass124"), "again", "PASSWORDS_DIFFER"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(
    desk: Desk, world: World, command: ChangePassword, field: str, code: str
) -> None:
    person = with_password(desk, world.person())
    second, before = other_session(world, person), entries(world.store)
    with pytest.raises(Refused) as caught:
        desk.do(change_password, person, command)
    said = [(each.field, each.code.name) for each in caught.value.fields]
    assert (said, home(desk, second), entries(world.store) - before) == ([(field, code)], "done", 0)


def test_an_open_screen_is_no_way_to_guess_the_password(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    wrong = [answer(lambda: desk.do(change_password, person, change(old="wrong-one-1"))) for _ in range(5)]
    right = answer(lambda: desk.do(change_password, person, change()))
    assert (wrong, right) == (["WRONG_OLD_PASSWORD"] * 4 + ["LOCKED"], "LOCKED")


def test_guessing_at_an_open_screen_does_not_lock_the_door(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    for _ in range(5):
        answer(lambda: desk.do(change_password, person, change(old="wrong-one-1")))
    entered = SignIn(role=Role.PERSON, login=LOGIN, password=PASSWORD)
    assert answer(lambda: desk.do(sign_in, GUEST, entered)) == "done"


def test_a_change_leaves_one_entry_and_a_message(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    before = entries(world.store)
    desk.do(change_password, person, change())
    with desk.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    page = desk.do(message_page, person, MessageQuery())
    assert (entries(world.store) - before, last.action, "密码已修改" in page.rows[0].text) == (
        1,
        "password.change",
        True,
    )


def test_of_two_sessions_that_change_at_once_one_wins(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person())
    second = other_session(world, person)
    said = at_once(
        lambda: desk.do(change_password, person, change(new="firstpw-1")),
        lambda: desk.do(change_password, second, change(new="secondpw-2")),
    )
    winner = ("firstpw-1", "secondpw-2")[said.index("done")]
    entered = SignIn(role=Role.PERSON, login=LOGIN, password=winner)
    lost = [each for each in said if each != "done"]
    assert (len(lost), set(lost) <= {"STALE", "SESSION_ENDED", "WRONG_OLD_PASSWORD"}) == (1, True)
    assert answer(lambda: desk.do(sign_in, GUEST, entered)) == "done"


def test_an_initial_password_must_be_changed_before_anything_else(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person(), must_change=True)
    before = home(desk, person)
    desk.do(change_password, person, change())
    assert (before, home(desk, person)) == (ErrorCode.MUST_CHANGE_PASSWORD.name, "done")


def test_with_an_initial_password_one_may_leave_and_change_the_role(desk: Desk, world: World) -> None:
    person = with_password(desk, world.person(), must_change=True)
    with world.store.writing() as work:
        work.session.add(AccountRole(account_id=person.account_id, role="employer", org_id=world.school))
        work.commit()
    now = desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER)).actor
    assert answer(lambda: desk.do(sign_out, now, Nothing())) == "done"


def test_an_office_is_told_without_a_mail(desk: Desk, world: World) -> None:
    office = with_password(desk, world.office(world.school))
    desk.do(change_password, office, change())
    with desk.reading() as work:
        told = work.session.scalars(select(Message)).one()
    assert (told.account_id, told.org_id) == (office.account_id, None)
