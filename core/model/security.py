"""Sessions, the throttle of sign-ins, challenges that were answered, and who else is looking at an object."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Digest, Key, one_of
from core.model.people import ROLES


class Throttle(Base):
    """Wrong sign-ins of an account or from an address, counted from `first_at`; shut until `locked_until`."""

    __tablename__ = "throttle"

    id: Mapped[Key]
    kind: Mapped[str]
    key_digest: Mapped[Digest]
    failures: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("kind", "key_digest"),
        CheckConstraint(one_of("kind", "account", "address"), name="kind"),
        CheckConstraint("failures >= 0", name="failures"),
    )


class ChallengeSpent(Base):
    """A challenge that was answered (已用验证码), by the digest of its id. Gone some time after `until`, its end."""

    __tablename__ = "challenge_spent"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    until: Mapped[datetime]

    __table_args__ = (Index("ix_challenge_spent_until", "until"),)


class LoginSession(Base):
    """A session (登录会话) of one account in one role; it ends after idle time.

    `served_id` is the session of a service that it was begun in, if any.
    """

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    role: Mapped[str]
    account_role_id: Mapped[int] = mapped_column(BIG, ForeignKey("account_role.id"))
    address: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    served_id: Mapped[int | None] = mapped_column(BIG)

    __table_args__ = (
        CheckConstraint(one_of("role", *ROLES), name="role"),
        Index("ix_login_session_account", "account_id", "started_at"),
        Index("ix_login_session_served", "served_id"),
    )


class Viewing(Base):
    """Advisory: who has an object open in a review, and since when."""

    __tablename__ = "viewing"

    kind: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    object_id: Mapped[int] = mapped_column(BIG, primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BIG, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
