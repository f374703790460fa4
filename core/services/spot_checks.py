"""抽查 (R10): draws of what was approved, by a written seed; the list that is worked through; the proof of a draw."""

from __future__ import annotations

import secrets

from sqlalchemy import case, func, select

from core.model import Declaration, Org, Person, SpotCheck
from core.model import SpotCheckItem as StoredItem
from core.rules.clock import CHINA
from core.rules.entry import EntryError, fold, parse_year
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_personal
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.rules.spot_checks import FINDINGS, LONGEST_NOTE, LONGEST_SEED, MOST_WANTED, draw, population_digest
from core.rules.workflow import DeclarationState
from core.schema.base import Page
from core.schema.spot_checks import (
    DrawSpotCheck,
    PreparedSpotCheck,
    PrepareSpotCheck,
    Redrawn,
    SpotCheckFinding,
    SpotCheckItem,
    SpotCheckItems,
    SpotCheckKey,
    SpotCheckPage,
    SpotCheckQuery,
    SpotCheckRow,
)
from core.schema.statistics import Exported
from core.services.boxes import handed_out
from core.services.declaration_views import form_name
from core.services.desk import Desk, desk_use_case, use_case
from core.services.employers import region_name
from core.services.scope import covers, not_yours, region_prefix, within
from core.store.spot_checks import hold_history, newest_decision, population
from core.store.work import UnitOfWork
from core.store.workbook import TEXT, WHOLE, Sheet, SheetColumn, write_sheets

KIND = "spot_check"


@use_case(Action.SPOT_CHECK_PAGE, writes=False)
def spot_check_page(work: UnitOfWork, actor: Actor, command: SpotCheckQuery) -> Page[SpotCheckRow]:
    """The draws of the caller's region and below, newest first; the key is (id,)."""
    query = select(SpotCheck).where(within(SpotCheck.region_code, actor.region_code))
    if command.after is not None:
        query = query.where(SpotCheck.id < int(command.after[0]))
    found = list(work.session.scalars(query.order_by(SpotCheck.id.desc()).limit(command.limit + 1)))
    rows = found[: command.limit]
    after = (rows[-1].id,) if len(found) > command.limit else None
    return Page(tuple(_row(work, each) for each in rows), after)


@use_case(Action.DRAW_SPOT_CHECK, writes=False)
def prepare_spot_check(work: UnitOfWork, actor: Actor, command: PrepareSpotCheck) -> PreparedSpotCheck:
    """What decides a draw, before it is fixed: nothing is stored. Without a seed the program draws one.

    Raises Refused for the fields `year`, `wanted`, `seed`, and NOTHING_TO_DRAW.
    """
    year, wanted, seed = _understood(command)
    up_to = newest_decision(work.session)
    ids = population(work.session, year, region_prefix(actor.region_code), up_to)
    if not ids:
        raise Refused(ErrorCode.NOTHING_TO_DRAW, year=year)
    return PreparedSpotCheck(
        year=year,
        wanted=wanted,
        region_name=region_name(work, actor.region_code),
        seed=seed or secrets.token_hex(8),
        drawn_seed=not seed,
        population=len(ids),
        population_sha256=population_digest(ids),
        up_to_id=up_to,
    )


@use_case(Action.DRAW_SPOT_CHECK, writes=True)
def draw_spot_check(work: UnitOfWork, actor: Actor, command: DrawSpotCheck) -> SpotCheckRow:
    """抽取, from exactly what stood on the screen. Raises Refused STALE where that can't be had any more.

    Everything is checked anew: neither a seed that was never shown nor another population comes in.
    """
    _understood(PrepareSpotCheck(year=str(command.year), wanted=str(command.wanted), seed=command.seed))
    if actor.org_id is None or not command.seed.strip():
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    hold_history(work.session)
    ids = population(work.session, command.year, region_prefix(actor.region_code), command.up_to_id)
    too_new = command.up_to_id > newest_decision(work.session)
    if too_new or population_digest(ids) != command.population_sha256 or not ids:
        raise Refused(ErrorCode.STALE)
    row = SpotCheck(
        org_id=actor.org_id,
        region_code=actor.region_code,
        year=command.year,
        seed=command.seed.strip(),
        wanted=command.wanted,
        population=len(ids),
        population_sha256=command.population_sha256,
        up_to_id=command.up_to_id,
        drawn_at=work.clock.now(),
        drawn_by_name=actor.name,
    )
    work.session.add(row)
    work.session.flush()
    sample = draw(row.seed, ids, row.wanted)
    work.session.add_all(
        StoredItem(check_id=row.id, place=place, declaration_id=each) for place, each in enumerate(sample, 1)
    )
    words = f"{row.year}年度 种子 {row.seed}，总体 {row.population} 件，抽取 {len(sample)} 件"
    work.audit(actor, Action.DRAW_SPOT_CHECK, KIND, row.id, words)
    work.session.flush()
    return _row(work, row)


@use_case(Action.VIEW_SPOT_CHECK, writes=False)
def spot_check_items(work: UnitOfWork, actor: Actor, command: SpotCheckItems) -> SpotCheckPage:
    """A page of the list of a draw. Raises Refused NOT_FOUND, NOT_YOURS."""
    check = _visible(work, actor, command.check_id)
    query = (
        select(StoredItem, Declaration, Person.name, Org.name)
        .join(Declaration, Declaration.id == StoredItem.declaration_id)
        .join(Person, Person.id == Declaration.person_id)
        .join(Org, Org.id == Declaration.employer_id)
        .where(StoredItem.check_id == check.id)
    )
    if command.open_only:
        query = query.where(StoredItem.finding == "")
    if command.after is not None:
        query = query.where(StoredItem.place > int(command.after[0]))
    found = work.session.execute(query.order_by(StoredItem.place).limit(command.limit + 1)).all()
    rows = tuple(_item(*each) for each in found[: command.limit])
    after = (rows[-1].place,) if len(found) > command.limit else None
    return SpotCheckPage(_row(work, check), rows, after)


@use_case(Action.SPOT_CHECK_FINDING, writes=True)
def find_spot_check(work: UnitOfWork, actor: Actor, command: SpotCheckFinding) -> SpotCheckItem:
    """核对: 无问题, 有问题 with a note, or neither. Raises NOT_YOURS, NOT_FOUND; `note` REASON_REQUIRED."""
    check = _visible(work, actor, command.check_id)
    if command.finding not in FINDINGS:
        raise Refused.for_fields((FieldError("finding", ErrorCode.NOT_IN_LIST),))
    note = _note(command)
    row = work.locked(StoredItem, (check.id, command.place))
    row.finding, row.note = command.finding, note
    looked = bool(command.finding)
    row.found_at = work.clock.now() if looked else None
    row.found_by_name = actor.name if looked else ""
    words = f"{check.year}年度抽查 第 {row.place} 件 {FINDINGS[row.finding]}：{note}".rstrip("：")
    work.audit(actor, Action.SPOT_CHECK_FINDING, KIND, f"{check.id}/{row.place}", words)
    work.session.flush()
    declaration = work.session.get_one(Declaration, row.declaration_id)
    person = work.session.get_one(Person, declaration.person_id)
    return _item(row, declaration, person.name, work.session.get_one(Org, declaration.employer_id).name)


@use_case(Action.VIEW_SPOT_CHECK, writes=False)
def redraw_spot_check(work: UnitOfWork, actor: Actor, command: SpotCheckKey) -> Redrawn:
    """复核: drawn again from what is written down. Raises Refused NOT_FOUND, NOT_YOURS."""
    check = _visible(work, actor, command.check_id)
    ids = _population_of(work, check)
    if (len(ids), population_digest(ids)) != (check.population, check.population_sha256):
        return Redrawn(False, f"总体对不上：当时 {check.population} 件，现在算得 {len(ids)} 件")
    if draw(check.seed, ids, check.wanted) != _sample(work, check):
        return Redrawn(False, "总体相符，抽出的名单与种子不符")
    return Redrawn(True, f"重新抽取，总体 {len(ids)} 件和名单完全相同")


@desk_use_case(Action.VIEW_SPOT_CHECK)
def export_spot_check(desk: Desk, actor: Actor, command: SpotCheckKey) -> Exported:
    """The population and the sample as .xlsx, for whoever draws it again without the program. Raises as above."""
    with desk.reading() as work:
        check = _visible(work, actor, command.check_id)
        ids, sample, row = _population_of(work, check), _sample(work, check), _row(work, check)
        moment = desk.clock.now().astimezone(CHINA)
    heading = (
        f"{row.region_name} {row.year}年度抽查，{row.drawn_at.astimezone(CHINA):%Y-%m-%d %H:%M} {row.drawn_by}",
        f"种子 {row.seed}    总体 {row.population}    抽取 {row.wanted}    up_to_id {row.up_to_id}",
        f"SHA-256 {row.population_sha256}",
    )
    number = SheetColumn("申报编号", 14, WHOLE)
    sheets = (
        Sheet("名单", (SheetColumn("序号", 8, WHOLE), number), list(enumerate(sample, 1)), heading),
        Sheet("总体", (number, SheetColumn("", 4, TEXT)), ((each, None) for each in ids), heading),
    )
    with handed_out(desk, actor, f"抽查-{row.year}-{row.id}-{moment:%Y%m%d-%H%M%S}.xlsx") as out:
        try:
            rows = write_sheets(out.path, sheets)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refused(ErrorCode.FILE_UNREADABLE, path=out.path, reason=reason) from None
    return Exported(out.shown, rows)


def _visible(work: UnitOfWork, actor: Actor, check_id: int) -> SpotCheck:
    row = work.session.get(SpotCheck, check_id)
    if row is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if not covers(actor.region_code, row.region_code):
        raise not_yours(KIND, row.id)
    return row


def _population_of(work: UnitOfWork, check: SpotCheck) -> list[int]:
    return population(work.session, check.year, region_prefix(check.region_code), check.up_to_id)


def _sample(work: UnitOfWork, check: SpotCheck) -> tuple[int, ...]:
    query = select(StoredItem.declaration_id).where(StoredItem.check_id == check.id)
    return tuple(work.session.scalars(query.order_by(StoredItem.place)))


def _understood(command: PrepareSpotCheck) -> tuple[int, int, str]:
    errors = []
    year = wanted = 0
    try:
        year = parse_year(command.year)
    except EntryError as error:
        errors.append(error.at("year"))
    try:
        wanted = int(fold(command.wanted) or "0")
    except (EntryError, ValueError):
        errors.append(FieldError("wanted", ErrorCode.BAD_NUMBER))
    else:
        if not 1 <= wanted <= MOST_WANTED:
            params = {"low": 1, "high": MOST_WANTED}
            errors.append(FieldError("wanted", ErrorCode.OUT_OF_RANGE, params))
    try:
        seed = fold(command.seed)
        if len(seed) > LONGEST_SEED:
            params = {"limit": LONGEST_SEED, "length": len(seed)}
            errors.append(FieldError("seed", ErrorCode.TOO_LONG, params))
    except EntryError as error:
        seed = ""
        errors.append(error.at("seed"))
    if errors:
        raise Refused.for_fields(tuple(errors))
    return year, wanted, seed


def _note(command: SpotCheckFinding) -> str:
    try:
        note = mask_personal(fold(command.note))
    except EntryError as error:
        raise Refused.for_fields((error.at("note"),)) from None
    if command.finding == "bad" and not note:
        raise Refused.for_fields((FieldError("note", ErrorCode.REASON_REQUIRED),))
    if len(note) > LONGEST_NOTE:
        params = {"limit": LONGEST_NOTE, "length": len(note)}
        raise Refused.for_fields((FieldError("note", ErrorCode.TOO_LONG, params),))
    return note


def _row(work: UnitOfWork, check: SpotCheck) -> SpotCheckRow:
    looked = func.sum(case((StoredItem.finding != "", 1), else_=0))
    bad = func.sum(case((StoredItem.finding == "bad", 1), else_=0))
    counts = select(func.count(), looked, bad).where(StoredItem.check_id == check.id)
    drawn, looked_at, wrong = work.session.execute(counts).one()
    return SpotCheckRow(
        id=check.id,
        year=check.year,
        region_name=region_name(work, check.region_code),
        seed=check.seed,
        wanted=check.wanted,
        population=check.population,
        population_sha256=check.population_sha256,
        up_to_id=check.up_to_id,
        drawn=drawn,
        looked_at=int(looked_at or 0),
        bad=int(wrong or 0),
        drawn_at=check.drawn_at,
        drawn_by=check.drawn_by_name,
    )


def _item(row: StoredItem, declaration: Declaration, person: str, employer: str) -> SpotCheckItem:
    return SpotCheckItem(
        place=row.place,
        declaration_id=declaration.id,
        person_name=person,
        employer=employer,
        form_name=form_name(declaration.form),
        title=declaration.title,
        hours=CreditHours(declaration.recognised_halves or 0),
        status_label=DeclarationState(declaration.status).label,
        finding=row.finding,
        finding_label=FINDINGS[row.finding],
        note=row.note,
        found_by=row.found_by_name,
    )
