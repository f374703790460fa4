"""Changes of a person that somebody must agree to (变更申请), what a person lists of their own, and attachments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Key, one_of

PENDING = text("state = 'pending'")
IN_FORCE = text("kind = 'position' and state = 'approved'")


class Change(Base):
    """A change that waits for an office or was decided: the common part of its three kinds.

    `org_id` is the office that decides, `fields` the clean values of the form as text, `sealed` what is
    personal in it. One person has at most one pending change of a kind, and at most one position in force.
    """

    __tablename__ = "change"

    id: Mapped[Key]
    kind: Mapped[str]
    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"))
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    from_org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    department_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(default="pending")
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    sealed: Mapped[bytes | None]
    faces: Mapped[str] = mapped_column(default="")
    face_distance: Mapped[float | None] = mapped_column(Float())
    automatic: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version, "polymorphic_on": "kind"}
    __table_args__ = (
        CheckConstraint(one_of("kind", "transfer", "position", "identity"), name="kind"),
        CheckConstraint(
            one_of("state", "pending", "approved", "rejected", "withdrawn", "superseded"), name="state"
        ),
        CheckConstraint("(state = 'pending') = (decided_at is null)", name="decided"),
        CheckConstraint("state <> 'rejected' or length(reason) > 0", name="reason"),
        CheckConstraint("state <> 'superseded' or kind = 'position'", name="superseded"),
        CheckConstraint("(kind = 'transfer') = (from_org_id is not null)", name="from_org"),
        CheckConstraint("(kind = 'identity') = (sealed is not null)", name="sealed"),
        CheckConstraint("from_org_id <> org_id", name="elsewhere"),
        CheckConstraint(
            one_of("faces", "", "match", "unclear", "different", "no_face", "unavailable"), name="faces"
        ),
        Index(
            "ux_change_pending",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
        Index(
            "ux_change_position", "person_id", unique=True, sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        ),
        Index("ix_change_person", "person_id", "kind", text("id desc")),
        Index(
            "ix_change_queue",
            "org_id",
            "kind",
            "submitted_at",
            "id",
            sqlite_where=PENDING,
            postgresql_where=PENDING,
        ),
    )


class Transfer(Change):
    """A change of employer (单位调转): from `from_org_id` to `org_id`, which takes the person in or refuses."""

    __mapper_args__ = {"polymorphic_identity": "transfer"}


class PositionChange(Change):
    """A professional position (专业技术职务) as declared; once approved it is in force until the next one is."""

    __mapper_args__ = {"polymorphic_identity": "position"}


class IdentityChange(Change):
    """A change of 姓名 or 证件号 (证件信息修改).

    `sealed` holds the sealed JSON of old and new; `faces` and `face_distance` what the comparison of the card
    with the portrait said; `automatic` that it completed the change by itself.
    """

    __mapper_args__ = {"polymorphic_identity": "identity"}


class PersonRecord(Base):
    """An entry that a person keeps alone (学历及学位情况, 职(执)业资格, 学术技术称号): saved at once."""

    __tablename__ = "person_record"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"))
    kind: Mapped[str]
    title: Mapped[str]
    fields: Mapped[dict[str, str]] = mapped_column(JSON(), default=dict)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(one_of("kind", "education", "qualification", "honour"), name="kind"),
        CheckConstraint("length(title) > 0", name="title"),
        Index("ix_person_record_person", "person_id", "kind", "id"),
    )


class Attachment(Base):
    """A picture (附件) of a change or a record, the holder named by `kind` and `object_id`. Positions from 1.

    Those of an identity change lie sealed in the store (`sealed`); the others as evidence does.
    To replace them delete the old rows by a statement first: a flush inserts before it deletes.
    """

    __tablename__ = "attachment"

    id: Mapped[Key]
    kind: Mapped[str]
    object_id: Mapped[int] = mapped_column(BIG)
    position: Mapped[int]
    sha256: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("blob.sha256"))
    file_name: Mapped[str]
    caption: Mapped[str] = mapped_column(default="")
    sealed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("kind", "object_id", "position"),
        CheckConstraint(
            one_of("kind", "position", "identity", "record", "office", "plan", "activity", "exemption"),
            name="kind",
        ),
        CheckConstraint("position >= 1", name="position"),
        Index("ix_attachment_sha256", "sha256"),
    )
