"""Two hosts on one PostgreSQL and one object store act as one: queues, counters, throttles, sessions, rules."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Certificate, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.imports import ImportKind
from core.rules.roles import Guest, Role
from core.schema.base import Nothing
from core.schema.certificates import PrintCertificate
from core.schema.declarations import EvidenceCells, Holder
from core.schema.imports import CheckImport, ImportKey, ProblemQuery, StoreImport
from core.schema.review import ItemKey, QueueQuery, Verdict
from core.schema.sign_in import SignIn
from core.services import imports
from core.services.audit_proof import prove_chain
from core.services.certificates import print_certificate
from core.services.desk import Desk
from core.services.evidence import evidence_cells
from core.services.job_worker import next_job
from core.services.jobs import JobRunner, run_job
from core.services.review import decide
from core.services.review_views import queue_page, review_item
from core.services.sign_in import sign_in, sign_out
from core.store.seal import create_seal
from core.store.store import Store, open_store
from tests.services.editing import change
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.services.hall import ISSUER, PASSED, operator, pass_year
from tests.services.importing import table
from tests.services.races import at_once, verdict
from tests.services.test_imports_large import killed_while_storing, people
from tests.services.test_sign_in import give_login
from tests.store.object_store import ObjectServer, object_server
from tests.worlds import World, build_world, submitted


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture
def world(open_new_store: Callable[..., Store], server: ObjectServer, tmp_path: Path) -> World:
    """The world as the first host sees it."""
    return build_world(open_new_store("postgresql", **server.settings(f"evidence/{tmp_path.name}")))


@pytest.fixture
def first(world: World) -> Desk:
    """The desk of the first host."""
    return cheap_desk(world.store)


@pytest.fixture
def second(world: World, tmp_path: Path) -> Iterator[Desk]:
    """The desk of the second host: a data folder of its own, into which the signing key was copied."""
    create_seal(world.store.settings.seal_dir, ISSUER)
    folder = tmp_path / "second"
    shutil.copytree(world.store.settings.seal_dir, folder / "seal")
    store = open_store(world.store.settings.model_copy(update={"data_dir": folder}), world.clock)
    yield cheap_desk(store)
    store.close()


def wrong(desk: Desk) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        desk.do(sign_in, GUEST, SignIn(role=Role.EMPLOYER, login="YAMEN", password="wrong-pass1"))
    return caught.value.code


def test_what_was_decided_at_one_is_gone_from_the_queue_of_the_other(
    first: Desk, second: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(first, world.person(), tmp_path)
    one, other = world.office(world.school, "甲"), world.office(world.school, "乙")
    before = second.do(queue_page, other, QueueQuery())
    first.do(decide, one, verdict(view, Verdict.APPROVE))
    after = second.do(queue_page, other, QueueQuery())
    assert ([row.id for row in before.rows], list(after.rows)) == ([view.id], [])


def test_who_has_an_item_open_at_one_is_named_at_the_other(
    first: Desk, second: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(first, world.person(), tmp_path)
    one, other = world.office(world.school, "甲"), world.office(world.school, "乙")
    first.do(review_item, one, ItemKey(id=view.id))
    (viewer,) = second.do(review_item, other, ItemKey(id=view.id)).viewers
    assert viewer.startswith("甲 ")


def test_a_scan_brought_in_at_one_is_looked_at_at_the_other(
    first: Desk, second: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(first, world.person(), tmp_path)
    asked = EvidenceCells(
        sha256=view.evidence[0].sha256, cols=20, rows=10, object_id=view.id, holder=Holder.DECLARATION
    )
    assert len(second.do(evidence_cells, world.office(world.school), asked)) == 10


def test_wrong_passwords_at_both_count_together(first: Desk, second: Desk, world: World) -> None:
    give_login(first, world.office(world.school), "YAMEN")
    codes = [wrong(desk) for desk in (first, second, first, second, first)]
    assert (codes[-1], wrong(second)) == (ErrorCode.LOCKED, ErrorCode.LOCKED)


def test_a_session_that_ended_at_one_has_ended_at_the_other(first: Desk, second: Desk, world: World) -> None:
    give_login(first, world.office(world.school), "YAMEN")
    entered = first.do(
        sign_in, Guest("127.0.0.1"), SignIn(role=Role.EMPLOYER, login="YAMEN", password=PASSWORD)
    )
    second.do(queue_page, entered.actor, QueueQuery())
    first.do(sign_out, entered.actor, Nothing())
    with pytest.raises(Refused) as caught:
        second.do(queue_page, entered.actor, QueueQuery())
    assert caught.value.code is ErrorCode.SESSION_ENDED


def test_numbers_of_certificates_are_given_once_over_both(first: Desk, second: Desk, world: World) -> None:
    people = [world.person(f"教师{number}") for number in range(8)]
    for person in people:
        pass_year(world, person)
    answers = at_once(
        *(
            lambda desk=desk, person=person: desk.do(
                print_certificate, person, PrintCertificate(years=(PASSED,))
            )
            for desk, person in zip((first, second) * 4, people, strict=True)
        )
    )
    with world.store.reading() as work:
        numbers = list(work.session.scalars(select(Certificate.number)))
    assert (answers, len(set(numbers)), len(numbers)) == (["done"] * 8, 8, 8)


def test_a_paper_issued_at_one_is_printed_again_at_the_other(first: Desk, second: Desk, world: World) -> None:
    person = world.person()
    pass_year(world, person)
    wanted = PrintCertificate(years=(PASSED,))
    printed = [desk.do(print_certificate, person, wanted) for desk in (first, second)]
    assert printed[0].number == printed[1].number


def test_a_rule_changed_at_one_holds_at_the_other(first: Desk, second: Desk, world: World) -> None:
    with second.reading() as work:
        before = work.rulebook.edition
    change(first, operator(world), "hours", "patent|发明", hours="40")
    with second.reading() as work:
        assert work.rulebook.edition > before


def test_the_audit_log_of_both_is_one_chain(first: Desk, second: Desk, world: World, tmp_path: Path) -> None:
    people = [world.person(f"教师{number}") for number in range(12)]
    at_once(
        *(
            lambda desk=desk, person=person, at=at: submitted(desk, person, tmp_path, at)
            for at, (desk, person) in enumerate(zip((first, second) * 6, people, strict=True))
        )
    )
    with second.reading() as work:
        proof = prove_chain(work)
    assert proof.whole and proof.entries >= 24, proof.trouble


def worked_off(desk: Desk) -> str:
    """The next job that waits, done as the worker of this host does it; returns the state it came to."""
    job_id = next_job(desk)
    assert job_id is not None
    return run_job(desk, job_id, leaves="waiting")


def test_a_file_brought_in_at_one_is_checked_and_stored_by_the_worker_of_the_other(
    first: Desk, second: Desk, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
    school = world.office(world.school)
    path = table(ImportKind.PERSONS, [*people(3), {"姓名": "王小明", "证件号": "1"}], tmp_path)
    key = first.do(imports.check_import, school, CheckImport(kind=ImportKind.PERSONS, path=str(path))).job.id
    states = [worked_off(second)]
    (problem,) = first.do(imports.import_problems, school, ProblemQuery(job_id=key)).rows
    first.do(imports.store_import, school, StoreImport(job_id=key, good_only=True))
    states.append(worked_off(second))
    seen = [desk.do(imports.import_view, school, ImportKey(job_id=key)).stored for desk in (first, second)]
    assert (states, problem.line, seen) == (["done", "done"], 5, [3, 3])


def test_a_host_killed_while_it_stores_a_file_is_followed_by_the_other(
    first: Desk,
    second: Desk,
    world: World,
    server: ObjectServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
    monkeypatch.setattr(imports, "PART", 20)
    for name, value in server.settings(f"evidence/{tmp_path.name}").items():
        monkeypatch.setenv(f"JIJIAO_{name.upper()}", value)
    count, school = 400, world.office(world.school)
    path = table(ImportKind.PERSONS, people(count), tmp_path)
    key = first.do(imports.check_import, school, CheckImport(kind=ImportKind.PERSONS, path=str(path))).job.id
    worked_off(first)
    begun = first.do(imports.store_import, school, StoreImport(job_id=key))
    done = killed_while_storing(first, begun.job.id, 40)
    state = worked_off(second)
    with second.reading() as work:
        wanted = (func.count(), func.count(func.distinct(Person.id_number_digest)))
        numbers = tuple(work.session.execute(select(*wanted)).one())
    assert (state, numbers) == ("done", (count, count)) and 0 < done < count
