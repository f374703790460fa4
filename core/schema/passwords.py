"""Passwords: changed by who knows the old one (修改密码), or set anew with a mailed code (忘记登录密码)."""

from __future__ import annotations

from dataclasses import dataclass

from core.schema.base import Command


class ChangePassword(Command):
    """修改密码."""

    old: str
    new: str
    again: str


class ForgottenPassword(Command):
    """忘记登录密码, first step: the e-mail and mobile given at registration. The answer is always the same."""

    email: str
    mobile: str


class ResetPassword(Command):
    """忘记登录密码, second step: the mailed code and the new password."""

    email: str
    mobile: str
    code: str
    password: str
    again: str


@dataclass(frozen=True, slots=True)
class CodeSent:
    """What is answered to every ForgottenPassword: how long a code would hold, in minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """How many other sessions of the account were ended."""

    ended: int
