"""The table of 申报进度查询: its columns, what stands under the marked row, and what it is filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.rules.chain import SOURCES
from core.rules.checking import CheckedForm, check_form
from core.rules.entry import LAST_YEAR
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import FORMS, PROFESSIONAL, PUBLIC, form_by_name
from core.schema.declarations import ProgressQuery, ProgressRow
from tui.look import Line, Look, Span, wrapped
from tui.widgets.field import Field, field_for
from tui.widgets.table import Column, Table, TableRow

_HEAD = (Column("序号", 4), Column("年度", 4), Column("科目", 6), Column("学习形式", 14))
_HOURS = (Column("申报", 5, number=True), Column("认定", 5, number=True))
OWN_COLUMNS = (*_HEAD, *_HOURS, Column("当前处理人", 0), Column("认定结果", 12))
PROVIDER_COLUMNS = (*_HEAD, *_HOURS, Column("名称", 0), Column("认定结果", 12))
REMARK_LINES = 2
"""Lines kept under the rows for what there is to know of the marked one."""

FILTERS = (
    FieldSpec("from_year", "计入年度", FieldKind.YEAR, required=False, hint="如 2019；只填这项就只看该年"),
    FieldSpec("to_year", "至", FieldKind.YEAR, required=False, hint="如 2021"),
    FieldSpec("subject", "科目类型", FieldKind.CHOICE, required=False, choices=(PROFESSIONAL, PUBLIC)),
    FieldSpec(
        "form",
        "学习形式",
        FieldKind.CHOICE,
        required=False,
        choices=tuple(each.name for each in FORMS.values()),
    ),
    FieldSpec("words", "名称", required=False, hint="名称中的字", max_length=60),
    FieldSpec("learnt_from", "学习时间", FieldKind.DATE, required=False, hint="如 2019-07-01"),
    FieldSpec("learnt_until", "至", FieldKind.DATE, required=False, hint="如 2019-12-31"),
)


class ProgressTable(Table):
    """Declarations; under them the name of the marked one, why it was refused, and what it is 重新申报 of."""

    found: tuple[ProgressRow, ...] = ()
    where: str = ""

    def draw(self, cells: int, height: int) -> list[Line]:
        text = remark(self.found[self.at]) if self.found else ""
        parts = wrapped(text, cells - 3)[:REMARK_LINES]
        lines: list[Line] = [(Span("  " + part),) for part in parts]
        lines += [()] * (REMARK_LINES - len(lines))
        if len(self.heading) + 1 + len(self.rows) + len(lines) + 1 < height:
            lines.insert(0, ())
        self.footing = [*lines, (Span(self.where, Look.HINT),)]
        return super().draw(cells, height)


def remark(row: ProgressRow) -> str:
    """What there is to know of a row beyond its columns."""
    parts = [row.title if is_reported(row) else f"#{row.id} {row.title}".strip()]
    if row.source_label and row.source_label != SOURCES["person"]:
        parts.append(row.source_label)
    if row.reason:
        parts.append(f"原因：{row.reason}")
    if row.origin_id is not None:
        parts.append(f"重新申报自 #{row.origin_id}")
    if row.again_id is not None:
        parts.append(f"已重新申报为 #{row.again_id}")
    return "   ".join(parts)


def is_reported(row: ProgressRow) -> bool:
    """Whether it is the report of a base that has not become a declaration: its number lies below zero."""
    return row.id < 0


def reported_lines(row: ProgressRow) -> list[str]:
    """What there is to know of such a report."""
    return [
        f"培训班    {row.title}",
        f"计入年度  {row.year}  {row.subject}",
        f"申报学时  {row.claimed}",
        f"认定结果  {row.status_label}",
        f"当前处理  {row.handler or '-'}",
        f"原因      {row.reason or '-'}",
    ]


def row_cells(number: int, row: ProgressRow, *, by_provider: bool) -> TableRow:
    """A row as the columns show it."""
    waiting = "" if row.waiting_days is None else f" {row.waiting_days}天"
    return TableRow(
        (
            str(number),
            str(row.year),
            row.subject,
            row.form_name,
            str(row.claimed) if row.claimed else "",
            "" if row.recognised is None else str(row.recognised),
            row.title if by_provider else row.handler,
            row.status_label + waiting,
        )
    )


def filter_fields(query: ProgressQuery) -> list[Field]:
    """The sheet of filters, filled in with what holds now."""
    single = query.from_year is not None and query.from_year == query.to_year
    values = {
        "from_year": str(query.from_year or ""),
        "to_year": "" if single else str(query.to_year or ""),
        "subject": query.subject or "",
        "form": FORMS[query.form].name if query.form else "",
        "words": query.words,
        "learnt_from": str(query.learnt_from or ""),
        "learnt_until": str(query.learnt_until or ""),
    }
    wide = {"subject": 16, "form": 24}
    return [field_for(spec, values[spec.key], cells=wide.get(spec.key, 20)) for spec in FILTERS]


def narrowed(query: ProgressQuery, typed: Mapping[str, str]) -> ProgressQuery:
    """The query with the filters as typed. Raises Refused with what can't be read beside its field."""
    checked: CheckedForm = check_form(FILTERS, typed, date.max)
    clean = dict(checked.clean)
    first, last = clean.get("from_year"), clean.get("to_year")
    errors = list(checked.errors)
    if isinstance(first, int) and isinstance(last, int) and last < first:
        errors.append(FieldError("to_year", ErrorCode.OUT_OF_RANGE, {"low": first, "high": LAST_YEAR}))
    start, end = clean.get("learnt_from"), clean.get("learnt_until")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        errors.append(FieldError("learnt_until", ErrorCode.DATE_ORDER))
    if errors:
        raise Refused.for_fields(tuple(errors))
    form = clean.get("form")
    changes = {
        "from_year": first,
        "to_year": first if last is None else last,
        "subject": clean.get("subject"),
        "form": form_by_name(str(form)).key if form else None,
        "words": clean.get("words", ""),
        "learnt_from": start,
        "learnt_until": end,
    }
    return query.model_copy(update=changes)


def cleared(query: ProgressQuery) -> ProgressQuery:
    """The query without its filters; tab and kind stay."""
    return ProgressQuery(tab=query.tab, by_provider=query.by_provider, limit=query.limit)


def filter_text(query: ProgressQuery) -> str:
    """What is filtered by, in one line."""
    years = str(query.from_year or "") if query.from_year == query.to_year else _span(query)
    parts = [f"计入年度 {years or '全部'}", f"科目类型 {query.subject or '全部'}"]
    if query.form:
        parts.append(FORMS[query.form].name)
    if query.words:
        parts.append(f"名称含“{query.words}”")
    if query.learnt_from or query.learnt_until:
        parts.append(f"{query.learnt_from or ''}至{query.learnt_until or ''}")
    return "  ".join(parts)


def _span(query: ProgressQuery) -> str:
    return f"{query.from_year or ''}至{query.to_year or ''}"
