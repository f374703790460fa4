"""Challenges (验证码) across processes: asked at one desk, answered at another, good once; on both databases."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import func, select

from core.model import ChallengeSpent
from core.rules.roles import Role
from core.schema.base import Nothing
from core.schema.sign_in import Challenge, SignedIn, SignIn
from core.services.challenges import PURPOSE
from core.services.desk import Desk
from core.services.sign_in import new_challenge, sign_in
from core.store.store import Store, open_store
from core.store.vault import Vault
from tests.conftest import ENGINES
from tests.services.front_door import GUEST, LOGIN, PASSWORD, cheap_desk
from tests.services.hall import answer, contents
from tests.services.races import at_once
from tests.services.test_sign_in import give_login
from tests.worlds import SetClock, build_world

NUMERALS = "零一二三四五六七八九十"
USED = "CHALLENGE_EXPIRED"


@pytest.fixture(params=ENGINES)
def first(request: pytest.FixtureRequest, open_new_store: Callable[..., Store]) -> Desk:
    """A desk of an installation that asks for a 验证码, with one account, LOGIN."""
    world = build_world(open_new_store(request.param, captcha=True))
    desk = cheap_desk(world.store)
    give_login(desk, world.office(world.school), LOGIN)
    return desk


@pytest.fixture
def second(first: Desk) -> Iterator[Desk]:
    """The desk of another process of the same installation: its own connections, its own keys, nothing shared."""
    store = open_store(first.settings, first.clock)
    yield cheap_desk(store)
    store.close()


def asked(desk: Desk) -> Challenge:
    challenge = desk.do(new_challenge, GUEST, Nothing())
    assert challenge is not None
    return challenge


def right(challenge: Challenge) -> str:
    """The sum that its question asks for."""
    one, other = challenge.question.removesuffix("等于几").split("加")
    return str(NUMERALS.index(one) + NUMERALS.index(other))


def enter(desk: Desk, challenge_id: str, said: str) -> SignedIn:
    """Whoever knows the password comes in."""
    values = {"login": LOGIN, "password": PASSWORD, "challenge_id": challenge_id, "answer": said}
    return desk.do(sign_in, GUEST, SignIn(role=Role.EMPLOYER, **values))


def answered(desk: Desk, challenge_id: str, said: str) -> str:
    """What they are told."""
    return answer(partial(enter, desk, challenge_id, said))


def later(desk: Desk, **span: float) -> None:
    assert isinstance(desk.clock, SetClock)
    desk.clock.advance(**span)


def spent(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(ChallengeSpent)) or 0


def test_a_challenge_asked_at_one_desk_is_answered_at_another(first: Desk, second: Desk) -> None:
    challenge = asked(first)
    assert answered(second, challenge.id, right(challenge)) == "done"


def test_an_answer_at_one_desk_uses_it_up_at_all(first: Desk, second: Desk) -> None:
    challenge = asked(first)
    answers = [answered(desk, challenge.id, right(challenge)) for desk in (first, second, first)]
    assert answers == ["done", USED, USED]


def test_a_wrong_answer_at_one_desk_uses_it_up_at_all(first: Desk, second: Desk) -> None:
    challenge = asked(first)
    answers = [answered(first, challenge.id, "0"), answered(second, challenge.id, right(challenge))]
    assert answers == ["WRONG_CHALLENGE", USED]


@pytest.mark.parametrize("nothing", ["", " ", "\x00"])
def test_no_answer_is_a_wrong_one(first: Desk, nothing: str) -> None:
    assert answered(first, asked(first).id, nothing) == "WRONG_CHALLENGE"


def test_of_answers_at_once_at_two_desks_one_gets_through(first: Desk, second: Desk) -> None:
    for _ in range(5):
        challenge = asked(first)
        desks = (first, second, first, second)
        answers = at_once(*(partial(enter, desk, challenge.id, right(challenge)) for desk in desks))
        assert sorted(answers) == [USED, USED, USED, "done"]


def test_one_whose_time_is_over_is_refused_at_every_desk(first: Desk, second: Desk) -> None:
    challenge = asked(first)
    later(first, seconds=first.settings.challenge_seconds + 1)
    assert [answered(desk, challenge.id, right(challenge)) for desk in (first, second)] == [USED, USED]


def test_what_is_long_over_is_forgotten_at_the_next_answer(first: Desk) -> None:
    for _ in range(3):
        answered(first, asked(first).id, "0")
    assert spent(first) == 3
    later(first, hours=1)
    answered(first, asked(first).id, "0")
    assert spent(first) == 1


def test_one_that_is_over_by_one_desk_s_clock_is_still_used_up_at_another(first: Desk, second: Desk) -> None:
    challenge = asked(first)
    answered(first, challenge.id, right(challenge))
    second.store.clock = SetClock(first.clock.now())
    later(first, seconds=first.settings.challenge_seconds + 1)
    answered(first, asked(first).id, "0")
    assert answered(second, challenge.id, right(challenge)) == USED


def test_the_same_challenge_spelled_otherwise_is_used_up_too(first: Desk) -> None:
    challenge = asked(first)
    while "-" not in challenge.id and "_" not in challenge.id:
        challenge = asked(first)
    otherwise = challenge.id.replace("-", "+").replace("_", "/")
    answers = [answered(first, each, right(challenge)) for each in (challenge.id, otherwise)]
    assert answers == ["done", USED]


@pytest.mark.parametrize("made_up", ["", "x", "验证码", "\ud800", "=" * 8, "A" * 124, "A" * 100_000])
def test_what_was_never_asked_is_refused(first: Desk, made_up: str) -> None:
    assert answered(first, made_up, "1") == USED


@pytest.mark.parametrize("place", [0, 5, 40, -1])
def test_a_damaged_one_is_refused(first: Desk, place: int) -> None:
    challenge = asked(first)
    sealed = bytearray(base64.urlsafe_b64decode(challenge.id))
    sealed[place] ^= 1
    assert answered(first, base64.urlsafe_b64encode(sealed).decode(), right(challenge)) == USED


@pytest.mark.parametrize("purpose", ["", "ticket"])
def test_what_is_sealed_for_another_purpose_is_no_challenge(first: Desk, purpose: str) -> None:
    content = f"{first.clock.now().isoformat()} 1234".encode()
    forged = {each: first.vault.seal_bytes(content, each) for each in (purpose, PURPOSE)}
    answers = [
        answered(first, base64.urlsafe_b64encode(sealed).decode(), "1234") for sealed in forged.values()
    ]
    assert answers == [USED, "done"]


def test_what_another_key_sealed_is_no_challenge(first: Desk) -> None:
    content = f"{first.clock.now().isoformat()} 1234".encode()
    forged = Vault(bytes(32)).seal_bytes(content, PURPOSE)
    assert answered(first, base64.urlsafe_b64encode(forged).decode(), "1234") == USED


def test_asking_writes_nothing(first: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(first.store)
    with monkeypatch.context() as patch:
        patch.setattr(first.store, "writing", None)
        for _ in range(10):
            asked(first)
    assert contents(first.store) == before


def test_what_was_never_asked_costs_no_write(first: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first.store, "writing", None)
    assert answered(first, "A" * 124, "1") == USED


def test_the_length_of_an_id_tells_nothing_of_the_answer(first: Desk) -> None:
    first.chance = random.Random(3)
    assert len({len(asked(first).id) for _ in range(40)}) == 1
