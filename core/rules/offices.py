"""Offices registering themselves (单位注册), the changes that another must agree to (单位变更), their contact data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from core.rules.checking import CheckedForm, check_form, in_field_order
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.lists import Lists
from core.rules.machine import Machine, Move, Transition
from core.rules.registration import PASSWORD_HINT
from core.rules.roles import OrgKind, Role
from core.rules.workflow import REVIEWERS, RegistrationState

REGISTRABLE = (OrgKind.EMPLOYER, OrgKind.BASE, OrgKind.AUTHORITY)
"""Who registers by itself; a bureau's account is made by the level above (domain.md 3.5)."""
KIND_LABELS: Mapping[str, OrgKind] = {kind.label: kind for kind in REGISTRABLE}

# The sections of GB/T 4754; whoever finds none writes their own.
INDUSTRIES = (
    "农、林、牧、渔业",
    "采矿业",
    "制造业",
    "电力、热力、燃气及水生产和供应业",
    "建筑业",
    "批发和零售业",
    "交通运输、仓储和邮政业",
    "住宿和餐饮业",
    "信息传输、软件和信息技术服务业",
    "金融业",
    "房地产业",
    "租赁和商务服务业",
    "科学研究和技术服务业",
    "水利、环境和公共设施管理业",
    "居民服务、修理和其他服务业",
    "教育",
    "卫生和社会工作",
    "文化、体育和娱乐业",
    "公共管理、社会保障和社会组织",
)

KIND = FieldSpec("kind", "单位类型", FieldKind.CHOICE, choices=tuple(KIND_LABELS))
NAME = FieldSpec("name", "单位名称", max_length=60, hint="与登记证书一致")
CODE = FieldSpec("code", "机构代码", FieldKind.ORG_CODE, max_length=24, hint="18 位，即登录账号")
REGION = FieldSpec("region", "所属区域", FieldKind.REGION)
SUPERIOR = FieldSpec(
    "superior", "上级单位", FieldKind.EMPLOYER, required=False, hint="有上级单位的由它审核，没有的不填"
)
AUTHORITY = FieldSpec(
    "authority", "主管部门", FieldKind.EMPLOYER, required=False, hint="行业主管部门，如教育局；没有的不填"
)
CONTACT_FIELDS = (
    FieldSpec("nature", "单位性质", FieldKind.CHOICE, required=False, choices_from="employer_nature"),
    FieldSpec("industry", "所属行业", FieldKind.CHOICE, False, INDUSTRIES, max_length=40, open_list=True),
    FieldSpec("address", "地址", required=False, max_length=80),
    FieldSpec("contact", "联系人", FieldKind.NAME, max_length=40),
    FieldSpec("mobile", "手机", FieldKind.MOBILE, max_length=20),
    FieldSpec("email", "邮箱", FieldKind.EMAIL, max_length=100, hint="审核结果发到这里"),
)
"""What an office keeps up to date by itself (单位资料管理)."""
PASSWORD_FIELDS = (
    FieldSpec("password", "密码", FieldKind.PASSWORD, max_length=20, hint=PASSWORD_HINT),
    FieldSpec("password_again", "确认密码", FieldKind.PASSWORD, max_length=20, hint="请再输入一次密码"),
)
IDENTITY_FIELDS = (NAME, CODE, REGION, SUPERIOR, AUTHORITY)
"""What is changed by application only."""
NOTE = FieldSpec("note", "变更原因", FieldKind.LONG_TEXT, max_length=200, hint="如 机构改革、更名批复文号")
OFFICE_FIELDS = (KIND, NAME, CODE, REGION, SUPERIOR, AUTHORITY, *CONTACT_FIELDS, *PASSWORD_FIELDS)
_ABOVE = (SUPERIOR.key, AUTHORITY.key)
SEALED = ("contact", "mobile", "email")
"""Keys whose values are somebody's, not the office's."""


def office_fields(kind: OrgKind | None) -> tuple[FieldSpec, ...]:
    """The form of 注册: only an employer has offices above it to choose."""
    if kind in (None, OrgKind.EMPLOYER):
        return OFFICE_FIELDS
    return tuple(spec for spec in OFFICE_FIELDS if spec.key not in _ABOVE)


def change_fields(kind: OrgKind) -> tuple[FieldSpec, ...]:
    """The form of 单位变更."""
    above = kind is OrgKind.EMPLOYER
    kept = tuple(spec for spec in IDENTITY_FIELDS if above or spec.key not in _ABOVE)
    return (*kept, NOTE)


def check_office(values: Mapping[str, str], today: date, lists: Lists | None = None) -> CheckedForm:
    """Check every field of 注册 of its kind, and that both passwords agree."""
    specs = office_fields(KIND_LABELS.get(values.get("kind", "")))
    checked = check_form(specs, values, today, lists=lists)
    errors = list(checked.errors)
    password, again = values.get("password", ""), values.get("password_again", "")
    if password.strip() and again.strip() and again != password:
        errors.insert(0, FieldError("password_again", ErrorCode.PASSWORDS_DIFFER))
    return CheckedForm(checked.clean, in_field_order(specs, errors))


def check_contact(values: Mapping[str, str], today: date) -> CheckedForm:
    """Check what an office changes by itself."""
    return check_form(CONTACT_FIELDS, values, today)


def check_change(
    kind: OrgKind, values: Mapping[str, str], today: date, lists: Lists | None = None
) -> CheckedForm:
    """Check the form of 单位变更."""
    return check_form(change_fields(kind), values, today, lists=lists)


def optional_passwords(specs: tuple[FieldSpec, ...]) -> tuple[FieldSpec, ...]:
    """The form of 修改重提: without a new password the old one stays."""
    keys = {spec.key for spec in PASSWORD_FIELDS}
    return tuple(
        replace(spec, required=False, hint="不改密码就不填") if spec.key in keys else spec for spec in specs
    )


class OfficeState(StrEnum):
    """Where the registration of an office stands (注册状态)."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as shown, in the words of a person's registration."""
        return RegistrationState(self.value).label


class OrgChangeState(StrEnum):
    """Where a change of 名称, 机构代码, 所属区域 or 上级 stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _CHANGE_LABELS[self]


_CHANGE_LABELS = {
    OrgChangeState.PENDING: "待审核",
    OrgChangeState.APPROVED: "已变更",
    OrgChangeState.REJECTED: "未通过",
    OrgChangeState.WITHDRAWN: "已撤回",
}
_APPLICANTS = frozenset(Role(kind.value) for kind in REGISTRABLE)


def _office_registration() -> Machine[OfficeState]:
    s = OfficeState
    return Machine(
        "单位注册",
        s.PENDING,
        (
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, REVIEWERS),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, REVIEWERS),
            # Nobody has an account yet: code and password prove the applicant, whose role is to be this.
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _APPLICANTS),
            Transition(s.REJECTED, Move.RESUBMIT, s.PENDING, _APPLICANTS),
        ),
        ((Move.WITHDRAW, "撤回申请"), (Move.SUBMIT, "提交注册")),
    )


def _org_change() -> Machine[OrgChangeState]:
    s = OrgChangeState
    return Machine(
        "单位变更",
        s.PENDING,
        (
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, REVIEWERS),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, REVIEWERS),
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _APPLICANTS),
        ),
        ((Move.WITHDRAW, "撤回"), (Move.SUBMIT, "提交变更")),
    )


OFFICE_REGISTRATION = _office_registration()
ORG_CHANGE = _org_change()
