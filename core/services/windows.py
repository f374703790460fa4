"""The windows of years (年度申报窗口) as a region has them: its own, or that of the nearest region above."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import YearWindow as StoredWindow
from core.rules.workflow import YearState
from core.rules.years import YearWindow, declaration_open, default_window
from core.services.scope import lineage
from core.store.work import work_of


def stored_window(session: Session, year: int, region_code: str) -> StoredWindow | None:
    """The row that rules: the longest prefix wins."""
    above = lineage(region_code)
    query = select(StoredWindow).where(StoredWindow.year == year, StoredWindow.region_code.in_(above))
    return min(session.scalars(query), key=lambda row: above.index(row.region_code), default=None)


def window_of(session: Session, row: StoredWindow | None, year: int) -> YearWindow:
    """A stored row as the rules read it, its empty days filled in; without a row the default of the year."""
    plain = default_window(year, closing=work_of(session).rulebook.closing(year))
    if row is None:
        return plain
    return YearWindow(
        year,
        YearState(row.state),
        row.declare_until or plain.declarations_until,
        row.review_until or plain.reviews_until,
        row.region_code,
    )


def window_for(session: Session, year: int, region_code: str) -> YearWindow:
    """The window of a year in a region."""
    return window_of(session, stored_window(session, year, region_code), year)


def is_open(session: Session, year: int, region_code: str, today: date) -> bool:
    """Whether the year takes declarations from this region today."""
    return declaration_open(window_for(session, year, region_code), today)


def open_years(session: Session, region_code: str, today: date) -> tuple[int, ...]:
    """The years that take declarations from this region today, the newest first."""
    query = select(StoredWindow.year).where(StoredWindow.region_code.in_(lineage(region_code)))
    years = {today.year, *session.scalars(query)}
    return tuple(year for year in sorted(years, reverse=True) if is_open(session, year, region_code, today))
