"""The keys of the review desk. A Chinese input method holds letters back, so each has an F key or digit twin."""

from __future__ import annotations

from dataclasses import replace

from tui.keys import Command

APPROVE = Command("approve", ("a", "f8"), "通过", "通过，下一条自己出来")
REJECT = Command("reject", ("r", "f7"), "不通过", "按数字选原因，可再写文字，Enter 确定")
RETURN = Command("send_back", ("b", "f6"), "退回", "退回修改：本人改后重报，原因同上")
SKIP = Command("skip", ("s", "0", "down"), "跳过", "不办，看下一条")
PREVIOUS = Command("previous", ("up",), "上一条", "看上一条", bar=False)
CHOOSE = Command("choose", ("space",), "选中", "选中或取消，用于批量")
LIST = Command("list", ("l", "6"), "列表", "列表与单条之间切换")
FILTER = Command("filter", ("/", "、", "f4"), "筛选", "按数字选分类，或输入姓名、拼音、首字母")
UNDO = Command("undo", ("u", "f3"), "收回", "收回刚才的决定，最多十条")
HOURS = Command("hours", ("e", "f2"), "认定学时", "改认定学时，不能高于申请", bar=False)
COMPARE = Command("compare", ("c", "f2"), "并排比对", "证件与本人照片并排，再按一次换另一面")
STUDENTS = Command("students", ("e", "f2"), "学员", "全部学员：逐人核对，单独不通过")
OPINION = Command("opinion", ("o", "9"), "审核意见", "写审核意见，通过时一并记下", bar=False)
DOUBTS = Command("doubts", ("d", "7"), "疑点", "看疑点所指的另一条申报", bar=False)
RANGE = Command("choose_range", ("g", "8"), "选一段", "从上次选中的一条到这一条都选中", bar=False)
BATCH = Command("batch", ("f9",), "批量通过", "先说明再批量通过；有疑点的留下", bar=False)
REFRESH = Command("refresh", ("f5",), "刷新", "重新取队列", bar=False)
EVIDENCE = Command("evidence", ("1", "2", "3", "4", "5"), "附件", "看第几个附件", bar=False)
OPEN = Command("open_row", ("enter",), "打开", "打开带 > 的一条")

ITEM_KEYS = (
    APPROVE, REJECT, RETURN, SKIP, CHOOSE, LIST, FILTER,
    UNDO, HOURS, OPINION, DOUBTS, RANGE, BATCH, REFRESH, EVIDENCE, PREVIOUS,
)  # fmt: skip


def _hidden(command: Command) -> Command:
    return replace(command, help="先按 Enter 打开这一条", bar=False)


LIST_KEYS = (
    OPEN, CHOOSE, replace(RANGE, bar=True), replace(BATCH, bar=True), LIST, FILTER, REFRESH, UNDO,
    _hidden(APPROVE), _hidden(REJECT), _hidden(RETURN),
)  # fmt: skip
PICTURE_KEYS = (
    Command("zoom_in", ("+", "="), "放大", "放大"),
    Command("zoom_out", ("-",), "缩小", "缩小"),
    Command("pan_left", ("left",), "左移", "移动画面", bar=False),
    Command("pan_right", ("right",), "右移", "移动画面", bar=False),
    Command("pan_up", ("up",), "上移", "移动画面", bar=False),
    Command("pan_down", ("down",), "下移", "移动画面", bar=False),
)
