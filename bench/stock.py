"""The yardstick on the wire: the same pages made of Textual's own widgets, the way its guide makes them.

`python -m bench.stock`: a first page; F2 a form, F3 a table; in the form F4 a popup.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import DataTable, Footer, Header, Input, Label, OptionList, Static

TITLE = "河南省专业技术人员继续教育信息服务平台"
FRONT_TEXT, FORM_TEXT, TABLE_TEXT, POPUP_TEXT = "继续教育服务窗口", "培训班名称", "当前处理人", "所在单位"
_WINDOWS = ("专业技术人员", "用人单位", "继续教育基地", "主管部门", "人社部门")
_ENTRIES = "1 注册  2 登录  3 学时申报  4 证书打印  5 综合查询"
_FIELDS = (
    "计入科目", "学习形式", "计入年度", "组织培训单位名称", "培训班名称", "学习内容", "开始时间", "结束时间",
    "学习成绩", "申请学时", "附件", "备注",
)  # fmt: skip
_COLUMNS = ("序号", "姓名", "年度", "科目", "学习形式", "当前处理人", "申报")
_ROWS = 60
_UNITS = 20


class Popup(ModalScreen[None]):
    """所在单位: an input over a list."""

    CSS = "Popup { align: center middle; } #box { width: 76; height: 18; border: round $accent; }"
    BINDINGS = [("escape", "app.pop_screen", "返回")]

    def compose(self) -> ComposeResult:
        """The query and what it found."""
        with Vertical(id="box"):
            yield Label(Content(POPUP_TEXT))
            yield Input()
            yield OptionList(*(Content(f"{n}  汝阳县第{n}初级中学  用人单位") for n in range(_UNITS)))


class FormPage(Screen[None]):
    """学时申报: labels and inputs."""

    CSS = "FormPage Input { border: none; height: 1; } FormPage Label { height: 1; }"
    BINDINGS = [("f4", "popup", "选择"), ("escape", "app.pop_screen", "返回")]

    def compose(self) -> ComposeResult:
        """The fields in reading order."""
        yield Header()
        with VerticalScroll(can_focus=False):
            for name in _FIELDS:
                yield Label(Content(name))
                yield Input()
        yield Footer()

    def action_popup(self) -> None:
        """F4."""
        self.app.push_screen(Popup())


class TablePage(Screen[None]):
    """审核: a table with a row cursor."""

    BINDINGS = [("escape", "app.pop_screen", "返回")]

    def compose(self) -> ComposeResult:
        """The table alone."""
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill it."""
        rows = self.query_one(DataTable)
        rows.add_columns(*_COLUMNS)
        for n in range(_ROWS):
            rows.add_row(str(n + 1), f"王芳{n}", "2026", "专业课", "岗位培训", "汝阳县教育局", str(n % 40))


class StockApp(App[None]):
    """首页, and the way to the others."""

    TITLE = TITLE
    BINDINGS = [("f2", "form", "申报"), ("f3", "table", "审核"), ("f10", "quit", "退出")]

    def compose(self) -> ComposeResult:
        """Five windows."""
        yield Header()
        yield Static(Content(FRONT_TEXT))
        for number, name in enumerate(_WINDOWS, 1):
            yield Static(Content(f" {number} {name}  {_ENTRIES}"))
        yield Footer()

    def action_form(self) -> None:
        """F2."""
        self.push_screen(FormPage())

    def action_table(self) -> None:
        """F3."""
        self.push_screen(TablePage())


if __name__ == "__main__":
    StockApp().run(mouse=False)
