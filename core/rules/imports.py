"""What may be brought in from a file (批量导入): the kinds, who brings them, and the columns of each template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.rules.roles import Role

EXAMPLE = "示例"
"""A row whose first cell begins so is the template's own, and left out."""
PART = 2_000
"""Rows of one part: one transaction, one step of the progress bar."""
KEPT_DAYS = 7.0
"""How long the result of a check is kept that nobody goes on with."""


class ImportKind(StrEnum):
    """What a file holds."""

    PERSONS = "persons"
    HOURS = "hours"
    UNITS = "units"
    ROSTERS = "rosters"


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column of a file. `personal` is masked in every list; `exact` must be text, since a spreadsheet has
    already cut the last digits of a long number."""

    key: str
    label: str
    example: str
    required: bool = False
    note: str = ""
    personal: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ImportSheet:
    """A kind of file: whose it is, its columns in the order of the template, and what its rows are counted as."""

    kind: ImportKind
    label: str
    role: Role
    counted: str
    columns: tuple[ImportColumn, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The headings."""
        return tuple(column.label for column in self.columns)

    @property
    def optional(self) -> tuple[str, ...]:
        """The headings that a file may lack."""
        return tuple(column.label for column in self.columns if not column.required)

    def label_of(self, key: str) -> str:
        """The heading of a key; the first one for what no column has."""
        return next((column.label for column in self.columns if column.key == key), self.columns[0].label)


_NUMBER = ImportColumn(
    "id_number", "证件号", "410099198503070012", True, "请先把整列设为文本格式", personal=True, exact=True
)
_COMMON_NOTES = (
    "带 * 的列必填，列的次序可以变动，多余的列不读。",
    "以“示例”开头的行不导入，可以留着，也可以删去。",
    "证件号、手机号请用文本格式填写：数字格式的长号码末几位已经丢失，不能导入。",
    "文件可存为 .xlsx，或 UTF-8、GB18030 编码的 .csv；一次最多 200000 行。",
)

PERSONS = ImportSheet(
    ImportKind.PERSONS,
    "人员",
    Role.EMPLOYER,
    "人",
    (
        ImportColumn("name", "姓名", "示例：张三", True, "2 至 40 个汉字或字母"),
        _NUMBER,
        ImportColumn("id_type", "证件类型", "身份证", note="空着为身份证"),
        ImportColumn("gender", "性别", "男", note="身份证可空着，按号码填写"),
        ImportColumn("birth_date", "出生日期", "1985-03-07", note="身份证可空着，按号码填写"),
        ImportColumn("ethnic_group", "民族", "汉族"),
        ImportColumn("mobile", "手机号", "19900000001", personal=True),
        ImportColumn("email", "电子邮箱", "name@example.cn", note="找回密码要用", personal=True),
        ImportColumn("department", "工作部门", "", note="须是“工作部门”中已有的名称"),
        ImportColumn("native_place", "籍贯", ""),
        ImportColumn("school", "毕业院校", ""),
        ImportColumn("major", "所学专业", "", note="须是注册页可选的专业"),
    ),
    (
        "导入后本人即可登录：账号为证件号，初始密码为证件号后6位（X 大写），登录后须立即修改。",
        *_COMMON_NOTES,
    ),
)

HOURS = ImportSheet(
    ImportKind.HOURS,
    "人员学时",
    Role.EMPLOYER,
    "条",
    (
        ImportColumn("name", "姓名", "示例：张三", True, "与系统登记一致"),
        _NUMBER,
        ImportColumn("year", "年度", "2026", True, "计入的年度，如 2026"),
        ImportColumn("class_name", "培训班名称", "2026年新课标培训班", True),
        ImportColumn("organiser", "组织培训单位", "汝阳县教育局", True),
        ImportColumn("started_on", "开始时间", "2026-07-06", True, "如 2026-07-06"),
        ImportColumn("ended_on", "结束时间", "2026-07-10", True),
        ImportColumn("claimed_hours", "学时", "40", True, "0.5 的倍数"),
        ImportColumn("subject", "科目", "专业课", note="专业课或公需课，空着为专业课"),
        ImportColumn("content", "学习内容", ""),
        ImportColumn("result", "成绩", "合格", note="空着为合格，不合格的不能申报"),
        ImportColumn("remark", "备注", "", note="学时高于每天 8 学时的，在此写明理由"),
    ),
    (
        "每行一人一班；同名、同期的行合为一条单位申报，交主管部门审核，没有主管部门的交人社部门。",
        *_COMMON_NOTES,
    ),
)

UNITS = ImportSheet(
    ImportKind.UNITS,
    "单位",
    Role.OPERATOR,
    "个单位",
    (
        ImportColumn("name", "名称", "示例：汝阳县第一中学", True),
        ImportColumn("code", "机构代码", "12410099000000001X", True, "统一社会信用代码", exact=True),
        ImportColumn("kind", "单位类型", "用人单位", True, "用人单位、继续教育基地、主管部门或人社部门"),
        ImportColumn("region", "所属区域", "洛阳市汝阳县", True, "六位代码或全称"),
        ImportColumn("superior", "上级机构代码", "", note="须在系统或本文件中", exact=True),
        ImportColumn("authority", "主管部门机构代码", "", note="须是主管部门", exact=True),
    ),
    ("导入的单位可被查找和选择；账号另由系统管理员或上级建立。", *_COMMON_NOTES),
)

ROSTERS = ImportSheet(
    ImportKind.ROSTERS,
    "学员名册",
    Role.BASE,
    "名学员",
    (
        ImportColumn("name", "姓名", "示例：张三", True),
        _NUMBER,
        ImportColumn("class_name", "培训班", "2026年骨干教师班", True, "本基地尚未申报学时的培训班名称"),
        ImportColumn("unit_name", "工作单位", "汝阳县第一中学"),
        ImportColumn("result", "成绩", "合格", note="可以空着，结业后再填"),
        ImportColumn("earned_hours", "实得学时", "40", note="空着为计划的学时"),
    ),
    ("还没有注册的学员也可导入，注册后自动对上。", *_COMMON_NOTES),
)

SHEETS: Mapping[ImportKind, ImportSheet] = {sheet.kind: sheet for sheet in (PERSONS, HOURS, UNITS, ROSTERS)}


def sheets_for(role: Role) -> tuple[ImportSheet, ...]:
    """The kinds that a role brings in."""
    return tuple(sheet for sheet in SHEETS.values() if sheet.role is role)
