"""G2: the four ways in which a login is refused: the guide's words, beside the field they are about."""

from __future__ import annotations

import re

import pytest

from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.roles import Role
from tests.journeys.steps import (
    LOGINS,
    PASSWORD,
    PERSON,
    PERSON_NAME,
    WAITING,
    Installation,
    Seat,
    sign_in_keys,
)

NUMERALS = "零一二三四五六七八九十"


@pytest.mark.parametrize(
    ("login", "password", "field", "words"),
    [
        (PERSON, "wrong1234", "密码", "账户号或密码错误"),
        (WAITING, PASSWORD, "账号", "此帐号还未被审核"),
        (LOGINS[Role.EMPLOYER], PASSWORD, "用户类型", "帐号未分配角色，请联系系统管理员"),
    ],
)
def test_a_refused_login_says_why_beside_its_field_and_keeps_the_account(
    seat: Seat, login: str, password: str, field: str, words: str
) -> None:
    seat.type(*sign_in_keys(Role.PERSON, login, password))
    seat.see(words)
    assert beside(seat, field).startswith(words)
    assert login in line_of(seat, "账号")


@pytest.fixture
def guarded(home: Installation) -> Installation:
    """The same installation with 验证码."""
    return Installation(home.folder, captcha=True)


def test_a_wrong_challenge_is_refused_beside_it_and_the_rest_is_kept(guarded: Installation) -> None:
    with guarded.sit_down() as seat:
        seat.type(*sign_in_keys(Role.PERSON, PERSON))
        seat.see("F7 文字题")
        seat.type("99999", "Enter")
        seat.see("验证码错误")
        assert beside(seat, "验证码").startswith("验证码错误")
        assert PERSON in line_of(seat, "账号")
        assert "*" * len(PASSWORD) in line_of(seat, "密码")


def test_the_right_answer_to_the_question_in_words_lets_in(guarded: Installation) -> None:
    with guarded.sit_down() as seat:
        seat.type(*sign_in_keys(Role.PERSON, PERSON))
        seat.see("F7 文字题")
        seat.type("F7")
        seat.see("等于几")
        seat.type(answer(seat.screen), "Enter")
        seat.see(PERSON_NAME, "学时(分)申报")


def test_the_four_sentences_are_the_guides_own() -> None:
    codes = (
        ErrorCode.WRONG_LOGIN,
        ErrorCode.WRONG_CHALLENGE,
        ErrorCode.NOT_YET_REVIEWED,
        ErrorCode.ROLE_MISSING,
    )
    assert [ERROR_TEXTS[code] for code in codes] == [
        "账户号或密码错误",
        "验证码错误",
        "此帐号还未被审核",
        "帐号未分配角色，请联系系统管理员",
    ]


def line_of(seat: Seat, label: str) -> str:
    """The line of a field."""
    return next(each for each in seat.screen.splitlines() if each.strip().startswith(f"{label}*"))


def beside(seat: Seat, label: str) -> str:
    """What stands under the box of a field; its own cursor is in that box."""
    lines = seat.screen.splitlines()
    at = lines.index(line_of(seat, label))
    return lines[at + 1].strip()


def answer(screen: str) -> str:
    """The sum that the question in words asks for."""
    found = re.search(f"([{NUMERALS}])加([{NUMERALS}])等于几", screen)
    assert found is not None
    return str(NUMERALS.index(found[1]) + NUMERALS.index(found[2]))
