"""单位首页 and 系统管理: a numbered menu, and beside each entry what waits there and how much of it is overdue."""

from __future__ import annotations

from core.rules.roles import Role
from core.schema.annual import OfficeHome
from core.schema.base import Nothing
from core.services.office_home import office_home
from tui.account_menu import ACCOUNT
from tui.draft_home import DRAFTS, WithDrafts
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, line
from tui.menus import MENUS, MESSAGES, Entry
from tui.nameplate import nameplate
from tui.routes import CODES
from tui.widgets.pane import Pane

DIGITS = "1234567890"


class OfficePane(Pane):
    """The menu with what waits; the marker walks over it."""

    def __init__(self) -> None:
        super().__init__()
        self.home: OfficeHome | None = None
        self.entries: tuple[Entry, ...] = ()
        self.at = 0
        self._menu_line, self._apart = 0, 1

    def show(self, home: OfficeHome, entries: tuple[Entry, ...]) -> None:
        """Show a state."""
        self.home, self.entries = home, entries
        self.changed()

    def draw(self, cells: int, height: int) -> list[Line]:
        if self.home is None:
            return []
        out: list[Line] = []
        # The header bar names the office as well: a menu as long as the pane takes the line for itself.
        if self.home.org_name and len(self.entries) < height:
            name = Span(f"  {self.home.org_name}", Look.TITLE)
            out.append(line(name, Span(f"   {self.home.region_name}", Look.HINT)))
        if len(self.entries) + len(out) < height:
            out.append(())
        self._menu_line = len(out)
        # A short menu stands apart, a long one close, so that 80x24 shows all of it.
        self._apart = 2 if len(out) + 2 * len(self.entries) <= height + 1 else 1
        for number, entry in enumerate(self.entries):
            here = number == self.at
            label = Span(fit(entry.label, 14), Look.TITLE if here else Look.PLAIN)
            mark, digit = Span(">" if here else " ", Look.MARK), Span(f" {key_of(number)} ", Look.KEY)
            out.append(
                line(mark, digit, label, Span(fit(f" :{entry.code}", 6), Look.HINT), *self._told(entry))
            )
            out += [()] * (self._apart - 1)
        return out[:height]

    def _told(self, entry: Entry) -> tuple[Span, ...]:
        """What waits behind an entry, else what it is for."""
        assert self.home is not None
        waiting, late = self.home.queues.get(entry.subject, (0, 0)) if entry.subject else (0, 0)
        if waiting:
            told = Span(f"  待审 {waiting}", Look.TITLE)
            return (told, Span(f"   其中超期 {late}", Look.WARN)) if late else (told,)
        if entry is MESSAGES and self.home.unread:
            return (Span(f"  未读 {self.home.unread}", Look.WARN),)
        return (Span(f"  {entry.purpose}", Look.HINT),)

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (0, min(self._menu_line + self._apart * self.at, max(0, self.size.height - 1)))

    def help_lines(self) -> list[str]:
        return ["按菜单前的数字进入；没有数字的用上下键选，Enter 进入，或输入 : 和代码。"]

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


def key_of(number: int) -> str:
    """The digit of an entry: 1 to 9, 0 for the tenth, a blank for the rest."""
    return DIGITS[number] if number < len(DIGITS) else " "


class OfficeHomeScreen(WithDrafts):
    """首页 of an office, or of the operator."""

    title_text = "继续教育公共服务平台"
    commands = (
        Command("menu", tuple(DIGITS), "进入", "菜单前的数字"),
        Command("open_here", ("enter",), "进入", "进入带 > 的一项", bar=False),
        DRAFTS,
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
        menu = MENUS.get(role, ()) if role is not None else ()
        mine = (entry for entry in menu if home.of_province or not entry.of_province)
        self.office.show(home, tuple(mine))
        await self.hold_drafts(home.unfinished)
        if self.unfinished:
            self.tell(f"未完成的草稿 {len(self.unfinished)} 件：{self.unfinished[0].title}，按 D 继续填写")

    async def resume(self) -> None:
        """Something has been decided meanwhile."""
        await self.load()

    async def action_menu(self) -> None:
        """A digit opens its entry."""
        await self._open(DIGITS.index(self.press_now.command_key))

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
