"""The real program on a terminal, with a clock that stands still: `python real.py cell|stock`.

`cell` has the program's own driver, `stock` Textual's; all else is the same, so both show the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
MORNING = "2026-11-21T09:00+08:00"


def command(driver: str) -> list[str]:
    """How the program is started with one driver or the other."""
    return [sys.executable, str(Path(__file__)), driver]


def environment(home: Path) -> dict[str, str]:
    """The settings of the program on the installation in `home`."""
    return {
        "JIJIAO_DATA_DIR": str(home),
        "JIJIAO_CAPTCHA": "off",
        "JIJIAO_CLOCK": MORNING,
        "JIJIAO_CONFIG": str(home / "no-settings.toml"),
        "PYTHONPATH": str(ROOT),
    }


def main(arguments: Sequence[str]) -> int:
    """Open the program until it is left."""
    from core.rules.clock import ShiftedClock
    from tui.app import JijiaoApp, open_on_terminal
    from tui.backend import Backend

    moment = datetime.fromisoformat(os.environ["JIJIAO_CLOCK"]).astimezone(UTC)
    ShiftedClock.now = lambda clock: moment  # type: ignore[method-assign]
    if arguments == ["cell"]:
        from tui.wire.driver import CellDriver as Driver
    else:
        from textual.drivers.linux_driver import LinuxDriver as Driver  # type: ignore[assignment]
    return open_on_terminal(JijiaoApp(Backend(), driver_class=Driver))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
