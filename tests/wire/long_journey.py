"""A long walk through the real program, step by step, for tests that compare two ways of showing it."""

from __future__ import annotations

from dataclasses import dataclass

from core.services.demonstration import LOGINS, PASSWORD
from tests.terminal import PASTE_END, PASTE_START


@dataclass(frozen=True, slots=True)
class Step:
    """Keys pressed at once, or another size of the window; `shows` is what must stand on the screen then."""

    keys: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    shows: str = ""

    def __str__(self) -> str:
        return f"the size {self.size}" if self.size else " ".join(self.keys)


def pasted(text: str) -> str:
    """What a terminal sends when a text is pasted."""
    return f"{PASTE_START}{text}{PASTE_END}"


def keys(*names: str, shows: str = "") -> Step:
    """A step of keys."""
    return Step(names, shows=shows)


def size(cols: int, rows: int) -> Step:
    """A step that changes the window."""
    return Step(size=(cols, rows))


_DOOR = (
    keys("Down"),
    keys("Down"),
    keys("F1", shows="首页：先按窗口的数字"),
    keys("PgDn"),
    keys("Esc"),
    size(100, 30),
    size(80, 24),
    keys("1", "2", shows="用户类型"),
    keys(LOGINS[0].login, "Tab", "wrong2026", "Enter", shows="还可以再试"),
    keys("x", "BS"),
    keys(PASSWORD, "Enter", shows="消息"),
)
_PERSON = (
    keys("Down"),
    keys("Up"),
    keys("F9", shows="账号"),
    keys("Esc"),
    keys(":"),
    keys("s"),
    keys("b", "Enter", shows="培训班名称"),
    keys("Tab"),
    keys("Tab"),
    keys("河南省"),
    keys("教育厅"),
    keys("Home"),
    keys("中共"),
    keys("BS"),
    keys("End", "BS", "BS"),
    keys("Tab"),
    keys(pasted("2026年初中数学新课标培训（第一期）“骨干班”●①")),
    keys("Left", "Left", "BS"),
    keys("Tab", pasted("课程标准解读，继续教育 " * 20)),
    keys("Tab", "2026-07-06", "Tab", "2026-07-10", "Tab", shows="依据"),
    keys("F4", shows="查找"),
    keys("Down"),
    keys("Enter"),
    keys("Tab", "40", "Tab"),
    size(60, 20),
    size(120, 40),
    size(80, 24),
    keys("F8"),
    keys("ctrl+l"),
    keys("F1"),
    keys("Esc"),
    keys("Esc", shows="放弃"),
    keys("1"),
    keys(":", "c", "x", "Enter", shows="申报进度"),
    keys("Down"),
    keys("Enter"),
    keys("Esc"),
    keys("4", shows="年度"),
    keys("Down"),
    keys("Esc"),
    keys("6"),
    keys("Enter"),
    keys("Esc"),
    keys("Esc"),
    keys("Esc", shows="退出登录"),
    keys("1", shows="服务窗口"),
)
_REGISTRATION = (
    keys("1", "1", shows="所在单位"),
    keys("Tab", "Tab"),
    keys(*["Tab"] * 5, shows="所在单位"),
    keys("F4", shows="全省"),
    keys("PgDn"),
    keys("ry"),
    keys("BS"),
    keys("Down"),
    keys("PgDn"),
    keys("Esc"),
    keys("Esc"),
)
_SCHOOL = (
    keys("2", "2", shows="用户类型"),
    keys("xiaodian", "Tab", PASSWORD, "Enter", shows="学时初审"),
    keys("End"),
    keys(":", "s", "h", "Enter", shows="接下来"),
    keys("Down"),
    keys("PgDn"),
    keys("a"),
    keys("a", shows="通过"),
    keys("l", shows="序号"),
    keys("Down"),
    keys("PgDn"),
    keys("PgDn"),
    keys("End"),
    keys("Space"),
    size(132, 43),
    keys("PgUp"),
    size(80, 24),
    keys("/"),
    keys("Esc"),
    keys("r"),
    keys("Esc"),
    keys("Esc"),
    keys(":", "z", "h", "Enter"),
    keys("Down"),
    keys("F10"),
)
STEPS = (*_DOOR, *_PERSON, *_REGISTRATION, *_SCHOOL)
