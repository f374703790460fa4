"""The kinds of messages (消息): what each is called in a mail's subject, and whether it is mailed at all."""

from __future__ import annotations

from enum import StrEnum


class MessageKind(StrEnum):
    """Why somebody is told something (消息类型)."""

    REGISTRATION = "registration"
    DECLARATION = "declaration"
    TRANSFER = "transfer"
    POSITION = "position"
    IDENTITY = "identity"
    YEAR = "year"
    REMINDER = "reminder"
    PASSWORD = "password"
    PROFILE = "profile"
    STAFF = "staff"
    OFFICE = "office"
    TRAINING = "training"
    KEY = "key"

    @property
    def subject(self) -> str:
        """The subject of the mail."""
        return _SUBJECTS[self]


_SUBJECTS = {
    MessageKind.REGISTRATION: "注册审核结果",
    MessageKind.DECLARATION: "学时申报审核结果",
    MessageKind.TRANSFER: "单位调转",
    MessageKind.POSITION: "专业技术职务审核结果",
    MessageKind.IDENTITY: "证件信息修改",
    MessageKind.YEAR: "年度认定",
    MessageKind.REMINDER: "继续教育学时提醒",
    MessageKind.PASSWORD: "登录密码",
    MessageKind.PROFILE: "基本信息修改",
    MessageKind.STAFF: "人员变动",
    MessageKind.OFFICE: "单位注册和变更",
    MessageKind.TRAINING: "培训计划和班级学时",
    MessageKind.KEY: "SSH 公钥",
}
