"""The vault: sealed texts, keyed hashes, and keys that are missing or wrong."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.errors import ErrorCode, Refused
from core.store.settings import Settings
from core.store.store import create_store, open_store
from core.store.vault import Vault, create_key_file, load_key, parse_key

KEY = bytes(range(32))
NUMBER = "410099199001010018"


@given(st.text())
def test_what_was_sealed_is_opened_again(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert Vault(KEY).open(Vault(KEY).seal(text)) == text


def test_the_same_text_never_looks_the_same() -> None:
    vault = Vault(KEY)
    assert vault.seal(NUMBER) != vault.seal(NUMBER)


@given(st.integers(min_value=0, max_value=47), st.integers(min_value=1, max_value=255))
def test_a_sealed_text_with_a_changed_byte_is_refused(place: int, change: int) -> None:
    sealed = bytearray(Vault(KEY).seal(NUMBER + "0"))
    sealed[place] ^= change
    with pytest.raises(Refused):
        Vault(KEY).open(bytes(sealed))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Refused) as refused:
        Vault(KEY[::-1]).open(Vault(KEY).seal(NUMBER))
    assert refused.value.code == ErrorCode.KEY_WRONG


@pytest.mark.parametrize("purposes", [("", "challenge"), ("challenge", ""), ("challenge", "ticket")])
def test_what_is_sealed_for_one_purpose_opens_for_no_other(purposes: tuple[str, str]) -> None:
    vault, (sealed_for, opened_for) = Vault(KEY), purposes
    sealed = vault.seal_bytes(b"x", sealed_for)
    assert vault.open_bytes(sealed, sealed_for) == b"x"
    with pytest.raises(Refused):
        vault.open_bytes(sealed, opened_for)


def test_a_keyed_hash_depends_on_kind_and_key() -> None:
    found = {
        Vault(KEY).digest("mobile", "1"),
        Vault(KEY).digest("email", "1"),
        Vault(KEY[::-1]).digest("mobile", "1"),
    }
    assert len(found) == 3


def test_a_keyed_hash_is_the_same_every_time() -> None:
    assert Vault(KEY).digest("mobile", "19900001234") == Vault(KEY).digest("mobile", "19900001234")


@pytest.mark.parametrize("written", [KEY.hex(), base64.b64encode(KEY).decode(), f" {KEY.hex().upper()}\n"])
def test_a_key_may_be_written_in_hexadecimal_or_base64(written: str) -> None:
    assert parse_key(written) == KEY


@pytest.mark.parametrize("written", ["", "short", "钥匙", KEY.hex() + "00", "z" * 64])
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_key(written)
    assert refused.value.code == ErrorCode.KEY_WRONG


def test_a_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    create_key_file(tmp_path / "keys" / "data.key")
    assert stat.S_IMODE(os.stat(tmp_path / "keys" / "data.key").st_mode) == 0o600


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    create_key_file(tmp_path / "data.key")
    with pytest.raises(FileExistsError):
        create_key_file(tmp_path / "data.key")


def test_without_any_key_the_refusal_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"data\.key"):
        load_key(Settings(data_dir=tmp_path))


def test_the_environment_wins_over_the_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create_key_file(Settings(data_dir=tmp_path).key_path)
    monkeypatch.setenv("JIJIAO_DATA_KEY", KEY.hex())
    assert load_key(Settings(data_dir=tmp_path)) == KEY


def test_a_database_of_another_key_is_not_opened(tmp_path: Path) -> None:
    create_store(Settings(data_dir=tmp_path)).close()
    with pytest.raises(Refused) as refused:
        open_store(Settings.model_validate({"data_dir": tmp_path, "data_key": KEY.hex()}))
    assert refused.value.code == ErrorCode.KEY_WRONG


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    create_store(settings).close()
    settings.key_path.unlink()
    with pytest.raises(Refused) as refused:
        create_store(settings)
    assert refused.value.code == ErrorCode.KEY_MISSING
