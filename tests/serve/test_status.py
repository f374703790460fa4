"""`jijiao status`: which services run, who is at them, what they counted; its exit code is for monitoring."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.model import Service
from core.services.desk import Desk, open_desk
from core.services.processes import this_host
from core.services.served import admit, mark_draining, open_service
from core.services.settings import read_settings
from tui.cli import main
from tui.serve.counters import Counters, render_prometheus


@pytest.fixture
def installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """A desk in an installation of this test's own."""
    monkeypatch.setenv("JIJIAO_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("JIJIAO_NEW_PASSWORD", "abc12345")
    assert main(["init"]) == 0
    capsys.readouterr()
    desk = open_desk(read_settings({}))
    yield desk
    desk.close()


@pytest.fixture
def running(installed: Desk) -> str:
    """A service of this process."""
    return open_service(installed, this_host(), os.getpid(), "压缩 127.0.0.1:2222")


def said(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = main(["status", *options])
    return code, capsys.readouterr().out


def test_where_nothing_runs_it_says_so_with_exit_code_one(
    installed: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys) == (1, "没有在运行的服务\n")


def test_a_service_that_runs_is_told_with_exit_code_nought(
    running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys)
    assert (code, text.splitlines()[0].startswith(f"在运行  {this_host()} 进程 {os.getpid()}，")) == (0, True)
    assert "  监听  压缩 127.0.0.1:2222" in text.splitlines()


def test_a_service_that_was_not_seen_lately_counts_as_broken_off(
    installed: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    service = open_service(installed, "elsewhere", 7, "")
    with installed.writing() as work:
        work.session.get_one(Service, service).seen_at -= timedelta(minutes=5)
        work.commit()
    code, text = said(capsys)
    assert (code, text.startswith("已中断  elsewhere")) == (1, True)


def test_a_service_that_ends_is_told_as_ending(
    installed: Desk, running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mark_draining(installed, running)
    assert said(capsys)[1].startswith("正在停止")


def test_sessions_are_told_by_kind_and_way_in(
    installed: Desk, running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(2):
        admit(
            installed,
            running,
            account_id=None,
            address=f"192.0.2.{number}",
            kind="terminal",
            method="guest",
        )
    assert "  会话  2（终端 访客 2）" in said(capsys)[1].splitlines()


def counted(running: str, installed: Desk) -> Counters:
    counters = Counters(listens="127.0.0.1:2222", service_id=running)
    counters.signed_in("key")
    counters.refused("E105")
    counters.bytes_out = 12
    counters.write(installed.settings.data_dir / "service" / running)
    return counters


def test_what_the_services_of_this_machine_counted_is_told(
    installed: Desk, running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counted(running, installed)
    assert "  计数  通过验证 公钥 1；拒绝 E105 1；发出字节 12" in said(capsys)[1].splitlines()


def test_as_json_it_holds_all_of_it(
    installed: Desk, running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counted(running, installed)
    code, text = said(capsys, "--json")
    told = json.loads(text)
    assert (code, told["up"], told["services"][0]["id"]) == (0, True, running)
    assert told["services"][0]["counters"]["refusals"] == {"E105": 1}


def test_for_prometheus_it_writes_the_text_format(
    installed: Desk, running: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counters = counted(running, installed)
    assert said(capsys, "--prometheus") == (0, render_prometheus([counters.state()]))


def test_nobody_is_named_in_it(installed: Desk, running: str, capsys: pytest.CaptureFixture[str]) -> None:
    admit(installed, running, account_id=1, address="192.0.2.77", kind="terminal", method="key")
    counted(running, installed)
    shown = said(capsys)[1] + said(capsys, "--json")[1] + said(capsys, "--prometheus")[1]
    assert "192.0.2.77" not in shown
