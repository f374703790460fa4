"""A person's change (变更申请) as lines: its state, its entries, pictures and history, and the reason of a refusal."""

from __future__ import annotations

from core.schema.changes import ChangeView
from core.schema.declarations import EvidenceView
from core.schema.history import DecisionLine
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import moment_text
from tui.widgets.file_picker import size_text

_LABEL_CELLS = 26
_ROOM = 50
_WHOLE = 74


def change_lines(view: ChangeView) -> list[Line]:
    """详情."""
    look = Look.ERROR if view.reason else Look.TITLE
    handler = f"   当前处理人 {view.handler}" if view.handler else ""
    out: list[Line] = [(), (Span("  处理结果  "), Span(view.state_label, look), Span(handler))]
    if view.reason:
        out += entry_lines("原因", view.reason, Look.ERROR)
    out += [(), *(line for label, text in view.lines for line in entry_lines(label, text))]
    out += _pictures(view.evidence)
    out += [(), (Span("  办理记录", Look.TITLE),)]
    for each in view.history:
        out += [(Span("   " + part),) for part in wrapped(_told(each), _WHOLE)]
    return out


def entry_lines(label: str, text: str, look: Look = Look.PLAIN) -> list[Line]:
    """A label and what stands beside it, folded."""
    parts = wrapped(text, _ROOM) if text else ["-"]
    return [
        (Span(fit(f"  {'' if index else label}", _LABEL_CELLS), Look.LABEL), Span(part, look))
        for index, part in enumerate(parts)
    ]


def _pictures(evidence: tuple[EvidenceView, ...]) -> list[Line]:
    if not evidence:
        return []
    out: list[Line] = [(), (Span("  附件", Look.TITLE), Span("   按数字查看", Look.HINT))]
    for number, each in enumerate(evidence, 1):
        name = each.caption or each.file_name
        out.append((Span(f"   {number} ", Look.KEY), Span(f"{fit(name, 30)} {size_text(each.size)}")))
    return out


def _told(each: DecisionLine) -> str:
    who = " ".join(part for part in (each.org_name, each.actor_name) if part)
    opinion = f"  {each.opinion}" if each.opinion else ""
    return f"{moment_text(each.at)}  {each.step_label or '本人'}  {each.move_label}  {who}{opinion}"
