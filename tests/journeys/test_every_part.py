"""Every part of the product is walked through by keys: its id stands in the first lines of the journey that does it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

IDS = {
    f"{letter}{number}"
    for letter, last in {"G": 8, "P": 14, "E": 8, "B": 4, "D": 4, "R": 12, "A": 4}.items()
    for number in range(1, last + 1)
}


def test_every_part_has_a_journey() -> None:
    walked: dict[str, set[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        for part in re.findall(r"\b[GPEBDRA]\d{1,2}\b", words):
            walked.setdefault(part, set()).add(path.name)
    assert (IDS - set(walked), set(walked) - IDS) == (set(), set())
