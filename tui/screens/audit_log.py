"""审计日志 (A3): who did what, when and from where, newest first; searched, and its chain proved with one key."""

from __future__ import annotations

from core.rules.action_words import AREAS
from core.rules.entry import EntryError, parse_date
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.schema.audit import AuditQuery, AuditRow
from core.schema.base import Nothing
from core.services.audit_log import audit_page, prove_audit
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.nameplate import moment_text
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.field import field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.overlay import HelpSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

_COLUMNS = (
    Column("时间", 18),
    Column("操作人", 16),
    Column("操作", 24),
    Column("内容", 0),
)
_PERSON = FieldSpec("person", "证件号", required=False, max_length=20, hint="本人做的和有关的")
_ACTOR = FieldSpec("actor", "操作人", required=False, max_length=40, hint="登录名，或写在日志里的姓名")
_AREA = FieldSpec("area", "事项", FieldKind.CHOICE, required=False, choices=tuple(AREAS.values()))
_FROM = FieldSpec("from_day", "日期自", FieldKind.DATE, required=False)
_TO = FieldSpec("to_day", "至", FieldKind.DATE, required=False)
_AREA_KEYS = {words: key for key, words in AREAS.items()}


class AuditLogScreen(Paged[AuditRow]):
    """审计日志."""

    title_text = "审计日志"
    help_text = (
        "每一条都写进一条链：每条的校验值含有前一条的，改一条、删一条都会使后面的对不上。",
        "V 从头走一遍这条链，并把最后的校验值另记在数据目录的 audit-heads.txt 里。",
    )
    commands = (
        Command("open", ("enter",), "详细"),
        Command("filter", ("/",), "筛选", "按证件号、操作人、事项、日期"),
        Command("clear", ("c", "f8"), "清空", "清空筛选", bar=False),
        Command("prove", ("v", "f7"), "校验", "从头校验整条链"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.wanted = AuditQuery()

    def make_pane(self) -> Pane:
        self.table = Table(_COLUMNS, empty="没有符合的记录")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[AuditRow]:
        """A page of the log."""
        return await self.ask(audit_page, self.wanted.model_copy(update={"after": after, "limit": limit}))

    def key_of(self, row: AuditRow) -> int:
        """The entry."""
        return row.id

    def show_page(self, page: PageOf[AuditRow], at: int) -> None:
        """What it is narrowed by, and the entries."""
        rows = [
            TableRow((moment_text(row.at), row.actor or "-", row.action_label, row.summary))
            for row in page.rows
        ]
        heading: list[Line] = [line(Span(f"  {self._narrowed}", Look.HINT)), ()]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, first_number=self.first_number, at=at)

    async def action_open(self) -> None:
        """Enter: the whole entry."""
        row = self.row_here
        if row is None:
            self.tell(self.table.empty, Look.WARN)
            return
        about = f"{row.object_kind} {row.object_id}".strip()
        await self.open(
            HelpSheet(
                [
                    f"审计日志 第 {row.id} 条",
                    "",
                    f"时间      {moment_text(row.at)}",
                    f"操作人    {row.actor or '-'}  {row.role_label}  {row.office}".rstrip(),
                    f"来自      {row.address or '-'}",
                    f"操作      {row.action_label}（{row.action}）",
                    f"对象      {about or '-'}",
                    f"内容      {row.summary or '-'}",
                    f"校验值    {row.link or '没有'}",
                ]
            )
        )

    async def action_prove(self) -> None:
        """V: walk the whole chain."""
        self.tell("正在校验")
        proof = await self.ask(prove_audit, Nothing())
        if proof.whole:
            self.tell(
                f"完整：{proof.entries} 条，与以前记下的 {proof.anchors} 处一致，末尾 {proof.head[:16]}"
            )
        else:
            self.tell(f"不完整：{proof.trouble}", Look.ERROR)

    async def action_filter(self) -> None:
        """/."""
        wanted = self.wanted
        fields = [
            field_for(_PERSON, wanted.person),
            field_for(_ACTOR, wanted.actor),
            field_for(_AREA, AREAS.get(wanted.area, ""), cells=24),
            field_for(_FROM, str(wanted.from_day or "")),
            field_for(_TO, str(wanted.to_day or "")),
        ]
        self.sheet = FilterSheet(self, fields, self._apply)
        await self.open(self.sheet)

    async def action_clear(self) -> None:
        """C: everything."""
        self.wanted = AuditQuery()
        await self.from_the_start()
        self.tell("已清空筛选")

    async def _apply(self) -> None:
        typed = self.sheet.values()
        errors: list[FieldError] = []
        days = {}
        for key in ("from_day", "to_day"):
            try:
                days[key] = parse_date(typed[key]) if typed[key].strip() else None
            except EntryError as error:
                errors.append(error.at(key))
        first, last = days.get("from_day"), days.get("to_day")
        if first is not None and last is not None and last < first:
            errors.append(FieldError("to_day", ErrorCode.DATE_ORDER))
        area = typed["area"].strip()
        if area and area not in _AREA_KEYS:
            errors.append(FieldError("area", ErrorCode.NOT_IN_LIST))
        if errors:
            self.sheet.show_errors(errors)
            return
        self.wanted = AuditQuery(
            person=typed["person"],
            actor=typed["actor"],
            area=_AREA_KEYS.get(area, ""),
            from_day=first,
            to_day=last,
        )
        await self.close_overlay()
        await self.from_the_start()

    @property
    def _narrowed(self) -> str:
        wanted = self.wanted
        parts = [
            f"证件号 {wanted.person}" if wanted.person else "",
            f"操作人 {wanted.actor}" if wanted.actor else "",
            f"事项 {AREAS[wanted.area]}" if wanted.area else "",
            f"{wanted.from_day or ''} 至 {wanted.to_day or ''}" if wanted.from_day or wanted.to_day else "",
        ]
        return "   ".join(filter(None, parts)) + (
            "  (C 清空)" if any(parts) else "全部记录，新的在前  (/ 筛选)"
        )
