"""The schema: revisions up and down, the same as the tables say, and every CHECK shown to hold."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from core.model import Base, Edition
from core.store import migrate
from core.store.engine import open_engines
from core.store.store import Store
from tests.store.table_rows import AT, OLD_ROWS, RIGHT, WRONG

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def migrated(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Engine:
    """The write engine of a migrated database."""
    return open_engines(new_database(request.param)).write


def test_the_head_is_the_newest_revision() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(migrate.configured(None)).get_current_head() == migrate.HEAD


def test_revisions_go_down_to_nothing_and_up_again(migrated: Engine) -> None:
    migrate.downgrade(migrated)
    assert set(inspect(migrated).get_table_names()) == {"alembic_version"}
    migrate.upgrade(migrated)
    assert set(inspect(migrated).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_database_held_is_there_after_tables_were_widened(
    engine: str, new_database: Callable[[str], str]
) -> None:
    """Down to the revision before, rows put in there, and up again: nothing is lost, and the log is chained."""
    write = open_engines(new_database(engine)).write
    migrate.downgrade(write, "0003")
    with write.begin() as connection:
        for table, values in OLD_ROWS:
            columns = ", ".join(values)
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(text(f"insert into {table} ({columns}) values ({marks})"), values)
    migrate.upgrade(write)
    with write.begin() as connection:
        asked = {
            "declaration": "select status, source, activity_id, rules_edition from declaration",
            "evidence": "select declaration_id, position from evidence",
            "person_year": "select employer_id, series, passed from person_year",
            "role": "select role, name from account_role where chief",
            "links": "select l.id, l.audit_id = a.id from audit a join audit_link l on l.audit_id = a.id",
        }
        found = {name: [tuple(row) for row in connection.execute(text(sql))] for name, sql in asked.items()}
    assert found == {
        "declaration": [("draft", "history", None, 0)],
        "evidence": [(1, 1)],
        "person_year": [(1, "", True)] if engine == "postgresql" else [(1, "", 1)],
        "role": [("operator", "")],
        "links": [(1, True), (2, True)],
    }


def test_asking_for_the_revision_does_not_import_alembic() -> None:
    code = "import sys, core.store.store; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_migrated_sqlite_schema_is_what_the_tables_say(
    new_database: Callable[[str], str], tmp_path: Path
) -> None:
    straight = create_engine(f"sqlite:///{tmp_path / 'straight.sqlite3'}")
    Base.metadata.create_all(straight)
    assert _sqlite_schema(open_engines(new_database("sqlite")).read) == _sqlite_schema(straight)


def test_the_migrated_postgresql_schema_is_what_the_tables_say(new_database: Callable[[str], str]) -> None:
    migrated = open_engines(new_database("postgresql")).write
    with migrated.begin() as connection:
        found = _postgresql_schema(connection)
        connection.execute(text("create schema straight"))
        connection.execute(text("set local search_path = straight"))
        Base.metadata.create_all(connection)
        assert found == _postgresql_schema(connection)


def test_autogenerate_finds_nothing_to_change(new_database: Callable[[str], str]) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    # On PostgreSQL only: alembic can't read indexes with expressions from SQLite.
    with open_engines(new_database("postgresql")).read.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("table", ["audit", "audit_link", "decision", "edition"])
@pytest.mark.parametrize("change", ["update {} set id = 7", "delete from {}"])
def test_what_was_written_down_cannot_be_changed(store: Store, table: str, change: str) -> None:
    with store.writing() as work:
        work.audit(None, "test")
        work.decide(None, "declaration", 1, "submit", version=1)
        work.session.add(Edition(**RIGHT["edition"]))
        work.commit()
    with store.writing() as work, pytest.raises(Exception, match="is append-only"):
        work.session.execute(text(change.format(table)))


def test_a_replacing_insert_does_not_slip_past_on_sqlite(sqlite_store: Store) -> None:
    with sqlite_store.writing() as work:
        work.audit(None, "test")
        work.commit()
    replace = "insert or replace into audit select id, at, actor_account_id, 'x', role, address, action, "
    with sqlite_store.writing() as work, pytest.raises(Exception, match="is append-only"):
        work.session.execute(text(replace + "object_kind, object_id, summary from audit"))


CHECKS = sorted(
    str(check.name)
    for table in Base.metadata.tables.values()
    for check in table.constraints
    if isinstance(check, CheckConstraint)
)


def test_every_check_has_a_row_that_breaks_it() -> None:
    assert sorted(WRONG) == CHECKS


@pytest.fixture(scope="module", params=ENGINES)
def a_row_of_all(request: pytest.FixtureRequest) -> Engine:
    """A database with one row of what the rows above refer to; the tests below undo what they do."""
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_template").with_name("checks.sqlite3")
        engine = open_engines(f"sqlite:///{path}").write
        migrate.upgrade(engine)
    else:
        server: str = request.getfixturevalue("postgresql_server")
        with create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("create database checks"))
        engine = open_engines(server.format("checks")).write
        migrate.upgrade(engine)
    with engine.begin() as connection:
        _insert(connection, "region", {**RIGHT["region"], "code": "410326"})
        _insert(connection, "org", {k: v for k, v in RIGHT["org"].items() if k != "id"} | {"code": "A"})
        for number in (1, 2):
            account = {"login_digest": bytes([number]), "login_sealed": b"s", "created_at": AT}
            _insert(connection, "account", {**account, "password_hash": "x"})
        _insert(connection, "person", {**RIGHT["person"], "account_id": 1, "id_number_digest": b"e"})
        _insert(connection, "account_role", {"account_id": 2, "role": "operator"})
        _insert(connection, "declaration", RIGHT["declaration"])
        for letter in "bde":
            _insert(connection, "blob", {**RIGHT["blob"], "sha256": letter * 64})
        for letter in "de":
            _insert(connection, "scan_print", {**RIGHT["scan_print"], "sha256": letter * 64})
        for table in ("training_plan", "training_class", "audit", "spot_check"):
            _insert(connection, table, RIGHT[table])
        _insert(connection, "provider", {**RIGHT["provider"], "code": "q"})
        _insert(connection, "service", {**RIGHT["service"], "id": "s"})
    return engine


@pytest.mark.parametrize("table", sorted(RIGHT))
def test_a_row_that_is_right_is_taken(a_row_of_all: Engine, table: str) -> None:
    with a_row_of_all.connect() as connection:
        _insert(connection, table, RIGHT[table])


@pytest.mark.parametrize("check", CHECKS)
def test_a_row_that_breaks_a_check_is_refused(a_row_of_all: Engine, check: str) -> None:
    table = max((name for name in RIGHT if check.startswith(f"ck_{name}_")), key=len)
    with a_row_of_all.connect() as connection, pytest.raises(IntegrityError, match=check):
        _insert(connection, table, {**RIGHT[table], **WRONG[check]})


def _insert(connection: Connection, table: str, values: dict[str, Any]) -> None:
    connection.execute(Base.metadata.tables[table].insert().values(values))


def _sqlite_schema(engine: Engine) -> dict[str, list[str]]:
    """Every table and index as its SQL, its parts in one order; triggers are the revisions' own."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("select name, sql from sqlite_master where type in ('table', 'index')")
        )
        return {
            name: sorted(re.sub(r"\s+", " ", part).strip(" ,)") for part in sql.splitlines())
            for name, sql in rows
            if sql and name != "alembic_version"
        }


def _postgresql_schema(connection: Connection) -> set[tuple[str, ...]]:
    here = "(select current_schema()::regnamespace)"
    asked = (
        "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, "
        "coalesce(a.attcollation::regcollation::text, '') "
        "from pg_attribute a join pg_class c on c.oid = a.attrelid "
        f"where c.relnamespace = {here} and c.relkind = 'r' and a.attnum > 0",
        f"select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = {here}",
        "select indexname, replace(indexdef, schemaname || '.', '') from pg_indexes "
        "where schemaname = current_schema()",
    )
    found = {tuple(map(str, row)) for sql in asked for row in connection.execute(text(sql))}
    return {row for row in found if not row[0].startswith("alembic_version")}
