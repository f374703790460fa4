"""首页 (G1): five windows, two digits reach any entry; what needs a session leads to that role's login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.rules.errors import Refused
from core.rules.roles import Role
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit
from tui.widgets.pane import Pane

if TYPE_CHECKING:
    from core.schema.annual import ClosingDay


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a window: where it leads, or why it can't be used yet."""

    label: str
    route: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A window (服务窗口) of one role."""

    role: Role
    entries: tuple[Entry, ...]


_AT_PERSON = "请由个人登录后在“年度完成情况”中打印"
_FOR_ROLE = ("review", "office_home", "office_register")
"""Routes that are told from which window they are opened."""
WINDOWS = (
    Window(
        Role.PERSON,
        (
            Entry("注册", "register"),
            Entry("登录", "login"),
            Entry("学时申报", "declare"),
            Entry("证书打印", "annual"),
            Entry("综合查询", "progress"),
        ),
    ),
    Window(
        Role.EMPLOYER,
        (
            Entry("注册", "office_register"),
            Entry("登录", "login"),
            Entry("学时初审", "review"),
            Entry("证书打印", why_not=_AT_PERSON),
            Entry("综合查询", "office_home"),
        ),
    ),
    Window(
        Role.BASE,
        (
            Entry("注册", "office_register"),
            Entry("登录", "login"),
            Entry("培训计划报备", "plans"),
            Entry("学时申报", "classes"),
            Entry("综合查询", "students"),
        ),
    ),
    Window(
        Role.AUTHORITY,
        (
            Entry("注册", "office_register"),
            Entry("登录", "login"),
            Entry("学时审核", "review"),
            Entry("证书打印", why_not=_AT_PERSON),
            Entry("综合查询", "office_home"),
        ),
    ),
    Window(
        Role.BUREAU,
        (
            Entry("登录", "login"),
            Entry("学时审核", "review"),
            Entry("证书打印", "certificates"),
            Entry("证书查询", "check"),
        ),
    ),
)
OTHERS = {
    "6": Entry("证书查询 (公开)", "check"),
    "7": Entry("注册审核进度查询", "registration_status"),
    "8": Entry("忘记登录密码", "forgotten"),
    "9": Entry("系统管理员登录", "login"),
}


class WindowsPane(Pane):
    """The five windows. The first digit chooses a window, the second an entry; arrows and Enter do it too."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0
        self.chosen = False
        self.foot = ""

    def draw(self, cells: int, height: int) -> list[Line]:
        gap = 1 if height >= 18 else 0
        out: list[Line] = [(), (Span("  继续教育服务窗口", Look.TITLE),)]
        for number, window in enumerate(WINDOWS):
            out += [()] * gap
            here = number == self.at
            spans = [
                Span(">" if here else " ", Look.MARK),
                Span(f" {number + 1} ", Look.KEY),
                Span(fit(window.role.label, 17), Look.TITLE if here and self.chosen else Look.PLAIN),
            ]
            for index, entry in enumerate(window.entries):
                spans += [
                    Span(f"{index + 1} ", Look.KEY if here and self.chosen else Look.HINT),
                    Span(entry.label + "  ", Look.HINT if entry.why_not else Look.PLAIN),
                ]
            out.append(tuple(spans))
        out += [()] * gap
        others = [Span("  ")]
        for digit, entry in OTHERS.items():
            others += [Span(f"{digit} ", Look.KEY), Span(entry.label + "  ")]
        out.append(tuple(others))
        if self.foot:
            out += [()] * (2 * gap + 1) + [(Span(f"  {self.foot}", Look.TITLE),)]
        return out[:height]

    def caret_at(self) -> tuple[int, int] | None:
        gap = 1 if self.size.height >= 18 else 0
        return (2, 2 + gap + self.at * (1 + gap))

    def help_lines(self) -> list[str]:
        return ["首页：先按窗口的数字 (1-5)，再按该窗口中的数字。6 到 9 直接进入。"]


class FrontScreen(Frame):
    """首页."""

    title_text = "河南省专业技术人员继续教育信息服务平台"
    commands = (
        Command(
            "digit", ("1", "2", "3", "4", "5", "6", "7", "8", "9"), "窗口/进入", "先窗口后业务，两个数字到位"
        ),
        Command("open_here", ("enter",), "进入", "选定窗口后 Enter 登录", bar=False),
        Command("up", ("up",), "上", "上一个窗口", bar=False),
        Command("down", ("down",), "下", "下一个窗口", bar=False),
        Command("leave_program", ("f10",), "退出", "退出程序"),
    )

    def make_pane(self) -> Pane:
        self.windows = WindowsPane()
        return self.windows

    async def load(self) -> None:
        """Nothing is fetched: the door stands before the core is loaded."""
        self.header.show(self.title_text, "首页")

    async def resume(self) -> None:
        """Back at the door: no window chosen. By now the core is loaded, and the closing day can be told."""
        self.windows.chosen = False
        self.windows.changed()
        await self._tell_closing_day()

    async def _tell_closing_day(self) -> None:
        backend = self.program.backend
        if not backend.opened:
            return
        use_case = await backend.load("core.services.homes:closing_day")
        nothing = await backend.load("core.schema.base:Nothing")
        try:
            day: ClosingDay = await backend.do(use_case, self.program.guest, nothing())
        except Refused:  # a database that is gone is told of where something was asked for
            return
        left = "已截止" if day.closed else f"还有 {day.days_left} 天" if day.days_left else "今天截止"
        self.windows.foot = f"{day.year}年度申报截止 {day.closes_on}，{left}"
        self.windows.changed()

    async def action_digit(self) -> None:
        """The first digit chooses a window, the second opens an entry."""
        digit = self.press_now.command_key
        if self.windows.chosen:
            window = WINDOWS[self.windows.at]
            index = int(digit) - 1
            if index >= len(window.entries):
                self.tell(f"{window.role.label}窗口没有第 {digit} 项，Esc 重新选窗口", Look.WARN)
                return
            await self._open(window.entries[index], window.role)
        elif digit in OTHERS:
            await self._open(OTHERS[digit], Role.OPERATOR)
        else:
            self._choose(int(digit) - 1)

    def _choose(self, index: int) -> None:
        self.windows.at, self.windows.chosen = index, True
        self.windows.changed()
        self.tell(f"{WINDOWS[index].role.label}：再按一个数字进入，Esc 重选", Look.PLAIN)

    async def _open(self, entry: Entry, role: Role) -> None:
        self.windows.chosen = False
        self.windows.changed()
        if entry.why_not:
            self.tell(f"{entry.label}：{entry.why_not}", Look.WARN)
        elif entry.route == "login":
            await self.program.go("login", role=role)
        else:
            await self.program.go(entry.route, **({"role": role} if entry.route in _FOR_ROLE else {}))

    async def action_open_here(self) -> None:
        """Enter: choose the window; once more: its login."""
        if not self.windows.chosen:
            self._choose(self.windows.at)
            return
        window = WINDOWS[self.windows.at]
        await self._open(next(e for e in window.entries if e.label == "登录"), window.role)

    def action_up(self) -> None:
        """The window above."""
        self._move(-1)

    def action_down(self) -> None:
        """The window below."""
        self._move(1)

    def action_leave_program(self) -> None:
        """F10."""
        self.action_quit()

    async def action_back(self) -> None:
        """Esc gives the window up; with none chosen it asks whether to leave."""
        if self.windows.chosen:
            self.windows.chosen = False
            self.windows.changed()
        else:
            self.action_quit()

    def _move(self, step: int) -> None:
        self.windows.at = (self.windows.at + step) % len(WINDOWS)
        self.windows.changed()
