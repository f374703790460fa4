"""Who a login name and a password prove somebody to be: the same for the login screen and for the SSH door."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update

from core.model import Account, OrgRegistration, Person, Registration
from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode, Refused
from core.rules.offices import OfficeState
from core.rules.workflow import RegistrationState
from core.services.desk import Desk
from core.services.initial import initial_password
from core.services.throttle import counted_try
from core.store.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Known:
    """What a login name leads to: an account, or only a registration that waits for review."""

    account_id: int | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was given. `renewed` is a hash of it with the parameters of today, if need be."""

    account_id: int
    password_hash: str | None
    renewed: str | None

    def renew(self, work: UnitOfWork) -> None:
        """Store the newer hash, unless the password has been changed meanwhile."""
        if self.renewed is not None:
            unchanged = (Account.id == self.account_id) & (Account.password_hash == self.password_hash)
            work.session.execute(update(Account).where(unchanged).values(password_hash=self.renewed))


def plain_login(text: str) -> str:
    """A login name in its one form: plain letters in capitals (a final x of a 证件号 too), no blanks."""
    try:
        return fold_plain(text).upper()
    except EntryError:
        return ""


def prove(desk: Desk, login: str, password: str, address: str) -> Proven:
    """Check a password: counted, and with the same work whether the account exists or not.

    Raises Refused LOCKED (`minutes`), WRONG_LOGIN (`left`: tries that remain); only to whoever knows the
    password NOT_YET_REVIEWED.
    """
    plain = plain_login(login)
    with counted_try(desk, plain, address, ErrorCode.WRONG_LOGIN):
        with desk.reading() as work:
            known = find_login(work, plain)
            initial = initial_password(work, known.account_id, known.password_hash)
        if not desk.passwords.matches(known.password_hash, password, initial):
            raise Refused(ErrorCode.WRONG_LOGIN)
    if known.account_id is None:
        raise Refused(ErrorCode.NOT_YET_REVIEWED)
    renewed = None
    if known.password_hash and initial is None and desk.passwords.is_outdated(known.password_hash):
        renewed = desk.passwords.hash(password)
    return Proven(known.account_id, known.password_hash, renewed)


def find_login(work: UnitOfWork, login: str) -> Known:
    """By login name, else by 证件号 (of a person whose account has another name), else a pending registration."""
    number = work.vault.digest("id_number", login)
    by_login = select(Account.id, Account.password_hash).where(
        Account.login_digest == work.vault.digest("login", login)
    )
    by_number = (
        select(Account.id, Account.password_hash).join(Person).where(Person.id_number_digest == number)
    )
    found = work.session.execute(by_login).first() or work.session.execute(by_number).first()
    if found is not None:
        return Known(*found)
    # One that was sent in for an existing account has that account's password.
    waiting = (
        select(func.coalesce(Account.password_hash, Registration.password_hash))
        .select_from(Registration)
        .outerjoin(Account, Account.id == Registration.account_id)
        .where(Registration.id_digest == number, Registration.state == RegistrationState.PENDING.value)
    )
    office = select(OrgRegistration.password_hash).where(
        OrgRegistration.code == login, OrgRegistration.state == OfficeState.PENDING.value
    )
    return Known(None, work.session.scalar(waiting) or work.session.scalar(office))
