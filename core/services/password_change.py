"""修改密码 by who knows the old one, in every role; other sessions of the account end at once."""

from __future__ import annotations

from core.model import Account
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.passwords import ChangePassword, PasswordChanged
from core.services.desk import Desk, desk_use_case
from core.services.forgotten import end_sessions, kill_codes, new_password_faults
from core.services.initial import initial_password
from core.services.messages import tell_account
from core.services.throttle import counted_try

CHANGED = (
    "您的登录密码已修改，其他登录已失效。如非本人操作，请立即用“忘记登录密码”重置，并联系所在单位管理员。"
)
_TRYING = "password_change"


@desk_use_case(Action.CHANGE_PASSWORD)
def change_password(desk: Desk, actor: Actor, command: ChangePassword) -> PasswordChanged:
    """Set the caller's own password. Their other sessions get SESSION_ENDED at their next key.

    Raises Refused with `fields`: `new` (BAD_PASSWORD, SAME_PASSWORD), `again` (PASSWORDS_DIFFER), `old`
    (WRONG_OLD_PASSWORD, with `left`); LOCKED after too many wrong ones; STALE where another session was faster.
    """
    errors = new_password_faults(command.new, command.again, "new")
    if not errors and command.new == command.old:
        errors = (FieldError("new", ErrorCode.SAME_PASSWORD),)
    if not command.old:
        errors = (FieldError("old", ErrorCode.REQUIRED), *errors)
    if errors:
        raise Refused.for_fields(errors)
    with desk.reading() as work:
        stored = work.session.get_one(Account, actor.account_id).password_hash
        initial = initial_password(work, actor.account_id, stored)
    # An open screen that somebody else sits at must not be a way to guess the password behind it.
    with counted_try(desk, str(actor.account_id), "", ErrorCode.WRONG_OLD_PASSWORD, purpose=_TRYING):
        if not desk.passwords.matches(stored, command.old, initial):
            beside = (FieldError("old", ErrorCode.WRONG_OLD_PASSWORD),)
            raise Refused(ErrorCode.WRONG_OLD_PASSWORD, beside)
    hashed = desk.passwords.hash(command.new)
    with desk.writing() as work:
        account = work.locked(Account, actor.account_id)
        if account.password_hash != stored:
            raise Refused(ErrorCode.STALE)
        account.password_hash, account.must_change = hashed, False
        ended = end_sessions(work, account.id, but=actor.session_id)
        kill_codes(work, account.id)
        work.audit(actor, Action.CHANGE_PASSWORD, "account", account.id)
        tell_account(work, account.id, MessageKind.PASSWORD, CHANGED)
        work.commit()
    return PasswordChanged(ended)
