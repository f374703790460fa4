"""The keys that mean the same on every page, and what is said of a key: in the help, and where it has no use."""

from __future__ import annotations

from tui.keys import Command, key_names

PROGRAM_COMMANDS = (
    Command("help", ("f1",), "帮助", "这一页、这一项和所有的键"),
    Command("jump", (":", "ctrl+g"), "跳转", "输入 : 和代码到任何一页，如 :cx；填写时用 Ctrl+G", bar=False),
    Command("last", ("-",), "上一页面", "回到刚才的页面", bar=False),
    Command("repaint", ("ctrl+l",), "重画", "屏幕花了时重画", bar=False),
    Command("quit", ("f10",), "退出", "退出程序", bar=False),
)
NO_USE = {
    "f2": "这里没有要保存的内容",
    "f3": "F3 在这里没有作用",
    "f4": "这里没有可打开的列表",
    "f5": "这里没有要查询或刷新的",
    "f6": "这里没有可新建的",
    "f7": "F7 在这里没有作用",
    "f8": "这里没有要提交的",
    "f9": "F9 在这里没有作用",
}
"""What the keys that mean the same everywhere say where they have nothing to do."""
JUMP_TYPING = Command("jump", ("ctrl+g",), "跳转", "再输入代码按 Enter 到任何一页，如 cx；- 是刚才的页面")
"""`:` and `-` are text where something is typed."""
OVER_POPUPS = ("help", "jump", "repaint")
"""Those of the program's commands that work while a popup is open."""
CLOSE = Command("close", ("escape",), "返回", "关闭")


def told_of(command: Command) -> str:
    """A line of the help: all keys, what the command is called, what there is to know of it."""
    more = "" if command.help in ("", command.label) else f"：{command.help}"
    return f"{key_names(command)}  {command.label}{more}"
