"""Evidence in an object store: kept once, never overwritten, proved by its hash; a store that is gone is said so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.store.blob_places import open_blobs
from core.store.blobs import Blobs, FolderBlobs
from core.store.settings import Settings, describe
from core.store.store import open_store
from core.store.vault import Vault
from tests.store.object_store import SECRET, ObjectServer, object_server

VAULT = Vault(bytes(32))


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture
def settings(server: ObjectServer, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Below a prefix of this test's own."""
    prefix = f"evidence/{abs(hash(request.node.nodeid))}"
    return Settings.model_validate({"data_dir": tmp_path / "home", **server.settings(prefix)})


@pytest.fixture
def blobs(settings: Settings) -> Blobs:
    return open_blobs(settings)


def key(settings: Settings, name: str) -> str:
    return f"{settings.evidence_store.split('/', 3)[3]}/{name[:2]}/{name}"


def code(call: object) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return caught.value.code


def test_what_is_kept_comes_back(blobs: Blobs) -> None:
    assert blobs.get(blobs.put(b"scan")) == b"scan"


def test_another_host_with_the_same_settings_reads_it(blobs: Blobs, settings: Settings) -> None:
    assert open_blobs(settings).get(blobs.put(b"scan")) == b"scan"


def test_the_same_bytes_are_kept_once(blobs: Blobs) -> None:
    names = [blobs.put(b"scan"), blobs.put(b"scan")]
    assert (list(blobs.names()), names[0]) == ([names[0]], names[1])


def test_what_lies_there_is_never_overwritten(blobs: Blobs, server: ObjectServer, settings: Settings) -> None:
    sha256 = blobs.put(b"scan")
    blobs.write(sha256, b"another")
    assert bytes(server.bucket.get(key(settings, sha256)).bytes()) == b"scan"


def test_of_many_who_keep_the_same_at_once_all_find_it(blobs: Blobs) -> None:
    threads = [threading.Thread(target=blobs.put, args=(b"scan" * 10_000,)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert [blobs.get(name) for name in blobs.names()] == [b"scan" * 10_000]


def test_what_is_sealed_lies_there_encrypted_and_comes_back(
    blobs: Blobs, server: ObjectServer, settings: Settings
) -> None:
    sha256 = blobs.put_sealed(b"card of identity", VAULT)
    lying = bytes(server.bucket.get(key(settings, sha256 + ".sealed")).bytes())
    assert b"card" not in lying and blobs.get_sealed(sha256, VAULT) == b"card of identity"


def test_sealed_with_another_key_it_is_not_read(blobs: Blobs) -> None:
    sha256 = blobs.put_sealed(b"card of identity", VAULT)
    assert code(lambda: blobs.get_sealed(sha256, Vault(bytes([1] * 32)))) is ErrorCode.KEY_WRONG


def test_bytes_that_were_altered_in_the_store_are_refused(
    blobs: Blobs, server: ObjectServer, settings: Settings
) -> None:
    sha256 = blobs.put(b"scan")
    server.bucket.put(key(settings, sha256), b"forged")
    assert code(lambda: blobs.get(sha256)) is ErrorCode.EVIDENCE_UNREADABLE


def test_bytes_that_are_gone_from_the_store_are_refused(
    blobs: Blobs, server: ObjectServer, settings: Settings
) -> None:
    sha256 = blobs.put(b"scan")
    server.bucket.delete(key(settings, sha256))
    assert code(lambda: blobs.get(sha256)) is ErrorCode.EVIDENCE_UNREADABLE


def test_both_kinds_lie_under_the_same_names(blobs: Blobs, tmp_path: Path) -> None:
    folder = FolderBlobs(tmp_path / "blobs")
    for each in (blobs, folder):
        each.put(b"scan")
        each.put_sealed(b"card", VAULT)
    assert list(blobs.names()) == list(folder.names())


def test_what_is_kept_for_a_while_lies_sealed_apart_from_evidence_until_it_is_dropped(blobs: Blobs) -> None:
    blobs.put(b"scan")
    name = blobs.put_passing(b"upload", VAULT, date(2026, 11, 22))
    kept = (blobs.get_passing(name, VAULT), list(blobs.passing()), len(list(blobs.names())))
    blobs.drop(name)
    blobs.drop(name)
    assert (kept, list(blobs.passing())) == ((b"upload", [name], 1), [])


def test_evidence_is_never_dropped(blobs: Blobs) -> None:
    sha256 = blobs.put(b"scan")
    with pytest.raises(ValueError):
        blobs.drop(sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + ".new"])
def test_what_is_no_name_is_never_asked_for(blobs: Blobs, name: str) -> None:
    for call in (lambda: blobs.read(name), lambda: blobs.write(name, b""), lambda: blobs.holds(name)):
        with pytest.raises(ValueError):
            call()


def test_a_store_that_nobody_answers_for_is_said_to_be_so(settings: Settings) -> None:
    with ObjectGone() as port:
        gone = settings.model_copy(update={"evidence_endpoint": f"http://127.0.0.1:{port}"})
        blobs = open_blobs(gone)
        calls = (lambda: blobs.put(b"scan"), lambda: blobs.get("a" * 64), lambda: list(blobs.names()))
        assert [code(call) for call in calls] == [ErrorCode.EVIDENCE_UNREACHABLE] * 3


def test_a_bucket_that_is_not_there_is_said_to_be_so(settings: Settings) -> None:
    blobs = open_blobs(settings.model_copy(update={"evidence_store": "s3://no-such-bucket/evidence"}))
    assert code(lambda: blobs.put(b"scan")) is ErrorCode.EVIDENCE_UNREACHABLE


def test_a_store_that_takes_the_call_and_says_nothing_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from core.store import object_blobs

    monkeypatch.setattr(object_blobs, "_REQUEST", timedelta(milliseconds=300))
    monkeypatch.setattr(object_blobs, "_TRYING", timedelta(milliseconds=300))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        there = settings.model_copy(
            update={"evidence_endpoint": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        )
        assert code(lambda: open_blobs(there).put(b"scan")) is ErrorCode.EVIDENCE_UNREACHABLE


def test_without_the_client_it_is_said_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.blob_places.find_spec", lambda name: None)
    with pytest.raises(Refused) as caught:
        open_blobs(settings)
    assert caught.value.text == "对象存储要用的软件包没有安装，请运行 pip install 'jijiao[s3]'"


def test_an_installation_is_not_opened_without_the_client(
    sqlite_template: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.conftest import DATA_KEY

    chosen = {"database_url": f"sqlite:///{sqlite_template}", "data_key": DATA_KEY}
    monkeypatch.setattr("core.store.blob_places.find_spec", lambda name: None)
    there = Settings.model_validate({**settings.model_dump(), **chosen})
    assert code(lambda: open_store(there)) is ErrorCode.EXTRA_MISSING


def test_the_secret_is_not_shown(settings: Settings) -> None:
    assert SECRET not in "".join(row.value for row in describe(settings))


@pytest.mark.parametrize("value", ["jijiao", "http://host/bucket", "s3://", "s3://b", "s3://bucket/../x y"])
def test_what_names_no_bucket_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="附件存储写成"):
        Settings(evidence_store=value)


class ObjectGone:
    """A port that is held, so that nobody else answers there, and not listened to."""

    def __enter__(self) -> int:
        self.held = socket.socket()
        self.held.bind(("127.0.0.1", 0))
        return int(self.held.getsockname()[1])

    def __exit__(self, *error: object) -> None:
        self.held.close()
