"""Signing in: the challenge, the throttle, what is said to whom, and sessions; on both databases."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core.model import Account, AccountRole, Audit, LoginSession, Throttle
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import PERMISSIONS
from core.rules.roles import Actor, Guest, Role
from core.schema.base import Nothing, Number
from core.schema.registration import Register
from core.schema.sign_in import SignedIn, SignIn, SwitchRole
from core.services.challenge_picture import draw_digits, numeral
from core.services.desk import Desk, all_use_cases
from core.services.employers import departments_of
from core.services.passwords import Passwords
from core.services.registrations import register
from core.services.sign_in import new_challenge, sign_in, sign_out, switch_role
from core.store.store import Store
from tests.services.front_door import GUEST, NUMBER, PASSWORD, cheap_desk, typed_form
from tests.worlds import SetClock, World, build_world


@pytest.fixture
def guarded(open_new_store: Callable[..., Store]) -> Desk:
    """A desk that wants the challenge answered, with one account, `YAMEN`."""
    world = build_world(open_new_store("sqlite", captcha=True))
    desk = cheap_desk(world.store)
    give_login(desk, world.office(world.school), "YAMEN")
    return desk


def give_login(desk: Desk, actor: Actor, login: str, **columns: object) -> int:
    """Let an account of the world be signed in to with PASSWORD."""
    with desk.writing() as work:
        account = work.session.get_one(Account, actor.account_id)
        account.login_digest = work.vault.digest("login", login)
        account.password_hash = desk.passwords.hash(PASSWORD)
        for name, value in columns.items():
            setattr(account, name, value)
        work.commit()
    return actor.account_id


def enter(
    desk: Desk,
    login: str,
    password: str = PASSWORD,
    role: Role = Role.EMPLOYER,
    *,
    address: str = GUEST.address,
    challenge: tuple[str, str] = ("", ""),
) -> SignedIn:
    command = SignIn(
        role=role, login=login, password=password, challenge_id=challenge[0], answer=challenge[1]
    )
    return desk.do(sign_in, Guest(address), command)


def refusal(
    desk: Desk, login: str, password: str = PASSWORD, role: Role = Role.EMPLOYER, **more: str
) -> Refused:
    with pytest.raises(Refused) as caught:
        enter(desk, login, password, role, **more)  # type: ignore[arg-type]
    return caught.value


def test_an_office_signs_in(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    actor = enter(desk, "YAMEN").actor
    assert (actor.role, actor.org_id, actor.address) == (Role.EMPLOYER, world.school, GUEST.address)


@pytest.mark.parametrize("typed", ["yamen", " Ya men ", "ｙａｍｅｎ", "YAMEN\n"])
def test_a_login_name_is_understood_however_it_is_typed(desk: Desk, world: World, typed: str) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    assert enter(desk, typed).actor.org_id == world.school


def test_a_wrong_password_says_how_many_tries_remain(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    refused = refusal(desk, "YAMEN", "wrong-pass1")
    assert (refused.text, refused.params["left"]) == ("账户号或密码错误", 4)


def test_an_unknown_account_is_answered_like_a_wrong_password(desk: Desk, world: World) -> None:
    refused = refusal(desk, "NOBODY")
    assert (refused.text, refused.params["left"]) == ("账户号或密码错误", 4)


def test_an_unknown_account_costs_the_same_work(desk: Desk, world: World) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            Counting.verified += 1
            return super().verify(hash, password)  # type: ignore[return-value]

    desk.passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    refusal(desk, "NOBODY")
    assert Counting.verified == 1


def test_the_fifth_wrong_try_locks_the_account_for_fifteen_minutes(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    texts = [refusal(desk, "YAMEN", "wrong-pass1").text for _ in range(5)]
    assert texts[-1] == refusal(desk, "YAMEN").text == "错误次数过多，请在 15 分钟后再试"


def test_after_the_lock_the_right_password_opens_again(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    for _ in range(5):
        refusal(desk, "YAMEN", "wrong-pass1")
    world.clock.advance(minutes=16)
    assert enter(desk, "YAMEN").actor.org_id == world.school


def test_a_right_password_gives_the_tries_back(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    refusal(desk, "YAMEN", "wrong-pass1")
    enter(desk, "YAMEN")
    assert refusal(desk, "YAMEN", "wrong-pass1").params["left"] == 4


def test_an_address_that_tries_many_accounts_is_shut_out(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    for number in range(20):
        refusal(desk, f"NOBODY{number}")
    assert refusal(desk, "YAMEN").code is ErrorCode.LOCKED


def test_an_ipv6_line_that_tries_from_many_of_its_addresses_is_shut_out(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    for number in range(20):
        refusal(desk, f"NOBODY{number}", address=f"2001:db8:1:2::{number + 1:x}")
    assert refusal(desk, "YAMEN", address="2001:db8:1:2:ffff::1").code is ErrorCode.LOCKED


def test_another_address_is_not_shut_out_with_it(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    for number in range(20):
        refusal(desk, f"NOBODY{number}")
    assert enter(desk, "YAMEN", address="198.51.100.4").actor.org_id == world.school


def test_tries_made_at_once_are_all_counted(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    codes: list[ErrorCode] = []
    threads = [
        threading.Thread(target=lambda: codes.append(refusal(desk, "YAMEN", "wrong-pass1").code))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(ErrorCode.WRONG_LOGIN) == 4
    with desk.reading() as work:
        assert work.session.scalar(select(Throttle.failures).where(Throttle.kind == "account")) == 5


def test_whoever_waits_for_review_is_told_so(desk: Desk, world: World) -> None:
    desk.do(register, GUEST, Register(values=typed_form(world.school)))
    assert refusal(desk, NUMBER, role=Role.PERSON).text == "此帐号还未被审核"


def test_who_does_not_know_the_password_learns_nothing_of_a_registration(desk: Desk, world: World) -> None:
    desk.do(register, GUEST, Register(values=typed_form(world.school)))
    assert refusal(desk, NUMBER, "wrong-pass1", Role.PERSON).code is ErrorCode.WRONG_LOGIN


def test_a_role_that_the_account_does_not_hold_is_refused(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    assert refusal(desk, "YAMEN", role=Role.BUREAU).text == "帐号未分配角色，请联系系统管理员"


def test_a_disabled_account_stays_out(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN", active=False)
    assert refusal(desk, "YAMEN").code is ErrorCode.DISABLED


def test_a_person_whose_account_has_another_login_signs_in_by_number_too(desk: Desk, world: World) -> None:
    actor = world.person()
    give_login(desk, actor, "ZHANGSAN")
    with desk.reading() as work:
        from core.model import Person

        number = work.vault.open(work.session.get_one(Person, actor.person_id).id_number_sealed)
    assert enter(desk, number, role=Role.PERSON).actor.person_id == actor.person_id


def test_an_outdated_hash_is_renewed_at_sign_in(desk: Desk, world: World) -> None:
    account_id = give_login(desk, world.office(world.school), "YAMEN")
    desk.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    enter(desk, "YAMEN")
    with desk.reading() as work:
        assert "t=2" in work.session.get_one(Account, account_id).password_hash


def test_the_picture_answers_the_challenge(guarded: Desk) -> None:
    guarded.chance = random.Random(11)
    twin = random.Random(11)
    digits = "".join(twin.choice("0123456789") for _ in range(4))
    challenge = guarded.do(new_challenge, GUEST, Nothing())
    assert enter(guarded, "YAMEN", challenge=(challenge.id, digits)).actor.role is Role.EMPLOYER


@pytest.mark.parametrize("in_words", [True, False])
def test_the_question_in_words_answers_it_as_well(guarded: Desk, in_words: bool) -> None:
    challenge = guarded.do(new_challenge, GUEST, Nothing())
    first, second = challenge.question.removesuffix("等于几").split("加")
    total = "零一二三四五六七八九十".index(first) + "零一二三四五六七八九十".index(second)
    answer = numeral(total) if in_words else str(total)
    assert enter(guarded, "YAMEN", challenge=(challenge.id, answer)).actor.role is Role.EMPLOYER


def test_a_wrong_answer_is_refused_before_the_password_is_looked_at(guarded: Desk) -> None:
    challenge = guarded.do(new_challenge, GUEST, Nothing())
    assert refusal(guarded, "YAMEN", challenge=(challenge.id, "99999")).text == "验证码错误"  # type: ignore[arg-type]


def test_a_challenge_is_good_for_one_answer_only(guarded: Desk) -> None:
    challenge = guarded.do(new_challenge, GUEST, Nothing())
    refusal(guarded, "YAMEN", challenge=(challenge.id, "99999"))  # type: ignore[arg-type]
    again = refusal(guarded, "YAMEN", challenge=(challenge.id, "99999"))  # type: ignore[arg-type]
    assert again.code is ErrorCode.CHALLENGE_EXPIRED


def test_a_challenge_is_gone_after_three_minutes(guarded: Desk) -> None:
    challenge = guarded.do(new_challenge, GUEST, Nothing())
    guarded.store.clock.advance(seconds=181)  # type: ignore[attr-defined]
    late = refusal(guarded, "YAMEN", challenge=(challenge.id, "1"))  # type: ignore[arg-type]
    assert late.code is ErrorCode.CHALLENGE_EXPIRED


def test_the_picture_fits_and_holds_no_character_but_half_blocks() -> None:
    rows = draw_digits("0123", random.Random(3))
    assert len(rows) == 8 and {len(row) for row in rows} == {40}
    assert set("".join(rows)) <= set(" ▀▄█")


def test_a_session_that_signed_out_is_refused(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    desk.do(sign_out, office, Nothing())
    with pytest.raises(Refused) as caught:
        desk.do(departments_of, office, Number(value=world.school))
    assert caught.value.text == "登录已失效，请重新登录"


def test_a_session_ends_after_idle_time(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    world.clock.advance(minutes=31)
    with pytest.raises(Refused) as caught:
        desk.do(departments_of, office, Number(value=world.school))
    assert caught.value.code is ErrorCode.SESSION_ENDED


def test_whoever_works_on_stays_signed_in(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    for _ in range(4):
        world.clock.advance(minutes=20)
        desk.do(departments_of, office, Number(value=world.school))
    assert desk.do(departments_of, office, Number(value=world.school)) == ()


def test_a_session_is_noted_as_alive_at_most_once_a_minute(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    begun = world.clock.now()
    world.clock.advance(seconds=59)
    desk.do(departments_of, office, Number(value=world.school))
    with desk.reading() as work:
        assert work.session.get_one(LoginSession, office.session_id).last_seen_at == begun


def test_a_disabled_account_loses_its_session_at_once(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    give_login(desk, office, "YAMEN", active=False)
    with pytest.raises(Refused) as caught:
        desk.do(departments_of, office, Number(value=world.school))
    assert caught.value.code is ErrorCode.SESSION_ENDED


def test_an_account_with_two_roles_switches_without_a_second_login(desk: Desk, world: World) -> None:
    person = world.person()
    with desk.writing() as work:
        work.session.add(AccountRole(account_id=person.account_id, role="employer", org_id=world.school))
        work.commit()
    switched = desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER))
    assert (switched.actor.role, switched.actor.name) == (Role.EMPLOYER, "张三")
    assert switched.roles == (Role.PERSON, Role.EMPLOYER)


def test_after_a_switch_the_actor_of_before_is_refused(desk: Desk, world: World) -> None:
    person = world.person()
    with desk.writing() as work:
        work.session.add(AccountRole(account_id=person.account_id, role="employer", org_id=world.school))
        work.commit()
    desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER))
    with pytest.raises(Refused) as caught:
        desk.do(departments_of, person, Number(value=world.school))
    assert caught.value.code is ErrorCode.SESSION_ENDED


def test_every_sign_in_stands_in_the_audit_log_without_the_login_name(desk: Desk, world: World) -> None:
    give_login(desk, world.office(world.school), "YAMEN")
    enter(desk, "YAMEN")
    with desk.reading() as work:
        entries = list(work.session.scalars(select(Audit)))
    assert [entry.action for entry in entries] == ["session.sign_in"]
    assert "YAMEN" not in entries[0].summary


def test_a_fault_of_the_program_comes_out_as_an_incident_number(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.store, "reading", lambda: 1 / 0)
    with pytest.raises(Refused) as caught:
        desk.do(departments_of, GUEST, Number(value=1))
    assert caught.value.code is ErrorCode.INTERNAL
    assert str(caught.value.params["incident"]) in caught.value.text


def test_every_use_case_asks_for_a_permission_that_was_declared() -> None:
    assert {each.action for each in all_use_cases().values()} <= set(PERMISSIONS)


def test_a_database_that_has_gone_is_named_as_such(tmp_path: Path) -> None:
    from core.store.blobs import FolderBlobs
    from core.store.engine import open_engines
    from core.store.settings import Settings
    from core.store.vault import Vault

    settings = Settings(data_dir=tmp_path)
    engines = open_engines("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    store = Store(
        engines, vault=Vault(bytes(32)), blobs=FolderBlobs(tmp_path), settings=settings, clock=SetClock()
    )
    with pytest.raises(Refused) as caught:
        cheap_desk(store).do(departments_of, GUEST, Number(value=1))
    assert caught.value.code is ErrorCode.DATABASE_UNREACHABLE
