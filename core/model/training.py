"""Training: plans (培训计划), classes (培训班), their students (学员); activities of units (单位申报)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, Base, Digest, Key, one_of

PENDING = text("state = 'pending'")
UNMATCHED = text("person_id is null")


class TrainingPlan(Base):
    """A training plan (培训计划): of a base, approved (审批), or of an authority, filed (备案), by a bureau.

    `fields` holds the form's clean values as text, `courses` the 课程表 as rows of `course`, `teacher` and
    `halves`; hours are times two. `approved_halves` is what a student of it may earn.
    """

    __tablename__ = "training_plan"

    id: Mapped[Key]
    kind: Mapped[str]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    reviewer_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    year: Mapped[int]
    subject: Mapped[str]
    title: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    courses: Mapped[list[dict[str, str]]] = mapped_column(JSON(), default=list)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    planned_halves: Mapped[int] = mapped_column(default=0)
    planned_people: Mapped[int] = mapped_column(default=0)
    approved_halves: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="draft")
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("kind", "base", "industry"), name="kind"),
        CheckConstraint(
            one_of("state", "draft", "pending", "filed", "returned", "rejected", "cancelled"), name="state"
        ),
        CheckConstraint(
            "state <> 'pending' or (submitted_at is not null and reviewer_id is not null)", name="sent"
        ),
        CheckConstraint("(state = 'filed') = (approved_halves is not null)", name="filed"),
        CheckConstraint("state not in ('returned', 'rejected') or length(reason) > 0", name="reason"),
        CheckConstraint(
            "planned_halves >= 0 and planned_people >= 0 and approved_halves >= 0", name="amounts"
        ),
        CheckConstraint("started_on <= ended_on", name="dates"),
        CheckConstraint("year between 1990 and 2100", name="year"),
        Index("ix_training_plan_org", "org_id", text("id desc")),
        Index(
            "ix_training_plan_queue",
            "reviewer_id",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        {"sqlite_autoincrement": True},
    )


class TrainingClass(Base):
    """A training class (培训班) of a filed plan; its report (学时申报) goes to the bureau that filed the plan."""

    __tablename__ = "training_class"

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(BIG, ForeignKey("training_plan.id"))
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    reviewer_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    name: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    started_on: Mapped[date]
    ended_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("state", "open", "pending", "approved", "returned", "rejected"), name="state"),
        CheckConstraint(
            "state <> 'pending' or (submitted_at is not null and reviewer_id is not null)", name="sent"
        ),
        CheckConstraint("state not in ('returned', 'rejected') or length(reason) > 0", name="reason"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("started_on <= ended_on", name="dates"),
        Index("ix_training_class_org", "org_id", text("id desc")),
        Index("ix_training_class_plan", "plan_id", "id"),
        Index(
            "ix_training_class_queue",
            "reviewer_id",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        {"sqlite_autoincrement": True},
    )


class Student(Base):
    """A student (学员) of a class, found by the digest of the 证件号; without `person_id` it is 未匹配.

    `earned_halves` is 实得学时 times two, `result` the 成绩; `refused_reason` leaves this one out of a report
    that is approved; `declaration_id` is the record that came of it.
    """

    __tablename__ = "student"

    id: Mapped[Key]
    class_id: Mapped[int] = mapped_column(BIG, ForeignKey("training_class.id", ondelete="CASCADE"))
    id_number_digest: Mapped[Digest]
    id_number_sealed: Mapped[bytes]
    name: Mapped[str]
    unit_name: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("person.id"))
    result: Mapped[str] = mapped_column(default="")
    earned_halves: Mapped[int | None]
    refused_reason: Mapped[str] = mapped_column(default="")
    declaration_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("declaration.id"))

    __table_args__ = (
        UniqueConstraint("class_id", "id_number_digest"),
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("earned_halves >= 0", name="earned"),
        CheckConstraint("declaration_id is null or person_id is not null", name="matched"),
        Index("ix_student_person", "person_id"),
        Index("ix_student_unmatched", "id_number_digest", sqlite_where=UNMATCHED, postgresql_where=UNMATCHED),
    )


class Activity(Base):
    """What a unit declares for many of its persons at once (单位申报): one activity, a declaration for each.

    `fields` holds the learning form's clean values as text; `claimed_halves` is for each person, times two;
    `origin` says whether it was typed or came from a file (`form`, `file`).
    """

    __tablename__ = "activity"

    id: Mapped[Key]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    year: Mapped[int]
    form: Mapped[str]
    title: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    claimed_halves: Mapped[int] = mapped_column(default=0)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(default="form")
    people: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="sent")
    created_at: Mapped[datetime]
    created_by_name: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("state", "sent", "withdrawn"), name="state"),
        CheckConstraint(one_of("origin", "form", "file"), name="origin"),
        CheckConstraint("claimed_halves >= 0 and people >= 0", name="amounts"),
        CheckConstraint("year between 1990 and 2100", name="year"),
        Index("ix_activity_org", "org_id", text("id desc")),
    )
