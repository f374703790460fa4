"""抽查 逐条核对 (R10): the list of one draw; each leads to its declaration and evidence, and gets a finding."""

from __future__ import annotations

from core.rules.errors import ErrorCode, Refused
from core.schema.spot_checks import (
    SpotCheckFinding,
    SpotCheckItem,
    SpotCheckItems,
    SpotCheckKey,
    SpotCheckPage,
)
from core.services.spot_checks import export_spot_check, find_spot_check, redraw_spot_check, spot_check_items
from tui.keys import Command
from tui.look import Line, Look, Span, line
from tui.paged import PAGE_COMMANDS, Key, Paged, PageOf
from tui.widgets.ask_sheet import AskSheet
from tui.widgets.confirm_sheet import ConfirmSheet
from tui.widgets.pane import Pane
from tui.widgets.table import Column, Table, TableRow

COLUMNS = (
    Column("序号", 5, number=True),
    Column("申报", 7, number=True),
    Column("姓名", 9),
    Column("学习形式", 14),
    Column("名称", 0),
    Column("学时", 6, number=True),
    Column("状态", 9),
    Column("核对", 7),
)
_LOOKS = {"": Look.PLAIN, "ok": Look.GOOD, "bad": Look.WARN}


class SpotCheckScreen(Paged[SpotCheckItem]):
    """What was drawn, by place, a page at a time."""

    title_text = "抽查 逐条核对"
    help_text = (
        "Enter 打开申报和附件，看过之后回来记结果：G 无问题，B 有问题（要写说明）。",
        "有问题的，按 T 到撤销认定办理。V 照写下的种子重新抽一遍，看名单是否相同。",
    )
    frame_lines = 8
    commands = (
        Command("open_item", ("enter",), "申报", "带 > 的一件的内容和附件"),
        Command("good", ("g", "f8"), "无问题", "核对过，没有问题"),
        Command("bad", ("b", "f7"), "有问题", "写明问题"),
        Command("clear", ("c", "f3"), "清除", "清除核对结果", bar=False),
        Command("open_only", ("f", "f4"), "未核对", "只看未核对的，再按一次看全部"),
        Command("redraw", ("v", "f6"), "复核", "照种子重新抽取，看名单是否相同"),
        Command("export", ("x", "f9"), "导出", "总体和名单写成 .xlsx"),
        Command("revoke", ("t", "f2"), "撤销认定", "到撤销认定办理", bar=False),
        *PAGE_COMMANDS,
    )

    def __init__(self, check_id: int) -> None:
        super().__init__()
        self.check_id = check_id
        self.unseen = False
        self.shown: SpotCheckPage | None = None

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有要核对的")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[SpotCheckItem]:
        """A page of the list."""
        command = SpotCheckItems(check_id=self.check_id, open_only=self.unseen, after=after, limit=limit)
        self.shown = await self.ask(spot_check_items, command)
        return self.shown

    def key_of(self, row: SpotCheckItem) -> int:
        """Its place in the draw."""
        return row.place

    def show_page(self, page: PageOf[SpotCheckItem], at: int) -> None:
        """The draw in one line, and the list."""
        assert self.shown is not None
        check = self.shown.check
        rows = [
            TableRow(
                (
                    str(each.place),
                    str(each.declaration_id),
                    each.person_name,
                    each.form_name,
                    each.title,
                    str(each.hours),
                    each.status_label,
                    each.finding_label,
                ),
                look=_LOOKS[each.finding],
            )
            for each in page.rows
        ]
        words = f"  {check.year}年度 {check.region_name}  种子 {check.seed}"
        counts = (
            f"  总体 {check.population} 件，抽取 {check.drawn} 件，已核 {check.looked_at}，有问题 {check.bad}"
        )
        which = "   只看未核对的 (F 看全部)" if self.unseen else ""
        heading: list[Line] = [
            line(Span(words, Look.TITLE)),
            line(Span(counts), Span(which, Look.HINT)),
            (),
        ]
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        self.table.show(rows, heading=heading, footing=footing, at=at)

    @property
    def row(self) -> SpotCheckItem:
        """What has the marker. Raises Refused NOT_FOUND where there is none."""
        if self.row_here is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return self.row_here

    async def action_open_item(self) -> None:
        """Enter: the declaration with its evidence."""
        await self.program.go("declaration", declaration_id=self.row.declaration_id)

    async def action_good(self) -> None:
        """G: nothing is wrong with it."""
        await self._found(self.row, "ok", "")

    async def action_bad(self) -> None:
        """B: what is wrong with it."""
        row = self.row

        async def given(_digit: str, text: str) -> None:
            await self._found(row, "bad", text)
            await self.close_overlay()

        title = f"第 {row.place} 件  {row.person_name}  有问题"
        notes = ("记在抽查里；要撤销这条认定，记下后按 T",)
        await self.open(AskSheet(title, given, label="说明", value=row.note, notes=notes))

    async def action_clear(self) -> None:
        """C: as if it had not been looked at."""
        row = self.row
        if not row.finding:
            self.tell("这一件还没有核对结果", Look.WARN)
            return
        await self._found(row, "", "")

    async def _found(self, row: SpotCheckItem, finding: str, note: str) -> None:
        command = SpotCheckFinding(check_id=self.check_id, place=row.place, finding=finding, note=note)
        done = await self.ask(find_spot_check, command)
        at = self.table.at
        await self.fetch_again(keep=True)
        # On to the next one: the list is worked through from the top.
        if not self.unseen and finding and at + 1 < len(self.table.rows):
            self.table.move_to(at + 1)
        more = "，按 T 到撤销认定办理" if finding == "bad" else ""
        self.tell(f"第 {done.place} 件 {done.person_name}：{done.finding_label}{more}")

    async def action_open_only(self) -> None:
        """F: only those that nobody has looked at, or all."""
        self.unseen = not self.unseen
        await self.from_the_start()
        self.tell("只看未核对的" if self.unseen else "看全部")

    async def action_redraw(self) -> None:
        """V: the draw once more."""
        done = await self.ask(redraw_spot_check, SpotCheckKey(check_id=self.check_id))
        self.tell(done.text, Look.GOOD if done.same else Look.ERROR)

    async def action_export(self) -> None:
        """X: for whoever draws it again without the program."""
        done = await self.ask(export_spot_check, SpotCheckKey(check_id=self.check_id))
        lines = [f"文件  {done.path}", f"总体和名单共 {done.rows} 行；怎样重新抽取见 docs/spot-checks.md。"]
        await self.open(ConfirmSheet("已导出", lines))
        self.tell(f"已导出 {done.rows} 行")

    async def action_revoke(self) -> None:
        """T: 撤销认定."""
        await self.program.go("approved")
