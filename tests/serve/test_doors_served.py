"""The way in to a running service with OpenSSH's client: straight home, by a choice of role, with a key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, AccountRole, Org
from tests.journeys.steps import PERSON, SCHOOL, Installation, Seat
from tests.serve.service import Service
from tests.services.key_pairs import key_pair, line_of
from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(
    shutil.which("ssh") is None, reason="needs Debian's openssh-client, which is not here"
)
HOME_PAGE, FRONT_PAGE = "未完成的草稿", "继续教育服务窗口"


@pytest.fixture
def service(home: Installation) -> Iterator[Service]:
    """A service that asks for a 验证码 on the screen."""
    with Service(home, captcha="true") as running:
        yield running


def test_a_password_at_the_door_leads_straight_home_and_signing_out_to_the_front_page(
    service: Service,
) -> None:
    with service.call(login=PERSON.lower()) as seat:
        seat.see(HOME_PAGE)
        seat.type("Esc")
        seat.see("退出登录？")
        seat.type("1")
        seat.see(FRONT_PAGE)
        seat.type("12", "Tab", "F12")
        assert "验证码" not in seat.see("“F12”在这里没有作用")


def test_a_key_that_was_registered_on_screen_opens_the_door(service: Service, tmp_path: Path) -> None:
    pair = key_pair(comment="zhangsan@laptop")
    path = tmp_path / "key"
    path.write_bytes(pair.export_private_key())
    path.chmod(0o600)
    with service.call(login=PERSON) as seat:
        seat.see(HOME_PAGE)
        seat.type("F9", "9")
        seat.see("还没有公钥")
        seat.type("n")
        seat.see("粘贴 .pub 文件里的一整行")
        seat.terminal.paste(line_of(pair))
        seat.type("F8")
        seat.see("已登记公钥“zhangsan@laptop”")
    options = ("BatchMode=yes", "IdentitiesOnly=yes", "IdentityAgent=none", f"IdentityFile={path}")
    with Seat(Terminal(service.command(*options, login=PERSON))) as seat:
        seat.see(HOME_PAGE)
        seat.type("F9", "9")
        assert "没有用过" not in seat.see("zhangsan@laptop")


def test_each_terminal_of_one_connection_begins_at_home(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "mux"
    with service.call("ControlMaster=yes", f"ControlPath={path}", login=PERSON) as first:
        first.see(HOME_PAGE)
        shared = service.command(login=PERSON)
        shared[1:1] = ["-o", f"ControlPath={path}"]
        with Seat(Terminal(shared)) as second:
            second.see(HOME_PAGE)


def test_of_several_roles_one_is_chosen_at_the_door(service: Service) -> None:
    desk = service.home.desk()
    try:
        with desk.writing() as work:
            digest = work.vault.digest("login", PERSON)
            account_id = work.session.scalars(select(Account.id).where(Account.login_digest == digest)).one()
            org_id = work.session.scalars(select(Org.id).where(Org.name == SCHOOL)).one()
            work.session.add(AccountRole(account_id=account_id, role="employer", org_id=org_id))
            work.commit()
    finally:
        desk.close()
    with service.call(login=PERSON) as seat:
        seat.see("请选择这次用哪一个", "1 专业技术人员", "2 用人单位")
        seat.type("2")
        seat.see("学时初审")
    with service.call(login=PERSON) as seat:
        seat.see("请选择这次用哪一个")
        seat.type("Esc", "1")
        assert seat.terminal.wait_exit() == 0


def test_a_guest_is_asked_for_the_challenge(service: Service) -> None:
    with service.front_page() as seat:
        seat.type("12", "Tab")
        seat.see("验证码")
