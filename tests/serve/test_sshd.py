"""The program under the system's own sshd, set up by the very text of docs/sshd.md."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Audit
from core.rules.permissions import Action
from core.rules.roles import Role
from tests.journeys.records import declarations
from tests.journeys.steps import LOGINS, PATIENCE, Installation, Seat, declaration_keys
from tests.serve.sshd import MISSING, Sshd, banner
from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(
    bool(MISSING), reason="needs Debian's openssh-server and openssh-client, which are not here"
)

REFUSED = "这里只能打开程序，不执行命令，也不传送文件"
CLAIM = declaration_keys(class_name="新课标培训[/ 测试]")


@pytest.fixture
def sshd(home: Installation, tmp_path: Path) -> Iterator[Sshd]:
    """A server on a small installation."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    with Sshd(folder, home) as running:
        yield running
        running.wait_for_none()


def test_an_operator_signs_in_and_declares_in_chinese(sshd: Sshd) -> None:
    with sshd.call() as seat:
        seat.see("继续教育服务窗口")
        seat.sign_in(Role.PERSON)
        seat.type("2", *CLAIM, "F2")
        seat.see("新课标培训[/ 测试]")
        seat.calm()
    (row,) = declarations(sshd.home)
    assert (row["title"], row["claimed_halves"]) == ("新课标培训[/ 测试]", 80)


def test_another_size_of_the_window_reaches_the_program(sshd: Sshd) -> None:
    with sshd.call() as seat:
        seat.see("F1")
        seat.terminal.resize(120, 40)
        seat.terminal.wait("F1", timeout=PATIENCE)
        seat.calm()
        assert "F1" in seat.terminal.lines()[39]


def hang_up(seat: Seat) -> None:
    """The window is closed."""
    seat.terminal.hang_up()


def kill(seat: Seat) -> None:
    """The operator's computer goes dark: no word from the client, only an end of the connection."""
    os.kill(seat.terminal.pid, signal.SIGKILL)


@pytest.mark.parametrize("end", [hang_up, kill], ids=lambda end: end.__name__)
def test_a_broken_line_ends_the_program_and_the_next_login_offers_the_draft(
    sshd: Sshd, end: Callable[[Seat], None]
) -> None:
    with sshd.call() as seat:
        seat.see("继续教育服务窗口")
        seat.sign_in(Role.PERSON)
        seat.type("2", *CLAIM)
        seat.see("2026-07-10", "40")
        end(seat)
        sshd.wait_for_none()
    with sshd.call() as seat:
        seat.see("继续教育服务窗口")
        seat.sign_in(Role.PERSON)
        seat.see("未完成的草稿 1 件")
        seat.type("d")
        seat.see("新课标培训[/ 测试]", "课程标准解读")


def test_leaving_ends_the_connection_with_the_programs_own_code(sshd: Sshd) -> None:
    with sshd.call() as seat:
        seat.see("F1")
        seat.calm()
        seat.type("F10")
        seat.see("退出")
        seat.type("1")
        assert seat.terminal.wait_exit(timeout=PATIENCE) == 0


def addresses_of_sign_ins(home: Installation) -> list[str]:
    """Where the sign-ins came from, as the log has them."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            return list(work.session.scalars(select(Audit.address).where(Audit.action == Action.SIGN_IN)))
    finally:
        desk.close()


def test_a_sign_in_is_known_by_the_address_that_sshd_gives(sshd: Sshd) -> None:
    with sshd.call() as seat:
        seat.see("继续教育服务窗口")
        seat.sign_in(Role.EMPLOYER, LOGINS[Role.EMPLOYER])
    assert addresses_of_sign_ins(sshd.home)[-1:] == ["127.0.0.1"]


def test_a_program_that_is_not_served_believes_no_variable_about_the_address(home: Installation) -> None:
    env = {**home.environment, "SSH_CONNECTION": "192.0.2.7 50000 192.0.2.1 22"}
    with Seat(Terminal([sys.executable, "-m", "tui.cli"], env=env)) as seat:
        seat.see("继续教育服务窗口")
        seat.sign_in(Role.EMPLOYER, LOGINS[Role.EMPLOYER])
    assert "192.0.2.7" not in addresses_of_sign_ins(home)


def test_a_terminal_that_says_gb18030_gets_gb18030(sshd: Sshd) -> None:
    with sshd.call(LANG="zh_CN.GB18030") as seat:
        seat.see("F1")
        seat.calm()
        assert "继续教育服务窗口" in seat.terminal.raw.decode("gb18030", "replace")


def test_a_client_cannot_choose_the_settings(sshd: Sshd) -> None:
    with sshd.call("-o", "SetEnv=JIJIAO_SERVED=off JIJIAO_CLOCK=2001-01-01T00:00Z") as seat:
        seat.see("F1")
        (environment,) = sshd.programs()
        assert environment["JIJIAO_SERVED"] == "on"
        assert "JIJIAO_CLOCK" not in environment


@pytest.mark.parametrize("options", [(), ("-tt",)], ids=["plain", "with a terminal"])
def test_a_command_is_refused_and_never_run(sshd: Sshd, tmp_path: Path, options: tuple[str, ...]) -> None:
    done = sshd.ask(f"touch {tmp_path}/was-run", options=options)
    assert done.returncode == 2
    assert REFUSED in done.stdout + done.stderr
    assert not (tmp_path / "was-run").exists()


def test_a_connection_without_a_terminal_is_refused_with_a_sentence(sshd: Sshd) -> None:
    done = sshd.ask(options=("-T",))
    assert (done.returncode, "需要在终端里运行" in done.stderr) == (2, True)


def test_sftp_is_refused_and_the_banner_says_so(sshd: Sshd) -> None:
    done = sshd.sftp("ls /")
    assert (done.returncode, done.stdout) == (255, "")
    assert banner().strip() in done.stderr


@pytest.mark.parametrize(
    "options",
    [("-W", "127.0.0.1:1"), ("-N", "-o", "ExitOnForwardFailure=yes", "-R", "127.0.0.1:0:127.0.0.1:1")],
    ids=["to the server's net", "to the client's net"],
)
def test_forwarding_is_refused(sshd: Sshd, options: tuple[str, ...]) -> None:
    done = sshd.ask(options=options)
    assert done.returncode == 255
    assert "prohibited" in done.stderr or "forwarding failed" in done.stderr


def test_neither_an_agent_nor_a_display_is_forwarded(sshd: Sshd, tmp_path: Path) -> None:
    agent = subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(tmp_path / "agent")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        options = ("-A", "-X", "-o", f"IdentityAgent={tmp_path}/agent")
        with sshd.call(*options, SSH_AUTH_SOCK=f"{tmp_path}/agent", DISPLAY="127.0.0.1:99") as seat:
            seat.see("F1")
            (environment,) = sshd.programs()
            assert {"SSH_AUTH_SOCK", "DISPLAY"} & set(environment) == set()
    finally:
        agent.terminate()
        agent.wait(PATIENCE)
