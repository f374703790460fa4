"""The log: one line of JSON an event, in a file, with nothing in it that is personal."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller, Guest
from core.schema.base import Nothing
from core.services.desk import UseCase
from core.services.journal import SharedFile, write_log_to
from core.store.store import Store
from core.store.work import UnitOfWork
from tests.services.front_door import NUMBER, cheap_desk


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path / "log")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def _breaks(work: UnitOfWork, caller: Caller, command: Nothing) -> None:
    work.session.execute(text("select :number from nowhere"), {"number": NUMBER})


BROKEN = UseCase("broken", Action.FIND_EMPLOYER, False, False, _breaks)


def test_an_incident_is_one_line_that_its_number_finds(store: Store, log: Path) -> None:
    with pytest.raises(Refused) as caught:
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    [line] = log.read_text(encoding="utf-8").splitlines()
    assert caught.value.code is ErrorCode.INTERNAL
    assert str(caught.value.params["incident"]) in json.loads(line)["what"]


def test_no_identity_number_reaches_the_log(store: Store, log: Path) -> None:
    with pytest.raises(Refused):
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    assert NUMBER not in log.read_text(encoding="utf-8")


def test_nothing_is_logged_on_the_terminal(
    store: Store, log: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Refused):
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    assert capfd.readouterr() == ("", "")


_MANY = """
import logging, sys
from pathlib import Path
from core.services.journal import SharedFile
logger = logging.getLogger("many")
logger.setLevel(logging.INFO)
logger.addHandler(SharedFile(Path(sys.argv[1]), full=20_000, kept=100))
sys.stdin.readline()
for number in range(400):
    logger.info("%s %d %s", sys.argv[2], number, "x" * 60)
"""


@pytest.fixture(scope="module")
def many_wrote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log to which eight processes wrote at once, 400 lines each, while it was moved away many times."""
    folder = tmp_path_factory.mktemp("many")
    command = [sys.executable, "-c", _MANY, str(folder / "jijiao.log")]
    writers = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, cwd=Path(__file__).parents[2])
        for number in range(8)
    ]
    for each in writers:
        assert each.stdin is not None
        each.stdin.write(b"\n")
        each.stdin.flush()
    assert [each.wait(60) for each in writers] == [0] * 8
    for each in writers:
        each.communicate()
    return folder


def test_no_line_is_lost_or_mixed_when_eight_processes_write(many_wrote: Path) -> None:
    lines = [line for path in many_wrote.glob("jijiao.log*") for line in path.read_text().splitlines()]
    wanted = {f"{writer} {number} {'x' * 60}" for writer in range(8) for number in range(400)}
    assert (len(lines), set(lines)) == (len(wanted), wanted)


def test_no_file_grows_beyond_its_bound_by_more_than_what_was_on_its_way(many_wrote: Path) -> None:
    sizes = [path.stat().st_size for path in many_wrote.glob("jijiao.log*")]
    assert len(sizes) > 8
    assert max(sizes) < 20_000 + 8 * 80


def test_only_so_many_full_files_are_kept(tmp_path: Path) -> None:
    logger = logging.Logger("few")
    handler = SharedFile(tmp_path / "jijiao.log", full=100, kept=2)
    logger.addHandler(handler)
    for number in range(10):
        logger.info("%d %s", number, "x" * 60)
    handler.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["jijiao.lock", "jijiao.log", "jijiao.log.1", "jijiao.log.2"]
    assert (tmp_path / "jijiao.log.2").read_text().startswith("7 ")


def test_a_log_that_was_moved_away_by_hand_is_begun_anew(tmp_path: Path) -> None:
    logger = logging.Logger("moved")
    handler = SharedFile(tmp_path / "jijiao.log")
    logger.addHandler(handler)
    logger.info("before")
    (tmp_path / "jijiao.log").rename(tmp_path / "elsewhere")
    logger.info("after")
    handler.close()
    assert (tmp_path / "jijiao.log").read_text() == "after\n"


def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    logger = logging.Logger("full")
    logger.addHandler(SharedFile(tmp_path / "a folder that is not there" / "jijiao.log"))
    logger.info("lost")


def test_the_log_is_its_owners_alone(store: Store, log: Path) -> None:
    with pytest.raises(Refused):
        cheap_desk(store).do(BROKEN, Guest(), Nothing())
    assert log.stat().st_mode & 0o777 == 0o600
