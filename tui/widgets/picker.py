"""The popup of every long list: type to narrow, Enter picks, Esc leaves the field as it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, width
from tui.widgets.entry import Entry
from tui.widgets.pane import Pane


@dataclass(frozen=True, slots=True)
class Option:
    """Something to pick: what is stored, what is shown (one text per column), a code that also narrows."""

    value: str
    cells: tuple[str, ...]
    code: str = ""
    payload: object = None

    @classmethod
    def plain(cls, text: str) -> Option:
        """An option that is its own text."""
        return cls(text, (text,))


@dataclass(frozen=True, slots=True)
class OptionPage:
    """What a source answers: options, how to ask for more (None: that is all), and a line that says where we are."""

    options: tuple[Option, ...]
    after: object = None
    status: str = ""


_QUERY = " 查找["
_ELSEWHERE = frozenset({"tab", "shift+tab", "f2", "f4", "f5", "f6", "f8", "f9"})
"""Keys that mean something in the form below and nothing in its popup."""

Source = Callable[[str, object], Awaitable[OptionPage]]
PICKER_COMMANDS = (
    Command("pick", ("enter",), "选定", "选定带 > 的一项"),
    Command("move", ("up", "down"), "移动", "上下键移动，PgUp PgDn 翻页"),
    Command("close", ("escape",), "返回", "关闭，原来的内容不变"),
)


def listed(options: Sequence[Option], *, open_list: bool = False) -> Source:
    """A source over a fixed list, narrowed by Chinese, pinyin, initials or code. What an `open_list` doesn't hold
    can be taken as it was typed: that stands last."""
    kept = tuple(options)

    async def source(query: str, after: object) -> OptionPage:
        if not query:
            return OptionPage(kept, None, f"共 {len(kept)} 项，可输入汉字、拼音或首字母")
        from core.rules.readings import rank

        ranked = [(rank(query, " ".join(o.cells), o.code), len(o.value), i) for i, o in enumerate(kept)]
        # Of two that fit as well the shorter one is meant: 岗位培训 before 岗位培训(基地).
        found = tuple(kept[i] for _, _, i in sorted(row for row in ranked if row[0] is not None))
        status = f"{len(found)} / {len(kept)} 项"
        if open_list and all(option.value != query for option in found):
            found = (*found, Option(query, (f"{query}   (照此填写)",)))
            status += "，列表里没有的可以照写"
        return OptionPage(found, None, status)

    return source


class Picker(Pane):
    """A popup over a form. `on_pick` gets the option; `extra` are further commands with what they do."""

    DEFAULT_CSS = "Picker { layer: above; position: absolute; offset: 0 3; width: 100%; height: 17; }"
    base = Look.POPUP
    empty = "没有可选的"
    nothing = "没有符合的，请改写查找内容"

    def __init__(
        self,
        title: str,
        source: Source,
        on_pick: Callable[[Option], Awaitable[None]],
        *,
        query: str = "",
        columns: Sequence[tuple[str, int]] = (("名称", 0),),
        extra: Sequence[tuple[Command, Callable[[], Awaitable[None]]]] = (),
        hint: str = "汉字/拼音/首字母",
    ) -> None:
        super().__init__()
        self.title, self.source, self.on_pick, self.hint = title, source, on_pick, hint
        self.query_entry = Entry(query)
        self.columns = tuple(columns)
        self.extra = {key: (command, act) for command, act in extra for key in command.keys}
        self.commands = (*PICKER_COMMANDS, *(command for command, _ in extra))
        self.page = OptionPage(())
        self.at = self._top = 0
        self._row_line = 3

    def place(self) -> None:
        """As wide as the screen: the ends of the lines below would look out beside it."""
        self.styles.width = self.screen.size.width
        self.styles.height = max(8, self.screen.size.height - 7)

    async def search(self, at: int = 0) -> None:
        """Ask the source for what the query says."""
        self.page = await self.source(self.query_entry.value.strip(), None)
        self.at, self._top = max(0, min(at, len(self.page.options) - 1)), 0
        self.changed()

    @property
    def typing(self) -> bool:
        return True

    @property
    def empty_here(self) -> bool:
        return not self.query_entry.value

    def help_lines(self) -> list[str]:
        return [f"{self.title}：输入 {self.hint} 缩小范围，Enter 选定带 > 的一项，Esc 关闭而不改动。"]

    def why_not(self, press: Press) -> str:
        if press.key in ("enter", "up", "down", "pageup", "pagedown") and not self.page.options:
            return self.nothing if self.query_entry.value else self.empty
        ends = {
            "up": "已是第一项",
            "pageup": "已是第一项",
            "down": "已是最后一项",
            "pagedown": "已是最后一项",
        }
        if press.key in _ELSEWHERE:
            pick = "先按 Enter 选定带 > 的一项，或按 Esc 关闭"
            return pick if self.page.options else f"{self.nothing}，或按 Esc 关闭"
        return ends.get(press.key) or self.query_entry.why_not(press)

    def draw(self, cells: int, height: int) -> list[Line]:
        out: list[Line] = [(Span(fit(" " + self.title, cells), Look.POPUP_BAR),)]
        text, _ = self.query_entry.window(30)
        out.append(
            (
                Span(f"{_QUERY}{fit(text, 30)}] ", Look.POPUP),
                Span(self.hint, Look.POPUP_HINT),
            )
        )
        free = cells - 8 - sum(w + 1 for _, w in self.columns if w)
        widths = [w or max(8, free - 1) for _, w in self.columns]
        head = " ".join(fit(t, w) for (t, _), w in zip(self.columns, widths, strict=True))
        out.append((Span(" 序号  " + head, Look.POPUP_HINT),))
        self._row_line = len(out)
        seats = max(1, height - len(out) - 1)
        self._top = min(self._top, self.at)
        if self.at >= self._top + seats:
            self._top = self.at - seats + 1
        options = self.page.options[self._top : self._top + seats]
        if not options:
            words = self.nothing if self.query_entry.value else self.empty
            out.append((Span("  " + words, Look.POPUP),))
        for number, option in enumerate(options, self._top):
            row = " ".join(fit(c, w) for c, w in zip(option.cells, widths, strict=False))
            out.append((Span(f"{'>' if number == self.at else ' '}{number + 1:<5} {row}", Look.POPUP),))
        out += [(Span(" ", Look.POPUP),)] * (height - 1 - len(out))
        out.append((Span(fit(" " + self.page.status, cells), Look.POPUP_HINT),))
        return out

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return (width(_QUERY) + self.query_entry.window(30)[1], 1)

    async def press(self, press: Press) -> bool:
        last = len(self.page.options) - 1
        seats = max(1, self.size.height - 4)
        if press.key in self.extra and not (press.key == "left" and self.query_entry.caret):
            await self.extra[press.key][1]()
        elif press.key == "enter":
            if not self.page.options:
                return False
            await self.on_pick(self.page.options[self.at])
        elif press.key in ("up", "down", "pageup", "pagedown"):
            step = {"up": -1, "down": 1, "pageup": -seats, "pagedown": seats}[press.key]
            if self.at + step > last and self.page.after is not None:
                more = await self.source(self.query_entry.value.strip(), self.page.after)
                self.page = OptionPage(self.page.options + more.options, more.after, more.status)
                last = len(self.page.options) - 1
            before, self.at = self.at, max(0, min(self.at + step, last))
            self.changed()
            return self.at != before
        elif self.query_entry.press(press):
            await self.search()
        else:
            return False
        return True
