"""专业技术职务 (P5): the form of the guide, in which 系列 and 任职资格 depend on each other, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.rules.changes import ChangeKind, PositionState
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.rules.position import POSITION_FIELDS, titles_for
from core.schema.base import Nothing, Number
from core.schema.changes import ChangeKey, ChangeView, PositionPage, SubmitPosition
from core.services.change_views import view_change
from core.services.positions import position_page, submit_position, withdraw_position
from tui.attaching import ATTACHING_COMMANDS, Attaching
from tui.kept import kept_views, taken_views
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.nameplate import moment_text, nameplate
from tui.widgets.attachment_form import OPTIONAL_EVIDENCE, Attachments, keep_errors
from tui.widgets.choosing import check_left, opener, take
from tui.widgets.field import Field, field_for
from tui.widgets.locked_form import LockedForm
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed

SENT = "信息已经提交审核"
_EVIDENCE = replace(OPTIONAL_EVIDENCE, label="证书附件")
_LOCKED = "现在不能修改，要改先按 F3 撤回"
_LABEL_CELLS = 22
_NUMBER_CELLS = 20
_FOOT_CELLS = 76
_AGAIN = (PositionState.REJECTED, PositionState.WITHDRAWN)
"""States whose entries stand in the form again, to be mended and sent in anew."""


class PositionScreen(Attaching):
    """专业技术职务."""

    title_text = "用户资料管理 > 专业技术职务"
    help_text = (
        "保存后由所属单位审核，通过后生效；审核之前原来的仍然有效。",
        "先选系列，任职资格只列出该系列的；也可以先选任职资格，系列随之填入。",
    )
    commands = (
        Command("save", ("f2", "f8"), "保存", "提交单位审核；在最后一项按 Enter 也可"),
        Command("withdraw", ("f3",), "撤回", "待审核时撤回，改正后再提交"),
        Command("changes", ("f6",), "变更记录", "提交过的各次和结果"),
        *ATTACHING_COMMANDS,
    )

    form: LockedForm

    def __init__(self) -> None:
        super().__init__()
        self.attachments = Attachments(_EVIDENCE)
        self.today = date.min
        self.page = PositionPage((), {}, (), None, None, ())
        self.last: ChangeView | None = None

    def make_pane(self) -> Pane:
        self.form = LockedForm(self._fields({}), label_cells=_LABEL_CELLS)
        keys = {_EVIDENCE.key: self.open_files, "title": self._open_titles}
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_save
        self.form.on_remove = self.ask_removal
        return self.form

    async def load(self) -> None:
        """What is in force, what waits, or what was refused last."""
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        self.header.show(self.title_text, nameplate(self.program.caller))
        await self._fetch()
        if self.last is not None and self.last.reason:
            self.tell(f"上次提交{self.last.state_label}，原因见下，请改正后再保存", Look.WARN)

    async def resume(self) -> None:
        """变更记录 may have taken one back; what was typed stays."""
        if not self.form.edited:
            await self._fetch()

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """There is only one."""
        return f"专业技术职务 {self.form.find('title').entry.value}".strip()

    def draft_content(self) -> dict[str, Any]:
        """The entries and pictures."""
        return {**super().draft_content(), "evidence": kept_views(self.attachments.views)}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again. Raises Refused while another one waits: the draft stays for later."""
        if self.page.pending is not None:
            refusal = Refused(ErrorCode.CHANGE_PENDING, kind=ChangeKind.POSITION.label)
            self.tell(f"{refusal.text}。草稿还留着", Look.WARN)  # here, since the page that asked lies below
            raise refusal
        self.attachments.replace(taken_views(content["evidence"]))
        self.form.rebuild(self._fields(content["values"]))
        return await super().take_draft(content)

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ------------------------------------------------------------------------------------------ doing

    async def action_save(self) -> None:
        """F2: it goes to the employer. All that is wrong is shown at once, beside its field."""
        if self._says_why_locked():
            return
        if not self.form.edited and self.page.in_force is not None and self.last is None:
            self.tell("没有改动，不用保存", Look.WARN)
            return
        values = self.form.values()
        command = SubmitPosition(
            values={spec.key: values[spec.key] for spec in POSITION_FIELDS},
            evidence=self.attachments.refs(values),
        )
        view = await self.send(submit_position, command)
        if view is None:
            return
        await self._fetch()
        self.tell(f"{SENT}，等待 {view.handler} 审核")

    async def action_withdraw(self) -> None:
        """F3: 撤回 what waits, after a question."""
        pending = self.page.pending
        if pending is None:
            self.tell("没有待审核的变更，不用撤回", Look.WARN)
            return

        async def withdraw() -> None:
            await self.ask(withdraw_position, ChangeKey(change_id=pending.id, version=pending.version))
            await self._fetch()
            self.tell("已撤回，可以改正后再保存")

        self.confirm("撤回待审核的专业技术职务？", withdraw)

    async def action_changes(self) -> None:
        """F6: 变更记录."""
        await self.program.go("position_changes")

    async def action_attach(self) -> None:
        """F9: the file browser."""
        if not self._says_why_locked():
            await super().action_attach()

    def refit(self) -> None:
        """An attachment came or went."""
        fields = self._fields(self.form.values())
        keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = True

    def _says_why_locked(self) -> bool:
        if self.form.locked:
            self.tell(self.form.locked, Look.WARN)
        return bool(self.form.locked)

    # ------------------------------------------------------------------------------------------- form

    async def _fetch(self) -> None:
        """Take over what stands now: what waits, what has to be mended, or what is in force."""
        self.page = await self.ask(position_page, Nothing())
        self.last = None
        if self.page.rows and self.page.rows[0].state in _AGAIN:
            self.last = await self.ask(view_change, Number(value=self.page.rows[0].id))
        shown = self.page.pending or self.last
        by_label = dict(shown.lines) if shown is not None else {}
        values = {spec.key: by_label.get(spec.label, "") for spec in POSITION_FIELDS}
        self.attachments.replace(shown.evidence if shown is not None else self.page.evidence)
        self.form.locked = self._why_locked()
        self.form.rebuild(self._fields(values if shown is not None else self.page.values))
        self.form.stand_on_first()
        self.form.edited = False
        self.form.footing = self._footing()

    def _why_locked(self) -> str:
        pending = self.page.pending
        if pending is None:
            return ""
        return f"正在等待 {pending.handler} 审核。{_LOCKED}"

    def _footing(self) -> list[Line]:
        out: list[Line] = [()]
        if (pending := self.page.pending) is not None:
            when = moment_text(pending.submitted_at)
            out += _folded(f"{pending.state_label}：{when} 提交，等待 {pending.handler} 审核。", Look.WARN)
            out += _folded(f"{_LOCKED}。", Look.WARN)
        elif self.last is not None and self.last.reason:
            out += _folded(f"上次提交{self.last.state_label}，原因：{self.last.reason}", Look.ERROR)
        if (in_force := self.page.in_force) is not None:
            held = dict(in_force.lines)
            words = " ".join(held.get(spec.label, "") for spec in POSITION_FIELDS[1:4])
            out += _folded(f"现在有效：{words}", Look.HINT)
        out += _folded("保存后由所属单位审核，通过后生效。F6 变更记录", Look.HINT)
        return out

    def _fields(self, values: Mapping[str, str]) -> list[Field]:
        locked = self.page.pending is not None
        about = [
            field_for(FieldSpec(f"fixed:{label}", label, required=False), text, fixed=True, cells=54)
            for label, text in self.page.fixed
        ]
        typed = [field_for(spec, values.get(spec.key, "")) for spec in POSITION_FIELDS]
        typed[0].cells = _NUMBER_CELLS
        fields = [*typed, *self.attachments.fields(values, () if locked else ("专业技术职务证书",))]
        for field in fields:
            field.fixed = locked
        return [*about, *fields]

    async def _open_titles(self, field: Field, typed: str) -> None:
        """任职资格 of the chosen 系列; without one all of them, each with the 系列 that it brings."""
        series, lists = self.form.find("series").entry.value, await self.lists()
        titles = titles_for(series, lists)
        if titles:
            options = [Option.plain(title) for title in titles]
        else:
            options = [
                Option(each.title, (each.title, f"{each.series} ({each.level})")) for each in lists.titles()
            ]

        async def pick(option: Option) -> None:
            if not titles:
                self.form.find("series").set(option.cells[1])
            await take(self, self.form, field, option, self._left)

        columns = (("任职资格", 0),) if titles else (("任职资格", 24), ("专业技术职务系列", 0))
        heading = f"{field.spec.label}    {series}" if titles else field.spec.label
        await self.open(Picker(heading, listed(options), pick, query=typed, columns=columns))

    async def _left(self, field: Field) -> None:
        if field.spec.key == "series":
            self._fit_title(field.entry.value)
        await check_left(field, self.form.values(), self.today)
        self.form.changed()

    def _fit_title(self, series: str) -> None:
        """Another 系列: a title that isn't of it goes, the only one that there is comes by itself."""
        title, titles = self.form.find("title"), titles_for(series, self.known_lists)
        if not series or title.entry.value in titles:
            return
        gone = title.entry.value
        title.set(titles[0] if len(titles) == 1 else "")
        words = f"“{gone}”不属于 {series}，" if gone else ""
        if title.entry.value:
            self.tell(f"{words}任职资格已填为“{title.entry.value}”", Look.WARN if gone else Look.GOOD)
        elif gone:
            self.tell(f"{words}已清空，请重新选择任职资格", Look.WARN)


def _folded(text: str, look: Look) -> list[Line]:
    return [(Span(" " + part, look),) for part in wrapped(text, _FOOT_CELLS)]
