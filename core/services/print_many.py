"""证书打印 in batch (E7, D4, R5): a job that prints one PDF each and a list of them into the export folder.

Where served they come into the outbox instead, packed together: core/services/paper_packs.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select
from sqlalchemy.sql.elements import ColumnElement

from core.model import Certificate, Department, Job, Org, Person, PersonYear
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor
from core.rules.workflow import CertificateState
from core.schema.jobs import JobView
from core.schema.print_many import PrintablePage, PrintableRow, PrintMany, PrintManyQuery
from core.services.boxes import must_take_more
from core.services.certificates import (
    FrozenPaper,
    issue_paper,
    must_have_passed,
    paper_order,
    print_again,
)
from core.services.desk import Desk, desk_use_case, use_case
from core.services.job_kinds import JobKind
from core.services.jobs import JobRunner, job_view_of, start_job
from core.services.paper_packs import list_name, pack_waiting, waiting_in
from core.services.scope import may_see_person, not_yours, within
from core.store.pages import BY_NAME, escaped, texts
from core.store.whole_files import replacing
from core.store.work import UnitOfWork
from core.store.workbook import HOURS, TEXT, Cell, Sheet, SheetColumn, write_sheets

if TYPE_CHECKING:
    from core.store.paper import PaperPress

JOB = "print_many"
MOST_PEOPLE = 20_000
REPRINTS_AT_ONCE = 20
REASONS_KEPT = 200
"""Names that are kept of those left out; the others are counted."""
NEW, AGAIN, LEFT, FOLDER, LIST, PACKS = "新签发", "重印", "未打印", "目录", "清单", "文件"
"""What a job of this kind tells at its end, in words."""
REASONS = "_reasons"
_PAGE = 500
_NOT_PASSED, _NOT_RECOGNISED = "年度认定不通过", "还没有年度认定"
_NO_LONGER_HERE = "已不在管理范围内"


@use_case(Action.PRINT_MANY, writes=False)
def print_many_page(work: UnitOfWork, actor: Actor, command: PrintManyQuery) -> PrintablePage:
    """Who can be printed, by the order of their numbers; the key is (person,)."""
    year = today(work.clock).year - 1 if command.year is None else command.year
    after = int(command.after[0]) if command.after else 0
    query = _printable(actor, year, command.text, command.department)
    columns = (
        Person.id,
        Person.name,
        Org.name,
        Department.name,
        PersonYear.public_halves + PersonYear.professional_halves,
    )
    rows = work.session.execute(
        query.with_only_columns(*columns)
        .where(Person.id > after)
        .order_by(Person.id)
        .limit(command.limit + 1),
        _values(command.text, command.department),
    ).all()
    page = rows[: command.limit]
    numbers = _numbers(work, year, [row[0] for row in page])
    count = query.with_only_columns(func.count()).order_by(None)
    return PrintablePage(
        year=year,
        rows=tuple(
            PrintableRow(
                key, name, employer, department or "", CreditHours(total or 0), numbers.get(key, ("", ""))[0]
            )
            for key, name, employer, department, total in page
        ),
        printable=work.session.scalar(count, _values(command.text, command.department)) or 0,
        left_out=_left_out(work, actor, year),
        after=(page[-1][0],) if len(rows) > command.limit else None,
    )


@desk_use_case(Action.PRINT_MANY)
def print_many(desk: Desk, actor: Actor, command: PrintMany) -> JobView:
    """Begin to print, in the background. Raises Refused NOBODY_CHOSEN, INBOX_FULL, NOT_YOURS for somebody outside."""
    must_take_more(desk, actor)
    with desk.writing() as work:
        if command.people:
            ids = sorted(set(command.people))[:MOST_PEOPLE]
            _must_be_own(work, actor, ids)
        else:
            query = _printable(actor, command.year, command.text, command.department)
            wanted = query.with_only_columns(Person.id).order_by(Person.id).limit(MOST_PEOPLE)
            ids = list(work.session.scalars(wanted, _values(command.text, command.department)))
        if not ids:
            raise Refused(ErrorCode.NOBODY_CHOSEN)
        title = f"打印 {command.year}年度证书 {len(ids)} 人"
        job = start_job(work, actor, JOB, title, {"year": command.year, "ids": ids}, total=len(ids))
        work.audit(actor, Action.PRINT_MANY, "job", job.id, title)
        view = job_view_of(job, work.clock)
        work.commit()
    JobRunner.of(desk).hand_over(view.id)
    return view


def _part(work: UnitOfWork, actor: Actor, job: Job) -> bool:
    """Papers that the part before has entered are written as files, then the next ones are entered.

    So a file never lies in the folder whose certificate is not in the register.
    """
    place = dict(job.place)
    ids, at = _ids(job), int(str(place.get("at", 0)))
    outcome: dict[str, Any] = {NEW: 0, AGAIN: 0, LEFT: 0, REASONS: [], **job.outcome}
    over = at >= len(ids)
    sheet = _list(work, actor, int(str(job.asked["year"])), ids) if over else None
    waiting = _saved(work, actor, job, place, outcome, sheet)
    if over:
        job.outcome, job.place = outcome, {"at": at}
        return True
    unsaved = []
    for person_id in ids[at : at + REPRINTS_AT_ONCE]:
        at += 1
        entered, fresh, reason, name = _print_one(work, actor, person_id, int(str(job.asked["year"])))
        if entered is None:
            outcome[LEFT] += 1
            outcome[REASONS] = [*outcome[REASONS], f"{name}：{reason}"][:REASONS_KEPT]
            continue
        unsaved.append([entered.number, entered.check_code, entered.pdf_sha256])
        outcome[NEW if fresh else AGAIN] += 1
        if fresh:  # drawing takes its time, and all who write wait for it
            break
    job.done = at
    job.place = {"at": at, "unsaved": unsaved, "waiting": waiting}
    job.outcome = outcome
    return False


def _saved(
    work: UnitOfWork,
    actor: Actor,
    job: Job,
    place: dict[str, object],
    outcome: dict[str, Any],
    sheet: Sheet | None,
) -> list[str]:
    """What the part before has entered is written as files, at the end the list too; answers the numbers of those
    that wait to be packed (where served)."""
    papers = list(_unsaved(place))
    if work.settings.served:
        waiting = [*waiting_in(place), *(paper.number for paper in papers)]
        names = pack_waiting(work, actor, job, waiting, sheet)
        if names:
            outcome[PACKS] = "、".join(filter(None, [outcome.get(PACKS, ""), *names]))
            return []
        return waiting
    folder = work.settings.export_dir
    for paper in papers:
        content = work.blobs.get_sealed(paper.pdf_sha256, work.vault)
        with replacing(folder / f"{paper.number}.pdf") as fresh:
            fresh.write_bytes(content)
    if sheet is not None:
        path = folder / f"{list_name(job)}.xlsx"
        write_sheets(path, [sheet])
        outcome |= {FOLDER: str(folder), LIST: path.name}
    return []


def _cancelled(work: UnitOfWork, actor: Actor, job: Job) -> None:
    """What is printed comes out all the same, with the list of it; where the outbox is full it is printed again."""
    place = dict(job.place)
    outcome: dict[str, Any] = dict(job.outcome)
    done = _ids(job)[: int(str(place.get("at", 0)))]
    with suppress(Refused):
        _saved(work, actor, job, place, outcome, _list(work, actor, int(str(job.asked["year"])), done))
        job.outcome = outcome


PRINTS = JobKind(JOB, Action.PRINT_MANY, _part, _cancelled)


def _print_one(
    work: UnitOfWork, actor: Actor, person_id: int, year: int
) -> tuple[FrozenPaper | None, bool, str, str]:
    """The paper, whether it is a new one, else why there is none, and whose it is. What failed leaves nothing."""
    person = work.locked(Person, person_id)
    if not may_see_person(work.session, actor, person):
        return None, False, _NO_LONGER_HERE, person.name
    try:
        with work.session.begin_nested():
            must_have_passed(work, person.id, (year,))
            again = print_again(work, actor, person.id, (year,))
            if again is not None:
                return again, False, "", person.name
            order = paper_order(work, person, (year,))
            press, seal = _press(work.settings.seal_dir)
            sha256 = work.blobs.put_sealed(press.render(order.facts), work.vault)
            paper = issue_paper(work, actor, order, seal.check_code(order.facts), sha256)
            return paper, True, "", person.name
    except Refused as refusal:
        if refusal.code not in (ErrorCode.YEAR_NOT_PASSED, ErrorCode.NO_GLYPH, ErrorCode.NO_BUREAU):
            raise
        return None, False, refusal.text, person.name


@lru_cache(maxsize=1)
def _press(seal_dir: Path) -> tuple[PaperPress, Any]:
    """What prints: made once for all, since its font takes longer than a page."""
    from core.store.paper import PaperPress
    from core.store.seal import load_seal

    seal = load_seal(seal_dir)
    return PaperPress(seal), seal


def _unsaved(place: dict[str, object]) -> Iterator[FrozenPaper]:
    kept = place.get("unsaved", [])
    assert isinstance(kept, list)
    for number, code, sha256 in kept:
        yield FrozenPaper(str(number), str(code), str(sha256))


def _ids(job: Job) -> list[int]:
    ids = job.asked["ids"]
    assert isinstance(ids, list)
    return [int(each) for each in ids]


def _printable(actor: Actor, year: int, text: str, department: str) -> Any:
    query = (
        select(Person.id)
        .join(PersonYear, (PersonYear.person_id == Person.id) & (PersonYear.year == year))
        .join(Org, Org.id == Person.employer_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(_in_reach(actor), PersonYear.passed.is_(True), PersonYear.recognised_at.is_not(None))
    )
    if text.strip():
        query = query.where(BY_NAME)
    if department.strip():
        query = query.where(Department.name.like(f"%{escaped(department.strip())}%", escape="!"))
    return query


def _values(text: str, department: str) -> dict[str, object]:
    return (
        {name: each for name, each in texts(text.strip()).items() if name != "number"} if text.strip() else {}
    )


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """The people whom the caller prints for: as they stand now, wherever the year was counted."""
    far = reach(Action.PRINT_MANY, actor.role)
    if far is Reach.ORG:
        return Person.employer_id == actor.org_id
    if far is Reach.UNITS:
        return Person.employer_id.in_(select(Org.id).where(Org.authority_id == actor.org_id))
    return within(Person.region_code, actor.region_code)


def _must_be_own(work: UnitOfWork, actor: Actor, ids: list[int]) -> None:
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        own = set(work.session.scalars(select(Person.id).where(Person.id.in_(some), _in_reach(actor))))
        for each in some:
            if each not in own:
                raise not_yours("person", each)


def _left_out(work: UnitOfWork, actor: Actor, year: int) -> tuple[tuple[str, int], ...]:
    """Why people of the year can't be printed, with how many."""
    waits = case((PersonYear.passed & PersonYear.recognised_at.is_(None), 1), else_=0)
    failed = case((PersonYear.passed, 0), else_=1)
    query = (
        select(func.sum(failed), func.sum(waits))
        .select_from(Person)
        .join(PersonYear, (PersonYear.person_id == Person.id) & (PersonYear.year == year))
        .where(_in_reach(actor))
    )
    not_passed, not_recognised = work.session.execute(query).one()
    found = ((_NOT_PASSED, int(not_passed or 0)), (_NOT_RECOGNISED, int(not_recognised or 0)))
    return tuple(each for each in found if each[1])


def _numbers(work: UnitOfWork, year: int, people: list[int]) -> dict[int, tuple[str, str]]:
    """Number and check code of the certificate in force of each."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(people), _PAGE):
        query = select(Certificate.person_id, Certificate.number, Certificate.check_code).where(
            Certificate.person_id.in_(people[start : start + _PAGE]),
            Certificate.years == str(year),
            Certificate.kind == "annual",
            Certificate.state == CertificateState.VALID.value,
        )
        for key, number, code in work.session.execute(query.order_by(Certificate.id)):
            found[key] = (number, code)
    return found


def _list(work: UnitOfWork, actor: Actor, year: int, ids: list[int]) -> Sheet:
    columns = (
        SheetColumn("证书编号", 24, TEXT),
        SheetColumn("姓名", 14, TEXT),
        SheetColumn("单位", 36, TEXT),
        SheetColumn("工作部门", 20, TEXT),
        SheetColumn("总学时", 10, HOURS),
        SheetColumn("校验码", 14, TEXT),
        SheetColumn("文件", 30, TEXT),
    )
    return Sheet(f"{year}年度证书", columns, _list_rows(work, actor, year, ids))


def _list_rows(work: UnitOfWork, actor: Actor, year: int, ids: list[int]) -> Iterator[tuple[Cell, ...]]:
    """Whoever went elsewhere while the job ran is none of the caller's any more, certificate or not."""
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        numbers = _numbers(work, year, some)
        query = (
            select(Person.id, Person.name, Org.name, Department.name, PersonYear)
            .join(Org, Org.id == Person.employer_id)
            .outerjoin(Department, Department.id == Person.department_id)
            .join(PersonYear, (PersonYear.person_id == Person.id) & (PersonYear.year == year))
            .where(Person.id.in_(some), _in_reach(actor))
            .order_by(Person.id)
        )
        for key, name, employer, department, row in work.session.execute(query):
            if key in numbers:
                number, code = numbers[key]
                hours = (row.public_halves + row.professional_halves) / 2
                yield number, name, employer, department or "", hours, code, f"{number}.pdf"
