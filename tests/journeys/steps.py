"""The vocabulary of the journeys: an installation, a seat at its terminal, and what people do there by keys."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from core.rules.roles import Role
from core.services.desk import Desk, open_desk
from core.services.settings import read_settings
from core.store.settings import Settings
from tests.terminal import ESC_PAUSE, KEYS, Terminal
from tests.worlds import id_number

PASSWORD = "abc12345"
MORNING = "2026-11-21T09:00+08:00"
SCHOOL, OTHER_SCHOOL = "汝阳县小店镇第一初级中学", "汝阳县小店镇第二初级中学"
OFFICE, BUREAU = "汝阳县教育局", "汝阳县人力资源和社会保障局"
LOGINS = {
    Role.EMPLOYER: "xiaodian",
    Role.AUTHORITY: "jiaoyu",
    Role.BASE: "jinxiu",
    Role.BUREAU: "rensheju",
    Role.OPERATOR: "admin",
}
PERSON, PERSON_NAME = id_number(1), "张三"
"""Admitted to the school already."""
WAITING = id_number(2)
"""Registered with the school, not reviewed yet."""
NEWCOMER, NEWCOMER_NAME = id_number(3), "李晓东"
"""Not known yet."""
PATIENCE = 30.0
"""Seconds to wait for a screen: far more than it takes, for machines that do much else."""
_WINDOW = {
    Role.PERSON: "12",
    Role.EMPLOYER: "22",
    Role.BASE: "32",
    Role.AUTHORITY: "42",
    Role.BUREAU: "51",
    Role.OPERATOR: "9",
}
_CONTENTS = {
    "organiser": "洛阳市教育局",
    "class_name": "2026年初中数学新课标培训",
    "content": "课程标准解读",
    "started_on": "2026-07-06",
    "ended_on": "2026-07-10",
    "claimed_hours": "40",
}


@dataclass(frozen=True)
class Installation:
    """An installation of a test's own, and the command on it."""

    folder: Path
    captcha: bool = False
    url: str = ""
    """Of its database; empty means the SQLite file in the folder."""

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as the environment gives them to the command."""
        return {
            "JIJIAO_DATA_DIR": str(self.folder),
            "JIJIAO_CAPTCHA": "on" if self.captcha else "off",
            "JIJIAO_CLOCK": MORNING,
            "JIJIAO_CONFIG": str(self.folder / "no-settings.toml"),
            "JIJIAO_EVIDENCE_FOLDER": str(self.scans),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **({"JIJIAO_DATABASE_URL": self.url} if self.url else {}),
        }

    @property
    def settings(self) -> Settings:
        """The same settings, for looking into the database."""
        chosen = {"data_dir": self.folder, "captcha": self.captcha, "clock": MORNING}
        return read_settings({**chosen, **({"database_url": self.url} if self.url else {})})

    @property
    def scans(self) -> Path:
        """Where the pictures lie that people attach."""
        return self.folder.parent / "scans"

    def desk(self) -> Desk:
        """A desk on the same database."""
        return open_desk(self.settings)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command without a terminal."""
        return subprocess.run(
            [sys.executable, "-m", "tui.cli", *arguments],
            env={**self.environment, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def sit_down(self, *arguments: str, cols: int = 80, rows: int = 24) -> Seat:
        """The program on a terminal of its own, its first screen painted."""
        terminal = Terminal(
            [sys.executable, "-m", "tui.cli", *arguments], env=self.environment, cols=cols, rows=rows
        )
        seat = Seat(terminal)
        seat.see("F1")
        return seat


class Seat:
    """Somebody at a terminal. `type` sends keys by name and text as it is, all in one write."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._after_escape = False

    def __enter__(self) -> Seat:
        return self

    def __exit__(self, *_: object) -> None:
        self.terminal.close()

    @property
    def screen(self) -> str:
        """What stands on the screen."""
        return self.terminal.screen_text()

    def type(self, *keys: str) -> None:
        """Press keys. An Esc is let stand for itself: with a key close behind it would be Alt and that key."""
        if self._after_escape:
            self.terminal.settle(quiet=ESC_PAUSE, timeout=PATIENCE)
        self.terminal.send(*keys)
        self._after_escape = keys[-1:] == ("Esc",)

    def type_slowly(self, *keys: str) -> None:
        """Press one key after the other, each when the screen has come to rest after the one before."""
        for key in keys:
            if key in KEYS:
                self.terminal.press(key, quiet=0.15)
            else:
                for each in key:
                    self.terminal.press(each, quiet=0.03)

    def see(self, *texts: str) -> str:
        """Wait until all of these stand on the screen."""
        for text in texts:
            self.terminal.wait(text, timeout=PATIENCE)
        return self.screen

    def calm(self) -> str:
        """Wait until nothing comes any more."""
        return self.terminal.settle(quiet=0.3, timeout=PATIENCE)

    # ------------------------------------------------------------------------------------ at the door

    def sign_in(self, role: Role, login: str = "", password: str = PASSWORD) -> None:
        """From the front page to the role's home."""
        self.type(*sign_in_keys(role, login or LOGINS.get(role, PERSON), password))
        self.see("继续教育公共服务平台", role.label)

    def sign_out(self) -> None:
        """From a home page back to the front page."""
        self.type("Esc")
        self.see("退出登录？")
        self.type("1")
        self.see("继续教育服务窗口")

    # ---------------------------------------------------------------------------------------- reviews

    def pass_one(self, name: str, *, went_to: str = "") -> None:
        """通过 what the desk shows: only once it stands on the screen, as the desk demands."""
        self.see(name, "接下来")
        self.calm()
        self.type("a")
        self.see(f"{name}：通过" + (f"，转 {went_to}" if went_to else ""))


def sign_in_keys(role: Role, login: str, password: str = PASSWORD) -> list[str]:
    """The window, its entry, the account and the password."""
    return [_WINDOW[role], login, "Tab", password, "Enter"]


def registration_keys(number: str, name: str, unit: str) -> list[str]:
    """注册 from its first field to the last, the unit found by the initials of its name."""
    return [
        *(number, "Tab", PASSWORD, "Tab", PASSWORD, "Tab", "19900000123", "Tab", "lixiaodong@example.cn"),
        *("Tab", "Tab", "ruyang", "Enter"),
        *("Tab", unit, "Enter"),
        *("Tab", "Tab", name, "Tab", "Tab", "Tab", "hanzu", "Enter"),
    ]


def declaration_keys(scan: str = "", **changed: str) -> list[str]:
    """学时申报 of 岗位培训 from its first field to 申请学时, and a picture through the file browser."""
    typed = {**_CONTENTS, **changed}
    keys = ["gwpx", "Enter", "Tab", "Tab"]
    for key in ("organiser", "class_name", "content", "started_on", "ended_on"):
        keys += [typed[key], "Tab"]
    keys += ["hege", "Enter", "Tab", typed["claimed_hours"], "Tab"]
    return [*keys, "F9", scan, "Enter"] if scan else keys
