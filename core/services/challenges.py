"""Challenges (验证码): each is good for one answer, for a few minutes, in whichever process it is answered.

Nothing is kept of one that was asked: its id is what is asked, sealed. Only that it was answered is written down.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from core.model import ChallengeSpent
from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode, Refused
from core.schema.sign_in import Challenge
from core.services.challenge_picture import DIGITS, ask_sum, draw_digits

if TYPE_CHECKING:
    from core.services.desk import Desk

PURPOSE = "challenge"
"""What its id is sealed for."""
# Filled up to one length, or the length of an id would tell something of the answer.
_BYTES = 64
_ID_CHARACTERS = 200
# Longer than clocks differ and a write waits: what another takes for good still must not be forgotten.
_KEPT_BEYOND = timedelta(minutes=5)
_CLEARED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Asked:
    digest: bytes
    until: datetime
    answers: frozenset[str]


def ask_challenge(desk: Desk) -> Challenge:
    """A new one: its picture, and the sum in words that may be answered instead."""
    digits = "".join(desk.chance.choice("0123456789") for _ in range(DIGITS))
    question, sums = ask_sum(desk.chance)
    until = desk.clock.now() + timedelta(seconds=desk.settings.challenge_seconds)
    content = " ".join((until.isoformat(), digits, *sorted(sums))).encode().ljust(_BYTES)
    # The seal never looks the same twice, which is what tells two of the same answers apart.
    made = base64.urlsafe_b64encode(desk.vault.seal_bytes(content, PURPOSE)).decode()
    return Challenge(made, draw_digits(digits, desk.chance), question)


def answer_challenge(desk: Desk, challenge_id: str, answer: str) -> None:
    """Use one up. Raises Refused WRONG_CHALLENGE, and CHALLENGE_EXPIRED for one that is gone or never was."""
    asked = _opened(desk, challenge_id)
    if asked is None or not _is_first(desk, asked):
        raise Refused(ErrorCode.CHALLENGE_EXPIRED)
    try:
        given = fold_plain(answer)
    except EntryError:
        given = ""
    if given not in asked.answers:
        raise Refused(ErrorCode.WRONG_CHALLENGE)


def _opened(desk: Desk, challenge_id: str) -> _Asked | None:
    """What was asked under this id; None where nothing was, or where its time is over."""
    if len(challenge_id) > _ID_CHARACTERS:
        return None
    try:
        sealed = base64.b64decode(challenge_id, b"-_", validate=True)
        moment, *answers = desk.vault.open_bytes(sealed, PURPOSE).decode().split()
        until = datetime.fromisoformat(moment)
    except (ValueError, Refused):
        return None
    if until < desk.clock.now():
        return None
    # Of the bytes: the same ones may be spelled in several ways.
    return _Asked(hashlib.sha256(sealed).digest(), until, frozenset(answers))


def _is_first(desk: Desk, asked: _Asked) -> bool:
    """Write down that it is answered, and forget what is long over. Of two at once one gets True."""
    over = ChallengeSpent.until < desk.clock.now() - _KEPT_BEYOND
    # Whoever else is at it clears the others: nobody waits for anybody.
    some = select(ChallengeSpent.digest).where(over).limit(_CLEARED_AT_ONCE).with_for_update(skip_locked=True)
    with desk.writing() as work:
        row = {"digest": asked.digest, "until": asked.until}
        first = work.inserted(ChallengeSpent, [row], "digest")
        work.connection.execute(delete(ChallengeSpent).where(ChallengeSpent.digest.in_(some)))
        work.commit()
    return bool(first)
