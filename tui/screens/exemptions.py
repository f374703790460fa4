"""减免 (R11): the lightened years that this bureau has given, with their proof; one revoked with a reason."""

from __future__ import annotations

from functools import partial

from core.rules.errors import ErrorCode, Refused
from core.schema.declarations import Holder
from core.schema.exemptions import ExemptionQuery, ExemptionRow, RevokeExemption
from core.services.exemptions import exemption_page, revoke_exemption
from tui.keys import Command
from tui.look import Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 4, number=True),
    Column("姓名", 8),
    Column("年度", 4),
    Column("事由", 8),
    Column("总学时", 6, number=True),
    Column("公需", 5, number=True),
    Column("专业", 5, number=True),
    Column("状态", 6),
    Column("说明", 0),
)


class ExemptionsScreen(Paged[ExemptionRow]):
    """Exemptions, newest first, a page at a time."""

    title_text = "减免"
    help_text = (
        "产假、病假、援派等离岗的年度可以减免学时，要有证明；减免后按减免的学时判断该年度是否通过。",
        "已经认定的年度，减免后要重新认定才改变结果；撤销减免时马上按原标准重新判断。",
    )
    commands = (
        Command("new", ("n", "f6"), "新减免", "按证件号给一个人的一个年度减免"),
        Command("details", ("enter",), "详细"),
        Command("pictures", ("p", "f9"), "看证明", "证明的图片"),
        Command("revoke", ("v", "f7"), "撤销", "撤销带 > 的减免，要写原因"),
        *PAGE_COMMANDS,
    )

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="还没有减免，N 新减免")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[ExemptionRow]:
        """A page of them."""
        return await self.ask(exemption_page, ExemptionQuery(after=after, limit=limit))

    def key_of(self, row: ExemptionRow) -> int:
        """The exemption."""
        return row.id

    def show_page(self, page: PageOf[ExemptionRow], at: int) -> None:
        """The rows; what was revoked is paler."""
        first = self.first_number
        rows = [_cells(number, row) for number, row in enumerate(page.rows, first)]
        footing = [line(Span(self.page_words, Look.HINT))]
        heading = [line(Span("  本单位办理的减免；学时为该年度至少要完成的", Look.HINT)), ()]
        self.table.show(rows, heading=heading, footing=footing, first_number=first, at=at)

    @property
    def row(self) -> ExemptionRow:
        """What has the marker. Raises Refused NOT_FOUND."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.row_here

    async def action_new(self) -> None:
        """N: the form."""
        await self.program.go("exemption_form")

    async def action_details(self) -> None:
        """Enter: everything of one."""
        row = self.row
        lines = [
            f"姓名      {row.person_name}  {row.id_number_masked}",
            f"年度      {row.year}   事由 {row.kind}   {row.state_label}",
            f"至少完成  总学时 {row.total}   公需 {row.public}   专业 {row.professional}",
            f"说明      {row.reason}",
            f"办理      {moment_text(row.granted_at)}  {row.granted_by}",
            f"证明      {len(row.evidence)} 张，P 查看",
        ]
        if row.revoked_at is not None:
            lines.append(f"撤销      {moment_text(row.revoked_at)}  原因：{row.revoked_reason}")
        await self.open(ConfirmSheet("减免详细", lines))

    async def action_pictures(self) -> None:
        """P: the proof."""
        row = self.row
        if not row.evidence:
            self.tell("没有证明的图片", Look.WARN)
            return
        await self.program.go("picture", evidence=row.evidence, object_id=row.id, holder=Holder.EXEMPTION)

    async def action_revoke(self) -> None:
        """V: with a reason."""
        row = self.row
        if row.revoked_at is not None:
            raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=row.state_label, move="撤销")
        await self.open(
            AskSheet(
                f"撤销减免：{row.person_name} {row.year}年度 {row.kind}",
                partial(self._revoke, row),
                label="原因",
                notes=("该年度按原标准重新判断，证书不再成立的同时作废；本人会收到通知",),
                done="撤销",
            )
        )

    async def _revoke(self, row: ExemptionRow, _digit: str, reason: str) -> None:
        command = RevokeExemption(exemption_id=row.id, version=row.version, reason=reason)
        done = await self.ask(revoke_exemption, command)
        await self.close_overlay()
        await self.fetch_again(keep=True)
        voided = f"，作废 {'、'.join(done.voided)}" if done.voided else ""
        result = "通过" if done.passed else "不通过"
        self.tell(f"已撤销减免：{done.person_name} {done.year}年度现为{result}{voided}")


def _cells(number: int, row: ExemptionRow) -> TableRow:
    hours = (str(row.total), str(row.public), str(row.professional))
    cells = (str(number), row.person_name, str(row.year), row.kind, *hours, row.state_label, row.reason)
    return TableRow(cells, look=Look.PLAIN if row.revoked_at is None else Look.HINT)
