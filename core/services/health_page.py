"""体检 (A4): what `jijiao doctor` looks at, for the operator's screen, and when the last backup was made."""

from __future__ import annotations

from datetime import UTC, datetime

from core.rules.permissions import Action
from core.rules.roles import Caller
from core.schema.backup import HealthLine, HealthPage
from core.schema.base import Nothing
from core.services.backup import newest_backup
from core.services.desk import Desk, desk_use_case
from core.services.health import doctor


@desk_use_case(Action.HEALTH)
def health_page(desk: Desk, caller: Caller, command: Nothing) -> HealthPage:
    """Every finding, as the doctor has it; changes nothing."""
    lines = tuple(HealthLine(each.name, each.ok, each.text, each.mend) for each in doctor(desk.settings))
    newest = newest_backup(desk)
    if newest is None:
        return HealthPage(lines, "", None)
    return HealthPage(lines, newest.name, datetime.fromtimestamp(newest.stat().st_mtime, UTC))
