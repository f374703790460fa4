"""What the operator does in the played life (life.py): a step for each use case that changes something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.rules.forms import FORMS
from core.rules.rulebook import form_values
from core.schema.backup import BackUp
from core.schema.base import Nothing
from core.schema.editions import SaveEdition

if TYPE_CHECKING:
    from tests.services.life import Life, Step


def operator_steps(life: Life) -> Iterator[Step]:
    """The operator changes a rule, proves the log and makes a backup."""
    boss = life.made["boss"]
    hours = SaveEdition(
        kind="form",
        entry="survey_report",
        values={**form_values(FORMS["survey_report"]), "cap": "40"},
        from_year="2027",
        reason="新文件",
    )
    yield life.does("save_edition", "edition", lambda: hours, boss)
    yield life.does("prove_audit", "proved", Nothing, boss)
    yield life.does("back_up", "backup", lambda: BackUp(path=str(life.fresh_path(".tar"))), boss)
