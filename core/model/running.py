"""What runs the platform: jobs in the background (后台任务), editions of the rules, providers and their files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Key, one_of

TO_DO = text("state in ('waiting', 'running')")


class Job(Base):
    """Work that takes longer than a key (后台任务), done in parts: a part and how far it came are one transaction.

    Whoever finds it `running` with an old `heartbeat_at`, or `paused`, may go on from `place` (what that means
    is the kind's own affair). `total` and `done` count rows or people; `total` 0 is not known yet; `done_before`
    is how far it was when it was taken up last, at `started_at`. Account, role and office tell who acts.
    `outcome` is what the kind leaves for the screen.
    """

    __tablename__ = "job"

    id: Mapped[Key]
    kind: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    region_code: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    asked: Mapped[dict[str, object]] = mapped_column(JSON(), default=dict)
    place: Mapped[dict[str, object]] = mapped_column(JSON(), default=dict)
    outcome: Mapped[dict[str, object]] = mapped_column(JSON(), default=dict)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    done_before: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    runner: Mapped[str] = mapped_column(default="")
    trouble: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            one_of("state", "waiting", "running", "paused", "done", "cancelled", "failed"), name="state"
        ),
        CheckConstraint("(state in ('done', 'cancelled', 'failed')) = (ended_at is not null)", name="ended"),
        CheckConstraint("state <> 'running' or heartbeat_at is not null", name="running"),
        CheckConstraint("total >= 0 and done >= 0", name="counts"),
        CheckConstraint("length(kind) > 0 and length(title) > 0", name="named"),
        Index("ix_job_org", "org_id", text("id desc")),
        Index("ix_job_account", "account_id", text("id desc")),
        Index("ix_job_to_do", "id", sqlite_where=TO_DO, postgresql_where=TO_DO),
    )


class Edition(Base):
    """One edition (版本) of one entry of the rules and lists, append-only: triggers refuse update and delete.

    `kind` and `entry` name what is edited; it counts for years from `from_year` on; `value` is the JSON of the
    whole entry, null where it is taken out. The newest edition for a year rules; the id orders them.
    """

    __tablename__ = "edition"

    id: Mapped[Key]
    kind: Mapped[Code]
    entry: Mapped[Code]
    from_year: Mapped[int] = mapped_column(default=0)
    value: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    account_name: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("length(kind) > 0 and length(entry) > 0", name="named"),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("from_year = 0 or from_year between 1990 and 2100", name="from_year"),
        Index("ix_edition_entry", "kind", "entry", "from_year", "id"),
    )


class Provider(Base):
    """A provider of 公需课 (公需课平台) and its public key, with which its files are verified."""

    __tablename__ = "provider"

    id: Mapped[Key]
    code: Mapped[Code]
    name: Mapped[str]
    public_key: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]
    added_by_name: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("length(code) > 0 and length(name) > 0 and length(public_key) > 0", name="named"),
    )


class ProviderFile(Base):
    """A file that was taken in, under the SHA-256 of its bytes: the same file a second time does nothing."""

    __tablename__ = "provider_file"

    sha256: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    provider_id: Mapped[int] = mapped_column(BIG, ForeignKey("provider.id"))
    file_name: Mapped[str]
    rows: Mapped[int]
    taken: Mapped[int]
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("taken between 0 and rows", name="rows"),
        Index("ix_provider_file_provider", "provider_id", "at"),
    )
