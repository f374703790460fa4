"""Making an installation, and what the doctor says of one; accounts made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from core.model import Account, AccountRole, Region, YearWindow
from core.rules import reference
from core.rules.clock import Clock
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Role
from core.schema.accounts import CreateAccount
from core.schema.health import Finding
from core.schema.sign_in import SignIn
from core.services.accounts import create_account
from core.services.desk import Desk
from core.services.health import doctor
from core.services.passwords import Passwords
from core.services.setup import LOCAL, Initialised, initialise, needs_operator
from core.services.sign_in import sign_in
from core.store.settings import Settings
from core.store.store import Store, open_store
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.worlds import build_world

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, new_database: Callable[[str], str], tmp_path: Path) -> Settings:
    """An installation that is about to be made: a migrated database without a row, no folders, no keys."""
    url = new_database(request.param)
    store_meta_key_is_forgotten(url, tmp_path)
    return Settings(database_url=url, data_dir=tmp_path / "fresh", captcha=False)


def store_meta_key_is_forgotten(url: str, folder: Path) -> None:
    """The template knows the tests' key; a fresh installation knows none."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("delete from meta"))
    engine.dispose()


@pytest.fixture
def made(settings: Settings, clock: Clock) -> Initialised:
    """It was made."""
    return initialise(settings, clock=clock, passwords=CHEAP)


def opened(settings: Settings, clock: Clock) -> Desk:
    desk = cheap_desk(open_store(settings, clock))
    return desk


def finding(settings: Settings, name: str) -> Finding:
    return next(each for each in doctor(settings) if each.name == name)


def test_the_generated_password_opens_the_door(settings: Settings, made: Initialised, clock: Clock) -> None:
    desk = opened(settings, clock)
    command = SignIn(role=Role.OPERATOR, login=made.login, password=made.password)
    assert desk.do(sign_in, GUEST, command).actor.role is Role.OPERATOR
    desk.close()


def test_a_chosen_password_is_not_shown(settings: Settings, clock: Clock) -> None:
    assert initialise(settings, password=PASSWORD, clock=clock, passwords=CHEAP).password == ""


def test_a_weak_password_is_refused_before_anything_is_made(settings: Settings) -> None:
    with pytest.raises(Refused) as caught:
        initialise(settings, password="12345678", passwords=CHEAP)
    assert [error.field for error in caught.value.fields] == ["password"]
    assert not settings.data_dir.exists()


def test_all_regions_of_the_list_are_in_the_database(
    settings: Settings, made: Initialised, clock: Clock
) -> None:
    desk = opened(settings, clock)
    with desk.reading() as work:
        stored = work.session.scalar(select(func.count()).select_from(Region))
    desk.close()
    assert stored == len(reference.regions(include_inactive=True))


def test_the_current_year_is_open_and_earlier_ones_are_closed(
    settings: Settings, made: Initialised, clock: Clock
) -> None:
    desk = opened(settings, clock)
    with desk.reading() as work:
        states = {row.year: row.state for row in work.session.scalars(select(YearWindow))}
    desk.close()
    assert [year for year, state in states.items() if state == "open"] == [2026]
    assert states[2019] == "closed"


def test_a_second_run_changes_nothing(settings: Settings, made: Initialised, clock: Clock) -> None:
    again = initialise(settings, clock=clock, passwords=CHEAP)
    assert (again.login, again.password) == ("", "")
    assert again.seal_fingerprint == made.seal_fingerprint


def test_a_second_run_keeps_a_year_that_was_opened_again(
    settings: Settings, made: Initialised, clock: Clock
) -> None:
    desk = opened(settings, clock)
    with desk.writing() as work:
        year = work.session.scalars(select(YearWindow).where(YearWindow.year == 2025)).one()
        year.state = "open"
        work.commit()
    initialise(settings, clock=clock, passwords=CHEAP)
    with desk.reading() as work:
        state = work.session.scalar(select(YearWindow.state).where(YearWindow.year == 2025))
    desk.close()
    assert state == "open"


def test_a_lost_seal_is_not_replaced_in_silence(settings: Settings, made: Initialised, clock: Clock) -> None:
    settings.seal_dir.rename(settings.data_dir / "elsewhere")
    with pytest.raises(Refused) as caught:
        initialise(settings, clock=clock, passwords=CHEAP)
    assert caught.value.code is ErrorCode.SEAL_MISSING


def test_an_operator_is_wanted_only_where_there_is_none(settings: Settings, made: Initialised) -> None:
    assert not needs_operator(settings)


def test_an_installation_that_is_not_there_wants_an_operator(tmp_path: Path) -> None:
    assert needs_operator(Settings(data_dir=tmp_path / "nothing"))


def test_keys_are_readable_by_their_owner_only(settings: Settings, made: Initialised) -> None:
    secret = [settings.key_path, *settings.seal_dir.glob("*.key")]
    assert {path.stat().st_mode & 0o077 for path in secret} == {0}


def test_the_doctor_finds_nothing_wrong_with_a_new_installation(
    settings: Settings, made: Initialised, clock: Clock
) -> None:
    assert [each for each in doctor(settings) if not each.ok] == []


def test_the_doctor_names_what_is_missing_and_how_to_mend_it(tmp_path: Path) -> None:
    findings = doctor(Settings(data_dir=tmp_path / "nothing"))
    assert {each.mend for each in findings if not each.ok} == {"运行 jijiao init"}


def test_the_doctor_sees_a_key_that_others_can_read(settings: Settings, made: Initialised) -> None:
    settings.key_path.chmod(0o644)
    assert "chmod go-rwx" in finding(settings, "数据目录").mend


def test_the_doctor_sees_a_key_of_another_database(settings: Settings, made: Initialised) -> None:
    settings.key_path.write_text("11" * 32)
    assert "换回建库时的密钥" in finding(settings, "数据库").mend


def test_the_doctor_sees_a_seal_that_is_gone(settings: Settings, made: Initialised) -> None:
    settings.seal_dir.rename(settings.data_dir / "elsewhere")
    assert not finding(settings, "签发密钥").ok


def test_the_doctor_sees_a_seal_of_another_installation(settings: Settings, made: Initialised) -> None:
    from core.store.seal import create_seal

    settings.seal_dir.rename(settings.data_dir / "elsewhere")
    create_seal(settings.seal_dir, "别处")
    assert "不是本库" in finding(settings, "签发密钥").text


def test_the_doctor_never_shows_the_password_of_the_database() -> None:
    settings = Settings(database_url="postgresql+psycopg://me:hush@127.0.0.1:1/x?connect_timeout=1")
    assert not re.search("hush", str(doctor(settings)))


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk on the small world."""
    return cheap_desk(build_world(store).store)


def office_account(desk: Desk, **changed: object) -> CreateAccount:
    with desk.writing() as work:
        from core.model import Org

        org = work.session.scalars(select(Org).where(Org.name == "汝阳县人力资源和社会保障局")).one()
        org.code = "RUYANG"
        work.commit()
    values = {"role": Role.BUREAU, "org_code": "ruyang", "password": PASSWORD, **changed}
    return CreateAccount.model_validate(values)


def test_an_office_signs_in_with_its_code(desk: Desk) -> None:
    create_account(desk, LOCAL, office_account(desk))
    session = desk.do(sign_in, GUEST, SignIn(role=Role.BUREAU, login="Ruyang", password=PASSWORD))
    assert session.actor.org_name == "汝阳县人力资源和社会保障局"


def test_a_login_that_exists_gets_the_second_role(desk: Desk) -> None:
    create_account(desk, LOCAL, office_account(desk))
    added = create_account(desk, LOCAL, CreateAccount(role=Role.OPERATOR, login="RUYANG"))
    with desk.reading() as work:
        roles = set(work.session.scalars(select(AccountRole.role)))
        accounts = work.session.scalar(select(func.count()).select_from(Account))
    assert added.added and roles == {"bureau", "operator"} and accounts == 1


def test_the_same_role_twice_is_refused(desk: Desk) -> None:
    create_account(desk, LOCAL, office_account(desk))
    with pytest.raises(Refused) as caught:
        create_account(desk, LOCAL, office_account(desk))
    assert caught.value.code is ErrorCode.LOGIN_TAKEN


def test_an_office_of_another_kind_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        create_account(desk, LOCAL, office_account(desk, role=Role.AUTHORITY))
    assert caught.value.code is ErrorCode.ORG_NOT_FOUND


def test_nobody_becomes_a_person_but_by_registration(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        create_account(desk, LOCAL, CreateAccount(role=Role.PERSON, login="x", password=PASSWORD))
    assert caught.value.code is ErrorCode.NOT_ALLOWED


def test_only_an_operator_makes_accounts_from_inside(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        desk.do(create_account, GUEST, office_account(desk))
    assert caught.value.code is ErrorCode.NOT_ALLOWED
