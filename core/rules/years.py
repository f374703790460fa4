"""The window of a year (年度申报窗口): until when it takes declarations, and until when they are reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.rules.workflow import YearState

# Month and day inside the year itself; the source is weak, so both are only defaults of an office's settings.
DECLARATIONS_CLOSE = (12, 15)
REVIEWS_CLOSE = (12, 31)


@dataclass(frozen=True, slots=True)
class YearWindow:
    """A year for a region ("" for all): its state, and the last days for declaring and for reviewing."""

    year: int
    state: YearState
    declarations_until: date
    reviews_until: date
    region_code: str = ""


def default_window(year: int, state: YearState = YearState.OPEN) -> YearWindow:
    """The window as the defaults set it."""
    return YearWindow(year, state, date(year, *DECLARATIONS_CLOSE), date(year, *REVIEWS_CLOSE))


def declaration_open(window: YearWindow, today: date) -> bool:
    """Whether declarations are taken: opened, begun, and not past the closing day."""
    begun = today >= date(window.year, 1, 1)
    return window.state is YearState.OPEN and begun and today <= window.declarations_until


def review_open(window: YearWindow, today: date) -> bool:
    """Whether reviewers may still decide: opened, and not past their closing day."""
    return window.state is YearState.OPEN and today <= window.reviews_until


def days_left(window: YearWindow, today: date) -> int:
    """Days until the closing day for declarations, 0 on that day and after."""
    return max(0, (window.declarations_until - today).days)
