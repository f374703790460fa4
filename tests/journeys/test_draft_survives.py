"""What was typed survives a kill -9, a hang-up and a power cut's kind of end (P13): the next login offers it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from core.rules.roles import Role
from tests.journeys.records import declarations, drafts, registration_states
from tests.journeys.steps import (
    NEWCOMER,
    NEWCOMER_NAME,
    PASSWORD,
    SCHOOL,
    Installation,
    Seat,
    declaration_keys,
    registration_keys,
)

PROMISED = 2.0
"""Seconds after which what was typed may not be lost any more, whatever happens."""
FILLED = declaration_keys("结业证书1", class_name="新课标培训[/ 测试]")
"""A whole declaration with its attachment, neither saved nor sent."""
OFFERED = ("未完成的草稿 1 件", "学时申报 岗位培训 新课标培训[/ 测试]", "中断", "D 继续填写")


def kill(seat: Seat) -> None:
    """kill -9."""
    os.kill(seat.terminal.pid, signal.SIGKILL)
    seat.terminal.wait_exit(timeout=30)


def hang_up(seat: Seat) -> None:
    """The line breaks."""
    seat.terminal.hang_up()
    seat.terminal.wait_exit(timeout=30)


def terminate(seat: Seat) -> None:
    """The server shuts down."""
    os.kill(seat.terminal.pid, signal.SIGTERM)
    seat.terminal.wait_exit(timeout=30)


def start_declaration(seat: Seat) -> None:
    """A declaration, its last entry typed and seen: the remark, which has the caret."""
    seat.sign_in(Role.PERSON)
    seat.type("2", *FILLED)
    seat.see("已添加 结业证书1.png")
    seat.type("Tab", "Tab", "说明")
    seat.see("2/1000")


def test_a_declaration_that_was_killed_is_there_at_the_next_login_and_can_be_sent(home: Installation) -> None:
    with home.sit_down() as seat:
        start_declaration(seat)
        seat.type("：另附")
        seat.see("5/1000", "草稿已存")
        time.sleep(PROMISED)
        kill(seat)
    assert declarations(home) == []
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.see(*OFFERED)
        seat.type("d")
        seat.see("已取回上次没有填完的内容", "说明：另附", "结业证书1.png")
        seat.type("F8")
        seat.see("已提交申报：岗位培训 40 学时", "未完成的草稿 0 件")
    (row,) = declarations(home)
    assert (row["status"], row["title"], len(row["evidence"])) == ("pending", "新课标培训[/ 测试]", 1)
    assert drafts(home) == 0


@pytest.mark.parametrize("end", [hang_up, terminate], ids=lambda end: end.__name__)
def test_a_line_that_breaks_loses_not_even_the_last_letter(
    home: Installation, end: Callable[[Seat], None]
) -> None:
    with home.sit_down() as seat:
        start_declaration(seat)
        seat.type("尾")
        seat.see("3/1000")
        end(seat)
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.see(*OFFERED)
        seat.type("d")
        seat.see("说明尾", "3/1000", "结业证书1.png")


def test_a_form_that_was_saved_in_the_background_is_as_quiet_as_any(home: Installation) -> None:
    with home.sit_down() as seat:
        start_declaration(seat)
        seat.see("草稿已存")
        time.sleep(PROMISED)
        seat.calm()
        before = seat.terminal.total_bytes
        seat.terminal.settle(quiet=2.0, timeout=2.0)
        assert seat.terminal.total_bytes == before


def test_leaving_the_program_in_the_middle_of_a_form_keeps_it(home: Installation) -> None:
    with home.sit_down() as seat:
        start_declaration(seat)
        seat.type("F10", "1")
        seat.terminal.wait_exit(timeout=30)
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.see(*OFFERED)


def test_a_registration_that_was_killed_is_offered_to_the_same_number_and_password(
    home: Installation,
) -> None:
    keys = registration_keys(NEWCOMER, NEWCOMER_NAME, "ryxxdzdy")
    with home.sit_down() as seat:
        seat.type("11", *keys)
        seat.see("汉族")
        seat.see("草稿已存")
        time.sleep(PROMISED)
        kill(seat)
    with home.sit_down() as seat:
        seat.type("11", NEWCOMER, "Tab", "abc12346", "Tab")
        seat.calm()
        assert "取回" not in seat.screen
        seat.type("S-Tab", "ctrl+u", PASSWORD, "Tab")
        seat.see("上次填到一半的内容还在，取回？", "1 是", "2 否")
        seat.type("1")
        seat.see("已取回上次没有填完的内容", SCHOOL, NEWCOMER_NAME, "汉族")
        seat.type("F8")
        seat.see("处需要修改")
        seat.type(PASSWORD, "F8")
        seat.see("注册信息已经提交审核", SCHOOL)
    assert registration_states(home, NEWCOMER_NAME) == ["pending"]
    assert drafts(home) == 0
