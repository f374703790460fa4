"""Certificates (证书): their number, the bytes that are signed, and the line the QR code carries.

Public: `certificate_number`, `parse_number`, `canonical_bytes`, `facts_from_canonical`, `check_code`,
`normal_check_code`, `masked`, `line_payload`, `facts_from_line_payload`, `wrap_line`,
`unwrap_line`. Nothing here holds a key: signing is in `core.store.seal`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.rules.hours import CreditHours
from core.rules.identity import mask_id_number

NUMBER_PREFIX = "豫JX"
LINE_PREFIX = "JX1:"
CODE_LENGTH = 8

CANONICAL_VERSION = "jijiao-certificate-1"
LINE_VERSION = "1"

# Letters that nobody mistakes for a digit; 23 is prime, which the check needs.
_CHECK_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXY"
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NUMBER = re.compile(rf"{NUMBER_PREFIX}(\d{{4}})(\d{{6}})(\d{{6}})([{_CHECK_LETTERS}])", re.ASCII)
_LINE = re.compile(r"JX1:([A-Z2-7]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class CertificateNumber:
    """A certificate number (证书编号) taken apart: year, region of the issuer, serial in that pair."""

    year: int
    region_code: str
    serial: int


def certificate_number(year: int, region_code: str, serial: int) -> str:
    """`豫JX` + 4-digit year + 6-digit region + 6-digit serial + check letter (domain.md 7, row 15).

    Raises ValueError when a part does not fit its places.
    """
    if not 1000 <= year <= 9999 or not 1 <= serial <= 999_999:
        raise ValueError(f"{year} {serial}")
    if re.fullmatch(r"[0-9]{6}", region_code) is None:
        raise ValueError(region_code)
    digits = f"{year:04d}{region_code}{serial:06d}"
    return NUMBER_PREFIX + digits + _check_letter(digits)


def parse_number(text: str) -> CertificateNumber | None:
    """Read a number as typed (full-width, blanks, small letters are understood); None if it is wrong."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    match = _NUMBER.fullmatch(plain)
    if match is None or _check_letter(match[1] + match[2] + match[3]) != match[4]:
        return None
    return CertificateNumber(int(match[1]), match[2], int(match[3]))


def canonical_bytes(facts: CertificateFacts) -> bytes:
    """The one spelling of the facts that is signed: a versioned JSON array in UTF-8, texts in NFC.

    Every field has its place and lists keep their order, so different facts never share their bytes.
    Raises ValueError for a text that UTF-8 can't hold.
    """
    values: list[object] = [
        CANONICAL_VERSION,
        facts.number,
        facts.name,
        facts.gender,
        facts.id_number,
        facts.employer,
        facts.title,
        facts.issuer,
        facts.issued_on.isoformat(),
        [_year_values(year) for year in facts.years],
        [
            [row.year, row.subject, row.form, row.title, row.period, row.hours.halves]
            for row in facts.learning
        ],
    ]
    return _spell(values)


def facts_from_canonical(content: bytes) -> CertificateFacts:
    """The facts behind `canonical_bytes`. Raises ValueError for anything that function did not write."""
    try:
        version, *plain, issued_on, years, learning = json.loads(content)
        number, name, gender, id_number, employer, title, issuer = map(_text, plain)
        facts = CertificateFacts(
            number=number,
            name=name,
            gender=gender,
            id_number=id_number,
            employer=employer,
            title=title,
            issuer=issuer,
            issued_on=date.fromisoformat(issued_on),
            years=tuple(_year_from(row) for row in years),
            learning=tuple(_learning_from(row) for row in learning),
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("not the facts of a certificate") from error
    if version != CANONICAL_VERSION or canonical_bytes(facts) != content:
        raise ValueError("not in canonical form")
    return facts


def check_code(secret: bytes, facts: CertificateFacts) -> str:
    """The 校验码 printed beside the number: 8 letters and digits that only the issuer can work out."""
    digest = hmac.digest(secret, b"jijiao-check-code-1\0" + canonical_bytes(facts), "sha256")
    bits = int.from_bytes(digest[:5], "big")
    return "".join(_CODE_LETTERS[(bits >> shift) & 31] for shift in range(35, -1, -5))


def normal_check_code(text: str) -> str:
    """A 校验码 as typed (full-width, small letters, blanks, hyphens) in its plain form, not checked."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text)).upper()


def masked(facts: CertificateFacts) -> CertificateFacts:
    """The same facts as anyone may see them: the identity number masked."""
    return replace(facts, id_number=mask_id_number(facts.id_number))


def id_digest(number: str, id_number: str) -> str:
    """A digest of an identity number bound to one certificate, so that a known number can be compared.

    It hides nothing from someone who tries every number; what the line keeps out of sight is kept out of
    casual sight only, like the masked number printed beside it.
    """
    return hashlib.sha256(f"jijiao-id-1\0{number}\0{id_number}".encode()).hexdigest()[:16]


def line_payload(facts: CertificateFacts, code: str) -> bytes:
    """What the QR line states: all facts but the annex, the number masked and as a digest, and the 校验码."""
    values: list[object] = [
        LINE_VERSION,
        facts.number,
        facts.name,
        facts.gender,
        mask_id_number(facts.id_number),
        id_digest(facts.number, facts.id_number),
        facts.employer,
        facts.title,
        facts.issuer,
        facts.issued_on.isoformat(),
        code,
        [_year_values(year) for year in facts.years],
    ]
    return _spell(values)


def facts_from_line_payload(payload: bytes) -> tuple[CertificateFacts, str]:
    """The facts (masked, without annex) and the 校验码 of a QR line. Raises ValueError for anything else."""
    try:
        version, *plain, years = json.loads(payload)
        number, name, gender, shown, _digest, employer, title, issuer, issued_on, code = map(_text, plain)
        facts = CertificateFacts(
            number=number,
            name=name,
            gender=gender,
            id_number=shown,
            employer=employer,
            title=title,
            issuer=issuer,
            issued_on=date.fromisoformat(issued_on),
            years=tuple(_year_from(row) for row in years),
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError("not a certificate line") from error
    if version != LINE_VERSION:
        raise ValueError("another version of the line")
    return facts, code


def wrap_line(content: bytes) -> str:
    """Bytes as one line for a QR code: `JX1:` and base32, which scans in the compact alphanumeric mode."""
    return LINE_PREFIX + base64.b32encode(content).decode("ascii").rstrip("=")


def unwrap_line(text: str) -> bytes:
    """The bytes behind a pasted line; blanks and line breaks put in by a terminal are left out.

    Raises ValueError when it is no such line, or not spelled as `wrap_line` spells it.
    """
    plain = re.sub(r"\s+", "", text)
    match = _LINE.fullmatch(plain)
    if match is None:
        raise ValueError("not a certificate line")
    try:
        content = base64.b32decode(match[1] + "=" * (-len(match[1]) % 8))
    except binascii.Error as error:
        raise ValueError("not a certificate line") from error
    if wrap_line(content) != plain:
        raise ValueError("not spelled as issued")
    return content


def _spell(values: list[object]) -> bytes:
    return json.dumps(_composed(values), ensure_ascii=False, separators=(",", ":")).encode()


def _composed(value: object) -> object:
    # Text by text: over the whole line a combining mark could join the escape that stands before it.
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    return [_composed(item) for item in value] if isinstance(value, list) else value


def _check_letter(digits: str) -> str:
    # Powers of a primitive root of 23 differ for all 16 places: one wrong digit or two swapped ones, side by
    # side or not, always change the sum. A letter can't stand where a digit stands: a swap with it shows too.
    return _CHECK_LETTERS[sum(int(digit) * pow(5, place, 23) for place, digit in enumerate(digits, 1)) % 23]


def _year_values(year: YearFacts) -> list[object]:
    return [year.year, year.public.halves, year.professional.halves, year.total.halves, year.result]


def _year_from(row: list[object]) -> YearFacts:
    year, public, professional, total, result = row
    return YearFacts(
        year=_integer(year),
        public=CreditHours(_integer(public)),
        professional=CreditHours(_integer(professional)),
        total=CreditHours(_integer(total)),
        result=_text(result),
    )


def _learning_from(row: list[object]) -> LearningFacts:
    year, subject, form, title, period, hours = row
    return LearningFacts(
        year=_integer(year),
        subject=_text(subject),
        form=_text(form),
        title=_text(title),
        period=_text(period),
        hours=CreditHours(_integer(hours)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value
