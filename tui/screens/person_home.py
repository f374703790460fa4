"""个人首页 (P1): what is still missing this year, the numbered menu, and what has been decided lately."""

from __future__ import annotations

from core.rules.hours import CreditHours
from core.schema.annual import Notice, PersonHome
from core.schema.base import Nothing
from core.services.homes import person_home
from tui.frame import Frame
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import moment_text, nameplate
from tui.widgets.pane import Pane

MENU = (
    ("1", "用户资料管理", "profile"),
    ("2", "学时(分)申报", "declare"),
    ("3", "申报进度查询", "progress"),
    ("4", "年度完成情况", "annual"),
    ("5", "证书打印", "annual"),
)


class HomePane(Pane):
    """The state of the year, the menu and the messages; the marker walks over the messages."""

    def __init__(self) -> None:
        super().__init__()
        self.home: PersonHome | None = None
        self.at = 0
        self._caret_line = 0

    def show(self, home: PersonHome) -> None:
        """Show a state."""
        self.home = home
        self.at = max(0, min(self.at, len(home.notices) - 1))
        self.changed()

    @property
    def notice(self) -> Notice | None:
        """The message that has the marker."""
        return self.home.notices[self.at] if self.home is not None and self.home.notices else None

    def draw(self, cells: int, height: int) -> list[Line]:
        if self.home is None:
            return []
        out: list[Line] = [(), *_year_lines(self.home), (), *_menu_lines(), ()]
        self._caret_line = 4  # the menu, where there is no message to stand on
        out.append((Span(f"  未完成的草稿 {self.home.drafts} 件", Look.TITLE), *_draft_hint(self.home)))
        out += [(), (Span("  消息", Look.TITLE),)]
        if not self.home.notices:
            out.append((Span("    还没有消息", Look.HINT),))
        for index, notice in enumerate(self.home.notices):
            here = index == self.at
            if here:
                self._caret_line = len(out)
            parts = wrapped(notice.text, cells - 18) or [""]
            when = moment_text(notice.at)[5:10]
            out.append((Span(" > " if here else "   ", Look.MARK), Span(f" {when}  "), Span(parts[0])))
            out += [(Span(" " * 11 + part),) for part in parts[1:]]
        return out[:height]

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (1, min(self._caret_line, self.size.height - 1))

    async def press(self, press: Press) -> bool:
        count = len(self.home.notices) if self.home is not None else 0
        step = {"up": -1, "down": 1}.get(press.key)
        if step is None or not 0 <= self.at + step < count:
            return False
        self.at += step
        self.changed()
        return True

    def why_not(self, press: Press) -> str:
        if press.key not in ("up", "down"):
            return ""
        if self.notice is None:
            return "还没有消息，请按菜单前的数字进入"
        return "已是第一条消息" if press.key == "up" else "已是最后一条消息"

    def help_lines(self) -> list[str]:
        return ["个人首页：按菜单前的数字进入；上下键选消息，Enter 看这条申报的详细。"]


class PersonHomeScreen(Frame):
    """首页 of a person."""

    title_text = "继续教育公共服务平台"
    commands = (
        Command("menu", tuple(digit for digit, *_ in MENU), "进入", "菜单前的数字"),
        Command("drafts", ("d", "f2"), "草稿", "未完成的草稿"),
        Command("open_notice", ("enter",), "详细", "看带 > 的消息所说的申报"),
        Command("refresh", ("f5",), "刷新"),
    )

    def make_pane(self) -> Pane:
        self.home_pane = HomePane()
        return self.home_pane

    def _escape_command(self) -> Command:
        return Command("back", ("escape",), "退出登录", "退出前先问")

    async def load(self) -> None:
        """Fetch the state of the year."""
        home = await self.ask(person_home, Nothing())
        self.header.show(self.title_text, nameplate(self.program.caller, home.employer))
        self.home_pane.show(home)

    async def resume(self) -> None:
        """Something may have been declared meanwhile."""
        await self.load()

    async def action_menu(self) -> None:
        """A digit opens its entry."""
        digit = self.press_now.command_key
        await self.program.go(next(route for number, _, route in MENU if number == digit))

    async def action_drafts(self) -> None:
        """D: the drafts."""
        if self.home_pane.home is not None and not self.home_pane.home.drafts:
            self.tell("没有未完成的草稿，按 2 新申报", Look.WARN)
            return
        await self.program.go("progress", tab="draft")

    async def action_open_notice(self) -> None:
        """Enter: the declaration that the message is about."""
        notice = self.home_pane.notice
        if notice is None:
            self.tell("还没有消息，请按菜单前的数字进入", Look.WARN)
        elif notice.declaration_id is None:
            self.tell("这条消息没有对应的申报", Look.WARN)
        else:
            await self.program.go("declaration", declaration_id=notice.declaration_id)

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")


def _year_lines(home: PersonHome) -> list[Line]:
    def missing(hours: CreditHours) -> Span:
        return Span(f"还差 {hours}", Look.WARN) if hours else Span("已够", Look.GOOD)

    return [
        (
            Span(fit(f"  {home.year}年度", 13), Look.TITLE),
            Span(f"公需 {home.public} / {home.public_wanted}   "),
            missing(home.public_missing),
            Span(f"       专业 {home.professional} / {home.professional_wanted}   "),
            missing(home.professional_missing),
        ),
        (
            Span(" " * 13 + f"总学时 {home.total} / {home.total_wanted}   在审 {home.under_review}"),
            Span(f"       截止 {home.closes_on:%m-%d}，{_days(home)}"),
        ),
    ]


def _days(home: PersonHome) -> str:
    if home.closed:
        return "已截止"
    return f"还有 {home.days_left} 天" if home.days_left else "今天截止"


def _menu_lines() -> list[Line]:
    spans = [(Span(f"{digit} ", Look.KEY), Span(fit(label, 21))) for digit, label, _ in MENU]
    rows = [spans[:3], spans[3:]]
    return [(Span("  "), *(span for pair in row for span in pair)) for row in rows]


def _draft_hint(home: PersonHome) -> tuple[Span, ...]:
    return (Span("   D 继续填写", Look.HINT),) if home.drafts else ()
