"""Declarations (学时申报), their evidence (附件), and what a year came to (年度完成情况)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Key, one_of

PENDING = text("status = 'pending'")
OF_UNIT = text("activity_id is not null")
OF_BASE = text("class_id is not null")
SPECIAL = text("status = 'pending' and (flagged or returned)")
HAS_KEY = text("source_key is not null")


class Declaration(Base):
    """A declaration of hours (学时申报).

    `fields` holds the clean values of the learning form as text; `claimed_halves` is 申请学时 and
    `recognised_halves` 认定学时, both times two; `handler_org_id` is the 当前处理人 while it is pending;
    `employer_id` and `region_code` are frozen when it is submitted; `origin_id` links a 重新申报 to the one
    that was refused. `activity_id` is the 单位申报 that made it, `class_id` the 培训班; `source_key` names what
    came from outside, so that it is taken once; `rules_edition` the newest edition of the rules on the day it
    was decided (0: as shipped).
    """

    __tablename__ = "declaration"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"))
    employer_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    year: Mapped[int]
    subject: Mapped[str]
    form: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    claimed_halves: Mapped[int] = mapped_column(default=0)
    recognised_halves: Mapped[int | None]
    status: Mapped[str] = mapped_column(default="draft")
    step: Mapped[str | None]
    handler_org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    completes_professional: Mapped[bool] = mapped_column(default=False)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    origin_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("declaration.id", ondelete="SET NULL"))
    source: Mapped[str] = mapped_column(default="person")
    source_key: Mapped[str | None] = mapped_column(BYTEWISE)
    activity_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("activity.id"))
    class_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("training_class.id"))
    rules_edition: Mapped[int] = mapped_column(BIG, default=0)
    urged_at: Mapped[datetime | None]
    returned: Mapped[bool] = mapped_column(default=False)
    flagged: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(
            one_of("status", "draft", "pending", "approved", "rejected", "revoked"), name="status"
        ),
        CheckConstraint(one_of("step", "employer", "authority", "bureau"), name="step"),
        CheckConstraint(one_of("source", "person", "history", "provider", "unit", "base"), name="source"),
        CheckConstraint("(source = 'unit') = (activity_id is not null)", name="activity"),
        CheckConstraint("(source = 'base') = (class_id is not null)", name="class"),
        CheckConstraint("(status = 'pending') = (handler_org_id is not null)", name="handler"),
        CheckConstraint("(status = 'pending') = (step is not null)", name="pending_step"),
        CheckConstraint("status <> 'pending' or submitted_at is not null", name="submitted"),
        CheckConstraint("claimed_halves >= 0", name="claimed"),
        CheckConstraint("recognised_halves between 0 and claimed_halves", name="recognised"),
        CheckConstraint("status <> 'approved' or recognised_halves is not null", name="approved"),
        CheckConstraint("year between 1990 and 2100", name="year"),
        CheckConstraint("started_on <= ended_on", name="dates"),
        CheckConstraint("length(note) <= 1000", name="note"),
        Index("ix_decl_person", "person_id", text("year desc"), text("id desc")),
        Index("ix_decl_origin", "origin_id"),
        Index("ix_decl_activity", "activity_id", "id", sqlite_where=OF_UNIT, postgresql_where=OF_UNIT),
        Index("ix_decl_class", "class_id", "id", sqlite_where=OF_BASE, postgresql_where=OF_BASE),
        Index("ux_decl_source", "source_key", unique=True, sqlite_where=HAS_KEY, postgresql_where=HAS_KEY),
        Index(
            "ix_decl_queue",
            "handler_org_id",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index(
            "ix_decl_special",
            "handler_org_id",
            "submitted_at",
            "id",
            sqlite_where=SPECIAL,
            postgresql_where=SPECIAL,
        ),
        Index(
            "ix_decl_pending_region",
            "region_code",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index(
            "ix_decl_pending_city",
            text("substr(region_code, 1, 4)"),
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index("ix_decl_pending", "submitted_at", "id", sqlite_where=PENDING, postgresql_where=PENDING),
        # A number is never given twice, though a draft be deleted: the history goes by it.
        {"sqlite_autoincrement": True},
    )


class Blob(Base):
    """A picture that was checked and stored once, under the SHA-256 of its bytes. `size` in bytes."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    size: Mapped[int]
    kind: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint(one_of("kind", "jpg", "gif", "bmp", "png"), name="kind"),
        CheckConstraint("size > 0 and width > 0 and height > 0", name="measures"),
    )


class Evidence(Base):
    """One attachment (附件) of a declaration, with its 附件说明. Positions count from 1.

    To replace them delete the old rows by a statement first: a flush inserts before it deletes.
    """

    __tablename__ = "evidence"

    id: Mapped[Key]
    declaration_id: Mapped[int] = mapped_column(BIG, ForeignKey("declaration.id", ondelete="CASCADE"))
    position: Mapped[int]
    sha256: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("blob.sha256"))
    file_name: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        UniqueConstraint("declaration_id", "position"),
        UniqueConstraint("declaration_id", "sha256"),
        CheckConstraint("position >= 1", name="position"),
        Index("ix_evidence_sha256", "sha256"),
    )


class PersonYear(Base):
    """What a person's year came to (年度完成情况), recounted from the approved declarations under its lock.

    `region_code`, `employer_id`, `series` and `level` are the person's when the year was counted last, for the
    statistics; a year that was recognised says when and by whom, and by which edition of the rules (0: as
    shipped), which goes on to rule it.
    """

    __tablename__ = "person_year"

    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    public_halves: Mapped[int] = mapped_column(default=0)
    professional_halves: Mapped[int] = mapped_column(default=0)
    passed: Mapped[bool] = mapped_column(default=False)
    employer_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    series: Mapped[str] = mapped_column(BYTEWISE, default="")
    level: Mapped[str] = mapped_column(BYTEWISE, default="")
    rules_edition: Mapped[int] = mapped_column(BIG, default=0)
    recognised_at: Mapped[datetime | None]
    recognised_by: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("public_halves >= 0 and professional_halves >= 0", name="halves"),
        CheckConstraint("year between 1990 and 2100", name="year"),
        Index("ix_person_year_region", "year", "region_code", "person_id"),
        Index("ix_person_year_employer", "employer_id", "year", "person_id"),
        # Covering: the statistics of a county are read from it alone.
        Index(
            "ix_person_year_stat",
            "year",
            "region_code",
            "series",
            "level",
            "passed",
            "public_halves",
            "professional_halves",
        ),
        {"sqlite_with_rowid": False},
    )


class ScanPrint(Base):
    """What a picture looks like (图像指纹): 64 bits in hexadecimal, of which alike pictures differ in few, and the
    page as 32 x 32 grey values (1024 bytes), by which many that share a printed form are put in order.
    """

    __tablename__ = "scan_print"

    sha256: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("blob.sha256"), primary_key=True)
    bits: Mapped[str] = mapped_column(BYTEWISE)
    small: Mapped[bytes]

    __table_args__ = (
        CheckConstraint("length(bits) = 16", name="bits"),
        CheckConstraint("length(small) = 1024", name="small"),
    )


class ScanBand(Base):
    """One byte of a picture's print: two that differ in fewer bits than there are bytes share one of them."""

    __tablename__ = "scan_band"

    band: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(
        BYTEWISE, ForeignKey("scan_print.sha256", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (
        CheckConstraint("band between 0 and 7 and value between 0 and 255", name="byte"),
        {"sqlite_with_rowid": False},
    )


class ScanLike(Base):
    """Two pictures that show the same paper (疑似同一扫描件), found when the second came; held both ways round."""

    __tablename__ = "scan_like"

    sha256: Mapped[str] = mapped_column(
        BYTEWISE, ForeignKey("scan_print.sha256", ondelete="CASCADE"), primary_key=True
    )
    other: Mapped[str] = mapped_column(
        BYTEWISE, ForeignKey("scan_print.sha256", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (
        CheckConstraint("sha256 <> other", name="two"),
        {"sqlite_with_rowid": False},
    )
