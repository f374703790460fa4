"""A forgotten password (忘记登录密码): a code by mail for whoever knows e-mail and mobile, then a new password.

Nothing here tells whether an account exists: the answers are the same, and so is the work that is done.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from core.model import Account, LoginSession, Outbox, PasswordReset, Person, WayIn
from core.rules.entry import EntryError, check_password, fold_plain, parse_email, parse_mobile
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_id_number
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.schema.passwords import CodeSent, ForgottenPassword, ResetPassword
from core.services.desk import Desk, desk_use_case
from core.services.messages import addressed, letter, tell_person
from core.services.post import PromptPost
from core.services.proving import plain_login
from core.services.throttle import counted_try, counted_turn, forget_tries
from core.store.work import UnitOfWork

CODE_DIGITS = 8
CHANGED = "您的登录密码刚刚通过“忘记登录密码”重新设置，原来的登录已全部失效。如非本人操作，请立即联系所在单位管理员。"
# One pair of e-mail and mobile belongs to one person, or to a couple that shares them.
_ACCOUNTS_AT_MOST = 4
_ASKING, _ANSWERING = "reset_request", "reset_try"
_NOBODY = "410099190001010000"


@desk_use_case(Action.FORGOTTEN_PASSWORD)
def forgotten_password(desk: Desk, caller: Caller, command: ForgottenPassword) -> CodeSent:
    """Mail a code to every account whose person has this e-mail and this mobile; the answer is the same for none.

    Raises Refused NO_MAIL, RESET_TOO_OFTEN (`minutes`), FIELDS_REFUSED for what is no e-mail or no mobile.
    """
    if not desk.settings.mails:
        raise Refused(ErrorCode.NO_MAIL)
    pair = _pair(command.email, command.mobile)
    counted_turn(desk, _ASKING, pair.text, caller.address, ErrorCode.RESET_TOO_OFTEN)
    minutes = desk.settings.reset_minutes
    with desk.writing() as work:
        people = _people(work, pair)
        mails = _write_codes(work, pair, people, minutes)
        work.audit(
            caller, Action.FORGOTTEN_PASSWORD, "account", ",".join(str(each.account_id) for each in people)
        )
        work.session.flush()
        ids = [row.id for row in mails if row.sent_at is None]
        work.commit()
    PromptPost.of(desk).hand_over(ids)
    return CodeSent(minutes)


@desk_use_case(Action.RESET_PASSWORD)
def reset_password(desk: Desk, caller: Caller, command: ResetPassword) -> None:
    """Set a new password with a mailed code; all sessions of the account end, its other codes with them.

    Raises Refused RESET_CODE_WRONG (`left`) for a code that is wrong, used, expired or nobody's, LOCKED, and
    FIELDS_REFUSED (`email`, `mobile`, `code`, `password`, `again`).
    """
    errors = _faults(command)
    try:
        pair = _pair(command.email, command.mobile)
    except Refused as refusal:
        errors = (*refusal.fields, *errors)
    if errors:
        raise Refused.for_fields(errors)
    code = fold_plain(command.code)
    counted = counted_try(desk, pair.text, caller.address, ErrorCode.RESET_CODE_WRONG, purpose=_ANSWERING)
    with counted:
        # Whatever the code is worth, so that both take the same time; whoever is locked out costs nothing.
        hashed = desk.passwords.hash(command.password)
        with desk.writing() as work:
            told = _set_anew(work, caller, _redeemed(work, pair, code), hashed)
            work.session.flush()
            ids = [told.id] if told is not None else []
            work.commit()
    PromptPost.of(desk).hand_over(ids)


def end_sessions(work: UnitOfWork, account_id: int, but: str = "") -> int:
    """End all sessions of an account, but one where it is named; returns how many. What was proved at the SSH door
    before this counts for nothing any more."""
    work.connection.execute(delete(WayIn).where(WayIn.account_id == account_id))
    held = (
        (LoginSession.account_id == account_id) & LoginSession.ended_at.is_(None) & (LoginSession.id != but)
    )
    return work.connection.execute(
        update(LoginSession).where(held).values(ended_at=work.clock.now())
    ).rowcount


def kill_codes(work: UnitOfWork, account_id: int) -> None:
    """No code that was mailed for this account is good any more."""
    open_ones = (PasswordReset.account_id == account_id) & PasswordReset.used_at.is_(None)
    work.connection.execute(update(PasswordReset).where(open_ones).values(used_at=work.clock.now()))


@dataclass(frozen=True, slots=True)
class _Pair:
    """E-mail and mobile in the one form in which they are compared and found."""

    email: str
    mobile: str

    @property
    def text(self) -> str:
        return f"{self.email}\n{self.mobile}"


def _pair(email: str, mobile: str) -> _Pair:
    errors, plain = [], {}
    for field, typed, parse in (("email", email, parse_email), ("mobile", mobile, parse_mobile)):
        try:
            if not typed.strip():
                raise EntryError(ErrorCode.REQUIRED)
            plain[field] = parse(typed).casefold()
        except EntryError as error:
            errors.append(error.at(field))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return _Pair(**plain)


def _people(work: UnitOfWork, pair: _Pair) -> list[Person]:
    wanted = (
        select(Person)
        .join(Account, Account.id == Person.account_id)
        .where(
            Person.email_digest == work.vault.digest("email", pair.email),
            Person.mobile_digest == work.vault.digest("mobile", pair.mobile),
            Account.active,
        )
    )
    return list(work.session.scalars(wanted.order_by(Person.id).limit(_ACCOUNTS_AT_MOST)))


def _write_codes(work: UnitOfWork, pair: _Pair, people: list[Person], minutes: int) -> list[Outbox]:
    """A code and a mail for each; where there is nobody, one of each all the same, which goes to nobody."""
    now = work.clock.now()
    codes: set[str] = set()
    while len(codes) < max(1, len(people)):
        codes.add(f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
    owners: list[Person] | list[None] = people or [None]
    mails = []
    for code, person in zip(codes, owners, strict=True):
        number = work.vault.open(person.id_number_sealed) if person else _NOBODY
        text = (
            f"您正在重置帐号 {mask_id_number(number)} 的登录密码，验证码：{code}，{minutes} 分钟内有效，只能用一次。\n"
            "如非本人操作，请不要理会，也不要告诉任何人。"
        )
        work.session.add(
            PasswordReset(
                asked_digest=work.vault.digest("reset_asked", pair.text),
                code_digest=_code_digest(work, pair, code),
                account_id=person.account_id if person else None,
                created_at=now,
                expires_at=now + timedelta(minutes=minutes),
            )
        )
        body = addressed(person.name if person else "", text)
        to_sealed = work.vault.seal(pair.email)
        if person is not None and person.email_sealed is not None:
            to_sealed = person.email_sealed
        row = Outbox(**letter(work, to_sealed, MessageKind.PASSWORD, body))
        if person is None:
            row.sent_at, row.body_sealed = now, None
        work.session.add(row)
        mails.append(row)
    return mails


def _redeemed(work: UnitOfWork, pair: _Pair, code: str) -> Account:
    """The account that this code is for, held; the code is used up. Raises RESET_CODE_WRONG."""
    good = (
        (PasswordReset.asked_digest == work.vault.digest("reset_asked", pair.text))
        & (PasswordReset.code_digest == _code_digest(work, pair, code))
        & PasswordReset.account_id.is_not(None)
        & PasswordReset.used_at.is_(None)
        & (PasswordReset.expires_at > work.clock.now())
    )
    found = work.session.execute(select(PasswordReset.id, PasswordReset.account_id).where(good)).first()
    if found is not None:
        # The account first: two who redeem two codes of it would otherwise wait for each other.
        account = work.locked(Account, found.account_id)
        mine = good & (PasswordReset.id == found.id)
        used = update(PasswordReset).where(mine).values(used_at=work.clock.now())
        if account.active and work.connection.execute(used).rowcount == 1:
            return account
    raise Refused(ErrorCode.RESET_CODE_WRONG)


def _set_anew(work: UnitOfWork, caller: Caller, account: Account, hashed: str) -> Outbox | None:
    """The new password, and an end to all that the old one had opened or a code still could; returns the mail."""
    account.password_hash, account.must_change = hashed, False
    end_sessions(work, account.id)
    kill_codes(work, account.id)
    person = work.session.scalars(select(Person).where(Person.account_id == account.id)).one()
    number = work.vault.open(person.id_number_sealed)
    forget_tries(work, work.vault.open(account.login_sealed), plain_login(number))
    work.audit(caller, Action.RESET_PASSWORD, "account", account.id, person.name)
    return tell_person(work, person.id, MessageKind.PASSWORD, CHANGED)


def _code_digest(work: UnitOfWork, pair: _Pair, code: str) -> bytes:
    return work.vault.digest("reset_code", f"{code}\n{pair.text}")


def _faults(command: ResetPassword) -> tuple[FieldError, ...]:
    errors = []
    try:
        if not fold_plain(command.code):
            errors.append(FieldError("code", ErrorCode.REQUIRED))
    except EntryError as error:
        errors.append(error.at("code"))
    return (*errors, *new_password_faults(command.password, command.again, "password"))


def new_password_faults(password: str, again: str, field: str) -> tuple[FieldError, ...]:
    """What is wrong with a password that somebody has chosen: beside `field`, or beside `again`."""
    try:
        check_password(password)
    except EntryError as error:
        return (error.at(field),)
    return () if password == again else (FieldError("again", ErrorCode.PASSWORDS_DIFFER),)
