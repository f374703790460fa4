"""Workflow as one machine: states and moves as data, who may move, and a refusal for all else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Role


class Move(StrEnum):
    """A move (办理) from one state to the next. PASS_ON is a 通过 that hands on to the next level."""

    SAVE = "save"
    SUBMIT = "submit"
    PASS_ON = "pass_on"
    APPROVE = "approve"
    REJECT = "reject"
    RETURN = "return"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    REDECLARE = "redeclare"
    RESUBMIT = "resubmit"
    URGE = "urge"
    UNDO = "undo"
    REVOKE = "revoke"
    DISABLE = "disable"
    ENABLE = "enable"
    PRINT = "print"
    REPLACE = "replace"
    OPEN = "open"
    CLOSE = "close"
    RECOGNISE = "recognise"

    @property
    def label(self) -> str:
        """The word on screen, unless a machine has one of its own."""
        return _MOVE_LABELS[self]


_MOVE_LABELS: dict[Move, str] = {
    Move.SAVE: "修改",
    Move.SUBMIT: "提交申报",
    Move.PASS_ON: "通过",
    Move.APPROVE: "通过",
    Move.REJECT: "不通过",
    Move.RETURN: "退回修改",
    Move.WITHDRAW: "撤销",
    Move.DELETE: "删除",
    Move.REDECLARE: "重新申报",
    Move.RESUBMIT: "修改重提",
    Move.URGE: "催办",
    Move.UNDO: "收回决定",
    Move.REVOKE: "撤销认定",
    Move.DISABLE: "停用",
    Move.ENABLE: "启用",
    Move.PRINT: "打印",
    Move.REPLACE: "换发",
    Move.OPEN: "开放",
    Move.CLOSE: "关闭",
    Move.RECOGNISE: "年度认定",
}


class RegistrationState(StrEnum):
    """Where a registration stands (注册状态)."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DISABLED = "disabled"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _REGISTRATION_LABELS[self]


class DeclarationState(StrEnum):
    """Where a declaration stands (认定结果)."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _DECLARATION_LABELS[self]


class CertificateState(StrEnum):
    """Where a certificate stands (证书状态)."""

    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _CERTIFICATE_LABELS[self]


class YearState(StrEnum):
    """Whether a year takes declarations (年度状态)."""

    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The state as shown."""
        return _YEAR_LABELS[self]


_REGISTRATION_LABELS = {
    RegistrationState.PENDING: "待审核",
    RegistrationState.APPROVED: "正常",
    RegistrationState.REJECTED: "已驳回",
    RegistrationState.WITHDRAWN: "已撤回",
    RegistrationState.DISABLED: "停用",
}
_DECLARATION_LABELS = {
    DeclarationState.DRAFT: "待提交",
    DeclarationState.PENDING: "待审核",
    DeclarationState.APPROVED: "审核通过",
    DeclarationState.REJECTED: "审核不通过",
    DeclarationState.REVOKED: "已撤销",
    DeclarationState.DELETED: "已删除",
}
_CERTIFICATE_LABELS = {
    CertificateState.VALID: "有效",
    CertificateState.REVOKED: "已作废",
    CertificateState.REPLACED: "已换发",
}
_YEAR_LABELS = {YearState.OPEN: "已开放", YearState.CLOSED: "已截止"}

State = RegistrationState | DeclarationState | CertificateState | YearState
S = TypeVar("S", RegistrationState, DeclarationState, CertificateState, YearState)

_PERSON = frozenset({Role.PERSON})
_EMPLOYER = frozenset({Role.EMPLOYER})
_BUREAU = frozenset({Role.BUREAU})
REVIEWERS = frozenset({Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU})


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One allowed move: from a state to the next, and who may make it."""

    state: S
    move: Move
    next: S
    who: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """A workflow (流程): its first state, all its moves, and its own words for some of them."""

    name: str
    initial: S
    transitions: tuple[Transition[S], ...]
    words: tuple[tuple[Move, str], ...] = ()

    def next(self, state: S, move: Move, role: Role) -> S:
        """The state after a move. Refused: MOVE_NOT_ALLOWED here, NOT_ALLOWED for another role's move."""
        found = [each for each in self.transitions if each.state == state and each.move == move]
        if not found:
            raise Refused(ErrorCode.MOVE_NOT_ALLOWED, state=state.label, move=self.label(move))
        for each in found:
            if role in each.who:
                return each.next
        raise Refused(ErrorCode.NOT_ALLOWED, role=role.label)

    def moves(self, state: S, role: Role) -> tuple[Move, ...]:
        """What a role may do in a state, in declared order: the key bar."""
        return tuple(each.move for each in self.transitions if each.state == state and role in each.who)

    def label(self, move: Move) -> str:
        """The machine's word for a move."""
        return dict(self.words).get(move, move.label)


def _registration() -> Machine[RegistrationState]:
    s = RegistrationState
    return Machine(
        "注册",
        s.PENDING,
        (
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _EMPLOYER),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, _EMPLOYER),
            Transition(s.PENDING, Move.WITHDRAW, s.WITHDRAWN, _PERSON),
            Transition(s.REJECTED, Move.RESUBMIT, s.PENDING, _PERSON),
            Transition(s.APPROVED, Move.DISABLE, s.DISABLED, _EMPLOYER),
            Transition(s.DISABLED, Move.ENABLE, s.APPROVED, _EMPLOYER),
        ),
        ((Move.WITHDRAW, "撤回申请"),),
    )


def _declaration() -> Machine[DeclarationState]:
    s = DeclarationState
    not_last = frozenset({Role.EMPLOYER, Role.AUTHORITY})
    return Machine(
        "学时申报",
        s.DRAFT,
        (
            Transition(s.DRAFT, Move.SAVE, s.DRAFT, _PERSON),
            Transition(s.DRAFT, Move.SUBMIT, s.PENDING, _PERSON),
            Transition(s.DRAFT, Move.DELETE, s.DELETED, _PERSON),
            # Only before the first review; the use case looks at the step and says ALREADY_REVIEWED.
            Transition(s.PENDING, Move.WITHDRAW, s.DRAFT, _PERSON),
            Transition(s.PENDING, Move.URGE, s.PENDING, _PERSON),
            Transition(s.PENDING, Move.PASS_ON, s.PENDING, not_last),
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _BUREAU),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, REVIEWERS),
            Transition(s.PENDING, Move.RETURN, s.DRAFT, REVIEWERS),
            # 收回: the reviewer's own last decision, until the next level (or the person) has acted.
            Transition(s.PENDING, Move.UNDO, s.PENDING, not_last),
            Transition(s.APPROVED, Move.UNDO, s.PENDING, _BUREAU),
            Transition(s.REJECTED, Move.UNDO, s.PENDING, REVIEWERS),
            Transition(s.DRAFT, Move.UNDO, s.PENDING, REVIEWERS),
            Transition(s.REJECTED, Move.REDECLARE, s.REJECTED, _PERSON),
            Transition(s.APPROVED, Move.REVOKE, s.REVOKED, _BUREAU),
        ),
    )


def _certificate() -> Machine[CertificateState]:
    s = CertificateState
    return Machine(
        "证书",
        s.VALID,
        (
            Transition(s.VALID, Move.PRINT, s.VALID, _PERSON | REVIEWERS),
            Transition(s.VALID, Move.REVOKE, s.REVOKED, _BUREAU),
            Transition(s.VALID, Move.REPLACE, s.REPLACED, _BUREAU),
        ),
        ((Move.REVOKE, "作废"),),
    )


def _year_window() -> Machine[YearState]:
    s = YearState
    return Machine(
        "年度",
        s.OPEN,
        (
            Transition(s.OPEN, Move.CLOSE, s.CLOSED, _BUREAU),
            Transition(s.CLOSED, Move.OPEN, s.OPEN, _BUREAU),
            Transition(s.CLOSED, Move.RECOGNISE, s.CLOSED, _BUREAU),
        ),
    )


REGISTRATION = _registration()
DECLARATION = _declaration()
CERTIFICATE = _certificate()
YEAR_WINDOW = _year_window()
MACHINES = (REGISTRATION, DECLARATION, CERTIFICATE, YEAR_WINDOW)
