"""用户资料管理: the present facts to be read, and the way to every page that changes them."""

from __future__ import annotations

from core.schema.base import Nothing
from core.services.profile import person_view
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit, width, wrapped
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader

TABS = (
    ("1", "基本信息修改", "basics"),
    ("2", "专业技术职务", "position"),
    ("3", "学历及学位情况", "education"),
    ("4", "职(执)业资格", "qualification"),
    ("5", "学术技术称号", "honour"),
    ("6", "单位调转", "transfers"),
    ("7", "证件信息修改", "identity"),
    ("8", "修改密码", "password"),
)
"""The tabs of the guide (操作指南 4), then the procedures that it opens by buttons: digit, words, route."""
_TABS_A_ROW = 3
_TAB_CELLS = 22
_HALF = 38
"""Cells of a fact that leaves room for another one beside it."""
_ROOM = 50


class ProfileScreen(Frame):
    """用户资料管理."""

    title_text = "用户资料管理"
    help_text = ("姓名和证件号在证件信息修改中改，单位在单位调转中改；专业技术职务由单位审核后生效。",)
    commands = (
        Command("tab", tuple(digit for digit, *_ in TABS), "进入", "项目前的数字"),
        Command("refresh", ("f5",), "刷新"),
    )

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Fetch the facts."""
        view = await self.ask(person_view, Nothing())
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.reader.show(
            [(), *_tab_lines(), (), (Span("  现在的资料", Look.TITLE),), *fact_lines(view.lines)]
        )

    async def resume(self) -> None:
        """Something may have been changed meanwhile."""
        await self.load()

    async def action_tab(self) -> None:
        """A digit opens its page."""
        digit = self.press_now.command_key
        await self.program.go(next(route for number, _, route in TABS if number == digit))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")


def fact_lines(facts: tuple[tuple[str, str], ...]) -> list[Line]:
    """Label and text, two facts in a line where both are short."""
    out: list[Line] = []
    left: Line = ()
    for label, text in facts:
        first, *rest = wrapped(text or "-", _ROOM)
        fact: Line = (Span(f"  {label}  ", Look.HINT), Span(first))
        short = not rest and cells_of(fact) < _HALF
        if left and short:
            out.append((*left, Span(" " * (_HALF - cells_of(left))), *fact))
            left = ()
            continue
        out += [left] if left else []
        left = fact if short else ()
        if not short:
            out += [fact, *((Span(" " * (width(label) + 4) + part),) for part in rest)]
    return [*out, left] if left else out


def cells_of(line: Line) -> int:
    """Cells that a line takes."""
    return sum(width(text) for text, _ in line)


def _tab_lines() -> list[Line]:
    rows = [TABS[start : start + _TABS_A_ROW] for start in range(0, len(TABS), _TABS_A_ROW)]
    return [
        (
            Span("  "),
            *(
                s
                for digit, label, _ in row
                for s in (Span(f"{digit} ", Look.KEY), Span(fit(label, _TAB_CELLS)))
            ),
        )
        for row in rows
    ]
