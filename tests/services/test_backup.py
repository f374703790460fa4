"""A backup made while people work is whole, and comes back into an empty place with a proof; nothing else does."""

from __future__ import annotations

import shutil
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, TransferFile
from core.rules.boxes import Box
from core.rules.errors import ErrorCode, Refused
from core.schema.backup import BackUp
from core.services.backup import back_up
from core.services.backup_file import check_backup
from core.services.box_files import put_file
from core.services.desk import Desk
from core.services.restore import restore
from core.services.setup import LOCAL, initialise
from core.store.hostkeys import host_key_path
from core.store.settings import Settings
from core.store.store import Store, open_store
from tests.conftest import DATA_KEY, administer
from tests.services.front_door import cheap_desk
from tests.worlds import World, build_world, submitted


@pytest.fixture
def sealed_desk(store: Store) -> Desk:
    """A desk on an installation that has its signing key too."""
    initialise(store.settings, password="abc12345", clock=store.clock)
    return cheap_desk(store)


@pytest.fixture
def busy(sealed_desk: Desk, tmp_path: Path) -> World:
    world = build_world(sealed_desk.store)
    submitted(sealed_desk, world.person("李四"), tmp_path, 2)
    return world


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, busy: World, tmp_path: Path) -> Callable[[], Settings]:
    """Settings of an empty place of the same engine."""
    made: list[str] = []

    def place() -> Settings:
        folder = tmp_path / f"elsewhere{len(made)}"
        if busy.store.engines.name == "sqlite":
            made.append("")
            return Settings(data_dir=folder, data_key=DATA_KEY)
        server: str = request.getfixturevalue("postgresql_server")
        name = f"restored_{abs(hash(folder))}"
        administer(server, f"create database {name} template template0")
        made.append(name)
        return Settings(data_dir=folder, data_key=DATA_KEY, database_url=server.format(name))

    def clear() -> None:
        for name in filter(None, made):
            server: str = request.getfixturevalue("postgresql_server")
            administer(server, f"drop database {name} with (force)")

    request.addfinalizer(clear)
    return place


def code_of(settings: Settings, path: Path) -> ErrorCode:
    """What a restore is refused with."""
    with pytest.raises(Refused) as caught:
        restore(settings, path)
    return caught.value.code


def test_what_was_backed_up_is_there_again_with_a_proof(
    sealed_desk: Desk, busy: World, tmp_path: Path, elsewhere: Callable[[], Settings]
) -> None:
    made = back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    settings = elsewhere()
    proof = dict(restore(settings, Path(made.path)).lines)
    assert set(proof) == {"清单", "数据库", "审计日志", "附件", "签发密钥"}
    there = open_store(settings)
    try:
        with there.reading() as work, busy.store.reading() as here:
            counts = [unit.session.scalar(select(func.count()).select_from(Audit)) for unit in (work, here)]
    finally:
        there.close()
    assert counts[0] == counts[1] - 1  # the backup itself was written down after it was made


def test_boxes_are_empty_after_it_was_put_back(
    sealed_desk: Desk, busy: World, tmp_path: Path, elsewhere: Callable[[], Settings]
) -> None:
    put_file(sealed_desk, busy.person().account_id, Box.INBOX, "a.pdf", b"%PDF-1.7\n")
    made = back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    settings = elsewhere()
    restore(settings, Path(made.path))
    there = open_store(settings)
    try:
        with there.reading() as work:
            assert list(work.session.scalars(select(TransferFile.id))) == []
    finally:
        there.close()


def test_users_meet_the_same_host_key_after_it_was_put_back(
    sealed_desk: Desk, busy: World, elsewhere: Callable[[], Settings], tmp_path: Path
) -> None:
    path, place = tmp_path / "a.tar", elsewhere()
    back_up(sealed_desk, LOCAL, BackUp(path=str(path)))
    restore(place, path)
    assert host_key_path(place).read_bytes() == host_key_path(sealed_desk.settings).read_bytes()


def test_people_go_on_working_while_it_is_made(
    sealed_desk: Desk, busy: World, tmp_path: Path, elsewhere: Callable[[], Settings]
) -> None:
    store, stop, written = busy.store, threading.Event(), []

    def work_on() -> None:
        while not stop.is_set():
            with store.writing() as work:
                work.audit(None, "session.sign_in", "account", len(written))
                work.commit()
            written.append(1)

    worker = threading.Thread(target=work_on)
    worker.start()
    try:
        made = back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    finally:
        stop.set()
        worker.join(60)
    assert written and restore(elsewhere(), Path(made.path)).lines


@pytest.mark.parametrize("part", ["database", "seal.sealed", "manifest.json", "blobs"])
def test_one_changed_byte_anywhere_is_found(
    sealed_desk: Desk, busy: World, tmp_path: Path, part: str
) -> None:
    made = Path(back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar"))).path)
    with tarfile.open(made) as archive:
        entry = next(each for each in archive if each.name.startswith(part))
        place = entry.offset_data + entry.size // 2
    content = bytearray(made.read_bytes())
    content[place] ^= 0x01
    made.write_bytes(content)
    with pytest.raises(Refused) as caught:
        check_backup(made, sealed_desk.vault)
    assert caught.value.code is ErrorCode.BACKUP_BROKEN


def test_a_file_that_was_cut_off_is_refused(sealed_desk: Desk, busy: World, tmp_path: Path) -> None:
    made = Path(back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar"))).path)
    for size in (0, 100, made.stat().st_size // 2):
        short = tmp_path / f"short{size}.tar"
        short.write_bytes(made.read_bytes()[:size])
        with pytest.raises(Refused) as caught:
            check_backup(short, sealed_desk.vault)
        assert caught.value.code is ErrorCode.BACKUP_BROKEN


def test_it_comes_back_into_an_empty_place_only_and_with_the_same_key(
    sealed_desk: Desk, busy: World, tmp_path: Path, elsewhere: Callable[[], Settings]
) -> None:
    made = Path(back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar"))).path)
    settings = elsewhere()
    other_key = settings.model_copy(update={"data_key": Settings(data_key="00" * 32).data_key})
    assert code_of(other_key, made) is ErrorCode.KEY_WRONG
    restore(settings, made)
    assert code_of(settings, made) is ErrorCode.BACKUP_PLACE


def test_the_backup_holds_neither_the_data_key_nor_a_signing_key_in_clear(
    sealed_desk: Desk, busy: World, tmp_path: Path
) -> None:
    made = Path(back_up(sealed_desk, LOCAL, BackUp(path=str(tmp_path / "all.tar"))).path)
    content = made.read_bytes()
    assert b"PRIVATE KEY" not in content and DATA_KEY.encode() not in content


def test_a_place_that_cannot_be_used_is_refused_in_words(
    sealed_desk: Desk, busy: World, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.tar"
    taken.write_text("x")
    for path in (str(taken), str(tmp_path / "no" / "such" / "file.tar")):
        with pytest.raises(Refused) as caught:
            back_up(sealed_desk, LOCAL, BackUp(path=path))
        assert caught.value.code is ErrorCode.BACKUP_PLACE


def test_without_a_path_it_lies_in_the_folder_of_backups_for_its_owner_only(
    sealed_desk: Desk, busy: World
) -> None:
    made = Path(back_up(sealed_desk, LOCAL, BackUp()).path)
    folder = busy.store.settings.data_dir / "backups"
    assert made.parent == folder and made.stat().st_mode & 0o077 == 0
    assert not [each for each in folder.iterdir() if each != made]
    shutil.rmtree(folder)
