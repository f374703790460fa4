"""减免 for leave: its kinds as data, and the least hours that are proposed for so many months of it."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.annual import AnnualRule
from core.rules.fields import FieldKind, FieldSpec
from core.rules.hours import CreditHours

MONTHS = 12


@dataclass(frozen=True, slots=True)
class LeaveKind:
    """A kind of leave (减免事由), the proof that is asked for, and the basis (依据) with its certainty."""

    name: str
    proof: str
    basis: str = "各地继续教育规定对病假、产假等的通行做法"
    certainty: str = "推定"


LEAVE_KINDS: tuple[LeaveKind, ...] = (
    LeaveKind("产假", "出生医学证明或单位批准的产假证明"),
    LeaveKind("病假", "县级以上医院诊断证明和单位批准的病假证明"),
    LeaveKind("援派", "组织、人社部门的援藏、援疆、援外等选派文件"),
    LeaveKind("驻村", "组织部门的驻村、支教选派文件"),
    LeaveKind("脱产学习", "录取通知书或单位批准的脱产学习证明"),
    LeaveKind("退休", "退休审批表，退休当年按在岗月份计"),
    LeaveKind("其他", "能说明原因的证明"),
)

EXEMPTION_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec("id_number", "证件号", hint="本区域的人员", max_length=20),
    FieldSpec("year", "年度", FieldKind.YEAR, hint="四位数字，如 2026"),
    FieldSpec("kind", "减免事由", FieldKind.CHOICE, choices=tuple(each.name for each in LEAVE_KINDS)),
    FieldSpec(
        "months", "离岗月数", FieldKind.INTEGER, low=1, high=MONTHS, hint="1 至 12；按它建议下面的学时"
    ),
    FieldSpec("total", "总学时至少", FieldKind.HOURS, hint="不高于该年度标准；可以改"),
    FieldSpec("public", "其中公需", FieldKind.HOURS),
    FieldSpec("professional", "其中专业", FieldKind.HOURS),
    FieldSpec("reason", "说明", hint="写入记录，本人可见", max_length=200),
)


def proof_of(kind: str) -> str:
    """The proof that is asked for; empty for what is no kind."""
    return next((each.proof for each in LEAVE_KINDS if each.name == kind), "")


def suggested(rule: AnnualRule, months: int) -> tuple[CreditHours, CreditHours, CreditHours]:
    """总学时, 公需 and 专业 that a year with so many months of leave should still have, in whole half-hours down."""
    left = max(0, MONTHS - months)

    def part(hours: CreditHours) -> CreditHours:
        return CreditHours(hours.halves * left // MONTHS)

    return part(rule.total), part(rule.public), part(rule.professional)
