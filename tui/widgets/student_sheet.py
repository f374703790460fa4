"""The popup that enters students of a class one after the other; a table that is pasted is taken as rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui.keys import Press
from tui.widgets.form_sheet import FormSheet


def is_table(text: str | None) -> bool:
    """Whether a pasted text is rows rather than one entry."""
    return text is not None and ("\n" in text.strip() or "\r" in text.strip() or "\t" in text)


class StudentSheet(FormSheet):
    """A form sheet that hands a pasted table to `on_table`."""

    on_table: Callable[[str], Awaitable[None]]

    async def press(self, press: Press) -> bool:
        if is_table(press.pasted):
            await self.on_table(press.pasted or "")
            return True
        return await super().press(press)


def rows_told(added: int, matched: int) -> str:
    """How many students were entered, and how many of them nobody is known for."""
    unknown = added - matched
    return f"已添加 {added} 人" + (f"，其中 {unknown} 人未匹配（注册后自动记入）" if unknown else "")
