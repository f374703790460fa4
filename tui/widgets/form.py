"""The form: fields one below the other, made from their declarations, each with its error beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from core.rules.errors import FieldError
from core.rules.fields import TICKED, FieldKind
from tui.keys import Command, Press
from tui.look import Line, Look, Span, fit, width
from tui.widgets.entry import Entry
from tui.widgets.field import Field
from tui.widgets.pane import Pane
from tui.widgets.remarks import remarks

FORM_COMMANDS = (
    Command("next", ("tab",), "下一项", "Shift+Tab 上一项，上下键也可，PgUp PgDn 跨过几项"),
    Command("open_list", ("f4",), "选择", "打开可选内容；直接输入汉字、拼音、首字母也可"),
)
MORE = "下面还有 "
_TICKS = frozenset({"space", "x", "enter", "ideographic_space", "\u3000"})
_WALKS = frozenset({"tab", "shift+tab", "up", "down"})
_HOW_TO_TICK = "按空格勾选或取消"
PAGE_FIELDS = 8
"""Fields that PgUp and PgDn pass over at once."""

Leave = Callable[[Field], Awaitable[None]]


class Form(Pane):
    """Fields in reading order. `on_open(field, typed)` opens the list of a picked field; `on_leave(field)` is
    called when the caret leaves a field whose value changed, and as soon as a box is ticked; `on_done` when Enter
    is pressed on the last field."""

    commands: tuple[Command, ...] = FORM_COMMANDS

    def __init__(
        self,
        fields: Sequence[Field],
        *,
        on_open: Callable[[Field, str], Awaitable[None]] | None = None,
        on_leave: Leave | None = None,
        on_done: Callable[[], Awaitable[None]] | None = None,
        label_cells: int = 16,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.fields = list(fields)
        self.on_open, self.on_leave, self.on_done = on_open, on_leave, on_done
        self.label_cells = label_cells
        self.at = next((i for i, f in enumerate(self.fields) if not f.fixed), 0)
        self.footing: list[Line] = []
        self._left_value = self.current.entry.value if self.fields else ""
        self._top = 0
        self._caret: tuple[int, int] | None = None
        self._edited = False
        self.changes = 0
        """Grows with each change of what was typed or picked."""

    @property
    def offered(self) -> tuple[Command, ...]:
        # F4 only where a field has a list.
        lists = any(each.picked and not each.fixed for each in self.fields)
        return tuple(c for c in self.commands if lists or c.action != "open_list")

    @property
    def edited(self) -> bool:
        """Whether something was typed or picked that is not stored yet."""
        return self._edited

    @edited.setter
    def edited(self, edited: bool) -> None:
        self._edited = edited
        self.changes += edited

    @property
    def current(self) -> Field:
        """The field that has the caret."""
        return self.fields[self.at]

    def find(self, key: str) -> Field:
        """The field of a key. Raises KeyError."""
        for entry in self.fields:
            if entry.spec.key == key:
                return entry
        raise KeyError(key)

    def values(self) -> dict[str, str]:
        """Everything as typed, by key."""
        return {f.spec.key: f.entry.value for f in self.fields}

    def rebuild(self, fields: Sequence[Field]) -> None:
        """Replace the fields; the caret stays on the same key where it still exists."""
        key = self.current.spec.key
        self.fields = list(fields)
        self.at = next((i for i, f in enumerate(self.fields) if f.spec.key == key), 0)
        self.changed()

    def show_errors(self, errors: Sequence[FieldError]) -> None:
        """Put every error beside its field and the caret on the first. Without any, what stands there stays: a
        refusal of the whole says nothing of the fields."""
        if not errors:
            return
        by_key = {error.field: error.text for error in reversed(errors)}
        for entry in self.fields:
            entry.error = by_key.get(entry.spec.key, "")
        for index, entry in enumerate(self.fields):
            if entry.error and not entry.fixed:
                self._stand_on(index)
                break
        self.changed()

    def clear_errors(self) -> None:
        """Take every error away."""
        for entry in self.fields:
            entry.error = ""
        self.changed()

    def stand_on(self, key: str) -> None:
        """Put the caret on the field of a key."""
        self._stand_on(self.fields.index(self.find(key)))
        self.changed()

    @property
    def typing(self) -> bool:
        return bool(self.fields) and not self.current.fixed

    @property
    def empty_here(self) -> bool:
        here = self.current
        return here.picked or here.tick or (not here.entry.value and here.spec.kind is not FieldKind.PASSWORD)

    def help_lines(self) -> list[str]:
        spec = self.current.spec
        need = "必填" if spec.required else "可以不填"
        return [f"{spec.label}：{need}。{spec.hint}", *([self.current.error] if self.current.error else [])]

    def why_not(self, press: Press) -> str:
        entry = self.current
        if press.key == "f4" and not entry.tick:
            return f"“{entry.spec.label}”直接填写，没有可选的列表"
        if press.key in _WALKS:
            return "只有这一项"
        if press.key in ("pageup", "pagedown"):
            return "已是第一项" if press.key == "pageup" else "已是最后一项"
        if entry.fixed:
            return f"“{entry.spec.label}”不能修改"
        if entry.tick:
            return _HOW_TO_TICK
        if entry.picked and press.key in ("left", "right", "home", "end"):
            return "按 F4 打开列表，或直接输入汉字、拼音、首字母"
        return entry.entry.why_not(press)

    def draw(self, cells: int, height: int) -> list[Line]:
        out: list[Line] = []
        caret_line = 0
        box_start = self.label_cells + 2
        room = max(10, cells - box_start - 1)
        for index, entry in enumerate(self.fields):
            if entry.section:
                out.append((Span(" " + entry.section, Look.TITLE),))
            if index == self.at:
                caret_line = len(out)
            out += self._draw_field(entry, index == self.at, box_start, room, len(out))
        out += self.footing
        if len(out) > height:
            last = caret_line + self._height_of(self.current, room) - 1
            self._top = max(0, min(self._top, caret_line - (1 if caret_line else 0), len(out) - height))
            if last >= self._top + height:
                self._top = last - height + 1
        else:
            self._top = 0
        if self._caret is not None:
            self._caret = (self._caret[0], caret_line - self._top)
        shown = out[self._top : self._top + height]
        if len(out) > self._top + height and shown:
            used = sum(width(text) for text, _ in shown[-1])
            gap = cells - used - width(MORE)
            if gap > 0:
                shown[-1] = (*shown[-1], Span(" " * gap + MORE, Look.HINT))
        return shown

    def caret_at(self) -> tuple[int, int] | None:
        self.lines()
        return self._caret

    async def press(self, press: Press) -> bool:
        entry = self.current
        if press.key in _WALKS and sum(not each.fixed for each in self.fields) == 1:
            await self._leave()
            return False
        if press.key in ("tab", "down"):
            await self._go(1)
        elif press.key in ("shift+tab", "up"):
            await self._go(-1)
        elif press.key in ("pageup", "pagedown"):
            return await self._turn(-PAGE_FIELDS if press.key == "pageup" else PAGE_FIELDS)
        elif entry.tick and not entry.fixed:
            return await self._press_tick(entry, press)
        elif press.key == "enter":
            await self._enter(entry)
        elif press.key == "f4" and entry.picked:
            await self._open(entry, "")
        elif entry.fixed:
            return False
        elif entry.picked:
            return await self._press_picked(entry, press)
        elif entry.entry.press(press):
            entry.error, self.edited = "", True
            self.changed()
        else:
            return False
        return True

    async def _press_picked(self, entry: Field, press: Press) -> bool:
        typed = press.pasted or press.character
        if typed is not None:
            await self._open(entry, typed.strip())
        elif press.key in ("backspace", "delete", "ctrl+u") and entry.entry.value:
            entry.set("")
            self.edited = True
            self.changed()
        else:
            return False
        return True

    async def _press_tick(self, entry: Field, press: Press) -> bool:
        if press.key not in _TICKS and press.command_key not in _TICKS:
            return False
        entry.set("" if entry.entry.value else TICKED)
        self.edited = True
        self.changed()
        await self._leave()
        return True

    async def _enter(self, entry: Field) -> None:
        if entry.picked and not entry.entry.value and not entry.fixed:
            await self._open(entry, "")
        elif self.at == self._last() and self.on_done is not None:
            await self._leave()
            await self.on_done()
        else:
            await self._go(1)

    async def _open(self, entry: Field, typed: str) -> None:
        if self.on_open is not None:
            await self.on_open(entry, typed)

    def _last(self) -> int:
        return max(i for i, f in enumerate(self.fields) if not f.fixed)

    async def _go(self, step: int) -> None:
        await self._leave()
        count = len(self.fields)
        target = (self.at + step) % count
        while self.fields[target].fixed and target != self.at:
            target = (target + step) % count
        self._stand_on(target)
        self.changed()

    async def _turn(self, step: int) -> bool:
        """Some fields on or back, without going round."""
        free = [index for index, each in enumerate(self.fields) if not each.fixed]
        ahead = [index for index in free if (index - self.at) * step > 0]
        if not ahead:
            return False
        await self._leave()
        within = [index for index in ahead if abs(index - self.at) <= abs(step)] or ahead[:1]
        self._stand_on(within[-1] if step > 0 else within[0])
        self.changed()
        return True

    async def _leave(self) -> None:
        if self.on_leave is not None and self.current.entry.value != self._left_value:
            self._left_value = self.current.entry.value
            await self.on_leave(self.current)

    def _stand_on(self, index: int) -> None:
        self.at = index
        self._left_value = self.current.entry.value

    def _height_of(self, entry: Field, room: int) -> int:
        return 1 + len(remarks(entry.error, entry.notes, 0, room))

    def _draw_field(self, entry: Field, here: bool, box_start: int, room: int, at_line: int) -> list[Line]:
        if entry.tick:
            return self._draw_tick(entry, here, at_line)
        mark = "*" if entry.spec.required else ""
        left, right = (" ", " ") if entry.fixed else ("[", "]")
        label = Span(fit(f" {entry.spec.label}{mark}", box_start - 1) + left, Look.LABEL)
        cells = _box_cells(entry, room)
        value = entry.entry.value
        if entry.spec.kind is FieldKind.PASSWORD:
            hidden = Entry("*" * len(value))
            hidden.caret = entry.entry.caret
            text, caret = hidden.window(cells)
        else:
            text, caret = entry.entry.window(cells) if here else (entry.entry.head(cells), 0)
        if here:
            self._caret = (box_start + (0 if entry.picked else caret), at_line)
        look = Look.FOCUS if here and not entry.fixed else Look.PLAIN
        tail = f" {entry.tail}" if entry.tail else ""
        if not tail and entry.spec.kind is FieldKind.LONG_TEXT and not entry.fixed:
            tail = f" {len(value)}/{entry.spec.max_length}"
        elif not tail and here and entry.picked and not entry.fixed:
            tail = " F4 选择"
        elif not tail and here and entry.spec.hint and not entry.error:
            tail = "  " + entry.spec.hint
        tail = fit(tail, max(0, room - cells)) if tail else ""
        box = Span(fit(text, cells), look)
        out: list[Line] = [(label, box, Span(right, Look.LABEL), Span(tail, Look.HINT))]
        return out + remarks(entry.error, entry.notes, box_start, room)

    def _draw_tick(self, entry: Field, here: bool, at_line: int) -> list[Line]:
        if here:
            self._caret = (2, at_line)
        box = Span(f"[{entry.entry.value or ' '}]", Look.FOCUS if here else Look.PLAIN)
        tail = Span(f"  {_HOW_TO_TICK}" if here else "", Look.HINT)
        return [(Span(" "), box, Span(f" {entry.spec.label}", Look.LABEL), tail)]


def _box_cells(entry: Field, room: int) -> int:
    """A wide box leaves room for the hint beside it, as long as what is typed fits; 24 cells always stay."""
    cells = min(entry.cells, room)
    if not entry.spec.hint or entry.fixed or entry.picked or entry.spec.kind is FieldKind.LONG_TEXT:
        return cells
    beside = max(_LEAST_BOX, room - width(entry.spec.hint) - 2)
    return beside if width(entry.entry.value) < beside < cells else cells


_LEAST_BOX = 24
