"""Two services on one PostgreSQL and one evidence store act as one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import asyncssh
import pytest

from core.model import Job
from core.rules.roles import Guest, Role
from core.schema.sign_in import SignIn
from core.services.jobs import start_job
from core.services.served import services
from core.services.sign_in import sign_in
from tests.conftest import administer
from tests.journeys.conftest import filled_on
from tests.journeys.steps import LOGINS, PASSWORD, PERSON, PERSON_NAME, Installation
from tests.serve.service import NOTHING_HELD, Service, alive, held, until

TEMPLATE = "template_two_services"
SHARED = ("keys", "seal")
"""What an administrator copies to the second host (docs/serving.md)."""
Pair = tuple[Service, Service]


@pytest.fixture(scope="module")
def places(
    postgresql_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], list[Installation]]]:
    """Call it for two hosts with folders of their own, on a database that both know, fresh each time."""
    numbers = count()
    home = tmp_path_factory.mktemp("two") / "home"

    def fresh() -> list[Installation]:
        number = next(numbers)
        administer(postgresql_server, f"create database two_{number} template {TEMPLATE}")
        folder = tmp_path_factory.mktemp("hosts")
        hosts = [folder / name for name in ("one", "two")]
        for host in hosts:
            for part in SHARED:
                shutil.copytree(home / part, host / part)
            (host / "blobs").symlink_to(home / "blobs")
        return [Installation(host, url=postgresql_server.format(f"two_{number}")) for host in hosts]

    with filled_on(postgresql_server, TEMPLATE, home):
        yield fresh
    for number in range(next(numbers)):
        administer(postgresql_server, f"drop database two_{number} with (force)")


@contextmanager
def both(places: Callable[[], list[Installation]]) -> Iterator[Pair]:
    """A service on each of two hosts."""
    with ExitStack() as stack:
        one, two = (stack.enter_context(Service(place)) for place in places())
        yield one, two


@pytest.fixture(scope="module")
def pair(places: Callable[[], list[Installation]]) -> Iterator[Pair]:
    """Two services that all tests of this file share; each test brings accounts of its own."""
    with both(places) as found:
        yield found


def comes_in(service: Service, login: str, password: str) -> bool:
    """Whether a password opens the door."""

    async def try_it() -> bool:
        try:
            async with asyncssh.connect(
                "127.0.0.1",
                service.ports["压缩"],
                username=login,
                password=password,
                client_keys=None,
                known_hosts=None,
            ):
                return True
        except asyncssh.PermissionDenied:
            return False

    return asyncio.run(try_it())


def test_a_review_that_was_taken_on_one_is_gone_from_the_queue_of_the_other(pair: Pair) -> None:
    one, two = pair
    login = LOGINS[Role.EMPLOYER]
    with one.call(login=login) as here, two.call(login=login) as there:
        for seat in (here, there):
            seat.see(Role.EMPLOYER.label, ":zh")
            seat.type(":zh", "Enter")
            seat.see("王五", "第 1 / 1")
        here.pass_one("王五")
        there.type("F5")
        there.see("没有待审的")


def test_wrong_passwords_on_both_count_together(pair: Pair) -> None:
    login = LOGINS[Role.AUTHORITY]
    tries = [comes_in(pair[number % 2], login, "wrong1234") for number in range(5)]
    assert (tries, [comes_in(each, login, PASSWORD) for each in pair]) == ([False] * 5, [False, False])


def test_the_sessions_of_an_account_on_both_count_together(pair: Pair) -> None:
    one, two = pair
    with ExitStack() as stack:
        for service in (one, two, one):
            seat = stack.enter_context(service.call(login=PERSON))
            seat.see(PERSON_NAME)
        refused = stack.enter_context(two.call(login=PERSON))
        refused.see("这个帐号已开着 3 个会话")


def test_a_job_is_done_once_by_one_of_the_workers(pair: Pair) -> None:
    one, two = pair
    desk = one.home.desk()
    try:
        wanted = SignIn(role=Role.BUREAU, login=LOGINS[Role.BUREAU], password=PASSWORD)
        bureau = desk.do(sign_in, Guest(), wanted).actor
        with desk.writing() as work:
            job_id = start_job(work, bureau, "stat_cells", "统计汇总", {}).id
            work.commit()

        def job() -> Job:
            with desk.reading() as work:
                return work.session.get_one(Job, job_id)

        until(lambda: job().state == "done", "the job is done")
        assert int(job().runner.split(":")[1]) in one.offspring() | two.offspring()
    finally:
        desk.close()


def test_of_two_services_of_which_one_was_killed_the_other_clears_up(
    places: Callable[[], list[Installation]],
) -> None:
    with both(places) as (one, two):
        with one.call(login=PERSON) as seat:
            seat.see(PERSON_NAME)
            its = one.offspring()
            one.kill()
            until(lambda: held(two.home) == NOTHING_HELD, "the other clears up", 60)
        until(lambda: not alive(its), "no process of it is left")
        desk = two.home.desk()
        try:
            assert [each.process for each in services(desk)] == [two.process]
        finally:
            desk.close()
        with two.call(login=PERSON) as again:
            again.see(PERSON_NAME)
