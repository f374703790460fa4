"""工作部门 (E1): the tree that the popups of registration and transfer show; added to, renamed, moved, deleted."""

from __future__ import annotations

from core.rules.errors import Refused
from core.rules.fields import FieldSpec
from core.schema.base import Nothing
from core.schema.offices import DepartmentKey, DepartmentNode, SaveDepartment
from core.services.departments import NAME, delete_department, departments, save_department
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed
from tui.widgets.table import Column, Table, TableRow

_EMPTY = "还没有工作部门，按 F6 增加"
_TOP = "（单位直属）"


class DepartmentsScreen(Frame):
    """工作部门. The one with > is what a key is about; F6 adds below it, F9 at the top."""

    title_text = "工作部门"
    help_text = ("部门最多五级。有人员、有下级部门的不能删除：先移走，再删除。",)
    commands = (
        Command("add_below", ("f6", "n"), "增加下级", "在带 > 的部门之下增加；没有部门时增加第一个"),
        Command("add_top", ("f9", "t"), "增加一级", "增加单位直属的部门"),
        Command("rename", ("f2", "e", "enter"), "改名", "带 > 的部门"),
        Command("move", ("f4", "m"), "移动", "连同下级移到别的部门之下"),
        Command("delete", ("f7", "x", "delete"), "删除", "没有人、没有下级的才能删除"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.nodes: tuple[DepartmentNode, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(
            (Column("序号", 5, number=True), Column("部门", 0), Column("人数", 8)), empty=_EMPTY
        )
        return self.table

    async def load(self) -> None:
        """The tree."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self._show(await self.ask(departments, Nothing()))

    async def resume(self) -> None:
        """The tree again."""
        await self.load()

    async def action_add_below(self) -> None:
        """F6: one below the department with the marker."""
        above = self.nodes[self.table.at] if self.nodes else None
        await self._ask_name(f"增加部门：在“{above.name}”之下" if above else "增加部门", None, above)

    async def action_add_top(self) -> None:
        """F9: one at the top."""
        await self._ask_name("增加部门：单位直属", None, None)

    async def action_rename(self) -> None:
        """F2: another name."""
        here = self._here()
        if here is None:
            return
        above = next((node for node in self.nodes if node.id == here.parent_id), None)
        await self._ask_name(f"改名：{here.name}", here, above)

    async def action_move(self) -> None:
        """F4: below another department, or to the top."""
        here = self._here()
        if here is None:
            return
        options = [Option(_TOP, (_TOP,), "", None)]
        inside: set[int | None] = {here.id}
        for node in self.nodes:
            if node.parent_id in inside:
                inside.add(node.id)
            elif node.id != here.id:
                options.append(Option(node.name, ("  " * node.depth + node.name,), "", node.id))

        async def pick(option: Option) -> None:
            parent = option.payload if isinstance(option.payload, int) else None
            command = SaveDepartment(department_id=here.id, name=here.name, parent_id=parent)
            await self.close_overlay()
            try:
                nodes = await self.ask(save_department, command)
            except Refused as refusal:
                raise _told(refusal) from None
            self._show(nodes, here.id)
            self.tell(
                f"已把 {here.name} 移到 {option.value} 之下" if parent else f"已把 {here.name} 移到一级"
            )

        await self.open(Picker(f"把“{here.name}”移到", listed(options), pick))

    async def action_delete(self) -> None:
        """F7: after a question."""
        here = self._here()
        if here is None:
            return

        async def delete() -> None:
            self._show(await self.ask(delete_department, DepartmentKey(department_id=here.id)))
            self.tell(f"已删除 {here.name}")

        self.confirm(f"删除部门“{here.name}”？", delete)

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def _ask_name(self, title: str, node: DepartmentNode | None, above: DepartmentNode | None) -> None:
        async def given(values: dict[str, str]) -> None:
            command = SaveDepartment(
                department_id=node.id if node else None,
                name=values[NAME.key],
                parent_id=above.id if above else None,
            )
            before = {each.id for each in self.nodes}
            nodes = await self.ask(save_department, command)
            await self.close_overlay()
            fresh = next((each.id for each in nodes if each.id not in before), node.id if node else 0)
            self._show(nodes, fresh)
            self.tell(
                f"已改名为 {values[NAME.key].strip()}" if node else f"已增加 {values[NAME.key].strip()}"
            )

        spec: FieldSpec = NAME
        await self.open(FormSheet(title, [field_for(spec, node.name if node else "")], given))

    def _here(self) -> DepartmentNode | None:
        """What has the marker; says so where there is nothing yet."""
        if not self.nodes:
            self.tell(_EMPTY, Look.WARN)
            return None
        return self.nodes[self.table.at]

    def _show(self, nodes: tuple[DepartmentNode, ...], stay_on: int = 0) -> None:
        keep = stay_on or (self.nodes[self.table.at].id if self.nodes else 0)
        self.nodes = nodes
        ids = [node.id for node in nodes]
        at = ids.index(keep) if keep in ids else min(self.table.at, max(0, len(ids) - 1))
        rows = [
            TableRow((str(number), "  " * node.depth + node.name, str(node.people or "")))
            for number, node in enumerate(nodes, 1)
        ]
        heading: list[Line] = [line(Span(f"  共 {len(nodes)} 个部门", Look.HINT)), ()]
        self.table.show(rows, heading=heading, at=at)


def _told(refusal: Refused) -> Refused:
    """There is no form here to stand beside: the field's own refusal is the sentence."""
    if not refusal.fields:
        return refusal
    first = refusal.fields[0]
    return Refused(first.code, (), **first.params)
