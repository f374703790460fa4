"""What `jijiao serve` needs to know across processes: keys, ways in, services, their sessions, inbox and outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Digest, Key, one_of


class AccountKey(Base):
    """A public key with which an account comes in over SSH (SSH 公钥). `public` is its base64 part alone.

    `fingerprint` is that of OpenSSH, with `SHA256:` before it.
    """

    __tablename__ = "account_key"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    name: Mapped[str]
    algorithm: Mapped[Code]
    fingerprint: Mapped[Code]
    public: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("account_id", "fingerprint"),
        CheckConstraint("length(name) > 0 and length(public) > 0", name="named"),
    )


class WayIn(Base):
    """A proof that was given at the SSH door (入口凭证): good for one sign-in, with a role, until `until`.

    Only the digest of the ticket is kept. After its use it still tells that the way in proved something.
    """

    __tablename__ = "way_in"

    ticket_digest: Mapped[Digest] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    method: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(one_of("method", "password", "key"), name="method"),
        Index("ix_way_in_until", "until"),
    )


class Service(Base):
    """A running `jijiao serve` (服务). One that was not seen for long is dead; whoever finds it clears up after it."""

    __tablename__ = "service"

    id: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    host: Mapped[str]
    process: Mapped[int]
    listens: Mapped[str] = mapped_column(default="")
    draining: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("length(host) > 0 and process > 0", name="process"),)


class ServedSession(Base):
    """What is open at a service (服务会话): a terminal or a transfer of files. Gone when it is over.

    `account_id` is empty for a guest, until he signs in on the screen.
    """

    __tablename__ = "served_session"

    id: Mapped[Key]
    service_id: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("service.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    address: Mapped[Code] = mapped_column(default="")
    kind: Mapped[str]
    method: Mapped[str]
    opened_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(one_of("kind", "terminal", "files"), name="kind"),
        CheckConstraint(one_of("method", "guest", "password", "key"), name="method"),
        CheckConstraint("method = 'guest' or account_id is not null", name="account"),
        Index("ix_served_session_account", "account_id"),
        Index("ix_served_session_address", "address"),
        Index("ix_served_session_service", "service_id"),
        {"sqlite_autoincrement": True},
    )


class TransferFile(Base):
    """A file that came (收件箱) or waits to be fetched (发件箱) over SFTP.

    A name often holds a person's number, so it is sealed. `place` is its name in the evidence store, where it lies
    sealed; `sha256` and `size` (bytes) are of the open content; `kind` is what the content was found to be.
    """

    __tablename__ = "transfer_file"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    box: Mapped[str]
    name_sealed: Mapped[bytes]
    name_digest: Mapped[Digest]
    kind: Mapped[str]
    size: Mapped[int] = mapped_column(BIG)
    sha256: Mapped[Code]
    place: Mapped[Code]
    at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("account_id", "box", "name_digest"),
        UniqueConstraint("place"),
        CheckConstraint(one_of("box", "inbox", "outbox"), name="box"),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(place) > 0", name="placed"),
        {"sqlite_autoincrement": True},
    )
