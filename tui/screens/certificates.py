"""证书登记 (R5): the certificates of the bureau's region: searched, looked at, printed, revoked with a reason."""

from __future__ import annotations

import re
from functools import partial

from core.rules.entry import EntryError, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldSpec
from core.rules.workflow import CertificateState
from core.schema.certificates import (
    CertificateRow,
    PrintCertificate,
    RegisterQuery,
    ReplaceCertificate,
    RevokeCertificate,
)
from core.services.certificates import print_certificate, register_page, revoke_certificate
from core.services.replacements import replace_certificate
from tui.keys import Command
from tui.look import Look
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("证书编号", 23),
    Column("姓名", 10),
    Column("年度", 12),
    Column("状态", 7),
    Column("签发", 11),
    Column("打印", 0),
)
ID_NUMBER = FieldSpec("id_number", "证件号", hint="本区域的人员", max_length=20)
YEARS = FieldSpec("years", "年度", hint="一个或几个，用空格分开", max_length=40)


class CertificatesScreen(Searched[CertificateRow]):
    """The register, newest first, a page at a time."""

    title_text = "证书登记"
    what = "证书"
    search_label = "编号/姓名/拼音"
    help_text = (
        "证书作废后，任何人查询都会看到作废的时间和原因。作废不能撤回。",
        "换发按现在的资料签发新编号的证书；旧证书查询时显示“已换发”和新编号。",
    )
    commands = (
        Command("details", ("enter",), "详细", "这张证书的登记内容"),
        Command("search", ("/", "、", "f4"), "查找", "证书编号、姓名、拼音或首字母"),
        Command("clear", ("c", "f3"), "清空", "不再筛选", bar=False),
        Command("print", ("p", "f6"), "打印", "按证件号和年度为本区域的人打印证书"),
        Command("revoke", ("v", "f7"), "作废", "作废带 > 的证书，要写原因"),
        Command("replace", ("h", "f8"), "换发", "资料更正后换发新证，旧证注明已换发"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有证书")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[CertificateRow]:
        """A page of the certificates that are looked for."""
        return await self.ask(register_page, RegisterQuery(text=self.text, after=after, limit=limit))

    def key_of(self, row: CertificateRow) -> int:
        """The certificate."""
        return row.id

    def cells_of(self, number: int, row: CertificateRow) -> TableRow:
        """One that is no longer valid is paler."""
        look = Look.PLAIN if row.state == CertificateState.VALID else Look.HINT
        issued = moment_text(row.issued_at)[:10]
        cells = (
            str(number),
            row.number,
            row.person_name,
            row.years,
            row.state_label,
            issued,
            str(row.print_count),
        )
        return TableRow(cells, look=look)

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_details(self) -> None:
        """Enter: everything the register says."""
        row = self.row
        lines = [
            f"证书编号  {row.number}",
            f"种类      {row.kind_label}",
            f"姓名      {row.person_name}",
            f"年度      {row.years}",
            f"状态      {row.state_label}",
            f"签发时间  {moment_text(row.issued_at)}",
            f"打印次数  {row.print_count}",
        ]
        if row.reason:
            lines.append(f"{'换发' if row.state == CertificateState.REPLACED else '作废'}原因  {row.reason}")
        await self.open(ConfirmSheet("证书详细", lines))

    async def action_revoke(self) -> None:
        """V: 作废, with a reason that everybody will see."""
        row = self.row
        if row.state != CertificateState.VALID:
            raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=row.state_label, move="作废")
        await self.open(
            AskSheet(
                f"作废：{row.person_name}  {row.number}",
                partial(self._revoke, row),
                label="原因",
                notes=("查询时人人可见；作废不能撤回",),
                done="作废",
            )
        )

    async def _revoke(self, row: CertificateRow, _digit: str, reason: str) -> None:
        command = RevokeCertificate(certificate_id=row.id, version=row.version, reason=reason)
        try:
            await self.ask(revoke_certificate, command)
        except Refused as refusal:
            if refusal.code is not ErrorCode.STALE:
                raise
            await self.close_overlay()
            await self.fetch_again(keep=True)
            self.refuse(refusal)
            return
        await self.close_overlay()
        await self.fetch_again(keep=True)
        self.tell(f"已作废：{row.number}")

    async def action_replace(self) -> None:
        """H: 换发, with the facts of today and a reason."""
        row = self.row
        if row.state != CertificateState.VALID:
            raise Refused(ErrorCode.CERTIFICATE_NOT_VALID, what="换发")
        await self.open(
            AskSheet(
                f"换发：{row.person_name}  {row.number}",
                partial(self._replace, row),
                label="原因",
                notes=("按现在的资料签发新证；旧证查询时显示“已换发”和新编号",),
                done="换发",
            )
        )

    async def _replace(self, row: CertificateRow, _digit: str, reason: str) -> None:
        command = ReplaceCertificate(certificate_id=row.id, version=row.version, reason=reason)
        printed = await self.ask(replace_certificate, command)
        await self.close_overlay()
        await self.fetch_again(keep=True)
        lines = [
            f"旧证书    {row.number}  已换发",
            f"新证书    {printed.number}",
            f"校验码    {printed.check_code}",
            f"文件      {printed.path}",
        ]
        await self.open(ConfirmSheet("证书已换发", lines))
        self.tell(f"已换发：{printed.number}")

    async def action_print(self) -> None:
        """P: for a person of the region, by 证件号 and years."""
        fields = (field_for(ID_NUMBER), field_for(YEARS))
        await self.open(FormSheet("打印证书", fields, self._print, done="打印"))

    async def _print(self, values: dict[str, str]) -> None:
        missing = [FieldError(key, ErrorCode.REQUIRED) for key, text in values.items() if not text.strip()]
        if missing:
            raise Refused.for_fields(tuple(missing))
        try:
            typed = re.split(r"[\s,，、]+", values["years"].strip())
            years = tuple(sorted({parse_year(part) for part in typed}))
        except EntryError as error:
            raise Refused.for_fields((error.at("years"),)) from None
        id_number = values["id_number"]
        printed = await self.ask(print_certificate, PrintCertificate(years=years, id_number=id_number))
        await self.close_overlay()
        await self.fetch_again(keep=True)
        again = "  (再次打印，内容与首次相同)" if printed.reprint else ""
        lines = [
            f"证书编号  {printed.number}{again}",
            f"校验码    {printed.check_code}",
            f"文件      {printed.path}",
        ]
        await self.open(ConfirmSheet("证书已打印", lines))
