"""The workflows of registrations, declarations, certificates and years: their states and moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.rules.machine import Machine, Move, Transition
from core.rules.roles import Role

__all__ = [
    "CERTIFICATE",
    "DECLARATION",
    "REGISTRATION",
    "UNIT_DECLARATION",
    "YEAR_WINDOW",
    "CertificateState",
    "DeclarationState",
    "Move",
    "RegistrationState",
    "YearState",
    "declaration_machine",
]


class RegistrationState(StrEnum):
    """Where a registration stands (注册状态)."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

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

_PERSON = frozenset({Role.PERSON})
_EMPLOYER = frozenset({Role.EMPLOYER})
_BUREAU = frozenset({Role.BUREAU})
REVIEWERS = frozenset({Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU})


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


def _unit_declaration() -> Machine[DeclarationState]:
    """单位申报: the unit sends it in, and takes all of one activity back while no level has reviewed it.

    There is no 退回修改 and no 重新申报: the person has nothing to mend, the unit declares anew.
    """
    s = DeclarationState
    levels = frozenset({Role.AUTHORITY, Role.BUREAU})
    return Machine(
        "单位申报",
        s.DRAFT,
        (
            Transition(s.DRAFT, Move.SUBMIT, s.PENDING, _EMPLOYER),
            Transition(s.PENDING, Move.WITHDRAW, s.REVOKED, _EMPLOYER),
            Transition(s.PENDING, Move.URGE, s.PENDING, _PERSON),
            Transition(s.PENDING, Move.PASS_ON, s.PENDING, frozenset({Role.AUTHORITY})),
            Transition(s.PENDING, Move.APPROVE, s.APPROVED, _BUREAU),
            Transition(s.PENDING, Move.REJECT, s.REJECTED, levels),
            Transition(s.PENDING, Move.UNDO, s.PENDING, frozenset({Role.AUTHORITY})),
            Transition(s.APPROVED, Move.UNDO, s.PENDING, _BUREAU),
            Transition(s.REJECTED, Move.UNDO, s.PENDING, levels),
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
UNIT_DECLARATION = _unit_declaration()
CERTIFICATE = _certificate()
YEAR_WINDOW = _year_window()
_BY_SOURCE: Mapping[str, Machine[DeclarationState]] = {"unit": UNIT_DECLARATION}


def declaration_machine(source: str) -> Machine[DeclarationState]:
    """The workflow of a declaration, by where it came from (`Declaration.source`)."""
    return _BY_SOURCE.get(source, DECLARATION)
