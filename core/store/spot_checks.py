"""What a spot check (抽查) is drawn from: the declarations whose last word up to a moment was the final approval."""

from __future__ import annotations

from sqlalchemy import String, case, func, literal_column, select, text
from sqlalchemy.orm import Session, aliased

from core.model import Decision, Declaration

KIND, URGE, APPROVE = "declaration", "urge", "approve"
_REVIEWED = ("person", "unit", "base")


def newest_decision(session: Session) -> int:
    """The number of the newest entry in the history of decisions, 0 where there is none."""
    return session.scalar(select(func.max(Decision.id))) or 0


def population(session: Session, year: int, region_prefix: str, up_to_id: int) -> list[int]:
    """The numbers of the declarations that stand to be drawn, ascending (docs/spot-checks.md).

    The history alone decides, which nobody can change: the answer is the same at any later time.
    """
    kind = literal_column(f"'{KIND}'", String())
    last = (
        select(func.max(case((Decision.id <= up_to_id, Decision.seq))))
        .where(Decision.kind == kind, Decision.object_id == Declaration.id, Decision.move != URGE)
        .correlate(Declaration)
        .scalar_subquery()
    )
    word = aliased(Decision)
    query = (
        select(Declaration.id)
        .join(word, (word.kind == kind) & (word.object_id == Declaration.id) & (word.seq == last))
        .where(
            Declaration.year == year,
            Declaration.region_code >= region_prefix,
            Declaration.region_code < region_prefix + ":",  # ':' follows '9'
            Declaration.source.in_(_REVIEWED),
            word.move == APPROVE,
        )
        .order_by(Declaration.id)
    )
    return list(session.scalars(query))


def hold_history(session: Session) -> None:
    """Wait until nobody is writing history, and let nobody until the end.

    On PostgreSQL numbers are given before they can be seen: one that is smaller than the newest might appear
    afterwards. On SQLite there is one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("lock table decision in share mode"))
