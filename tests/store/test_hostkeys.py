"""The SSH host key: made once, kept, its owner's alone, and known by the fingerprint that `ssh` shows."""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import asyncssh
import pytest

from core.rules.errors import ErrorCode, Refused
from core.store.hostkeys import ensure_host_key, host_key_fingerprint, host_key_path
from core.store.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation whose folders are not made yet."""
    return Settings(data_dir=tmp_path / "home")


def test_the_host_key_is_its_owners_alone(settings: Settings) -> None:
    assert ensure_host_key(settings).stat().st_mode & 0o777 == 0o600


def test_the_host_key_stays_what_it_is(settings: Settings) -> None:
    first = ensure_host_key(settings).read_bytes()
    assert ensure_host_key(settings).read_bytes() == first


def test_the_fingerprint_is_that_of_asyncssh(settings: Settings) -> None:
    path = ensure_host_key(settings)
    assert host_key_fingerprint(path) == asyncssh.read_private_key(path).get_fingerprint()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="Debian's openssh-client is not here")
def test_the_fingerprint_is_that_of_openssh(settings: Settings) -> None:
    path = ensure_host_key(settings)
    shown = subprocess.run(["ssh-keygen", "-lf", str(path)], capture_output=True, text=True, check=True)
    assert shown.stdout.split()[1] == host_key_fingerprint(path)


def test_several_who_make_it_at_once_have_the_same(settings: Settings) -> None:
    found: list[bytes] = []
    gate = threading.Barrier(6)

    def make() -> None:
        gate.wait()
        found.append(ensure_host_key(settings).read_bytes())

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert list(host_key_path(settings).parent.iterdir()) == [host_key_path(settings)]


def test_what_is_no_key_is_refused_in_words(settings: Settings) -> None:
    path = ensure_host_key(settings)
    path.write_text("nothing")
    with pytest.raises(Refused) as caught:
        host_key_fingerprint(path)
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
