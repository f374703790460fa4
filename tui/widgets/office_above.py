"""The popups of an office's place: 所属区域, and what stands above it (上级单位, 主管部门)."""

from __future__ import annotations

from collections.abc import Callable

from core.rules.offices import AUTHORITY, REGION, SUPERIOR
from core.rules.roles import OrgKind
from core.schema.employers import EmployerRow
from tui.widgets.choosing import After, Opener, Stage, take
from tui.widgets.field import Field
from tui.widgets.form import Form
from tui.widgets.picker import Option
from tui.widgets.workplace import Asks, EmployerPicker, region_above, region_picker

_KINDS = {SUPERIOR.key: OrgKind.EMPLOYER, AUTHORITY.key: OrgKind.AUTHORITY}


class OfficesAbove:
    """The three fields of a form; an office above is searched from the region's city on, since it may lie there."""

    def __init__(self, stage: Stage, ask: Asks, form: Callable[[], Form], after: After) -> None:
        self.stage, self.ask, self.form, self.after = stage, ask, form, after

    @property
    def openers(self) -> dict[str, Opener]:
        """The popups by key of field."""
        return {REGION.key: self.open_region, SUPERIOR.key: self.open_office, AUTHORITY.key: self.open_office}

    @property
    def region_code(self) -> str:
        """The code of the chosen region, empty when none is."""
        field = self.form().find(REGION.key)
        return str(field.payload) if field.payload and field.entry.value else ""

    @property
    def superior_id(self) -> int | None:
        """The chosen 上级单位."""
        return self._chosen(SUPERIOR.key)

    @property
    def authority_id(self) -> int | None:
        """The chosen 主管部门."""
        return self._chosen(AUTHORITY.key)

    async def open_region(self, field: Field, typed: str) -> None:
        """所属区域."""

        async def pick(option: Option) -> None:
            await take(self.stage, self.form(), field, option, self.after)

        await self.stage.open(region_picker(await self.stage.lists(), pick, typed))

    async def open_office(self, field: Field, typed: str) -> None:
        """上级单位 or 主管部门."""

        async def pick(option: Option) -> None:
            await take(self.stage, self.form(), field, option, self.after)

        kind = _KINDS[field.spec.key]
        region = region_above(self.region_code) if self.region_code else ""
        lists = await self.stage.lists()
        picker = EmployerPicker(self.ask, region, pick, typed, what=field.spec.label, kind=kind, lists=lists)

        async def change_region() -> None:
            async def pick_region(option: Option) -> None:
                await self.stage.close_overlay()
                await picker.search_in(str(option.payload))

            await self.stage.open(region_picker(await self.stage.lists(), pick_region, ""))

        picker.on_region = change_region
        await self.stage.open(picker)

    def _chosen(self, key: str) -> int | None:
        field = next((each for each in self.form().fields if each.spec.key == key), None)
        if field is None or not field.entry.value:
            return None
        return office_id(field.payload)


def office_id(payload: object) -> int | None:
    """The id that a picked field holds: of a row of the popup, or of what was chosen before."""
    if isinstance(payload, EmployerRow):
        return payload.id
    return payload if isinstance(payload, int) else None
