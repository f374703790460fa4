"""Screens that ask for one file on this machine: the file browser, where it was last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tui.frame import Frame
from tui.widgets.file_picker import FilePicker

TABLES = (".xlsx", ".csv")


async def choose_file(
    frame: Frame, what: str, endings: tuple[str, ...], then: Callable[[Path], Awaitable[None]]
) -> None:
    """Open the browser over a screen; what is chosen closes it and is handed on. Refused ones leave it open."""

    async def taken(path: Path) -> None:
        frame.program.last_folder = path.parent
        await then(path)

    folder = frame.program.last_folder or await frame.program.backend.setting("evidence_folder")
    await frame.open(FilePicker(frame, folder or Path.home(), taken, what, endings))
