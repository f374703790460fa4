"""Where things are measured: a temporary folder with installations of its own, and the program on a terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]
ENTRY = "import sys; from tui.cli import main; sys.exit(main())"
"""What the installed command `jijiao` consists of."""
NOT_KEEPING = "from tui import keeping; keeping.Draft.look = lambda draft: None; "
"""Put before it: what is typed into a form is not kept as a draft."""


@dataclass
class Ground:
    """One run of the bench. `quick` asks for fewer rounds of the same things."""

    folder: Path
    quick: bool

    def rounds(self, full: int, quick: int) -> int:
        """How many rounds to measure."""
        return quick if self.quick else full

    @cached_property
    def installation(self) -> Path:
        """The data folder of a demonstration, made when first asked for."""
        from core.services.demonstration import PASSWORD, fill_demonstration
        from core.services.desk import open_desk
        from core.services.settings import read_settings
        from core.services.setup import initialise

        folder = self.folder / "demonstration"
        settings = read_settings(_choices(folder))
        initialise(settings, password=PASSWORD)
        desk = open_desk(settings)
        try:
            fill_demonstration(desk)
        finally:
            desk.close()
        return folder

    def program(self, start: str = "", *, captcha: bool = False, keeping: bool = True) -> Terminal:
        """The program on an 80x24 terminal, opened on the demonstration, as `jijiao` starts it.

        Without `keeping` it saves no drafts, as if that had never been written.
        """
        environment = {
            "JIJIAO_DATA_DIR": str(self.installation),
            "JIJIAO_CAPTCHA": "on" if captcha else "off",
            "JIJIAO_CONFIG": str(self.folder / "none.toml"),
        }
        opened = ["--open", start] if start else []
        entry = ENTRY if keeping else NOT_KEEPING + ENTRY
        return Terminal([sys.executable, "-c", entry, *opened], env=environment, cwd=ROOT)

    def other(self, *arguments: str) -> Terminal:
        """A yardstick on the same terminal: this Python with other arguments."""
        return Terminal([sys.executable, *arguments], cwd=ROOT)


def _choices(folder: Path) -> dict[str, object]:
    from core.services.demonstration import START

    database = f"sqlite:///{folder / 'jijiao.sqlite3'}"
    return {"data_dir": folder, "database_url": database, "captcha": False, "clock": START}
