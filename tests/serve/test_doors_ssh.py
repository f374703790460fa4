"""The doors of a service by OpenSSH's own client: who gets in, and that the words of a refusal are read there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import asyncssh
import pytest

from core.rules.roles import Actor
from core.services.desk import Desk
from tests.serve.door_server import DoorFront, disable, doors_of, with_key
from tests.services.front_door import LOGIN, PASSWORD, WRONG

pytestmark = pytest.mark.skipif(
    shutil.which("ssh") is None, reason="needs Debian's openssh-client, which is not here"
)


async def ssh(
    front: DoorFront, folder: Path, login: str, *options: str, password: str = ""
) -> tuple[int, str, str]:
    """Exit status, output and words of `ssh` with a terminal asked for."""
    ask = folder / "ask"
    ask.write_text(f"#!/bin/sh\necho '{password}'\n")
    ask.chmod(0o700)
    environment = os.environ | {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "LC_ALL": "C.UTF-8"}
    environment.pop("SSH_AUTH_SOCK", None)
    fixed = (
        "UserKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=no",
        "IdentityAgent=none",
        "LogLevel=INFO",
    )
    words = [word for option in fixed for word in ("-o", option)]
    process = await asyncio.create_subprocess_exec(
        *("ssh", "-F", "none", "-tt", *words, "-p", str(front.port), *options, f"{login}@127.0.0.1"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


def key_file(folder: Path, pair: asyncssh.SSHKey) -> tuple[str, ...]:
    path = folder / "key"
    path.write_bytes(pair.export_private_key())
    path.chmod(0o600)
    return ("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", str(path))


async def test_ssh_as_guest_asks_for_nothing(desk: Desk, tmp_path: Path) -> None:
    async with doors_of(desk) as front:
        status, out, _ = await ssh(front, tmp_path, "guest", "-o", "BatchMode=yes")
    assert (status, json.loads(out)["method"]) == (0, "guest")


async def test_ssh_with_the_password_comes_in(desk: Desk, office: Actor, tmp_path: Path) -> None:
    async with doors_of(desk) as front:
        status, out, _ = await ssh(front, tmp_path, LOGIN.lower(), password=PASSWORD)
    assert (status, json.loads(out)["account"]) == (0, office.account_id)


async def test_ssh_with_a_registered_key_comes_in_without_a_password(
    desk: Desk, office: Actor, tmp_path: Path
) -> None:
    options = key_file(tmp_path, with_key(desk, office))
    async with doors_of(desk) as front:
        status, out, _ = await ssh(front, tmp_path, LOGIN, *options)
    assert (status, json.loads(out)["method"]) == (0, "key")


async def test_ssh_shows_why_it_was_refused(desk: Desk, office: Actor, tmp_path: Path) -> None:
    async with doors_of(desk) as front:
        status, _, words = await ssh(front, tmp_path, LOGIN, password=WRONG)
    assert status == 255
    assert "账户号或密码错误。还可以再试 4 次" in words and "账户号或密码错误。还可以再试 2 次" in words


async def test_ssh_with_a_key_of_a_disabled_account_shows_why(
    desk: Desk, office: Actor, tmp_path: Path
) -> None:
    options = key_file(tmp_path, with_key(desk, office))
    disable(desk, office)
    async with doors_of(desk) as front:
        status, _, words = await ssh(front, tmp_path, LOGIN, *options)
    assert (status, "此帐号已停用，请联系所在单位管理员" in words) == (1, True)
