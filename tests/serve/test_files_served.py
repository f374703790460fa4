"""Files over SFTP at a real service: a scan for the form that is open, and a certificate to take home."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Person, PersonYear
from core.rules.boxes import Box
from core.services.box_files import listed
from tests.journeys.steps import PASSWORD, PATIENCE, PERSON, PERSON_NAME, Installation
from tests.serve.service import NOTHING_HELD, Service, held, until
from tests.worlds import picture

pytestmark = pytest.mark.skipif(
    shutil.which("sftp") is None, reason="needs Debian's openssh-client, which is not here"
)
PAST = 2025


@pytest.fixture
def service(home: Installation) -> Iterator[Service]:
    with Service(home) as running:
        yield running


def sftp(
    service: Service, folder: Path, *commands: str, login: str = PERSON
) -> subprocess.CompletedProcess[str]:
    """OpenSSH's sftp with the password of an account."""
    return subprocess.run(
        line(service, login),
        env=answering(folder),
        input="\n".join(commands) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
    )


def line(service: Service, login: str, *options: str) -> list[str]:
    """The command that reads its own commands from its input."""
    argv = service.command("PubkeyAuthentication=no", "BatchMode=no", login=login, program="sftp")
    return [*argv[:-1], *options, "-b", "-", argv[-1]]


def answering(folder: Path) -> dict[str, str]:
    """The surroundings in which OpenSSH is given the password."""
    answer = folder / "password"
    answer.write_text(f"#!/bin/sh\necho {PASSWORD}\n")
    answer.chmod(0o700)
    return {"PATH": "/usr/bin:/bin", "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"}


def recognised(home: Installation) -> None:
    """The person's last year is passed and recognised."""
    desk = home.desk()
    try:
        with desk.writing() as work:
            person = work.session.scalars(select(Person).where(Person.name == PERSON_NAME)).one()
            row: PersonYear = work.locked_year(person.id, PAST, person.region_code)
            row.public_halves, row.professional_halves, row.passed = 60, 120, True
            row.recognised_at = work.clock.now()
            work.commit()
    finally:
        desk.close()


def test_a_scan_that_was_just_uploaded_is_in_the_picker_of_the_open_form(
    service: Service, tmp_path: Path
) -> None:
    scan = picture(tmp_path, "结业证书.png")
    with service.call(login=PERSON) as seat:
        seat.see(PERSON_NAME)
        seat.type(":sb", "Enter", "F9")
        seat.see("收件箱里没有这里要的文件", f"sftp -P {service.ports['压缩']}")
        done = sftp(service, tmp_path, f"put {scan.name} inbox/")
        assert done.returncode == 0, done.stderr
        seat.see(">1", scan.name)
        seat.type("Enter")
        seat.see(f"已添加 {scan.name}")


def test_nothing_is_sent_while_the_picker_is_open_and_nothing_comes(service: Service, tmp_path: Path) -> None:
    with service.call(login=PERSON) as seat:
        seat.see(PERSON_NAME)
        seat.type(":sb", "Enter", "F9")
        seat.see("收件箱里没有这里要的文件")
        seat.terminal.settle(quiet=1.5, timeout=PATIENCE)
        before = seat.terminal.total_bytes
        seat.terminal.settle(quiet=4.0, timeout=PATIENCE)
        assert seat.terminal.total_bytes == before


def test_a_printed_certificate_is_fetched_from_the_outbox(service: Service, tmp_path: Path) -> None:
    recognised(service.home)
    with service.call(login=PERSON) as seat:
        seat.see(PERSON_NAME)
        seat.type(":nd", "Enter")
        seat.see("2025", "P 打印")
        seat.type("Down", "p")
        seat.see("证书已生成", "发件箱 outbox/")
    done = sftp(service, tmp_path, "get outbox/*")
    (paper,) = tmp_path.glob("*.pdf")
    assert (done.returncode, paper.read_bytes()[:5]) == (0, b"%PDF-")
    assert list(service.home.settings.export_dir.glob("*.pdf")) == []


def test_a_guest_gets_no_files(service: Service, tmp_path: Path) -> None:
    assert sftp(service, tmp_path, "ls", login="guest").returncode != 0


def test_a_client_that_is_killed_in_the_middle_leaves_nothing(service: Service, tmp_path: Path) -> None:
    (tmp_path / "large.csv").write_bytes(b"a,b\n" * 4_000_000)
    client = subprocess.Popen(
        line(service, PERSON, "-l", "2000"),
        env=answering(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
    )
    assert client.stdin is not None
    client.stdin.write(b"put large.csv inbox/\n")
    client.stdin.flush()
    try:
        until(lambda: held(service.home)["served"] == 1, "the client came in")
    finally:
        client.kill()
        client.wait(10)
        client.stdin.close()
    until(lambda: held(service.home) == NOTHING_HELD, "its session is over")
    desk = service.home.desk()
    try:
        with desk.reading() as work:
            account_id = work.session.scalars(
                select(Person.account_id).where(Person.name == PERSON_NAME)
            ).one()
        assert (listed(desk, account_id, Box.INBOX), list(desk.store.blobs.passing())) == ((), [])
    finally:
        desk.close()
