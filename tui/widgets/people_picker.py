"""The popup that picks many persons: type to narrow, tick with space, a range, a whole department, all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from core.schema.activities import Claimant, ClaimantGroup
from core.schema.base import Page
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, width
from tui.widgets.choosing import Stage
from tui.widgets.entry import Entry
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed

PAGE = 40
Key = tuple[int | str, ...] | None
_MOVES = ("up", "down", "pageup", "pagedown", "home", "end")


class Roster(Protocol):
    """Where the persons come from."""

    async def page(self, text: str, department: int | None, after: Key) -> Page[Claimant]:
        """Some of them, narrowed by a name or pinyin and by a department (0: who stands in none)."""

    async def everyone(self, text: str, department: int | None) -> Mapping[int, str]:
        """All of them at once: names by id."""

    async def groups(self) -> Sequence[ClaimantGroup]:
        """The departments."""


class PeoplePicker(Pane):
    """Persons with ticks. `on_done` gets the names of those chosen by id; `refused` says what stands against whom."""

    DEFAULT_CSS = "PeoplePicker { layer: above; position: absolute; offset: 0 1; width: 100%; height: 21; }"
    base = Look.POPUP
    commands = (
        Command("done", ("enter",), "选好"),
        Command("tick", ("space",), "勾选", "勾选带 > 的人，或不再选"),
        Command("range", ("f6",), "选一段", "从上次勾选的到这一个"),
        Command("department", ("f3",), "部门", "只看一个部门"),
        Command("all", ("f5",), "全选", "选中符合查找和部门的全部人员"),
        Command("chosen", ("f7",), "只看已选", "再按一次看全部"),
        Command("none", ("f9",), "全不选", bar=False),
        Command("close", ("escape",), "返回", "关闭，原来选的不变"),
    )

    def __init__(
        self,
        stage: Stage,
        roster: Roster,
        chosen: Mapping[int, str],
        on_done: Callable[[dict[int, str]], Awaitable[None]],
        *,
        refused: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__()
        self.stage, self.roster, self.on_done = stage, roster, on_done
        self.chosen, self._first = dict(chosen), dict(chosen)
        self.refused = dict(refused or {})
        self.query_entry = Entry("")
        self.department: ClaimantGroup | None = None
        self.only_chosen = bool(self.refused)
        self.rows: list[Claimant] = []
        self.after: Key = None
        self.at = self._top = 0
        self.ticked_at: int | None = None

    def place(self) -> None:
        """All of the screen but its header, notice and keys."""
        self.styles.width = self.screen.size.width
        self.styles.height = max(8, self.screen.size.height - 3)

    async def search(self) -> None:
        """The persons that are looked for, from the first."""
        self.rows, self.after, self.at, self._top, self.ticked_at = [], None, 0, 0, None
        if self.only_chosen:
            await self._gather_chosen()
        else:
            await self._more()
        self.changed()

    # ---------------------------------------------------------------------------------------- drawing

    def draw(self, cells: int, height: int) -> list[Line]:
        where = self.department.name if self.department else "全部部门"
        title = f" 选择人员   已选 {len(self.chosen)} 人   {where}{'   只看已选' if self.only_chosen else ''}"
        text, _ = self.query_entry.window(24)
        out: list[Line] = [
            (Span(fit(title, cells), Look.POPUP_BAR),),
            (
                Span(" 查找 ", Look.POPUP),
                Span(fit(text, 24), Look.POPUP_FIELD),
                Span("  姓名/拼音/首字母，空格勾选", Look.POPUP_HINT),
            ),
            (
                Span(
                    f"   序号  {fit('姓名', 10)} {fit('工作部门', 14)} {fit('证件号', 18)} 任职资格",
                    Look.POPUP_HINT,
                ),
            ),
        ]
        seats = max(1, height - len(out) - 1)
        self._top = max(0, min(self._top, self.at))
        if self.at >= self._top + seats:
            self._top = self.at - seats + 1
        if not self.rows:
            out.append((Span("  没有符合的人员，请改写查找内容，或按 F3 换部门", Look.POPUP),))
        for index in range(self._top, min(len(self.rows), self._top + seats)):
            out.append(self._row(index, cells))
        out += [(Span(" ", Look.POPUP),)] * (height - 1 - len(out))
        more = "，往下还有" if self.after is not None else ""
        out.append((Span(fit(f" 列出 {len(self.rows)} 人{more}   Enter 选好", cells), Look.POPUP_HINT),))
        return out

    def _row(self, index: int, cells: int) -> Line:
        row = self.rows[index]
        pointer = ">" if index == self.at else " "
        tick = "*" if row.person_id in self.chosen else " "
        reason = self.refused.get(row.person_id, "" if row.active else "已停用")
        head = f"{pointer}{tick} {index + 1:<5} {fit(row.name, 10)} "
        if reason:
            return (Span(head, Look.POPUP), Span(fit(reason, cells - width(head)), Look.POPUP_BAR))
        body = f"{fit(row.department, 14)} {fit(row.id_number_masked, 18)} "
        rest = max(4, cells - width(head) - width(body))
        return (Span(head + body + fit(row.position, rest), Look.POPUP),)

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        if self.rows and self.rows[self.at].person_id in self.chosen:
            return (1, 3 + self.at - self._top)
        return (width(" 查找 ") + self.query_entry.window(24)[1], 1)

    def help_lines(self) -> list[str]:
        return [
            "输入姓名、拼音或首字母缩小范围，空格勾选并到下一个。",
            "F6 从上次勾选的选到这一个，F3 只看一个部门，F5 全选列出的，F7 只看已选。",
        ]

    # ------------------------------------------------------------------------------------------- keys

    @property
    def typing(self) -> bool:
        return True

    @property
    def empty_here(self) -> bool:
        return not self.query_entry.value

    @property
    def input_kept(self) -> bool:
        return self.chosen != self._first

    def why_not(self, press: Press) -> str:
        if press.key in _MOVES:
            if not self.rows:
                return "没有符合的人员"
            return "已是第一个" if press.key in ("up", "pageup", "home") else "已是最后一个"
        if press.key == "space":
            return "没有可勾选的人员"
        return self.query_entry.why_not(press)

    async def press(self, press: Press) -> bool:
        acts = {
            "enter": self._done,
            "f6": self._range,
            "f3": self._departments,
            "f5": self._all,
            "f7": self._toggle_chosen,
            "f9": self._none,
        }
        if press.key in acts:
            await acts[press.key]()
            return True
        if press.command_key == "space":
            return await self._tick()
        if press.key in _MOVES:
            return await self._move(press.key)
        if self.query_entry.press(press):
            self.only_chosen = False
            await self.search()
            return True
        return False

    async def _done(self) -> None:
        await self.on_done(self.chosen)

    async def _tick(self) -> bool:
        if not self.rows:
            return False
        row = self.rows[self.at]
        if row.person_id in self.chosen:
            del self.chosen[row.person_id]
        else:
            self.chosen[row.person_id] = row.name
        self.ticked_at = self.at
        await self._move("down")
        self.changed()
        return True

    async def _range(self) -> None:
        if self.ticked_at is None:
            self.stage.tell("先用空格勾选一段的第一个，再移到最后一个按 F6", Look.WARN)
            return
        low, high = sorted((self.ticked_at, self.at))
        self.chosen |= {row.person_id: row.name for row in self.rows[low : high + 1]}
        self.stage.tell(f"已选 {len(self.chosen)} 人")
        self.changed()

    async def _all(self) -> None:
        self.chosen |= dict(await self.roster.everyone(self._text, self._department))
        self.stage.tell(f"已选 {len(self.chosen)} 人")
        self.changed()

    async def _none(self) -> None:
        self.chosen.clear()
        self.stage.tell("已全部不选")
        if self.only_chosen:
            await self.search()
        self.changed()

    async def _toggle_chosen(self) -> None:
        if not self.chosen and not self.only_chosen:
            self.stage.tell("还没有选人：空格勾选，F5 全选", Look.WARN)
            return
        self.only_chosen = not self.only_chosen
        await self.search()

    async def _departments(self) -> None:
        groups = list(await self.roster.groups())
        everywhere = Option("", ("全部部门", str(sum(each.people for each in groups))))
        options = [
            everywhere,
            *(Option(each.name, (each.name, str(each.people)), "", each) for each in groups),
        ]
        await self.stage.open(
            Picker("部门", listed(options), self._department_picked, columns=(("部门", 0), ("人数", 6)))
        )

    async def _department_picked(self, option: Option) -> None:
        await self.stage.close_overlay()
        picked = option.payload
        self.department = picked if isinstance(picked, ClaimantGroup) else None
        self.only_chosen = False
        await self.search()

    async def _move(self, key: str) -> bool:
        page = max(1, self.size.height - 5)
        last = len(self.rows) - 1
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -last - 1, "end": last + 1}
        wanted = self.at + steps[key]
        while wanted > len(self.rows) - 1 and self.after is not None and key != "end":
            await self._more()
        before, self.at = self.at, max(0, min(wanted, len(self.rows) - 1))
        self.changed()
        return self.at != before

    # ------------------------------------------------------------------------------------------ asking

    @property
    def _text(self) -> str:
        return self.query_entry.value.strip()

    @property
    def _department(self) -> int | None:
        return None if self.department is None else self.department.department_id or 0

    async def _more(self) -> None:
        page = await self.roster.page(self._text, self._department, self.after)
        self.rows += page.rows
        self.after = page.after

    async def _gather_chosen(self) -> None:
        """Those chosen, whom something stands against first; of the others no more than the name is known."""
        names = sorted(self.chosen.items(), key=lambda each: (each[0] not in self.refused, each[1]))
        self.rows = [Claimant(key, name, "", "", "", True) for key, name in names]
