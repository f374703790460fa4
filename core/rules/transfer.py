"""单位调转 (P4): the form of 提交转出申请 (操作指南 4), with the same popups as the registration."""

from __future__ import annotations

from core.rules.fields import FieldKind, FieldSpec

REASON_LENGTH = 200

TRANSFER_FIELDS = (
    FieldSpec("region", "调入单位所属区域", FieldKind.REGION, hint="先选区域，再选单位"),
    FieldSpec("employer", "调入单位", FieldKind.EMPLOYER, hint="按 F4 查找，可用拼音首字母"),
    FieldSpec("department", "调入部门", FieldKind.DEPARTMENT, required=False, max_length=60),
    FieldSpec("reason", "调转原因", FieldKind.LONG_TEXT, required=False, max_length=REASON_LENGTH),
)
