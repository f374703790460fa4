"""单位申报详细 (E5): one activity, its attachments, and how the declaration of each person stands."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.activities import ActivityPeopleQuery, ActivityPerson, ActivityView
from core.schema.base import Number
from core.schema.declarations import Holder
from core.services.activity_views import activity_people, activity_view
from tui.keys import Command
from tui.look import Line, Look, Span, line, wrapped
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_COLUMNS = (
    Column("序号", 4, number=True),
    Column("姓名", 10),
    Column("工作部门", 12),
    Column("认定", 5, number=True),
    Column("当前处理人", 0),
    Column("认定结果", 10),
)


class PeopleTable(Table):
    """Persons; under them why the marked one was refused."""

    found: tuple[ActivityPerson, ...] = ()
    where = ""

    def draw(self, cells: int, height: int) -> list[Line]:
        row = self.found[self.at] if self.found else None
        reason = f"  原因：{row.reason}" if row is not None and row.reason else ""
        self.footing = [line(Span(reason, Look.ERROR)), line(Span(self.where, Look.HINT))]
        return super().draw(cells, height)


class ActivityScreen(Paged[ActivityPerson]):
    """One activity."""

    table: PeopleTable
    title_text = "单位申报详细"
    frame_lines = 15
    help_text = ("按附件前的数字查看图片；Enter 看带 > 的人的那份申报。",)
    commands = (
        Command("details", ("enter",), "详细", "带 > 的人的申报"),
        Command("view", tuple("12345"), "附件", "附件前的数字"),
        *PAGE_COMMANDS,
    )

    def __init__(self, activity_id: int) -> None:
        super().__init__()
        self.activity_id = activity_id
        self.view: ActivityView | None = None

    def make_pane(self) -> Pane:
        self.table = PeopleTable(_COLUMNS, empty="这一批没有人员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ActivityPerson]:
        """A page of its persons; the activity itself with the first."""
        self.view = await self.ask(activity_view, Number(value=self.activity_id))
        query = ActivityPeopleQuery(activity_id=self.activity_id, after=after, limit=limit)
        return await self.ask(activity_people, query)

    def key_of(self, row: ActivityPerson) -> int:
        """The declaration."""
        return row.declaration_id

    def show_page(self, page: PageOf[ActivityPerson], at: int) -> None:
        """The activity above, its persons below."""
        assert self.view is not None
        self.table.found = tuple(page.rows)
        self.table.where = self.page_words
        first = self.first_number
        rows = [_cells(number, row) for number, row in enumerate(page.rows, first)]
        self.table.show(rows, heading=_heading(self.view), first_number=first, at=at)

    async def action_details(self) -> None:
        """Enter."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        await self.program.go("declaration", declaration_id=self.row_here.declaration_id)

    async def action_view(self) -> None:
        """A digit: the picture of that number."""
        assert self.view is not None
        at, evidence = int(self.press_now.command_key) - 1, self.view.evidence
        if at >= len(evidence):
            self.tell(f"只有 {len(evidence)} 个附件" if evidence else "没有附件", Look.WARN)
            return
        await self.program.go(
            "picture", evidence=evidence, at=at, object_id=self.activity_id, holder=Holder.ACTIVITY
        )


def _heading(view: ActivityView) -> list[Line]:
    row = view.line
    state = "   整批已撤销" if row.state == "withdrawn" else ""
    out: list[Line] = [
        (Span(f"  {row.year} 年 {row.form_name}  {row.title}  {row.claimed} 学时{state}", Look.TITLE),)
    ]
    entries = "  ".join(f"{label} {text}" for label, text in view.lines if text != row.title)
    out += [(Span("  " + part),) for part in wrapped(entries, 76)[:3]]
    names = "  ".join(f"{n} {each.caption or each.file_name}" for n, each in enumerate(view.evidence, 1))
    out.append((Span("  附件  ", Look.LABEL), Span(names or "没有附件")))
    out.append(
        (Span(f"  {row.people} 人，上级已审核 {view.reviewed} 人   {' > '.join(view.chain)}", Look.HINT),)
    )
    return [*out, ()]


def _cells(number: int, row: ActivityPerson) -> TableRow:
    recognised = "" if row.recognised is None else str(row.recognised)
    return TableRow((str(number), row.person_name, row.department, recognised, row.handler, row.status_label))
