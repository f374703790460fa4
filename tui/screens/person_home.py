"""个人首页 (P1): what is still missing this year, the numbered menu, and what has been decided lately."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from core.rules.hours import CreditHours
from core.schema.annual import Notice, PersonHome
from core.schema.base import Nothing
from core.schema.messages import ReadMessages
from core.services.homes import person_home
from core.services.inbox import read_messages
from tui.account_menu import ACCOUNT
from tui.draft_home import DRAFTS, WithDrafts
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, wrapped
from tui.message_place import place_of
from tui.nameplate import moment_text, nameplate
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.unfinished import draft_lines

MENU = (
    ("1", "用户资料管理", "profile"),
    ("2", "学时(分)申报", "declare"),
    ("3", "申报进度查询", "progress"),
    ("4", "年度完成情况", "annual"),
    ("5", "证书打印", "annual"),
    ("6", "消息", "messages"),
)


class HomePane(Pane):
    """The state of the year, the menu and the messages; the marker walks over the messages."""

    def __init__(self) -> None:
        super().__init__()
        self.home: PersonHome | None = None
        self.now = datetime.now(UTC)
        self.at = 0
        self._caret_line = 0

    def show(self, home: PersonHome, now: datetime) -> None:
        """Show a state, as it is at this moment."""
        self.home, self.now = home, now
        self.at = max(0, min(self.at, len(home.notices) - 1))
        self.changed()

    @property
    def notice(self) -> Notice | None:
        """The message that has the marker."""
        return self.home.notices[self.at] if self.home is not None and self.home.notices else None

    def draw(self, cells: int, height: int) -> list[Line]:
        if self.home is None:
            return []
        out: list[Line] = [(), *_year_lines(self.home), *_waiting_lines(self.home), ()]
        self._caret_line = len(out)  # the menu, where there is no message to stand on
        out += [*_menu_lines(self.home), ()]
        out += draft_lines(self.home.unfinished, self.home.drafts, self.now)
        unread = Span(f"   未读 {self.home.unread} 条" if self.home.unread else "", Look.WARN)
        out += [(), (Span("  消息", Look.TITLE), unread)]
        if not self.home.notices:
            out.append((Span("    还没有消息", Look.HINT),))
        out += self._notice_lines(cells, len(out), height - len(out))
        return out[:height]

    def _notice_lines(self, cells: int, start: int, room: int) -> list[Line]:
        """The messages from the first one on with which the marked one still fits."""
        assert self.home is not None
        blocks = [_notice(each, n == self.at, cells) for n, each in enumerate(self.home.notices)]
        first = 0
        while first < self.at and sum(len(block) for block in blocks[first : self.at + 1]) > room:
            first += 1
        if blocks:
            self._caret_line = start + sum(len(block) for block in blocks[first : self.at])
        return [line for block in blocks[first:] for line in block]

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
        return ["个人首页：按菜单前的数字进入；上下键选消息，Enter 打开，打开就算已读。"]


class PersonHomeScreen(WithDrafts):
    """首页 of a person."""

    title_text = "继续教育公共服务平台"
    no_drafts = "没有未完成的草稿，按 2 新申报"
    commands = (
        Command("menu", tuple(digit for digit, *_ in MENU), "进入", "菜单前的数字"),
        DRAFTS,
        Command("open_notice", ("enter",), "看消息", "打开带 > 的消息：它所说的申报、变更，或全文"),
        ACCOUNT,
        Command("refresh", ("f5",), "刷新", bar=False),
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
        await self.hold_drafts(home.unfinished, home.drafts)
        self.home_pane.show(replace(home, unfinished=self.unfinished), self.now)

    async def resume(self) -> None:
        """Something may have been declared meanwhile."""
        await self.load()

    async def action_menu(self) -> None:
        """A digit opens its entry."""
        digit = self.press_now.command_key
        await self.program.go(next(route for number, _, route in MENU if number == digit))

    async def action_open_notice(self) -> None:
        """Enter: the message has been read; what it is about, or the whole of it."""
        notice = self.home_pane.notice
        if notice is None:
            self.tell("还没有消息，请按菜单前的数字进入", Look.WARN)
            return
        if notice.unread and notice.message_id is not None:
            await self.ask(read_messages, ReadMessages(ids=(notice.message_id,)))
        place = place_of(self.program.role, notice.object_kind, notice.object_id)
        if place is None:
            await self.load()
            await self.open(HelpSheet(["", moment_text(notice.at), "", notice.text]))
        else:
            await self.program.go(place[0], **place[1])

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
            Span(f"   减免 {home.exemption}" if home.exemption else "", Look.HINT),
            Span(f"       {_closing(home)}"),
        ),
    ]


def _closing(home: PersonHome) -> str:
    if home.closed:  # by its day, or by the bureau before it: the day alone would contradict that
        return "本年度申报已截止"
    left = f"还有 {home.days_left} 天" if home.days_left else "今天截止"
    return f"截止 {home.closes_on:%m-%d}，{left}"


def _waiting_lines(home: PersonHome) -> list[Line]:
    """What waits: for the person, and of the person for an office."""
    refused = [f"审核不通过 {home.refused} 件，可重新申报 (按 3)"] if home.refused else []
    words = "   ".join([*refused, *home.changes])
    return [(Span(f"  {'待办':<9}"), Span(words, Look.WARN))] if words else []


def _notice(notice: Notice, here: bool, cells: int) -> list[Line]:
    parts = wrapped(notice.text, cells - 20) or [""]
    head = f" {moment_text(notice.at)[5:10]}  {'未读' if notice.unread else '    '} "
    look = Look.TITLE if notice.unread else Look.PLAIN
    first = (Span(" > " if here else "   ", Look.MARK), Span(head), Span(parts[0], look))
    return [first, *((Span(" " * 15 + part, look),) for part in parts[1:])]


def _menu_lines(home: PersonHome) -> list[Line]:
    told = {"messages": f" ({home.unread})" if home.unread else ""}
    labels = [(digit, label + told.get(route, "")) for digit, label, route in MENU]
    spans = [(Span(f"{digit} ", Look.KEY), Span(fit(label, 21))) for digit, label in labels]
    rows = [spans[:3], spans[3:]]
    return [(Span("  "), *(span for pair in row for span in pair)) for row in rows]
