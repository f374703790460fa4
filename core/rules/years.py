"""The window of a year (年度申报窗口): until when it takes declarations, and until when they are reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.rules.workflow import YearState


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing days (截止日期) as month and day inside the year itself, with the basis and its certainty."""

    declarations: tuple[int, int]
    reviews: tuple[int, int]
    basis: str
    certainty: str

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Closing:
        """From the fields of its form: `12-15`. Raises ValueError."""
        return cls(
            month_and_day(values["declarations"]),
            month_and_day(values["reviews"]),
            values["basis"],
            values["certainty"],
        )

    def values(self) -> Mapping[str, str]:
        """As the fields of its form."""
        return {
            "declarations": "{:02d}-{:02d}".format(*self.declarations),
            "reviews": "{:02d}-{:02d}".format(*self.reviews),
            "basis": self.basis,
            "certainty": self.certainty,
        }


# The source is weak, so both are only defaults of an office's settings.
SHIPPED_CLOSING = Closing((12, 15), (12, 31), "公开的操作说明：申报 12 月 15 日截止；审核截止为推定", "推定")


@dataclass(frozen=True, slots=True)
class YearWindow:
    """A year for a region ("" for all): its state, and the last days for declaring and for reviewing."""

    year: int
    state: YearState
    declarations_until: date
    reviews_until: date
    region_code: str = ""


def default_window(
    year: int, state: YearState = YearState.OPEN, closing: Closing = SHIPPED_CLOSING
) -> YearWindow:
    """The window as the closing days that hold for all set it."""
    return YearWindow(year, state, date(year, *closing.declarations), date(year, *closing.reviews))


def month_and_day(text: str) -> tuple[int, int]:
    """`12-15` as a month and a day that every year has. Raises ValueError."""
    month, _, day = text.strip().replace(".", "-").replace("/", "-").partition("-")
    found = date(2001, int(month), int(day))
    return found.month, found.day


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
