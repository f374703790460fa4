"""单位申报记录 (E5): what the unit has declared for its persons, how it stands, and 撤销 of a whole activity."""

from __future__ import annotations

from core.rules.workflow import DeclarationState
from core.schema.activities import ActivityKey, ActivityLine, ActivityQuery
from core.services.activities import withdraw_activity
from core.services.activity_views import activity_page
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_COLUMNS = (
    Column("序号", 4, number=True),
    Column("申报时间", 16),
    Column("年度", 4),
    Column("学习形式", 10),
    Column("名称", 0),
    Column("学时", 5, number=True),
    Column("人数", 5, number=True),
)
WITHDRAWN = "withdrawn"


def states_text(row: ActivityLine) -> str:
    """How its declarations stand, in words."""
    if row.state == WITHDRAWN:
        return "整批已撤销"
    shown = [(DeclarationState(key).label, count) for key, count in row.counts.items()]
    return "  ".join(f"{label} {count}" for label, count in shown)


class ActivityTable(Table):
    """Activities; under them how the declarations of the marked one stand."""

    found: tuple[ActivityLine, ...] = ()
    where = ""

    def draw(self, cells: int, height: int) -> list[Line]:
        row = self.found[self.at] if self.found else None
        words = "" if row is None else f"  {row.title}   {states_text(row)}   申报人 {row.created_by}"
        self.footing = [(), line(Span(words)), line(Span(self.where, Look.HINT))]
        return super().draw(cells, height)


class ActivitiesScreen(Paged[ActivityLine]):
    """单位申报记录, a page at a time."""

    table: ActivityTable
    title_text = "单位申报记录"
    frame_lines = 9
    help_text = ("上级还没有审核任何一人时，可以整批撤销；已有人审核的不能撤销。",)
    commands = (
        Command("details", ("enter",), "详细", "每个人的进度、附件"),
        Command("declare", ("n", "f2"), "新的申报", "单位学时申报"),
        Command("withdraw", ("x", "f7"), "撤销", "整批撤销，先问"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = ActivityTable(_COLUMNS, empty="还没有单位申报，按 N 新的申报")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ActivityLine]:
        """A page of the unit's activities."""
        return await self.ask(activity_page, ActivityQuery(after=after, limit=limit))

    def key_of(self, row: ActivityLine) -> int:
        """The activity."""
        return row.id

    def show_page(self, page: PageOf[ActivityLine], at: int) -> None:
        """The newest first."""
        self.table.found = tuple(page.rows)
        self.table.where = self.page_words
        first = self.first_number
        rows = [self._cells(number, row) for number, row in enumerate(page.rows, first)]
        self.table.show(rows, heading=[()], first_number=first, at=at)

    def _cells(self, number: int, row: ActivityLine) -> TableRow:
        gone = row.state == WITHDRAWN
        cells = (
            str(number),
            moment_text(row.created_at),
            str(row.year),
            row.form_name,
            f"(已撤销) {row.title}" if gone else row.title,
            str(row.claimed),
            str(row.people),
        )
        return TableRow(cells, look=Look.HINT if gone else Look.PLAIN)

    async def action_details(self) -> None:
        """Enter."""
        if self.row_here is None:
            self.tell(self.table.empty, Look.WARN)
            return
        await self.program.go("activity", activity_id=self.row_here.id)

    async def action_declare(self) -> None:
        """N: another one."""
        await self.program.go("unit_declare")

    async def action_withdraw(self) -> None:
        """X: the whole, after a question."""
        row = self.row_here
        if row is None:
            self.tell(self.table.empty, Look.WARN)
            return
        if row.state == WITHDRAWN:
            self.tell("这一批已经撤销", Look.WARN)
            return

        async def withdraw() -> None:
            await self.ask(withdraw_activity, ActivityKey(activity_id=row.id, version=row.version))
            await self.fetch_again(keep=True)
            self.tell(f"已撤销 {row.title} 的 {row.people} 人申报，各人已收到通知")

        self.confirm(f"撤销 {row.title} 为 {row.people} 人的申报？", withdraw)
