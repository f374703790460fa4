"""A small app for the tests of the wire, run on a pty: `python toy.py cell|stock`."""

from __future__ import annotations

import asyncio
import os
import sys

os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from rich.text import Text
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, Static, TextArea

from tui.wire.driver import CellDriver

NAMES = ("李明轩", "郑州市第一人民医院", "王芳", "河南省人力资源和社会保障厅", "赵敏A1", "洛阳轴承")


class Question(ModalScreen[bool]):
    """A window over the table, with the picture below it dimmed."""

    CSS = """
    Question { align: center middle; }
    #box { width: 40; height: 9; border: round $accent; background: $surface; padding: 1 2; }
    """
    BINDINGS = [("escape", "dismiss", "返回")]

    def compose(self) -> ComposeResult:
        """A question and a field."""
        with Vertical(id="box"):
            yield Static(Text("确定撤销这份申报吗？“是”或“否”"))
            yield Input(id="answer")


class Toy(App[None]):
    """Two fields, a table, a text area and a modal window, in Chinese."""

    CSS = """
    Screen { layout: vertical; }
    Input { height: 3; }
    DataTable { height: 1fr; }
    TextArea { height: 5; }
    """
    BINDINGS = [
        ("f2", "ask", "问"),
        ("f3", "cut", "删行"),
        ("f4", "caret", "光标"),
        ("f5", "later", "稍后"),
        ("f6", "work", "办理"),
        ("f7", "hang", "不放"),
        ("f10", "quit", "退出"),
        ("ctrl+l", "repaint", "重画"),
    ]

    def compose(self) -> ComposeResult:
        """The fields in reading order."""
        yield Static(Text("继续教育学时  测试"), id="head")
        yield Input(id="name")
        yield Input(id="number")
        yield DataTable(id="table", cursor_type="row")
        yield TextArea(id="note")

    def on_mount(self) -> None:
        """Fill the table; nothing blinks, so that quiet is quiet."""
        for field in self.query(Input):
            field.cursor_blink = False
        self.query_one(TextArea).cursor_blink = False
        table = self.query_one(DataTable)
        table.add_columns("序号", "名称", "学时")
        for number in range(60):
            table.add_row(str(number), Text(NAMES[number % len(NAMES)]), f"{number / 2:.1f}")
        self.query_one("#name").focus()

    def action_ask(self) -> None:
        """Open the window."""
        self.push_screen(Question())

    def action_cut(self) -> None:
        """Take the row under the cursor away, so that the rows below move up."""
        table = self.query_one(DataTable)
        table.remove_row(table.coordinate_to_cell_key(table.cursor_coordinate).row_key)

    def action_caret(self) -> None:
        """Move the caret and nothing else."""
        self.query_one("#name").caret = (7, 9)  # type: ignore[attr-defined]

    def action_later(self) -> None:
        """Move the caret long after the key."""
        self.set_timer(0.6, self.move_and_settle)

    def move_and_settle(self) -> None:
        """As work in the background does."""
        self.query_one("#name").caret = (11, 12)  # type: ignore[attr-defined]
        if isinstance(self._driver, CellDriver):
            self._driver.settle()

    async def action_work(self) -> None:
        """A key that paints three times, as one that opens a page and loads it."""
        self.hold()
        for text in ("11111", "22222", "33333"):
            self.query_one("#name", Input).value = text
            await asyncio.sleep(0.06)
        if isinstance(self._driver, CellDriver):
            self._driver.release()

    def action_hang(self) -> None:
        """A key whose effect never ends."""
        self.hold()
        self.query_one("#name", Input).value = "44444"

    def hold(self) -> None:
        """As the program does while a key is at work."""
        if isinstance(self._driver, CellDriver):
            self._driver.hold()

    def action_repaint(self) -> None:
        """Paint everything again."""
        if isinstance(self._driver, CellDriver):
            self._driver.repaint()


if __name__ == "__main__":
    toy = Toy(driver_class=CellDriver) if sys.argv[1] == "cell" else Toy()
    toy.run(mouse=False)
    sys.exit(toy.return_code)
