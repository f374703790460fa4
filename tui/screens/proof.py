"""职称申报证明 (R9): a person's years of a span on one signed paper; an office names the person."""

from __future__ import annotations

from core.rules.entry import EntryError, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import Role
from core.schema.certificates import ProofPreview, ProofSpan
from core.services.proofs import print_proof, proof_preview
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("年度", 8),
    Column("公需课学时", 12, number=True),
    Column("专业课学时", 12, number=True),
    Column("总学时", 10, number=True),
    Column(" 认定结果", 0),
)
LAST_YEARS = 5
ID_NUMBER = FieldSpec("id_number", "证件号", hint="管理范围内的人员", max_length=20)
FROM = FieldSpec("from_year", "年度自", FieldKind.YEAR, hint="四位数字，如 2021")
TO = FieldSpec("to_year", "至", FieldKind.YEAR, hint="如 2025；最多 10 年")


class ProofScreen(Frame):
    """What the proof would say, then the paper."""

    title_text = "职称申报证明"
    help_text = (
        "列出所选各年度的学时和认定结果，包括不通过的；没有认定的年度不能出具。",
        "证明带电子签名和二维码，在“证书查询”中核验；其中一个年度被撤销时，证明同时作废。",
    )
    commands = (
        Command("choose", ("n", "f4"), "选年度", "换年度范围；单位先填证件号"),
        Command("print", ("p", "f9"), "打印证明", "按表中各年度出具"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.span: ProofSpan | None = None
        self.preview: ProofPreview | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="按 N 填写证件号和年度范围")
        return self.table

    async def load(self) -> None:
        """A person's own last years; an office is asked for whom."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        last = (await self.program.backend.today()).year - 1
        self._first, self._last = last - LAST_YEARS + 1, last
        if self.program.role is Role.PERSON:
            await self._show(ProofSpan(from_year=self._first, to_year=self._last))
        else:
            self.table.show((), heading=_heading(None))

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_choose(self) -> None:
        """N: whose years, and which."""
        first, last = (
            (self._first, self._last) if self.span is None else (self.span.from_year, self.span.to_year)
        )
        fields = [field_for(FROM, str(first)), field_for(TO, str(last))]
        if self.program.role is not Role.PERSON:
            number = "" if self.span is None else self.span.id_number or ""
            fields.insert(0, field_for(ID_NUMBER, number))
        await self.open(FormSheet("年度范围", fields, self._given, done="查看"))

    async def action_print(self) -> None:
        """P: the paper."""
        if self.span is None or self.preview is None:
            self.tell("请先按 N 填写证件号和年度范围", Look.WARN)
            return
        self.tell("正在打印")
        printed = await self.ask(print_proof, self.span)
        again = "  (再次打印，内容与首次相同)" if printed.reprint else ""
        lines = [
            f"姓名      {self.preview.person_name}",
            f"年度      {self.span.from_year} 至 {self.span.to_year}",
            f"证明编号  {printed.number}{again}",
            f"校验码    {printed.check_code}",
            f"文件      {printed.path}",
        ]
        await self.open(ConfirmSheet("证明已打印", lines))
        self.tell(f"证明已生成，编号 {printed.number}")

    async def _given(self, values: dict[str, str]) -> None:
        errors, years = [], {}
        for key in ("from_year", "to_year"):
            try:
                years[key] = parse_year(values[key])
            except EntryError as error:
                errors.append(error.at(key))
        if "id_number" in values and not values["id_number"].strip():
            errors.insert(0, FieldError("id_number", ErrorCode.REQUIRED))
        if errors:
            raise Refused.for_fields(tuple(errors))
        await self._show(ProofSpan(**years, id_number=values.get("id_number")))
        await self.close_overlay()

    async def _show(self, span: ProofSpan) -> None:
        self.preview = await self.ask(proof_preview, span)
        self.span = span
        rows = [
            TableRow(
                (
                    str(each.year),
                    str(each.public),
                    str(each.professional),
                    str(each.total),
                    " " + each.result,
                ),
                look=Look.PLAIN if each.recognised else Look.HINT,
            )
            for each in self.preview.years
        ]
        footing: list[Line] = []
        if not all(each.recognised for each in self.preview.years):
            footing = [line(Span("  有年度还没有认定，不能出具证明；按 N 缩小范围", Look.WARN))]
        self.table.show(rows, heading=_heading(self.preview), footing=footing)


def _heading(preview: ProofPreview | None) -> list[Line]:
    who = "" if preview is None else f"  {preview.person_name}   {preview.employer}"
    return [(), line(Span(who, Look.TITLE)), ()]
