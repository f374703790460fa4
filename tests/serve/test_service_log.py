"""What a service leaves of those who come: a line in its log and a number in its counters, and nothing personal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.journeys.steps import LOGINS, PASSWORD, PERSON, PERSON_NAME, Installation
from tests.serve.service import Service, until

WRONG = "wrong-secret-77"
NOBODY = "nobody-of-that-name"


@pytest.fixture(scope="module")
def visited(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service, ended, to which came a guest, a person, wrong passwords and requests that are refused."""
    folder = tmp_path_factory.mktemp("visited") / "home"
    shutil.copytree(template, folder)
    service = Service(Installation(folder))
    with service:
        with service.front_page():
            pass
        with service.call(login=PERSON) as seat:
            seat.see(PERSON_NAME)
        service.ask("id")
        for login in (PERSON, NOBODY, *LOGINS.values()):
            asyncio.run(_wrong(service, login))
        with service.front_page():
            os.kill(service.sessions()[-1], signal.SIGKILL)
            until(lambda: "crashed" in _log(service), "the end of its process is written down")
        service.signal(signal.SIGTERM)
        service.wait()
    yield service


async def _wrong(service: Service, login: str) -> None:
    with contextlib.suppress(asyncssh.PermissionDenied):
        await asyncssh.connect(
            "127.0.0.1",
            service.ports["压缩"],
            username=login,
            password=WRONG,
            client_keys=None,
            known_hosts=None,
        )


def _log(service: Service) -> str:
    return (service.home.settings.log_dir / "jijiao.log").read_text(encoding="utf-8")


def lines(service: Service, what: str = "") -> list[dict[str, Any]]:
    """The lines of the service in the log."""
    entries = [json.loads(line) for line in _log(service).splitlines()]
    ours = [entry for entry in entries if entry["where"] == "jijiao.service"]
    return [entry for entry in ours if not what or entry["what"] == what]


def left(service: Service) -> str:
    """All that the service wrote: log, counters, error output."""
    written = (*service.home.settings.service_dir.rglob("*"), *service.home.settings.log_dir.rglob("*"))
    texts = [path.read_text(encoding="utf-8") for path in written if path.is_file()]
    return "\n".join((*texts, service.log()))


def test_each_sign_in_is_one_line_with_its_way_and_address(visited: Service) -> None:
    told = [(entry["method"], entry["address"], "account" in entry) for entry in lines(visited, "signed_in")]
    assert sorted(told) == [
        ("guest", "127.0.0.1", False),
        ("guest", "127.0.0.1", False),
        ("guest", "127.0.0.1", False),
        ("password", "127.0.0.1", True),
    ]


def test_each_wrong_password_is_one_line_with_its_code(visited: Service) -> None:
    told = [entry for entry in lines(visited, "refused") if entry.get("method") == "password"]
    assert [(entry["code"], entry["address"]) for entry in told] == [("E101", "127.0.0.1")] * (
        len(LOGINS) + 2
    )


def test_a_command_that_was_refused_is_a_line(visited: Service) -> None:
    assert [entry["code"] for entry in lines(visited, "refused") if entry.get("method") != "password"] == [
        "exec"
    ]


def test_every_session_that_was_opened_is_closed_once(visited: Service) -> None:
    opened, closed = (
        sorted(entry["session"] for entry in lines(visited, what)) for what in ("opened", "closed")
    )
    assert len(opened) == 3
    assert closed == opened


def test_the_log_begins_and_ends_with_the_service(visited: Service) -> None:
    assert [lines(visited)[0]["what"], lines(visited)[-1]["what"]] == ["started", "stopped"]


def test_no_secret_and_nobodys_name_is_in_what_it_wrote(visited: Service) -> None:
    text = left(visited).lower()
    secret = (PASSWORD, WRONG, NOBODY, PERSON, PERSON_NAME, *LOGINS.values())
    assert [
        word for word in secret if re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text)
    ] == []


def test_no_ticket_is_in_what_it_wrote(visited: Service) -> None:
    assert re.findall(r"(?<![\w/-])[\w-]{40,}(?![\w/-])", left(visited)) == []


def test_nothing_is_counted_as_open_after_the_end(visited: Service) -> None:
    [path] = visited.home.settings.service_dir.glob("*/status.json")
    state = json.loads(path.read_text(encoding="utf-8"))
    assert (state["up"], state["open_sessions"], state["sessions_opened"]) == (
        0,
        {"terminal": 0},
        {"terminal": 3},
    )


def test_what_was_refused_is_counted_by_its_code(visited: Service) -> None:
    [path] = visited.home.settings.service_dir.glob("*/status.json")
    assert json.loads(path.read_text(encoding="utf-8"))["refusals"] == {"E101": len(LOGINS) + 2, "exec": 1}


def test_a_session_whose_process_was_killed_is_counted_as_crashed(visited: Service) -> None:
    [path] = visited.home.settings.service_dir.glob("*/status.json")
    assert json.loads(path.read_text(encoding="utf-8"))["sessions_crashed"] == 1
