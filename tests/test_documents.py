"""The documents say what the code says: accounts, keys, codes, settings, rules, formats, files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.model import Base
from core.rules.annual import annual_rules
from core.rules.certificate import certificate_number
from core.rules.form_table import LEARNING_FORMS
from core.schema.certificates import PaperVerdict
from core.services import public_hours, unit_file
from core.services.demonstration import LOGINS, PASSWORD
from core.store.hostkeys import host_key_path
from core.store.seal import create_seal, load_seal
from core.store.settings import Settings
from tests import permission_table
from tests.store.papers import ISSUER, sample
from tui.cli import cli
from tui.demo.pictures import pictures
from tui.keys import TWINS, key_name
from tui.routes import CODES

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", *map(str, (ROOT / "docs").glob("*.md")))
LARGEST_PICTURE = 60 * 1024
each_document = pytest.mark.parametrize("name", DOCUMENTS, ids=lambda name: Path(name).name)


def text_of(name: str) -> str:
    """A document."""
    return (ROOT / name).read_text(encoding="utf-8")


def table(name: str, *headings: str) -> list[list[str]]:
    """The rows of the table with these headings, backticks taken away."""
    lines = text_of(name).splitlines()
    start = lines.index(f"| {' | '.join(headings)} |") + 2
    rows = []
    for row in lines[start:]:
        if not row.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", row)[1:-1]])
    return rows


def test_readme_lists_the_accounts_of_the_demonstration() -> None:
    listed = table("README.md", "用户类型", "帐号", "whose")
    assert listed == [[each.role, each.login, each.whose] for each in LOGINS]


def test_readme_gives_the_password_of_the_demonstration() -> None:
    assert f"The password of all is `{PASSWORD}`" in text_of("README.md")


def test_readme_lists_every_key_and_its_twin() -> None:
    listed = {(key, twin) for key, twin, _ in table("README.md", "key", "twin", "usual meaning")}
    names = {"backspace": "Backspace"}
    assert listed == {(names.get(key) or key_name(key), key_name(twin)) for twin, key in TWINS.items()}


def test_readme_lists_every_jump_code() -> None:
    rows = table("README.md", "code", "page", "code", "page")
    listed = {(code, page) for row in rows for code, page in (row[:2], row[2:]) if code}
    assert listed == {(f":{route.code}", route.title) for route in CODES.values()}


def test_readme_lists_every_setting() -> None:
    listed = [variable for variable, _, _ in table("README.md", "variable", "default", "meaning")]
    assert listed == [f"JIJIAO_{name.upper()}" for name in Settings.model_fields]


def test_readme_gives_the_defaults_of_the_settings() -> None:
    listed = {row[0]: row[1] for row in table("README.md", "variable", "default", "meaning")}
    words = {True: "on", False: "off", None: ""}
    fixed = {
        name: field.default for name, field in Settings.model_fields.items() if not field.default_factory
    }
    shown = {name: listed[f"JIJIAO_{name.upper()}"] for name in fixed}
    assert shown == {
        name: words[value] if value is None or isinstance(value, bool) else str(value)
        for name, value in fixed.items()
    }


def test_readme_says_where_the_data_lies(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    listed = {row[0].rstrip("/") for row in table("README.md", "path", "what", "lost without a backup")}
    places = (
        settings.key_path,
        settings.seal_dir,
        settings.blob_dir,
        settings.export_dir,
        settings.passing_dir,
        settings.log_dir,
        settings.service_dir,
        host_key_path(settings),
        Path(settings.url.removeprefix("sqlite:///")),
    )
    assert listed == {str(place.relative_to(tmp_path)) for place in places}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Every command below a group, in full."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name


@pytest.mark.parametrize("name", sorted(commands(cli)))
def test_readme_names_every_command(name: str) -> None:
    assert f"`jijiao {name}" in text_of("README.md")


@pytest.mark.parametrize("columns", [unit_file.COLUMNS, public_hours.COLUMNS], ids=["units", "public"])
def test_readme_gives_the_columns_of_an_import(columns: tuple[str, ...]) -> None:
    assert f"Columns: {', '.join(columns)}" in text_of("README.md").replace(" (code or name)", "")


def test_readme_shows_the_pictures_that_are_drawn() -> None:
    shown = re.findall(r"\(docs/pictures/([a-z-]+)\.svg\)", text_of("README.md"))
    assert sorted(shown) == sorted(picture.name for picture in pictures() if picture.name)


@pytest.mark.parametrize("name", [picture.name for picture in pictures() if picture.name])
def test_a_picture_is_there_and_small(name: str) -> None:
    assert 1024 < (ROOT / "docs" / "pictures" / f"{name}.svg").stat().st_size < LARGEST_PICTURE


@each_document
def test_every_file_that_a_document_names_exists(name: str) -> None:
    text = text_of(name)
    named = re.findall(r"`((?:core|tui|tests|docs|bench|scripts|\.ci)/[\w./-]+)`", text)
    folder = (ROOT / name).parent
    linked = [folder / path for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)]
    assert [path for path in (*(ROOT / path for path in named), *linked) if not path.exists()] == []


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## (\S+) - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_the_rules_list_every_form_with_its_clause_cap_and_certainty() -> None:
    listed = table("docs/rules.md", "form", "clause", "cap a year", "certainty")
    assert listed == [
        [each.name, each.clause, str(each.cap.hours) if each.cap else "-", each.certainty]
        for each in LEARNING_FORMS
    ]


def test_the_rules_list_every_annual_rule_with_its_basis_and_certainty() -> None:
    listed = table("docs/rules.md", "years", "总学时", "公需", "专业", "basis", "certainty")
    assert listed == [
        [
            f"{rule.from_year or ''}-{'' if rule.to_year == 9999 else rule.to_year}",
            *map(str, (rule.total, rule.public, rule.professional)),
            rule.basis,
            rule.certainty,
        ]
        for rule in annual_rules()
    ]


def test_the_architecture_names_every_table() -> None:
    named = set(re.findall(r"`([a-z_]+)`", text_of("docs/architecture.md")))
    assert set(Base.metadata.tables) <= named


def test_the_certificates_document_names_every_verdict() -> None:
    listed = [verdict for verdict, _ in table("docs/certificates.md", "verdict", "when")]
    assert sorted(listed) == sorted(verdict.label for verdict in PaperVerdict)


def test_the_example_of_a_number_is_a_real_one() -> None:
    assert f"`{certificate_number(2026, '410326', 1)}`" in text_of("docs/certificates.md")


def test_the_check_letter_is_the_one_described() -> None:
    digits = "2026410326000001"
    total = sum(int(digit) * 5**place for place, digit in enumerate(digits, 1))
    letter = "ABCDEFGHJKLMNPQRSTUVWXY"[total % 23]
    assert certificate_number(2026, "410326", 1) == f"豫JX{digits}{letter}"


def test_a_line_is_built_as_described(tmp_path: Path) -> None:
    """A checker written from docs/certificates.md alone: nothing of the program's own reading is used."""
    create_seal(tmp_path / "seal", ISSUER)
    seal, facts = load_seal(tmp_path / "seal"), sample(7, years=2)
    prefix, encoded = seal.sign_line(facts).split(":")
    content = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
    key_id, signature, payload = content[:8], content[8:72], content[72:]
    published = (tmp_path / "seal" / "trust.pem").read_bytes()
    signer = x509.load_pem_x509_certificates(published)[1].public_key()
    assert isinstance(signer, ec.EllipticCurvePublicKey)
    public = signer.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    signer.verify(encode_dss_signature(r, s), b"jijiao-line-1\0" + payload, ec.ECDSA(hashes.SHA256()))
    digest = hashlib.sha256(f"jijiao-id-1\0{facts.number}\0{facts.id_number}".encode()).hexdigest()[:16]
    years = [[y.year, y.public.halves, y.professional.halves, y.total.halves, y.result] for y in facts.years]
    assert (prefix, key_id) == ("JX1", hashlib.sha256(public).digest()[:8])
    assert json.loads(payload) == [
        "1",
        facts.number,
        facts.name,
        facts.gender,
        "410099********1235",
        digest,
        facts.employer,
        facts.title,
        facts.issuer,
        facts.issued_on.isoformat(),
        seal.check_code(facts),
        years,
    ]


def test_the_table_of_permissions_is_the_one_in_force() -> None:
    assert permission_table.written() == permission_table.render()
