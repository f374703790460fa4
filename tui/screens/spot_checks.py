"""抽查 (R10): the draws of the region; a new one shows its seed and what it is drawn from before it is fixed."""

from __future__ import annotations

from functools import partial

from core.rules.fields import FieldKind, FieldSpec
from core.schema.spot_checks import (
    DrawSpotCheck,
    PreparedSpotCheck,
    PrepareSpotCheck,
    SpotCheckQuery,
    SpotCheckRow,
)
from core.services.spot_checks import draw_spot_check, prepare_spot_check, spot_check_page
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("编号", 5, number=True),
    Column("年度", 6),
    Column("区域", 0),
    Column("总体", 7, number=True),
    Column("抽取", 6, number=True),
    Column("已核", 6, number=True),
    Column("问题", 5, number=True),
    Column("抽取时间", 17),
)
YEAR = FieldSpec("year", "年度", FieldKind.YEAR, hint="计入哪个年度的申报，如 2026")
WANTED = FieldSpec("wanted", "抽取件数", FieldKind.INTEGER, hint="1 至 10000")
SEED = FieldSpec("seed", "种子", required=False, max_length=64, hint="不填则由程序抽取")


class SpotChecksScreen(Paged[SpotCheckRow]):
    """Draws, newest first, a page at a time."""

    title_text = "抽查"
    help_text = (
        "从已审核通过的申报中按种子抽取：种子和总体写下来，任何人都能照着重新抽出同一份名单。",
        "种子可以自己写（如当天公开的开奖号码），也可以由程序抽取；都先显示，再定下来。",
    )
    commands = (
        Command("open_check", ("enter",), "名单", "逐条核对带 > 的一次抽查"),
        Command("new", ("n", "f6"), "新抽查", "写明年度、件数和种子"),
        Command("details", ("i", "f7"), "详细", "种子、总体和摘要"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有抽查，N 新抽查")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[SpotCheckRow]:
        """A page of the draws."""
        return await self.ask(spot_check_page, SpotCheckQuery(after=after, limit=limit))

    def key_of(self, row: SpotCheckRow) -> int:
        """The draw."""
        return row.id

    def show_page(self, page: PageOf[SpotCheckRow], at: int) -> None:
        """The draws, and how far the work on them is."""
        rows = [
            TableRow(
                (
                    str(each.id),
                    str(each.year),
                    each.region_name,
                    str(each.population),
                    str(each.drawn),
                    str(each.looked_at),
                    str(each.bad or "-"),
                    moment_text(each.drawn_at),
                )
            )
            for each in page.rows
        ]
        heading: list[Line] = [line(Span("  本区域及下级的抽查", Look.TITLE)), ()]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, at=at)

    async def action_open_check(self) -> None:
        """Enter: the list."""
        if self.row_here is None:
            self.tell("还没有抽查，N 新抽查", Look.WARN)
            return
        await self.program.go("spot_check", check_id=self.row_here.id)

    async def action_details(self) -> None:
        """I: what decided the draw."""
        row = self.row_here
        if row is None:
            self.tell("还没有抽查，N 新抽查", Look.WARN)
            return
        lines = [
            f"年度      {row.year}    区域  {row.region_name}",
            f"种子      {row.seed}",
            f"总体      {row.population} 件（审核记录到 {row.up_to_id} 为止）",
            f"SHA-256   {row.population_sha256}",
            f"抽取      {row.drawn} 件    已核 {row.looked_at}    有问题 {row.bad}",
            f"抽取时间  {moment_text(row.drawn_at)}  {row.drawn_by}",
        ]
        await self.open(ConfirmSheet(f"抽查 {row.id}", lines))

    async def action_new(self) -> None:
        """N: year, number and seed."""
        year = (await self.program.backend.today()).year
        fields = (field_for(YEAR, str(year)), field_for(WANTED, "20"), field_for(SEED))
        notes = ("种子和总体会先显示给您看，确认后才抽取",)
        await self.open(FormSheet("新抽查", fields, self._prepared, notes=notes, done="下一步"))

    async def _prepared(self, values: dict[str, str]) -> None:
        made = await self.ask(prepare_spot_check, PrepareSpotCheck(**values))
        await self.close_overlay()
        lines = [
            f"年度      {made.year}    区域  {made.region_name}",
            f"种子      {made.seed}    （{'程序抽取' if made.drawn_seed else '自己填写'}）",
            f"总体      {made.population} 件已审核通过的申报（审核记录到 {made.up_to_id} 为止）",
            f"SHA-256   {made.population_sha256}",
            f"抽取      {min(made.wanted, made.population)} 件",
            "",
            "请记下种子。按 Enter 抽取，名单就此定下；按 Esc 不抽取。",
        ]
        sheet = ConfirmSheet("抽取之前", lines, partial(self._draw, made), yes="抽取")
        await self.open(sheet)

    async def _draw(self, made: PreparedSpotCheck) -> None:
        command = DrawSpotCheck(
            year=made.year,
            wanted=made.wanted,
            seed=made.seed,
            up_to_id=made.up_to_id,
            population_sha256=made.population_sha256,
        )
        row = await self.ask(draw_spot_check, command)
        await self.close_overlay()
        await self.from_the_start()
        self.tell(f"已抽取 {row.drawn} 件，Enter 看名单")
