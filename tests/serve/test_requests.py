"""What may be asked of a service besides a terminal and files: nothing; and terminals of every kind are served."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asyncssh.packet import Boolean, String, UInt32

from core.rules.roles import Role
from tests.journeys.steps import PATIENCE, PERSON, Installation, Seat
from tests.serve.line import Line
from tests.serve.service import NOTHING_HELD, Service, free_port, held, until
from tests.serve.test_attacks import MB, most_held
from tests.terminal import Terminal

FRONT_PAGE, HOME_PAGE = "继续教育服务窗口", "未完成的草稿"
GARBAGE = bytes(range(256)) * 4096
PASTED = 4 * MB


@pytest.fixture(scope="module")
def running(house: Installation) -> Iterator[Service]:
    """A service as it is installed."""
    with Service(house) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Iterator[Service]:
    """The same; every session is over afterwards, and the service runs on."""
    yield running
    running.hang_up_all()
    until(lambda: held(running.home) == NOTHING_HELD and not running.sessions(), "sessions are left")
    assert running.runs


# -- what is refused ---------------------------------------------------------------------------------


def test_a_command_is_refused(service: Service) -> None:
    done = service.ask("id")
    assert done.returncode != 0
    assert not done.stdout


def test_a_subsystem_that_is_not_sftp_is_refused(service: Service) -> None:
    assert service.ask("-s", "netconf").returncode != 0


def test_sftp_is_not_for_guests(service: Service) -> None:
    argv = [*service.command(program="sftp")]
    assert subprocess.run(argv, input=b"ls\n", capture_output=True, check=False, timeout=60).returncode != 0


def test_whoever_has_no_terminal_is_told_what_to_do(service: Service) -> None:
    done = service.ask(options=("RequestTTY=no",))
    assert "需要终端" in done.stdout.decode()
    assert done.returncode == 1


def test_a_port_of_the_client_is_not_forwarded(service: Service) -> None:
    with free_port() as inside:
        argv = ["-W", f"127.0.0.1:{inside}"]
        done = subprocess.run(
            [*service.command()[:-1], *argv, service.command()[-1]],
            capture_output=True,
            check=False,
            timeout=60,
        )
    assert done.returncode != 0


def test_a_port_of_the_service_is_not_forwarded(service: Service) -> None:
    with free_port() as outside:
        asked = f"RemoteForward=0 127.0.0.1:{outside}"
        assert service.ask(options=(asked, "ExitOnForwardFailure=yes", "RequestTTY=force")).returncode == 255


X11 = (Boolean(False), String(b"MIT-MAGIC-COOKIE-1"), String(b"00" * 16), UInt32(0))


@pytest.mark.parametrize(("asked", "more"), [("auth-agent-req@openssh.com", ()), ("x11-req", X11)])
def test_agent_and_x11_are_not_forwarded(service: Service, asked: str, more: tuple[bytes, ...]) -> None:
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        assert not line.ask(asked, *more)


def test_a_second_shell_on_a_channel_is_refused_and_the_first_goes_on(service: Service) -> None:
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        assert not line.ask("shell")
        line.send("12")
        line.wait("用户类型", timeout=PATIENCE)


# -- terminals ---------------------------------------------------------------------------------------


def test_a_terminal_of_no_known_size_gets_80_by_24(service: Service) -> None:
    with Line(service.ports["压缩"], asked=(0, 0)) as line:
        line.wait("F10 退出", timeout=PATIENCE)
        assert line.lines()[23].startswith(" 1-9 窗口")


@pytest.mark.parametrize("asked", [(1, 1), (100_000, 100_000), (4_000_000_000, 1)])
def test_a_size_beyond_all_bounds_is_brought_within_them(service: Service, asked: tuple[int, int]) -> None:
    with Line(service.ports["压缩"], asked=asked) as line:
        line.settle(quiet=0.5)
        assert line.total_bytes
        line.resize(80, 24)
        line.wait("F10 退出", timeout=PATIENCE)


@pytest.mark.parametrize("term", ["", "dumb", "no-such-terminal", "x" * 5000])
def test_a_terminal_of_a_kind_that_nobody_knows_is_served(service: Service, term: str) -> None:
    with Line(service.ports["压缩"], term=term) as line:
        line.settle(quiet=0.5)
        assert line.total_bytes


def test_a_window_that_changes_its_size_is_painted_anew(service: Service) -> None:
    seat = service.front_page()
    seat.terminal.resize(120, 40)
    seat.calm()
    assert seat.terminal.lines()[39].startswith(" 1-9 窗口")


def test_two_terminals_share_a_connection(service: Service, tmp_path: Path) -> None:
    """ControlMaster: the second proves nothing anew, and each has a session of its own."""
    path = f"ControlPath={tmp_path / 'c'}"
    with service.call("ControlMaster=yes", path, login=PERSON) as first:
        first.see(HOME_PAGE)
        with Seat(Terminal(service.command("ControlMaster=no", path, login=PERSON))) as second:
            second.see(HOME_PAGE)
            assert len(service.sessions()) == 2
            second.type("2")
            second.see("学时(分)申报", "学习形式")
            second.type("F10", "1")
            assert second.terminal.wait_exit(timeout=PATIENCE) == 0
        first.type("2")
        first.see("学时(分)申报", "学习形式")


# -- what is typed -----------------------------------------------------------------------------------


def test_garbage_does_no_harm(service: Service) -> None:
    """A megabyte of every byte there is, or what is taken of it in a few seconds: others notice nothing, and the
    session is over when its client has gone, whatever waits in it still."""
    other = service.front_page()
    deadline = time.monotonic() + 4.0
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        for start in range(0, len(GARBAGE), 4096):
            line.send(GARBAGE[start : start + 4096])
            if time.monotonic() > deadline:
                break
        other.type("12")
        other.see("用户类型")
    assert "Traceback" not in line.raw.decode(errors="replace")


def test_broken_utf8_in_a_field_is_shown_as_such_and_what_follows_arrives(service: Service) -> None:
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        line.send("12")
        line.wait("用户类型", timeout=PATIENCE)
        line.send(b"\xe7\xbb\xff\xfe\xe4", "ctrl+u", "4100")
        line.wait("4100", timeout=PATIENCE)


def test_of_a_flood_of_keys_none_is_lost_and_others_go_on(service: Service) -> None:
    """Some 1,600 keys in one write, then keys that are seen; another's echo comes meanwhile."""
    other = service.front_page()
    other.type("12")
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        line.send("12")
        line.wait("用户类型", timeout=PATIENCE)
        line.send("x\x7f" * 800 + "4100")
        other.type("4100")
        other.see("4100")
        line.wait("[4100 ", timeout=120)


def test_a_session_that_takes_nothing_makes_its_client_wait_and_nothing_is_lost(service: Service) -> None:
    """Pastes of far more than every buffer holds: the front keeps little of them. The keys that come between show
    that the first came to its end, and the words that the second did: a key would have taken the first one's away.
    """
    with Line(service.ports["压缩"]) as line:
        line.wait(FRONT_PAGE, timeout=PATIENCE)
        line.send("12")
        line.wait("用户类型", timeout=PATIENCE)
        line.settle()
        (session,) = service.sessions()
        before = most_held(service.process)
        os.kill(session, signal.SIGSTOP)
        try:
            typing = threading.Thread(target=paste_type_paste, args=(line,))
            typing.start()
            until(lambda: not typing.is_alive() and is_steady(lambda: line.unsent), "it trickles on", 120)
            waiting, kept = line.unsent, most_held(service.process) - before
        finally:
            os.kill(session, signal.SIGCONT)
        assert waiting > PASTED, "the front took more than the first of two pastes"
        assert kept < PASTED
        line.wait("粘贴的内容太长", timeout=120)
        line.wait("[4100 ", timeout=PATIENCE)


def paste_type_paste(line: Line) -> None:
    """A paste into the first field, which is emptied then; four keys; and the same paste into the next field."""
    line.paste("9" * PASTED)
    line.send("ctrl+u", "4100", "Tab")
    line.paste("9" * PASTED)


def is_steady(count: Callable[[], int], seconds: float = 1.5) -> bool:
    """Whether a number stays what it is for so long."""
    first = count()
    time.sleep(seconds)
    return count() == first


def test_what_is_typed_before_the_first_picture_acts(service: Service) -> None:
    with Line(service.ports["压缩"]) as line:
        line.send("12", PERSON, "Tab", "abc12345", "Enter")
        line.wait(HOME_PAGE, timeout=PATIENCE)
        assert Role.PERSON.label in line.screen_text()
