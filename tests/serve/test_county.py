"""A county as its document sets it up: PostgreSQL behind a pooler, evidence in an object store, over SSH."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.rules.roles import Guest, Role
from core.schema.sign_in import SignIn
from core.services.desk import open_desk
from core.services.setup import initialise
from core.services.sign_in import sign_in
from core.store.settings import Settings
from tests.conftest import administer
from tests.journeys.conftest import fill
from tests.journeys.steps import LOGINS, OFFICE, PASSWORD, PERSON, PERSON_NAME, Installation
from tests.serve.service import Service, until
from tests.store.object_store import ObjectServer, object_server
from tests.store.pooler import pooler
from tests.worlds import submitted

pytestmark = pytest.mark.skipif(
    shutil.which("ssh") is None, reason="needs Debian's openssh-client, which is not here"
)
DATABASE = "county"
SESSIONS = 4
OF_THE_SERVICE = 5
"""Connections that front and worker may keep."""


@pytest.fixture(scope="module")
def evidence() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@pytest.fixture(scope="module")
def county(
    postgresql_server: str, evidence: ObjectServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with a declaration that waits at the school, its scan in the object store."""
    administer(postgresql_server, f"create database {DATABASE}")
    made = Installation(tmp_path_factory.mktemp("county") / "home", url=postgresql_server.format(DATABASE))
    settings = Settings.model_validate({**made.settings.model_dump(), **evidence.settings()})
    initialise(settings, password=PASSWORD)
    made.scans.mkdir()
    desk = open_desk(settings)
    try:
        fill(desk, made.folder)
        wanted = SignIn(role=Role.PERSON, login=PERSON, password=PASSWORD)
        submitted(desk, desk.do(sign_in, Guest(), wanted).actor, made.scans)
    finally:
        desk.close()
    yield made
    administer(postgresql_server, f"drop database {DATABASE} with (force)")


def environment(evidence: ObjectServer, **more: str) -> dict[str, str]:
    values = {**evidence.settings(), **more}
    return {f"JIJIAO_{name.upper()}": value for name, value in values.items()}


def connections(url: str) -> int:
    """Of the service to its database, whoever of it holds them."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    own = "select count(*) from pg_stat_activity where datname = :name and pid <> pg_backend_pid()"
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text(own), {"name": DATABASE}) or 0)
    finally:
        engine.dispose()


def test_a_reviewer_decides_with_the_scan_before_his_eyes(
    county: Installation, evidence: ObjectServer, postgresql_server: str
) -> None:
    with pooler(postgresql_server, 2) as pooled:
        given = environment(
            evidence,
            database_url=pooled.format(DATABASE),
            database_direct_url=county.url,
            pooler="on",
        )
        with (
            Service(county, env=given) as service,
            service.call(login=LOGINS[Role.EMPLOYER], cols=120, rows=30) as seat,
        ):
            seat.see("学时初审")
            seat.type("1")
            seat.see("待审 1 ", PERSON_NAME, "数字查看")
            seat.type("1")
            seat.see("▀")
            seat.type("Esc")
            seat.pass_one(PERSON_NAME, went_to=OFFICE)
    assert not list(Path(county.settings.blob_dir).rglob("*.*"))


def test_sessions_whose_operators_think_hold_no_connection(
    county: Installation, evidence: ObjectServer
) -> None:
    with Service(county, env=environment(evidence), serve_account_sessions=SESSIONS) as service:
        seats = [service.call(login=PERSON) for _ in range(SESSIONS)]
        try:
            for seat in seats:
                seat.see("未完成的草稿")
            until(lambda: connections(county.url) <= OF_THE_SERVICE, "connections are given back")
            for seat in seats:
                seat.type(":")
                seat.type("cx", "Enter")
                seat.see("进度查询")
        finally:
            for seat in seats:
                seat.terminal.close()
