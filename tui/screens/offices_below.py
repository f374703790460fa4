"""管理账户 (D1, R1): the offices below: found, looked at, disabled with a reason, given an account or a password."""

from __future__ import annotations

from core.rules.account_state import OFFICE_REASONS
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import Actor, OrgKind, Role
from core.schema.accounts import AccountRow
from core.schema.units_below import (
    MakeUnitAccount,
    ResetUnitAccount,
    SwitchUnit,
    UnitKey,
    UnitRow,
    UnitsBelow,
    UnitView,
)
from core.services.offices_below import (
    make_unit_account,
    reset_unit_account,
    switch_unit,
    unit_view,
    units_below,
)
from tui.described import described
from tui.keys import Command
from tui.look import Look
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.switching import ask_why, show_password
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("名称", 0),
    Column("类型", 12),
    Column("机构代码", 20),
    Column("状态", 6),
)
LOGIN = FieldSpec("login", "登录名", required=False, hint="空着就用机构代码", max_length=40)
_KINDS = {kind.label: kind for kind in OrgKind}
_STATES = {"正常": True, "停用": False}


class OfficesBelowScreen(Searched[UnitRow]):
    """管理账户, a page at a time."""

    title_text = "管理账户"
    what = "单位"
    search_label = "名称/拼音/代码"
    none_here = ErrorCode.NOT_FOUND
    help_text = (
        "停用的单位不再接受注册，它的帐号都不能登录，已登录的立即失效；人员和学时都保留。",
        "还没有帐号的单位，按 N 给它开设第一个帐号；其余的由单位自己开子账户。",
    )
    commands = (
        Command("details", ("enter",), "详细", "带 > 的单位、它的帐号和人数", bar=False),
        Command("search", ("/", "、", "f4"), "查找", "名称、拼音、首字母、机构代码"),
        Command("filter", ("f", "f6"), "筛选", "按单位类型、状态"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        Command("switch", ("s", "f8"), "停用/启用", "停用带 > 的单位或重新启用，要写原因"),
        Command("give", ("n", "f2"), "开设帐号", "给还没有帐号的单位开设第一个"),
        Command("reset", ("z", "f7"), "重置密码", "给带 > 的单位的帐号一个新的初始密码"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.kind: OrgKind | None = None
        self.active: bool | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有单位")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[UnitRow]:
        """A page of the offices that are looked for."""
        query = UnitsBelow(text=self.text, kind=self.kind, active=self.active, after=after, limit=limit)
        return await self.ask(units_below, query)

    def key_of(self, row: UnitRow) -> int:
        """The office."""
        return row.org_id

    def cells_of(self, number: int, row: UnitRow) -> TableRow:
        """A disabled one is paler."""
        cells = (str(number), row.name, row.kind_label, row.code, row.state_label)
        return TableRow(cells, look=Look.PLAIN if row.active else Look.HINT)

    @property
    def search_words(self) -> str:
        """What the list is narrowed by."""
        words = [f"查找：{self.text}"] if self.text else []
        words += [f"类型：{self.kind.label}"] if self.kind else []
        words += [f"状态：{'正常' if self.active else '停用'}"] if self.active is not None else []
        return f"{'  '.join(words)}  (C 清空)" if words else f"全部{self.what}"

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_details(self) -> None:
        """Enter."""
        view = await self._view()
        lines = described(view.lines)
        lines += ["", f"帐号 {len(view.accounts)} 个" if view.accounts else "还没有帐号，按 N 开设"]
        lines += [f"  {_account_words(each)}" for each in view.accounts]
        await self.open(ConfirmSheet("单位详细", lines))

    async def action_filter(self) -> None:
        """F: kind and state."""
        kinds = tuple(_KINDS) if self._is_bureau else (OrgKind.EMPLOYER.label,)
        kind = FieldSpec("kind", "单位类型", FieldKind.CHOICE, required=False, choices=kinds)
        state = FieldSpec("state", "状态", FieldKind.CHOICE, required=False, choices=tuple(_STATES))
        now = next((label for label, each in _STATES.items() if each is self.active), "")
        fields = (
            field_for(kind, self.kind.label if self.kind else "", cells=16),
            field_for(state, now, cells=12),
        )
        sheet = FilterSheet(self, fields, lambda: self._apply(sheet))
        await self.open(sheet)

    async def _apply(self, sheet: FilterSheet) -> None:
        typed = sheet.values()
        self.kind, self.active = _KINDS.get(typed["kind"].strip()), _STATES.get(typed["state"].strip())
        await self.close_overlay()
        await self.from_the_start()
        if self.row_here is None:
            self.tell(f"没有符合的{self.what}，C 清空", Look.WARN)

    async def action_clear(self) -> None:
        """C: all of them again."""
        self.kind = self.active = None
        await super().action_clear()

    async def action_switch(self) -> None:
        """S: 停用 or 启用, with what it means."""
        row, view = self.row, await self._view()

        async def switch(on: bool, reason: str) -> None:
            await self.ask(switch_unit, SwitchUnit(org_id=row.org_id, on=on, reason=reason))
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.tell(f"{row.name} 已{'启用' if on else '停用，它的登录立即失效'}")

        notes = []
        if row.active:
            count = len(view.accounts)
            out = f"，它的 {count} 个帐号都不能登录" if count else ""
            notes.append(f"停用后不再接受注册{out}")
        if row.active and view.waiting:
            notes.append(f"还有 {view.waiting} 件等它审核，停用后没有人能办")
        await ask_why(self, row.name, row.active, OFFICE_REASONS, switch, notes=notes)

    async def action_give(self) -> None:
        """N: the first account, by the level above."""
        row = self.row
        if row.accounts:
            raise Refused(ErrorCode.OFFICE_TAKEN)

        async def give(values: dict[str, str]) -> None:
            command = MakeUnitAccount(org_id=row.org_id, login=values["login"])
            given = await self.ask(make_unit_account, command)
            await self.close_overlay()
            await self.fetch_again(keep=True)
            await show_password(self, given)
            self.tell(f"已给 {row.name} 开设帐号 {given.login}")

        notes = ("初始密码由系统给出，只显示一次",)
        await self.open(
            FormSheet(f"开设帐号  {row.name}", (field_for(LOGIN),), give, notes=notes, done="开设")
        )

    async def action_reset(self) -> None:
        """Z: one of its accounts, after a question."""
        row, view = self.row, await self._view()
        if not view.accounts:
            self.tell(f"{row.name} 还没有帐号，按 N 开设", Look.WARN)
        elif len(view.accounts) == 1:
            self._ask_reset(row, view.accounts[0])
        else:
            options = [Option(each.login, (_account_words(each),), payload=each) for each in view.accounts]

            async def picked(option: Option) -> None:
                await self.close_overlay()
                assert isinstance(option.payload, AccountRow)
                self._ask_reset(row, option.payload)

            await self.open(Picker(f"重置哪一个帐号的密码  {row.name}", listed(options), picked))

    def _ask_reset(self, row: UnitRow, account: AccountRow) -> None:
        async def reset() -> None:
            command = ResetUnitAccount(org_id=row.org_id, account_id=account.account_id)
            given = await self.ask(reset_unit_account, command)
            await self.fetch_again(keep=True)
            await show_password(self, given)
            self.tell(f"已重置 {given.login} 的密码")

        self.confirm(f"给 {row.name} 的帐号 {account.login} 一个新的初始密码？它现有的登录会失效", reset)

    async def _view(self) -> UnitView:
        return await self.ask(unit_view, UnitKey(org_id=self.row.org_id))

    @property
    def _is_bureau(self) -> bool:
        caller = self.program.caller
        return isinstance(caller, Actor) and caller.role is Role.BUREAU


def _account_words(row: AccountRow) -> str:
    return f"{row.login}  {row.kind_label}  {row.name}  {row.state_label}".replace("    ", "  ")
