"""Opening an installation: what is missing is named; engines and settings."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text

from core.model import Meta
from core.rules.clock import ShiftedClock
from core.rules.errors import ErrorCode, Refused
from core.store.engine import open_engines
from core.store.settings import Settings, describe, without_password
from core.store.store import Store, create_store, open_store


def _refusal(settings: Settings) -> ErrorCode:
    with pytest.raises(Refused) as refused:
        open_store(settings)
    return refused.value.code


def test_an_installation_that_was_never_made_is_not_initialised(tmp_path: Path) -> None:
    assert _refusal(Settings(data_dir=tmp_path)) == ErrorCode.NOT_INITIALISED


def test_looking_for_an_installation_makes_no_empty_file(tmp_path: Path) -> None:
    _refusal(Settings(data_dir=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_named(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = create_store(settings)
    with store.engines.write.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    assert _refusal(settings) == ErrorCode.SCHEMA_OLD


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
        "mysql://localhost/x",
        "nonsense",
        "://",
        "sqlite:////nonexistent/folder/x.sqlite3",
    ],
)
def test_a_database_that_cannot_be_reached_is_said_to_be_so(tmp_path: Path, url: str) -> None:
    found = _refusal(Settings(data_dir=tmp_path, database_url=url))
    assert found == (ErrorCode.NOT_INITIALISED if "sqlite" in url else ErrorCode.DATABASE_UNREACHABLE)


def test_making_an_installation_twice_changes_nothing(tmp_path: Path) -> None:
    create_store(Settings(data_dir=tmp_path)).close()
    key = Settings(data_dir=tmp_path).key_path.read_bytes()
    create_store(Settings(data_dir=tmp_path)).close()
    assert Settings(data_dir=tmp_path).key_path.read_bytes() == key


def test_the_database_file_is_for_its_owner_only(tmp_path: Path) -> None:
    create_store(Settings(data_dir=tmp_path)).close()
    assert stat.S_IMODE((tmp_path / "jijiao.sqlite3").stat().st_mode) == 0o600


def test_a_clock_may_be_set_for_a_demonstration(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "clock": "2019-12-01T09:00:00+08:00"})
    clock = create_store(settings).clock
    assert isinstance(clock, ShiftedClock)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)],
)
def test_sqlite_is_opened_for_a_record_that_must_last(
    sqlite_store: Store, pragma: str, value: object
) -> None:
    with sqlite_store.reading() as work:
        assert work.session.scalar(text(f"pragma {pragma}")) == value


def test_a_writing_unit_holds_the_lock_of_sqlite_from_its_beginning(sqlite_store: Store) -> None:
    impatient = open_engines(sqlite_store.settings.url)
    with sqlite_store.writing(), impatient.read.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 0")
        with pytest.raises(Exception, match="locked"):
            connection.execute(text("insert into meta values ('x', 'y')"))


def test_a_writer_does_not_wait_for_ever_for_another(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 1)
    impatient = open_store(store.settings, store.clock)
    try:
        with store.writing() as holding:
            holding.insert_unless_there(Meta, [{"key": "x", "value": "1"}])
            with pytest.raises(Refused) as caught, impatient.writing() as waiting:
                waiting.insert_unless_there(Meta, [{"key": "x", "value": "2"}])
    finally:
        impatient.close()
    assert caught.value.code is ErrorCode.STALE


def test_what_a_writer_sets_at_the_server_ends_with_his_transaction(
    open_new_store: Callable[..., Store],
) -> None:
    store, asked = open_new_store("postgresql"), text("show lock_timeout")
    with store.writing() as work:
        inside = work.session.scalar(asked)
        work.commit()
    with store.reading() as work:
        assert (inside, work.session.scalar(asked)) == ("10s", "0")


def test_a_reader_is_not_kept_waiting_by_a_writer(store: Store) -> None:
    with store.writing() as writing:
        writing.audit(None, "x")
        writing.session.flush()
        with store.reading() as reading:
            assert reading.session.scalar(text("select count(*) from audit")) == 0


def test_a_store_at_rest_holds_no_connection_and_the_next_unit_makes_one(store: Store) -> None:
    with store.reading() as work:
        work.session.scalar(text("select 1"))
    store.rest()
    at_rest = kept_open(store)
    with store.reading() as work:
        answer = work.session.scalar(text("select count(*) from audit"))
    assert (at_rest, answer, kept_open(store)) == (0, 0, 1)


def test_a_store_that_is_told_to_rest_lets_open_units_go_on(store: Store) -> None:
    with store.writing() as work:
        work.audit(None, "x")
        store.rest()
        work.commit()
    store.rest()
    with store.reading() as work:
        written = work.session.scalar(text("select count(*) from audit"))
    store.rest()
    assert (written, kept_open(store)) == (1, 0)


def kept_open(store: Store) -> int:
    """Connections that wait in the pool."""
    pool = store.engines.read.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedin()


def test_behind_a_pooler_no_statement_is_prepared(postgresql_server: str) -> None:
    engines = open_engines(postgresql_server.format("template_jijiao"), pooler=True)
    with engines.read.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None and driver.prepare_threshold is None
    engines.dispose()


def test_settings_come_from_environment_then_file_then_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jijiao.toml").write_text("captcha = false\nidle_minutes = 5\nlock_tries = 3\n")
    monkeypatch.setenv("JIJIAO_CONFIG", str(tmp_path / "jijiao.toml"))
    monkeypatch.setenv("JIJIAO_IDLE_MINUTES", "7")
    settings = Settings()
    told = {row.name: (row.value, row.origin.split()[0]) for row in describe(settings)}
    chosen = {name: told[name] for name in ("captcha", "idle_minutes", "lock_tries", "lock_minutes")}
    assert chosen == {
        "captcha": ("off", "设置文件"),
        "idle_minutes": ("7", "环境变量"),
        "lock_tries": ("3", "设置文件"),
        "lock_minutes": ("15", "默认"),
    }


def test_the_captcha_is_left_out_by_the_word_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIJIAO_CAPTCHA", "off")
    assert Settings().captcha is False


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:secret@host/db", "postgresql+psycopg://me:***@host/db"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("sqlite:////home/me/x.sqlite3", "sqlite:////home/me/x.sqlite3"),
    ],
)
def test_a_password_in_a_url_is_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown


def test_the_data_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIJIAO_DATA_KEY", "00" * 32)
    assert "00" not in "".join(row.value for row in describe(Settings()) if row.name == "data_key")
