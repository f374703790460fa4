"""Making an installation (jijiao init): schema, keys, seal, regions, years, the first 系统管理员."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.model import AccountRole, Meta, Region, YearWindow
from core.rules import reference
from core.rules.clock import Clock, today
from core.rules.entry import EntryError, check_password
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action
from core.rules.roles import Guest, Role
from core.rules.workflow import YearState
from core.services.accounts import find_account, new_account
from core.services.desk import Desk
from core.services.passwords import Passwords
from core.services.proving import plain_login
from core.store.hostkeys import ensure_host_key, host_key_fingerprint
from core.store.import_files import drop_folder_before
from core.store.seal import create_seal, has_seal, load_trust
from core.store.settings import Settings, without_password
from core.store.store import Store, create_store
from core.store.work import UnitOfWork

ISSUER = "河南省继续教育平台"  # a common name has at most 64 bytes
SEAL_FINGERPRINT = "seal_root"
FIRST_YEAR = 2010
LOCAL = Guest("命令行")
"""Who works on the machine itself, by the command line."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `initialise` came to. `host_key` is the fingerprint of the SSH host key; `password` is the generated
    one, shown this once; empty if it was chosen, or if there was a 系统管理员 already (`login` is empty then)."""

    database: str
    data_dir: str
    key_place: str
    seal_fingerprint: str
    host_key: str
    regions: int
    login: str
    password: str


def initialise(
    settings: Settings,
    *,
    login: str = "admin",
    password: str = "",
    clock: Clock | None = None,
    passwords: Passwords | None = None,
) -> Initialised:
    """Make or complete an installation; what is there already stays as it is.

    Raises Refused as `create_store` does, SEAL_MISSING where the seal that signed before is gone, FIELDS_REFUSED
    for a bad `login` or `password`.
    """
    if password:
        _check(password)
    store = create_store(settings, clock)
    drop_folder_before(settings.data_dir)
    try:
        fingerprint = _sealed(store)
        host_key = host_key_fingerprint(ensure_host_key(settings))
        with store.writing() as work:
            made = fill_regions(work)
            fill_years(work)
            work.commit()
        chosen = password or _generated()
        name = _first_operator(Desk(store, passwords=passwords), plain_login(login), chosen)
    finally:
        store.close()
    return Initialised(
        database=without_password(settings.url),
        data_dir=str(settings.data_dir),
        key_place="环境变量 JIJIAO_DATA_KEY" if settings.data_key is not None else str(settings.key_path),
        seal_fingerprint=fingerprint,
        host_key=host_key,
        regions=made,
        login=name,
        password="" if password or not name else chosen,
    )


def needs_operator(settings: Settings) -> bool:
    """Whether `initialise` will make a 系统管理员: there is no installation yet, or one without any."""
    from core.store.store import open_store

    try:
        store = open_store(settings)
    except Refused as refusal:
        if refusal.code is ErrorCode.NOT_INITIALISED:
            return True
        if refusal.code is ErrorCode.SCHEMA_OLD:
            return False
        raise
    try:
        with store.reading() as work:
            return not has_operator(work)
    finally:
        store.close()


def has_operator(work: UnitOfWork) -> bool:
    """Whether anybody is 系统管理员."""
    held = select(AccountRole.id).where(AccountRole.role == Role.OPERATOR.value).limit(1)
    return work.session.scalar(held) is not None


def fill_regions(work: UnitOfWork) -> int:
    """Bring the reference list of regions into the database; returns how many it has."""
    stored = {row.code: row for row in work.session.scalars(select(Region))}
    listed = work.lists.regions(include_inactive=True)
    for each in _parents_first(listed):
        row = stored.get(each.code)
        if row is None:
            work.session.add(
                Region(
                    code=each.code,
                    name=each.name,
                    parent=each.parent or None,
                    kind=each.kind,
                    active=each.active,
                )
            )
            work.session.flush()
        else:
            row.name, row.kind, row.active = each.name, each.kind, each.active
    return len(listed)


def fill_years(work: UnitOfWork) -> None:
    """Open the current year and close the earlier ones, where nobody has said otherwise."""
    this_year = today(work.clock).year
    province = YearWindow.region_code == reference.PROVINCE
    stored = set(work.session.scalars(select(YearWindow.year).where(province)))
    for year in range(FIRST_YEAR, this_year + 1):
        if year not in stored:
            state = YearState.OPEN if year == this_year else YearState.CLOSED
            work.session.add(
                YearWindow(
                    year=year,
                    region_code=reference.PROVINCE,
                    state=state.value,
                    changed_at=work.clock.now(),
                    changed_by="jijiao init",
                )
            )


def _sealed(store: Store) -> str:
    """Make the seal where there never was one; returns the SHA-256 of its root in hexadecimal."""
    folder = store.settings.seal_dir
    with store.reading() as work:
        known = work.session.get(Meta, SEAL_FINGERPRINT)
        expected = known.value if known else None
    if not has_seal(folder):
        if expected is not None:
            raise Refused(ErrorCode.SEAL_MISSING, path=str(folder))
        create_seal(folder, ISSUER)
    fingerprint = load_trust(folder).root_fingerprint
    if expected is None:
        with store.writing() as work:
            work.session.add(Meta(key=SEAL_FINGERPRINT, value=fingerprint))
            work.audit(LOCAL, "installation.seal", "seal", fingerprint[:16])
            work.commit()
    return fingerprint


def _first_operator(desk: Desk, login: str, password: str) -> str:
    """Make the first 系统管理员; returns the login name, or "" where there is one already."""
    with desk.reading() as work:
        if has_operator(work):
            return ""
    if not login:
        raise Refused.for_fields((FieldError("login", ErrorCode.REQUIRED),))
    hashed = desk.passwords.hash(password)
    with desk.writing() as work:
        if find_account(work, login) is not None:
            raise Refused(ErrorCode.LOGIN_TAKEN, login=login, role="别的用户类型")
        account = new_account(work, login, hashed)
        work.session.add(AccountRole(account_id=account.id, role=Role.OPERATOR.value))
        work.audit(LOCAL, Action.CREATE_ACCOUNT, "account", account.id, Role.OPERATOR.label)
        work.commit()
    return login.lower()


def _check(password: str) -> None:
    try:
        check_password(password)
    except EntryError as error:
        raise Refused.for_fields((error.at("password"),)) from None


def _generated() -> str:
    """Twelve characters that nobody reads wrong, letters and digits both."""
    while True:
        made = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        if not made.isalpha() and not made.isdigit():
            return made


def _parents_first(listed: Sequence[reference.Region]) -> list[reference.Region]:
    placed: dict[str, reference.Region] = {}
    waiting = list(listed)
    while waiting:
        ready = [each for each in waiting if not each.parent or each.parent in placed]
        if not ready:
            raise ValueError(f"regions without a parent: {waiting[0].code}")
        placed |= {each.code: each for each in ready}
        waiting = [each for each in waiting if each.code not in placed]
    return list(placed.values())
