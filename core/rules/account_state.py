"""Accounts and offices (帐号, 单位): in use or disabled, and the initial password that somebody else sets."""

from __future__ import annotations

import random
from enum import StrEnum

from core.rules.machine import Machine, Move, Transition
from core.rules.roles import Role

INITIAL_LENGTH = 10
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


def initial_password(chance: random.Random) -> str:
    """A password of letters and digits for one sign-in (初始密码); it keeps the rule of 8 to 20 characters."""
    drawn = [chance.choice(_LETTERS + _DIGITS) for _ in range(INITIAL_LENGTH - 2)]
    drawn += [chance.choice(_LETTERS), chance.choice(_DIGITS)]
    chance.shuffle(drawn)
    return "".join(drawn)
