"""Behind a pooler that pools transactions: a whole life, races, the audit chain, jobs, fifty at once, a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from core.model import Audit, Declaration
from core.rules.errors import ErrorCode, Refused
from core.schema.backup import BackUp
from core.schema.review import Verdict
from core.services.audit_proof import prove_chain
from core.services.backup import back_up
from core.services.desk import Desk
from core.services.health import doctor
from core.services.job_runner import run_job
from core.services.restore import restore
from core.services.review import decide
from core.services.setup import LOCAL, initialise
from core.store.settings import Settings
from core.store.store import Store, open_store
from tests.conftest import DATA_KEY, FixedClock, administer
from tests.services.front_door import cheap_desk
from tests.services.hall import answer
from tests.services.jobs_made_here import begun, windows_are_a_kind, written
from tests.services.life import begin_life
from tests.services.races import at_once, moves, verdict
from tests.store.pooler import pooler
from tests.worlds import World, build_world, submitted

CONNECTIONS = 2
OPERATORS = 50


@pytest.fixture(scope="module")
def pooled(postgresql_server: str) -> Iterator[str]:
    """A pooler with two connections to each database."""
    with pooler(postgresql_server, CONNECTIONS) as url:
        yield url


@pytest.fixture(scope="module")
def narrow(postgresql_server: str) -> Iterator[str]:
    """A pooler with a single connection: whoever wants two at once waits for himself."""
    with pooler(postgresql_server, 1) as url:
        yield url


@pytest.fixture
def open_pooled(
    new_database: Callable[[str], str], tmp_path: Path, clock: FixedClock
) -> Iterator[Callable[..., Store]]:
    """Call it with a pooler's URL: a store on a new database behind it."""
    opened: list[Store] = []

    def make(url: str, **more: object) -> Store:
        direct = new_database("postgresql")
        name = direct.rpartition("?")[0].rpartition("/")[2]
        values = {
            "database_url": url.format(name),
            "database_direct_url": direct,
            "pooler": True,
            "data_dir": tmp_path / "home",
            "data_key": DATA_KEY,
            "captcha": False,
            **more,
        }
        opened.append(open_store(Settings.model_validate(values), clock))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(open_pooled: Callable[..., Store], pooled: str) -> Store:
    """A store behind two connections."""
    return open_pooled(pooled)


@pytest.fixture
def second(world: World) -> Iterator[Desk]:
    """A second service on the same database."""
    store = open_store(world.store.settings, world.clock)
    yield cheap_desk(store)
    store.close()


def count(store: Store, model: type[Audit] | type[Declaration]) -> int:
    with store.reading() as work:
        return work.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_whole_life_needs_a_single_connection_at_a_time(
    open_pooled: Callable[..., Store], narrow: str, tmp_path: Path
) -> None:
    store = open_pooled(narrow)
    begin_life(store, tmp_path).play()
    with store.reading() as work:
        assert prove_chain(work).whole


def test_nothing_of_a_session_stays_at_the_server(
    desk: Desk, world: World, tmp_path: Path, postgresql_server: str
) -> None:
    submitted(desk, world.person(), tmp_path)
    settings = world.store.settings
    behind = create_engine(
        settings.url, connect_args={"prepare_threshold": None}, isolation_level="AUTOCOMMIT"
    )
    left = (
        "select (select count(*) from pg_prepared_statements where not from_sql) "
        "+ (select count(*) from pg_locks where locktype = 'advisory') "
        "+ (select count(*) from pg_class where relpersistence = 't') "
        "+ (select count(*) from pg_listening_channels())"
    )
    with behind.connect() as connection:
        found = (connection.scalar(text(left)), connection.scalar(text("show search_path")))
    behind.dispose()
    assert found == (0, '"$user", public')


def test_of_two_reviewers_at_two_services_exactly_one_decides_each(
    desk: Desk, second: Desk, world: World, tmp_path: Path
) -> None:
    views = [submitted(desk, world.person(), tmp_path, shade) for shade in range(1, 11)]
    one, other = world.office(world.school, "甲"), world.office(world.school, "乙")
    answers = [
        sorted(
            at_once(
                lambda view=view: desk.do(decide, one, verdict(view, Verdict.APPROVE)),
                lambda view=view: second.do(decide, other, verdict(view, Verdict.RETURN)),
            )
        )
        for view in views
    ]
    assert answers == [["STALE", "done"]] * 10
    assert {len(moves(world, view.id)) for view in views} == {2}


def test_fifty_operators_at_once_lose_nothing_and_double_nothing(
    desk: Desk, second: Desk, world: World, tmp_path: Path
) -> None:
    people = [world.person(f"教师{number:02d}") for number in range(OPERATORS)]
    before = count(world.store, Audit)
    answers = at_once(
        *(
            lambda person=person, at=at: submitted((desk, second)[at % 2], person, tmp_path, at)
            for at, person in enumerate(people)
        )
    )
    with world.store.reading() as work:
        proof = prove_chain(work)
    assert answers == ["done"] * OPERATORS
    assert (count(world.store, Declaration), count(world.store, Audit) - before) == (OPERATORS, 2 * OPERATORS)
    assert proof.whole, proof.trouble


def test_a_job_is_done_part_by_part(desk: Desk, world: World) -> None:
    with windows_are_a_kind():
        job = begun(world, world.office(world.county_bureau))
        assert (run_job(desk, job), written(world.store)) == ("done", list(range(2030, 2040)))


def test_a_backup_goes_past_the_pooler_and_comes_back(
    store: Store, tmp_path: Path, postgresql_server: str
) -> None:
    initialise(store.settings, password="abc12345", clock=store.clock)
    made = back_up(cheap_desk(store), LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    name = "restored_past_the_pooler"
    administer(postgresql_server, f"create database {name} template template0")
    url = postgresql_server.format(name)
    try:
        place = Settings(data_dir=tmp_path / "elsewhere", data_key=DATA_KEY, database_url=url)
        assert dict(restore(place, Path(made.path)).lines)["审计日志"]
    finally:
        administer(postgresql_server, f"drop database {name} with (force)")


def test_without_a_direct_address_a_backup_says_what_to_set(
    open_pooled: Callable[..., Store], pooled: str, tmp_path: Path
) -> None:
    desk = cheap_desk(open_pooled(pooled, database_direct_url=""))
    with pytest.raises(Refused) as caught:
        back_up(desk, LOCAL, BackUp(path=str(tmp_path / "all.tar")))
    assert caught.value.code is ErrorCode.DIRECT_URL_MISSING


def test_the_doctor_asks_for_the_direct_address(open_pooled: Callable[..., Store], pooled: str) -> None:
    settings = open_pooled(pooled, database_direct_url="").settings
    found = next(each for each in doctor(settings) if each.name == "连接池")
    assert (found.ok, found.mend) == (False, "设置 JIJIAO_DATABASE_DIRECT_URL")


def test_a_database_that_is_gone_behind_the_pooler_is_said_to_be_unreachable(
    open_pooled: Callable[..., Store], tmp_path: Path, postgresql_server: str
) -> None:
    with pooler(postgresql_server, CONNECTIONS, wait=1) as impatient:
        world = build_world(open_pooled(impatient))
        desk, person = cheap_desk(world.store), world.person()
        name = world.store.settings.url.rpartition("?")[0].rpartition("/")[2]
        administer(postgresql_server, f"drop database {name} with (force)")
        try:
            answers = [answer(lambda: submitted(desk, person, tmp_path)) for _ in range(2)]
        finally:
            administer(postgresql_server, f"create database {name}")
            world.store.close()
    assert answers == ["DATABASE_UNREACHABLE"] * 2
