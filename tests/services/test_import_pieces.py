"""The pieces of an import: swept up, missed, begun by an older version, and while the evidence store is away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Job
from core.rules.errors import ErrorCode, Refused
from core.rules.imports import ImportKind
from core.rules.roles import Actor
from core.schema.imports import CheckImport, ImportView, ProblemQuery, StoreImport
from core.schema.jobs import JobKey
from core.services.desk import Desk
from core.services.imports import check_import, import_problems, store_import
from core.services.jobs import JobRunner, resume_job
from core.services.purge import purge
from core.services.setup import initialise
from core.store.settings import Settings
from core.store.store import Store
from tests.conftest import DATA_KEY
from tests.services.front_door import cheap_desk
from tests.services.importing import PATIENCE, checked, ended, stored, table
from tests.services.test_imports_large import people
from tests.store.object_store import ObjectServer, object_server
from tests.worlds import World, build_world

PERSONS = ImportKind.PERSONS
BEFORE = "ab" * 40
"""A token as versions before 0.4 gave them, for a folder in the data folder."""


@pytest.fixture
def view(desk: Desk, school: Actor, tmp_path: Path) -> ImportView:
    """A file of two good rows and a bad one, checked."""
    rows = [*people(2), {"姓名": "王小明", "证件号": "1"}]
    return checked(desk, school, PERSONS, table(PERSONS, rows, tmp_path))


def sets(desk: Desk) -> list[Path]:
    """The folders of pieces that lie there."""
    return list((desk.settings.blob_dir / "imports").glob("*"))


def of_before(desk: Desk, job_id: int, **place: object) -> None:
    """A job as a version before 0.4 left it, its pieces in the data folder."""
    folder = desk.settings.data_dir / "imports" / BEFORE
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "good-0.sealed").write_bytes(b"sealed")
    with desk.store.writing() as work:
        job = work.session.get_one(Job, job_id)
        job.asked = {**job.asked, "token": BEFORE}
        if place:
            job.place = place
        work.commit()


def code(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def begun(desk: Desk, school: Actor, view: ImportView, monkeypatch: pytest.MonkeyPatch) -> int:
    """Its storing, written down and done by nobody yet."""
    with monkeypatch.context() as patch:
        patch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
        command = StoreImport(job_id=view.job.id, good_only=True)
        return desk.do(store_import, school, command).job.id


def resumed(desk: Desk, school: Actor, job_id: int) -> Job:
    """A job taken up again, as it is after that."""
    desk.do(resume_job, school, JobKey(job_id=job_id))
    assert JobRunner.of(desk).wait(PATIENCE)
    with desk.reading() as work:
        job = work.session.get_one(Job, job_id)
        work.session.expunge(job)
    return job


def test_a_file_that_an_older_version_checked_is_to_be_checked_again(
    desk: Desk, school: Actor, view: ImportView
) -> None:
    of_before(desk, view.job.id)
    after = stored(desk, school, view, good_only=True)
    assert (after.job.state, after.stored) == ("failed", 0)
    assert "检查时保存的内容（已清除，请重新检查这个文件）" in after.job.trouble


def test_what_an_older_version_found_is_said_to_be_cleared(
    desk: Desk, school: Actor, view: ImportView
) -> None:
    of_before(desk, view.job.id)
    seen = code(lambda: desk.do(import_problems, school, ProblemQuery(job_id=view.job.id)))
    assert seen is ErrorCode.FILE_UNREADABLE


def test_an_import_that_an_older_version_had_stored_but_for_tidying_is_ended(
    desk: Desk, school: Actor, view: ImportView, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = begun(desk, school, view, monkeypatch)
    of_before(desk, job_id, round="tidy", part=0)
    assert resumed(desk, school, job_id).state == "done"


def test_an_upgrade_clears_away_what_an_older_version_kept_and_nothing_of_anybody_else(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    values = {"database_url": new_database("sqlite"), "data_dir": tmp_path / "home"}
    settings = Settings.model_validate({**values, "data_key": DATA_KEY})
    own, other = (settings.data_dir / "imports" / name for name in (BEFORE, "letters"))
    for folder in (own, other):
        folder.mkdir(parents=True)
    initialise(settings, password="abc12345")
    assert (own.exists(), other.exists()) == (False, True)


def test_what_nobody_went_on_with_for_a_week_is_swept_up_by_the_next_check_and_once_a_day(
    desk: Desk, school: Actor, view: ImportView, tmp_path: Path
) -> None:
    counts = []
    for days in (6, 8):
        long_ago = time.time() - days * 86_400
        for each in sets(desk):
            os.utime(each, (long_ago, long_ago))
        purge(desk)
        counts.append(len(sets(desk)))
    again = checked(desk, school, PERSONS, table(PERSONS, people(1), tmp_path))
    (own,) = sets(desk)
    os.utime(own, (long_ago, long_ago))
    checked(desk, school, PERSONS, table(PERSONS, people(1), tmp_path))
    assert (counts, again.good, len(sets(desk)), own.exists()) == ([1, 0], 1, 1, False)


def test_a_check_that_is_refused_leaves_no_piece(
    desk: Desk, school: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*arguments: object, **more: object) -> object:
        raise Refused(ErrorCode.DATABASE_UNREACHABLE)

    monkeypatch.setattr("core.services.imports.start_job", away)
    path = table(PERSONS, people(1), tmp_path)
    seen = code(lambda: desk.do(check_import, school, CheckImport(kind=PERSONS, path=str(path))))
    assert (seen, sets(desk)) == (ErrorCode.DATABASE_UNREACHABLE, [])


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture
def far(open_new_store: Callable[..., Store], server: ObjectServer, tmp_path: Path) -> World:
    """An installation whose evidence lies in an object store."""
    return build_world(open_new_store("sqlite", **server.settings(f"evidence/{tmp_path.name}")))


def test_an_import_goes_on_when_the_evidence_store_is_back(
    far: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, school = cheap_desk(far.store), far.office(far.school)
    view = checked(desk, school, PERSONS, table(PERSONS, people(2), tmp_path))
    job_id = begun(desk, school, view, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(type(far.store.blobs), "read", _away)
        failed = resumed(desk, school, job_id)
    done = resumed(desk, school, job_id)
    assert (failed.state, "附件存储暂时连不上" in failed.trouble, done.state) == ("failed", True, "done")
    assert ended(desk, school, view).stored == 2


def test_while_the_evidence_store_is_away_no_file_is_taken_in(
    far: World, open_new_store: Callable[..., Store], tmp_path: Path
) -> None:
    settings = far.store.settings.model_dump()
    kept = {name: value for name, value in settings.items() if name.startswith("evidence_")}
    world = build_world(open_new_store("sqlite", **{**kept, "evidence_endpoint": "http://127.0.0.1:1"}))
    desk, school = cheap_desk(world.store), world.office(world.school)
    path = table(PERSONS, people(1), tmp_path)
    seen = code(lambda: desk.do(check_import, school, CheckImport(kind=PERSONS, path=str(path))))
    with desk.reading() as work:
        jobs = work.session.scalar(select(func.count()).select_from(Job))
    assert (seen, jobs) == (ErrorCode.EVIDENCE_UNREACHABLE, 0)


def _away(*arguments: object) -> bytes:
    raise Refused(ErrorCode.EVIDENCE_UNREACHABLE)
