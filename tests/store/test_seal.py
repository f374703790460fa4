"""The seal: its files, its signatures, what the published part alone can check, and a change of keys."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.schema.certificates import PaperVerdict
from core.store.seal import (
    CURVE_ORDER,
    LINE_PURPOSE,
    Seal,
    Trust,
    create_seal,
    has_seal,
    key_id,
    load_seal,
    load_trust,
    renew_seal,
)
from core.store.verify import check_line
from tests.store.papers import ISSUER, sample


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a fresh seal."""
    create_seal(tmp_path / "seal", ISSUER)
    return tmp_path / "seal"


@pytest.fixture
def seal(folder: Path) -> Seal:
    """That seal, loaded."""
    return load_seal(folder)


@pytest.mark.parametrize("name", ["root.key", "signer.key", "code.key"])
def test_only_the_owner_reads_a_key(folder: Path, name: str) -> None:
    assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_only_the_owner_enters_the_folder_of_the_keys(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_seal_is_never_made_over_another(folder: Path) -> None:
    with pytest.raises(FileExistsError):
        create_seal(folder, ISSUER)


def test_an_interrupted_start_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "seal.new").mkdir()
    (tmp_path / "seal.new" / "root.key").write_bytes(b"half")
    create_seal(tmp_path / "seal", ISSUER)
    assert has_seal(tmp_path / "seal")


@pytest.mark.parametrize("name", ["signer.key", "signer.pem", "trust.pem", "code.key"])
def test_a_missing_file_of_the_seal_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(Refused) as refusal:
        load_seal(folder)
    assert (refusal.value.code, name in refusal.value.text) == (ErrorCode.SEAL_MISSING, True)


def test_what_is_published_holds_no_key(folder: Path) -> None:
    assert b"PRIVATE" not in (folder / "trust.pem").read_bytes()


def test_the_published_part_alone_checks_a_line(seal: Seal, folder: Path) -> None:
    trust = Trust.from_pem((folder / "trust.pem").read_bytes())
    assert check_line(seal.sign_line(sample()), trust).verdict is PaperVerdict.VALID


def test_a_signer_that_the_root_did_not_issue_is_not_taken_in(folder: Path, tmp_path: Path) -> None:
    create_seal(tmp_path / "other", ISSUER)
    mixed = (folder / "trust.pem").read_bytes() + (tmp_path / "other" / "signer.pem").read_bytes()
    with pytest.raises(ValueError):
        Trust.from_pem(mixed)


def test_an_empty_publication_is_refused() -> None:
    with pytest.raises(ValueError):
        Trust.from_pem(b"")


def test_what_the_old_key_signed_stays_valid_after_a_change(seal: Seal, folder: Path) -> None:
    line = seal.sign_line(sample())
    renew_seal(folder)
    assert check_line(line, load_trust(folder)).verdict is PaperVerdict.VALID


def test_after_a_change_another_key_signs_under_the_same_root(seal: Seal, folder: Path) -> None:
    renew_seal(folder)
    fresh = load_seal(folder)
    assert fresh.trust.root == seal.trust.root and key_id(fresh.certificate) != key_id(seal.certificate)


def test_the_check_code_outlives_a_change_of_keys(seal: Seal, folder: Path) -> None:
    renew_seal(folder)
    assert load_seal(folder).check_code(sample()) == seal.check_code(sample())


def test_the_same_line_is_signed_the_same_way_each_time(seal: Seal) -> None:
    assert seal.sign_line(sample()) == seal.sign_line(sample())


def test_the_twin_of_a_signature_is_refused(seal: Seal) -> None:
    signature = seal.sign(LINE_PURPOSE, b"content")
    twin = signature[:32] + (CURVE_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert not seal.trust.verify(key_id(seal.certificate), LINE_PURPOSE, b"content", twin)


def test_a_signature_made_for_one_purpose_serves_no_other(seal: Seal) -> None:
    signature = seal.sign(LINE_PURPOSE, b"content")
    assert not seal.trust.verify(key_id(seal.certificate), b"other\0", b"content", signature)


def test_a_line_of_another_authority_with_the_same_names_is_foreign(seal: Seal, tmp_path: Path) -> None:
    create_seal(tmp_path / "other", ISSUER)
    line = load_seal(tmp_path / "other").sign_line(sample())
    assert check_line(line, seal.trust).verdict is PaperVerdict.FOREIGN


def test_a_checked_line_shows_the_facts_with_the_number_masked(seal: Seal) -> None:
    check = check_line(seal.sign_line(sample()), seal.trust)
    assert check.facts == replace(sample(), id_number="410099********1235", learning=())


def test_a_checked_line_tells_the_check_code(seal: Seal) -> None:
    assert check_line(seal.sign_line(sample()), seal.trust).check_code == seal.check_code(sample())


def test_a_seal_never_prints_its_keys(seal: Seal) -> None:
    assert seal.code_secret.hex() not in repr(seal) and repr(seal.code_secret) not in repr(seal)
