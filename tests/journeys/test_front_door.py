"""G1, G3, G6, P7 by keys only: an account gets a second role, a forgotten password comes back by mail, a changed
password ends the other session."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from core.rules.roles import Role
from tests.journeys.steps import (
    LOGINS,
    NEWCOMER,
    NEWCOMER_NAME,
    PASSWORD,
    PATIENCE,
    PERSON,
    PERSON_NAME,
    SCHOOL,
    Installation,
    Seat,
    sign_in_keys,
)
from tests.services.mailbox import Mailbox, text_of

NEW = "newpass123"
EMAIL, MOBILE = "zhangsan@example.cn", f"1990000{PERSON[14:]}"


@dataclass(frozen=True)
class Mailing(Installation):
    """An installation that mails to a server on this machine."""

    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The settings, and those of the mail."""
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.port), "SMTP_SECURITY": "none"}
        return super().environment | {f"JIJIAO_{name}": value for name, value in mail.items()}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A real SMTP server."""
    box = Mailbox().open()
    yield box
    box.close()


def code_in(mailbox: Mailbox) -> str:
    """The code of the newest mail, once one has come."""
    deadline = time.monotonic() + PATIENCE
    while not mailbox.letters and time.monotonic() < deadline:
        time.sleep(0.05)
    found = re.search(r"\b\d{8}\b", text_of(mailbox.letters[-1]))
    assert found is not None
    return found[0]


def pass_both(seat: Seat, *names: str) -> None:
    """Admit them as they stand there: each program begins its own clock, so either may be the older."""
    waiting = list(names)
    while waiting:
        seat.see("接下来")
        first = next(name for name in waiting if f"> {name}" in seat.calm())
        seat.pass_one(first)
        waiting.remove(first)


def test_an_account_of_a_unit_gets_the_role_of_a_person_chosen_at_login_and_switched_inside(
    home: Installation, seat: Seat
) -> None:
    seat.type(*sign_in_keys(Role.PERSON, LOGINS[Role.EMPLOYER]))
    seat.see("帐号未分配角色，请联系系统管理员", "首页 1 注册并勾选")
    seat.type("Esc")
    seat.see("继续教育服务窗口")

    seat.type("11", "S-Tab", "S-Tab", "Space")
    seat.see("[x] 如果已是本系统用户,请勾选复选框", "已有账号的登录密码")
    seat.type("Tab", "Tab", NEWCOMER, "Tab", LOGINS[Role.EMPLOYER], "Tab", "wrong1234", "Tab", "19900000123")
    seat.type("Tab", "lixiaodong@example.cn", "Tab", "Tab", "ruyang", "Enter", "Tab", "ryxxdzdy", "Enter")
    seat.type("Tab", "Tab", NEWCOMER_NAME, "Tab", "Tab", "Tab", "hanzu", "Enter", "F8")
    seat.see("账户号或密码错误。还可以再试 4 次")
    seat.type(PASSWORD, "F8")
    seat.see("注册信息已经提交审核", SCHOOL)
    seat.type("Esc")
    seat.see("继续教育服务窗口")

    seat.type(*sign_in_keys(Role.PERSON, NEWCOMER))
    seat.see("此帐号还未被审核")
    seat.type("Esc")
    seat.see("继续教育服务窗口")
    seat.sign_in(Role.EMPLOYER)
    seat.type("2")
    pass_both(seat, "王五", NEWCOMER_NAME)
    seat.type("Esc")
    seat.see(":zh    本单位人员的注册")
    seat.sign_out()

    seat.sign_in(Role.PERSON, NEWCOMER)
    seat.see(NEWCOMER_NAME, "用户资料管理")
    seat.type("F9")
    seat.see("1 修改密码  2 换成用人单位  9 SSH 公钥  0 不换")
    seat.type("2")
    seat.see("已换成用人单位", "学时初审")
    seat.type("F9", "2")
    seat.see("已换成专业技术人员", NEWCOMER_NAME)


def test_a_forgotten_password_comes_back_with_the_code_of_a_real_mail(
    home: Installation, mailbox: Mailbox
) -> None:
    with Mailing(home.folder, port=mailbox.port).sit_down() as seat:
        seat.type("8", "nobody@example.cn", "Tab", "19900009999", "F8")
        answer = "如与注册时一致，验证码已发送到该邮箱，15 分钟内有效"
        seat.see(answer)
        seat.type("PgUp", "ctrl+u", EMAIL, "Tab", "ctrl+u", MOBILE, "F5")
        seat.see(answer, EMAIL)
        code = code_in(mailbox)
        seat.type("ctrl+u", "00000000", "Tab", NEW, "Tab", NEW, "F8")
        seat.see("验证码不对或已失效，请核对，或重新获取。还可以再试 4 次")
        seat.type("ctrl+u", code, "F8")
        seat.see("密码已重新设定，请用新密码登录")
        seat.type(PERSON, "Tab", PASSWORD, "Enter")
        seat.see("账户号或密码错误")
        seat.type(NEW, "Enter")
        seat.see(PERSON_NAME, "您的登录密码刚刚通过“忘记登录密码”重新设置")
    assert len(mailbox.letters) == 2  # the code, and word of the change; none to nobody


def test_changing_the_password_asks_the_other_session_to_sign_in_at_its_next_key(home: Installation) -> None:
    with home.sit_down() as here, home.sit_down() as there:
        for seat in (here, there):
            seat.sign_in(Role.PERSON)
        there.type("3")
        there.see("申报进度查询")
        here.type("F9", "1", PASSWORD, "Tab", NEW, "Tab", NEW, "Enter")
        here.see("密码已修改，这个账号在别处的 1 个登录已失效", "用户资料管理")
        there.type("F5")
        there.see("登录已失效，请重新登录")
        there.type(PERSON, "Tab", PASSWORD, "Enter")
        there.see("账户号或密码错误")
        there.type(NEW, "Enter")
        there.see("申报进度查询", "没有记录")


def test_a_password_that_the_unit_has_reset_is_changed_before_anything_else(home: Installation) -> None:
    with home.sit_down() as seat:
        seat.sign_in(Role.EMPLOYER)
        seat.type("ctrl+g", "gl", "Enter")
        seat.see(PERSON_NAME)
        seat.type("z", "1")
        seat.see(f"已重置 {PERSON_NAME} 的密码")
        seat.type("Esc")
        seat.see("学时初审")
        seat.sign_out()

        seat.type(*sign_in_keys(Role.PERSON, PERSON, PERSON[-6:]))
        shown = seat.see("密码是重置后的初始密码，请先修改密码", "原始密码")
        assert "Esc 退出登录" in shown and "用户资料管理" not in shown
        seat.type("ctrl+g", "cx", "Enter")
        seat.see("请先修改密码", "确认新密码")
        seat.type(PERSON[-6:], "Tab", NEW, "Tab", NEW, "Enter")
        seat.see("密码已修改", "用户资料管理", PERSON_NAME)
        seat.sign_out()
        seat.sign_in(Role.PERSON, password=NEW)
