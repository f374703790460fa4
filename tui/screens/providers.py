"""公需课平台 (R7): the providers and their keys; a signed file is verified and its hours counted from here."""

from __future__ import annotations

from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.schema.base import Nothing
from core.schema.providers import ProviderFileView, ProviderRow, SaveProvider, TakeProviderFile
from core.services.providers import provider_file_page, provider_page, save_provider, take_provider_file
from tui.choosing_file import choose_file
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text, nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed
from tui.widgets.table import TABLE_COMMANDS, Column, Table, TableRow

ENDINGS = (".gx", ".txt")
COLUMNS = (
    Column("代码", 10),
    Column("名称", 0),
    Column("公钥指纹", 19),
    Column("文件", 4, number=True),
    Column("最近收到", 11),
    Column("状态", 4),
)
CODE = FieldSpec("code", "平台代码", max_length=16, hint="大写字母或数字，写在平台的每个文件里，以后不能改")
NAME = FieldSpec("name", "平台名称", max_length=60)
KEY = FieldSpec(
    "public_key", "公钥", max_length=400, hint="Ed25519，base64 或十六进制；请与平台在电话里核对指纹"
)


class ProvidersScreen(Frame):
    """The providers in the order of their codes."""

    title_text = "公需课平台"
    help_text = (
        "平台用自己的私钥给学时文件签名，这里用登记的公钥核对：改动过一个字节的文件不收。",
        "同一个文件、互有重复的文件，每人每年每门课只计一次；还没有注册的人列出来，注册后再收一次即可。",
    )
    commands = (
        Command("details", ("enter",), "详细", "指纹、谁在何时登记的"),
        Command("take", ("f6", "s"), "收文件", "核对签名，计入学时"),
        Command("add", ("f2", "n"), "登记平台", "代码、名称和公钥"),
        Command("switch", ("f7", "t"), "停用/启用", "停用后不再收它的文件"),
        Command("files", ("f4", "w"), "收过的文件", "各文件计入多少，哪些没有计入"),
        Command("refresh", ("f5",), "刷新", bar=False),
        *TABLE_COMMANDS[:1],
    )
    providers: tuple[ProviderRow, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有登记平台，按 F2 登记")
        return self.table

    async def load(self) -> None:
        """The list."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.providers = (await self.ask(provider_page, Nothing())).rows
        rows = [_row(each) for each in self.providers]
        heading = [line(Span("  公需课学时由平台上报，个人不申报", Look.HINT)), ()]
        self.table.show(rows, heading=heading, at=self.table.at)

    async def resume(self) -> None:
        """The same again."""
        await self.load()

    @property
    def row(self) -> ProviderRow:
        """What has the marker. Raises Refused NOT_FOUND."""
        if not self.providers:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.providers[self.table.at]

    async def action_details(self) -> None:
        """Enter."""
        row = self.row
        last = f"{moment_text(row.last_at)}  {row.last_file}" if row.last_at is not None else "-"
        lines = [
            f"代码      {row.code}",
            f"名称      {row.name}",
            f"公钥指纹  {row.fingerprint}",
            f"登记      {moment_text(row.added_at)}  {row.added_by}",
            f"收过文件  {row.files} 个",
            f"最近      {last}",
            f"状态      {_state(row)}",
        ]
        await self.open(ConfirmSheet("平台详细", lines))

    async def action_add(self) -> None:
        """F2: the three fields."""
        fields = (field_for(CODE), field_for(NAME), field_for(KEY))
        await self.open(FormSheet("登记公需课平台", fields, self._added, done="登记"))

    async def action_switch(self) -> None:
        """T: after a question."""
        row = self.row

        async def switch() -> None:
            command = SaveProvider(provider_id=row.id, version=row.version, active=not row.active)
            done = await self.ask(save_provider, command)
            await self.load()
            self.tell(f"{done.name} {_state(done)}")

        self.confirm(f"{'停用' if row.active else '启用'} {row.name}？", switch)

    async def action_take(self) -> None:
        """F6: the file."""
        await choose_file(self, "选择平台的学时文件", ENDINGS, self._file_chosen)

    async def action_files(self) -> None:
        """F4: the newest files."""
        files = (await self.ask(provider_file_page, Nothing())).rows
        if not files:
            self.tell("还没有收过文件", Look.WARN)
            return

        async def chosen(option: Option) -> None:
            await self.close_overlay()
            await self.program.go("provider_file", job_id=option.payload)

        await self.open(Picker("收过的文件", listed([_option(each) for each in files]), chosen))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def _file_chosen(self, path: Path) -> None:
        view = await self.ask(take_provider_file, TakeProviderFile(path=str(path)))
        await self.close_overlay()
        await self.program.go("provider_file", job_id=view.job.id)

    async def _added(self, values: dict[str, str]) -> None:
        done = await self.ask(
            save_provider,
            SaveProvider(code=values["code"], name=values["name"], public_key=values["public_key"]),
        )
        await self.close_overlay()
        await self.load()
        codes = [each.code for each in self.providers]
        self.table.move_to(codes.index(done.code) if done.code in codes else 0)
        self.tell(f"已登记 {done.name}，公钥指纹 {done.fingerprint}")


def _row(row: ProviderRow) -> TableRow:
    last = moment_text(row.last_at)[5:16] if row.last_at is not None else ""
    cells = (row.code, row.name, row.fingerprint, str(row.files), last, _state(row))
    return TableRow(cells, look=Look.PLAIN if row.active else Look.HINT)


def _state(row: ProviderRow) -> str:
    return "启用" if row.active else "停用"


def _option(view: ProviderFileView) -> Option:
    words = f"{moment_text(view.job.created_at)[5:16]}  {view.provider}  {view.serial}  计入 {view.taken}"
    return Option(words, (words,), "", view.job.id)
