"""A list of accounts that are kept by another: made, disabled and enabled, given a new initial password."""

from __future__ import annotations

from typing import Any

from core.rules.account_state import ACCOUNT_REASONS
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.schema.accounts import AccountKey, AccountRow, GivenPassword, SwitchAccount
from core.schema.base import Command as Asked
from core.schema.base import Nothing, Page
from core.services.desk import UseCase
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.switching import ask_why, show_password
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("帐号", 20),
    Column("使用人", 10),
    Column("类别", 10),
    Column("状态", 8),
    Column("最近使用", 0),
)
LOGIN = FieldSpec("login", "登录名", hint="字母、数字、. _ -，如 xiaodian.wang", max_length=40)
NAME = FieldSpec("name", "使用人姓名", hint="审核记录里写这个姓名", max_length=40)
COMMANDS = (
    Command("details", ("enter",), "详细", "带 > 的帐号", bar=False),
    Command("add", ("n", "f6"), "新建", "登录名和使用人，初始密码只显示一次"),
    Command("switch", ("s", "f8"), "停用/启用", "停用带 > 的帐号或重新启用，要写原因"),
    Command("reset", ("z", "f7"), "重置密码", "给带 > 的帐号一个新的初始密码，先问"),
)


class AccountList(Paged[AccountRow]):
    """Accounts under each other. Subclasses name the use cases and say what is made."""

    rows_of: UseCase[Nothing, Page[AccountRow]]
    switch_one: UseCase[SwitchAccount, AccountRow]
    reset_one: UseCase[AccountKey, GivenPassword]
    make_one: UseCase[Any, GivenPassword]
    made = ""
    """What a new account is called."""
    empty = "没有帐号"
    commands: tuple[Command, ...] = (*COMMANDS, *PAGE_COMMANDS)

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty=self.empty)
        return self.table

    def make_command(self, values: dict[str, str]) -> Asked:
        """What asks for a new account."""
        raise NotImplementedError

    async def fetch(self, after: Key | None, limit: int) -> PageOf[AccountRow]:
        """All of them: nobody has many."""
        return await self.ask(self.rows_of, Nothing())

    def key_of(self, row: AccountRow) -> int:
        """The account."""
        return row.account_id

    def show_page(self, page: PageOf[AccountRow], at: int) -> None:
        """A disabled one is paler."""
        rows = [
            TableRow(
                (
                    str(number),
                    row.login,
                    row.name,
                    row.kind_label,
                    row.state_label,
                    moment_text(row.last_seen) if row.last_seen else "还没有登录过",
                ),
                look=Look.PLAIN if row.active else Look.HINT,
            )
            for number, row in enumerate(page.rows, 1)
        ]
        heading = [line(Span(f"  {self.title_text}，共 {len(rows)} 个帐号", Look.HINT)), ()]
        self.table.show(rows, heading=heading, at=at)

    @property
    def row(self) -> AccountRow:
        """What has the marker. Raises Refused NOT_FOUND."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.row_here

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_details(self) -> None:
        """Enter."""
        row = self.row
        lines = [
            f"帐号      {row.login}",
            f"使用人    {row.name or '-'}",
            f"类别      {row.kind_label}",
            f"状态      {row.state_label}",
            f"最近使用  {moment_text(row.last_seen) if row.last_seen else '还没有登录过'}",
        ]
        if row.reason:
            lines.append(f"停用原因  {row.reason}")
        await self.open(ConfirmSheet("帐号详细", lines))

    async def action_add(self) -> None:
        """N: login name and holder; the initial password is shown once."""
        fields = (field_for(LOGIN), field_for(NAME))
        notes = ("初始密码由系统给出，只显示一次",)
        await self.open(FormSheet(f"新建{self.made}", fields, self._add, notes=notes, done="新建"))

    async def _add(self, values: dict[str, str]) -> None:
        given = await self.ask(self.make_one, self.make_command(values))
        await self.close_overlay()
        await self.fetch_again(keep=given.account_id)
        await show_password(self, given)
        self.tell(f"已新建{self.made} {given.login}")

    async def action_switch(self) -> None:
        """S: with a reason."""
        row = self.row

        async def switch(on: bool, reason: str) -> None:
            command = SwitchAccount(account_id=row.account_id, on=on, reason=reason)
            now = await self.ask(self.switch_one, command)
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(f"{row.login} 已{'启用' if now.active else '停用，它的登录立即失效'}")

        whose = f"{row.name}（{row.login}）" if row.name else row.login
        await ask_why(self, whose, row.active, ACCOUNT_REASONS, switch)

    async def action_reset(self) -> None:
        """Z: after a question."""
        row = self.row

        async def reset() -> None:
            given = await self.ask(self.reset_one, AccountKey(account_id=row.account_id))
            await self.fetch_again(keep=True)
            await show_password(self, given)
            self.tell(f"已重置 {given.login} 的密码")

        self.confirm(f"给 {row.name or row.login} 一个新的初始密码？它现有的登录会失效", reset)
