"""Over SSH the wire costs what it costs on a terminal of this machine, before any compression, and shows the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.services.demonstration import LOGINS, PASSWORD
from tests.journeys.steps import PATIENCE, Installation
from tests.serve.line import Line
from tests.serve.service import HASTY, Service
from tests.terminal import Terminal
from tests.wire.budget_steps import BUDGETS, Taken, count_all
from tests.wire.real import ROOT, command, environment
from tests.wire.screens import picture_of, settle_alike

JOURNEY: tuple[tuple[tuple[str, ...], str], ...] = (
    (("12",), "用户类型"),
    ((LOGINS[0].login, "Tab", PASSWORD, "F8"), "未完成的草稿"),
    ((":cx", "Enter"), "共 "),
    (("Down", "Down"), "共 "),
    ((":sb", "Enter"), "培训班名称"),
    (("Tab", "Tab", "Tab", "河南省继续教育"), "河南省继续教育"),
    (("ctrl+u", "S-Tab", "S-Tab"), "培训班名称"),
)


@pytest.fixture(scope="module")
def service(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on the demonstration."""
    home = shutil.copytree(demonstration, tmp_path_factory.mktemp("budgets") / "home")
    with Service(Installation(Path(home)), entry=HASTY) as running:
        yield running


def test_every_screen_is_that_of_a_local_terminal_cell_for_cell(
    service: Service, demonstration: Path, tmp_path: Path
) -> None:
    here = Path(shutil.copytree(demonstration, tmp_path / "home"))
    with (
        Terminal(command("cell"), env=environment(here), cwd=ROOT) as local,
        Line(service.ports["压缩"]) as remote,
    ):
        for terminal in (local, remote):
            terminal.wait("F10 退出", timeout=PATIENCE)
        for keys, words in JOURNEY:
            for terminal in (local, remote):
                terminal.send(*keys)
                terminal.wait(words, timeout=PATIENCE)
            settle_alike(local, remote)
            assert picture_of(remote) == picture_of(local), keys
            assert remote.cursor == local.cursor, keys
            assert remote.cursor_shown == local.cursor_shown, keys


@pytest.fixture(scope="module")
def taken(service: Service) -> Taken:
    """Every action, counted once for all tests here; last, since it leaves drafts behind."""
    return count_all(lambda: Line(service.ports["不压缩"]), times=4, idle_seconds=2.0)


@pytest.mark.parametrize("action", BUDGETS)
def test_an_action_costs_no_more_than_its_budget(taken: Taken, action: str) -> None:
    assert taken.median(action) <= BUDGETS[action], f"{action}: {taken.sizes[action]}"
