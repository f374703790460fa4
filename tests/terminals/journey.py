"""The journey that is made on every terminal, page by page."""

from __future__ import annotations

from collections.abc import Iterator

from core.rules.roles import Guest, Role
from core.schema.declarations import SaveDeclaration
from core.schema.sign_in import SignIn
from core.services.declarations import save_declaration
from core.services.sign_in import sign_in
from tests.journeys.steps import PASSWORD, PERSON, Installation
from tests.terminals.window import Operator
from tests.worlds import training

TITLE = "2026年初中数学新课标培训"
ROWS_KEPT = 40
"""Declarations in the table: two pages and more."""


def pages(operator: Operator) -> Iterator[str]:
    """Go through the program; yields the name of each page once it stands."""
    operator.see("继续教育服务窗口", "F1")
    yield "front"
    operator.press("1", "2")
    operator.see("账号", "密码", "F8 登录")
    yield "login"
    operator.press(PERSON, "Tab", PASSWORD, "Enter")
    operator.see("张三", "用户资料管理")
    yield "home"
    operator.press("2")
    operator.see("组织培训单位名称", "F8 提交申报")
    operator.press("F4")
    operator.see("岗位培训")
    yield "popup"
    operator.press("Esc", "gwpx", "Enter", "Tab", "Tab")
    unit, class_name = operator.kind.typed
    operator.write(unit)
    operator.press("Tab")
    operator.write(class_name)
    operator.see(unit, class_name, "草稿已存")
    yield "form"
    operator.press("BS", "BS", "Tab")
    operator.see(f"{class_name[:-2]} ")
    yield "corrected"
    operator.press("Esc")
    operator.see("放弃已填写的内容")
    operator.press("1")
    operator.see("用户资料管理")
    operator.press(":cx", "Enter")
    operator.see("申报进度查询", TITLE)
    yield "table"
    operator.press("Down", "Down", "PgDn")
    operator.see("第 2 页")
    yield "paged"
    operator.press("Esc")
    operator.see("张三", "用户资料管理")
    yield "back"


def keep_declarations(home: Installation) -> None:
    """Save the declarations that fill the table."""
    desk = home.desk()
    try:
        wanted = SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)
        person = desk.do(sign_in, Guest(), wanted).actor
        for number in range(1, ROWS_KEPT + 1):
            values = training(class_name=f"{TITLE}{number:02d}")
            desk.do(save_declaration, person, SaveDeclaration(form="post_training", values=values))
    finally:
        desk.close()
