"""The way from the SSH door to the home page: at once with one role, else by choosing a 用户类型 (用户类型选择)."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Role
from core.schema.sign_in import Choice, EnterByTicket
from core.services.sign_in import enter_by_ticket
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_HEADING: list[Line] = [line(Span("  您的帐号有多个用户类型，请选择这次用哪一个", Look.HINT)), ()]
_DIGITS = tuple(str(number) for number in range(1, len(Role) + 1))


class EnterScreen(Frame):
    """选择用户类型. Shown only to whoever holds several; the proof of the door is used up by the choice."""

    title_text = "选择用户类型"
    help_text = ("进去以后，按 F9 账号可以换成另一个用户类型。",)
    commands = (
        Command("choose", ("enter",), "进入", "以带 > 的用户类型进入"),
        Command("digit", _DIGITS, "进入", "按序号进入", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.roles: tuple[Role, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table((Column("序号", 4, number=True), Column("用户类型", 0)))
        return self.table

    async def load(self) -> None:
        """Straight on, where there is nothing to choose."""
        self.header.show(self.title_text, "登录")
        await self._enter(None)

    def _escape_command(self) -> Command:
        return Command("quit", ("escape",), "退出", "结束这次连接")

    async def action_choose(self) -> None:
        """Enter: the one with the marker."""
        await self._enter(self.roles[self.table.at])

    async def action_digit(self) -> None:
        """A digit: the one with that number."""
        number = int(self.press_now.command_key)
        if number > len(self.roles):
            self.tell(f"请按 1 至 {len(self.roles)} 选择", Look.WARN)
        else:
            await self._enter(self.roles[number - 1])

    async def _enter(self, role: Role | None) -> None:
        """A session, or the choice. Where the proof is no longer good, the login screen says so."""
        try:
            answered = await self.ask(enter_by_ticket, EnterByTicket(role=role))
        except Refused as refusal:
            if refusal.code is not ErrorCode.WAY_IN_OVER:
                raise
            await self.program.give_up()
            await self.program.go("login", role=role or Role.PERSON)
            self.program.frame.refuse(refusal)
            return
        if not isinstance(answered, Choice):
            await self.program.enter(answered)
            return
        self.roles = answered.roles
        rows = [TableRow((str(number), each.label)) for number, each in enumerate(self.roles, 1)]
        self.table.show(rows, heading=_HEADING)
