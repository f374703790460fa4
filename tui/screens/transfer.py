"""提交转出申请 (P4): the form of a transfer, the new unit found as in the registration."""

from __future__ import annotations

from core.rules.fields import FieldSpec
from core.rules.transfer import TRANSFER_FIELDS
from core.schema.base import Nothing, Number
from core.schema.changes import ChangeView, SubmitTransfer, TransferPage
from core.schema.employers import EmployerPage, FindEmployers
from core.services.change_views import view_change
from core.services.employers import find_employers
from core.services.transfers import submit_transfer, transfer_page
from tui.kept import Kept
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane
from tui.widgets.workplace import Workplace

_NOW = FieldSpec("from_employer", "原调出单位", required=False)
_LABEL_CELLS = 20
_FOOT_CELLS = 76


class TransferScreen(Kept):
    """单位调转 的申请. With `change_id` what was refused or taken back last stands in it."""

    title_text = "单位调转 转出申请"
    help_text = ("提交后由调入单位接收或拒绝；接收之前仍属原单位，可在单位调转中撤回。",)
    commands = (Command("submit", ("f8",), "提交转出申请", "在最后一项按 Enter 也可"),)

    def __init__(self, change_id: int | None = None) -> None:
        super().__init__()
        self.change_id = change_id

    def make_pane(self) -> Pane:
        fields = [field_for(_NOW, fixed=True), *map(field_for, TRANSFER_FIELDS)]
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS)
        keys = ("region", "employer", "department")
        self.work = Workplace(self, self.ask, lambda: self.form, keys=keys)
        self.form.on_open = opener(self, lambda: self.form, kinds=self.work.openers, after=self._left)
        return self.form

    async def load(self) -> None:
        """Where the person belongs now; then the entries of the one before."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        page: TransferPage = await self.ask(transfer_page, Nothing())
        self.form.find(_NOW.key).set(page.employer)
        if self.change_id is not None:
            await self._fill(await self.ask(view_change, Number(value=self.change_id)))
        self._say_who_decides()

    def pressed(self) -> None:
        """Who decides follows the unit that was picked."""
        self._say_who_decides()
        super().pressed()

    def draft_title(self) -> str:
        """The new unit tells it from others."""
        return f"单位调转 {self.form.find('employer').entry.value}".strip()

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    async def action_submit(self) -> None:
        """F8: 提交转出申请. All that is wrong is shown at once, beside its field."""
        values = self.form.values()
        employer_id = self.work.employer_id
        values["region"] = self.work.region_code
        values["employer"] = "" if employer_id is None else str(employer_id)
        command = SubmitTransfer(
            values={spec.key: values[spec.key] for spec in TRANSFER_FIELDS},
            employer_id=employer_id,
            department_id=self.work.department_id,
        )
        view = await self.send(submit_transfer, command)
        if view is None:
            return
        self.form.edited = False
        await self.program.back()
        self.program.frame.tell(f"已提交转出申请，等待 {view.handler} 接收")

    async def _fill(self, view: ChangeView) -> None:
        """The entries of a former one: the unit by its name, as long as it is still found under it."""
        before = dict(view.lines)
        name = before.get("调入单位", "")
        page: EmployerPage = await self.ask(find_employers, FindEmployers(text=name, exact=True))
        row = next((each for each in page.rows if each.name == name), None)
        if row is not None:
            region = self.known_lists.region_path(row.region_code)
            self.form.find("region").set(region, row.region_code)
            self.form.find("employer").set(row.name, row)
            self.form.find("department").set(before.get("调入部门", ""))
        self.form.find("reason").set(before.get("调转原因", ""))
        if view.reason:
            self.tell(f"请改正后再提交。原因：{view.reason}", Look.WARN)

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), await self.program.backend.today())
        self.form.changed()

    def _say_who_decides(self) -> None:
        new = self.form.find("employer").entry.value
        who = f"由 {new} 接收或拒绝" if new else "由调入单位接收或拒绝"
        words = f"提交后{who}；接收之后才生效，原单位会收到通知。学时和证书都随人，不受影响。"
        footing: list[Line] = [()]
        footing += [(Span(" " + part, Look.HINT),) for part in wrapped(words, _FOOT_CELLS)]
        if footing != self.form.footing:
            self.form.footing = footing
            self.form.changed()
