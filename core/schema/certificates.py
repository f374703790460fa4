"""Certificates (证书): printing, look-up, checks and revocation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.rules.facts import CertificateFacts
from core.rules.hours import CreditHours
from core.schema.base import Command


class PaperVerdict(StrEnum):
    """How a certificate stands."""

    VALID = "valid"
    ALTERED = "altered"
    REVOKED = "revoked"
    REPLACED = "replaced"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        """In words."""
        return {
            "valid": "有效",
            "altered": "内容被改动",
            "revoked": "已作废",
            "replaced": "已换发",
            "foreign": "非本平台签发",
            "unreadable": "不是证书或已损坏",
        }[self.value]


class CheckState(StrEnum):
    """The outcome of one check."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check in words: 格式, 签名, 签发单位, 签发后改动, 效力."""

    name: str
    state: CheckState
    text: str


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """The answer of a check.

    `facts` are always those that our key signed, with the identity number masked, even when the paper was
    altered; None where nothing trusted was found. A QR line carries no annex. `check_code` is the signed
    校验码. `fingerprint` is the SHA-256 (hex) of all signed facts, to compare with the register; a QR line
    has none.
    """

    verdict: PaperVerdict
    lines: tuple[CheckLine, ...]
    facts: CertificateFacts | None = None
    check_code: str = ""
    fingerprint: str = ""


class PrintCertificate(Command):
    """证书打印: one or several passed years on one paper. One already in force is printed again as frozen.

    An office names the person by `id_number`, or by `person_id` where it has the file open; a person prints their
    own.
    """

    years: tuple[int, ...]
    id_number: str | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class PrintedCertificate:
    """A printed certificate: its number, check code and where the file was saved."""

    number: str
    check_code: str
    path: str
    reprint: bool


class LookUpCertificate(Command):
    """证书查询 by 证书编号 and 校验码."""

    number: str
    check_code: str


class CheckLineText(Command):
    """证书查询 by a pasted or scanned QR line."""

    line: str


class CheckFile(Command):
    """证书查询 by a PDF file, or a folder of them."""

    path: str


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A row of a folder's table."""

    file_name: str
    check: PaperCheck


class RegisterQuery(Command):
    """The bureau's register of certificates of its region; `text` filters by number or name/pinyin."""

    text: str = ""
    after: tuple[int | str, ...] | None = None
    limit: int = 14


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A row of the register."""

    id: int
    version: int
    number: str
    person_name: str
    years: str
    state: str
    state_label: str
    issued_at: datetime
    print_count: int
    reason: str
    kind: str = "annual"

    @property
    def kind_label(self) -> str:
        """In words."""
        return {"annual": "学时证明", "proof": "职称申报证明"}[self.kind]


class RevokeCertificate(Command):
    """作废, with a reason."""

    certificate_id: int
    version: int
    reason: str


class ReplaceCertificate(Command):
    """换发: a new number and the facts of today in place of one in force, with a reason."""

    certificate_id: int
    version: int
    reason: str


class ProofSpan(Command):
    """The years of a 职称申报证明, both ends included. An office names the person by `id_number`."""

    from_year: int
    to_year: int
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class ProofYear:
    """A year as the proof will state it; `recognised` years alone can stand on it."""

    year: int
    public: CreditHours
    professional: CreditHours
    total: CreditHours
    result: str
    recognised: bool


@dataclass(frozen=True, slots=True)
class ProofPreview:
    """What a proof would say of whom."""

    person_name: str
    employer: str
    years: tuple[ProofYear, ...]
