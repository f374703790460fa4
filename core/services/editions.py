"""基础数据管理 (A2): lists and rules changed on screen, each change an edition with who, when, why and from which year.

Nothing is ever changed in place: what was decided under an older edition keeps it (judging.py, suspicions.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, select, text

from core.model import Edition
from core.rules.checking import check_form, in_field_order
from core.rules.clock import CHINA, today
from core.rules.edition_kind import FIRST_YEAR, FROM_YEAR, LAST_YEAR, REASON, EditionKind, refused
from core.rules.edition_kinds import KINDS
from core.rules.entry import EntryError, fold, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldSpec
from core.rules.identity import mask_personal
from core.rules.lists import Entry, key_of
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.rulebook import ANNUAL, FORM, HOURS, STANDARD, Rulebook, form_of
from core.schema.base import Nothing, Page
from core.schema.editions import (
    ChangedField,
    EditionLine,
    EditionPreview,
    EntryKey,
    EntryQuery,
    EntryRow,
    EntryView,
    KindRow,
    SaveEdition,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.edition_recount import rejudge
from core.services.edition_regions import place_region, region_values
from core.services.jobs import JobRunner
from core.store.work import UnitOfWork

KIND = "edition"


@use_case(Action.EDITION_PAGE, writes=False)
def edition_kinds(work: UnitOfWork, actor: Actor, command: Nothing) -> Page[KindRow]:
    """The kinds of lists and rules, the most used first."""
    counted = select(Edition.kind, func.count(), func.max(Edition.id)).group_by(Edition.kind)
    editions = {kind: (count, newest) for kind, count, newest in work.session.execute(counted)}
    year, rows = today(work.clock).year, []
    for kind in KINDS.values():
        count, newest = editions.get(kind.key, (0, 0))
        entries = rows_of(work.rulebook, kind, year)
        used = sum(each.active for each in entries)
        rows.append(KindRow(kind.key, kind.label, kind.purpose, used, count, _made_by(work, newest)))
    return Page(tuple(rows))


@use_case(Action.EDITION_PAGE, writes=False)
def edition_entries(work: UnitOfWork, actor: Actor, command: EntryQuery) -> Page[EntryRow]:
    """One page of the entries of a kind, those that were retired too. Raises Refused NOT_FOUND."""
    from core.rules.readings import rank

    kind = _kind(command.kind)
    rows = rows_of(work.rulebook, kind, today(work.clock).year)
    words = command.text.strip()
    if words:
        rows = [row for row in rows if rank(words, f"{row.label} {row.summary}", row.entry) is not None]
    after = int(command.after[0]) if command.after else -1
    ahead = [row for row in rows if row.place > after]
    page = ahead[: command.limit]
    more = (page[-1].place,) if len(ahead) > command.limit else None
    return Page(tuple(page), more)


@use_case(Action.EDITION_PAGE, writes=False)
def edition_entry(work: UnitOfWork, actor: Actor, command: EntryKey) -> EntryView:
    """The form of one entry, or of a new one. Raises Refused NOT_FOUND."""
    kind = _kind(command.kind)
    this_year = today(work.clock).year
    year = command.year or this_year
    rules = work.rulebook if command.edition is None else work.rulebook.at(command.edition)
    entry = rules.entries(kind.key, year).get(command.entry)
    if command.entry and entry is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if not command.entry and not kind.adds:
        raise Refused(ErrorCode.NOT_FOUND)
    if command.edition:
        entry = _as_saved(work, kind, command.entry, command.edition) or entry
    current = work.rulebook.entries(kind.key, year).get(command.entry)
    return EntryView(
        kind=kind.key,
        kind_label=kind.label,
        entry=command.entry,
        label=kind.label_of(command.entry, entry) if entry else f"新增{kind.what}",
        fields=kind.fields(work.rulebook, command.entry, year),
        values=dict(entry.values) if entry else {},
        fixed=kind.fixed if command.entry else (),
        active=current is None or current.active,
        seen=_newest(work, kind.key, command.entry),
        from_year=year if kind.dated else None,
        may_edit=kind.edits,
        may_retire=bool(current and current.active and kind.retires and not kind.kept(command.entry)),
        notes=_notes(work.rulebook, kind, command.entry, year),
    )


@use_case(Action.SAVE_EDITION, writes=False)
def preview_edition(work: UnitOfWork, actor: Actor, command: SaveEdition) -> EditionPreview:
    """What a change would do, field by field; nothing is stored. Raises Refused as saving does."""
    return _understood(work, command)[1]


@desk_use_case(Action.SAVE_EDITION)
def save_edition(desk: Desk, actor: Actor, command: SaveEdition) -> EditionPreview:
    """Make an edition: it counts from its year on, and is never changed again. Open years are judged by it.

    Raises Refused FIELDS_REFUSED for the entry's fields, `from_year` and `reason`; STALE where another has changed
    the entry meanwhile; NOT_FOUND; HAS_DEPENDANTS for a region in which there is still something.
    """
    with desk.writing() as work:
        done, job_id = store_edition(work, actor, command)
        work.commit()
    if job_id is not None:
        JobRunner.of(desk).hand_over(job_id)
    return done


def store_edition(work: UnitOfWork, actor: Actor, command: SaveEdition) -> tuple[EditionPreview, int | None]:
    """The same in a unit of work that is there; answers the job as well that judges the open years."""
    _one_at_a_time(work)
    edition, preview = _understood(work, command)
    if edition.kind == "region":
        place_region(work, edition)
    edition.at, edition.account_id, edition.account_name = work.clock.now(), actor.account_id, actor.name
    work.session.add(edition)
    work.session.flush()
    changes = "；".join(f"{each.label} {each.old or '-'} -> {each.new or '-'}" for each in preview.fields)
    label = _kind(edition.kind).label
    summary = f"{label} {preview.label} {preview.begins}：{changes}。原因：{edition.reason}"
    work.audit(actor, Action.SAVE_EDITION, KIND, edition.id, summary)
    work.read_rules_again()
    until = _json(edition.value).get("until", "")
    job_id = rejudge(work, actor, edition, int(until)) if until else rejudge(work, actor, edition)
    return replace(preview, edition=edition.id), job_id


@use_case(Action.EDITION_PAGE, writes=False)
def edition_history(work: UnitOfWork, actor: Actor, command: EntryKey) -> Page[EditionLine]:
    """Every edition of an entry, the newest first; what was shipped stands last. Raises Refused NOT_FOUND."""
    kind = _kind(command.kind)
    query = select(Edition).where(Edition.kind == kind.key, Edition.entry == command.entry)
    rows = work.session.scalars(query.order_by(Edition.id.desc())).all()
    year = command.year or today(work.clock).year
    specs = kind.fields(work.rulebook, command.entry, year)
    lines = [
        EditionLine(
            row.id,
            row.at,
            row.account_name,
            _begins(kind, row.from_year, _json(row.value)),
            row.reason,
            tuple((spec.label, _json(row.value).get(spec.key, "")) for spec in specs) if row.value else (),
            row.value is None,
        )
        for row in rows
    ]
    shipped = work.rulebook.at(0).entries(kind.key, year).get(command.entry)
    if shipped is not None:
        values = tuple((spec.label, shipped.values.get(spec.key, "")) for spec in specs)
        lines.append(EditionLine(0, None, "", "初始版本", "", values, not shipped.active))
    if not lines:
        raise Refused(ErrorCode.NOT_FOUND)
    return Page(tuple(lines))


def rows_of(rules: Rulebook, kind: EditionKind, year: int) -> list[EntryRow]:
    """All entries of a kind in the order shown. 年度合格标准 has a row for each span of years, the newest first."""
    if kind.key == ANNUAL:
        spans = sorted(rules.annual_rules(), key=lambda rule: -rule.from_year)
        rows = []
        for place, rule in enumerate(spans):
            first = max(rule.from_year, FIRST_YEAR)
            entry = rules.entries(ANNUAL, first)[STANDARD]
            rows.append(_row(kind, STANDARD, entry, first, place, _span(rule.from_year, rule.to_year)))
        return rows
    entries = rules.entries(kind.key, year)
    later = {each.entry for each in rules.editions if each.kind == kind.key and each.from_year > year}
    return [
        _row(kind, key, entry, 0, place, kind.label_of(key, entry), later=key in later)
        for place, (key, entry) in enumerate(entries.items())
    ]


# -------------------------------------------------------------------------------------- understanding


def _understood(work: UnitOfWork, command: SaveEdition) -> tuple[Edition, EditionPreview]:
    """The edition that a change comes to, not stored yet, and what it does. Raises Refused for all fields."""
    kind, rules = _kind(command.kind), work.rulebook
    errors: list[FieldError] = []
    from_year, reason = _from_year(kind, command, errors), _reason(command, errors)
    year = from_year or today(work.clock).year
    before = rules.entries(kind.key, year).get(command.entry)
    if command.entry and before is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if command.entry and _newest(work, kind.key, command.entry) != command.seen:
        raise Refused(ErrorCode.STALE)
    specs = kind.fields(rules, command.entry, year)
    values: dict[str, str] | None = None
    if command.taken_out:
        if before is None or not kind.retires or kind.kept(command.entry) or not before.active:
            raise Refused(ErrorCode.EDITION_REFUSED, reason=f"这一项不能{kind.goes}")
    else:
        if command.entry and not kind.edits:
            raise Refused(ErrorCode.EDITION_REFUSED, reason=f"{kind.label}只能停用，内容由程序确定")
        typed = {spec.key: command.values.get(spec.key, "") for spec in specs}
        checked = check_form(specs, typed, today(work.clock), lists=rules.lists(year))
        values = {spec.key: str(checked.clean.get(spec.key, "")) for spec in specs}
        if kind.key == "region":
            values = region_values(values, before)
        fixed = kind.fixed if before is not None else ()
        errors += [
            refused(key, "这一项不能修改") for key in fixed if before and values[key] != before.values[key]
        ]
        errors += checked.errors
        if checked.ok:
            errors += kind.check(rules, command.entry, year, values)
            if before is not None and before.active and not errors and _same(specs, before, values):
                errors.append(refused(specs[0].key, "与现行内容相同，没有改动"))
    if errors:
        raise Refused.for_fields(in_field_order((*specs, FROM_YEAR, REASON), errors))
    entry = command.entry or key_of(values or {})
    if not command.entry and entry in rules.entries(kind.key, year):
        raise Refused.for_fields((FieldError(specs[0].key, ErrorCode.NAME_TWICE, {"name": entry}),))
    edition = Edition(
        kind=kind.key,
        entry=entry,
        from_year=from_year,
        value=None if values is None else json.dumps(values, ensure_ascii=False),
        reason=reason,
    )
    shown = Entry(values) if values is not None else before
    assert shown is not None
    preview = EditionPreview(
        kind=kind.key,
        entry=entry,
        label=kind.label_of(entry, shown),
        begins=_begins(kind, from_year, values or {}),
        fields=_changes(kind, rules, entry, year, before, values),
        notes=_warnings(work, kind, entry, from_year, values),
    )
    return edition, preview


def _same(specs: tuple[FieldSpec, ...], before: Entry, values: Mapping[str, str]) -> bool:
    return all(before.values.get(spec.key, "") == values[spec.key] for spec in specs)


def _changes(
    kind: EditionKind,
    rules: Rulebook,
    entry: str,
    year: int,
    before: Entry | None,
    values: Mapping[str, str] | None,
) -> tuple[ChangedField, ...]:
    if values is None:
        return (ChangedField("状态", "在用", kind.gone),)
    old = before.values if before is not None else {}
    found = [
        ChangedField(spec.label, old.get(spec.key, ""), values[spec.key])
        for spec in kind.fields(rules, entry, year)
        if old.get(spec.key, "") != values[spec.key]
    ]
    if before is not None and not before.active:
        found.insert(0, ChangedField("状态", kind.gone, "在用"))
    return tuple(found)


def _warnings(
    work: UnitOfWork, kind: EditionKind, entry: str, from_year: int, values: Mapping[str, str] | None
) -> tuple[str, ...]:
    """What the operator should think of besides."""
    notes = []
    if kind.key in (HOURS, FORM, ANNUAL):
        notes.append("已审核的申报、已认定的年度仍按原来的规则，以后的按新的。")
    if kind.key == ANNUAL:
        notes.append("还没有认定的年度随即按新标准重新计算，人多时在后台进行，见“后台任务”。")
    if kind.key == HOURS:
        form = work.rulebook.all_forms(from_year)[form_of(entry)]
        notes.append(f"申报时显示的条款是：{form.clause} 数字不符的，请到“学习形式”修改条款。")
    if from_year and from_year < today(work.clock).year:
        notes.append(f"{from_year}年度已经过去：只影响还没有认定的。")
    return tuple(notes)


def _from_year(kind: EditionKind, command: SaveEdition, errors: list[FieldError]) -> int:
    if not kind.dated:
        return 0
    try:
        if not command.from_year.strip():
            raise EntryError(ErrorCode.REQUIRED)
        year = parse_year(command.from_year)
    except EntryError as error:
        errors.append(error.at(FROM_YEAR.key))
        return 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        params = {"low": FIRST_YEAR, "high": LAST_YEAR}
        errors.append(FieldError(FROM_YEAR.key, ErrorCode.OUT_OF_RANGE, params))
        return 0
    return year


def _reason(command: SaveEdition, errors: list[FieldError]) -> str:
    try:
        reason = mask_personal(fold(command.reason))
    except EntryError as error:
        errors.append(error.at(REASON.key))
        return ""
    if not reason:
        errors.append(FieldError(REASON.key, ErrorCode.REASON_REQUIRED))
    elif len(reason) > REASON.max_length:
        params = {"limit": REASON.max_length, "length": len(reason)}
        errors.append(FieldError(REASON.key, ErrorCode.TOO_LONG, params))
    return reason


def _one_at_a_time(work: UnitOfWork) -> None:
    """Editions are numbered in the order of their commits: else a reader might pass over one that comes late."""
    if work.connection.dialect.name == "postgresql":
        work.session.execute(text("lock table edition in exclusive mode"))


# ---------------------------------------------------------------------------------------------- showing


def _row(
    kind: EditionKind, key: str, entry: Entry, year: int, place: int, label: str, *, later: bool = False
) -> EntryRow:
    changed = f"第 {entry.edition} 版" if entry.edition else ""
    if later:
        changed = "将修改"
    return EntryRow(kind.key, key, year, label, kind.summary_of(key, entry), entry.active, changed, place)


def _notes(rules: Rulebook, kind: EditionKind, entry: str, year: int) -> tuple[str, ...]:
    later = sorted(
        each.from_year
        for each in rules.editions
        if each.kind == kind.key and each.entry == entry and each.from_year > year
    )
    return (f"{later[0]}年度起另有规定，以最后一次保存的为准",) if later else ()


def _as_saved(work: UnitOfWork, kind: EditionKind, entry: str, number: int) -> Entry | None:
    row = work.session.get(Edition, number)
    if row is None or (row.kind, row.entry) != (kind.key, entry) or row.value is None:
        return None
    return Entry(_json(row.value), edition=row.id)


def _begins(kind: EditionKind, from_year: int, value: Mapping[str, str]) -> str:
    if not kind.dated:
        return "立即生效"
    until = value.get("until", "")
    return _span(from_year, int(until) if until else 9999)


def _span(first: int, last: int) -> str:
    if first <= 0:
        return f"{last}年度及以前"
    if last >= 9999:
        return f"{first}年度起"
    return f"{first}年度" if first == last else f"{first}至{last}年度"


def _made_by(work: UnitOfWork, number: int) -> str:
    row = work.session.get(Edition, number) if number else None
    if row is None:
        return ""
    return f"{row.at.astimezone(CHINA):%Y-%m-%d} {row.account_name}".strip()


def _newest(work: UnitOfWork, kind: str, entry: str) -> int:
    query = select(func.max(Edition.id)).where(Edition.kind == kind, Edition.entry == entry)
    return work.session.scalar(query) or 0


def _kind(key: str) -> EditionKind:
    if key not in KINDS:
        raise Refused(ErrorCode.NOT_FOUND)
    return KINDS[key]


def _json(value: str | None) -> dict[str, str]:
    return dict(json.loads(value)) if value else {}
