"""人员学时 from a file: each row a declaration of one of the unit's persons, one 单位申报 for each training class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, update

from core.model import Activity, Change, Declaration, Person
from core.rules.changes import ChangeKind
from core.rules.clock import today
from core.rules.declaring import check_declaration
from core.rules.entry import EntryError, fold, parse_name, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.forms import COMMON_FIELDS, FORMS, PROFESSIONAL, PUBLIC, title_of
from core.rules.hours import CreditHours
from core.rules.identity import check_resident_number
from core.rules.imports import HOURS
from core.rules.roles import Actor
from core.rules.rulebook import Rulebook
from core.rules.workflow import DeclarationState
from core.services.activity_rows import Declared, Learning, add_activity, declare_for
from core.services.import_lines import Found, Importer, Line, Problem, Row, State, missing, plain_number
from core.services.windows import is_open
from core.store.bulk import found_by, hold_off
from core.store.work import UnitOfWork

FORM = FORMS["post_training"]
"""Its key and kind; its hours are those of the rulebook."""
NOT_OURS = "本单位没有这个人，请先注册或导入人员"
_FIRST_YEAR = 1990
_LIVE = (DeclarationState.PENDING.value, DeclarationState.APPROVED.value)
_COMMON = {spec.key for spec in COMMON_FIELDS}
_OF_CLASS = tuple(
    column.key
    for column in HOURS.columns
    if column.key not in ("name", "id_number", "claimed_hours", "remark")
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a row claims: the learning (by its place among those of the part), halves, and what is wrong."""

    learning: int
    halves: int
    errors: tuple[tuple[str, str], ...]
    hint: str


@dataclass
class _Classes:
    """The learning of a part, each class once: thousands of rows say the same of it."""

    day: date
    rules: Rulebook
    learnings: list[dict[str, Any]] = field(default_factory=list)
    _places: dict[tuple[str, ...], int] = field(default_factory=dict)
    _claims: dict[tuple[str, ...], _Claim] = field(default_factory=dict)

    def claim(self, values: Mapping[str, str]) -> _Claim:
        """What this row claims."""
        of_class = tuple(values[key] for key in _OF_CLASS)
        key = (*of_class, values["claimed_hours"], values["remark"])
        known = self._claims.get(key)
        if known is None:
            known = self._claims[key] = self._read(of_class, values)
        return known

    def _read(self, of_class: tuple[str, ...], values: Mapping[str, str]) -> _Claim:
        subject = values["subject"] or PROFESSIONAL
        typed = {**values, "subject": PROFESSIONAL, "result": values["result"] or "合格"}
        try:
            year_typed = parse_year(values["year"])
        except EntryError:
            year_typed = self.day.year
        kind, rule = self.rules.form(FORM.key, year_typed), self.rules.annual_rule(year_typed)
        checked = check_declaration(kind, typed, self.day, rule, lists=self.rules.lists(self.day.year))
        dated = not any(each.field in ("started_on", "ended_on") for each in checked.errors)
        errors = [
            (each.field, each.text)
            for each in checked.errors
            if dated or each.code is not ErrorCode.ABOVE_RULE  # without days the rule says nothing
        ]
        if not kind.active:
            errors.append(("year", f"{year_typed} 年度不能申报{FORM.name}"))
        if subject not in (PROFESSIONAL, PUBLIC):
            errors.append(("subject", f"应为 {PROFESSIONAL}、{PUBLIC} 之一"))
        year = checked.clean.get("year")
        if isinstance(year, int) and year < _FIRST_YEAR:
            errors.append(("year", ERROR_TEXTS[ErrorCode.OUT_OF_RANGE].format(low=_FIRST_YEAR, high=2099)))
        if errors or checked.claimed is None or checked.period is None:
            return _Claim(-1, 0, tuple(errors), "")
        place = self._places.get(of_class)
        if place is None:
            place = self._places[of_class] = len(self.learnings)
            clean = checked.clean
            self.learnings.append(
                {
                    "year": year,
                    "title": title_of(FORM, clean),
                    "fields": {key: str(value) for key, value in clean.items() if key not in _COMMON},
                    "started_on": checked.period[0].isoformat(),
                    "ended_on": checked.period[1].isoformat(),
                    "subject": subject,
                }
            )
        hint = "" if _is_plain(values["claimed_hours"]) else f"已按 {checked.claimed.halves / 2:.1f} 识别"
        return _Claim(place, checked.claimed.halves, (), hint)


def check_hours(
    work: UnitOfWork, actor: Actor, lines: Sequence[Line], found: Found
) -> tuple[list[Row], list[dict[str, Any]]]:
    """The rows of a part: [line, digest of the number, name, place of the learning, halves, remark]."""
    classes = _Classes(today(work.clock), work.rulebook)
    rows: list[Row] = []
    by_line: dict[int, Line] = {}
    for line in lines:
        wrong = missing(found, line)
        claim = classes.claim(line.values)
        for key, reason in claim.errors:
            if line.values.get(key):  # a blank one has been named
                found.add(line, key, reason)
        if claim.hint:
            found.add(line, "claimed_hours", claim.hint, error=False)
        if wrong or claim.errors:
            continue
        number = plain_number(line.values["id_number"])
        digest = work.vault.digest("id_number", number).hex()
        rows.append([line.number, digest, line.values["name"], claim.learning, claim.halves, _note(line)])
        by_line[line.number] = line
    for problem in settle_hours(work, actor, rows, classes.learnings)[1]:
        line = by_line[problem.line]
        found.add(line, problem.column, _why_unknown(work, line, problem.reason))
    return rows, classes.learnings


def settle_hours(
    work: UnitOfWork, actor: Actor, rows: Sequence[Row], learnings: Sequence[Mapping[str, Any]]
) -> tuple[list[Row], list[Problem]]:
    """Whom the rows are about, and whether each may be declared today; of the good ones the place of the learning
    and a Declared as a list."""
    hold_off(work.session, actor.org_id or 0)
    people = _people(work, actor, [bytes.fromhex(row[1]) for row in rows])
    ids = [person_id for person_id, _, _ in people.values()]
    leaving = _leaving(work, ids)
    others = _declared(work, ids, learnings)
    titles = [_title(each["title"]) for each in learnings]
    opened: dict[tuple[int, str], bool] = {}
    ready: list[Row] = []
    problems: list[Problem] = []
    taken: dict[str, int] = {}
    keys = [_class_key(actor, each) for each in learnings]
    for line, digest, name, place, halves, note in rows:
        known = people.get(digest)
        learning = learnings[place]
        reason = _against(known, name, leaving)
        if not reason and known is not None:
            person_id, _, region = known
            year = learning["year"]
            if (year, region) not in opened:
                opened[year, region] = is_open(work.session, year, region, today(work.clock))
            if not opened[year, region]:
                problems.append(
                    Problem(line, "year", "", ERROR_TEXTS[ErrorCode.YEAR_CLOSED].format(year=year))
                )
                continue
            same, flagged = _among(others.get(person_id, ()), titles[place], learning)
            if same:
                problems.append(
                    Problem(line, "class_name", "", f"与已有申报重复（{same}），同一项学习只能申报一次")
                )
                continue
            key = f"{keys[place]}:{person_id}"
            if key in taken:
                problems.append(Problem(line, "class_name", "", f"与第 {taken[key]} 行重复"))
                continue
            taken[key] = line
            ready.append([place, person_id, region, halves, note, key, flagged])
            continue
        problems.append(Problem(line, "id_number" if known is None else "name", "", reason))
    return ready, problems


def write_hours(
    work: UnitOfWork,
    actor: Actor,
    ready: Sequence[Row],
    learnings: Sequence[Mapping[str, Any]],
    state: State,
) -> int:
    """The declarations, pending at the next level; the activity of a class is made by its first row."""
    activities: dict[str, int] = state.setdefault("activities", {})
    _free_keys(work, [row[5] for row in ready])
    by_class: dict[int, list[Declared]] = {}
    for place, *row in ready:
        by_class.setdefault(place, []).append(Declared(*row))
    for place, people in by_class.items():
        learning = _learning(learnings[place])
        key = _class_key(actor, learnings[place])
        if key in activities:
            activity = work.session.get_one(Activity, activities[key])
        else:
            activity = add_activity(work, actor, learning, halves=people[0].halves, origin="file")
            activities[key] = activity.id
        declare_for(work, actor, activity, learning, people)
    work.session.flush()
    return len(ready)


HOURS_IMPORT = Importer(
    sheet=HOURS,
    doubled_by=("id_number", "class_name", "year", "started_on"),
    check=check_hours,
    settle=settle_hours,
    write=write_hours,
)


def _people(work: UnitOfWork, actor: Actor, digests: Sequence[bytes]) -> dict[str, tuple[int, str, str]]:
    """The unit's persons by the digest of their number, held until the end: (id, name, region)."""
    # The unit is compared here: asked for it, SQLite would read through everybody of a large one.
    key = Person.id_number_digest
    wanted = (key, Person.id, Person.name, Person.region_code, Person.employer_id)
    return {
        bytes(row[0]).hex(): (row[1], row[2], row[3])
        for row in found_by(work.session, key, list(set(digests)), *wanted)
        if row[4] == actor.org_id
    }


def _leaving(work: UnitOfWork, people: Sequence[int]) -> set[int]:
    waiting = (Change.kind == ChangeKind.TRANSFER.value, Change.state == "pending")
    return {
        row[0] for row in found_by(work.session, Change.person_id, people, Change.person_id, more=waiting)
    }


_Other = tuple[str, str, date | None, date | None]


def _declared(
    work: UnitOfWork, people: Sequence[int], learnings: Sequence[Mapping[str, Any]]
) -> dict[int, list[_Other]]:
    """What waits or counts already in the days of these learnings, or has no days: form, title, days, by person."""
    if not learnings:
        return {}
    last = date.fromisoformat(max(each["ended_on"] for each in learnings))
    first = date.fromisoformat(min(each["started_on"] for each in learnings))
    meets = and_(Declaration.started_on <= last, Declaration.ended_on >= first)
    live = (
        Declaration.status.in_(_LIVE),
        Declaration.year.in_({each["year"] for each in learnings}),
        or_(Declaration.started_on.is_(None), meets),
    )
    wanted = (
        Declaration.person_id,
        Declaration.form,
        Declaration.title,
        Declaration.started_on,
        Declaration.ended_on,
    )
    found: dict[int, list[_Other]] = {}
    for row in found_by(work.session, Declaration.person_id, people, *wanted, more=live):
        found.setdefault(row[0], []).append(tuple(row[1:]))
    return found


def _against(known: tuple[int, str, str] | None, name: str, leaving: set[int]) -> str:
    """Why this person can't be declared for."""
    if known is None:
        return NOT_OURS
    if known[1] != name and known[1] != _name(name):
        return "与该证件号登记的姓名不一致"
    if known[0] in leaving:
        return ERROR_TEXTS[ErrorCode.TRANSFER_PENDING].format(what="申报学时")
    return ""


def _among(others: Sequence[_Other], title: str, learning: Mapping[str, Any]) -> tuple[str, bool]:
    """The same learning among what was declared already, and whether its days overlap with any of it."""
    start, end = date.fromisoformat(learning["started_on"]), date.fromisoformat(learning["ended_on"])
    overlaps = False
    for form, other, first, last in others:
        meets = first is None or last is None or (first <= end and start <= last)
        if meets and form == FORM.key and _title(other) == title:
            return f"{learning['year']} 年《{other}》", False
        kind = FORMS.get(form)
        overlaps = overlaps or (meets and first is not None and kind is not None and kind.by_days)
    return "", overlaps


def _free_keys(work: UnitOfWork, keys: Sequence[str]) -> None:
    """What was refused or taken back gives its key to the one that is sent in again."""
    over = (Declaration.status.not_in(_LIVE),)
    for (row_id,) in found_by(work.session, Declaration.source_key, keys, Declaration.id, more=over):
        freed = update(Declaration).where(Declaration.id == row_id).values(source_key=None)
        work.session.execute(freed)


def _class_key(actor: Actor, learning: Mapping[str, Any]) -> str:
    said = "|".join(str(learning[key]) for key in ("year", "subject", "title", "started_on", "ended_on"))
    return f"unit:{actor.org_id}:{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _learning(stored: Mapping[str, Any]) -> Learning:
    return Learning(
        year=stored["year"],
        form=FORM.key,
        title=stored["title"],
        fields=stored["fields"],
        started_on=date.fromisoformat(stored["started_on"]),
        ended_on=date.fromisoformat(stored["ended_on"]),
        subject=stored["subject"],
    )


def _why_unknown(work: UnitOfWork, line: Line, reason: str) -> str:
    """A number that nobody has may have been mistyped, which says more."""
    if reason != NOT_OURS or line.values["id_number"][:1] not in tuple("123456789"):
        return reason
    try:
        if len(line.values["id_number"]) == 18:
            check_resident_number(line.values["id_number"], today(work.clock))
    except EntryError as error:
        return ERROR_TEXTS[error.code].format(**error.params)
    return reason


def _note(line: Line) -> str:
    remark = line.values["remark"]
    return fold(remark, lines=True) if remark else ""


def _name(text: str) -> str:
    try:
        return parse_name(text)
    except EntryError:
        return ""


def _title(text: str) -> str:
    return "".join(text.split()).casefold()


def _is_plain(text: str) -> bool:
    try:
        return text.isascii() and bool(CreditHours.parse(text))
    except ValueError:
        return False
