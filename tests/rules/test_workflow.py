"""The machines: what is declared works for whom it is declared, and everything else is refused aloud."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from core.rules.chain import DECLARATION_CHAIN, REGISTRATION_CHAIN, Step, approving_move, next_step, steps
from core.rules.changes import MACHINES
from core.rules.errors import ErrorCode, Refused
from core.rules.machine import Machine
from core.rules.permissions import PERMISSIONS, PUBLIC, Action, allowed
from core.rules.roles import Role
from core.rules.workflow import DECLARATION, REGISTRATION, DeclarationState, Move

each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


def states(machine: Machine[Any]) -> list[Any]:
    """All states of a machine's kind."""
    kind: type[StrEnum] = type(machine.initial)
    return list(kind)


@each_machine
def test_every_undeclared_move_is_refused(machine: Machine[Any]) -> None:
    declared = {(each.state, each.move, role) for each in machine.transitions for role in each.who}
    for state, move, role in product(states(machine), Move, Role):
        if (state, move, role) not in declared:
            with pytest.raises(Refused) as caught:
                machine.next(state, move, role)
            assert caught.value.text


@each_machine
def test_every_declared_move_leads_where_it_says(machine: Machine[Any]) -> None:
    for each in machine.transitions:
        for role in each.who:
            assert machine.next(each.state, each.move, role) is each.next


@each_machine
def test_a_move_from_a_state_is_declared_once(machine: Machine[Any]) -> None:
    pairs = [(each.state, each.move) for each in machine.transitions]
    assert len(set(pairs)) == len(pairs)


@each_machine
def test_every_state_can_be_reached_and_has_a_label(machine: Machine[Any]) -> None:
    reached = {machine.initial} | {each.next for each in machine.transitions}
    assert reached == set(states(machine))
    assert all(state.label for state in states(machine))


@each_machine
def test_the_key_bar_shows_exactly_the_moves_that_are_allowed(machine: Machine[Any]) -> None:
    for state, role in product(states(machine), Role):
        shown = set(machine.moves(state, role))
        assert shown == {move for move in Move if _allowed(machine, state, move, role)}


def test_a_refused_move_names_the_state_and_the_move() -> None:
    with pytest.raises(Refused) as caught:
        DECLARATION.next(DeclarationState.APPROVED, Move.WITHDRAW, Role.PERSON)
    assert caught.value.text == "当前状态是“审核通过”，不能撤销"


def test_another_role_s_move_is_a_matter_of_permission() -> None:
    with pytest.raises(Refused) as caught:
        DECLARATION.next(DeclarationState.PENDING, Move.APPROVE, Role.PERSON)
    assert caught.value.code is ErrorCode.NOT_ALLOWED


def test_a_pending_registration_is_withdrawn_in_the_words_of_the_guide() -> None:
    assert REGISTRATION.label(Move.WITHDRAW) == "撤回申请"


def test_the_states_of_a_declaration_carry_the_tab_names_of_the_guide() -> None:
    assert [state.label for state in DeclarationState][:4] == ["待提交", "待审核", "审核通过", "审核不通过"]


def test_a_draft_offers_what_the_guide_offers() -> None:
    moves = DECLARATION.moves(DeclarationState.DRAFT, Role.PERSON)
    assert [DECLARATION.label(move) for move in moves] == ["修改", "提交申报", "删除"]


@pytest.mark.parametrize(
    ("has_authority", "levels"),
    [(True, [Step.EMPLOYER, Step.AUTHORITY, Step.BUREAU]), (False, [Step.EMPLOYER, Step.BUREAU])],
)
def test_a_declaration_goes_through_its_levels_in_order(has_authority: bool, levels: list[Step]) -> None:
    walked = []
    step = next_step(DECLARATION_CHAIN, None, has_authority)
    while step is not None:
        walked.append(step)
        step = next_step(DECLARATION_CHAIN, step, has_authority)
    assert walked == levels == list(steps(DECLARATION_CHAIN, has_authority))


def test_a_declaration_at_an_authority_that_was_taken_away_still_goes_on() -> None:
    assert next_step(DECLARATION_CHAIN, Step.AUTHORITY, False) is Step.BUREAU


def test_only_the_last_level_approves() -> None:
    moves = [approving_move(DECLARATION_CHAIN, step, True) for step in DECLARATION_CHAIN]
    assert moves == [Move.PASS_ON, Move.PASS_ON, Move.APPROVE]


@pytest.mark.parametrize("chain", [DECLARATION_CHAIN])
def test_every_level_may_make_its_approving_move(chain: tuple[Step, ...]) -> None:
    for step in chain:
        DECLARATION.next(DeclarationState.PENDING, approving_move(chain, step, True), step.role)


def test_a_registration_is_reviewed_by_the_employer_alone() -> None:
    assert next_step(REGISTRATION_CHAIN, Step.EMPLOYER, True) is None


def test_every_action_has_a_permission() -> None:
    assert set(PERMISSIONS) == set(Action)


def test_an_action_nobody_declared_raises() -> None:
    with pytest.raises(ValueError, match="nothing"):
        allowed("nothing.at_all", Role.OPERATOR)


@pytest.mark.parametrize("action", [action for action in Action if PERMISSIONS[action] is not PUBLIC])
def test_a_guest_may_do_nothing_that_is_not_public(action: Action) -> None:
    assert not allowed(action, None)


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (Action.SUBMIT_DECLARATION, {Role.PERSON}),
        (Action.DECIDE_REGISTRATION, {Role.EMPLOYER}),
        (Action.DECIDE, {Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU}),
        (Action.RECOGNISE_YEAR, {Role.BUREAU}),
        (Action.REVOKE_CERTIFICATE, {Role.BUREAU}),
        (Action.CREATE_ACCOUNT, {Role.OPERATOR}),
        (Action.LOOK_UP_CERTIFICATE, set(Role)),
    ],
)
def test_an_action_is_for_its_roles_only(action: Action, roles: set[Role]) -> None:
    assert {role for role in Role if allowed(action, role)} == roles


def _allowed(machine: Machine[Any], state: Any, move: Move, role: Role) -> bool:
    try:
        machine.next(state, move, role)
    except Refused:
        return False
    return True
