"""What lies in the evidence store for a while (收件箱, 发件箱, 批量导入): sealed, found by name, gone when dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.store.blob_places import open_blobs
from core.store.blobs import Blobs
from core.store.import_files import ImportFiles
from core.store.settings import Settings
from core.store.vault import Vault
from tests.store.object_store import ObjectServer, object_server

ONE, OTHER = "1" * 32, "2" * 32
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


def lying(blobs: Blobs, *names: str) -> list[str]:
    """Which of these pieces are kept."""
    return [name for name in names if blobs.holds(name)]


def test_a_piece_comes_back_as_it_was_written_last(blobs: Blobs) -> None:
    for content in (b"first", b"second"):
        blobs.put_piece(f"{ONE}/good-3", content, VAULT)
    assert blobs.get_piece(f"{ONE}/good-3", VAULT) == b"second"


def test_a_piece_lies_sealed(blobs: Blobs) -> None:
    blobs.put_piece(f"{ONE}/rows-0", b"rows" * 100, VAULT)
    assert b"rows" not in blobs.read(f"{ONE}/rows-0")


def test_pieces_are_dropped_by_their_kind_and_their_set(blobs: Blobs) -> None:
    names = (f"{ONE}/rows-0", f"{ONE}/rows-10", f"{ONE}/problems-0", f"{OTHER}/rows-0")
    for name in names:
        blobs.put_piece(name, b"rows", VAULT)
    blobs.drop_pieces(ONE, ("rows", "good"))
    without_rows = lying(blobs, *names)
    blobs.drop_pieces(ONE)
    assert (without_rows, lying(blobs, *names)) == ([*names[2:]], [names[3]])


def test_pieces_that_have_gone_may_be_dropped_again(blobs: Blobs) -> None:
    blobs.put_piece(f"{ONE}/rows-0", b"rows", VAULT)
    for _ in range(2):
        blobs.drop_pieces(ONE)
    assert blobs.piece_sets() == {}


def test_a_set_tells_when_it_was_written_last(blobs: Blobs) -> None:
    blobs.put_piece(f"{ONE}/rows-0", b"rows", VAULT)
    (written,) = blobs.piece_sets().values()
    assert abs(datetime.now(UTC) - written) < timedelta(hours=1)


def test_pieces_are_apart_from_evidence_and_from_boxes(blobs: Blobs) -> None:
    name, sha256 = blobs.put_passing(b"scan", VAULT, DAY), blobs.put(b"scan")
    blobs.put_piece(f"{ONE}/rows-0", b"rows", VAULT)
    assert (list(blobs.names()), list(blobs.passing()), [*blobs.piece_sets()]) == ([sha256], [name], [ONE])


@pytest.mark.parametrize("name", ["rows-0", f"{ONE}/../rows-0", f"{ONE}/rows", "a" * 64])
def test_what_is_no_name_of_a_piece_is_never_overwritten(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        blobs.put_piece(name, b"rows", VAULT)


@pytest.mark.parametrize("of", ["", "..", "a" * 64, f"{ONE}/rows-0"])
def test_what_is_no_set_is_never_dropped(blobs: Blobs, of: str) -> None:
    with pytest.raises(ValueError):
        blobs.drop_pieces(of)


@pytest.mark.parametrize(("days", "swept"), [(1, 0), (-1, 2)])
def test_imports_that_nobody_has_written_to_for_long_are_swept_up(
    blobs: Blobs, days: int, swept: int
) -> None:
    files, sha256 = ImportFiles(blobs, VAULT), blobs.put(b"scan")
    for token in (ONE, OTHER):
        for part in range(3):
            files.write(token, f"rows-{part}", ["row"])
    assert (files.sweep(days), len(blobs.piece_sets()), list(blobs.names())) == (swept, 2 - swept, [sha256])
