"""Regions (区域), organisations (单位) of all kinds, departments, and the years they may declare for."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Key, one_of


class Region(Base):
    """An administrative region (所属区域). Its code alone says where it lies: two, four or six digits."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    name: Mapped[str]
    parent: Mapped[str | None] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    kind: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (CheckConstraint("length(code) = 6", name="code"),)


class Org(Base):
    """An organisation: employer (用人单位), base (继续教育基地), authority (主管部门) or bureau (人社部门).

    `code` is the 机构代码, `nature` the 单位性质, `industry` the 所属行业, `superior_id` the
    上级单位, `authority_id` the 主管部门.
    References inside the table are checked at commit, so that a file may name a unit before its superior.
    """

    __tablename__ = "org"

    id: Mapped[Key]
    kind: Mapped[str]
    name: Mapped[str]
    code: Mapped[Code]
    nature: Mapped[str] = mapped_column(default="")
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    superior_id: Mapped[int | None] = mapped_column(
        BIG, ForeignKey("org.id", deferrable=True, initially="DEFERRED")
    )
    authority_id: Mapped[int | None] = mapped_column(
        BIG, ForeignKey("org.id", deferrable=True, initially="DEFERRED")
    )
    pinyin: Mapped[Code] = mapped_column(default="")
    initials: Mapped[Code] = mapped_column(default="")
    accepts_registrations: Mapped[bool] = mapped_column(default=True)
    contact_name: Mapped[str] = mapped_column(default="")
    contact_phone_sealed: Mapped[bytes | None]
    contact_email_sealed: Mapped[bytes | None]
    address: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint(one_of("kind", "employer", "base", "authority", "bureau"), name="kind"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("superior_id <> id and authority_id <> id", name="not_its_own"),
        Index("ix_org_kind_region", "kind", "region_code", "id"),
        Index("ix_org_superior", "superior_id"),
        Index("ix_org_authority", "authority_id"),
        Index("ix_org_r6_pinyin", "region_code", "pinyin", "id"),
        Index("ix_org_r4_pinyin", text("substr(region_code, 1, 4)"), "pinyin", "id"),
        Index("ix_org_r2_pinyin", text("substr(region_code, 1, 2)"), "pinyin", "id"),
        Index("ix_org_r6_initials", "region_code", "initials", "id"),
        Index("ix_org_r4_initials", text("substr(region_code, 1, 4)"), "initials", "id"),
        Index("ix_org_r2_initials", text("substr(region_code, 1, 2)"), "initials", "id"),
    )


class OrgGram(Base):
    """One piece of two characters of an organisation's name: what a Chinese search is answered from."""

    __tablename__ = "org_gram"

    gram: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    region_code: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_org_gram_org", "org_id"), {"sqlite_with_rowid": False})


class Department(Base):
    """A department inside an employer (工作部门)."""

    __tablename__ = "department"

    id: Mapped[Key]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("department.id"))

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name"),
        Index("ix_department_org", "org_id", "id"),
    )


class YearWindow(Base):
    """Whether a year (年度) may be declared and reviewed in a region and below; the longest prefix rules."""

    __tablename__ = "year_window"

    id: Mapped[Key]
    year: Mapped[int]
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    state: Mapped[str] = mapped_column(default="open")
    declare_until: Mapped[date | None]
    review_until: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("year", "region_code"),
        CheckConstraint(one_of("state", "open", "closed"), name="state"),
        CheckConstraint("year between 1990 and 2100", name="year"),
    )
