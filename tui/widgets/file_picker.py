"""The file browser for attachments: folders and pictures only, narrowed by typing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from core.rules.readings import rank
from tui.keys import Command, Press
from tui.look import Look
from tui.widgets.choosing import Stage
from tui.widgets.picker import Option, OptionPage, Picker

ENDINGS = (".jpg", ".jpeg", ".gif", ".bmp", ".png", ".zip")
AT_MOST = 2_000
"""Entries of one folder that are listed; what more there is, typing finds no more than scrolling does."""

UP = Command("up_folder", ("left",), "上级目录", "到上一级目录")


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a folder: a folder or a picture with its size in bytes."""

    name: str
    path: Path
    folder: bool
    size: int = 0


class FilePicker(Picker):
    """Pick a picture. Enter on a folder goes into it, left goes up; a typed path beginning with / or ~ leads there.

    `on_file` gets the picture's path. `folder` is where it starts, and where it was when it closed.
    """

    empty = "这里没有目录，也没有图片；按左键到上级目录，或输入 / ~ 开头的路径"

    def __init__(
        self,
        stage: Stage,
        folder: Path,
        on_file: Callable[[Path], Awaitable[None]],
        what: str = "添加附件",
        endings: tuple[str, ...] = ENDINGS,
    ) -> None:
        super().__init__(
            what,
            self._list,
            self._take,
            columns=(("名称", 0), ("大小", 9)),
            extra=[(UP, self._up)],
            hint="名称，或 / ~ 开头的路径",
        )
        self.stage, self.folder, self.on_file, self.what = stage, folder, on_file, what
        self._endings = endings
        self.empty = self.empty.replace(
            "图片", "图片" if endings is ENDINGS else f" {' '.join(endings)} 文件"
        )
        self._entries: list[Listed] = []
        self._read: Path | None = None

    async def press(self, press: Press) -> bool:
        if press.key == "left":
            if self.folder.parent == self.folder:
                return False
            await self._up()
            return True
        return await super().press(press)

    def why_not(self, press: Press) -> str:
        return "已是最上级目录" if press.key == "left" else super().why_not(press)

    async def _up(self) -> None:
        await self._enter(self.folder.parent)

    async def _enter(self, folder: Path) -> None:
        came_from, self.folder = self.folder, folder
        self.query_entry.clear()
        await self.search()
        names = [option.payload.path for option in self.page.options if isinstance(option.payload, Listed)]
        if came_from in names:
            self.at = names.index(came_from)
            self.changed()

    async def _take(self, option: Option) -> None:
        entry = option.payload
        assert isinstance(entry, Listed)
        if entry.folder:
            await self._enter(entry.path)
        elif not entry.name.isprintable():
            self.stage.tell("文件名含有不能识别的字符，请改名后再选", Look.WARN)
        else:
            await self.on_file(entry.path)

    async def _list(self, query: str, after: object) -> OptionPage:
        if query.startswith(("/", "~")):
            typed = Path(os.path.expanduser(query))
            folder, query = (typed, "") if query.endswith("/") or query == "~" else (typed.parent, typed.name)
        else:
            folder = self.folder
        trouble = ""
        if folder != self._read:
            try:
                self._entries = await asyncio.to_thread(list_folder, folder, self._endings)
            except (OSError, ValueError):
                self._entries, trouble = [], "打不开这个目录"
            self._read = folder
        self.title = f"{self.what}    {folder}"
        found = [e for e in self._entries if not query or rank(query, e.name) is not None]
        pictures = sum(not e.folder for e in found)
        status = trouble or f"{len(found) - pictures} 个目录，{pictures} 个文件 ({' '.join(self._endings)})"
        return OptionPage(tuple(_option(entry) for entry in found), None, status)


def list_folder(folder: Path, endings: tuple[str, ...] = ENDINGS) -> list[Listed]:
    """Folders first, then files with one of these endings, both by name; hidden ones are left out. Raises OSError."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                is_folder = entry.is_dir()
                if is_folder or (Path(entry.name).suffix.lower() in endings and entry.is_file()):
                    size = 0 if is_folder else entry.stat().st_size
                    found.append(Listed(entry.name, Path(entry.path), is_folder, size))
            except OSError:
                continue  # a link that leads nowhere, or a file that went meanwhile
            if len(found) >= AT_MOST:
                break
    return sorted(found, key=lambda e: (not e.folder, e.name.casefold()))


def size_text(size: int) -> str:
    """A size in whole KB, as lists show it."""
    return f"{-(-size // 1024)} KB"


def _option(entry: Listed) -> Option:
    shown = entry.name + ("/" if entry.folder else "")
    return Option(shown, (shown, "目录" if entry.folder else size_text(entry.size)), "", entry)
