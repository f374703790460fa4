"""The popups of a person's place of work: 所属区域, 所在单位 (G4) and 工作部门."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from core.rules import reference
from core.rules.fields import FieldKind
from core.rules.lists import Lists, shipped
from core.rules.readings import rank
from core.rules.roles import OrgKind
from core.schema.base import Number
from core.schema.employers import EmployerPage, EmployerRow, FindEmployers
from core.services.employers import departments_of, find_employers
from tui.keys import Command, Press
from tui.look import Look
from tui.widgets.choosing import Opener, Stage, take
from tui.widgets.field import Field
from tui.widgets.form import Form
from tui.widgets.picker import Option, OptionPage, Picker, Source, listed

PAGE_SIZE = 20
ELSEWHERE_AT_MOST = 99
Asks = Callable[[Any, Any], Awaitable[Any]]
OnRegion = Callable[[str], Awaitable[None]]

WIDEN = Command("widen", ("left",), "扩大", "到上一级区域找")
CHANGE_REGION = Command("change_region", ("f7",), "换区域", "换一个区域找")
EXACT = Command("exact", ("f3",), "精确/模糊", "精确：名称、拼音或代码要完全一致")


class EmployerPicker(Picker):
    """所在单位: a region and below is searched; left widens it, F7 changes it, F3 asks for exact names."""

    nothing = "没有符合的：拼音、首字母从全称第一个字打起，汉字可以是其中几个字"

    def __init__(
        self,
        ask: Asks,
        region_code: str,
        on_pick: Callable[[Option], Awaitable[None]],
        query: str,
        *,
        what: str = "所在单位",
        kind: OrgKind = OrgKind.EMPLOYER,
        lists: Lists | None = None,
    ) -> None:
        extra = [(WIDEN, self._widen), (CHANGE_REGION, self._ask_region), (EXACT, self._toggle_exact)]
        columns = (("名称", 0), ("单位类型", 10), ("机构代码", 20))
        hint = "请输入单位名称：首字母/全拼/汉字/代码"
        super().__init__(what, self._find, on_pick, query=query, columns=columns, extra=extra, hint=hint)
        self.what, self.kind = what, kind
        self.ask, self.region_code, self.exact = ask, region_code or reference.PROVINCE, False
        self.lists = lists or shipped()
        self.on_region: Callable[[], Awaitable[None]] | None = None
        self._count = 0
        self._title()

    async def press(self, press: Press) -> bool:
        # The region is widened even with the caret inside what is typed: that is what left is for here.
        if press.key == "left":
            if self.region_code == reference.PROVINCE:
                return False
            await self._widen()
            return True
        return await super().press(press)

    def why_not(self, press: Press) -> str:
        return "已是全省，不能再扩大" if press.key == "left" else super().why_not(press)

    async def search_in(self, region_code: str) -> None:
        """Search another region."""
        self.region_code = region_code
        self._title()
        await self.search()

    async def _widen(self) -> None:
        if self.region_code != reference.PROVINCE:
            await self.search_in(region_above(self.region_code))

    async def _ask_region(self) -> None:
        if self.on_region is not None:
            await self.on_region()

    async def _toggle_exact(self) -> None:
        self.exact = not self.exact
        self._title()
        await self.search()

    def _title(self) -> None:
        self.title = (
            f"{self.what}    {self.lists.region_path(self.region_code)}    {'精确' if self.exact else '模糊'}"
        )

    async def _find(self, query: str, after: object) -> OptionPage:
        wanted = FindEmployers(
            text=query,
            region_code="" if self.region_code == reference.PROVINCE else self.region_code,
            exact=self.exact,
            kind=self.kind,
            after=after if isinstance(after, tuple) else None,
            limit=PAGE_SIZE,
        )
        page: EmployerPage = await self.ask(find_employers, wanted)
        self._count = len(page.rows) + (self._count if after is not None else 0)
        options = tuple(_employer_option(row) for row in page.rows)
        return OptionPage(options, page.after, self._status(page))

    def _status(self, page: EmployerPage) -> str:
        here = "全省" if self.region_code == reference.PROVINCE else "本区域"
        found = f"{here} {self._count} 个{'以上，PgDn 往下' if page.after is not None else ''}"
        if page.elsewhere:
            more = "个以上" if page.elsewhere >= ELSEWHERE_AT_MOST else "个"
            found += f"，全省另有 {page.elsewhere} {more} (左 扩大)"
        return found


class Workplace:
    """The three fields of a form that hang together: another region empties the employer that isn't in it, an
    employer brings its region and empties the department."""

    def __init__(
        self, stage: Stage, ask: Asks, form: Callable[[], Form], *, keys: tuple[str, str, str]
    ) -> None:
        self.stage, self.ask, self.form = stage, ask, form
        self._region, self._employer, self._department = keys

    @property
    def openers(self) -> dict[FieldKind, Opener]:
        """The popups by kind of field."""
        return {
            FieldKind.REGION: self.open_region,
            FieldKind.EMPLOYER: self.open_employer,
            FieldKind.DEPARTMENT: self.open_department,
        }

    @property
    def region_code(self) -> str:
        """The code of the chosen region, empty when none is."""
        field = self.form().find(self._region)
        return str(field.payload) if field.payload and field.entry.value else ""

    @property
    def employer_id(self) -> int | None:
        """The chosen employer."""
        return _number(self.form().find(self._employer))

    @property
    def department_id(self) -> int | None:
        """The chosen department."""
        return _number(self.form().find(self._department))

    async def open_region(self, field: Field, typed: str) -> None:
        """所属区域."""

        async def pick(option: Option) -> None:
            await take(self.stage, self.form(), field, option, self._region_changed)

        await self.stage.open(region_picker(await self.stage.lists(), pick, typed))

    async def open_employer(self, field: Field, typed: str) -> None:
        """所在单位 (G4)."""

        async def pick(option: Option) -> None:
            await take(self.stage, self.form(), field, option, self._employer_changed)

        lists = await self.stage.lists()
        picker = EmployerPicker(self.ask, self.region_code, pick, typed, lists=lists)

        async def change_region() -> None:
            async def pick_region(option: Option) -> None:
                await self.stage.close_overlay()
                await picker.search_in(str(option.payload))

            await self.stage.open(region_picker(lists, pick_region, ""))

        picker.on_region = change_region
        await self.stage.open(picker)

    async def open_department(self, field: Field, typed: str) -> None:
        """工作部门 of the chosen employer."""
        if self.employer_id is None:
            label = self.form().find(self._employer).spec.label
            self.stage.tell(f"请先选择{label}", Look.WARN)
            return
        rows = await self.ask(departments_of, Number(value=self.employer_id))
        if not rows:
            self.stage.tell("该单位没有登记工作部门，可以不填", Look.WARN)
            return

        async def pick(option: Option) -> None:
            await take(self.stage, self.form(), field, option)

        options = [Option(row.name, (row.path,), "", row.id) for row in rows]
        await self.stage.open(Picker(field.spec.label, listed(options), pick, query=typed))

    async def _region_changed(self, field: Field) -> None:
        employer = self.form().find(self._employer)
        row = employer.payload
        prefix = reference.region_prefix(str(field.payload))
        if isinstance(row, EmployerRow) and not row.region_code.startswith(prefix):
            employer.set("")
            self.form().find(self._department).set("")
            self.form().changed()

    async def _employer_changed(self, field: Field) -> None:
        self.form().find(self._department).set("")
        if isinstance(field.payload, EmployerRow):
            code = field.payload.region_code
            self.form().find(self._region).set(self.stage.known_lists.region_path(code), code)
        self.form().changed()


def region_picker(lists: Lists, on_pick: Callable[[Option], Awaitable[None]], typed: str) -> Picker:
    """The regions of the province by Chinese, pinyin, initials or code, each with its whole path."""
    return Picker("所属区域", _regions(lists), on_pick, query=typed, columns=(("名称", 0), ("区划代码", 10)))


def region_above(code: str) -> str:
    """The region that this one lies in, the province at last."""
    above = reference.parent_of(code)
    return reference.PROVINCE if above in ("", reference.DIRECT_COUNTIES) else above


def _regions(lists: Lists) -> Source:
    kept = [r for r in lists.regions() if r.code != reference.DIRECT_COUNTIES]
    options = []
    for region in kept:
        path = lists.region_path(region.code)
        options.append((region.name, Option(path, (path, region.code), region.code, region.code)))

    def found(query: str) -> list[Option]:
        ranked = []
        for index, (name, option) in enumerate(options):
            own, whole = rank(query, name, option.code), rank(query, option.cells[0])
            if own is not None or whole is not None:
                ranked.append((100 if own is None else own, whole if whole is not None else 100, index))
        return [options[index][1] for *_, index in sorted(ranked)]

    async def source(query: str, after: object) -> OptionPage:
        chosen = await asyncio.to_thread(found, query) if query else [option for _, option in options]
        return OptionPage(tuple(chosen), None, f"{len(chosen)} / {len(options)} 个区域")

    return source


def _employer_option(row: EmployerRow) -> Option:
    return Option(row.name, (row.name, row.kind_label, row.code), row.code, row)


def _number(field: Field) -> int | None:
    if not field.entry.value:
        return None
    if isinstance(field.payload, EmployerRow):
        return field.payload.id
    return field.payload if isinstance(field.payload, int) else None
