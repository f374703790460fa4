"""The schema: revisions up and down, the same as the tables say, and every CHECK shown to hold."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from core.model import Base
from core.store import migrate
from core.store.engine import open_engines
from core.store.store import Store

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


@pytest.mark.parametrize("table", ["audit", "decision"])
@pytest.mark.parametrize("change", ["update {} set id = 7", "delete from {}"])
def test_what_was_written_down_cannot_be_changed(store: Store, table: str, change: str) -> None:
    with store.writing() as work:
        work.audit(None, "test")
        work.decide(None, "declaration", 1, "submit", version=1)
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


# One row of each table that is right, and for each CHECK what makes it wrong.
AT = datetime(2026, 11, 20, tzinfo=UTC)
RIGHT: dict[str, dict[str, Any]] = {
    "region": {"code": "410001", "name": "x", "kind": "county", "active": True},
    "org": {"id": 50, "kind": "employer", "name": "x", "code": "B", "region_code": "410326"},
    "department": {"org_id": 1, "name": "x"},
    "year_window": {"year": 2026, "region_code": "410326", "changed_at": AT},
    "person": {
        "account_id": 2,
        "employer_id": 1,
        "region_code": "410326",
        "name": "x",
        "id_type": "身份证",
        "id_number_sealed": b"s",
        "id_number_digest": b"d",
    },
    "account_role": {"account_id": 1, "role": "operator"},
    "registration": {
        "employer_id": 1,
        "id_digest": b"d",
        "name": "x",
        "id_number_masked": "x",
        "sealed": b"s",
        "password_hash": "x",
        "submitted_at": AT,
    },
    "throttle": {"kind": "account", "key_digest": b"d", "first_at": AT},
    "login_session": {
        "id": "x",
        "account_id": 1,
        "role": "person",
        "account_role_id": 1,
        "started_at": AT,
        "last_seen_at": AT,
    },
    "declaration": {
        "person_id": 1,
        "employer_id": 1,
        "region_code": "410326",
        "year": 2026,
        "subject": "公需科目",
        "form": "x",
        "created_at": AT,
        "updated_at": AT,
    },
    "blob": {"sha256": "a" * 64, "size": 1, "kind": "jpg", "width": 1, "height": 1, "added_at": AT},
    "evidence": {"declaration_id": 1, "position": 1, "sha256": "b" * 64, "file_name": "x"},
    "person_year": {"person_id": 1, "year": 2026, "region_code": "410326"},
    "decision": {"kind": "x", "object_id": 1, "seq": 1, "move": "x", "at": AT, "object_version": 1},
    "certificate": {
        "number": "x",
        "person_id": 1,
        "person_name": "x",
        "region_code": "410326",
        "years": "2026",
        "facts_sealed": b"s",
        "check_code": "x",
        "issued_at": AT,
        "issuer_org_id": 1,
        "pdf_sha256": "x",
    },
    "certificate_counter": {"region_code": "410326", "year": 2026},
    "audit": {"at": AT, "action": "x"},
    "change": {"kind": "position", "person_id": 1, "org_id": 1, "submitted_at": AT},
    "person_record": {
        "person_id": 1,
        "kind": "education",
        "title": "x",
        "created_at": AT,
        "updated_at": AT,
    },
    "attachment": {
        "kind": "record",
        "object_id": 1,
        "position": 1,
        "sha256": "b" * 64,
        "file_name": "x",
    },
    "message": {"account_id": 1, "kind": "x", "text": "x", "at": AT},
    "outbox": {"to_sealed": b"s", "subject": "x", "created_at": AT, "due_at": AT},
    "draft": {"key": "k" * 16, "account_id": 1, "form": "declare", "sealed": b"s", "saved_at": AT},
    "password_reset": {
        "asked_digest": b"d",
        "code_digest": b"d",
        "created_at": AT,
        "expires_at": AT.replace(hour=1),
    },
}
PENDING = {"status": "pending", "step": "employer", "handler_org_id": 1, "submitted_at": AT}
WRONG: dict[str, dict[str, Any]] = {
    "ck_region_code": {"code": "41"},
    "ck_org_kind": {"kind": "school"},
    "ck_org_name": {"name": ""},
    "ck_org_not_its_own": {"superior_id": 50},
    "ck_department_name": {"name": ""},
    "ck_year_window_state": {"state": "ajar"},
    "ck_year_window_year": {"year": 1899},
    "ck_person_name": {"name": ""},
    "ck_account_role_role": {"role": "king", "org_id": 1},
    "ck_account_role_person": {"role": "person"},
    "ck_account_role_org": {"role": "bureau"},
    "ck_registration_state": {"state": "lost", "decided_at": AT},
    "ck_registration_decided": {"state": "approved"},
    "ck_registration_reason": {"state": "rejected", "decided_at": AT},
    "ck_registration_name": {"name": ""},
    "ck_throttle_kind": {"kind": "x"},
    "ck_throttle_failures": {"failures": -1},
    "ck_login_session_role": {"role": "king"},
    "ck_declaration_status": {"status": "lost"},
    "ck_declaration_step": {**PENDING, "step": "court"},
    "ck_declaration_source": {"source": "hearsay"},
    "ck_declaration_handler": {**PENDING, "handler_org_id": None},
    "ck_declaration_pending_step": {**PENDING, "step": None},
    "ck_declaration_submitted": {**PENDING, "submitted_at": None},
    "ck_declaration_claimed": {"claimed_halves": -1},
    "ck_declaration_recognised": {"claimed_halves": 8, "recognised_halves": 9},
    "ck_declaration_approved": {"status": "approved"},
    "ck_declaration_year": {"year": 26},
    "ck_declaration_dates": {"started_on": AT.date(), "ended_on": AT.date().replace(day=1)},
    "ck_declaration_note": {"note": "长" * 1001},
    "ck_blob_sha256": {"sha256": "a"},
    "ck_blob_kind": {"kind": "exe"},
    "ck_blob_measures": {"width": 0},
    "ck_evidence_position": {"position": 0},
    "ck_person_year_halves": {"public_halves": -1},
    "ck_person_year_year": {"year": 26},
    "ck_decision_seq": {"seq": 0},
    "ck_certificate_state": {"state": "lost"},
    "ck_certificate_revoked": {"state": "revoked", "revoked_reason": "x"},
    "ck_certificate_reason": {"state": "revoked", "revoked_at": AT},
    "ck_certificate_replaced": {"state": "replaced"},
    "ck_certificate_print_count": {"print_count": -1},
    "ck_certificate_counter_next": {"next": 0},
    "ck_audit_action": {"action": ""},
    "ck_change_kind": {"kind": "wish"},
    "ck_change_state": {"state": "lost", "decided_at": AT},
    "ck_change_decided": {"state": "approved"},
    "ck_change_reason": {"state": "rejected", "decided_at": AT},
    "ck_change_superseded": {"kind": "identity", "sealed": b"s", "state": "superseded", "decided_at": AT},
    "ck_change_from_org": {"kind": "transfer"},
    "ck_change_sealed": {"kind": "identity"},
    "ck_change_elsewhere": {"kind": "transfer", "from_org_id": 1},
    "ck_change_faces": {"faces": "smile"},
    "ck_person_record_kind": {"kind": "hobby"},
    "ck_person_record_title": {"title": ""},
    "ck_attachment_kind": {"kind": "wall"},
    "ck_attachment_position": {"position": 0},
    "ck_message_addressee": {"org_id": 1},
    "ck_message_text": {"text": ""},
    "ck_outbox_subject": {"subject": ""},
    "ck_outbox_attempts": {"attempts": -1},
    "ck_outbox_ended_once": {"sent_at": AT, "given_up_at": AT},
    "ck_draft_owner": {"account_id": None},
    "ck_draft_key": {"key": "k"},
    "ck_draft_form": {"form": ""},
    "ck_password_reset_expires": {"expires_at": AT},
    "ck_password_reset_used": {"used_at": AT},
}
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
        _insert(connection, "blob", {**RIGHT["blob"], "sha256": "b" * 64})
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
