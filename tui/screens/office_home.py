"""单位首页 (用人单位, 主管部门, 人社部门): what waits and how much of it is overdue, then a numbered menu."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Role
from core.schema.annual import OfficeHome
from core.schema.base import Nothing
from core.schema.sign_in import SwitchRole
from core.services.homes import office_home
from core.services.sign_in import switch_role
from tui.frame import Act, Frame
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, line, right
from tui.nameplate import nameplate
from tui.routes import CODES
from tui.widgets.pane import Pane


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the menu: its words, the jump code it stands for, what it is for."""

    label: str
    code: str
    purpose: str


_CHECK = Entry("证书查询", "zs", "按编号、二维码或 PDF 文件核验证书")
MENUS: dict[Role, tuple[Entry, ...]] = {
    Role.EMPLOYER: (
        Entry("学时初审", "sh", "本单位人员的学时申报"),
        Entry("审核账户", "zh", "本单位人员的注册"),
        Entry("管理直属账户", "gl", "本单位人员，重置密码"),
        _CHECK,
    ),
    Role.AUTHORITY: (Entry("学时审核", "sh", "所属单位已初审的学时申报"), _CHECK),
    Role.BUREAU: (
        Entry("学时审核", "sh", "认定本区域的学时申报"),
        Entry("年度认定", "rd", "开放、截止年度，对一个年度作认定"),
        Entry("证书登记", "zd", "本区域的证书：查询、打印、作废"),
        _CHECK,
    ),
}


class OfficePane(Pane):
    """The queues and the menu; the marker walks over the menu."""

    def __init__(self) -> None:
        super().__init__()
        self.home: OfficeHome | None = None
        self.entries: tuple[Entry, ...] = ()
        self.at = 0
        self._menu_line = 0

    def show(self, home: OfficeHome, entries: tuple[Entry, ...]) -> None:
        """Show a state."""
        self.home, self.entries = home, entries
        self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        if self.home is None:
            return []
        place = line(
            Span(f"  {self.home.org_name}", Look.TITLE), Span(f"   {self.home.region_name}", Look.HINT)
        )
        out: list[Line] = [(), place, ()]
        for queue, waiting, overdue, _ in self.home.queues:
            late = Span(f"   其中超期 {overdue}", Look.WARN) if overdue else Span("   没有超期的", Look.HINT)
            count = Span(right(str(waiting), 6), Look.TITLE)
            out.append(line(Span(fit(f"  {queue}  待审", 20)), count, Span(" 件"), late))
        out.append(())
        self._menu_line = len(out)
        for number, entry in enumerate(self.entries):
            here = number == self.at
            label = Span(fit(entry.label, 14), Look.TITLE if here else Look.PLAIN)
            mark, digit = Span(">" if here else " ", Look.MARK), Span(f" {number + 1} ", Look.KEY)
            out += [line(mark, digit, label, Span(f":{entry.code}   {entry.purpose}", Look.HINT)), ()]
        return out[:height]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (0, min(self._menu_line + 2 * self.at, max(0, self.size.height - 1)))

    def help_lines(self) -> list[str]:
        return ["单位首页：按菜单前的数字进入；上下键选，Enter 进入；输入 : 和代码也可到达。"]

    async def press(self, press: Press) -> bool:
        last = len(self.entries) - 1
        target = {"up": self.at - 1, "down": self.at + 1, "home": 0, "end": last}.get(press.key)
        if target is None or not 0 <= target <= last or target == self.at:
            return False
        self.at = target
        self.changed()
        return True

    def why_not(self, press: Press) -> str:
        return {"up": "已是第一项", "home": "已是第一项", "down": "已是最后一项", "end": "已是最后一项"}.get(
            press.key, ""
        )


class OfficeHomeScreen(Frame):
    """首页 of an office."""

    title_text = "继续教育公共服务平台"
    commands = (
        Command("menu", tuple("123456789"), "进入", "菜单前的数字"),
        Command("open_here", ("enter",), "进入", "进入带 > 的一项", bar=False),
        Command("refresh", ("f5",), "刷新", "重新数一数待审的"),
        Command("switch", ("f9",), "换角色", "同一账号的另一个用户类型", bar=False),
    )

    def __init__(self, role: Role | None = None) -> None:
        super().__init__()

    def make_pane(self) -> Pane:
        self.office = OfficePane()
        return self.office

    async def load(self) -> None:
        """Count what waits."""
        home = await self.ask(office_home, Nothing())
        role = self.program.role
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.office.show(home, MENUS.get(role, ()) if role is not None else ())

    async def resume(self) -> None:
        """Something has been decided meanwhile."""
        await self.load()

    async def action_menu(self) -> None:
        """A digit opens its entry."""
        await self._open(int(self.press_now.command_key) - 1)

    async def action_open_here(self) -> None:
        """Enter opens the entry with the marker."""
        await self._open(self.office.at)

    async def _open(self, index: int) -> None:
        if index >= len(self.office.entries):
            self.tell(f"菜单只有 {len(self.office.entries)} 项", Look.WARN)
            return
        self.office.at = index
        self.office.changed()
        await self.program.go(CODES[self.office.entries[index].code].name)

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_switch(self) -> None:
        """F9: another role of the same account."""
        signed_in = self.program.signed_in
        assert signed_in is not None
        others = [role for role in signed_in.roles if role is not signed_in.actor.role]
        if not others:
            self.tell("这个账号只有一个用户类型", Look.WARN)
            return

        def switch_to(role: Role) -> Act:
            async def act() -> None:
                await self.program.enter(await self.ask(switch_role, SwitchRole(role=role)))

            return act

        answers = {str(n): (role.label, switch_to(role)) for n, role in enumerate(others, 1)}
        self.question("换成哪个用户类型", {**answers, "0": ("不换", lambda: self.notice.show(""))})
