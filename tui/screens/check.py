"""证书查询 (G8), open to everybody: by number and code, by a QR line, by a PDF file, or by a folder of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from core.rules.boxes import SHOWN_FROM
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldSpec
from core.rules.roles import Actor
from core.schema.certificates import CheckedFile, CheckFile, CheckLineText, LookUpCertificate, PaperCheck
from core.services.certificate_checks import check_file, check_folder, check_line_text, look_up_certificate
from tui.choosing_file import NO_INBOX, choose_file
from tui.frame import Frame
from tui.keys import Command, Press
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.paper_lines import check_lines, look_of
from tui.widgets.table import Column, Table, TableRow

WAYS = ("证书编号和校验码", "二维码内容", "PDF 文件", "文件夹")
COLUMNS = (Column("文件", 0), Column("结果", 16), Column("证书编号", 23), Column("姓名", 10))
NUMBER = FieldSpec("number", "证书编号", hint="如 豫JX2026 开头，印在证书上", max_length=30)
CODE = FieldSpec("check_code", "校验码", hint="8 位字母和数字", max_length=12)


class CheckPane(Pane):
    """The ways to ask, then the answer: one certificate to read, or the table of a folder."""

    def __init__(self) -> None:
        super().__init__()
        self.check: PaperCheck | None = None
        self.source = ""
        self.table: tuple[CheckedFile, ...] = ()
        self.at = 0
        self._top = 0
        self._count = 0
        self._inner = Table(COLUMNS, empty="这个文件夹里没有 PDF 文件")
        self.listing = False

    def show(self, check: PaperCheck | None, source: str = "") -> None:
        """One answer, or none."""
        self.check, self.source, self._top, self.listing = check, source, 0, False
        self.changed()

    def show_table(self, files: tuple[CheckedFile, ...], source: str) -> None:
        """The answers for a folder."""
        self.table, self.source, self.at = files, source, 0
        self.back_to_table()

    def back_to_table(self) -> None:
        """From one answer to the table it came from."""
        self.check, self.listing = None, True
        self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        ways = [Span("  ")]
        for number, way in enumerate(WAYS, 1):
            ways += [Span(f"{number} ", Look.KEY), Span(way + "   ")]
        head: list[Line] = [(), tuple(ways), ()]
        room = height - len(head)
        if self.listing:
            return [*head, *self._draw_table(cells, room)]
        if self.check is None:
            words = (
                "按数字选一种查法。扫描枪或复制来的二维码内容可以直接粘贴在这里。",
                "查询不需要登录；证件号只显示一部分。",
            )
            return [*head, *(line(Span("  " + text, Look.HINT)) for text in words)]
        folded = check_lines(self.check, cells, self.source)
        self._count = len(folded)
        self._top = max(0, min(self._top, len(folded) - room))
        shown = folded[self._top : self._top + room]
        if len(folded) > self._top + room:
            shown[-1] = line(Span(f"  (还有 {len(folded) - self._top - room + 1} 行，PgDn 往下)", Look.HINT))
        return [*head, *shown]

    def _draw_table(self, cells: int, height: int) -> list[Line]:
        good = sum(each.check.verdict.value == "valid" for each in self.table)
        told = f"  共 {len(self.table)} 个文件，有效 {good}，其余 {len(self.table) - good}   {self.source}"
        self._inner.rows = tuple(_row(each) for each in self.table)
        self._inner.at = self.at
        return [line(Span(told, Look.TITLE)), *self._inner.draw(cells, height - 1)]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        if self.listing:
            return (0, 5 + self.at - self._inner.top)
        return (2, 1 if self.check is None else 3)

    def help_lines(self) -> list[str]:
        return ["证书查询：先看第一行的结论，再把下面各项与纸面逐字核对。"]

    async def press(self, press: Press) -> bool:
        page = max(1, self.size.height - 4)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -100_000, "end": 100_000}
        step = steps.get(press.key)
        if step is None or (self.check is None and not self.listing):
            return False
        self.lines()
        before = (self.at, self._top)
        if self.listing:
            self.at = max(0, min(self.at + step, len(self.table) - 1))
        else:
            self._top = max(0, min(self._top + step, max(0, self._count - self.size.height + 3)))
        self.changed()
        return before != (self.at, self._top)

    def why_not(self, press: Press) -> str:
        if press.key not in ("up", "down", "pageup", "pagedown", "home", "end"):
            return ""
        if self.check is None and not self.listing:
            return "先按数字选一种查法"
        return "已到开头" if press.key in ("up", "pageup", "home") else "已到末尾"


class CheckScreen(Frame):
    """证书查询."""

    title_text = "证书查询"
    commands = (
        Command("way", ("1", "2", "3", "4"), "查法", "1 编号和校验码，2 二维码内容，3 PDF 文件，4 文件夹"),
        Command("details", ("enter",), "详细", "看带 > 的文件的各项检查", bar=False),
    )

    def make_pane(self) -> Pane:
        self.answer = CheckPane()
        return self.answer

    async def load(self) -> None:
        """Nothing to fetch."""
        self.header.show(self.title_text, nameplate(self.program.caller) or "公开查询")

    async def press(self, press: Press) -> None:
        """A line pasted where no field is open is taken as that of a QR code."""
        if press.pasted is not None and not self.overlays:
            self.press_now = press
            await self._guarded_line(press.pasted)
            return
        await super().press(press)

    async def leave(self) -> bool:
        """Esc goes from one answer of a folder back to its table."""
        if self.answer.check is not None and self.answer.table and not self.answer.listing:
            self.answer.back_to_table()
            return False
        return True

    async def action_way(self) -> None:
        """A digit: how to ask."""
        number = int(self.press_now.command_key)
        if number == 1:
            fields = (field_for(NUMBER), field_for(CODE))
            await self.open(FormSheet("按证书编号和校验码查询", fields, self._look_up, done="查询"))
        elif number == 2:
            sheet = AskSheet("按二维码内容查询", self._line_given, label="内容", notes=_QR_NOTE, done="查询")
            await self.open(sheet)
        elif await self.program.backend.setting("served"):
            await self._ask_inbox(folder=number == 4)
        elif number == 3:
            sheet = AskSheet("按 PDF 文件查询", self._file_given, label="文件", notes=_FILE_NOTE, done="查询")
            await self.open(sheet)
        else:
            sheet = AskSheet(
                "按文件夹查询", self._folder_given, label="文件夹", notes=_FOLDER_NOTE, done="查询"
            )
            await self.open(sheet)

    async def _look_up(self, values: dict[str, str]) -> None:
        missing = [FieldError(key, ErrorCode.REQUIRED) for key, text in values.items() if not text.strip()]
        if missing:
            raise Refused.for_fields(tuple(missing))
        command = LookUpCertificate(number=values["number"], check_code=values["check_code"])
        try:
            check = await self.ask(look_up_certificate, command)
        except Refused as refusal:
            if refusal.code is ErrorCode.CERTIFICATE_NOT_FOUND:
                raise Refused.for_fields((FieldError("check_code", refusal.code),)) from None
            raise
        await self._answered(check, "按编号和校验码")

    async def _guarded_line(self, text: str) -> None:
        try:
            await self._line_given("", text)
        except Refused as refusal:
            self.refuse(refusal)

    async def _line_given(self, _digit: str, text: str) -> None:
        if not text.strip():
            raise Refused(ErrorCode.REQUIRED)
        await self._answered(await self.ask(check_line_text, CheckLineText(line=text)), "按二维码内容")

    async def _file_given(self, _digit: str, text: str) -> None:
        path = _path(text)
        if await asyncio.to_thread(path.is_dir):
            await self._folder_given("", text)
            return
        await self._file_chosen(path)

    async def _ask_inbox(self, *, folder: bool) -> None:
        """Where served, a file is one of the inbox, and the folder the inbox itself."""
        if not folder:
            await choose_file(self, "按 PDF 文件查询", (".pdf",), self._file_chosen)
        elif not isinstance(self.program.caller, Actor):
            self.tell(NO_INBOX, Look.WARN)
        else:
            page = await self.ask(check_folder, CheckFile(path=SHOWN_FROM))
            self.answer.show_table(page.rows, "收件箱")

    async def _file_chosen(self, path: Path) -> None:
        await self._answered(await self.ask(check_file, CheckFile(path=str(path))), path.name)

    async def _folder_given(self, _digit: str, text: str) -> None:
        path = _path(text)
        if not await asyncio.to_thread(path.exists):
            raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
        page = await self.ask(check_folder, CheckFile(path=str(path)))
        await self.close_overlay()
        self.answer.show_table(page.rows, str(path))

    async def _answered(self, check: PaperCheck, source: str) -> None:
        if self.overlays:
            await self.close_overlay()
        self.answer.table = ()
        self.answer.show(check, source)
        self.tell(f"查询结果：{check.verdict.label}", look_of(check.verdict))

    async def action_details(self) -> None:
        """Enter: the checks of one file of the folder."""
        if not self.answer.listing or not self.answer.table:
            self.tell("先按数字选一种查法", Look.WARN)
            return
        each = self.answer.table[self.answer.at]
        self.answer.show(each.check, each.file_name)


_QR_NOTE = ("以 JX1: 开头的一行，可粘贴，也可用扫描枪输入",)
_FILE_NOTE = ("文件的路径，可用 ~ 代表自己的目录",)
_FOLDER_NOTE = ("其中的 .pdf 文件逐个检查，列成一张表",)


def _path(text: str) -> Path:
    """A path as typed, quotes around it taken away. Raises Refused REQUIRED for nothing."""
    plain = text.strip().strip("'\"")
    if not plain:
        raise Refused(ErrorCode.REQUIRED)
    return Path(plain).expanduser()


def _row(each: CheckedFile) -> TableRow:
    facts = each.check.facts
    cells = (
        each.file_name,
        each.check.verdict.label,
        facts.number if facts else "",
        facts.name if facts else "",
    )
    return TableRow(cells, look=look_of(each.check.verdict))
