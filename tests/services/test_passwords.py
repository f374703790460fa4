"""Passwords are checked, and what can't be checked is not taken for a wrong one."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from core.services.passwords import Passwords


class NoMemory(PasswordHasher):
    """argon2 where the memory that it wants is refused, as in a session that has used up its share."""

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        raise VerificationError("Memory allocation error")


def test_a_password_that_could_not_be_checked_is_not_called_wrong() -> None:
    stored = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("abc12345")
    with pytest.raises(VerificationError):
        Passwords(NoMemory()).matches(stored, "abc12345")
