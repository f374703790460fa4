"""The registration of a person (注册): its two blocks of fields, and what must agree between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.rules.checking import ETHNIC_GROUPS, MAJORS, CheckedForm, check_form, in_field_order
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.identity import FEMALE, MALE, RESIDENT_CARD, ResidentNumber, check_resident_number
from core.rules.lists import Lists

PASSWORD_HINT = "请输入8~20位密码，请勿输入纯数字或纯字母"
EXISTING_USER = FieldSpec("existing_user", "如果已是本系统用户,请勾选复选框", FieldKind.TICK, required=False)
EXISTING_LOGIN = FieldSpec(
    "existing_login", "已有账号", required=False, max_length=40, hint="与证件号相同的不用填"
)
"""Asked for in place of 确认密码 once the box is ticked: the account whose password is given."""

ACCOUNT_FIELDS = (
    FieldSpec("id_type", "证件类型", FieldKind.CHOICE, choices_from="id_type", default=RESIDENT_CARD),
    FieldSpec("id_number", "证件号", FieldKind.ID_NUMBER, max_length=20, hint="即登录账号，注册后不可修改"),
    FieldSpec("password", "密码", FieldKind.PASSWORD, max_length=20, hint=PASSWORD_HINT),
    FieldSpec("password_again", "确认密码", FieldKind.PASSWORD, max_length=20, hint="请再输入一次密码"),
    FieldSpec("mobile", "手机号", FieldKind.MOBILE, max_length=20),
    FieldSpec("email", "电子邮箱", FieldKind.EMAIL, max_length=100),
    FieldSpec("phone", "固定电话", required=False, max_length=20),
)
PERSON_FIELDS = (
    FieldSpec("region", "用人单位所属区域", FieldKind.REGION, hint="先选区域，再选单位"),
    FieldSpec("employer", "所在单位", FieldKind.EMPLOYER, hint="按 F4 查找，可用拼音首字母"),
    FieldSpec("department", "所属工作部门", FieldKind.DEPARTMENT, required=False, max_length=60),
    FieldSpec("name", "姓名", FieldKind.NAME, max_length=40, hint="注册成功后不可修改"),
    FieldSpec("gender", "性别", FieldKind.CHOICE, choices=(MALE, FEMALE)),
    FieldSpec("birth_date", "出生日期", FieldKind.DATE, past=True, hint="如 1985-03-07"),
    FieldSpec("ethnic_group", "民族", FieldKind.CHOICE, choices_from=ETHNIC_GROUPS),
    FieldSpec("native_place", "籍贯", required=False, max_length=60),
    FieldSpec("school", "毕业院校", required=False, max_length=60),
    FieldSpec("major", "所学专业", FieldKind.CHOICE, required=False, choices_from=MAJORS),
)
REGISTRATION_FIELDS = ACCOUNT_FIELDS + PERSON_FIELDS


def fill_from_number(number: ResidentNumber) -> dict[str, str]:
    """What a resident's number fills in, as typed values: 性别 and 出生日期."""
    return {"gender": number.gender, "birth_date": number.birth_date.isoformat()}


def read_resident_number(values: Mapping[str, str], today: date) -> ResidentNumber | None:
    """The resident's number in the form, if that is the document and it holds together."""
    if (values.get("id_type", "") or RESIDENT_CARD) != RESIDENT_CARD:
        return None
    try:
        return check_resident_number(values.get("id_number", ""), today)
    except EntryError:
        return None


def check_registration(values: Mapping[str, str], today: date, lists: Lists | None = None) -> CheckedForm:
    """Check every field, that both passwords agree, and that the person agrees with the resident's number."""
    checked = check_form(REGISTRATION_FIELDS, values, today, lists=lists)
    errors = list(checked.errors)
    password, again = values.get("password", ""), values.get("password_again", "")
    if password.strip() and again.strip() and again != password:
        errors.insert(0, FieldError("password_again", ErrorCode.PASSWORDS_DIFFER))
    number = read_resident_number(values, today)
    if number is not None:
        for key, expected in (("gender", number.gender), ("birth_date", number.birth_date)):
            if key in checked.clean and checked.clean[key] != expected:
                errors.append(FieldError(key, ErrorCode.MISMATCH_WITH_ID, {"expected": str(expected)}))
    return CheckedForm(checked.clean, in_field_order(REGISTRATION_FIELDS, errors))
