"""docs/serving.md followed word by word, as far as a test may: settings, installation, service, door, stop."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter

from core.rules.roles import Role
from tests.conftest import administer
from tests.journeys.steps import PASSWORD, PATIENCE, Seat
from tests.services.test_registry import COLUMNS, code, unit
from tests.terminal import Terminal
from tests.test_documents import text_of
from tests.test_serving_document import DOCUMENT, UNIT

ROOT = Path(__file__).parents[2]
PORTS = {"0.0.0.0:2222": "127.0.0.1:0", "0.0.0.0:2223": "127.0.0.1:0"}


class Book:
    """An installation made as the document says, in folders of a test's own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.settings = folder / "jijiao.toml"
        [block] = re.findall(r"```toml\n(.*?)```", text_of(DOCUMENT), re.DOTALL)
        text = block.replace("/var/lib/jijiao", str(folder / "home"))
        text = re.sub(r'database_url = ".*"', f'database_url = "{url}"', text)
        self.settings.write_text(re.sub(r"^ +", "", text, flags=re.MULTILINE), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """What the unit gives, and where this copy of the program lies."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "JIJIAO_CONFIG": str(self.settings)}

    def command(self, line: str) -> list[str]:
        """A command of `jijiao` as it stands in the document, its program and ports replaced."""
        return [sys.executable, "-m", "tui.cli", *(PORTS.get(word, word) for word in shlex.split(line)[1:])]

    def begin(self, line: str) -> subprocess.Popen[str]:
        """Its process."""
        return subprocess.Popen(
            self.command(line),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def done(self, line: str) -> tuple[int, str]:
        """Exit code and words of a command that ends."""
        process = self.begin(line)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said


def called(port: int, login: str) -> Seat:
    """Somebody calls with OpenSSH."""
    options = ("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR")
    given = [word for option in options for word in ("-o", option)]
    return Seat(Terminal(["ssh", "-F", "none", *given, "-p", str(port), f"{login}@127.0.0.1"]))


@pytest.fixture(scope="module")
def book(postgresql_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Made on an empty database of PostgreSQL, as `createdb` leaves it."""
    administer(postgresql_server, "create database by_the_book encoding 'UTF8' template template0")
    yield Book(tmp_path_factory.mktemp("book"), postgresql_server.format("by_the_book"))
    administer(postgresql_server, "drop database by_the_book with (force)")


@pytest.fixture(scope="module")
def initialised(book: Book) -> str:
    """What `jijiao init` said."""
    code, said = book.done("jijiao init")
    assert code == 0, said
    return said


@pytest.fixture(scope="module")
def ports(book: Book, initialised: str) -> Iterator[list[int]]:
    """The service runs, as the unit starts it; the ports that it said."""
    [line] = re.findall(r"^ExecStart=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    process = book.begin(line)
    assert process.stdout is not None
    said: list[str] = []
    for words in process.stdout:
        if words.startswith("服务已启动"):
            break
        said.append(words)
    yield [int(port) for port in re.findall(r":(\d+)$", "".join(said), re.MULTILINE)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


def test_the_installation_tells_the_password_and_the_fingerprint(initialised: str) -> None:
    assert re.search(r"主机密钥 +SHA256:\S{43}", initialised)
    assert re.search(r"密码 +\S{12}（只显示这一次", initialised)


def test_both_doors_lead_to_the_front_page(ports: list[int]) -> None:
    assert len(ports) == 2
    for port in ports:
        with called(port, "guest") as seat:
            seat.see("继续教育服务窗口")


def test_the_fingerprint_that_was_told_is_the_one_that_ssh_meets(
    initialised: str, ports: list[int], tmp_path: Path
) -> None:
    scanned = subprocess.run(
        ["ssh-keyscan", "-p", str(ports[0]), "127.0.0.1"], capture_output=True, text=True, check=True
    )
    (tmp_path / "hosts").write_text(scanned.stdout)
    shown = subprocess.run(
        ["ssh-keygen", "-lf", str(tmp_path / "hosts")], capture_output=True, text=True, check=True
    )
    assert re.findall(r"SHA256:\S{43}", shown.stdout) == re.findall(r"SHA256:\S{43}", initialised)


def test_status_and_doctor_find_nothing_wrong(book: Book, ports: list[int]) -> None:
    status, doctor = book.done("jijiao status"), book.done("jijiao doctor")
    assert (status[0], status[1].startswith("在运行")) == (0, True)
    assert (doctor[0], "有应答" in doctor[1]) == (0, True), doctor[1]


def test_the_counters_lie_where_they_are_said_to(book: Book, ports: list[int]) -> None:
    [named] = re.findall(r"`/var/lib/jijiao/(service/\S+\.prom)`", text_of(DOCUMENT))
    path = book.settings.parent / "home" / named
    until = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert "jijiao_up{" in path.read_text(encoding="utf-8")


def test_units_are_imported_and_an_account_that_is_made_comes_in(
    book: Book, ports: list[int], tmp_path: Path
) -> None:
    """The steps as they stand there, the password typed as a person types it; then its holder calls."""
    by_the_book = text_of(DOCUMENT)
    [imported] = re.findall(r"^ *(jijiao import units) 单位.xlsx$", by_the_book, re.MULTILINE)
    [added] = re.findall(r"^ *(jijiao account add .*) 机构代码$", by_the_book, re.MULTILINE)
    with xlsxwriter.Workbook(tmp_path / "单位.xlsx") as sheets:
        sheet = sheets.add_worksheet()
        for at, row in enumerate((COLUMNS, unit(1, **{COLUMNS[2]: Role.BUREAU.label}))):
            sheet.write_row(at, 0, row)
    exit_code, said = book.done(f"{imported} {tmp_path / '单位.xlsx'}")
    assert exit_code == 0, said
    with Seat(Terminal(book.command(f"{added} {code(1)}"), env=book.environment())) as seat:
        seat.see("密码")
        seat.terminal.send(PASSWORD, "Enter")
        seat.see("再输一次")
        seat.terminal.send(PASSWORD, "Enter")
        seat.see(f"帐号 {code(1)} 已建立")
        assert seat.terminal.wait_exit(timeout=PATIENCE) == 0
    with called(ports[0], code(1)) as seat:
        seat.see("assword:")
        seat.terminal.send(PASSWORD, "Enter")
        seat.see("继续教育公共服务平台", Role.BUREAU.label)
