"""单位变更 的申请 (E1): 名称, 机构代码, 所属区域 and what stands above, changed once the level above has agreed."""

from __future__ import annotations

from datetime import date

from core.rules.errors import ErrorCode, Refused
from core.rules.offices import change_fields
from core.rules.roles import OrgKind
from core.schema.base import Nothing
from core.schema.offices import OrgProfile, SubmitOrgChange
from core.services.org_changes import submit_org_change
from core.services.org_profile import org_profile
from tui.kept import Kept
from tui.keys import Command
from tui.look import Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.office_above import OfficesAbove
from tui.widgets.pane import Pane

_LABEL_CELLS = 14
_FOOT_CELLS = 76


class OrgChangeScreen(Kept):
    """单位变更 的申请. What stands in the form at first is what holds now."""

    title_text = "单位变更 申请"
    help_text = ("只改要变更的项，其他项不动。提交后由上一级审核，通过之前一切照旧，可在变更记录中撤回。",)
    commands = (Command("submit", ("f8",), "提交变更", "在最后一项按 Enter 也可"),)

    def __init__(self) -> None:
        super().__init__()
        self.today = date.min

    def make_pane(self) -> Pane:
        fields = [field_for(spec) for spec in change_fields(OrgKind.EMPLOYER)]
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS)
        self.above = OfficesAbove(self, self.ask, lambda: self.form, self._left)
        self.form.on_open = opener(self, lambda: self.form, keys=self.above.openers, after=self._left)
        return self.form

    async def load(self) -> None:
        """What holds now. Raises Refused while one waits, or for a sub-account."""
        self.today = await self.program.backend.today()
        self.header.show(self.title_text, nameplate(self.program.caller))
        view: OrgProfile = await self.ask(org_profile, Nothing())
        if not view.chief:
            raise Refused(ErrorCode.NOT_CHIEF)
        if any(row.state == "pending" for row in view.rows):
            raise Refused(ErrorCode.CHANGE_PENDING, kind="单位变更")
        self._fill(view)

    def draft_title(self) -> str:
        """There is one at a time."""
        return "单位变更"

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    async def action_submit(self) -> None:
        """F8: 提交变更. All that is wrong is shown at once, beside its field."""
        command = SubmitOrgChange(
            values={**self.form.values(), "region": self.above.region_code},
            superior_id=self.above.superior_id,
            authority_id=self.above.authority_id,
        )
        view = await self.send(submit_org_change, command)
        if view is None:
            return
        self.form.edited = False
        await self.program.back()
        await self.program.go("org_changes")
        self.program.frame.tell(f"已提交变更（{view.row.what}），等待 {view.row.reviewer} 审核")

    def _fill(self, view: OrgProfile) -> None:
        self.form.rebuild([field_for(spec) for spec in change_fields(OrgKind(view.kind))])
        values = view.change_values
        for key in ("name", "code"):
            self.form.find(key).set(values[key])
        self.form.find("region").set(self.known_lists.region_path(values["region"]), values["region"])
        if view.kind == OrgKind.EMPLOYER:
            for key, office in (("superior", view.superior), ("authority", view.authority)):
                if office is not None:
                    self.form.find(key).set(office[1], office[0])
        who = view.reviewer or "上一级"
        words = (
            f"提交后由 {who} 审核，通过之前一切照旧。机构代码变更后用新代码登录；"
            "区域变更后，人员和未认定的年度一并转到新区域。"
        )
        self.form.footing = [(), *((Span(" " + part, Look.HINT),) for part in wrapped(words, _FOOT_CELLS))]
        self.form.stand_on("name")

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), self.today)
        self.form.changed()
