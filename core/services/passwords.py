"""Passwords: argon2, at most two at once, and always the same time whether the account exists or not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2


class Passwords:
    """Hashes and verifies passwords; `hasher` may be cheaper in tests.

    One check takes about a tenth of a second and 64 MiB: never inside a transaction, never on the event loop.
    """

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = AT_ONCE) -> None:
        self._hasher = hasher
        self._slots = threading.BoundedSemaphore(at_once)
        self._dummy = ""

    def hash(self, password: str) -> str:
        """The text that is stored, salt and parameters inside."""
        hasher = self._made()
        with self._slots:
            return hasher.hash(password)

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. With nothing stored the same work is done, in vain."""
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._made()
        known = stored or self._dummy_hash()
        with self._slots:
            try:
                hasher.verify(known, password)
            except (VerificationError, InvalidHashError):
                return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether it was hashed with weaker parameters than those of today."""
        return self._made().check_needs_rehash(stored)

    def _made(self) -> PasswordHasher:
        if self._hasher is None:
            from argon2 import PasswordHasher

            self._hasher = PasswordHasher()
        return self._hasher

    def _dummy_hash(self) -> str:
        if not self._dummy:
            self._dummy = self.hash("an account that does not exist")
        return self._dummy
