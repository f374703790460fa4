"""基本信息修改 (P2): what a person changes alone, saved at once; the rest stands above it with the way to change it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.fields import FieldKind, FieldSpec
from core.rules.profile import PROFILE_FIELDS
from core.schema.base import Nothing, Number
from core.schema.person_records import EditProfile, ProfileView
from core.services.employers import departments_of
from core.services.profile import edit_profile, profile_view
from tui.kept import Kept
from tui.keys import Command
from tui.look import Look, Span
from tui.nameplate import nameplate
from tui.widgets.choosing import check_left, opener, take
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed

_LABEL_CELLS = 16
_CHANGED_SINCE = "资料在草稿之后改过，请核对各项后再保存"


class BasicsScreen(Kept):
    """基本信息修改."""

    title_text = "用户资料管理 > 基本信息修改"
    help_text = (
        "保存后立即生效，不用审核。身份证的性别和出生日期由号码决定。",
        "改姓名或证件号按 F9，换单位按 F7。",
    )
    commands = (
        Command("save", ("f2", "f8"), "保存", "立即生效；在最后一项按 Enter 也可"),
        Command("transfer", ("f7",), "单位调转", "换单位"),
        Command("identity", ("f9",), "证件信息修改", "改姓名或证件号"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.today = date.min
        self.view = ProfileView(0, (), {}, 0, None)

    def make_pane(self) -> Pane:
        self.form = Form(
            [field_for(spec) for spec in PROFILE_FIELDS],
            on_leave=self._left,
            on_done=self.action_save,
            label_cells=_LABEL_CELLS,
        )
        kinds = {FieldKind.DEPARTMENT: self._open_departments}
        self.form.on_open = opener(self, lambda: self.form, kinds=kinds, after=self._left)
        return self.form

    async def load(self) -> None:
        """What the platform knows now."""
        self.today = await self.program.backend.today()
        self.header.show(self.title_text, nameplate(self.program.caller))
        self._show(await self.ask(profile_view, Nothing()))

    async def resume(self) -> None:
        """A transfer or a new name may have come of the page above; what was typed stays."""
        if not self.form.edited:
            self._show(await self.ask(profile_view, Nothing()))

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """There is only one."""
        return "基本信息修改"

    def draft_content(self) -> dict[str, Any]:
        """The entries, and which state of the file they belong to."""
        return {**super().draft_content(), "version": self.view.version}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The entries again."""
        await super().take_draft(content)
        return "" if content["version"] == self.view.version else _CHANGED_SINCE

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ------------------------------------------------------------------------------------------ doing

    async def action_save(self) -> None:
        """F2: in force at once."""
        if not self.form.edited:
            self.tell("没有改动，不用保存", Look.WARN)
            return
        values = self.form.values()
        chosen = self.form.find("department").payload
        command = EditProfile(
            version=self.view.version,
            values={key: values[key] for key in self.view.values},
            department_id=chosen if isinstance(chosen, int) and values["department"] else None,
        )
        view = await self.send(edit_profile, command)
        if view is None:
            return
        self._show(view)
        self.tell("已保存，立即生效")

    async def action_transfer(self) -> None:
        """F7: 单位调转."""
        await self.program.go("transfers")

    async def action_identity(self) -> None:
        """F9: 证件信息修改."""
        await self.program.go("identity")

    # ------------------------------------------------------------------------------------------- form

    def _show(self, view: ProfileView) -> None:
        self.view = view
        fixed = [
            field_for(FieldSpec(f"fixed:{label}", label, required=False), text, fixed=True, cells=60)
            for label, text in view.fixed
        ]
        changed = [
            field_for(spec, view.values[spec.key]) for spec in PROFILE_FIELDS if spec.key in view.values
        ]
        here = self.form.current.spec.key
        self.form.rebuild([*fixed, *changed])
        self.form.find("department").payload = view.department_id
        self.form.stand_on(here if here in view.values else changed[0].spec.key)
        self.form.edited = False
        self.form.footing = [
            (),
            (Span(" 姓名、证件号：F9 证件信息修改    所在单位：F7 单位调转", Look.HINT),),
        ]

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), self.today)
        self.form.changed()

    async def _open_departments(self, field: Field, typed: str) -> None:
        rows = await self.ask(departments_of, Number(value=self.view.employer_id))
        if not rows:
            self.tell("该单位没有登记工作部门，可以不填", Look.WARN)
            return

        async def pick(option: Option) -> None:
            await take(self, self.form, field, option)

        options = [Option(row.name, (row.path,), "", row.id) for row in rows]
        await self.open(Picker(field.spec.label, listed(options), pick, query=typed))
