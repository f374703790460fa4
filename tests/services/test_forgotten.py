"""忘记登录密码: a mailed code sets a new password once; nothing tells whether an account exists; on both databases."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, Audit
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Guest, Role
from core.schema.base import Nothing
from core.schema.passwords import ResetPassword
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.forgotten import reset_password
from core.services.journal import write_log_to
from core.services.post import PromptPost
from core.services.purge import purge
from core.services.sign_in import sign_in, sign_out
from core.store.store import Store
from tests.conftest import ENGINES
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.services.hall import answer, contents, entries, number_of
from tests.services.mailbox import Mailbox, text_of
from tests.services.races import at_once
from tests.services.resetting import (
    EMAIL,
    MOBILE,
    NEW,
    Statements,
    ask,
    enters,
    home,
    must,
    new_code,
    person_with,
    redeem,
    rows,
)
from tests.worlds import World, build_world

WRONG = ErrorCode.RESET_CODE_WRONG.name
OpenStore = Callable[..., Store]


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, open_new_store: OpenStore, mailbox: Mailbox) -> World:
    """The small world, with mail."""
    return build_world(open_new_store(request.param, **mailbox.open().settings()))


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    made = cheap_desk(world.store)
    yield made
    PromptPost.of(made).finish()
    made.close()


def test_a_mailed_code_sets_a_new_password(desk: Desk, world: World, mailbox: Mailbox) -> None:
    number = number_of(world, person_with(desk, world))
    done = redeem(desk, new_code(desk, mailbox))
    assert (done, enters(desk, number, NEW), enters(desk, number, PASSWORD)) == (
        "done",
        "done",
        "WRONG_LOGIN",
    )


def test_the_mail_names_the_account_masked(desk: Desk, world: World, mailbox: Mailbox) -> None:
    number = number_of(world, person_with(desk, world))
    ask(desk)
    (letter,) = mailbox.received(desk)
    text = text_of(letter)
    assert (f"{number[:6]}********{number[-4:]}" in text, number in text, letter["To"]) == (
        True,
        False,
        EMAIL,
    )


@pytest.mark.parametrize(
    ("email", "mobile"),
    [
        ("ZhangSan@Example.CN", "+86 199-0000-0001"),
        (" zhangsan＠example.cn", "１９９０００００００１"),
    ],
)
def test_email_and_mobile_are_understood_however_they_are_typed(
    desk: Desk, world: World, mailbox: Mailbox, email: str, mobile: str
) -> None:
    person_with(desk, world, email="ZhangSan@example.cn")
    assert redeem(desk, new_code(desk, mailbox, email, mobile)) == "done"


def test_a_code_is_good_once(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person_with(desk, world)
    code = new_code(desk, mailbox)
    assert (redeem(desk, code), redeem(desk, code)) == ("done", WRONG)


@pytest.mark.parametrize(("minutes", "said"), [(14, "done"), (15, WRONG)])
def test_a_code_is_good_for_fifteen_minutes(
    desk: Desk, world: World, mailbox: Mailbox, minutes: int, said: str
) -> None:
    person_with(desk, world)
    code = new_code(desk, mailbox)
    world.clock.advance(minutes=minutes)
    assert redeem(desk, code) == said


def test_a_new_password_kills_the_other_codes(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person_with(desk, world)
    first, second = new_code(desk, mailbox), new_code(desk, mailbox)
    assert (redeem(desk, first), redeem(desk, second)) == ("done", WRONG)


def test_a_new_password_ends_all_sessions_at_once(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person, other = person_with(desk, world), world.person("李四")
    redeem(desk, new_code(desk, mailbox))
    assert (home(desk, person), home(desk, other)) == (ErrorCode.SESSION_ENDED.name, "done")


def test_a_new_password_lets_in_who_had_to_change_or_was_locked_out(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    number = number_of(world, person_with(desk, world, must_change=True))
    locked = [enters(desk, number, "not-this-1") for _ in range(6)][-1]
    redeem(desk, new_code(desk, mailbox))
    entered = desk.do(sign_in, GUEST, SignIn(role=Role.PERSON, login=number, password=NEW))
    assert (locked, entered.must_change_password) == ("LOCKED", False)


def test_a_new_password_is_told_by_mail_and_inside(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person_with(desk, world)
    redeem(desk, new_code(desk, mailbox))
    told = text_of(mailbox.received(desk)[-1])
    assert "重新设置" in told and NEW not in told


def test_a_new_password_and_a_code_leave_one_entry_each(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person = person_with(desk, world)
    before = entries(world.store)
    code = new_code(desk, mailbox)
    redeem(desk, code)
    with desk.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(2)).all()
    said = [(each.action, each.object_id) for each in last]
    assert (entries(world.store) - before, said) == (
        2,
        [("password.reset", str(person.account_id)), ("password.forgotten", str(person.account_id))],
    )


def test_two_accounts_of_one_address_get_a_code_each_for_itself(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    """A couple with one mailbox and one telephone."""
    first, second = person_with(desk, world, "甲甲"), person_with(desk, world, "乙乙")
    ask(desk)
    letters = mailbox.received(desk)
    numbers = [number_of(world, each) for each in (first, second)]
    codes = {
        number: code
        for letter, code in zip(letters, mailbox.codes(desk), strict=True)
        for number in numbers
        if number[-4:] in text_of(letter)
    }
    done = redeem(desk, codes[numbers[1]])
    entered = [enters(desk, number, NEW) for number in numbers]
    assert (len(codes), done, entered) == (2, "done", ["WRONG_LOGIN", "done"])


@pytest.mark.parametrize(("email", "mobile"), [("lisi@example.cn", MOBILE), (EMAIL, "19900000009")])
def test_one_of_the_two_alone_gets_no_mail_and_the_same_answer(
    desk: Desk, world: World, mailbox: Mailbox, email: str, mobile: str
) -> None:
    person_with(desk, world)
    known, unknown = ask(desk), ask(desk, email, mobile)
    assert (known == unknown, len(mailbox.received(desk))) == (True, 1)


def test_an_account_that_is_shut_gets_no_mail(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person_with(desk, world, active=False)
    assert (ask(desk).minutes, mailbox.received(desk)) == (15, [])


def test_an_account_that_was_shut_meanwhile_is_not_opened(desk: Desk, world: World, mailbox: Mailbox) -> None:
    person = person_with(desk, world)
    code = new_code(desk, mailbox)
    with desk.writing() as work:
        work.session.get_one(Account, person.account_id).active = False
        work.commit()
    assert redeem(desk, code) == WRONG


@pytest.mark.parametrize("code", ["00000000", "1", "ABCDEFGH", "' or 1=1"])
def test_a_wrong_code_for_somebody_and_for_nobody_is_answered_alike(
    desk: Desk, world: World, mailbox: Mailbox, code: str
) -> None:
    person_with(desk, world)
    ask(desk)
    refusals = []
    for email in (EMAIL, "nobody@example.cn"):
        command = ResetPassword(email=email, mobile=MOBILE, code=code, password=NEW, again=NEW)
        with pytest.raises(Refused) as caught:
            desk.do(reset_password, GUEST, command)
        refusals.append((caught.value.code, caught.value.params, caught.value.text))
    assert refusals[0] == refusals[1] and refusals[0][0] is ErrorCode.RESET_CODE_WRONG


def test_wrong_codes_are_counted_and_then_the_right_one_is_refused_too(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    person_with(desk, world)
    code = new_code(desk, mailbox)
    wrong = [redeem(desk, "00000000") for _ in range(5)]
    assert (wrong[-1], redeem(desk, code)) == ("LOCKED", "LOCKED")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.cn"])
def test_asking_too_often_is_refused_whether_anybody_is_there_or_not(
    desk: Desk, world: World, mailbox: Mailbox, email: str
) -> None:
    person_with(desk, world)
    said = [answer(lambda: ask(desk, email)) for _ in range(6)]
    world.clock.advance(minutes=15)
    assert (said, answer(lambda: ask(desk, email))) == (["done"] * 5 + ["RESET_TOO_OFTEN"], "done")


def test_an_address_that_asks_for_many_is_stopped(desk: Desk, world: World, mailbox: Mailbox) -> None:
    said = [answer(lambda n=n: ask(desk, f"p{n}@example.cn")) for n in range(21)]  # type: ignore[misc]
    elsewhere = answer(lambda: ask(desk, "p30@example.cn", caller=Guest("192.0.2.99")))
    assert (said.count("done"), said[-1], elsewhere) == (20, "RESET_TOO_OFTEN", "done")


def test_whoever_is_locked_out_costs_no_hashing(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(desk.passwords, "hash", hashed.append)
    said = [redeem(desk, "00000000") for _ in range(desk.settings.lock_tries + 3)]
    assert (said[-1], len(hashed)) == ("LOCKED", desk.settings.lock_tries)


def test_guessing_codes_does_not_lock_anybody_out_of_signing_in(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    number = number_of(world, person_with(desk, world))
    for _ in range(6):
        redeem(desk, "00000000")
    assert enters(desk, number, PASSWORD) == "done"


def test_the_same_is_done_for_somebody_and_for_nobody(desk: Desk, world: World, mailbox: Mailbox) -> None:
    """As many statements of the same kind and as many rows, so that neither time nor growth tells."""
    person_with(desk, world)
    done = []
    for email in (EMAIL, "nobody@example.cn"):
        mailbox.received(desk)
        mailbox.close()  # what the prompt post does is not part of the answer
        with Statements(world.store) as said:
            before = rows(desk)
            ask(desk, email, caller=Guest(f"of {email}"))
            after = rows(desk)
        done.append((said, {table: after[table] - before[table] for table in after}))
    assert done[0] == done[1]


def test_of_two_who_redeem_one_code_at_once_one_wins(desk: Desk, world: World, mailbox: Mailbox) -> None:
    number = number_of(world, person_with(desk, world))
    code = new_code(desk, mailbox)
    said = at_once(
        lambda: must(redeem(desk, code, "firstpw-1")), lambda: must(redeem(desk, code, "secondpw-2"))
    )
    winner = ("firstpw-1", "secondpw-2")[said.index("done")]
    assert (sorted(said), enters(desk, number, winner)) == ([WRONG, "done"], "done")


def test_of_two_codes_of_one_account_redeemed_at_once_one_wins(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    person_with(desk, world)
    first, second = new_code(desk, mailbox), new_code(desk, mailbox)
    said = at_once(lambda: must(redeem(desk, first)), lambda: must(redeem(desk, second)))
    assert sorted(said) == [WRONG, "done"]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"password": "12345678", "again": "12345678"}, "password", "BAD_PASSWORD"),
        ({"password": NEW, "again": "other1234"}, "again", "PASSWORDS_DIFFER"),
        ({"code": " "}, "code", "REQUIRED"),
        ({"email": "zhangsan"}, "email", "BAD_EMAIL"),
        ({"mobile": ""}, "mobile", "REQUIRED"),
    ],
)
def test_what_was_typed_wrong_is_said_beside_its_field(
    desk: Desk, world: World, changed: dict[str, str], field: str, code: str
) -> None:
    typed = {"email": EMAIL, "mobile": MOBILE, "code": "12345678", "password": NEW, "again": NEW, **changed}
    with pytest.raises(Refused) as caught:
        desk.do(reset_password, GUEST, ResetPassword(**typed))
    assert [(each.field, each.code.name) for each in caught.value.fields] == [(field, code)]


def test_without_mail_everybody_is_told_so(sqlite_store: Store) -> None:
    world = build_world(sqlite_store)
    desk = cheap_desk(sqlite_store)
    person_with(desk, world)
    before = contents(sqlite_store)
    said = [answer(lambda each=each: ask(desk, each)) for each in (EMAIL, "nobody@example.cn")]  # type: ignore[misc]
    assert (said, contents(sqlite_store) == before) == (["NO_MAIL"] * 2, True)


def test_neither_code_nor_address_nor_mobile_is_written_in_clear(
    desk: Desk, world: World, mailbox: Mailbox, tmp_path: Path
) -> None:
    log = write_log_to(tmp_path / "log")
    person_with(desk, world)
    mailbox.refusals = [f"550 {EMAIL} unknown"]
    ask(desk)
    code = new_code(desk, mailbox)
    redeem(desk, "00000000")
    redeem(desk, code)
    mailbox.received(desk)
    kept = repr(contents(world.store)) + log.read_text(encoding="utf-8")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    assert ("550" in kept, [each for each in (code, EMAIL, MOBILE, NEW) if each in kept]) == (True, [])


def test_old_codes_counters_sessions_and_mails_are_cleared_away(
    desk: Desk, world: World, mailbox: Mailbox
) -> None:
    person = person_with(desk, world)
    ask(desk)
    mailbox.received(desk)
    desk.do(sign_out, person, Nothing())
    kept = []
    for days in (0, 2, 40, 100):
        world.clock.advance(days=days)
        purge(desk)
        kept.append({name: bool(count) for name, count in rows(desk).items() if name != "audit"})
    names = ("password_reset", "outbox", "throttle", "login_session")
    assert [[each[name] for name in names] for each in kept] == [
        [True, True, True, True],
        [False, True, False, True],
        [False, False, False, True],
        [False, False, False, False],
    ]
