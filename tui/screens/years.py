"""年度认定 (R4): the years of the bureau's region, opened and closed with a reason, and settled for everybody."""

from __future__ import annotations

from datetime import date
from functools import partial

from core.rules.entry import EntryError, parse_date, parse_year
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.workflow import YearState
from core.schema.annual import ChangeYear, Recognised, RecogniseYear, YearRow
from core.schema.base import Nothing, Number
from core.schema.jobs import JobView
from core.services.recognition import recognise_year, start_recognition
from core.services.years import change_year, year_page
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import nameplate
from tui.watching import watch_job
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.job_sheet import outcome_words
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("年度", 6),
    Column("状态", 8),
    Column("申报截止", 12),
    Column("审核截止", 12),
    Column("人数", 8, number=True),
    Column("通过", 8, number=True),
    Column("已认定", 8, number=True),
    Column("待审", 0),
)
YEAR = FieldSpec("year", "年度", FieldKind.YEAR, hint="四位数字，如 2025")
UNTIL = FieldSpec("declare_until", "申报截止", FieldKind.DATE, hint="这一天之后不再接受申报")
REASON = FieldSpec("reason", "原因", hint="写入记录", max_length=500)


class YearsScreen(Frame):
    """年度认定 of one region and all below it."""

    title_text = "年度认定"
    help_text = ("开放或截止一个年度要写原因。年度截止后才能作年度认定；认定合格的年度可以打印证书。",)
    commands = (
        Command("open_year", ("o", "f6"), "开放", "开放带 > 的年度，或改申报截止日期"),
        Command("close_year", ("c", "f7"), "截止", "截止带 > 的年度"),
        Command("recognise", ("r", "f8"), "年度认定", "对本区域全部人员作认定"),
        Command("recognise_one", ("p", "f9"), "单人认定", "按证件号对一个人作认定"),
        Command("other_year", ("n", "f2"), "另一年度", "开放表上没有的年度", bar=False),
        Command("details", ("enter",), "详细", "最近一次变更", bar=False),
        Command("jobs", ("w", "f3"), "后台任务", "认定到了哪里，取消，继续", bar=False),
        Command("refresh", ("f5",), "刷新", "重新取表", bar=False),
    )

    def __init__(self) -> None:
        super().__init__()
        self.years: tuple[YearRow, ...] = ()

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有年度")
        return self.table

    async def load(self) -> None:
        """The years, newest first."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.years = (await self.ask(year_page, Nothing())).rows
        rows = [
            TableRow(
                (
                    str(row.year),
                    row.state_label,
                    row.declare_until.isoformat(),
                    row.review_until.isoformat(),
                    str(row.people),
                    str(row.passed),
                    str(row.recognised),
                    str(row.pending),
                )
            )
            for row in self.years
        ]
        self.table.show(
            rows, heading=[(), line(Span("  本区域及下级各年度", Look.TITLE)), ()], at=self.table.at
        )

    @property
    def row(self) -> YearRow:
        """The year that has the marker. Raises Refused NOT_FOUND where there is none."""
        if not self.years:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.years[self.table.at]

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_open_year(self) -> None:
        """O: the last day and the reason."""
        row = self.row
        fields = (field_for(UNTIL, row.declare_until.isoformat()), field_for(REASON))
        done = partial(self._open_given, row.year, row.version)
        await self.open(FormSheet(f"开放 {row.year}年度", fields, done, done="开放"))

    async def action_other_year(self) -> None:
        """N: a year that is not in the table."""
        fields = (field_for(YEAR), field_for(UNTIL), field_for(REASON))
        await self.open(FormSheet("开放另一年度", fields, self._other_given, done="开放"))

    async def _other_given(self, values: dict[str, str]) -> None:
        try:
            year = parse_year(values["year"])
        except EntryError as error:
            raise Refused.for_fields((error.at("year"),)) from None
        known = next((row.version for row in self.years if row.year == year), 0)
        await self._open_given(year, known, values)

    async def _open_given(self, year: int, version: int | None, values: dict[str, str]) -> None:
        try:
            until = parse_date(values["declare_until"])
        except EntryError as error:
            raise Refused.for_fields((error.at("declare_until"),)) from None
        await self._change(year, version, until, "", values["reason"])

    async def action_close_year(self) -> None:
        """C: close with a reason."""
        row = self.row
        if row.state == YearState.CLOSED:
            self.tell(f"{row.year}年度已经截止", Look.WARN)
            return
        done = partial(self._change, row.year, row.version, None)
        await self.open(AskSheet(f"截止 {row.year}年度", done, label="原因", notes=("原因写入记录，必填",)))

    async def _change(
        self, year: int, version: int | None, until: date | None, _digit: str, reason: str
    ) -> None:
        command = ChangeYear(
            year=year, open=until is not None, declare_until=until, reason=reason, version=version
        )
        changed = await self.ask(change_year, command)
        await self.close_overlay()
        await self._reload_at(year)
        self.tell(f"{year}年度{changed.state_label}，申报截止 {changed.declare_until}")

    async def action_recognise(self) -> None:
        """R: settle the year for the whole region, after a word of what that means."""
        row = self.row
        if row.state == YearState.OPEN:
            raise Refused(ErrorCode.YEAR_OPEN, year=row.year)
        lines = [
            f"对本区域及下级全部人员的 {row.year}年度按规则计算并认定。",
            f"现有年度记录 {row.people} 人，其中已认定 {row.recognised} 人。",
            f"还有 {row.pending} 件申报待审，认定后通过的会重新计算。" if row.pending else "没有待审的申报。",
            "在后台进行，可以同时办别的；取消时已认定的保留。",
            "再次认定只更新结果，不影响已打印的证书。",
        ]
        await self.open(
            ConfirmSheet(f"{row.year}年度认定", lines, partial(self._start, row.year), yes="认定")
        )

    async def action_recognise_one(self) -> None:
        """P: one person by 证件号."""
        row = self.row
        if row.state == YearState.OPEN:
            raise Refused(ErrorCode.YEAR_OPEN, year=row.year)

        async def given(_digit: str, text: str) -> None:
            if not text.strip():
                raise Refused(ErrorCode.REQUIRED)
            await self._recognise_one(row.year, text)

        await self.open(AskSheet(f"{row.year}年度 单人认定", given, label="证件号"))

    async def _start(self, year: int) -> None:
        """In the background: the popup shows how far it is, and may be closed meanwhile."""
        job = await self.ask(start_recognition, Number(value=year))
        await self.close_overlay()
        await watch_job(self, job.id, self._settled)

    async def _settled(self, view: JobView) -> None:
        """It has come to its end, or was cancelled: the counts of the years have changed."""
        await self.load()
        self.tell(f"{view.title}{view.state_label}：{outcome_words(view) or '没有人'}")

    async def _recognise_one(self, year: int, id_number: str) -> None:
        done = await self.ask(recognise_year, RecogniseYear(year=year, id_number=id_number))
        await self.close_overlay()
        await self._reload_at(year)
        await self.open(ConfirmSheet(f"{year}年度认定结果", _told(done)))
        self.tell(f"{year}年度认定完成")

    async def action_details(self) -> None:
        """Enter: who changed it last, and why."""
        row = self.row
        lines = [
            f"{row.year}年度   {row.state_label}",
            f"申报截止 {row.declare_until}   审核截止 {row.review_until}",
            f"人数 {row.people}   通过 {row.passed}   已认定 {row.recognised}   待审 {row.pending}",
            f"最近变更：{row.changed or '没有，按默认日期'}",
        ]
        await self.open(ConfirmSheet("年度详细", lines))

    async def action_jobs(self) -> None:
        """W: what runs in the background."""
        await self.program.go("jobs")

    async def resume(self) -> None:
        """Something may have been recognised meanwhile."""
        await self.load()

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def _reload_at(self, year: int) -> None:
        await self.load()
        self.table.move_to(next((i for i, row in enumerate(self.years) if row.year == year), 0))


def _told(done: Recognised) -> list[str]:
    return [
        f"认定 {done.people} 人：通过 {done.passed} 人，不通过 {done.failed} 人。",
        "通过的可以打印证书；不通过的可在年度完成情况中看到还差多少学时。",
    ]
