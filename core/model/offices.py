"""Offices on their way in (单位注册), and changes of an office's own data that another must agree to (单位变更)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Key, one_of

PENDING = text("state = 'pending'")


class OrgRegistration(Base):
    """A registration of an employer, a base or an authority (单位注册).

    `code` is the 机构代码, which becomes the login name; `reviewer_id` the office that decides; `fields` the
    clean values that are no secret, `sealed` the sealed JSON of the rest; `org_id` the organisation that came
    of it, or the one in the register already that asks for its first account.
    """

    __tablename__ = "org_registration"

    id: Mapped[Key]
    kind: Mapped[str]
    code: Mapped[Code]
    name: Mapped[str]
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    reviewer_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    state: Mapped[str] = mapped_column(default="pending")
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    sealed: Mapped[bytes]
    password_hash: Mapped[str]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("kind", "employer", "base", "authority"), name="kind"),
        CheckConstraint(one_of("state", "pending", "approved", "rejected", "withdrawn"), name="state"),
        CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'rejected' or length(reason) > 0", name="reason"),
        CheckConstraint("state <> 'approved' or org_id is not null", name="approved"),
        CheckConstraint("length(name) > 0", name="name"),
        Index(
            "ux_org_registration_pending", "code", unique=True, sqlite_where=PENDING, postgresql_where=PENDING
        ),
        Index("ix_org_registration_code", "code", "id"),
        Index(
            "ix_org_registration_queue",
            "reviewer_id",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
    )


class OrgChange(Base):
    """A change of 名称, 机构代码, 所属区域 or 上级 (单位变更): `before` and `fields` hold old and new by key."""

    __tablename__ = "org_change"

    id: Mapped[Key]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    reviewer_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    state: Mapped[str] = mapped_column(default="pending")
    before: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    note: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("state", "pending", "approved", "rejected", "withdrawn"), name="state"),
        CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'rejected' or length(reason) > 0", name="reason"),
        Index("ux_org_change_pending", "org_id", unique=True, sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_org_change_org", "org_id", text("id desc")),
        Index(
            "ix_org_change_queue",
            "reviewer_id",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
    )
