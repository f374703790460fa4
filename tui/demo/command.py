"""`jijiao demo`: makes the demonstration installation, then opens it, plays it, or prints it."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.app import JijiaoApp, open_on_terminal
from tui.backend import Backend
from tui.demo.player import DoesNotHold, Step, play
from tui.wire.driver import CellDriver

if TYPE_CHECKING:
    from core.services.desk import Desk


def run_demo(folder: Path | None = None, *, should_play: bool = False, speed: float = 1.0) -> int:
    """Make the demonstration in `folder` anew and open the program on it.

    Without a terminal on standard input or output the whole life of a declaration is played headless and each
    screen printed. `should_play` plays it visibly, `speed` 1.0 being twelve keys a second. Answers the exit code.
    """
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    chosen = folder or _default_folder()
    print(f"正在建立演示数据：{chosen}", flush=True)
    desk = make_demonstration(chosen, captcha=terminal and not should_play)
    if not terminal:
        return asyncio.run(_printed(desk, chosen))
    print("\n".join(account_lines()))
    if should_play:
        return _shown(desk, chosen, speed)
    return open_on_terminal(JijiaoApp(Backend(desk=desk), driver_class=CellDriver))


def make_demonstration(folder: Path, *, captcha: bool = False) -> Desk:
    """A fresh installation in `folder` with the demonstration set, its clock at the demonstration's day."""
    from core.services.demonstration import PASSWORD, START, fill_demonstration
    from core.services.desk import open_desk
    from core.services.settings import read_settings
    from core.services.setup import initialise

    marker = folder / "demonstration"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise FileExistsError(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    marker.write_text("jijiao demo\n", encoding="utf-8")
    overrides: dict[str, Any] = {
        "data_dir": folder,
        "database_url": f"sqlite:///{folder / 'jijiao.sqlite3'}",
        "clock": START,
        "captcha": captcha,
    }
    settings = read_settings(overrides)
    initialise(settings, login="admin", password=PASSWORD)
    desk = open_desk(settings)
    fill_demonstration(desk)
    return desk


def account_lines() -> list[str]:
    """The accounts of the demonstration, one a line."""
    from core.services.demonstration import LOGINS, PASSWORD

    lines = [f"  {each.role:　<6}  {each.login:<20}  {each.whose}" for each in LOGINS]
    return ["演示帐号（密码都是 " + PASSWORD + "）：", *lines]


async def _printed(desk: Desk, folder: Path) -> int:
    """Play headless at 80x24; print each screen under the line that says what was done."""
    app = JijiaoApp(Backend(desk=desk))
    steps = _steps(desk, folder)

    def show(number: int, step: Step, screen: str) -> None:
        print(f"\n[{number}/{len(steps)}] {step.says}\n{screen}", flush=True)

    try:
        async with app.run_test(size=(80, 24)):
            await play(app, steps, on_step=show)
    except DoesNotHold as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    print(f"\n演示完成，证书在 {folder / 'exports'}")
    return 0


def _shown(desk: Desk, folder: Path, speed: float) -> int:
    """Play on this terminal."""
    failures: list[str] = []

    class PlayingApp(JijiaoApp):
        """The program with a player at its keys."""

        def on_ready(self) -> None:
            """Begin when the first screen is up."""
            self.run_worker(self._perform())

        async def _perform(self) -> None:
            try:
                await play(self, _steps(desk, folder), on_step=lambda *_: None, pause=1 / 12 / speed)
            except DoesNotHold as failure:
                failures.append(str(failure))
            finally:
                self.exit()

    open_on_terminal(PlayingApp(Backend(desk=desk), driver_class=CellDriver))
    for failure in failures:
        print(failure, file=sys.stderr)
    if not failures:
        print(f"演示完成，证书在 {folder / 'exports'}")
    return 1 if failures else 0


def _steps(desk: Desk, folder: Path) -> list[Step]:
    from tui.demo.script import life_of_a_declaration

    return life_of_a_declaration(desk, folder)


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return Path(user_data_path("jijiao-demo"))
