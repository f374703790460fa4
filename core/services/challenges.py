"""The challenges of one process (验证码): each is good for one answer, for a few minutes."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode, Refused
from core.schema.sign_in import Challenge
from core.services.challenge_picture import DIGITS, ask_sum, draw_digits

if TYPE_CHECKING:
    from core.services.desk import Desk

_SHELF = "challenges"
_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Open:
    answers: frozenset[str]
    until: datetime


class Challenges:
    """What was asked and not answered yet, by id; oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}

    @classmethod
    def of(cls, desk: Desk) -> Challenges:
        """Those of this desk."""
        found = desk.shelf.setdefault(_SHELF, cls())
        assert isinstance(found, cls)
        return found

    def ask(self, desk: Desk) -> Challenge:
        """A new one: its picture, and the sum in words that may be answered instead."""
        digits = "".join(desk.chance.choice("0123456789") for _ in range(DIGITS))
        question, sums = ask_sum(desk.chance)
        made = Challenge(secrets.token_urlsafe(12), draw_digits(digits, desk.chance), question)
        now = desk.clock.now()
        until = now + timedelta(seconds=desk.settings.challenge_seconds)
        with self._lock:
            for key in [key for key, each in self._open.items() if each.until < now]:
                del self._open[key]
            while len(self._open) >= _AT_MOST:
                del self._open[next(iter(self._open))]
            self._open[made.id] = _Open(sums | {digits}, until)
        return made

    def answer(self, desk: Desk, challenge_id: str, answer: str) -> None:
        """Use one up. Raises Refused WRONG_CHALLENGE, and CHALLENGE_EXPIRED for one that is gone."""
        with self._lock:
            asked = self._open.pop(challenge_id, None)
        if asked is None or asked.until < desk.clock.now():
            raise Refused(ErrorCode.CHALLENGE_EXPIRED)
        try:
            given = fold_plain(answer)
        except EntryError:
            given = ""
        if given not in asked.answers:
            raise Refused(ErrorCode.WRONG_CHALLENGE)
