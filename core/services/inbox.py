"""Reading messages (消息): what an account was told, and what the office was told for which it acts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, func, select, update
from sqlalchemy.orm import Session

from core.model import Message
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.messages import MessagePage, MessageQuery, MessageRow, ReadMessages
from core.services.desk import use_case
from core.store.pages import cut
from core.store.work import UnitOfWork

COUNT_AT_MOST = 1000
LONGEST_PAGE = 200


@use_case(Action.MESSAGE_PAGE, writes=False)
def message_page(work: UnitOfWork, actor: Actor, command: MessageQuery) -> MessagePage:
    """The caller's messages, newest first; the key of a page is the last row's id.

    What the account was told shows in each of its roles; what an office was told, in the role that acts for
    it. What one of an office has read, all of it have.
    """
    limit = max(1, min(command.limit, LONGEST_PAGE))
    found: list[Message] = []
    for mine in _addressees(actor):  # each in the order of its own index
        wanted = select(Message).where(mine)
        if command.unread_only:
            wanted = wanted.where(Message.read_at.is_(None))
        if command.after is not None:
            wanted = wanted.where(Message.id < int(command.after[0]))
        found += work.session.scalars(wanted.order_by(Message.id.desc()).limit(limit + 1))
    found.sort(key=lambda each: each.id, reverse=True)
    rows, after = cut(tuple(map(_row, found)), limit, lambda row: (row.id,))
    return MessagePage(rows, unread_count(work.session, actor), after)


@use_case(Action.READ_MESSAGE, writes=True)
def read_messages(work: UnitOfWork, actor: Actor, command: ReadMessages) -> int:
    """These have been read, or all of the caller's; others' are left alone. Returns how many are still unread."""
    for mine in _addressees(actor):
        read = update(Message).where(mine, Message.read_at.is_(None))
        if command.ids is not None:
            read = read.where(Message.id.in_(command.ids) if command.ids else false())
        work.session.execute(
            read.values(read_at=work.clock.now()), execution_options={"synchronize_session": False}
        )
    return unread_count(work.session, actor)


def unread_count(session: Session, actor: Actor) -> int:
    """How many messages the caller has not read; at most 1,000 are counted."""
    total = 0
    for mine in _addressees(actor):  # one by one: SQLite would read all that anybody has not read for an "or"
        few = select(Message.id).where(mine, Message.read_at.is_(None)).limit(COUNT_AT_MOST).subquery()
        total += session.scalar(select(func.count()).select_from(few)) or 0
    return min(total, COUNT_AT_MOST)


def _addressees(actor: Actor) -> list[ColumnElement[bool]]:
    mine: list[ColumnElement[bool]] = [Message.account_id == actor.account_id]
    if actor.org_id is not None:
        mine.append(Message.org_id == actor.org_id)
    return mine


def _row(message: Message) -> MessageRow:
    return MessageRow(
        id=message.id,
        at=message.at,
        text=message.text,
        unread=message.read_at is None,
        object_kind=message.object_kind,
        object_id=message.object_id,
    )
