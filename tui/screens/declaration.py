"""详细: one declaration with all its entries, its evidence and its history, level by level."""

from __future__ import annotations

from core.rules.chain import SOURCES
from core.rules.fields import FieldSpec
from core.rules.forms import CLAIMED_FIELD, FORMS, REMARK_FIELD, declaration_fields
from core.schema.base import Number
from core.schema.declarations import DeclarationView
from core.schema.history import DecisionLine
from core.services.declarations import declaration_view
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import moment_text, nameplate
from tui.widgets.file_picker import size_text
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader

_LABEL_CELLS = 22


class DeclarationScreen(Frame):
    """申报详细."""

    title_text = "申报详细"
    help_text = ("按附件前的数字查看图片。",)
    commands = (
        Command("view", tuple("12345"), "查看附件", "附件前的数字"),
        Command("linked", ("f3",), "相关申报", "重新申报的到原来那条；已重新申报的到新的那条"),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self, declaration_id: int) -> None:
        super().__init__()
        self.declaration_id = declaration_id
        self.view: DeclarationView | None = None

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Fetch it."""
        self.view = await self.ask(declaration_view, Number(value=self.declaration_id))
        self.header.show(f"申报详细 #{self.view.id}  {self.view.person_name}", nameplate(self.program.caller))
        self.reader.show(detail_lines(self.view))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def action_linked(self) -> None:
        """F3: the refused one that this was copied from, or else the newest copy of this one."""
        assert self.view is not None
        other = self.view.origin_id or self.view.again_id
        if other is None:
            self.tell("这条申报没有相关的重新申报", Look.WARN)
            return
        await self.program.go("declaration", declaration_id=other)

    async def action_view(self) -> None:
        """A digit: the picture of that number."""
        assert self.view is not None
        index = int(self.press_now.command_key) - 1
        count = len(self.view.evidence)
        if index >= count:
            self.tell(f"只有 {count} 个附件" if count else "没有附件", Look.WARN)
            return
        params = {"evidence": self.view.evidence, "at": index, "object_id": self.view.id}
        await self.program.go("picture", **params)


def detail_lines(view: DeclarationView) -> list[Line]:
    """Everything of a declaration as lines: state, entries, evidence, history."""
    out: list[Line] = [()]
    state = Look.ERROR if view.reason else Look.TITLE
    handler = f"   当前处理人 {view.handler}" if view.handler else ""
    out.append((Span(f"  {view.form_name}   ", Look.TITLE), Span(view.status_label, state), Span(handler)))
    out += _entry("原因", view.reason, Look.ERROR) if view.reason else []
    if view.origin_id is not None:
        why = f"，当时的原因：{view.origin_reason}" if view.origin_reason else ""
        out += _entry("重新申报自", f"#{view.origin_id}{why}   (F3 查看)")
    if view.again_id is not None:
        out += _entry("已重新申报为", f"#{view.again_id}" + ("" if view.origin_id else "   (F3 查看)"))
    if view.source_label and view.source_label != SOURCES["person"]:
        out += _entry("申报来源", view.source_label)
    out += _entry("计入科目", f"{view.subject}   计入年度 {view.year}")
    for spec in _specs(view):
        out += _entry(spec.label, view.values.get(spec.key, ""))
    recognised = "" if view.recognised is None else f"   认定学时 {view.recognised}"
    out += _entry(CLAIMED_FIELD.label, f"{view.claimed if view.claimed else '-'}{recognised}")
    out += _entry(REMARK_FIELD.label, view.note)
    out += [(), (Span("  附件", Look.TITLE),)]
    for number, each in enumerate(view.evidence, 1):
        words = f"{fit(each.file_name, 30)} {fit(size_text(each.size), 9)} {each.caption}"
        out.append((Span(f"   {number} ", Look.KEY), Span(words)))
    if not view.evidence:
        out.append((Span("    没有附件", Look.HINT),))
    if view.rule:
        out += [(), (Span("  计学时的规则", Look.TITLE),)]
        for label, text in view.rule:
            out += _entry(label, text)
    out += _history(view)
    return out


def _specs(view: DeclarationView) -> tuple[FieldSpec, ...]:
    """The entries of the form itself; of a form that is no longer declared, whatever was stored."""
    common = ("subject", "year", CLAIMED_FIELD.key, REMARK_FIELD.key)
    if view.form in FORMS:
        return tuple(spec for spec in declaration_fields(FORMS[view.form]) if spec.key not in common)
    return tuple(FieldSpec(key, key) for key in view.values if key not in common)


def _entry(label: str, text: str, look: Look = Look.PLAIN) -> list[Line]:
    parts = wrapped(text, 54) if text else ["-"]
    return [
        (Span(fit(f"  {'' if index else label}", _LABEL_CELLS), Look.LABEL), Span(part, look))
        for index, part in enumerate(parts)
    ]


def _history(view: DeclarationView) -> list[Line]:
    out: list[Line] = [(), (Span("  审核记录", Look.TITLE),)]
    for each in view.history:
        out += [(Span("   " + part),) for part in wrapped(_decision(each), 74)]
    if not view.history:
        out.append((Span("    还没有提交", Look.HINT),))
    waiting = " > ".join(view.chain)
    if view.handler and waiting:
        out += [(Span("   " + part, Look.HINT),) for part in wrapped(f"依次审核：{waiting}", 74)]
    return out


def _decision(each: DecisionLine) -> str:
    who = " ".join(part for part in (each.org_name, each.actor_name) if part)
    hours = "" if each.recognised is None else f"  认定 {each.recognised}"
    opinion = f"  {each.opinion}" if each.opinion else ""
    return f"{moment_text(each.at)}  {each.step_label or '本人'}  {each.move_label}  {who}{hours}{opinion}"
