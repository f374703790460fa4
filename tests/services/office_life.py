"""What the offices do in the played life (tests/services/life.py): one step for each use case that changes something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.schema.backup import BackUp
from core.schema.base import Nothing

if TYPE_CHECKING:
    from tests.services.life import Life, Step


def operator_steps(life: Life) -> Iterator[Step]:
    """The operator proves the log and makes a backup."""
    boss = life.made["boss"]
    yield life.does("prove_audit", "proved", Nothing, boss)
    yield life.does("back_up", "backup", lambda: BackUp(path=str(life.fresh_path(".tar"))), boss)
