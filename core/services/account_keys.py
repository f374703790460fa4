"""SSH 公钥 of an account: registered, listed and removed by its holder; all gone when it is handed to another."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from core.model import Account, AccountKey
from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldSpec
from core.rules.identity import mask_personal
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.account_keys import AddKey, KeyPage, KeyRow
from core.schema.base import Nothing, Number
from core.services.desk import use_case
from core.services.messages import tell_account
from core.services.public_keys import KINDS, LINE_LENGTH, kind_of, read_public_key
from core.services.scope import not_yours
from core.store.work import UnitOfWork

AT_MOST = 10
NAME_LENGTH = 40
LINE = FieldSpec("text", "公钥", max_length=LINE_LENGTH, hint="粘贴 .pub 文件里的一整行")
NAME = FieldSpec("name", "名称", required=False, max_length=NAME_LENGTH, hint="空着就用公钥里的注释")
_ADDED = "您的帐号登记了一把 SSH 公钥“{name}”（{kind}），持有者不用密码就能进来。{if_not}"
_REMOVED = "您的帐号删去了 SSH 公钥“{name}”（{kind}）。{if_not}"
_IF_NOT = "如非本人操作，请立即在“账号”中删去陌生的公钥并修改密码，并联系所在单位管理员。"


@use_case(Action.KEY_LIST, writes=False)
def key_page(work: UnitOfWork, actor: Actor, command: Nothing) -> KeyPage:
    """The keys of the caller's account."""
    return _page(work, actor.account_id)


@use_case(Action.ADD_KEY, writes=True)
def add_key(work: UnitOfWork, actor: Actor, command: AddKey) -> KeyPage:
    """登记 a key; the account is told.

    Refused beside `text`: REQUIRED, KEY_UNREADABLE, KEY_WEAK, KEY_TWICE, KEY_PRIVATE; beside `name`: TOO_LONG and
    what a text may not hold; KEYS_ENOUGH (`limit`).
    """
    try:
        if not command.text.strip():
            raise Refused(ErrorCode.REQUIRED)
        key = read_public_key(command.text)
    except Refused as refusal:
        raise Refused.for_fields((FieldError("text", refusal.code),)) from None
    name = _name(command.name) or _name(key.comment, cut=True) or KINDS[key.algorithm]
    work.locked(Account, actor.account_id)  # of two who add at once the second counts the first
    held = select(AccountKey.fingerprint).where(AccountKey.account_id == actor.account_id)
    known = list(work.session.scalars(held))
    if key.fingerprint in known:
        raise Refused.for_fields((FieldError("text", ErrorCode.KEY_TWICE),))
    if len(known) >= AT_MOST:
        raise Refused(ErrorCode.KEYS_ENOUGH, limit=AT_MOST)
    work.session.add(
        AccountKey(
            account_id=actor.account_id,
            name=name,
            algorithm=key.algorithm,
            fingerprint=key.fingerprint,
            public=key.public,
            added_at=work.clock.now(),
        )
    )
    work.session.flush()
    kind = kind_of(key.algorithm, key.public)
    _note(work, actor, Action.ADD_KEY, _ADDED, name, kind, key.fingerprint)
    return _page(work, actor.account_id)


@use_case(Action.REMOVE_KEY, writes=True)
def remove_key(work: UnitOfWork, actor: Actor, command: Number) -> KeyPage:
    """删去 one of the caller's keys; the account is told. Raises Refused NOT_FOUND, NOT_YOURS."""
    key = work.locked(AccountKey, command.value)
    if key.account_id != actor.account_id:
        raise not_yours("key", key.id)
    work.session.delete(key)
    work.session.flush()
    kind = kind_of(key.algorithm, key.public)
    _note(work, actor, Action.REMOVE_KEY, _REMOVED, key.name, kind, key.fingerprint)
    return _page(work, actor.account_id)


def drop_keys(work: UnitOfWork, account_id: int) -> int:
    """The account gets a new password from somebody else: whoever held it before has no key to it any more.

    Returns how many there were.
    """
    count = select(func.count()).select_from(AccountKey).where(AccountKey.account_id == account_id)
    held = work.session.scalar(count) or 0
    work.session.execute(delete(AccountKey).where(AccountKey.account_id == account_id))
    return held


def _page(work: UnitOfWork, account_id: int) -> KeyPage:
    mine = select(AccountKey).where(AccountKey.account_id == account_id).order_by(AccountKey.id)
    rows = (
        KeyRow(
            key.id, key.name, kind_of(key.algorithm, key.public), key.fingerprint, key.added_at, key.used_at
        )
        for key in work.session.scalars(mine)
    )
    return KeyPage(tuple(rows), AT_MOST)


def _name(typed: str, *, cut: bool = False) -> str:
    """The name of a key as it is stored, without anybody's number; of a comment what fits and can be shown."""
    try:
        name = mask_personal(fold(typed))
    except EntryError as error:
        if cut:
            return ""
        raise Refused.for_fields((error.at("name"),)) from None
    if len(name) > NAME_LENGTH and not cut:
        params = {"limit": NAME_LENGTH, "length": len(name)}
        raise Refused.for_fields((FieldError("name", ErrorCode.TOO_LONG, params),))
    return name[:NAME_LENGTH]


def _note(
    work: UnitOfWork, actor: Actor, action: Action, words: str, name: str, kind: str, fingerprint: str
) -> None:
    work.audit(actor, action, "account", actor.account_id, f"{name}（{kind}，{fingerprint}）")
    tell_account(work, actor.account_id, MessageKind.KEY, words.format(name=name, kind=kind, if_not=_IF_NOT))
