"""What is told to people (消息), what is mailed to them, what they had typed (草稿), and forgotten passwords."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Digest, Key

UNREAD = sql("read_at is null")
WAITING = sql("sent_at is null and given_up_at is null")
HAS_ONCE_KEY = sql("once_key is not null")


class Message(Base):
    """A message (消息) to an account or to an office. `object_kind` and `object_id` say what it is about.

    `once_key` names what must be said only once, such as a reminder of a year.
    """

    __tablename__ = "message"

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    kind: Mapped[str]
    text: Mapped[str]
    object_kind: Mapped[str] = mapped_column(default="")
    object_id: Mapped[int | None] = mapped_column(BIG)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    once_key: Mapped[str | None] = mapped_column(BYTEWISE)

    __table_args__ = (
        CheckConstraint("(account_id is null) <> (org_id is null)", name="addressee"),
        CheckConstraint("length(text) > 0", name="text"),
        Index("ix_message_account", "account_id", sql("id desc")),
        Index("ix_message_org", "org_id", sql("id desc")),
        Index("ix_message_unread", "account_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_message_org_unread", "org_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index(
            "ux_message_once",
            "account_id",
            "once_key",
            unique=True,
            sqlite_where=HAS_ONCE_KEY,
            postgresql_where=HAS_ONCE_KEY,
        ),
        Index(
            "ux_message_org_once",
            "org_id",
            "once_key",
            unique=True,
            sqlite_where=HAS_ONCE_KEY,
            postgresql_where=HAS_ONCE_KEY,
        ),
    )


class Outbox(Base):
    """A mail that waits to be sent (待发邮件). Address and text are sealed; the text is emptied at its end.

    `due_at` is when it is tried next; after the last try `given_up_at` says that nobody tries again.
    """

    __tablename__ = "outbox"

    id: Mapped[Key]
    to_sealed: Mapped[bytes]
    subject: Mapped[str]
    body_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("length(subject) > 0", name="subject"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("sent_at is null or given_up_at is null", name="ended_once"),
        Index("ix_outbox_due", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )


class Draft(Base):
    """What was typed into a form and not sent yet (草稿), so that a broken line loses nothing.

    `key` is drawn by the form when it opens; `sealed` is the sealed JSON of all it holds but passwords.
    The owner is an account, or a guest who is filling in a registration: then `guest_digest` is that of
    证件号 and password together, which nobody else can present.
    """

    __tablename__ = "draft"

    key: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    guest_digest: Mapped[Digest | None]
    session_id: Mapped[str] = mapped_column(BYTEWISE, default="")
    role: Mapped[str] = mapped_column(default="")
    form: Mapped[str]
    sealed: Mapped[bytes]
    saved_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(account_id is null) <> (guest_digest is null)", name="owner"),
        CheckConstraint("length(key) between 16 and 64", name="key"),
        CheckConstraint("length(form) > 0", name="form"),
        Index("ix_draft_account", "account_id", "saved_at"),
        Index("ix_draft_guest", "guest_digest"),
        Index("ix_draft_saved", "saved_at"),
    )


class PasswordReset(Base):
    """A code that was mailed for a forgotten password (忘记登录密码): used once, and only until `expires_at`.

    `asked_digest` is that of e-mail and mobile as typed, `code_digest` that of the code with them.
    `account_id` is empty where nobody has them: such a row is written too, so that both cost the same.
    """

    __tablename__ = "password_reset"

    id: Mapped[Key]
    asked_digest: Mapped[Digest]
    code_digest: Mapped[Digest]
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires"),
        CheckConstraint("used_at is null or account_id is not null", name="used"),
        Index("ix_password_reset_asked", "asked_digest", "id"),
        Index("ix_password_reset_expires", "expires_at"),
    )
