"""人员详细 (D4): one person as an office sees them: 资料, 年度, 申报, 证书 on four tabs."""

from __future__ import annotations

from core.schema.certificates import PrintCertificate
from core.schema.people import PersonFile, PersonKey, PersonYearKey
from core.services.certificates import print_certificate
from core.services.people import person_file, person_year
from tui.described import described
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span
from tui.nameplate import moment_text, nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

FACTS, YEARS, DECLARED, PAPERS = "1", "2", "3", "4"
_TABS = {FACTS: "资料", YEARS: "年度", DECLARED: "申报", PAPERS: "证书"}
_COLUMNS = {
    FACTS: (Column("项目", 22), Column("内容", 0)),
    YEARS: (
        Column("年度", 6),
        Column("公需", 7, number=True),
        Column("专业", 7, number=True),
        Column("总学时", 7, number=True),
        Column("结果", 8),
        Column("认定", 8),
        Column("证书编号，或还差什么", 0),
    ),
    DECLARED: (
        Column("年度", 6),
        Column("学习形式", 14),
        Column("名称", 0),
        Column("申报", 5, number=True),
        Column("认定", 5, number=True),
        Column("状态", 10),
    ),
    PAPERS: (
        Column("证书编号", 23),
        Column("年度", 16),
        Column("状态", 7),
        Column("签发", 11),
        Column("打印", 5, number=True),
        Column("作废原因", 0),
    ),
}
_EMPTY = {
    FACTS: "没有资料",
    YEARS: "还没有年度记录",
    DECLARED: "没有可以查看的申报",
    PAPERS: "还没有证书",
}


class PersonFileScreen(Frame):
    """One person: the tabs are under digits, Enter opens what has the marker."""

    title_text = "人员详细"
    help_text = ("1 资料  2 年度  3 申报  4 证书。证件号、手机号、邮箱只显示一部分。",)
    commands = (
        Command("open", ("enter",), "详细", "带 > 的年度的学时明细，或这一条申报"),
        Command("print", ("p", "f9"), "证书打印", "带 > 的年度的证书，通过并已认定的"),
        Command("tab", (FACTS, YEARS, DECLARED, PAPERS), "换页", "资料、年度、申报、证书"),
        Command("other", ("tab", "right"), "下一类", "年度、申报、证书依次看", bar=False),
        Command("refresh", ("f5",), "刷新"),
    )

    def __init__(self, person_id: int) -> None:
        super().__init__()
        self.person_id = person_id
        self.at_tab = YEARS
        self.file: PersonFile | None = None

    def make_pane(self) -> Pane:
        self.table = Table(_COLUMNS[self.at_tab])
        return self.table

    async def load(self) -> None:
        """Everything at once: it is one person."""
        self.file = await self.ask(person_file, PersonKey(person_id=self.person_id))
        self.header.show(f"人员详细  {self.file.name}", nameplate(self.program.caller))
        self._show(self.table.at)

    async def resume(self) -> None:
        """A declaration may have been decided meanwhile."""
        await self.load()

    async def action_tab(self) -> None:
        """1 to 4."""
        self._turn(self.press_now.command_key)

    async def action_other(self) -> None:
        """Tab: the next one, the first after the last."""
        tabs = tuple(_TABS)
        self._turn(tabs[(tabs.index(self.at_tab) + 1) % len(tabs)])

    async def action_open(self) -> None:
        """Enter: a year line by line, or a declaration."""
        assert self.file is not None
        if not self.table.rows:
            self.tell(_EMPTY[self.at_tab], Look.WARN)
        elif self.at_tab == YEARS:
            await self._open_year(self.file.years[self.table.at].year)
        elif self.at_tab == DECLARED:
            declared = self.file.declarations[self.table.at]
            await self.program.go("declaration", declaration_id=declared.declaration_id)
        elif self.at_tab == PAPERS:
            paper = self.file.certificates[self.table.at]
            lines = (
                ("证书编号", paper.number),
                ("年度", paper.years),
                ("状态", paper.state_label),
                ("签发时间", moment_text(paper.issued_at)),
                ("打印次数", str(paper.print_count)),
                ("作废原因", paper.reason),
            )
            await self.open(ConfirmSheet("证书", described(lines)))
        else:
            self.tell("资料只能查看；2 年度  3 申报  4 证书", Look.WARN)

    async def action_print(self) -> None:
        """P: the certificate of the marked year."""
        assert self.file is not None
        if self.at_tab != YEARS or not self.file.years:
            self.tell("在 2 年度 里选一个通过并已认定的年度再打印", Look.WARN)
            return
        row = self.file.years[self.table.at]
        if not row.printable:
            self.tell(f"{row.year} 年度不能打印证书：{row.shortfall or row.result_label}", Look.ERROR)
            return
        command = PrintCertificate(years=(row.year,), person_id=self.person_id)
        printed = await self.ask(print_certificate, command)
        await self.load()
        lines = (
            ("证书编号", printed.number + ("  (再次打印，内容与首次相同)" if printed.reprint else "")),
            ("校验码", printed.check_code),
            ("文件", printed.path),
        )
        await self.open(ConfirmSheet("证书已打印", described(lines)))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已刷新")

    async def _open_year(self, year: int) -> None:
        detail = await self.ask(person_year, PersonYearKey(person_id=self.person_id, year=year))
        row = detail.row
        lines = [
            f"公需 {row.public}  专业 {row.professional}  总学时 {row.total}   {row.result_label}",
            *([row.shortfall] if row.shortfall else []),
            *([f"证书 {row.certificate_number}"] if row.certificate_number else []),
            detail.rule_text,
            "",
            *(
                f"{each.subject}  {each.hours} 学时  {each.form_name}  {each.title}  {each.period}"
                f"  {each.source_label}"
                for each in detail.lines
            ),
        ]
        if not detail.lines:
            lines.append("这一年度还没有认定的学时")
        assert self.file is not None
        await self.open(ConfirmSheet(f"继续教育历程明细  {self.file.name}  {year}年度", lines))

    def _turn(self, tab: str) -> None:
        if tab == self.at_tab:
            self.tell(f"已在 {_TABS[tab]}", Look.WARN)
            return
        self.at_tab = tab
        self._show(0)

    def _show(self, at: int) -> None:
        self.table.columns, self.table.empty = _COLUMNS[self.at_tab], _EMPTY[self.at_tab]
        rows = [TableRow(cells) for cells in self._cells()]
        self.table.show(rows, heading=self._heading(), at=at)

    def _heading(self) -> list[Line]:
        assert self.file is not None
        counts = {
            YEARS: len(self.file.years),
            DECLARED: len(self.file.declarations),
            PAPERS: len(self.file.certificates),
        }
        spans = [Span(" ")]
        for tab, label in _TABS.items():
            words = f"{tab} {label} {counts[tab]}" if tab in counts else f"{tab} {label}"
            spans.append(Span(f"[{words}]", Look.TITLE) if tab == self.at_tab else Span(f" {words} "))
        return [tuple(spans), ()]

    def _cells(self) -> list[tuple[str, ...]]:
        file = self.file
        assert file is not None
        if self.at_tab == FACTS:
            return [(label, text or "-") for label, text in file.lines]
        if self.at_tab == YEARS:
            return [
                (
                    str(row.year),
                    str(row.public),
                    str(row.professional),
                    str(row.total),
                    row.result_label,
                    "已认定" if row.recognised else "未认定",
                    row.certificate_number or row.shortfall,
                )
                for row in file.years
            ]
        if self.at_tab == DECLARED:
            return [
                (
                    str(line.year),
                    line.form_name,
                    line.title,
                    str(line.claimed),
                    "" if line.recognised is None else str(line.recognised),
                    line.status_label,
                )
                for line in file.declarations
            ]
        return [
            (
                paper.number,
                paper.years,
                paper.state_label,
                moment_text(paper.issued_at)[:10],
                str(paper.print_count),
                paper.reason,
            )
            for paper in file.certificates
        ]
