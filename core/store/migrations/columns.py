"""What revisions are written with: kinds of columns and constraints, frozen since the tables may change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import conv

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_MOMENT = sa.String(32).with_variant(sa.DateTime(timezone=True), "postgresql")


def big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A key or a reference."""
    return sa.Column(name, _BIG, nullable=nullable)


def number(name: str, *, nullable: bool = False, server_default: str | None = None) -> sa.Column[int]:
    """A small number; hours as half-hours."""
    return sa.Column(name, sa.Integer(), nullable=nullable, server_default=server_default)


def words(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """A text."""
    return sa.Column(name, sa.Text(), nullable=nullable)


def code(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """A text in bytewise order on both engines."""
    return sa.Column(name, _BYTEWISE, nullable=nullable)


def flag(name: str) -> sa.Column[bool]:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def real(name: str, *, nullable: bool = False) -> sa.Column[float]:
    """A measured number."""
    return sa.Column(name, sa.Float(), nullable=nullable)


def sealed(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    """What the vault sealed."""
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def raw(name: str) -> sa.Column[bytes]:
    """Bytes as they are."""
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def digest(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    """A keyed hash of 32 bytes."""
    return sa.Column(name, sa.LargeBinary(32), nullable=nullable)


def day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A calendar day."""
    return sa.Column(name, sa.Date(), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A moment in UTC: ISO text on SQLite, timestamptz on PostgreSQL."""
    return sa.Column(name, _MOMENT, nullable=nullable)


def json(name: str) -> sa.Column[Any]:
    """A JSON object."""
    return sa.Column(name, sa.JSON(), nullable=False)


def check(condition: str, name: str) -> sa.CheckConstraint:
    """A CHECK under its whole name."""
    return sa.CheckConstraint(condition, name=conv(name))


def unique(*columns: str, name: str) -> sa.UniqueConstraint:
    """What may be there once only."""
    return sa.UniqueConstraint(*columns, name=conv(name))


def primary(*columns: str, name: str) -> sa.PrimaryKeyConstraint:
    """The primary key."""
    return sa.PrimaryKeyConstraint(*columns, name=conv(name))


def refers(column: str, target: str, name: str, **more: Any) -> sa.ForeignKeyConstraint:
    """A reference to a column of another table; `more` as for ForeignKeyConstraint."""
    return sa.ForeignKeyConstraint([column], [target], name=conv(name), **more)
