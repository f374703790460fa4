"""Credit hours are exact and print as in the guide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.hours import ZERO, CreditHours

hours = st.integers(0, 199_998).map(CreditHours)


@given(hours)
def test_what_is_printed_is_read_back_the_same(amount: CreditHours) -> None:
    assert CreditHours.parse(str(amount)) == amount


@given(st.lists(hours, max_size=200))
def test_a_sum_never_rounds(amounts: list[CreditHours]) -> None:
    total = sum(amounts, ZERO)
    assert total.halves == sum(amount.halves for amount in amounts)


@given(hours, hours)
def test_what_is_missing_and_what_is_there_make_the_minimum(there: CreditHours, wanted: CreditHours) -> None:
    assert there + there.short_of(wanted) == max(there, wanted)


@pytest.mark.parametrize(
    ("text", "printed"), [("80", "80"), ("45.5", "45.5"), ("40.0", "40"), ("0.50", "0.5"), (" 7 ", "7")]
)
def test_hours_print_as_in_the_guide(text: str, printed: str) -> None:
    assert str(CreditHours.parse(text)) == printed


@pytest.mark.parametrize("text", ["", "45.3", "45.25", "-1", "1e2", "abc", "45.", ".5", "123456", "4 5"])
def test_anything_not_in_half_steps_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        CreditHours.parse(text)
