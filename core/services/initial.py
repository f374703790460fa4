"""初始密码: the last six characters of the 证件号, for who was registered by a file and has never signed in.

Hashing 50,000 of them would take an hour and a half, so a mark stands in place of the hash, and what is typed is
compared with the sealed number itself. That is no weaker than a hash of the same six characters: whoever has the
database without the data key learns nothing from the mark, while such a hash could be guessed by trying a
million; who has the key has the number. At the door the tries are counted as for any password, a check takes
as long as with a hash, and nothing but changing the password is allowed (`must_change`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from core.model import AccountRole, Person
from core.rules.roles import Role
from core.store.work import UnitOfWork

INITIAL_MARK: Final = "!initial"
INITIAL_LENGTH: Final = 6


def initial_password(work: UnitOfWork, account_id: int | None, stored: str | None) -> str | None:
    """What proves the owner of an account that still has its initial password; None for every other one.

    Also None where the account stands for more than the person: whoever knows the number would otherwise get
    into an office (as with 重置密码).
    """
    if stored != INITIAL_MARK or account_id is None:
        return None
    roles = select(AccountRole.role).where(AccountRole.account_id == account_id)
    if set(work.session.scalars(roles)) != {Role.PERSON.value}:
        return None
    sealed = work.session.scalar(select(Person.id_number_sealed).where(Person.account_id == account_id))
    return None if sealed is None else initial_of(work.vault.open(sealed))


def initial_of(number: str) -> str:
    """The initial password of a 证件号."""
    return number[-INITIAL_LENGTH:].upper()
