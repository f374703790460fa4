"""Accounts and offices (帐号, 单位): in use or disabled, and the initial password that somebody else sets."""

from __future__ import annotations

import random
import re
from enum import StrEnum
from typing import Final

from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode
from core.rules.machine import Machine, Move, Transition
from core.rules.refusals import UsualReason
from core.rules.roles import Role

INITIAL_LENGTH = 10
_LOGIN = re.compile(r"[A-Z0-9._-]{4,40}")
_NUMBER = re.compile(r"[\d._-]+|\d{17}X")
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"  # no 0, 1, l, o, i: it is read aloud and copied from paper


class Standing(StrEnum):
    """Whether an account or an office is in use (帐号状态, 单位状态).

    A disabled account lets nobody in. A disabled office takes no registrations, and none of its accounts acts
    for it.
    """

    ACTIVE = "active"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        """The state as shown."""
        return "正常" if self is Standing.ACTIVE else "停用"

    @classmethod
    def of(cls, active: bool) -> Standing:
        """The state that the column `active` stands for."""
        return cls.ACTIVE if active else cls.DISABLED


def _switched(name: str, *who: Role) -> Machine[Standing]:
    s, by = Standing, frozenset(who)
    moves = (
        Transition(s.ACTIVE, Move.DISABLE, s.DISABLED, by),
        Transition(s.DISABLED, Move.ENABLE, s.ACTIVE, by),
    )
    return Machine(name, s.ACTIVE, moves)


# Whose accounts and which offices each of them reaches is the business of the table of permissions.
ACCOUNT = _switched("帐号", Role.EMPLOYER, Role.BASE, Role.AUTHORITY, Role.BUREAU, Role.OPERATOR)
OFFICE = _switched("单位", Role.AUTHORITY, Role.BUREAU)


GUEST: Final = "GUEST"
"""The login of whoever has no account, at the SSH door; no account may have it."""


def initial_password(chance: random.Random) -> str:
    """A password of letters and digits for one sign-in (初始密码); it keeps the rule of 8 to 20 characters."""
    drawn = [chance.choice(_LETTERS + _DIGITS) for _ in range(INITIAL_LENGTH - 2)]
    drawn += [chance.choice(_LETTERS), chance.choice(_DIGITS)]
    chance.shuffle(drawn)
    return "".join(drawn)


def check_login(text: str) -> str:
    """A login name that somebody chose, in its one form: capitals, no blanks (REQUIRED, BAD_LOGIN).

    Numbers belong to persons, who sign in by theirs; `guest` is how everybody comes to 首页 over SSH.
    """
    login = fold_plain(text).upper()
    if not login:
        raise EntryError(ErrorCode.REQUIRED)
    if not _LOGIN.fullmatch(login) or _NUMBER.fullmatch(login) or login == GUEST:
        raise EntryError(ErrorCode.BAD_LOGIN)
    return login


STAFF_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "已离职"),
    UsualReason("2", "已退休"),
    UsualReason("3", "重复注册"),
    UsualReason("9", "其他", open_ended=True),
)
ACCOUNT_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "经办人已调离岗位"),
    UsualReason("2", "账号可能已泄露"),
    UsualReason("9", "其他", open_ended=True),
)
OFFICE_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "单位已撤销"),
    UsualReason("2", "单位已合并"),
    UsualReason("3", "重复登记"),
    UsualReason("9", "其他", open_ended=True),
)
"""Why something is disabled (停用原因): of a person's account, of an office's account, of an office."""
