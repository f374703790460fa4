"""Keys sent in one burst act as if typed slowly; F keys have their twins; full-width digits are commands."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from core.rules.roles import Role
from tests.journeys.records import declarations
from tests.journeys.steps import LOGINS, PASSWORD, PERSON, Installation, Seat, declaration_keys, sign_in_keys
from tui.keys import TWIN_OF

SAVED = "已保存，尚未提交"
KEYS = [*sign_in_keys(Role.PERSON, PERSON), "2", *declaration_keys("结业证书1"), "F2"]
"""A login, a choice of the menu, and a whole form that is saved."""
TWINS = [TWIN_OF.get(key.lower(), key) if key.startswith("F") else key for key in KEYS]
Outcome = tuple[list[dict[str, object]], str]


def test_a_burst_and_a_burst_of_twins_end_as_if_typed_slowly(home: Installation, tmp_path: Path) -> None:
    assert TWINS != KEYS
    copies = [Installation(tmp_path / name / "home") for name in ("burst", "twins")]
    for each in copies:
        shutil.copytree(home.folder, each.folder)
        shutil.copytree(home.scans, each.scans)
    slowly = outcome(home, KEYS, slowly=True)
    assert slowly[0][0]["fields"] != {} and slowly[0][0]["evidence"] != []
    assert outcome(copies[0], KEYS) == slowly
    assert outcome(copies[1], TWINS) == slowly


def outcome(home: Installation, keys: list[str], *, slowly: bool = False) -> Outcome:
    """What the keys come to: the rows of the database, and the screen without the time on it."""
    with home.sit_down() as seat:
        if slowly:
            seat.type_slowly(*keys)
        else:
            seat.type(*keys)
        seat.see(SAVED)
        screen = re.sub(r"\d\d:\d\d:\d\d", "--:--:--", seat.calm())
    return declarations(home), screen


def test_a_verdict_in_one_burst_with_the_login_decides_nothing(busy_home: Installation) -> None:
    with busy_home.sit_down() as seat:
        seat.type(*sign_in_keys(Role.EMPLOYER, LOGINS[Role.EMPLOYER]), "1", "a")
        seat.see("这一条显示出来之前按的键不算")
    assert [row["step"] for row in declarations(busy_home)] == ["employer"]


def test_whatever_is_pasted_is_kept_or_refused_in_words(seat: Seat) -> None:
    seat.sign_in(Role.PERSON)
    seat.type("2", "Tab", "Tab")
    for text in ("[/ 测试]", "长" * 10_000, "a\x07b\x1b[31mc\nd", "２０１９年１月５日"):
        seat.terminal.paste(text)
        seat.type("Tab")
    seat.type("F8")
    seat.see("处需要修改", "最多 100 个字，现在 10000 个", "含有不能显示的字符", "[/ 测试]", "２０１９年１月")


def test_full_width_digits_and_colon_are_commands_too(seat: Seat) -> None:
    seat.type("１２")
    seat.see("密码*")
    seat.type(PERSON, "Tab", PASSWORD, "Enter", "４")
    seat.see("完成公需课")
    seat.type("：ｃｘ", "Enter")
    seat.see("申报进度查询", "待审核 0")


def test_a_jump_code_reaches_a_page_from_any_other(seat: Seat) -> None:
    seat.sign_in(Role.PERSON)
    seat.type(":cx", "Enter")
    seat.see("施教机构申报进度")
    seat.type(":nd", "Enter")
    seat.see("完成公需课")
    seat.type(":sb", "Enter")
    seat.see("学习形式*")
    seat.type("ctrl+g", "gr", "Enter")
    seat.see("还差 60")


def test_a_page_asked_for_before_the_login_is_opened_after_it(seat: Seat) -> None:
    seat.type("15")
    seat.see("请先登录")
    seat.type(PERSON, "Tab", PASSWORD, "Enter")
    seat.see("施教机构申报进度")


def test_a_program_that_loses_its_terminal_comes_to_its_end(home: Installation) -> None:
    with home.sit_down() as seat:
        seat.sign_in(Role.PERSON)
        seat.terminal.hang_up()
        seat.terminal.wait_exit(timeout=30)
        assert not seat.terminal.alive
