"""What holds on every main screen: it fits, the cursor stands on what has the focus, no key is silent, idle costs
nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle

import pytest

from core.rules.roles import Role
from tests.journeys.steps import PERSON_NAME, Installation, Seat
from tests.terminal import Terminal
from tui.look import width
from tui.routes import CODES

SIZES = ((80, 24), (120, 40))
IDLE_SECONDS = 2.0
# Where the cursor stands once a screen is open: what its row says.
SCREENS: dict[Role | None, dict[str, str]] = {
    None: {
        "sy": "> 1 专业技术人员",
        "dl": "账号*",
        "zc": "证件号*",
        "jd": "证件号/机构代码*",
        "dj": "单位类型*",
        "wj": "电子邮箱*",
        "zs": "1 证书编号",
    },
    Role.PERSON: {
        "gr": " >  11-21  未读",
        "zl": "",  # nothing can be changed there: the first line in sight
        "mm": "原始密码*",
        "gk": "还没有公钥",
        "xx": ">未读",
        "sb": "学习形式*",
        "cx": ">1",
        "nd": "2026",
        "xg": "民族*",
        "zj": "电子证书号*",
        "xl": "还没有学历",
        "zg": "还没有资格",
        "ch": "还没有称号",
        "dz": "还没有单位调转",
        "zx": "还没有证件信息修改",
        "zm": ">2021",
    },
    Role.EMPLOYER: {
        "dw": "> 1 学时初审",
        "sh": f"> {PERSON_NAME}",
        "zh": "> 王五",
        "dr": "没有待审的",
        "zw": "没有待审的",
        "sf": "没有待审的",
        "dh": "没有待审的",
        "db": "没有待审的",
        "dx": "单位性质",
        "bm": "还没有工作部门",
        "gl": ">",
        "ds": "学习形式*",
        "sj": "还没有单位申报",
        "pl": "还没有导入过",
        "tj": ">未分部门",
        "dy": "没有可以打印的人",
        "zb": ">",
    },
    Role.BASE: {"jh": "还没有计划", "bj": "还没有培训班", "zq": "没有学员"},
    Role.BUREAU: {
        "cb": ">    1",
        "cc": "还没有抽查",
        "js": "没有待审的",
        "bs": "没有待审的",
        "rd": ">2026",
        "zd": "没有证书",
        "rc": "按 / 输入姓名",
        "jm": "还没有减免",
        "rw": "没有后台任务",
        "xz": ">",
        "ry": ">",
    },
    Role.OPERATOR: {
        "xt": "> 1 ",
        "jc": ">学时标准",
        "rz": "20",
        "bf": "最近的备份",
        "gx": "还没有登记平台",
        "gy": ">",
    },
}


def test_every_screen_with_a_code_is_looked_at() -> None:
    assert set(CODES) == {code for codes in SCREENS.values() for code in codes}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("role", SCREENS, ids=lambda role: role.value if role else "guest")
def test_every_main_screen_answers_fits_and_points_at_what_has_the_focus(
    busy_home: Installation, role: Role | None, size: tuple[int, int]
) -> None:
    wrong: list[str] = []
    with busy_home.sit_down(cols=size[0], rows=size[1]) as seat:
        for code in opened(seat, role):
            wrong += [f":{code} {fault}" for fault in faults(seat.terminal)]
            x, y = seat.terminal.cursor
            row = seat.terminal.lines()[y]
            if SCREENS[role][code] not in row:
                wrong.append(f":{code} has its cursor at {x},{y}, on {row!r}")
    assert wrong == []


def test_no_byte_is_sent_while_nothing_happens(busy_home: Installation) -> None:
    sent: dict[str, int] = {}
    with ExitStack() as seats:
        taken = {role: seats.enter_context(busy_home.sit_down()) for role in SCREENS}
        tours = {role: opened(seat, role) for role, seat in taken.items()}
        while tours:  # one screen of each role at a time, so that they are idle together
            at_rest = {role: code for role, tour in tours.items() if (code := next(tour, None)) is not None}
            before = {role: taken[role].terminal.total_bytes for role in at_rest}
            for number, role in enumerate(at_rest):
                seconds = 0.0 if number else IDLE_SECONDS
                taken[role].terminal.settle(quiet=seconds, timeout=IDLE_SECONDS)
            for role, code in at_rest.items():
                sent[code] = taken[role].terminal.total_bytes - before[role]
            tours = {role: tours[role] for role in at_rest}
    assert sent == dict.fromkeys(CODES, 0)


def opened(seat: Seat, role: Role | None) -> Iterator[str]:
    """Each screen in turn, at rest. A key that it has no use for tells that it is open: the sentence comes last."""
    if role is not None:
        seat.sign_in(role)
    for code, key in zip(SCREENS[role], cycle(("F11", "F12")), strict=False):
        seat.type("ctrl+g", code, "Enter", key)
        seat.see(f"“{key}”在这里没有作用")
        seat.calm()
        yield code


def faults(terminal: Terminal) -> list[str]:
    """What is wrong with the picture itself."""
    found = []
    lines = terminal.lines()
    if "F1 帮助" not in lines[-1]:
        found.append(f"has no key line at its foot: {lines[-1]!r}")
    if not terminal.cursor_shown:
        found.append("hides the cursor")
    for y in range(terminal.rows):
        cells = [terminal.cell(x, y).data for x in range(terminal.cols)]
        for x, data in enumerate(cells):
            follows = cells[x + 1] if x + 1 < terminal.cols else None
            if (width(data) == 2) != (follows == ""):
                found.append(f"cuts a wide character at {x},{y}: {lines[y]!r}")
    return found
