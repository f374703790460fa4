"""Years of people counted up (统计), lightened (减免) and drawn by lot (抽查)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.model.base import BIG, BYTEWISE, Base, Code, Key

IN_FORCE = text("revoked_at is null")


class StatCell(Base):
    """How many people of a region, a series and a level have a year, and how many passed. Hours times two."""

    __tablename__ = "stat_cell"

    year: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"), primary_key=True)
    series: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    level: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    persons: Mapped[int]
    passed: Mapped[int]
    public_halves: Mapped[int] = mapped_column(BIG)
    professional_halves: Mapped[int] = mapped_column(BIG)

    __table_args__ = (
        CheckConstraint("passed between 0 and persons", name="passed"),
        {"sqlite_with_rowid": False},
    )


class StatDirty(Base):
    """Cells of a year and a region that no longer agree with the years below them, since `at`."""

    __tablename__ = "stat_dirty"

    year: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(BYTEWISE, primary_key=True)
    at: Mapped[datetime]


class Exemption(Base):
    """A lightened year (减免) of a person on leave: the least hours that the year still asks for, times two.

    Given by a bureau with a proof; `revoked_at` ends it. A person's year has at most one in force.
    """

    __tablename__ = "exemption"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(BIG, ForeignKey("person.id"))
    year: Mapped[int]
    kind: Mapped[str]
    total_halves: Mapped[int]
    public_halves: Mapped[int]
    professional_halves: Mapped[int]
    reason: Mapped[str]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    granted_at: Mapped[datetime]
    granted_by_name: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint(
            "total_halves >= 0 and public_halves >= 0 and professional_halves >= 0", name="halves"
        ),
        CheckConstraint("length(reason) > 0", name="reason"),
        CheckConstraint("revoked_at is null or length(revoked_reason) > 0", name="revoked"),
        CheckConstraint("year between 1990 and 2100", name="year"),
        Index(
            "ux_exemption_year",
            "person_id",
            "year",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index("ix_exemption_org", "org_id", text("id desc")),
    )


class SpotCheck(Base):
    """A sample of what was approved in a year (抽查), drawn by a written seed so that anyone can draw it again.

    `population` is how many stood to be drawn, `population_sha256` the SHA-256 over their ids in order.
    """

    __tablename__ = "spot_check"

    id: Mapped[Key]
    org_id: Mapped[int] = mapped_column(BIG, ForeignKey("org.id"))
    region_code: Mapped[str] = mapped_column(BYTEWISE, ForeignKey("region.code"))
    year: Mapped[int]
    seed: Mapped[Code]
    wanted: Mapped[int]
    population: Mapped[int]
    population_sha256: Mapped[Code]
    up_to_id: Mapped[int] = mapped_column(BIG)
    drawn_at: Mapped[datetime]
    drawn_by_name: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("wanted between 1 and 10000", name="wanted"),
        CheckConstraint("length(seed) > 0", name="seed"),
        CheckConstraint("population >= 0", name="population"),
        Index("ix_spot_check_org", "org_id", text("id desc")),
    )


class SpotCheckItem(Base):
    """One declaration that was drawn, by its place in the draw from 1, and what was found (`''`, `ok`, `bad`)."""

    __tablename__ = "spot_check_item"

    check_id: Mapped[int] = mapped_column(
        BIG, ForeignKey("spot_check.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(BIG, ForeignKey("declaration.id"))
    finding: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    found_at: Mapped[datetime | None]
    found_by_name: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("finding in ('', 'ok', 'bad')", name="finding"),
        CheckConstraint("finding <> 'bad' or length(note) > 0", name="note"),
        CheckConstraint("place >= 1", name="place"),
    )
