"""R4 by keys alone: a whole region's year recognised in the background, followed, cancelled, gone on with."""

from __future__ import annotations

import time

from core.rules.roles import Role
from tests.journeys.steps import PATIENCE, PERSON, Installation
from tests.journeys.years import crowded, learned

MOST_BYTES_A_SECOND = 2000


def test_a_region_is_recognised_in_the_background_and_its_people_can_print(home: Installation) -> None:
    learned(home, 2025)
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rd", "Enter")
        bureau.see("已开放")
        bureau.type("Down", "r")
        bureau.see("2025年度按规则计算并认定", "在后台进行")
        bureau.type("Enter")
        bureau.see("2025年度认定   已完成", "结果：认定 1，通过 1，不通过 0")
        bureau.type("Esc")
        bureau.see("2025年度认定已完成")
        bureau.type(":rw", "Enter")
        bureau.see("2025年度认定", "已完成", "100%")
        bureau.type("c")
        bureau.see("这项后台任务已经结束，不能取消")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON)
        person.type(":nd", "Enter")
        person.see("2025", "通过", "P 打印")


def test_a_run_is_cancelled_on_its_way_and_what_is_done_stays_done(home: Installation) -> None:
    learned(home, 2025)
    crowded(home, 6000)
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rd", "Enter")
        bureau.see("已开放")
        bureau.type("Down", "r", "Enter")
        bureau.see("2025年度认定   进行中")
        bureau.type("c")
        bureau.see("2025年度认定   已取消", "已取消；取消以前完成的都已保存")
        bureau.type("Esc", "r")
        bureau.see("现有年度记录", "其中已认定")


def test_the_bureau_goes_on_working_while_a_run_goes_on_for_few_bytes(home: Installation) -> None:
    learned(home, 2025)
    crowded(home, 6000)
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rd", "Enter")
        bureau.see("已开放")
        bureau.type("Down", "r", "Enter")
        bureau.see("2025年度认定   进行中")
        bureau.type("Esc", ":rw", "Enter")
        bureau.see("进行中", "%")
        begun, before = time.monotonic(), bureau.terminal.total_bytes
        bureau.terminal.wait("已完成", timeout=PATIENCE)
        seconds, sent = time.monotonic() - begun, bureau.terminal.total_bytes - before
        assert sent <= MOST_BYTES_A_SECOND * max(1.0, seconds)
        bureau.calm()
        at_rest = bureau.terminal.total_bytes
        bureau.terminal.settle(quiet=2.0, timeout=2.0)
        assert bureau.terminal.total_bytes == at_rest


def test_a_run_that_broke_off_with_its_terminal_goes_on_at_the_next_login(home: Installation) -> None:
    learned(home, 2025)
    crowded(home, 6000)
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rd", "Enter")
        bureau.see("已开放")
        bureau.type("Down", "r", "Enter")
        bureau.see("2025年度认定   进行中")
        bureau.terminal.signal(9)

    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":rw", "Enter")
        bureau.see("2025年度认定", "已中断")
        bureau.type("r")
        bureau.see("继续：2025年度认定")
        bureau.see("已完成", "认定 6001")

    with home.sit_down() as person:
        person.sign_in(Role.PERSON, PERSON)
        person.type(":nd", "Enter")
        person.see("2025", "通过", "P 打印")
