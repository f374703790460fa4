"""The picker of files where the program is served (收件箱): what came over SFTP, up to date without a key pressed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path, PurePosixPath

from core.rules.boxes import SHOWN_FROM
from core.rules.clock import CHINA
from core.rules.readings import rank
from core.schema.boxes import BoxFile, BoxView
from tui.keys import Command
from tui.widgets.choosing import Stage
from tui.widgets.file_picker import size_text
from tui.widgets.picker import Option, OptionPage, Picker

DELETE = Command("delete_file", ("delete",), "删除", "从收件箱删去带 > 的文件，先问")
_MB = 1024 * 1024


class InboxPicker(Picker):
    """Pick a file of the inbox. `on_file` gets its path there (`inbox:/name`), `on_delete` the one to be deleted.

    Whoever opens it looks after the inbox and calls `show`. Files are known by their endings or by their content.
    """

    empty = "收件箱里没有这里要的文件；用 sftp 把文件放进 inbox，放好就会列在这里"
    nothing = "收件箱里没有这样的文件"

    def __init__(
        self,
        stage: Stage,
        view: BoxView,
        on_file: Callable[[Path], Awaitable[None]],
        on_delete: Callable[[BoxFile], Awaitable[None]],
        what: str,
        endings: tuple[str, ...],
    ) -> None:
        super().__init__(
            f"{what}    收件箱 inbox",
            self._list,
            self._take,
            columns=(("名称", 0), ("大小", 9), ("收到", 16)),
            extra=[(DELETE, self._ask)],
            hint="名称",
        )
        self.stage, self.view, self._endings = stage, view, endings
        self._on_file, self._on_delete = on_file, on_delete

    async def show(self, view: BoxView) -> bool:
        """What lies there now; the marker stays on its file. Answers whether anything is new on screen."""
        if view == self.view:
            return False
        before = self._file
        self.view = view
        await self.search()
        ids = [file.id for file in self._files if file is not None]
        if before is not None and before.id in ids:
            self.at = ids.index(before.id)
            self.changed()
        return True

    def help_lines(self) -> list[str]:
        return [
            f"在自己的电脑上：{self._call}，再 put 文件名 inbox/。放好的文件自动列出，Enter 选定，Del 删去。",
            "WinSCP、FileZilla 也可以：协议选 SFTP，帐号密码与登录时相同。",
        ]

    async def _take(self, option: Option) -> None:
        assert isinstance(option.payload, BoxFile)
        await self._on_file(Path(f"{SHOWN_FROM}/{option.payload.name}"))

    async def _ask(self) -> None:
        if self._file is not None:
            await self._on_delete(self._file)

    async def _list(self, query: str, after: object) -> OptionPage:
        wanted = [file for file in self.view.files if self._is_wanted(file)]
        found = [file for file in wanted if not query or rank(query, file.name) is not None]
        others = len(self.view.files) - len(wanted)
        room = self.view.room
        status = f"{len(found)} 个文件"
        if others:
            status += f"，另有 {others} 个不是 {self._endings[0]} 等"
        status += f"  已用 {-(-room.used // _MB)}/{room.limit // _MB} MB  放入：{self._call}"
        return OptionPage(tuple(map(_option, found)), None, status)

    @property
    def _files(self) -> list[BoxFile | None]:
        return [
            option.payload if isinstance(option.payload, BoxFile) else None for option in self.page.options
        ]

    @property
    def _file(self) -> BoxFile | None:
        return self._files[self.at] if self.at < len(self.page.options) else None

    @property
    def _call(self) -> str:
        port = "" if self.view.port in (None, 22) else f"-P {self.view.port} "
        return f"sftp {port}登录名@服务器"

    def _is_wanted(self, file: BoxFile) -> bool:
        return PurePosixPath(file.name).suffix.lower() in self._endings or f".{file.kind}" in self._endings


def _option(file: BoxFile) -> Option:
    at = file.at.astimezone(CHINA)
    return Option(file.name, (file.name, size_text(file.size), f"{at:%Y-%m-%d %H:%M}"), "", file)
