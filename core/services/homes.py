"""What is shown first: a person's year and what is missing, an office's queues, a person's own file."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from core.model import Decision, Declaration, Department, Org, PersonYear
from core.rules import reference
from core.rules.annual import judge, rule_for
from core.rules.chain import Step
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.identity import mask_id_number
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.rules.workflow import DeclarationState, Move
from core.rules.years import days_left, declaration_open
from core.schema.annual import Notice, OfficeHome, PersonHome, PersonView
from core.schema.base import Nothing
from core.services.declaration_views import KIND, form_name
from core.services.desk import use_case
from core.services.scope import owner
from core.services.windows import window_for
from core.store import pages
from core.store.work import UnitOfWork

NOTICES = 6
_TOLD = {Move.APPROVE: "审核通过", Move.REJECT: "审核不通过", Move.RETURN: "退回修改"}
# The code of the screen that a queue's line leads to.
REVIEW_CODE, REGISTRATIONS_CODE = "sh", "zh"


@use_case(Action.ANNUAL_PAGE, writes=False)
def person_home(work: UnitOfWork, actor: Actor, command: Nothing) -> PersonHome:
    """个人首页: this year's hours against the rule, what waits, and the latest verdicts."""
    person = owner(work.session, actor)
    day = today(work.clock)
    rule = rule_for(day.year)
    row = work.session.get(PersonYear, (person.id, day.year))
    public = CreditHours(row.public_halves) if row else ZERO
    professional = CreditHours(row.professional_halves) if row else ZERO
    result = judge(rule, public, professional)
    window = window_for(work.session, day.year, person.region_code)
    return PersonHome(
        year=day.year,
        public=result.public,
        public_wanted=rule.public,
        public_missing=result.missing_public,
        professional=result.professional,
        professional_wanted=rule.professional,
        professional_missing=result.missing_professional,
        total=result.total,
        total_wanted=rule.total,
        under_review=_under_review(work, person.id, day.year),
        closes_on=window.declarations_until,
        days_left=days_left(window, day),
        employer=work.session.get_one(Org, person.employer_id).name,
        drafts=pages.status_counts(work.session, person.id).get(DeclarationState.DRAFT.value, 0),
        notices=_notices(work, person.id),
        closed=not declaration_open(window, day),
    )


@use_case(Action.REVIEW_QUEUE, writes=False)
def office_home(work: UnitOfWork, actor: Actor, command: Nothing) -> OfficeHome:
    """首页 of an office: what waits here, and how much of it is overdue."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    org = work.session.get_one(Org, actor.org_id)
    overdue = work.clock.now() - timedelta(days=work.settings.urge_days)
    counts = pages.queue_counts(work.session, org.id, overdue)
    step = Step(actor.role.value)
    queues = [
        (
            step.label,
            counts[pages.QueueFilter.ALL],
            counts[pages.QueueFilter.OVERDUE],
            REVIEW_CODE,
        )
    ]
    if actor.role is Role.EMPLOYER:
        waiting, late = pages.registration_counts(work.session, org.id, overdue)
        queues.append(("审核账户", waiting, late, REGISTRATIONS_CODE))
    return OfficeHome(org.name, _region_words(org.region_code), tuple(queues))


@use_case(Action.VIEW_PERSON, writes=False)
def person_view(work: UnitOfWork, actor: Actor, command: Nothing) -> PersonView:
    """个人资料 of the caller, read-only, the number masked."""
    person = owner(work.session, actor)
    department = work.session.get(Department, person.department_id) if person.department_id else None
    number = work.vault.open(person.id_number_sealed)
    lines = (
        ("姓名", person.name),
        ("证件类型", person.id_type),
        ("证件号", mask_id_number(number)),
        ("性别", person.gender),
        ("出生日期", person.birth_date.isoformat() if person.birth_date else ""),
        ("民族", person.ethnic_group),
        ("籍贯", person.native_place),
        ("毕业院校", person.school),
        ("所学专业", person.major),
        ("所属区域", _region_words(person.region_code)),
        ("所在单位", work.session.get_one(Org, person.employer_id).name),
        ("所属工作部门", department.name if department else ""),
        ("专业技术职务系列", person.series),
        ("专业技术职务任职资格", person.title),
        ("手机号", _masked(work, person.mobile_sealed)),
        ("电子邮箱", _masked(work, person.email_sealed)),
    )
    return PersonView(lines)


def _under_review(work: UnitOfWork, person_id: int, year: int) -> CreditHours:
    query = select(func.sum(Declaration.claimed_halves)).where(
        Declaration.person_id == person_id,
        Declaration.year == year,
        Declaration.status == DeclarationState.PENDING.value,
    )
    return CreditHours(int(work.session.scalar(query) or 0))


def _notices(work: UnitOfWork, person_id: int) -> tuple[Notice, ...]:
    """The latest verdicts about the person's declarations, the newest first."""
    query = (
        select(Decision, Declaration)
        .join(Declaration, Declaration.id == Decision.object_id)
        .where(
            Declaration.person_id == person_id,
            Decision.kind == KIND,
            Decision.move.in_([move.value for move in _TOLD]),
        )
        .order_by(Decision.id.desc())
        .limit(NOTICES)
    )
    found = work.session.execute(query).all()
    return tuple(Notice(each.at, _told(each, about), about.id) for each, about in found)


def _told(decision: Decision, about: Declaration) -> str:
    """A verdict in words: what it is about, the hours that count, and why where it went wrong."""
    move = Move(decision.move)
    halves = decision.recognised_halves if move is Move.APPROVE else None
    hours = CreditHours(about.claimed_halves if halves is None else halves)
    text = f"{_TOLD[move]}：{form_name(about.form)} {about.title} {hours} 学时".replace("  ", " ")
    if move is Move.APPROVE or not decision.opinion:
        return text
    return f"{text}。原因：{decision.opinion}"


def _region_words(code: str) -> str:
    try:
        return reference.region_path(code)
    except KeyError:
        return code


def _masked(work: UnitOfWork, sealed: bytes | None) -> str:
    """A mobile number or an address with its middle hidden."""
    if sealed is None:
        return ""
    text = work.vault.open(sealed)
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:2]}***@{domain}"
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "****"
