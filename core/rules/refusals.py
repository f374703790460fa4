"""The usual reasons for 不通过 and 退回修改: a numbered list, the digit picks one, free text may follow."""

from __future__ import annotations

from dataclasses import dataclass

from core.rules.errors import ErrorCode, Refused


@dataclass(frozen=True, slots=True)
class UsualReason:
    """A reason (常用原因) under its digit; an `open_ended` one asks for words of the reviewer's own."""

    digit: str
    text: str
    open_ended: bool = False


USUAL_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "附件不清晰，请重新扫描"),
    UsualReason("2", "缺少单位证明材料"),
    UsualReason("3", "申请学时与证明材料不符"),
    UsualReason("4", "学习时间不在计入年度内"),
    UsualReason("5", "学习内容与本人专业不符"),
    UsualReason("6", "与已有申报重复"),
    UsualReason("7", "缺少培训(会议)通知"),
    UsualReason("8", "缺少结业(获奖、资格)证书"),
    UsualReason("9", "其他", open_ended=True),
)

REGISTRATION_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "不是本单位人员"),
    UsualReason("2", "姓名与证件号不符"),
    UsualReason("3", "工作部门填写有误"),
    UsualReason("4", "手机号或邮箱填写有误"),
    UsualReason("9", "其他", open_ended=True),
)

TRANSFER_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "没有此人的调入手续"),
    UsualReason("2", "选错单位，请撤回后重新调转"),
    UsualReason("3", "工作部门填写有误"),
    UsualReason("4", "调转原因不清楚"),
    UsualReason("9", "其他", open_ended=True),
)

POSITION_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "证书附件不清晰，请重新扫描"),
    UsualReason("2", "与证书所载的系列或任职资格不符"),
    UsualReason("3", "评审通过时间或聘任日期有误"),
    UsualReason("4", "电子证书号填写有误"),
    UsualReason("5", "从事专业填写有误"),
    UsualReason("9", "其他", open_ended=True),
)

IDENTITY_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "照片与证件上的人像不是同一人"),
    UsualReason("2", "证件照片不清晰，请重新拍照"),
    UsualReason("3", "填写的内容与证件不符"),
    UsualReason("4", "证件已过有效期"),
    UsualReason("5", "本人照片不符合要求，请重新拍照"),
    UsualReason("9", "其他", open_ended=True),
)

OFFICE_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "单位名称与机构代码不符"),
    UsualReason("2", "所属区域填写有误"),
    UsualReason("3", "上级单位或主管部门填写有误"),
    UsualReason("4", "单位类型填写有误"),
    UsualReason("5", "联系不上申请人，请核对联系人和手机"),
    UsualReason("6", "单位已登记，请勿重复注册"),
    UsualReason("9", "其他", open_ended=True),
)

OFFICE_CHANGE_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "没有变更的批复或证明"),
    UsualReason("2", "名称与登记证书不符"),
    UsualReason("3", "机构代码与登记证书不符"),
    UsualReason("4", "所属区域与实际不符"),
    UsualReason("5", "上级单位或主管部门不同意"),
    UsualReason("9", "其他", open_ended=True),
)

PLAN_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "培训通知不清晰或缺少内容"),
    UsualReason("2", "课程与专业范围不符"),
    UsualReason("3", "计划学时与课程表不符"),
    UsualReason("4", "培训时间填写有误"),
    UsualReason("5", "收费标准需要说明"),
    UsualReason("9", "其他", open_ended=True),
)

CLASS_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "学员名单与备案计划不符"),
    UsualReason("2", "实得学时与实际学习时间不符"),
    UsualReason("3", "学员同一时间在另一培训班"),
    UsualReason("4", "缺少考核成绩"),
    UsualReason("9", "其他", open_ended=True),
)

REVOCATION_REASONS: tuple[UsualReason, ...] = (
    UsualReason("1", "证明材料不实"),
    UsualReason("2", "没有参加所申报的学习"),
    UsualReason("3", "同一项学习重复认定"),
    UsualReason("4", "认定学时有误，应重新申报"),
    UsualReason("9", "其他", open_ended=True),
)


def reason_text(digit: str, own_words: str, reasons: tuple[UsualReason, ...] = USUAL_REASONS) -> str:
    """The reason as it is stored; Refused (REASON_REQUIRED) if neither a digit nor words say anything."""
    words = own_words.strip()
    usual = next((reason for reason in reasons if reason.digit == digit), None)
    if usual is None or usual.open_ended:
        if not words:
            raise Refused(ErrorCode.REASON_REQUIRED)
        return words
    return f"{usual.text}；{words}" if words else usual.text
