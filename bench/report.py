"""The report: a table on the terminal and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.results import LimitOn, Row, Series, Unit

HEADINGS = ("what", "ours", "yardstick", "ratio", "limit", "holds")
_LIBRARIES = ("textual", "sqlalchemy", "pydantic", "fpdf2", "pyhanko")
_MARKS = {True: "yes", False: "NO", None: ""}


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text: medians with (smallest - largest)."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)) for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    shared = {row.yardstick: row.what.partition(":")[0] for row in reversed(rows) if row.yardstick}
    notes = [f"  {group}: {yardstick}" for yardstick, group in reversed(shared.items())]
    return "\n".join(line.rstrip() for line in [*lines, "", "yardsticks:", *notes])


def write_json(
    path: Path, rows: Sequence[Row], failures: Sequence[str], *, quick: bool, seconds: float
) -> None:
    """Everything that was measured, with the machine it was measured on."""
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds, 1),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "rows": [_plain(row) for row in rows],
        "failures": list(failures),
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    beside = "" if row.beside is None else _shown(row.beside, row.unit)
    return (row.what, _shown(row.ours, row.unit), beside, ratio, _limit(row), _MARKS[row.holds])


def _limit(row: Row) -> str:
    if row.limit is None:
        return ""
    if row.limit_on is LimitOn.RATIO:
        return f"ratio {row.limit:g}"
    return f"{row.limit:g} {row.unit.value}" + (" each" if row.limit_on is LimitOn.EACH else "")


def _shown(series: Series, unit: Unit) -> str:
    if series.low == series.high:
        return f"{_number(series.median)} {unit.value}"
    spread = f"{_number(series.low)} - {_number(series.high)}"
    return f"{_number(series.median)} {unit.value} ({spread})"


def _number(value: float) -> str:
    if float(value).is_integer() or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _plain(row: Row) -> dict[str, object]:
    return {
        "what": row.what,
        "unit": row.unit.value,
        "ours": _series(row.ours),
        "yardstick": row.yardstick,
        "beside": None if row.beside is None else _series(row.beside),
        "ratio": None if row.ratio is None else round(row.ratio, 3),
        "limit": row.limit,
        "limit_on": None if row.limit is None else row.limit_on.value,
        "holds": row.holds,
    }


def _series(series: Series) -> dict[str, object]:
    return {
        "median": round(series.median, 3),
        "min": round(series.low, 3),
        "max": round(series.high, 3),
        "values": [round(value, 3) for value in series.values],
    }
