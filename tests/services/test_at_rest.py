"""What lies on the disk: nothing personal in clear, found by keyed hashes only, worth nothing without the key."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import make_url

from core.model import Account, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Role
from core.schema.base import Nothing
from core.schema.certificates import PrintCertificate, PrintedCertificate
from core.schema.sign_in import SignIn
from core.services.certificates import print_certificate
from core.services.initial import INITIAL_MARK
from core.services.journal import write_log_to
from core.services.profile import person_view
from core.services.sign_in import sign_in
from core.store.store import Store, open_store
from core.store.vault import Vault
from tests.services.front_door import GUEST, NUMBER, PASSWORD
from tests.services.hall import PASSED, answer, key_forms
from tests.services.life import EMAIL, MOBILE, OTHER_MOBILE, Life, begin_life
from tests.services.proofs import FIELDS, HERS, proofs
from tests.worlds import World

SECRETS = (NUMBER, MOBILE, OTHER_MOBILE, EMAIL, HERS)


@pytest.fixture
def life(sqlite_store: Store, tmp_path: Path) -> Iterator[Life]:
    """A life that was played to its end, with the log in the data folder as in an installation."""
    write_log_to(sqlite_store.settings.log_dir)
    lived = begin_life(sqlite_store, tmp_path)
    lived.play()
    yield lived
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_nothing_personal_and_no_key_stands_in_clear_in_the_database(store: Store, tmp_path: Path) -> None:
    begin_life(store, tmp_path).play()
    kept = database_bytes(store)
    found = [secret for secret in SECRETS if any(form in kept for form in forms_of(secret))]
    keys = [form for form in key_forms() if form in kept]
    assert (len(kept) > 10_000, found, keys) == (True, [], [])


def test_nothing_personal_stands_in_clear_beside_the_database(life: Life) -> None:
    """Evidence, frozen certificates, the log and the seal; the export folder holds what its owner printed."""
    settings = life.world.store.settings
    folders = (settings.blob_dir, settings.log_dir, settings.seal_dir)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = [path.name for path in files if any(each.encode() in path.read_bytes() for each in SECRETS)]
    assert (len(files) > 0, found) == (True, [])


def test_a_frozen_certificate_is_sealed_on_the_disk(life: Life) -> None:
    printed: PrintedCertificate = life.made["paper"]
    paper = Path(printed.path).read_bytes()
    kept = [path.read_bytes() for path in life.world.store.settings.blob_dir.rglob("*") if path.is_file()]
    sealed = [content for content in kept if content[:1] == b"\x01" and len(content) > len(paper)]
    assert (paper[:5], sealed != [], [each for each in kept if b"%PDF" in each]) == (b"%PDF-", True, [])


def test_a_card_of_identity_and_a_portrait_are_not_readable_on_the_disk(life: Life) -> None:
    settings = life.world.store.settings
    files = [path.read_bytes() for path in settings.blob_dir.rglob("*") if path.is_file()]
    readable = [each for each in proofs() if any(each[100:400] in content for content in files)]
    opened = [life.world.store.blobs.get_sealed(life.made[each].sha256, life.desk.vault) for each in FIELDS]
    assert (readable, tuple(opened)) == ([], proofs())


def test_a_frozen_certificate_that_was_altered_is_not_handed_out(sqlite_store: Store, tmp_path: Path) -> None:
    life = begin_life(sqlite_store, tmp_path)
    for name, call in life.steps():
        call()
        if name == "print_certificate":
            break
    (kept,) = sqlite_store.settings.blob_dir.rglob("*.sealed")
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(bytes(content))
    person = life.made["person"]
    again = answer(lambda: life.desk.do(print_certificate, person, PrintCertificate(years=(PASSED,))))
    assert again == "KEY_WRONG"


def test_a_person_is_found_by_a_keyed_hash_and_not_by_a_plain_one(life: Life) -> None:
    vault = life.world.store.vault
    with life.world.store.reading() as work:
        wanted = select(Person.id_number_digest, Person.mobile_digest, Person.email_digest)
        wanted = wanted.where(Person.id == life.made["person"].person_id)
        kept = work.session.execute(wanted).one()
    keyed = (
        vault.digest("id_number", NUMBER),
        vault.digest("mobile", OTHER_MOBILE),
        vault.digest("email", EMAIL),
    )
    plain = [hashlib.sha256(each.encode()).digest() for each in (NUMBER, OTHER_MOBILE, EMAIL)]
    assert (tuple(kept), set(kept) & set(plain)) == (keyed, set())


def test_a_person_signs_in_by_a_number_that_is_nowhere_in_clear(life: Life) -> None:
    command = SignIn(role=Role.PERSON, login=NUMBER.lower(), password=PASSWORD)
    assert life.desk.do(sign_in, GUEST, command).actor.person_id == life.made["person"].person_id


def test_a_password_is_kept_as_an_argon2_hash_only(life: Life) -> None:
    """Who was imported has none yet: the mark stands for the initial one, which is nowhere kept."""
    kept = database_bytes(life.world.store)
    with life.world.store.reading() as work:
        hashes = set(work.session.scalars(select(Account.password_hash)))
    strange = [
        each for each in hashes if each not in ("!", INITIAL_MARK) and not each.startswith("$argon2id$")
    ]
    assert (strange, PASSWORD.encode() in kept) == ([], False)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_with_another_key_the_program_does_not_open(
    engine: str, open_new_store: Callable[..., Store]
) -> None:
    settings = open_new_store(engine).settings
    other = base64.b64encode(bytes(32)).decode()
    changed = settings.model_validate({**settings.model_dump(), "data_key": other})
    with pytest.raises(Refused) as caught:
        open_store(changed)
    assert caught.value.code is ErrorCode.KEY_WRONG


def test_what_another_key_sealed_is_not_shown(sqlite_store: Store, tmp_path: Path) -> None:
    """A row that was carried over from another installation is refused, not shown as rubbish."""
    life = begin_life(sqlite_store, tmp_path)
    for name, call in life.steps():
        call()
        if name == "sign_in":
            break
    person = life.made["session"].actor
    replace_number(life.world, Vault(bytes(32)).seal(NUMBER))
    assert answer(lambda: life.desk.do(person_view, person, Nothing())) == "KEY_WRONG"


def replace_number(world: World, sealed: bytes) -> None:
    with world.store.writing() as work:
        for person in work.session.scalars(select(Person)):
            person.id_number_sealed = sealed
        work.commit()


def forms_of(secret: str) -> tuple[bytes, ...]:
    """A text as it might be written down without being encrypted."""
    plain = secret.encode()
    return (plain, secret.encode("utf-16-le"), base64.b64encode(plain).rstrip(b"="), plain.hex().encode())


def database_bytes(store: Store) -> bytes:
    """Everything that the database holds: the files of SQLite, or every column of every table of PostgreSQL."""
    if store.engines.name == "sqlite":
        path = Path(make_url(store.settings.url).database or "")
        files = [path, path.with_name(path.name + "-wal")]
        return b"".join(each.read_bytes() for each in files if each.exists())
    parts = []
    with store.engines.read.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'select * from "{table}"')):
                parts += [bytes(cell) if _is_raw(cell) else str(cell).encode() for cell in row]
    return b"\n".join(parts)


def _is_raw(cell: object) -> bool:
    return isinstance(cell, bytes | memoryview)
