"""单位首页 (用人单位, 主管部门, 人社部门): what waits and how much of it is overdue, then a numbered menu."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.roles import Role
from core.schema.annual import OfficeHome
from core.schema.base import Nothing
from core.services.homes import office_home
from tui.account_menu import ACCOUNT, WithAccount
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
_MESSAGES = Entry("消息", "xx", "转入转出、重置密码等通知")
MENUS: dict[Role, tuple[Entry, ...]] = {
    Role.EMPLOYER: (
        Entry("学时初审", "sh", "本单位人员的学时申报"),
        Entry("审核账户", "zh", "本单位人员的注册"),
        Entry("调入人员", "dr", "调入本单位的人员：接收或拒绝"),
        Entry("职务审核", "zw", "本单位人员的专业技术职务"),
        Entry("证件审核", "sf", "本单位人员的姓名、证件号修改"),
        Entry("管理直属账户", "gl", "本单位人员，重置密码"),
        _CHECK,
        _MESSAGES,
    ),
    Role.AUTHORITY: (Entry("学时审核", "sh", "所属单位已初审的学时申报"), _CHECK, _MESSAGES),
    Role.BUREAU: (
        Entry("学时审核", "sh", "认定本区域的学时申报"),
        Entry("年度认定", "rd", "开放、截止年度，对一个年度作认定"),
        Entry("证书登记", "zd", "本区域的证书：查询、打印、作废"),
        _CHECK,
        _MESSAGES,
    ),
}


class OfficePane(Pane):
    """The queues and the menu; the marker walks over the menu."""

    def __init__(self) -> None:
        super().__init__()
        self.home: OfficeHome | None = None
        self.entries: tuple[Entry, ...] = ()
        self.at = 0
        self._menu_line, self._apart = 0, 2

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
        # A long menu stands close, so that 80x24 shows all of it.
        self._apart = 2 if len(out) + 2 * len(self.entries) <= height + 1 else 1
        for number, entry in enumerate(self.entries):
            here = number == self.at
            label = Span(fit(entry.label, 14), Look.TITLE if here else Look.PLAIN)
            mark, digit = Span(">" if here else " ", Look.MARK), Span(f" {number + 1} ", Look.KEY)
            told = Span(f"   未读 {self.home.unread}" if self._has_unread(entry) else "", Look.WARN)
            out.append(line(mark, digit, label, Span(f":{entry.code}   {entry.purpose}", Look.HINT), told))
            out += [()] * (self._apart - 1)
        return out[:height]

    def _has_unread(self, entry: Entry) -> bool:
        return self.home is not None and self.home.unread > 0 and entry.code == _MESSAGES.code

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (0, min(self._menu_line + self._apart * self.at, max(0, self.size.height - 1)))

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


class OfficeHomeScreen(WithAccount):
    """首页 of an office."""

    title_text = "继续教育公共服务平台"
    commands = (
        Command("menu", tuple("123456789"), "进入", "菜单前的数字"),
        Command("open_here", ("enter",), "进入", "进入带 > 的一项", bar=False),
        Command("refresh", ("f5",), "刷新", "重新数一数待审的"),
        ACCOUNT,
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
