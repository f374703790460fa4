"""The workflows of a person's changes: employer (单位调转), position (专业技术职务), identity (证件信息修改)."""

from __future__ import annotations

from enum import StrEnum

from core.rules.account_state import ACCOUNT, OFFICE
from core.rules.machine import Machine, Move, Transition
from core.rules.offices import OFFICE_REGISTRATION, ORG_CHANGE
from core.rules.roles import Role
from core.rules.training import TRAINING_CLASS, TRAINING_PLAN
from core.rules.workflow import CERTIFICATE, DECLARATION, REGISTRATION, YEAR_WINDOW

IDENTITY_PAUSE_DAYS = 30
"""Days between two changes of 姓名 or 证件号 (操作指南 4: 30天内只允许修改一次)."""


class ChangeKind(StrEnum):
    """What a change is about; the value is also its kind in history and audit."""

    TRANSFER = "transfer"
    POSITION = "position"
    IDENTITY = "identity"

    @property
    def label(self) -> str:
        """The name of the procedure as in the guide."""
        return _KIND_LABELS[self]


class TransferState(StrEnum):
    """Where a transfer stands (处理结果)."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _TRANSFER_LABELS[self]


class PositionState(StrEnum):
    """Where a declared position stands; SUPERSEDED is one that was in force and only stands in 变更记录."""

    PENDING = "pending"
    APPROVED = "approved"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _POSITION_LABELS[self]


class IdentityState(StrEnum):
    """Where a change of 姓名 or 证件号 stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _IDENTITY_LABELS[self]


_KIND_LABELS = {
    ChangeKind.TRANSFER: "单位调转",
    ChangeKind.POSITION: "专业技术职务",
    ChangeKind.IDENTITY: "证件信息修改",
}
_TRANSFER_LABELS = {
    TransferState.PENDING: "待接收",
    TransferState.APPROVED: "通过",
    TransferState.REJECTED: "不通过",
    TransferState.WITHDRAWN: "已撤回",
}
_POSITION_LABELS = {
    PositionState.PENDING: "待审核",
    PositionState.APPROVED: "生效",
    PositionState.SUPERSEDED: "已变更",
    PositionState.REJECTED: "已驳回",
    PositionState.WITHDRAWN: "已撤回",
}
_IDENTITY_LABELS = {
    IdentityState.PENDING: "待审核",
    IdentityState.APPROVED: "已修改",
    IdentityState.REJECTED: "未通过",
    IdentityState.WITHDRAWN: "已撤回",
}

_PERSON = frozenset({Role.PERSON})
_EMPLOYER = frozenset({Role.EMPLOYER})


def _transfer() -> Machine[TransferState]:
    s = TransferState
    return Machine(
        "单位调转",
        s.PENDING,
        (
            # The unit that takes the person in decides alone; the old one is told (操作指南 4).
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _EMPLOYER),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _EMPLOYER),
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _PERSON),
        ),
        ((Move.APPROVE, "接收"), (Move.REJECT, "拒绝"), (Move.WITHDRAW, "撤回")),
    )


def _position() -> Machine[PositionState]:
    s = PositionState
    return Machine(
        "专业技术职务",
        s.PENDING,
        (
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _EMPLOYER),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _EMPLOYER),
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _PERSON),
            # The one in force gives way when the next is approved, in the same step.
            Transition(s.APPROVED, Move.REPLACE, s.SUPERSEDED, _EMPLOYER),
        ),
        ((Move.WITHDRAW, "撤回"), (Move.REPLACE, "变更")),
    )


def _identity() -> Machine[IdentityState]:
    s = IdentityState
    return Machine(
        "证件信息修改",
        s.PENDING,
        (
            # A clear match of the faces completes it; all else is for the employer.
            Transition(s.PENDING, Move.CONFIRM, s.APPROVED, _PERSON),
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _EMPLOYER),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _EMPLOYER),
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _PERSON),
        ),
        ((Move.WITHDRAW, "撤回"),),
    )


TRANSFER = _transfer()
POSITION = _position()
IDENTITY = _identity()
MACHINES = (
    REGISTRATION,
    DECLARATION,
    CERTIFICATE,
    YEAR_WINDOW,
    TRANSFER,
    POSITION,
    IDENTITY,
    OFFICE_REGISTRATION,
    ORG_CHANGE,
    ACCOUNT,
    OFFICE,
    TRAINING_PLAN,
    TRAINING_CLASS,
)
