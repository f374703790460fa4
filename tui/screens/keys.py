"""SSH 公钥 (under 账号): the keys with which this account comes in over SSH; registered by pasting, removed."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.account_keys import AddKey, KeyPage, KeyRow
from core.schema.base import Nothing, Number
from core.services.account_keys import LINE, NAME, add_key, key_page, remove_key
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import moment_text, nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("名称", 18),
    Column("类型", 16),
    Column("登记", 10),
    Column("最近使用", 10),
    Column("指纹", 0),
)
_EMPTY = "还没有公钥，N 登记"
_NEVER = "没有用过"
_NOTES = (
    "在自己的电脑上运行 ssh-keygen -t ed25519，打开生成的 .pub 文件，把那一行粘贴到这里",
    "只粘贴 .pub 文件；另一个没有 .pub 的是私钥，不能给任何人",
)


class KeysScreen(Frame):
    """SSH 公钥 of one's own account."""

    title_text = "SSH 公钥"
    help_text = (
        "登记以后，用 ssh 证件号@主机 连接就不用输密码；sftp 也一样。电脑丢了或换了，在这里删去它的公钥。",
        "由单位或系统管理员重置密码时，这里的公钥全部删去。",
    )
    commands = (
        Command("add", ("n", "f6"), "登记", "粘贴 .pub 文件里的一行"),
        Command("details", ("enter",), "详细", "带 > 的公钥的指纹"),
        Command("remove", ("x", "f7", "delete"), "删去", "带 > 的公钥，先问"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[KeyRow, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty=_EMPTY)
        return self.table

    async def load(self) -> None:
        """All of them: there are ten at most."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self._show(await self.ask(key_page, Nothing()))

    async def resume(self) -> None:
        """The list again."""
        await self.load()

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_add(self) -> None:
        """N: the line of a .pub file, and a name if the comment in it won't do."""
        fields = [field_for(LINE, cells=56), field_for(NAME, cells=40)]

        async def given(values: dict[str, str]) -> None:
            try:
                page = await self.ask(add_key, AddKey(text=values["text"], name=values["name"]))
            except Refused as refusal:
                if any(error.code is ErrorCode.KEY_PRIVATE for error in refusal.fields):
                    fields[0].entry.clear()
                raise
            await self.close_overlay()
            self._show(page, at=len(page.rows) - 1)
            self.tell(f"已登记公钥“{page.rows[-1].name}”，下次可以用它登录")

        await self.open(FormSheet("登记公钥", fields, given, notes=_NOTES, done="登记"))

    async def action_details(self) -> None:
        """Enter: the whole fingerprint."""
        row = self._here()
        if row is None:
            return
        lines = [
            f"名称      {row.name}",
            f"类型      {row.kind}",
            f"指纹      {row.fingerprint}",
            f"登记      {moment_text(row.added_at)}",
            f"最近使用  {moment_text(row.used_at) if row.used_at else _NEVER}",
        ]
        await self.open(ConfirmSheet("公钥详细", lines))

    async def action_remove(self) -> None:
        """X: after a question."""
        row = self._here()
        if row is None:
            return

        async def remove() -> None:
            self._show(await self.ask(remove_key, Number(value=row.id)))
            self.tell(f"已删去公钥“{row.name}”，它不能再登录")

        self.confirm(f"删去公钥“{row.name}”？", remove)

    def _here(self) -> KeyRow | None:
        if not self.rows:
            self.tell(_EMPTY, Look.WARN)
            return None
        return self.rows[self.table.at]

    def _show(self, page: KeyPage, at: int | None = None) -> None:
        self.rows = page.rows
        rows = [_cells(number, row) for number, row in enumerate(page.rows, 1)]
        heading: list[Line] = [
            line(Span(f"  这个帐号用 ssh 登录的公钥，{len(rows)} 把，最多 {page.limit} 把", Look.HINT)),
            (),
        ]
        self.table.show(rows, heading=heading, at=min(self.table.at, len(rows) - 1) if at is None else at)


def _cells(number: int, row: KeyRow) -> TableRow:
    days = (moment_text(row.added_at)[:10], moment_text(row.used_at)[:10] if row.used_at else _NEVER)
    return TableRow((str(number), row.name, row.kind, *days, row.fingerprint))
