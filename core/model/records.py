"""What is written once and kept: decisions (审核记录), certificates (证书), the audit log (审计日志)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Digest, Key, one_of

REVOKED = text("kind = 'declaration' and move = 'revoke'")


class Decision(Base):
    """One move of one object (审核记录), append-only: triggers refuse update and delete.

    `seq` counts from 1 inside the object; `object_version` is the version that was on screen; `previous` is
    the JSON that an undo needs. Names are kept as they were on the day.
    """

    __tablename__ = "decision"

    id: Mapped[Key]
    kind: Mapped[str]
    object_id: Mapped[int] = mapped_column(BIG)
    seq: Mapped[int]
    step: Mapped[str] = mapped_column(default="")
    move: Mapped[str]
    actor_account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(default="")
    org_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("org.id"))
    org_name: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    opinion: Mapped[str] = mapped_column(default="")
    recognised_halves: Mapped[int | None]
    object_version: Mapped[int]
    previous: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("kind", "object_id", "seq"),
        CheckConstraint("seq >= 1", name="seq"),
        Index("ix_decision_actor", "actor_account_id", "id"),
        # 失信记录: the revoked among all that was ever decided.
        Index("ix_decision_revoked", "id", sqlite_where=REVOKED, postgresql_where=REVOKED),
    )


class Certificate(Base):
    """A certificate (学时证明), or a proof of several years for 职称申报 (`kind` `proof`).

    `facts_sealed` is the printed, as sealed JSON; `years` is `2016,2017`.
    """

    __tablename__ = "certificate"

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(default="annual")
    number: Mapped[Code]
    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"))
    person_name: Mapped[str]
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    years: Mapped[str]
    facts_sealed: Mapped[bytes]
    check_code: Mapped[Code]
    state: Mapped[str] = mapped_column(default="valid")
    issued_at: Mapped[datetime]
    issuer_org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    pdf_sha256: Mapped[str]
    print_count: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(default="")
    replaced_by: Mapped[int | None] = mapped_column(BIG, ForeignKey("certificate.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint(one_of("kind", "annual", "proof"), name="kind"),
        CheckConstraint(one_of("state", "valid", "revoked", "replaced"), name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at is not null)", name="revoked"),
        CheckConstraint("state <> 'revoked' or length(revoked_reason) > 0", name="reason"),
        CheckConstraint("(state = 'replaced') = (replaced_by is not null)", name="replaced"),
        CheckConstraint("print_count >= 0", name="print_count"),
        Index("ix_certificate_person", "person_id", text("id desc")),
        Index("ix_certificate_r6", "region_code", text("id desc")),
        Index("ix_certificate_r4", text("substr(region_code, 1, 4)"), text("id desc")),
        Index("ix_certificate_r2", text("substr(region_code, 1, 2)"), text("id desc")),
    )


class CertificateCounter(Base):
    """The next running number of certificates in a region and a year."""

    __tablename__ = "certificate_counter"

    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    next: Mapped[int] = mapped_column(default=1)

    __table_args__ = (CheckConstraint("next >= 1", name="next"),)


class Audit(Base):
    """One entry of the audit log (审计日志), append-only: triggers refuse update and delete.

    `summary` never holds a whole identity number.
    """

    __tablename__ = "audit"

    id: Mapped[Key]
    at: Mapped[datetime]
    actor_account_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    action: Mapped[str]
    object_kind: Mapped[str] = mapped_column(default="")
    object_id: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("length(action) > 0", name="action"),
        Index("ix_audit_object", "object_kind", "object_id", "id"),
        Index("ix_audit_actor", "actor_account_id", "id"),
        Index("ix_audit_name", "actor_name", "id"),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_action", "action", "id"),
    )


class AuditLink(Base):
    """One link of the chain over the audit log, append-only: `hash` is over `previous` and the entry it holds.

    `id` counts from 1 without a gap; every entry has exactly one link, written in its own transaction.
    """

    __tablename__ = "audit_link"

    id: Mapped[Key]
    audit_id: Mapped[int] = mapped_column(BIG, ForeignKey("audit.id"))
    previous: Mapped[Digest]
    hash: Mapped[Digest]

    __table_args__ = (UniqueConstraint("audit_id"), CheckConstraint("id >= 1", name="id"))


class Meta(Base):
    """A fact about this database: the key's check value, the demonstration's clock."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    value: Mapped[str]
