"""撤销认定 (R6): approved declarations found by person and year, and one of them revoked with a reason."""

from __future__ import annotations

import re
from functools import partial

from core.rules.errors import Refused
from core.rules.refusals import REVOCATION_REASONS, reason_text
from core.schema.base import Page
from core.schema.revocations import ApprovedQuery, ApprovedRow, Revoked, RevokeDeclaration
from core.services.revocations import approved_page, revoke_declaration
from tui.keys import Command
from tui.look import Look
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("姓名", 8),
    Column("年度", 4),
    Column("科目", 6),
    Column("学习形式", 12),
    Column("学时", 5, number=True),
    Column("内容", 0),
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


class ApprovedScreen(Searched[ApprovedRow]):
    """What was approved for whoever is looked for, newest first; nothing before somebody is named."""

    title_text = "撤销认定"
    what = "已通过的申报"
    search_label = "姓名/拼音/证件号"
    help_text = (
        "先按 / 查人；名字后面可以加年度，如：张三 2025。",
        "撤销后学时不再计入，年度重新计算；该年度的证书不再成立的同时作废。撤销不能收回。",
    )
    commands = (
        Command("search", ("/", "f4"), "查找", "姓名、拼音、首字母或证件号，后面可加年度"),
        Command("revoke", ("v", "f7"), "撤销认定", "撤销带 > 的一条，要写原因"),
        Command("open_row", ("enter",), "详细", "这份申报的内容、附件和审核记录"),
        Command("revoked", ("w", "f3"), "失信记录", "本区域已撤销认定的"),
        Command("clear", ("c", "f2"), "清空", "不再查找", bar=False),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="按 / 输入姓名、拼音或证件号查找，后面可加年度，如：张三 2025")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ApprovedRow]:
        """A page of what is looked for."""
        words = self.text.split()
        years = [word for word in words if _YEAR.fullmatch(word)]
        who = " ".join(word for word in words if word not in years)
        if not who:
            return Page(())
        query = ApprovedQuery(text=who, year=int(years[0]) if years else None, after=after, limit=limit)
        return await self.ask(approved_page, query)

    def key_of(self, row: ApprovedRow) -> int:
        """The declaration."""
        return row.declaration_id

    def cells_of(self, number: int, row: ApprovedRow) -> TableRow:
        """A row of the table."""
        cells = (
            str(number),
            row.person_name,
            str(row.year),
            row.subject,
            row.form_name,
            str(row.hours),
            row.title,
        )
        return TableRow(cells)

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_open_row(self) -> None:
        """Enter: the declaration."""
        await self.program.go("declaration", declaration_id=self.row.declaration_id)

    async def action_revoked(self) -> None:
        """W: 失信记录."""
        await self.program.go("revoked")

    async def action_revoke(self) -> None:
        """V: 撤销认定, with one of the usual reasons or one of one's own."""
        row = self.row
        await self.open(
            AskSheet(
                f"撤销认定：{row.person_name} {row.year} {row.form_name} {row.hours} 学时",
                partial(self._revoke, row),
                label="原因",
                choices=[(each.digit, each.text) for each in REVOCATION_REASONS],
                notes=(
                    f"{row.id_number_masked}  {row.employer}",
                    row.title,
                    "本人会收到通知；该年度的证书不再成立的同时作废。撤销不能收回。",
                ),
                done="撤销认定",
            )
        )

    async def _revoke(self, row: ApprovedRow, digit: str, words: str) -> None:
        command = RevokeDeclaration(
            declaration_id=row.declaration_id,
            version=row.version,
            reason=reason_text(digit, words, REVOCATION_REASONS),
        )
        done = await self.ask(revoke_declaration, command)
        await self.close_overlay()
        await self.fetch_again(keep=True)
        await self.open(ConfirmSheet("已撤销认定", _told(done)))
        self.tell(f"已撤销认定：{done.person_name} {done.year}年度 {row.hours} 学时")


def _told(done: Revoked) -> list[str]:
    result = "通过" if done.passed else "不通过"
    changed = "改为" if done.passed != done.passed_before else "仍为"
    settled = "已认定" if done.recognised else "未认定"
    lines = [f"{done.person_name} {done.year}年度（{settled}）结果{changed}：{result}。"]
    if done.voided:
        lines.append(f"同时作废的证书：{'、'.join(done.voided)}。")
    else:
        lines.append("没有证书因此作废。")
    lines.append("已通知本人，并列入失信记录（W 查看，只有人社部门可见）。")
    return lines
