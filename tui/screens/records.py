"""学历及学位情况, 职(执)业资格, 学术技术称号 (P6): the list of each, with add, change and delete."""

from __future__ import annotations

from core.rules.fields import FieldKind
from core.rules.person_records import RECORD_KINDS
from core.schema.person_records import RecordKey, RecordList, RecordPage, RecordRow
from core.services.person_records import delete_record, record_page
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_DAY_CELLS = 10
_SHORT_CELLS = 12


class RecordsScreen(Frame):
    """One of the lists; the subclasses name it by its kind in core.rules.person_records."""

    kind_key = ""
    help_text = ("各项保存后立即生效，不用审核。",)
    commands = (
        Command("edit", ("enter", "e", "f2"), "查看修改", "带 > 的一条"),
        Command("new", ("f6", "n"), "新增"),
        Command("delete", ("x", "f9", "delete"), "删除", "带 > 的一条，删除前先问"),
        Command("pictures", ("v", "f7"), "看附件", "带 > 的一条的附件"),
        Command("refresh", ("f5",), "刷新", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.kind = RECORD_KINDS[self.kind_key]
        self.title_text = f"用户资料管理 > {self.kind.title}"
        self.page = RecordPage(self.kind.key, self.kind.title, (), ())

    def make_pane(self) -> Pane:
        specs = {spec.key: spec for spec in self.kind.fields}
        columns = [Column("序号", 4)]
        for key in self.kind.columns:
            spec = specs[key]
            wide = key == self.kind.title_field
            short = _DAY_CELLS if spec.kind is FieldKind.DATE else _SHORT_CELLS
            columns.append(Column(spec.label, 0 if wide else short))
        self.table = Table([*columns, Column("附件", 4, number=True)], empty=self._empty())
        return self.table

    async def load(self) -> None:
        """The list."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        await self._fetch()

    async def resume(self) -> None:
        """Back from the form."""
        await self._fetch()

    @property
    def row(self) -> RecordRow | None:
        """The entry that has the marker."""
        return self.page.rows[self.table.at] if self.page.rows else None

    async def action_edit(self) -> None:
        """Enter: the form of this entry."""
        row = self._chosen()
        if row is not None:
            await self.program.go("record", kind=self.kind.key, record_id=row.id)

    async def action_new(self) -> None:
        """F6: an empty form."""
        await self.program.go("record", kind=self.kind.key)

    async def action_delete(self) -> None:
        """F9, after a question."""
        row = self._chosen()
        if row is None:
            return
        title = row.values.get(self.kind.title_field, "")

        async def delete() -> None:
            await self.ask(delete_record, RecordKey(record_id=row.id, version=row.version))
            await self._fetch()
            self.tell(f"已删除 {title}")

        self.confirm(f"删除 {title}？", delete)

    async def action_pictures(self) -> None:
        """F7: the pictures of this entry."""
        row = self._chosen()
        if row is None:
            return
        if not row.evidence:
            self.tell("这一条没有附件，可在修改中添加", Look.WARN)
            return
        await self.program.go("picture", evidence=row.evidence)

    async def action_refresh(self) -> None:
        """F5."""
        await self._fetch()
        self.tell("已刷新")

    def _chosen(self) -> RecordRow | None:
        if self.row is None:
            self.tell(self._empty(), Look.WARN)
        return self.row

    def _empty(self) -> str:
        return f"还没有{self.kind.name}，按 F6 新增"

    async def _fetch(self) -> None:
        self.page = await self.ask(record_page, RecordList(kind=self.kind.key))
        rows = [
            TableRow((str(number), *row.cells, str(len(row.evidence)) if row.evidence else ""))
            for number, row in enumerate(self.page.rows, 1)
        ]
        heading: list[Line] = [(), (Span(f" {self.kind.title}", Look.TITLE), Span(f"   {len(rows)} 条")), ()]
        self.table.show(rows, heading=heading, at=self.table.at)


class EducationScreen(RecordsScreen):
    """学历及学位情况."""

    kind_key = "education"


class QualificationScreen(RecordsScreen):
    """职(执)业资格."""

    kind_key = "qualification"


class HonourScreen(RecordsScreen):
    """学术技术称号."""

    kind_key = "honour"
