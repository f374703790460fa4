"""Screens that ask for one file: the file browser, where it was last; where served, the inbox and nothing else."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.rules.roles import Actor
from core.schema.boxes import BoxFile, BoxQuery, BoxView, DeleteFile
from core.services.boxes import box_list, delete_file
from tui.frame import Frame
from tui.look import Look
from tui.watching import EVERY, Polling
from tui.widgets.file_picker import ENDINGS, FilePicker
from tui.widgets.inbox_picker import InboxPicker

TABLES = (".xlsx", ".csv")
NO_INBOX = "没有登录就没有收件箱；登录以后，用 sftp 放进 inbox 的文件会列在这里"
_LIVELY, _SLOWLY = 60.0, 5.0
"""Seconds for which it looks each second, and how often afterwards: nobody stands there with a file any more."""


async def choose_file(
    frame: Frame,
    what: str,
    endings: tuple[str, ...],
    then: Callable[[Path], Awaitable[None]],
    *,
    typed: str = "",
) -> None:
    """Open the browser over a screen; `then` gets what is chosen, and closes it. Refused ones leave it open."""
    if await frame.program.backend.setting("served"):
        await _open_inbox(frame, what, endings, then, typed)
        return

    async def taken(path: Path) -> None:
        frame.program.last_folder = path.parent
        await then(path)

    folder = frame.program.last_folder or await frame.program.backend.setting("evidence_folder")
    browser = FilePicker(frame, folder or Path.home(), taken, what, endings)
    browser.query_entry.set(typed)
    await frame.open(browser)


async def choose_picture(
    frame: Frame, what: str, then: Callable[[Path], Awaitable[None]], *, typed: str = ""
) -> None:
    """The same for a picture or a .zip of them."""
    await choose_file(frame, what, ENDINGS, then, typed=typed)


async def _open_inbox(
    frame: Frame,
    what: str,
    endings: tuple[str, ...],
    then: Callable[[Path], Awaitable[None]],
    typed: str,
) -> None:
    if not isinstance(frame.program.caller, Actor):
        frame.tell(NO_INBOX, Look.WARN)
        return
    begun = time.monotonic()

    async def read() -> BoxView:
        # Not by `ask`: a look that takes long is nothing that the keys wait for.
        return await frame.program.backend.do(box_list, frame.program.caller, BoxQuery())

    async def look() -> bool:
        nonlocal begun
        if not picker.is_attached:
            return False
        if await picker.show(await read()):
            begun = time.monotonic()
        return True

    async def ask_deletion(file: BoxFile) -> None:
        async def delete() -> None:
            await frame.ask(delete_file, DeleteFile(file_id=file.id))
            await picker.show(await read())
            frame.tell(f"已从收件箱删去 {file.name}")

        frame.confirm(f"从收件箱删去 {file.name}？", delete)

    def pause() -> float:
        return EVERY if time.monotonic() - begun < _LIVELY else _SLOWLY

    picker = InboxPicker(frame, await frame.ask(box_list, BoxQuery()), then, ask_deletion, what, endings)
    picker.query_entry.set(typed)
    await frame.open(picker)
    Polling(frame, look, pause=pause).start()
