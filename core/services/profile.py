"""用户资料管理: the person's own file to be read, and 基本信息修改 (P2), which is saved at once."""

from __future__ import annotations

from collections.abc import Mapping

from core.model import Account, Department, Org, Person
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_id_number
from core.rules.messages import MessageKind
from core.rules.permissions import Action
from core.rules.profile import check_profile, profile_fields
from core.rules.roles import Actor
from core.schema.annual import PersonView
from core.schema.base import Nothing
from core.schema.person_records import EditProfile, ProfileView
from core.services.desk import use_case
from core.services.employers import region_name
from core.services.forgotten import kill_codes
from core.services.messages import addressed, mail
from core.services.person_facts import CONTACTS, FOUND_BY, PLAIN, contact_columns, plain_columns
from core.services.person_lines import department_name, person_lines
from core.services.scope import owner
from core.store.work import UnitOfWork

KIND = "person"
DEPARTMENT = "department"
CONTACTS_CHANGED = "您的手机号或电子邮箱刚刚修改。如非本人操作，请立即修改登录密码，并联系所在单位管理员。"


@use_case(Action.VIEW_PERSON, writes=False)
def person_view(work: UnitOfWork, actor: Actor, command: Nothing) -> PersonView:
    """个人资料 of the caller, read-only: the number, the mobile and the address masked, each list counted."""
    person = owner(work.session, actor)
    return PersonView(person_lines(work, person))


@use_case(Action.EDIT_PROFILE, writes=False)
def profile_view(work: UnitOfWork, actor: Actor, command: Nothing) -> ProfileView:
    """基本信息 of the caller for its form: what is fixed, and everything that may be changed, in full."""
    person = owner(work.session, actor)
    values = _values(work, person)
    keys = {spec.key for spec in profile_fields(person.id_type)}
    by_number = (("性别", values["gender"]), ("出生日期", values["birth_date"]))
    fixed = (
        ("姓名", person.name),
        ("证件类型", person.id_type),
        ("证件号", mask_id_number(work.vault.open(person.id_number_sealed))),
        *(() if "gender" in keys else by_number),
        ("所属区域", region_name(work, person.region_code)),
        ("所在单位", work.session.get_one(Org, person.employer_id).name),
    )
    return ProfileView(
        version=person.version,
        fixed=fixed,
        values={key: value for key, value in values.items() if key in keys},
        employer_id=person.employer_id,
        department_id=person.department_id,
    )


@use_case(Action.EDIT_PROFILE, writes=True)
def edit_profile(work: UnitOfWork, actor: Actor, command: EditProfile) -> ProfileView:
    """保存 of 基本信息修改, in force at once. The log names the fields that changed, never what they hold.

    Raises Refused FIELDS_REFUSED, STALE. What is as it was is neither written nor logged.
    """
    person = work.locked(Person, owner(work.session, actor).id, command.version)
    checked = check_profile(person.id_type, command.values, today(work.clock), work.lists)
    department, missing = _chosen_department(work, person, command)
    errors = (*checked.errors, *missing)
    if errors:
        raise Refused.for_fields(errors)
    before = _values(work, person)
    after = before | {
        spec.key: str(checked.clean.get(spec.key, "")) for spec in profile_fields(person.id_type)
    }
    after[DEPARTMENT] = department.name if department is not None else ""
    changed = [spec for spec in profile_fields(person.id_type) if before[spec.key] != after[spec.key]]
    if changed:
        keys = {spec.key for spec in changed}
        _write(work, person, after, keys)
        if not keys.isdisjoint(FOUND_BY):
            _guard(work, person, before["email"])
        person.department_id = department.id if department is not None else None
        labels = "、".join(spec.label for spec in changed)
        work.session.flush()
        work.audit(actor, Action.EDIT_PROFILE, KIND, person.id, f"修改基本信息：{labels}")
    return profile_view(work, actor, Nothing())


def _write(work: UnitOfWork, person: Person, values: Mapping[str, str], changed: set[str]) -> None:
    """Only what changed: sealing the same number again would look like a change of it."""
    for key, value in plain_columns(values).items():
        if key in changed:
            setattr(person, key, value)
    for column, sealed in contact_columns(work, values).items():
        if column.partition("_")[0] in changed:
            setattr(person, column, sealed)


def _guard(work: UnitOfWork, person: Person, old_address: str) -> None:
    """Whoever changes mobile or address can have a new password mailed: the old address is told, old codes end."""
    kill_codes(work, work.locked(Account, person.account_id).id)
    if old_address:
        mail(work, old_address, MessageKind.PROFILE, addressed(person.name, CONTACTS_CHANGED))


def _values(work: UnitOfWork, person: Person) -> dict[str, str]:
    """Everything of the form as text, by field key."""
    values = {key: str(getattr(person, key)) for key in PLAIN}
    values["birth_date"] = person.birth_date.isoformat() if person.birth_date else ""
    for kind in CONTACTS:
        sealed = getattr(person, f"{kind}_sealed")
        values[kind] = work.vault.open(sealed) if sealed is not None else ""
    values[DEPARTMENT] = department_name(work, person)
    return values


def _chosen_department(
    work: UnitOfWork, person: Person, command: EditProfile
) -> tuple[Department | None, tuple[FieldError, ...]]:
    """The department from its popup, or the refusal where it is none of the person's employer."""
    if command.department_id is None:
        return None, ()
    found = work.session.get(Department, command.department_id)
    if found is None or found.org_id != person.employer_id:
        return None, (FieldError(DEPARTMENT, ErrorCode.NOT_IN_LIST),)
    return found, ()
