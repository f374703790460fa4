"""年度完成情况 (P11) and 证书打印 (P12): the person's years, newest first."""

from __future__ import annotations

from core.rules.annual import NOT_PASSED, PASSED
from core.rules.entry import EntryError, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.schema.annual import AnnualQuery, AnnualRow
from core.schema.certificates import PrintCertificate, PrintedCertificate
from core.services.annual import annual_page
from core.services.certificates import print_certificate
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span
from tui.nameplate import nameplate
from tui.widgets.field import field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_COLUMNS = (
    Column("序号", 5),
    Column("年度", 6),
    Column("完成公需课", 12),
    Column("完成专业课", 12),
    Column("完成总学时", 12),
    Column("认定结果", 10),
    Column("操作", 0),
)
_FROM = FieldSpec("from_year", "年度自", FieldKind.YEAR, required=False, hint="如2015")
_TO = FieldSpec("to_year", "至", FieldKind.YEAR, required=False, hint="如2016")
_RESULT = FieldSpec("passed", "认定结果", FieldKind.CHOICE, required=False, choices=(PASSED, NOT_PASSED))
_HINT = f"提示：{ERROR_TEXTS[ErrorCode.YEAR_NOT_PASSED]}"


class YearTable(Table):
    """The years; under them what the marked one lacks."""

    years: tuple[AnnualRow, ...] = ()

    def draw(self, cells: int, height: int) -> list[Line]:
        self.footing = [(), (Span(f"  {standing(self.years[self.at])}"),)] if self.years else []
        return super().draw(cells, height)


class AnnualScreen(Frame):
    """年度完成情况."""

    title_text = "年度完成情况"
    help_text = ("P 打印带 > 的一年；先用空格选几年，就打印在一张证书上。",)
    commands = (
        Command("open", ("enter",), "详细", "继续教育历程明细"),
        Command("print", ("p", "f9"), "证书打印", "通过的年度"),
        Command("choose", ("space",), "多选", "选几年印在一张证书上"),
        Command("filter", ("/",), "筛选", "按年度范围、认定结果"),
        Command("clear", ("c", "f8"), "清空", "清空筛选", bar=False),
        Command("proof", ("m", "f6"), "职称证明", "多年的继续教育证明，供申报职称用", bar=False),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.wanted = AnnualQuery()
        self.chosen: set[int] = set()

    def make_pane(self) -> Pane:
        self.table = YearTable(_COLUMNS, empty="没有符合的年度")
        return self.table

    async def load(self) -> None:
        """Fetch the years."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        page = await self.ask(annual_page, self.wanted)
        self.table.years = page.rows
        self._show()

    async def resume(self) -> None:
        """Hours may have been added meanwhile."""
        await self.load()

    @property
    def row(self) -> AnnualRow | None:
        """The year that has the marker."""
        return self.table.years[self.table.at] if self.table.years else None

    async def action_open(self) -> None:
        """Enter: 详细."""
        row = self._here()
        if row is not None:
            await self.program.go("annual_detail", year=row.year)

    async def action_choose(self) -> None:
        """空格: one year more on the certificate."""
        row = self._here()
        if row is None or not self._printable(row):
            return
        self.chosen ^= {row.year}
        self._show()
        self.tell(
            f"已选 {'、'.join(map(str, sorted(self.chosen)))} 年度，按 P 打印"
            if self.chosen
            else "没有选年度"
        )

    async def action_print(self) -> None:
        """P: 证书打印."""
        row = self._here()
        if row is None or not (self.chosen or self._printable(row)):
            return
        years = tuple(sorted(self.chosen)) or (row.year,)
        self.tell("正在打印")
        printed = await self.ask(print_certificate, PrintCertificate(years=years))
        self.chosen.clear()
        await self.load()
        await self.open(HelpSheet(_printed_lines(years, printed)))
        self.tell(f"证书已生成，编号 {printed.number}")

    async def action_proof(self) -> None:
        """M: 职称申报证明."""
        await self.program.go("proof")

    async def action_filter(self) -> None:
        """/."""
        wanted = self.wanted
        result = "" if wanted.passed is None else PASSED if wanted.passed else NOT_PASSED
        fields = [
            field_for(_FROM, str(wanted.from_year or "")),
            field_for(_TO, str(wanted.to_year or "")),
            field_for(_RESULT, result, cells=12),
        ]
        self.sheet = FilterSheet(self, fields, self._apply)
        await self.open(self.sheet)

    async def action_clear(self) -> None:
        """C: all years."""
        self.wanted = AnnualQuery()
        await self.load()
        self.tell("已清空筛选")

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def _apply(self) -> None:
        typed = self.sheet.values()
        years: dict[str, int | None] = {}
        errors = []
        for key in ("from_year", "to_year"):
            try:
                years[key] = parse_year(typed[key]) if typed[key].strip() else None
            except EntryError as error:
                errors.append(error.at(key))
        first, last = years.get("from_year"), years.get("to_year")
        if first is not None and last is not None and last < first:
            errors.append(FieldError("to_year", ErrorCode.OUT_OF_RANGE, {"low": first, "high": 2099}))
        if errors:
            self.sheet.show_errors(errors)
            return
        passed = {PASSED: True, NOT_PASSED: False}.get(typed["passed"])
        self.wanted = AnnualQuery(from_year=first, to_year=last, passed=passed)
        await self.close_overlay()
        await self.load()

    def _here(self) -> AnnualRow | None:
        if self.row is None:
            self.tell("没有年度记录", Look.WARN)
        return self.row

    def _printable(self, row: AnnualRow) -> bool:
        if not row.printable:
            self.tell(f"{row.year} 年度不能打印证书：{row.shortfall or row.result_label}", Look.ERROR)
        return row.printable

    def _show(self) -> None:
        rows = [
            TableRow(
                (
                    str(number),
                    str(row.year),
                    str(row.public),
                    str(row.professional),
                    str(row.total),
                    row.result_label + (" 减免" if row.exemption else ""),
                    "P 打印" if row.printable else "",
                ),
                chosen=row.year in self.chosen,
            )
            for number, row in enumerate(self.table.years, 1)
        ]
        wanted = self.wanted
        result = "全部" if wanted.passed is None else PASSED if wanted.passed else NOT_PASSED
        span = f" 年度 {wanted.from_year or '____'} 至 {wanted.to_year or '____'}    认定结果 {result}"
        heading: list[Line] = [
            (Span(span), Span("        (/ 筛选  C 清空)", Look.HINT)),
            (Span(" " + _HINT, Look.HINT),),
            (),
        ]
        self.table.show(rows, heading=heading, at=self.table.at)


def standing(row: AnnualRow) -> str:
    """How a year stands, in one sentence."""
    words = row.shortfall
    if row.certificate_number:
        words = f"证书 {row.certificate_number}，可再次打印"
    elif row.printable:
        words = "已认定，可打印证书"
    return (
        f"{row.year}: 公需 {row.public}，专业 {row.professional}，总 {row.total}；{words or row.result_label}"
    )


def _printed_lines(years: tuple[int, ...], printed: PrintedCertificate) -> list[str]:
    again = ["这张证书以前打印过，内容与当时一致。"] if printed.reprint else []
    return [
        "证书打印",
        "",
        f"年度      {'、'.join(map(str, years))}",
        f"证书编号  {printed.number}",
        f"校验码    {printed.check_code}",
        f"文件      {printed.path}",
        *again,
        "",
        "任何人可在首页 6 证书查询 中用编号和校验码，或用这个文件查验。按 Esc 返回。",
    ]
