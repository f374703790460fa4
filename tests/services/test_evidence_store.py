"""A whole installation with its evidence in an object store: declared, looked at, backed up, restored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Blob
from core.rules.errors import ErrorCode, Refused
from core.schema.backup import BackUp
from core.schema.declarations import AddEvidence, EvidenceCells, Holder
from core.schema.health import Finding
from core.schema.review import Verdict
from core.services.backup import back_up
from core.services.desk import Desk
from core.services.evidence import add_evidence, evidence_cells
from core.services.health import doctor
from core.services.restore import restore
from core.services.review import decide
from core.services.setup import LOCAL, initialise
from core.store.settings import Settings
from core.store.store import Store
from tests.conftest import DATA_KEY, ENGINES, administer
from tests.services.front_door import cheap_desk
from tests.services.races import verdict
from tests.store.object_store import ObjectServer, object_server
from tests.worlds import World, build_world, picture, submitted


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture(params=ENGINES)
def store(
    request: pytest.FixtureRequest, open_new_store: Callable[..., Store], server: ObjectServer
) -> Store:
    """A store whose evidence lies below a prefix of this test's own."""
    return open_new_store(request.param, **server.settings(f"evidence/{abs(hash(request.node.nodeid))}"))


@pytest.fixture
def gone(store: Store, open_new_store: Callable[..., Store]) -> Store:
    """One whose object store is away for now: nobody listens at its address."""
    away = {**store.settings.model_dump(), "evidence_endpoint": "http://127.0.0.1:1"}
    kept = {name: away[name] for name in away if name.startswith("evidence_")}
    return open_new_store(store.engines.name, **kept)


@pytest.fixture
def place(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """Settings of an empty installation of the same engine; call it with where its evidence goes."""
    made: list[str] = []

    def settings(**evidence: object) -> Settings:
        values = {"data_dir": tmp_path / f"elsewhere{len(made)}", "data_key": DATA_KEY, **evidence}
        name = f"moved_{abs(hash(tmp_path))}_{len(made)}"
        if store.engines.name == "postgresql":
            server: str = request.getfixturevalue("postgresql_server")
            administer(server, f"create database {name} template template0")
            values["database_url"] = server.format(name)
        made.append(name)
        return Settings.model_validate(values)

    yield settings
    for name in made if store.engines.name == "postgresql" else ():
        administer(request.getfixturevalue("postgresql_server"), f"drop database {name} with (force)")


def finding(settings: Settings, name: str = "附件存储") -> Finding:
    return next(each for each in doctor(settings) if each.name == name)


def test_what_is_declared_with_a_scan_is_looked_at_and_decided(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    office = world.office(world.school)
    asked = EvidenceCells(
        sha256=view.evidence[0].sha256, cols=20, rows=10, object_id=view.id, holder=Holder.DECLARATION
    )
    shown = desk.do(evidence_cells, office, asked)
    done = desk.do(decide, office, verdict(view, Verdict.APPROVE))
    assert (len(shown), done.version > view.version) == (10, True)


def test_nothing_of_it_lies_on_this_machine(desk: Desk, world: World, tmp_path: Path) -> None:
    submitted(desk, world.person(), tmp_path)
    folder = world.store.settings.blob_dir
    assert not folder.is_dir() or not list(folder.rglob("*.*"))


def test_while_the_store_is_away_nothing_is_half_taken_in(gone: Store, tmp_path: Path) -> None:
    world, desk = build_world(gone), cheap_desk(gone)
    person = world.person()
    with pytest.raises(Refused) as caught:
        desk.do(add_evidence, person, AddEvidence(path=str(picture(tmp_path))))
    with gone.reading() as work:
        rows = work.session.scalar(select(func.count()).select_from(Blob))
    assert (caught.value.code, rows) == (ErrorCode.EVIDENCE_UNREACHABLE, 0)


def test_the_doctor_says_that_the_last_scan_is_as_it_was(desk: Desk, world: World, tmp_path: Path) -> None:
    submitted(desk, world.person(), tmp_path)
    found = finding(world.store.settings)
    assert (found.ok, found.text) == (
        True,
        f"{world.store.settings.evidence_store}，最近的附件与 SHA-256 一致",
    )


def test_the_doctor_says_that_the_store_cannot_be_reached_and_what_to_look_at(gone: Store) -> None:
    found = finding(gone.settings)
    assert not found.ok and "附件存储暂时连不上" in found.text and "JIJIAO_EVIDENCE_" in found.mend


def test_the_doctor_finds_a_scan_that_is_gone_from_the_store(
    desk: Desk, world: World, server: ObjectServer, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    name = view.evidence[0].sha256
    prefix = world.store.settings.evidence_store.split("/", 3)[3]
    server.bucket.delete(f"{prefix}/{name[:2]}/{name}")
    assert not finding(world.store.settings).ok


def test_a_backup_holds_the_scans_of_the_object_store_and_comes_back_into_a_folder(
    store: Store, tmp_path: Path, place: Callable[..., Settings]
) -> None:
    initialise(store.settings, password="abc12345", clock=store.clock)
    desk = cheap_desk(store)
    world = build_world(store)
    submitted(desk, world.person(), tmp_path)
    made = back_up(desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    proof = dict(restore(place(), Path(made.path)).lines)
    assert (made.files, proof["附件"]) == (1, "1 个，逐个与 SHA-256 一致")


def test_a_backup_comes_back_beside_an_object_store_that_was_not_lost(
    store: Store, tmp_path: Path, place: Callable[..., Settings], server: ObjectServer
) -> None:
    initialise(store.settings, password="abc12345", clock=store.clock)
    desk = cheap_desk(store)
    world = build_world(store)
    submitted(desk, world.person(), tmp_path)
    made = back_up(desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    prefix = store.settings.evidence_store.split("/", 3)[3]
    proof = dict(restore(place(**server.settings(prefix)), Path(made.path)).lines)
    assert proof["附件"] == "1 个，逐个与 SHA-256 一致"


def test_a_backup_is_not_made_while_the_object_store_is_away(gone: Store, tmp_path: Path) -> None:
    initialise(gone.settings, password="abc12345", clock=gone.clock)
    with pytest.raises(Refused) as caught:
        back_up(cheap_desk(gone), LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    assert (caught.value.code, list(tmp_path.glob("*.tar"))) == (ErrorCode.EVIDENCE_UNREACHABLE, [])
