"""The machine behind every workflow: moves between states as data, who may make them, a refusal for all else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

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
    CONFIRM = "confirm"
    CANCEL = "cancel"

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
    Move.CONFIRM: "比对一致",
    Move.CANCEL: "取消",
}


class State(Protocol):
    """A state of something (状态), with the words for it."""

    @property
    def label(self) -> str:
        """The state as shown."""


S = TypeVar("S", bound=State)


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
