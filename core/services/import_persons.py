"""人员 from a file: the staff of a unit, who can then sign in with their number and its last six characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core.model import Account, AccountRole, Department, Org, Person, Registration, Student
from core.rules.checking import check_field
from core.rules.clock import today
from core.rules.entry import EntryError, parse_email, parse_mobile
from core.rules.errors import ERROR_TEXTS, ErrorCode
from core.rules.fields import FieldSpec
from core.rules.identity import DOCUMENTS, RESIDENT_CARD, check_id_number, check_resident_number
from core.rules.imports import PERSONS
from core.rules.lists import Lists
from core.rules.registration import ACCOUNT_FIELDS, PERSON_FIELDS, fill_from_number
from core.rules.roles import Actor, Role
from core.rules.workflow import RegistrationState
from core.services.class_hours import match_person
from core.services.import_lines import Found, Importer, Line, Problem, Row, State, missing
from core.services.initial import INITIAL_MARK
from core.services.person_facts import CONTACTS, FOUND_BY
from core.services.year_rows import enter_new
from core.store.bulk import found_by, hold_off, insert_rows, reserve_ids
from core.store.spelling import spell_person_quickly
from core.store.typeface import missing_glyphs
from core.store.work import UnitOfWork

_SPECS: Mapping[str, FieldSpec] = {spec.key: spec for spec in (*ACCOUNT_FIELDS, *PERSON_FIELDS)}
_CHECKED = ("name", "id_type", "gender", "birth_date", "ethnic_group", "native_place", "school", "major")
_CONTACTS: Mapping[str, Callable[[str], str]] = {"mobile": parse_mobile, "email": parse_email}
_COLUMNS = (
    "id",
    "account_id",
    "department_id",
    "name",
    "pinyin",
    "initials",
    "id_type",
    "id_number_sealed",
    "id_number_digest",
    "gender",
    "birth_date",
    "ethnic_group",
    "native_place",
    "school",
    "major",
    *(f"{kind}_sealed" for kind in CONTACTS),
    *(f"{kind}_digest" for kind in FOUND_BY),
)


def check_persons(
    work: UnitOfWork, actor: Actor, lines: Sequence[Line], found: Found
) -> tuple[list[Row], None]:
    """The rows of a part: [line, clean values by key]."""
    day = today(work.clock)
    departments = _departments(work, actor)
    read = _Reader(day, work.lists)
    rows: list[Row] = []
    by_line: dict[int, Line] = {}
    for line in lines:
        before = len(found.problems)
        missing(found, line)
        clean: dict[str, Any] = read.line(line, found)
        named = line.values["department"]
        if named and named not in departments:
            found.add(line, "department", "本单位没有这个工作部门，请先在“工作部门”中增加")
        elif named:
            clean["department"] = departments[named]
        if len(found.problems) == before:
            rows.append([line.number, clean])
            by_line[line.number] = line
    for problem in settle_persons(work, actor, rows, None)[1]:
        found.add(by_line[problem.line], problem.column, problem.reason)
    return rows, None


def settle_persons(
    work: UnitOfWork, actor: Actor, rows: Sequence[Row], shared: object
) -> tuple[list[Row], list[Problem]]:
    """Whose number is free: the values and both digests; the others named."""
    hold_off(work.session, actor.org_id or 0)
    digest = work.vault.digest
    numbers = [digest("id_number", row[1]["id_number"]) for row in rows]
    logins = [digest("login", row[1]["id_number"]) for row in rows]
    of_person = (Person.id_number_digest, Person.employer_id)
    people = {bytes(key): org for key, org in found_by(work.session, of_person[0], numbers, *of_person)}
    taken = {
        bytes(row[0]) for row in found_by(work.session, Account.login_digest, logins, Account.login_digest)
    }
    pending = (Registration.state == RegistrationState.PENDING.value,)
    asked = found_by(work.session, Registration.id_digest, numbers, Registration.id_digest, more=pending)
    waiting = {bytes(row[0]) for row in asked}
    ready: list[Row] = []
    problems: list[Problem] = []
    seen: dict[bytes, int] = {}
    for row, number, login in zip(rows, numbers, logins, strict=True):
        reason = ""
        if number in people:
            own = people[number] == actor.org_id
            reason = "已是本单位人员" if own else "此证件号已在其他单位注册，请本人办理单位调转"
        elif login in taken:
            reason = ERROR_TEXTS[ErrorCode.ID_TAKEN]
        elif number in waiting:
            reason = "此证件号的注册正在审核，请在“审核账户”办理"
        elif number in seen:
            reason = f"与第 {seen[number]} 行重复"
        if reason:
            problems.append(Problem(row[0], "id_number", "", reason))
            continue
        seen[number] = row[0]
        ready.append([row[1], number.hex(), login.hex()])
    return ready, problems


def write_persons(work: UnitOfWork, actor: Actor, ready: Sequence[Row], shared: object, state: State) -> int:
    """An account with a mark in place of a hash, the person and the role, for each."""
    session, seal = work.session, work.vault.seal
    employer = session.get_one(Org, actor.org_id)
    accounts = reserve_ids(session, Account, len(ready))
    people = reserve_ids(session, Person, len(ready))
    insert_rows(
        session,
        Account,
        ("id", "login_digest", "login_sealed"),
        [
            (key, bytes.fromhex(login), seal(values["id_number"]))
            for key, (values, _, login) in zip(accounts, ready, strict=True)
        ],
        {"password_hash": INITIAL_MARK, "must_change": True, "created_at": work.clock.now()},
    )
    rows = [
        _columns(work, values, bytes.fromhex(number), person, account)
        for (values, number, _), person, account in zip(ready, people, accounts, strict=True)
    ]
    insert_rows(
        session, Person, _COLUMNS, rows, {"employer_id": employer.id, "region_code": employer.region_code}
    )
    roles = list(zip(accounts, people, strict=True))
    insert_rows(session, AccountRole, ("account_id", "person_id"), roles, {"role": Role.PERSON.value})
    enter_new(work, people, employer)
    _match_students(work, [bytes.fromhex(number) for _, number, _ in ready])
    return len(ready)


PERSONS_IMPORT = Importer(
    sheet=PERSONS,
    doubled_by=("id_number",),
    check=check_persons,
    settle=settle_persons,
    write=write_persons,
)


def _match_students(work: UnitOfWork, numbers: Sequence[bytes]) -> None:
    """Those who stand on a roster already get their hours."""
    waiting = (Student.person_id.is_(None),)
    found = found_by(work.session, Student.id_number_digest, numbers, Student.id_number_digest, more=waiting)
    for digest in sorted({bytes(row[0]) for row in found}):
        match_person(
            work, work.session.scalars(select(Person).where(Person.id_number_digest == digest)).one()
        )


class _Reader:
    """Reads lines; what many lines say alike (民族, 院校) is understood once."""

    def __init__(self, day: date, lists: Lists) -> None:
        self._day, self._lists = day, lists
        self._known = lru_cache(maxsize=20_000)(self._read)

    def line(self, line: Line, found: Found) -> dict[str, Any]:
        """The clean values; what can't be understood is noted."""
        clean: dict[str, Any] = {}
        typed = dict(line.values)
        typed["id_type"] = id_type = typed["id_type"] or RESIDENT_CARD
        if typed["id_number"]:
            try:
                clean["id_number"] = number = check_id_number(id_type, typed["id_number"], self._day)
                if id_type == RESIDENT_CARD:
                    self._agree(line, found, typed, number)
            except EntryError as error:
                found.refuse(line, "id_number", error)
        for key in _CHECKED:
            if not typed[key]:
                if key in ("gender", "birth_date") and "id_number" in clean:
                    found.add(line, key, f"{id_type}须填写")
                continue
            value, refusal = self._known(key, typed[key])
            if refusal is not None:
                found.refuse(line, key, refusal)
            else:
                clean[key] = value
        for key, read in _CONTACTS.items():
            if typed[key]:
                try:
                    clean[key] = read(typed[key])
                except EntryError as error:
                    found.refuse(line, key, error)
        if "name" in clean and (odd := missing_glyphs(clean["name"])):
            found.add(line, "name", ERROR_TEXTS[ErrorCode.NO_GLYPH].format(character=odd[0]))
        return clean

    def _agree(self, line: Line, found: Found, typed: dict[str, str], number: str) -> None:
        """性别 and 出生日期 from the number; where they are given they must be the same."""
        for key, expected in fill_from_number(check_resident_number(number, self._day)).items():
            if typed[key]:
                value, refusal = self._known(key, typed[key])
                if refusal is None and value != expected:
                    text = ERROR_TEXTS[ErrorCode.MISMATCH_WITH_ID].format(expected=expected)
                    found.add(line, key, text)
            typed[key] = expected

    def _read(self, key: str, typed: str) -> tuple[str, EntryError | None]:
        spec = _SPECS[key]
        if key == "id_type" and typed not in DOCUMENTS:
            return "", EntryError(ErrorCode.NOT_IN_LIST)
        try:
            return str(check_field(spec, typed, self._day, lists=self._lists)), None
        except EntryError as error:
            return "", error


def _columns(
    work: UnitOfWork, row: Mapping[str, Any], number: bytes, person: int, account: int
) -> tuple[Any, ...]:
    """One person in the order of _COLUMNS."""
    seal, digest = work.vault.seal, work.vault.digest
    pinyin, initials = spell_person_quickly(row["name"])
    contacts = {kind: row.get(kind, "") for kind in CONTACTS}
    return (
        person,
        account,
        row.get("department"),
        row["name"],
        pinyin,
        initials,
        row["id_type"],
        seal(row["id_number"]),
        number,
        row.get("gender", ""),
        date.fromisoformat(row["birth_date"]) if row.get("birth_date") else None,
        row.get("ethnic_group", ""),
        row.get("native_place", ""),
        row.get("school", ""),
        row.get("major", ""),
        *(seal(text) if text else None for text in contacts.values()),
        *(digest(kind, contacts[kind].casefold()) if contacts[kind] else None for kind in FOUND_BY),
    )


def _departments(work: UnitOfWork, actor: Actor) -> dict[str, int]:
    """Of two that are called alike under different ones, the older."""
    query = select(Department.name, Department.id).where(Department.org_id == actor.org_id)
    return {name: key for name, key in work.session.execute(query.order_by(Department.id.desc()))}
