"""What is known of a person, line by line, as the person and the offices read it: nothing personal in full."""

from __future__ import annotations

from sqlalchemy import func, select

from core.model import Declaration, Department, Org, Person, PersonRecord
from core.rules.identity import mask_id_number
from core.rules.person_records import RECORD_KINDS
from core.rules.workflow import DeclarationState
from core.services.changes import pending_kinds
from core.services.employers import region_name
from core.store.work import UnitOfWork

Lines = tuple[tuple[str, str], ...]


def person_lines(work: UnitOfWork, person: Person) -> Lines:
    """个人资料: the number, the mobile and the address masked, each list counted."""
    return (
        ("姓名", person.name),
        ("证件类型", person.id_type),
        ("证件号", mask_id_number(work.vault.open(person.id_number_sealed))),
        ("性别", person.gender),
        ("出生日期", person.birth_date.isoformat() if person.birth_date else ""),
        ("民族", person.ethnic_group),
        ("籍贯", person.native_place),
        ("毕业院校", person.school),
        ("所学专业", person.major),
        ("所属区域", region_name(work, person.region_code)),
        ("所在单位", work.session.get_one(Org, person.employer_id).name),
        ("所属工作部门", department_name(work, person)),
        ("专业技术职务系列", person.series),
        ("专业技术职务任职资格", person.title),
        ("手机号", masked(work, person.mobile_sealed)),
        ("电子邮箱", masked(work, person.email_sealed)),
        *_counts(work, person.id),
        ("审核中的变更", _pending(work, person.id)),
    )


def under_review(work: UnitOfWork, person_id: int) -> str:
    """What of the person waits for an office now: changes and declarations."""
    words = [kind.label for kind in pending_kinds(work.session, person_id)]
    waiting = select(func.count()).where(
        Declaration.person_id == person_id, Declaration.status == DeclarationState.PENDING.value
    )
    if count := work.session.scalar(waiting):
        words.append(f"学时申报 {count} 件")
    return "、".join(words) or "无"


def department_name(work: UnitOfWork, person: Person) -> str:
    """The department of a person, empty for none."""
    found = work.session.get(Department, person.department_id) if person.department_id else None
    return found.name if found is not None else ""


def masked(work: UnitOfWork, sealed: bytes | None) -> str:
    """A mobile number or an address with its middle hidden."""
    if sealed is None:
        return ""
    text = work.vault.open(sealed)
    name, at, domain = text.partition("@")
    if at:
        return f"{name[:2]}***@{domain}"
    return f"{text[:3]}****{text[-4:]}" if len(text) > 7 else "****"


def _counts(work: UnitOfWork, person_id: int) -> tuple[tuple[str, str], ...]:
    """How many entries each of the three lists has."""
    query = (
        select(PersonRecord.kind, func.count())
        .where(PersonRecord.person_id == person_id)
        .group_by(PersonRecord.kind)
    )
    counts: dict[str, int] = {kind: count for kind, count in work.session.execute(query)}
    return tuple((kind.title, f"{counts.get(kind.key, 0)} 条") for kind in RECORD_KINDS.values())


def _pending(work: UnitOfWork, person_id: int) -> str:
    """The procedures of the person that wait for an office now."""
    return "、".join(kind.label for kind in pending_kinds(work.session, person_id)) or "无"
