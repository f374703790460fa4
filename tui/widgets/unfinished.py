"""未完成的草稿 on the home page: its lines, and the list that one of them is chosen from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from core.rules.clock import CHINA
from core.schema.drafts import DraftRow
from tui.keys import Command
from tui.look import Line, Look, Span, fit
from tui.widgets.picker import Option, Picker, listed

SHOWN = 2
"""Drafts that the home page names; the list has them all."""
_TITLE_CELLS = 46


def draft_lines(drafts: Sequence[DraftRow], saved: int, now: datetime) -> list[Line]:
    """How many there are, `saved` declarations with them; the newest by name and when they were broken off."""
    count = len(drafts) + saved
    hint = (Span("   D 继续填写", Look.HINT),) if count else ()
    out: list[Line] = [(Span(f"  未完成的草稿 {count} 件", Look.TITLE), *hint)]
    for row in drafts[:SHOWN]:
        broken_off = f"  {when(row.saved_at, now)} 中断"
        out.append((Span("    " + fit(row.title, _TITLE_CELLS)), Span(broken_off, Look.HINT)))
    return out


def draft_list_popup(
    drafts: Sequence[DraftRow],
    saved: int,
    now: datetime,
    *,
    on_pick: Callable[[DraftRow | None], Awaitable[None]],
    on_drop: Callable[[DraftRow | None], Awaitable[None]],
) -> Picker:
    """All of them; None stands for the saved declarations, which have a page of their own. F7 deletes one."""
    options = [Option(row.key, (row.title, f"{when(row.saved_at, now)} 中断"), "", row) for row in drafts]
    if saved:
        options.append(Option("saved", (f"已保存、尚未提交的申报 {saved} 件", "申报进度查询"), "", None))

    async def pick(option: Option) -> None:
        await on_pick(option.payload if isinstance(option.payload, DraftRow) else None)

    async def drop() -> None:
        chosen = picker.page.options[picker.at].payload if picker.page.options else None
        await on_drop(chosen if isinstance(chosen, DraftRow) else None)

    delete = Command("drop", ("f7",), "删除", "删除带 > 的草稿，删除前先问")
    columns = (("草稿", 0), ("中断时间", 22))
    picker = Picker("未完成的草稿", listed(options), pick, columns=columns, extra=[(delete, drop)])
    return picker


def when(moment: datetime, now: datetime) -> str:
    """今天 10:42, 昨天 10:42, else the day."""
    there, here = moment.astimezone(CHINA), now.astimezone(CHINA)
    days = (here.date() - there.date()).days
    day = {0: "今天", 1: "昨天"}.get(days)
    return f"{day or there.strftime('%m-%d')} {there:%H:%M}"
