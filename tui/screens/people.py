"""专业技术人员 (D4): the people in the office's reach, found by name, pinyin, number, unit, year, result, series."""

from __future__ import annotations

from core.rules.entry import EntryError, parse_year
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import Actor
from core.schema.employers import EmployerRow
from core.schema.people import PeoplePage, PeopleQuery, PeopleRow, YearResult
from core.services.people import people_page
from tui.keys import Command
from tui.look import Look
from tui.paged import PAGE_COMMANDS, Key, PageOf, Searched
from tui.widgets.choosing import Opener, opener, take
from tui.widgets.field import Field, field_for
from tui.widgets.filter_sheet import FilterSheet
from tui.widgets.pane import Pane
from tui.widgets.picker import Option
from tui.widgets.table import Column, Table, TableRow
from tui.widgets.workplace import EmployerPicker

COLUMNS = (
    Column("序号", 4, number=True),
    Column("姓名", 8),
    Column("证件号", 18),
    Column("单位", 0),
    Column("总学时", 6, number=True),
    Column("结果", 8),
)
UNIT = FieldSpec("unit", "单位", FieldKind.EMPLOYER, required=False, hint="限定一个单位，按 F4 选")
YEAR = FieldSpec("year", "年度", FieldKind.YEAR, required=False, hint="看哪一年的学时，空着是今年")
RESULT = FieldSpec(
    "result", "认定结果", FieldKind.CHOICE, required=False, choices=tuple(each.label for each in YearResult)
)
SERIES = FieldSpec("series", "职称系列", FieldKind.CHOICE, required=False, choices_from="series_names")
_RESULTS = {each.label: each for each in YearResult}


class PeopleScreen(Searched[PeopleRow]):
    """管理专业技术人员, 综合查询: a page at a time."""

    title_text = "专业技术人员"
    what = "人员"
    none_here = ErrorCode.PERSON_NOT_FOUND
    search_label = "姓名/拼音/证件号"
    help_text = (
        "姓名从姓写起，拼音和首字母也从姓打起；限定了单位时，姓名写其中几个字也能找到。",
        "证件号要写全。学时和认定结果是表头所写年度的。",
    )
    commands = (
        Command("open", ("enter",), "详细", "带 > 的人员的资料、年度、申报、证书"),
        Command("search", ("/", "、", "f4"), "查找", "姓名、拼音、首字母，或整个证件号"),
        Command("filter", ("f", "f6"), "筛选", "按单位、年度、认定结果、职称系列"),
        Command("clear", ("c", "f3"), "清空", "不再筛选"),
        *PAGE_COMMANDS,
    )

    def __init__(self) -> None:
        super().__init__()
        self.wanted = PeopleQuery()
        self.unit_name = ""

    def make_pane(self) -> Pane:
        self.table = Table(COLUMNS, empty="没有人员")
        return self.table

    async def fetch(self, after: Key | None, limit: int) -> PageOf[PeopleRow]:
        """A page of the people that are looked for."""
        changed = {"text": self.text, "after": after, "limit": limit}
        page: PeoplePage = await self.ask(people_page, self.wanted.model_copy(update=changed))
        self._year = page.year
        return page

    def key_of(self, row: PeopleRow) -> int:
        """The person."""
        return row.person_id

    def cells_of(self, number: int, row: PeopleRow) -> TableRow:
        """The person, the number masked, with the hours of the year."""
        cells = (
            str(number),
            row.name,
            row.id_number_masked,
            row.employer,
            str(row.total),
            row.result.label,
        )
        return TableRow(cells)

    @property
    def search_words(self) -> str:
        """The year, and what the list is narrowed by."""
        words = [f"查找：{self.text}"] if self.text else []
        words += [f"单位：{self.unit_name}"] if self.unit_name else []
        words += [f"结果：{self.wanted.result.label}"] if self.wanted.result else []
        words += [f"系列：{self.wanted.series}"] if self.wanted.series else []
        narrowed = f"{'  '.join(words)}  (C 清空)" if words else f"全部{self.what}"
        return f"{self._year}年度   {narrowed}"

    def refuse(self, refusal: Refused) -> None:
        """No form here: the first field's own sentence goes into the notice line."""
        self.notice.show(refusal.fields[0].text if refusal.fields else refusal.text, Look.ERROR)

    async def action_open(self) -> None:
        """Enter."""
        await self.program.go("person_file", person_id=self.row.person_id)

    async def action_filter(self) -> None:
        """F: unit, year, result, series."""
        wanted = self.wanted
        unit = field_for(UNIT, self.unit_name)
        unit.payload = wanted.employer_id
        fields = (
            unit,
            field_for(YEAR, str(wanted.year or "")),
            field_for(RESULT, wanted.result.label if wanted.result else "", cells=12),
            field_for(SERIES, wanted.series, cells=30),
        )
        sheet = FilterSheet(self, fields, lambda: self._apply(sheet))
        sheet.on_open = opener(self, lambda: sheet, kinds={FieldKind.EMPLOYER: self._open_units(sheet)})
        await self.open(sheet)

    def _open_units(self, sheet: FilterSheet) -> Opener:
        async def open_units(field: Field, typed: str) -> None:
            async def pick(option: Option) -> None:
                await take(self, sheet, field, option)

            caller = self.program.caller
            region = caller.region_code if isinstance(caller, Actor) else ""
            await self.open(EmployerPicker(self.ask, region, pick, typed, what="单位"))

        return open_units

    async def _apply(self, sheet: FilterSheet) -> None:
        typed = {key: text.strip() for key, text in sheet.values().items()}
        try:
            year = parse_year(typed["year"]) if typed["year"] else None
        except EntryError as error:
            sheet.show_errors((error.at("year"),))
            return
        unit = sheet.find("unit").payload if typed["unit"] else None
        unit_id = unit.id if isinstance(unit, EmployerRow) else unit if isinstance(unit, int) else None
        before = self.wanted, self.unit_name
        self.wanted = PeopleQuery(
            employer_id=unit_id, year=year, result=_RESULTS.get(typed["result"]), series=typed["series"]
        )
        self.unit_name = typed["unit"] if unit_id is not None else ""
        await self.close_overlay()
        try:
            await self.from_the_start()
        except Refused:
            self.wanted, self.unit_name = before
            raise
        if self.row_here is None:
            self.tell(f"没有符合的{self.what}，C 清空", Look.WARN)

    async def action_clear(self) -> None:
        """C: everybody again, this year."""
        self.wanted, self.unit_name = PeopleQuery(), ""
        await super().action_clear()
