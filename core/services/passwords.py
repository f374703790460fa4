"""Passwords: argon2, at most two at once, and always the same time whether the account exists or not."""

from __future__ import annotations

import hmac
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

    def matches(self, stored: str | None, password: str, initial: str | None = None) -> bool:
        """Whether the password is the stored one. With no hash stored the same work is done, in vain.

        `initial` is given where a mark stands in place of a hash (初始密码): it is compared in constant time, after
        the same work. Raises argon2's VerificationError where there was no memory for it: that is no wrong password.
        """
        from argon2.exceptions import InvalidHashError, VerifyMismatchError

        hasher = self._made()
        hashed = bool(stored) and not str(stored).startswith("!") and initial is None
        known = str(stored) if hashed else self._dummy_hash()
        with self._slots:
            try:
                hasher.verify(known, password)
            except (VerifyMismatchError, InvalidHashError):
                return initial is not None and hmac.compare_digest(initial.encode(), password.encode())
        return hashed

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
