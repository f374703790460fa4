"""What lies in the evidence store for a while (收件箱, 发件箱): sealed, found by its name, gone when it is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.store.blob_places import open_blobs
from core.store.blobs import Blobs
from core.store.settings import Settings
from core.store.vault import Vault
from tests.store.object_store import ObjectServer, object_server

VAULT, DAY = Vault(bytes(32)), date(2026, 11, 22)
KINDS = ("folder", "object store")


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture(params=KINDS)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    values: dict[str, object] = {"data_dir": tmp_path / "home"}
    if request.param != "folder":
        if find_spec("obstore") is None:
            pytest.skip("needs the extra s3, which is not here")
        running: ObjectServer = request.getfixturevalue("server")
        values |= running.settings(f"passing/{abs(hash(request.node.nodeid))}")
    return open_blobs(Settings.model_validate(values))


def test_it_comes_back_by_its_name_and_tells_its_day(blobs: Blobs) -> None:
    name = blobs.put_passing(b"scan", VAULT, DAY)
    assert (blobs.get_passing(name, VAULT), name[:13]) == (b"scan", "box-20261122-")


def test_it_lies_sealed(blobs: Blobs) -> None:
    assert b"scan" not in blobs.read(blobs.put_passing(b"scan" * 100, VAULT, DAY))


def test_the_same_bytes_lie_there_twice(blobs: Blobs) -> None:
    names = {blobs.put_passing(b"scan", VAULT, DAY) for _ in range(2)}
    assert set(blobs.passing()) == names and len(names) == 2


def test_dropped_it_is_gone_and_may_be_dropped_again(blobs: Blobs) -> None:
    name = blobs.put_passing(b"scan", VAULT, DAY)
    for _ in range(2):
        blobs.drop(name)
    with pytest.raises(Refused) as caught:
        blobs.get_passing(name, VAULT)
    assert (caught.value.code, list(blobs.passing())) == (ErrorCode.EVIDENCE_UNREADABLE, [])


def test_evidence_is_apart_from_it(blobs: Blobs) -> None:
    name, sha256 = blobs.put_passing(b"scan", VAULT, DAY), blobs.put(b"scan")
    assert (list(blobs.names()), list(blobs.passing())) == ([sha256], [name])


def test_evidence_can_not_be_dropped(blobs: Blobs) -> None:
    sha256 = blobs.put(b"scan")
    with pytest.raises(ValueError, match=sha256):
        blobs.drop(sha256)
    assert blobs.get(sha256) == b"scan"
