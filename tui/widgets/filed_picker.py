"""备案计划 and 培训班 in a declaration: chosen from what is on file, or written as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.rules.entry import EntryError, parse_year
from core.rules.training import PlanKind
from core.schema.training import FiledQuery, FiledRow
from core.services.plans import filed_plans
from tui.widgets.choosing import After, Opener, Stage, take
from tui.widgets.field import Field
from tui.widgets.form import Form
from tui.widgets.picker import Option, OptionPage, Picker

Asks = Callable[[Any, Any], Awaitable[Any]]
FILED_KEYS: Mapping[str, PlanKind] = {"plan": PlanKind.INDUSTRY, "class_name": PlanKind.BASE}
"""Fields that are chosen from what is on file, by their key."""
_OFFICE = {PlanKind.INDUSTRY: "authority", PlanKind.BASE: "base"}
_SHOWN = 50


def filed_openers(stage: Stage, ask: Asks, form: Callable[[], Form], after: After) -> dict[str, Opener]:
    """The popups of those fields; what is known of a choice fills the fields that are still empty."""

    def opener_of(kind: PlanKind) -> Opener:
        async def open_filed(field: Field, typed: str) -> None:
            await _open(stage, ask, form(), field, kind, typed, after)

        return open_filed

    return {key: opener_of(kind) for key, kind in FILED_KEYS.items()}


async def _open(
    stage: Stage, ask: Asks, form: Form, field: Field, kind: PlanKind, typed: str, after: After
) -> None:
    try:
        year = parse_year(form.values().get("year", ""))
    except EntryError:
        year = None

    async def source(query: str, more: object) -> OptionPage:
        page = await ask(filed_plans, FiledQuery(kind=kind, year=year, text=query, limit=_SHOWN))
        options = tuple(
            Option(row.name, (row.name, row.org_name, str(row.allowed)), payload=row) for row in page.rows
        )
        if query and all(option.value != query for option in options):
            options = (*options, Option(query, (f"{query}   (照此填写)", "", "")))
        return OptionPage(options, None, f"{year or ''} 已备案 {len(page.rows)} 项，没有的可以照写")

    async def picked(option: Option) -> None:
        row, option = option.payload, Option(option.value, option.cells)
        await take(stage, form, field, option)
        if isinstance(row, FiledRow):
            _fill(form, kind, row)
        form.changed()
        await after(field)

    columns = (("名称", 0), ("单位", 24), ("学时", 5))
    await stage.open(
        Picker(field.spec.label, source, picked, query=typed, columns=columns, hint="名称或单位")
    )


def _fill(form: Form, kind: PlanKind, row: FiledRow) -> None:
    """What the file says, where nothing stands yet."""
    known = {
        _OFFICE[kind]: row.org_name,
        "started_on": row.started_on.isoformat() if row.started_on else "",
        "ended_on": row.ended_on.isoformat() if row.ended_on else "",
        "claimed_hours": str(row.allowed),
    }
    for each in form.fields:
        if each.spec.key in known and not each.entry.value.strip() and not each.fixed:
            each.set(known[each.spec.key])
