"""Pages of what was settled: a person's years (年度完成情况) and the register of certificates (证书)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import String, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from core.model import Certificate, Person, PersonYear
from core.store.pages import LIMIT, Key, Statement, cut, texts


@dataclass(frozen=True, slots=True)
class YearLine:
    """One year of a person; hours as half-hours."""

    year: int
    version: int
    region_code: str
    public_halves: int
    professional_halves: int
    passed: bool
    recognised_at: datetime | None
    recognised_by: str
    rules_edition: int


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate in a list."""

    id: int
    version: int
    number: str
    person_id: int
    person_name: str
    years: str
    state: str
    check_code: str
    issued_at: datetime
    print_count: int
    revoked_at: datetime | None
    revoked_reason: str
    kind: str


def annual_rows(
    session: Session,
    person_id: int,
    *,
    from_year: int | None = None,
    to_year: int | None = None,
    passed: bool | None = None,
) -> tuple[YearLine, ...]:
    """The years of a person, newest first."""
    values = {
        "person": person_id,
        "low": from_year if from_year is not None else 0,
        "high": to_year if to_year is not None else 9999,
    }
    rows = session.connection().execute(_annual(passed), values)
    return tuple(YearLine(*row) for row in rows)


def certificates_of(session: Session, person_id: int) -> tuple[CertificateLine, ...]:
    """All certificates of a person, newest first, whatever their state."""
    rows = session.connection().execute(_OF_PERSON, {"person": person_id})
    return tuple(CertificateLine(*row) for row in rows)


def register_page(
    session: Session, region_prefix: str, *, text: str = "", after: Key | None = None, limit: int = 20
) -> tuple[tuple[CertificateLine, ...], Key | None]:
    """The register of a region and below (2, 4 or 6 digits), newest first; the key is (id,).

    `text` is the beginning of a number, of the holder's pinyin or initials, or any part of the holder's name.
    """
    values: dict[str, object] = {"prefix": region_prefix, "limit": limit + 1}
    if text:
        values |= texts(text)
    if after is not None:
        values["k_id"] = after[0]
    statement = _register(len(region_prefix), bool(text), after is not None)
    rows = tuple(CertificateLine(*row) for row in session.connection().execute(statement, values))
    return cut(rows, limit, lambda row: (row.id,))


@cache
def _annual(passed: bool | None) -> Statement:
    y = PersonYear
    statement = select(
        y.year, y.version, y.region_code, y.public_halves, y.professional_halves, y.passed, y.recognised_at,
        y.recognised_by, y.rules_edition,
    ).where(y.person_id == bindparam("person"), y.year.between(bindparam("low"), bindparam("high")))  # fmt: skip
    if passed is not None:
        statement = statement.where(y.passed.is_(passed))
    return statement.order_by(y.year.desc())


def _certificates() -> Statement:
    c = Certificate
    return select(
        c.id, c.version, c.number, c.person_id, c.person_name, c.years, c.state, c.check_code, c.issued_at,
        c.print_count, c.revoked_at, c.revoked_reason, c.kind,
    )  # fmt: skip


_OF_PERSON = (
    _certificates().where(Certificate.person_id == bindparam("person")).order_by(Certificate.id.desc())
)


@cache
def _register(digits: int, by_text: bool, going_on: bool) -> Statement:
    # The expression must read as in the index, with its numbers inlined.
    column = "region_code" if digits == 6 else f"substr(certificate.region_code, 1, {digits:d})"
    region = Certificate.region_code if digits == 6 else literal_column(column, String())
    statement = _certificates().where(region == bindparam("prefix"))
    if by_text:
        statement = statement.join(Person, Person.id == Certificate.person_id).where(
            or_(
                Certificate.number.like(bindparam("number"), escape="!"),
                Certificate.person_name.like(bindparam("inside"), escape="!"),
                Person.pinyin.like(bindparam("start"), escape="!"),
                Person.initials.like(bindparam("start"), escape="!"),
            )
        )
    if going_on:
        statement = statement.where(Certificate.id < bindparam("k_id"))
    return statement.order_by(Certificate.id.desc()).limit(LIMIT)
