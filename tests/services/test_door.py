"""The SSH door: passwords and keys proved there, tickets that are good once, and when no 验证码 is asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from core.model import Account, AccountKey, AccountRole, Audit, LoginSession, Org, ServedSession, WayIn
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Guest, Role
from core.schema.account_keys import AddKey
from core.schema.base import Nothing
from core.schema.passwords import ChangePassword
from core.schema.registration import Register
from core.schema.sign_in import Choice, EnterByTicket, SignedIn, SignIn
from core.services.account_keys import add_key
from core.services.desk import Desk
from core.services.door import Proof, keys_of, must_stand, prove_again, prove_key, prove_password
from core.services.password_change import change_password
from core.services.purge import purge
from core.services.registrations import register
from core.services.served import admit, open_service
from core.services.sign_in import enter_by_ticket, new_challenge, sign_in
from core.store.store import Store
from tests.services.front_door import GUEST, NUMBER, PASSWORD, cheap_desk, typed_form
from tests.services.hall import answer, entries
from tests.services.key_pairs import key_pair, line_of
from tests.services.races import at_once
from tests.services.test_sign_in import give_login
from tests.worlds import World, build_world

ADDRESS = GUEST.address
LOGIN = "YAMEN"


@pytest.fixture
def office(desk: Desk, world: World) -> Actor:
    """An office whose account is signed in to as LOGIN with PASSWORD."""
    actor = world.office(world.school)
    give_login(desk, actor, LOGIN)
    return actor


def proved(desk: Desk, password: str = PASSWORD, login: str = LOGIN, address: str = ADDRESS) -> Proof:
    return prove_password(desk, login, password, address)


def refused(desk: Desk, password: str = PASSWORD, login: str = LOGIN) -> Refused:
    with pytest.raises(Refused) as caught:
        proved(desk, password, login)
    return caught.value


def came_in(
    desk: Desk, ticket: str, role: Role | None = None, address: str = ADDRESS, served_id: int | None = None
) -> SignedIn | Choice:
    return desk.do(enter_by_ticket, Guest(address, served_id, ticket), EnterByTicket(role=role))


def second_role(desk: Desk, actor: Actor, org_id: int, role: Role = Role.BUREAU) -> None:
    with desk.writing() as work:
        work.session.add(AccountRole(account_id=actor.account_id, role=role.value, org_id=org_id))
        work.commit()


def with_key(desk: Desk, actor: Actor) -> tuple[str, str]:
    """The line and the fingerprint of a key that the account has registered."""
    line = line_of(key_pair())
    row = desk.do(add_key, actor, AddKey(text=line)).rows[-1]
    return line, row.fingerprint


# -- passwords ------------------------------------------------------------------------------------


def test_a_password_at_the_door_opens_the_home_of_the_only_role(desk: Desk, office: Actor) -> None:
    signed_in = came_in(desk, proved(desk).ticket)
    assert isinstance(signed_in, SignedIn)
    assert (signed_in.actor.account_id, signed_in.actor.role) == (office.account_id, Role.EMPLOYER)


@pytest.mark.parametrize("typed", ["yamen", " Ya men ", "ｙａｍｅｎ"])
def test_a_login_name_is_folded_as_on_the_screen(desk: Desk, office: Actor, typed: str) -> None:
    assert proved(desk, login=typed).account_id == office.account_id


def test_a_person_comes_in_by_number_with_a_small_x(desk: Desk, world: World) -> None:
    person = world.person()
    with desk.writing() as work:
        account = work.session.get_one(Account, person.account_id)
        account.login_digest = work.vault.digest("login", "41009919850307803X")
        account.password_hash = desk.passwords.hash(PASSWORD)
        work.commit()
    assert proved(desk, login="41009919850307803x").account_id == person.account_id


def test_wrong_tries_at_the_door_count_on_the_screen_and_the_other_way_round(
    desk: Desk, office: Actor
) -> None:
    wrong = SignIn(role=Role.EMPLOYER, login=LOGIN, password="wrong-pass1")
    lefts = [refused(desk, "wrong-pass1").params["left"]]
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            desk.do(sign_in, GUEST, wrong)
        lefts.append(caught.value.params["left"])
    lefts.append(refused(desk, "wrong-pass1").params["left"])
    last = refused(desk, "wrong-pass1").code
    right = SignIn(role=Role.EMPLOYER, login=LOGIN, password=PASSWORD)
    assert (lefts, last, answer(lambda: desk.do(sign_in, GUEST, right))) == (
        [4, 3, 2, 1],
        ErrorCode.LOCKED,
        "LOCKED",
    )


def test_an_unknown_login_is_answered_like_a_wrong_password(desk: Desk, office: Actor) -> None:
    unknown, wrong = refused(desk, login="NOBODY"), refused(desk, "wrong-pass1")
    assert (unknown.code, unknown.params) == (wrong.code, wrong.params)


def test_a_disabled_account_is_told_so_only_with_the_right_password(desk: Desk, office: Actor) -> None:
    with desk.writing() as work:
        work.session.get_one(Account, office.account_id).active = False
        work.commit()
    assert (refused(desk, "wrong-pass1").code, refused(desk).code) == (
        ErrorCode.WRONG_LOGIN,
        ErrorCode.DISABLED,
    )


def test_whoever_waits_for_review_is_told_so(desk: Desk, world: World) -> None:
    desk.do(register, GUEST, Register(values=typed_form(world.school)))
    assert refused(desk, login=NUMBER).code is ErrorCode.NOT_YET_REVIEWED


def test_a_proof_leaves_one_entry_and_keeps_no_ticket(desk: Desk, world: World, office: Actor) -> None:
    before = entries(world.store)
    proof = proved(desk)
    with desk.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
        row = work.session.scalars(select(WayIn)).one()
    assert (entries(world.store) - before, last.action, last.summary) == (1, "session.prove", "SSH 密码")
    assert proof.ticket.encode() not in row.ticket_digest


# -- keys -----------------------------------------------------------------------------------------


def test_the_keys_of_a_login_are_those_of_its_account(desk: Desk, office: Actor) -> None:
    line, _ = with_key(desk, office)
    assert keys_of(desk, "yamen") == (" ".join(line.split()[:2]),)


def test_a_login_that_nobody_has_has_no_keys(desk: Desk, office: Actor) -> None:
    with_key(desk, office)
    assert keys_of(desk, "NOBODY") == ()


def test_a_key_opens_the_door_and_its_use_is_noted(desk: Desk, office: Actor) -> None:
    _, fingerprint = with_key(desk, office)
    proof = prove_key(desk, LOGIN, fingerprint, ADDRESS)
    with desk.reading() as work:
        used = work.session.scalars(select(AccountKey.used_at)).one()
    assert (proof.account_id, proof.method, used) == (office.account_id, "key", desk.clock.now())


def test_a_key_of_another_account_is_refused(desk: Desk, world: World, office: Actor) -> None:
    _, fingerprint = with_key(desk, world.person())
    assert answer(lambda: prove_key(desk, LOGIN, fingerprint, ADDRESS)) == "WRONG_LOGIN"


def test_a_key_of_a_disabled_account_is_refused(desk: Desk, office: Actor) -> None:
    _, fingerprint = with_key(desk, office)
    with desk.writing() as work:
        work.session.get_one(Account, office.account_id).active = False
        work.commit()
    assert answer(lambda: prove_key(desk, LOGIN, fingerprint, ADDRESS)) == "DISABLED"


def test_with_a_key_a_password_that_must_be_changed_is_changed_first(desk: Desk, office: Actor) -> None:
    _, fingerprint = with_key(desk, office)
    with desk.writing() as work:
        work.session.get_one(Account, office.account_id).must_change = True
        work.commit()
    signed_in = came_in(desk, prove_key(desk, LOGIN, fingerprint, ADDRESS).ticket)
    assert isinstance(signed_in, SignedIn) and signed_in.must_change_password


# -- tickets --------------------------------------------------------------------------------------


def test_a_ticket_is_good_once(desk: Desk, office: Actor) -> None:
    ticket = proved(desk).ticket
    came_in(desk, ticket)
    assert answer(lambda: came_in(desk, ticket)) == "WAY_IN_OVER"


def test_of_two_who_use_a_ticket_at_once_one_gets_in(desk: Desk, office: Actor) -> None:
    ticket = proved(desk).ticket
    said = at_once(*[lambda: came_in(desk, ticket)] * 4)
    with desk.reading() as work:
        begun = work.session.scalars(
            select(LoginSession.id).where(LoginSession.id != office.session_id)
        ).all()
    assert (sorted(said), len(begun)) == (["WAY_IN_OVER"] * 3 + ["done"], 1)


@pytest.mark.parametrize(("seconds", "said"), [(119, "done"), (121, "WAY_IN_OVER")])
def test_a_ticket_lasts_as_long_as_a_login_may_take_and_a_minute(
    desk: Desk, world: World, office: Actor, seconds: int, said: str
) -> None:
    ticket = proved(desk).ticket
    world.clock.advance(seconds=seconds)
    assert answer(lambda: came_in(desk, ticket)) == said


def test_a_ticket_is_good_only_from_its_own_address(desk: Desk, office: Actor) -> None:
    ticket = proved(desk).ticket
    assert answer(lambda: came_in(desk, ticket, address="198.51.100.4")) == "WAY_IN_OVER"


@pytest.mark.parametrize("ticket", ["", "made-up"])
def test_a_ticket_that_was_never_given_opens_nothing(desk: Desk, office: Actor, ticket: str) -> None:
    proved(desk)
    assert answer(lambda: came_in(desk, ticket)) == "WAY_IN_OVER"


def test_with_several_roles_the_choice_is_asked_and_the_ticket_stays_good(
    desk: Desk, world: World, office: Actor
) -> None:
    second_role(desk, office, world.county_bureau)
    ticket = proved(desk).ticket
    asked = came_in(desk, ticket)
    chosen = came_in(desk, ticket, Role.BUREAU)
    assert isinstance(chosen, SignedIn)
    assert (asked, chosen.actor.role) == (Choice((Role.EMPLOYER, Role.BUREAU)), Role.BUREAU)


def test_a_role_that_is_refused_leaves_the_ticket_for_another(
    desk: Desk, world: World, office: Actor
) -> None:
    second_role(desk, office, world.county_bureau)
    with desk.writing() as work:
        work.session.execute(update(Org).where(Org.id == world.county_bureau).values(active=False))
        work.commit()
    ticket = proved(desk).ticket
    said = [
        answer(lambda role=role: came_in(desk, ticket, role))  # type: ignore[misc]
        for role in (Role.OPERATOR, Role.BUREAU, Role.EMPLOYER)
    ]
    assert said == ["ROLE_MISSING", "DISABLED", "done"]


def test_a_new_password_ends_the_tickets_that_the_old_one_had_opened(desk: Desk, office: Actor) -> None:
    ticket = proved(desk).ticket
    desk.do(change_password, office, ChangePassword(old=PASSWORD, new="newpass123", again="newpass123"))
    assert answer(lambda: came_in(desk, ticket)) == "WAY_IN_OVER"


def test_another_terminal_of_a_connection_has_a_ticket_of_its_own(desk: Desk, office: Actor) -> None:
    first = proved(desk).ticket
    came_in(desk, first)
    assert answer(lambda: came_in(desk, prove_again(desk, first, ADDRESS))) == "done"


def test_a_connection_from_before_a_new_password_opens_nothing_more(desk: Desk, office: Actor) -> None:
    first = proved(desk).ticket
    came_in(desk, first)
    must_stand(desk, first, ADDRESS)
    desk.do(change_password, office, ChangePassword(old=PASSWORD, new="newpass123", again="newpass123"))
    said = [answer(lambda use=use: use(desk, first, ADDRESS)) for use in (must_stand, prove_again)]  # type: ignore[misc]
    assert said == ["WAY_IN_OVER", "WAY_IN_OVER"]


def test_an_account_that_was_disabled_meanwhile_stays_out(desk: Desk, office: Actor) -> None:
    ticket = proved(desk).ticket
    with desk.writing() as work:
        work.session.get_one(Account, office.account_id).active = False
        work.commit()
    assert answer(lambda: came_in(desk, ticket)) == "DISABLED"


def test_coming_in_by_a_ticket_is_a_sign_in_in_the_audit_log(desk: Desk, office: Actor) -> None:
    came_in(desk, proved(desk).ticket)
    with desk.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.action, last.summary, last.address) == ("session.sign_in", "用人单位，SSH 密码", ADDRESS)


def test_old_ways_in_are_cleared_away_and_young_ones_stay(desk: Desk, world: World, office: Actor) -> None:
    proved(desk)
    world.clock.advance(days=8)
    young = proved(desk).ticket
    purge(desk)
    with desk.reading() as work:
        assert work.session.scalars(select(WayIn.ticket_digest)).all() == [work.vault.digest("ticket", young)]


# -- sessions of a service ------------------------------------------------------------------------


def terminal(desk: Desk, account_id: int | None = None, service: str = "") -> int:
    service = service or open_service(desk, "elsewhere", 7, "127.0.0.1:2222")
    method = "guest" if account_id is None else "password"
    return admit(desk, service, account_id=account_id, address=ADDRESS, kind="terminal", method=method)


def test_a_guest_of_a_service_who_signs_in_on_the_screen_counts_for_the_account(
    desk: Desk, office: Actor
) -> None:
    served_id = terminal(desk)
    command = SignIn(role=Role.EMPLOYER, login=LOGIN, password=PASSWORD)
    actor = desk.do(sign_in, Guest(ADDRESS, served_id), command).actor
    with desk.reading() as work:
        assert (
            work.session.get_one(ServedSession, served_id).account_id,
            work.session.get_one(LoginSession, actor.session_id).served_id,
        ) == (office.account_id, served_id)


def test_one_session_too_many_of_an_account_is_refused_on_the_screen_too(
    open_new_store: Callable[..., Store],
) -> None:
    world = build_world(open_new_store("sqlite", serve_account_sessions=1))
    desk = cheap_desk(world.store)
    office = world.office(world.school)
    give_login(desk, office, LOGIN)
    service = open_service(desk, "elsewhere", 7, "127.0.0.1:2222")
    terminal(desk, office.account_id, service)
    second = Guest(ADDRESS, terminal(desk, service=service))
    command = SignIn(role=Role.EMPLOYER, login=LOGIN, password=PASSWORD)
    assert answer(lambda: desk.do(sign_in, second, command)) == "ACCOUNT_FULL"


# -- 验证码 ---------------------------------------------------------------------------------------


def guarded(open_new_store: Callable[..., Store], **settings: object) -> Desk:
    world = build_world(open_new_store("sqlite", captcha=True, **settings))
    desk = cheap_desk(world.store)
    give_login(desk, world.office(world.school), LOGIN)
    return desk


def signs_in(desk: Desk, ticket: str = "", address: str = ADDRESS) -> str:
    command = SignIn(role=Role.EMPLOYER, login=LOGIN, password=PASSWORD)
    return answer(lambda: desk.do(sign_in, Guest(address, None, ticket), command))


def test_a_guest_who_proved_nothing_is_asked_for_the_challenge(open_new_store: Callable[..., Store]) -> None:
    desk = guarded(open_new_store)
    assert (signs_in(desk), desk.do(new_challenge, GUEST, Nothing()) is None) == ("CHALLENGE_EXPIRED", False)


def test_who_proved_something_at_the_door_is_asked_for_none_even_after_the_ticket_was_used(
    open_new_store: Callable[..., Store],
) -> None:
    desk = guarded(open_new_store)
    ticket = proved(desk).ticket
    came_in(desk, ticket)
    asked = desk.do(new_challenge, Guest(ADDRESS, None, ticket), Nothing())
    assert (asked, signs_in(desk, ticket)) == (None, "done")


def test_an_installation_may_want_it_all_the_same(open_new_store: Callable[..., Store]) -> None:
    desk = guarded(open_new_store, captcha_proven=True)
    assert signs_in(desk, proved(desk).ticket) == "CHALLENGE_EXPIRED"


def test_a_proof_older_than_any_session_counts_for_nothing(open_new_store: Callable[..., Store]) -> None:
    desk = guarded(open_new_store)
    ticket = proved(desk).ticket
    desk.store.clock.advance(hours=12, seconds=1)  # type: ignore[attr-defined]
    assert signs_in(desk, ticket) == "CHALLENGE_EXPIRED"


@pytest.mark.parametrize("ticket", ["made-up", "from elsewhere"])
def test_a_ticket_of_nobody_or_from_elsewhere_spares_no_challenge(
    open_new_store: Callable[..., Store], ticket: str
) -> None:
    desk = guarded(open_new_store)
    good = proved(desk, address="198.51.100.4").ticket
    assert signs_in(desk, good if ticket == "from elsewhere" else ticket) == "CHALLENGE_EXPIRED"
