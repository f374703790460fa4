"""单位资料管理 (E1): contact data saved at once; above it what is changed by application, with the way to do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.rules.offices import CONTACT_FIELDS
from core.rules.roles import Role
from core.schema.base import Nothing
from core.schema.offices import EditOrg, OrgProfile
from core.services.org_profile import edit_org, org_profile
from tui.kept import Kept
from tui.keys import Command
from tui.look import Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane

_LABEL_CELLS = 14
_FOOT_CELLS = 76
_CHANGED_SINCE = "资料在草稿之后改过，请核对各项后再保存"
_DEPARTMENTS = Command("departments", ("f6",), "工作部门", "部门的增加、改名、移动、删除")


class OrgProfileScreen(Kept):
    """单位资料管理."""

    title_text = "单位资料管理"
    help_text = (
        "联系方式等保存后立即生效，不用审核。",
        "单位名称、机构代码、所属区域、上级单位和主管部门：F7 申请变更，由上一级审核。",
    )
    commands = (
        Command("save", ("f2", "f8"), "保存", "立即生效；在最后一项按 Enter 也可"),
        Command("change", ("f7",), "申请变更", "名称、代码、区域、上级"),
        Command("changes", ("f9",), "变更记录", "申请到哪里了，撤回"),
        _DEPARTMENTS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.today = date.min
        self.view: OrgProfile | None = None

    def make_pane(self) -> Pane:
        self.form = Form(
            [field_for(spec) for spec in CONTACT_FIELDS],
            on_leave=self._left,
            on_done=self.action_save,
            label_cells=_LABEL_CELLS,
        )
        self.form.on_open = opener(self, lambda: self.form, after=self._left)
        return self.form

    async def load(self) -> None:
        """What the platform knows now."""
        self.today = await self.program.backend.today()
        self.header.show(self.title_text, nameplate(self.program.caller))
        self._show(await self.ask(org_profile, Nothing()))

    async def resume(self) -> None:
        """A change may have been sent in or taken back; what was typed stays."""
        if not self.form.edited:
            self._show(await self.ask(org_profile, Nothing()))

    def live_commands(self) -> tuple[Command, ...]:
        """Only an employer has departments."""
        employer = self.program.role is Role.EMPLOYER
        return tuple(each for each in super().live_commands() if employer or each is not _DEPARTMENTS)

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """There is only one."""
        return self.title_text

    def draft_content(self) -> dict[str, Any]:
        """The entries, and which state of the office they belong to."""
        return {**super().draft_content(), "version": self.view.version if self.view else 0}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The entries again."""
        await super().take_draft(content)
        same = self.view is not None and content["version"] == self.view.version
        return "" if same else _CHANGED_SINCE

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ---------------------------------------------------------------------------------------- actions

    async def action_save(self) -> None:
        """F2: in force at once."""
        assert self.view is not None
        if not self.view.chief:
            raise Refused(ErrorCode.NOT_CHIEF)
        values = self.form.values()
        typed = {spec.key: values[spec.key] for spec in CONTACT_FIELDS}
        view = await self.send(edit_org, EditOrg(version=self.view.version, values=typed))
        if view is not None:
            self._show(view)
            self.tell("已保存，立即生效")

    async def action_change(self) -> None:
        """F7: 申请变更."""
        assert self.view is not None
        if not self.view.chief:
            raise Refused(ErrorCode.NOT_CHIEF)
        await self.program.go("org_change")

    async def action_changes(self) -> None:
        """F9: 变更记录."""
        await self.program.go("org_changes")

    async def action_departments(self) -> None:
        """F6: 工作部门."""
        await self.program.go("departments")

    # ------------------------------------------------------------------------------------------- form

    def _show(self, view: OrgProfile) -> None:
        self.view = view
        fixed = [
            field_for(FieldSpec(f"fixed:{label}", label, required=False), text, fixed=True, cells=60)
            for label, text in view.fixed
        ]
        kept = [field_for(spec, view.values[spec.key], fixed=not view.chief) for spec in CONTACT_FIELDS]
        here = self.form.current.spec.key
        self.form.rebuild([*fixed, *kept])
        keys = [field.spec.key for field in kept]
        self.form.stand_on(here if here in keys else keys[0])
        self.form.edited = False
        self.form.footing = [(), *((Span(" " + part, Look.HINT),) for part in self._words(view))]
        self.form.changed()

    def _words(self, view: OrgProfile) -> list[str]:
        if not view.chief:
            return ["子账户只能查看，修改请用本单位的管理员账号"]
        pending = next((row for row in view.rows if row.state == "pending"), None)
        if pending is not None:
            return wrapped(f"{pending.what} 的变更待 {pending.reviewer} 审核：F9 查看、撤回", _FOOT_CELLS)
        reviewer = f"，由 {view.reviewer} 审核" if view.reviewer else ""
        return wrapped(f"名称、代码、区域、上级：F7 申请变更{reviewer}", _FOOT_CELLS)

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), self.today)
        self.form.changed()
