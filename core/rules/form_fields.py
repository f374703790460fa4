"""The entries that many forms of learning share: how each kind of field is declared in one short line."""

from __future__ import annotations

from core.rules.fields import FieldKind, FieldSpec

STARTED = FieldSpec("started_on", "开始时间", FieldKind.DATE, past=True, hint="如 2019-01-05")
ENDED = FieldSpec("ended_on", "结束时间", FieldKind.DATE, past=True, hint="如 2019-01-09")
ENDED_OR_PLANNED = FieldSpec("ended_on", "结束时间", FieldKind.DATE, hint="尚未结束的写计划结束时间")
YES_NO = ("是", "否")
TRAINING_EVIDENCE = ("培训通知", "结业证书", "单位证明材料")


def text_field(
    key: str, label: str, *, required: bool = True, length: int = 100, hint: str = ""
) -> FieldSpec:
    """One line of free text, at most `length` characters."""
    return FieldSpec(key, label, required=required, max_length=length, hint=hint)


def choice_field(key: str, label: str, *choices: str, hint: str = "") -> FieldSpec:
    """One of a few fixed values."""
    return FieldSpec(key, label, FieldKind.CHOICE, choices=choices, hint=hint)


def filed_field(key: str, label: str, *, hint: str) -> FieldSpec:
    """One of the plans or classes on file (备案), or free text where what is meant is older than that."""
    return FieldSpec(key, label, FieldKind.CHOICE, open_list=True, hint=hint)


def count_field(key: str, label: str, high: int, *, required: bool = True, hint: str = "") -> FieldSpec:
    """A whole number from 1 to `high`."""
    return FieldSpec(key, label, FieldKind.INTEGER, required=required, high=high, hint=hint)


def past_day_field(key: str, label: str) -> FieldSpec:
    """A day that is not in the future."""
    return FieldSpec(key, label, FieldKind.DATE, past=True, hint="如 2019-01-05")


def result_field(key: str, label: str) -> FieldSpec:
    """How the learning was judged (成绩, 考核结果); 不合格 is refused on submitting."""
    return FieldSpec(key, label, FieldKind.CHOICE, choices_from="result", hint="不合格的不能申报")


RANK = count_field("rank", "本人排名", 99, hint="第一名写 1")
