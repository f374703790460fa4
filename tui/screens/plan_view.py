"""详细 of a training plan: its entries, its 课程表, the 培训通知, every move with its reason."""

from __future__ import annotations

from core.schema.base import Number
from core.schema.declarations import Holder
from core.schema.history import DecisionLine
from core.schema.training import PlanView
from core.services.plans import plan_view
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import moment_text, nameplate
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader

_LABEL_CELLS = 16


class PlanViewScreen(Frame):
    """计划详细."""

    title_text = "计划详细"
    help_text = ("按附件前的数字查看图片。",)
    commands = (
        Command("view", tuple("12345"), "查看附件", "附件前的数字"),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self, plan_id: int) -> None:
        super().__init__()
        self.plan_id = plan_id
        self.view: PlanView | None = None

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Fetch it."""
        self.view = await self.ask(plan_view, Number(value=self.plan_id))
        self.header.show(f"{self.view.kind.label}详细", nameplate(self.program.caller))
        self.reader.show(plan_detail(self.view))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_view(self) -> None:
        """A digit: the picture of that number."""
        assert self.view is not None
        index, count = int(self.press_now.command_key) - 1, len(self.view.evidence)
        if index >= count:
            self.tell(f"只有 {count} 个附件" if count else "没有附件", Look.WARN)
            return
        shown = {"evidence": self.view.evidence, "object_id": self.view.id, "holder": Holder.PLAN}
        await self.program.go("picture", at=index, **shown)


def plan_detail(view: PlanView) -> list[Line]:
    """Everything of a plan as lines."""
    handler = f"   等待 {view.handler} 审批" if view.handler else ""
    state = Look.ERROR if view.reason else Look.TITLE
    out: list[Line] = [
        (),
        (Span(f"  {view.title}   ", Look.TITLE), Span(view.state_label, state), Span(handler)),
    ]
    if view.reason:
        out += _entry("原因", view.reason)
    out += _entry("报送单位", view.org_name)
    if view.allowed is not None:
        out += _entry("备案学时", f"{view.allowed}（学员最多可得）")
    for label, text in view.lines:
        out += _entry(label, text)
    for number, each in enumerate(view.evidence, 1):
        out += _entry("附件" if number == 1 else "", f"{number} {each.caption or each.file_name}  (数字查看)")
    out += [(), (Span("  办理记录", Look.TITLE),)]
    for move in view.history:
        out += [(Span("   " + part),) for part in wrapped(told(move), 74)]
    if not view.history:
        out.append((Span("    还没有提交", Look.HINT),))
    return out


def told(each: DecisionLine) -> str:
    """A move of a plan or a class in one line."""
    who = " ".join(part for part in (each.org_name, each.actor_name) if part)
    hours = "" if each.recognised is None else f"  认定 {each.recognised} 学时"
    opinion = f"  {each.opinion}" if each.opinion else ""
    return f"{moment_text(each.at)}  {each.step_label}  {each.move_label}  {who}{hours}{opinion}"


def _entry(label: str, text: str) -> list[Line]:
    parts = wrapped(text, 58) if text else ["-"]
    return [
        (Span(fit(f"  {'' if index else label}", _LABEL_CELLS), Look.LABEL), Span(part))
        for index, part in enumerate(parts)
    ]
