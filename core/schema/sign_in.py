"""Signing in (登录): the challenge, the command, and the session that comes out."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Actor, Role
from core.schema.base import Command


@dataclass(frozen=True, slots=True)
class Challenge:
    """A 验证码: `picture` is rows of half-block text cells (40 x 8 at most), `question` the same in words."""

    id: str
    picture: tuple[str, ...]
    question: str


class SignIn(Command):
    """登录: the answer may be to the picture or to the question of the challenge."""

    role: Role
    login: str
    password: str
    challenge_id: str = ""
    answer: str = ""


class EnterByTicket(Command):
    """登录 by what was proved at the SSH door; `role` may be left open where the account has only one."""

    role: Role | None = None


class SwitchRole(Command):
    """切换用户类型: another role of the same account, without a second login."""

    role: Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun. `must_change_password` is set after a reset."""

    actor: Actor
    roles: tuple[Role, ...]
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of these roles (用户类型) is meant: nothing has begun yet."""

    roles: tuple[Role, ...]
