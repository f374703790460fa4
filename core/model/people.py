"""Accounts (帐号) with their roles, persons (专业技术人员), and registrations that wait for review (注册)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Digest, Key, one_of

FOUND_BY = ("name", "pinyin", "initials")
ROLES = ("person", "employer", "base", "authority", "bureau", "operator")


class Account(Base):
    """An account (帐号). The login name (证件号, 机构代码 or chosen) is sealed, and found by its digest."""

    __tablename__ = "account"

    id: Mapped[Key]
    login_digest: Mapped[Digest]
    login_sealed: Mapped[bytes]
    password_hash: Mapped[str]
    must_change: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (UniqueConstraint("login_digest"),)


class Person(Base):
    """A professional (专业技术人员). `series` and `title` are the 职称系列 and 专业技术职务 in force."""

    __tablename__ = "person"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    employer_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    department_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("department.id"))
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    name: Mapped[Code]
    pinyin: Mapped[Code] = mapped_column(default="")
    initials: Mapped[Code] = mapped_column(default="")
    id_type: Mapped[str]
    id_number_sealed: Mapped[bytes]
    id_number_digest: Mapped[Digest]
    gender: Mapped[str] = mapped_column(default="")
    birth_date: Mapped[date | None]
    ethnic_group: Mapped[str] = mapped_column(default="")
    native_place: Mapped[str] = mapped_column(default="")
    school: Mapped[str] = mapped_column(default="")
    major: Mapped[str] = mapped_column(default="")
    mobile_sealed: Mapped[bytes | None]
    mobile_digest: Mapped[Digest | None]
    email_sealed: Mapped[bytes | None]
    email_digest: Mapped[Digest | None]
    phone_sealed: Mapped[bytes | None]
    series: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("account_id"),
        UniqueConstraint("id_number_digest"),
        CheckConstraint("length(name) > 0", name="name"),
        Index("ix_person_emp_pinyin", "employer_id", "pinyin", "id"),
        Index("ix_person_emp_name", "employer_id", "name", "id"),
        Index("ix_person_region", "region_code", "id"),
        # Found by name among a million (专业技术人员): province, city and county each in the order of one index.
        *(Index(f"ix_person_{column}", column, "id") for column in FOUND_BY),
        *(
            Index(f"ix_person_r4_{column}", text("substr(region_code, 1, 4)"), column, "id")
            for column in FOUND_BY
        ),
        *(Index(f"ix_person_r6_{column}", "region_code", column, "id") for column in FOUND_BY),
        Index("ix_person_mobile", "mobile_digest"),
        Index("ix_person_email", "email_digest"),
    )


class AccountRole(Base):
    """A role that an account holds (用户类型), with the organisation or the person it stands for.

    `name` is who works with a sub-account (子账户), empty for the office's own; only a `chief` one manages
    accounts and the office's data.
    """

    __tablename__ = "account_role"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(BIG, ForeignKey("account.id"))
    role: Mapped[str]
    org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    person_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(default="")
    chief: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("account_id", "role", "org_id"),
        # NULLs differ from each other in a unique constraint, hence the second index.
        Index(
            "ux_account_role_without_org",
            "account_id",
            "role",
            unique=True,
            sqlite_where=text("org_id is null"),
            postgresql_where=text("org_id is null"),
        ),
        CheckConstraint(one_of("role", *ROLES), name="role"),
        CheckConstraint("(role = 'person') = (person_id is not null)", name="person"),
        CheckConstraint("(role in ('person', 'operator')) = (org_id is null)", name="org"),
        Index("ix_account_role_org", "org_id"),
        Index("ix_account_role_person", "person_id"),
    )


class Registration(Base):
    """A registration (注册申请) on its way to becoming an account.

    `sealed` is the sealed JSON of all that was typed but the passwords; `account_id` is set where an account
    that exists asks for the role. One number has at most one pending registration; a withdrawn or refused one
    frees it, so that nobody can hold another's number by a registration that was refused.
    """

    __tablename__ = "registration"

    id: Mapped[Key]
    state: Mapped[str] = mapped_column(default="pending")
    employer_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    department_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("department.id"))
    id_digest: Mapped[Digest]
    name: Mapped[str]
    id_number_masked: Mapped[str]
    sealed: Mapped[bytes]
    password_hash: Mapped[str]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    decided_by_name: Mapped[str] = mapped_column(default="")
    account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("state", "pending", "approved", "rejected", "withdrawn"), name="state"),
        CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'rejected' or length(reason) > 0", name="reason"),
        CheckConstraint("length(name) > 0", name="name"),
        Index(
            "ux_registration_pending",
            "id_digest",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_registration_number", "id_digest", "id"),
        Index(
            "ix_registration_queue",
            "employer_id",
            "submitted_at",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )
