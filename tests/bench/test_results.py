"""What the bench makes of its measurements: ratios, limits, the table, and parts that break."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from bench import __main__ as bench
from bench.ground import Ground
from bench.report import table
from bench.results import LimitOn, Row, Series, Unit, in_turn


def row(limit: float | None, limit_on: LimitOn = LimitOn.RATIO) -> Row:
    """Ours 10, 20, 90 beside a yardstick of 10."""
    return Row(
        "a thing",
        Unit.BYTES,
        Series((10, 90, 20)),
        "another",
        Series((10.0,)),
        limit=limit,
        limit_on=limit_on,
    )


def test_a_ratio_compares_the_medians() -> None:
    assert row(None).ratio == 2.0


@pytest.mark.parametrize(
    ("limit", "limit_on", "holds"),
    [
        (2.0, LimitOn.RATIO, True),
        (1.9, LimitOn.RATIO, False),
        (20, LimitOn.MEDIAN, True),
        (89, LimitOn.EACH, False),
        (90, LimitOn.EACH, True),
        (None, LimitOn.RATIO, None),
    ],
)
def test_a_limit_holds_for_what_it_is_set_on(
    limit: float | None, limit_on: LimitOn, holds: bool | None
) -> None:
    assert row(limit, limit_on).holds is holds


def test_nothing_at_all_keeps_a_limit_of_nothing() -> None:
    idle = Row("idle", Unit.BYTES, Series((0,)), "stock", Series((0,)), 0, LimitOn.EACH)
    assert (idle.holds, idle.ratio) == (True, None)


def test_a_broken_limit_stands_out_in_the_table() -> None:
    assert "NO" in table([row(1.0)])


def test_things_are_measured_in_turn_and_the_first_round_is_thrown_away() -> None:
    order: list[str] = []

    def taken(name: str) -> float:
        order.append(name)
        return float(len(order))

    first, second = in_turn(2, lambda: taken("a"), lambda: taken("b"))
    assert (order, first.values, second.values) == (["a", "b"] * 3, (3.0, 5.0), (4.0, 6.0))


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two parts: one that gives a row, and one that breaks before it."""
    good, broken = ModuleType("bench.good"), ModuleType("bench.broken")

    def measured(ground: Ground) -> list[Row]:
        return [row(2.0)]

    def breaks(ground: Ground) -> list[Row]:
        raise TimeoutError("the picture never came")

    good.measure, broken.measure = measured, breaks  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bench.good", good)
    monkeypatch.setitem(sys.modules, "bench.broken", broken)
    monkeypatch.setattr(bench, "PARTS", ("broken", "good"))


def test_a_part_that_breaks_is_named_and_the_others_are_measured(
    parts: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--json", str(tmp_path / "out.json")])
    code = bench.main()
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    found = (
        code,
        [each["what"] for each in written["rows"]],
        "NOT MEASURED: broken" in capsys.readouterr().out,
    )
    assert found == (1, ["a thing"], True)
