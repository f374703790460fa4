"""The signed files of 公需课 providers (docs/provider-files.md): how one is laid out, read and refused."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date

from core.rules.entry import FIRST_YEAR, EntryError, fold, parse_date, parse_hours, parse_year
from core.rules.errors import ERROR_TEXTS, ErrorCode, Refused

MAGIC = "HNJJ-GX"
VERSION = "1"
SIGNATURE_MARK, SIGNATURE_KIND = "SIGNATURE", "ed25519"
SIGNATURE_BYTES, KEY_BYTES = 64, 32
MOST_ROWS = 200_000
LONGEST_COURSE, LONGEST_NAME = 100, 60
CODE_PATTERN = re.compile(r"[A-Z0-9]{2,16}")
COURSE_PATTERN = re.compile(r"[0-9A-Za-z._-]{1,40}")
SERIAL_PATTERN = re.compile(r"[0-9A-Za-z._-]{1,40}")
_FIELDS = 7


@dataclass(frozen=True, slots=True)
class ProviderHeader:
    """The first line: provider, number of the batch (批次号), how many rows follow."""

    code: str
    serial: str
    rows: int


@dataclass(frozen=True, slots=True)
class FinishedCourse:
    """A row: who finished which course with how many hours. `line` counts from 1; `halves` is times two."""

    line: int
    id_number: str
    name: str
    year: int
    course: str
    course_id: str
    halves: int
    finished_on: date


@dataclass(frozen=True, slots=True)
class SignedParts:
    """A file taken apart: what was signed, the signature, and the header that says whose key to verify with."""

    header: ProviderHeader
    signed: bytes
    signature: bytes


def take_apart(content: bytes) -> SignedParts:
    """The parts of a file, nothing of them believed yet. Raises Refused PROVIDER_FILE_BROKEN (`line`, `reason`)."""
    if not content.endswith(b"\n"):
        raise _broken(1, "文件不完整：最后一行没有换行")
    cut = content.rfind(b"\n", 0, -1) + 1
    signed, last = content[:cut], content[cut:-1]
    line = content.count(b"\n")
    head, *_ = content.split(b"\n", 1)
    header = _header(head)
    fields = last.split(b"\t")
    if len(fields) != 3 or fields[:2] != [SIGNATURE_MARK.encode(), SIGNATURE_KIND.encode()] or not signed:
        raise _broken(line, "最后一行应为签名")
    try:
        signature = base64.b64decode(fields[2], validate=True)
    except binascii.Error:
        signature = b""
    if len(signature) != SIGNATURE_BYTES:
        raise _broken(line, "签名应为 64 字节的 base64")
    return SignedParts(header, signed, signature)


def read_rows(parts: SignedParts, today: date) -> tuple[FinishedCourse, ...]:
    """The rows of a file whose signature was verified. Raises Refused PROVIDER_FILE_BROKEN."""
    try:
        lines = parts.signed.decode("utf-8").split("\n")[1:-1]
    except UnicodeDecodeError as error:
        raise _broken(parts.signed.count(b"\n", 0, error.start) + 1, "不是 UTF-8 文本") from None
    if len(lines) != parts.header.rows:
        raise _broken(1, f"写明 {parts.header.rows} 行，实有 {len(lines)} 行")
    return tuple(_row(number, line, today) for number, line in enumerate(lines, 2))


def lay_out(header: ProviderHeader, rows: list[tuple[str, str, int, str, str, str, str]]) -> bytes:
    """What is to be signed, for whoever writes such a file: the header and the rows, each ended by a line feed."""
    lines = ["\t".join((f"{MAGIC}/{VERSION}", header.code, header.serial, str(header.rows)))]
    lines += ["\t".join(map(str, row)) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def with_signature(signed: bytes, signature: bytes) -> bytes:
    """The whole file."""
    last = "\t".join((SIGNATURE_MARK, SIGNATURE_KIND, base64.b64encode(signature).decode()))
    return signed + last.encode() + b"\n"


def parse_public_key(text: str) -> bytes:
    """A public key of 32 bytes from base64 or hexadecimal, or the PEM that openssl writes. Raises EntryError
    BAD_PUBLIC_KEY."""
    body = "".join(line for line in text.splitlines() if "-----" not in line)
    plain = re.sub(r"-----[A-Z ]+-----", "", "".join(body.split()))
    try:
        key = (
            bytes.fromhex(plain)
            if re.fullmatch(r"[0-9a-fA-F]{64}", plain)
            else base64.b64decode(plain, validate=True)
        )
    except (ValueError, binascii.Error):
        raise EntryError(ErrorCode.BAD_PUBLIC_KEY) from None
    if len(key) == KEY_BYTES + len(_SPKI) and key.startswith(_SPKI):
        key = key[len(_SPKI) :]
    if len(key) != KEY_BYTES or key in _WEAK:
        raise EntryError(ErrorCode.BAD_PUBLIC_KEY)
    return key


# What a PEM puts before an Ed25519 key (RFC 8410).
_SPKI = bytes.fromhex("302a300506032b6570032100")
# Keys of small order: with them a signature holds for any text (RFC 8032, 5.1.7; the canonical ones).
_WEAK = frozenset(
    bytes.fromhex(text)
    for text in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
)


def _header(head: bytes) -> ProviderHeader:
    try:
        fields = head.decode("ascii").split("\t")
    except UnicodeDecodeError:
        fields = []
    if len(fields) != 4 or fields[0].split("/")[0] != MAGIC:
        raise _broken(1, f"不是 {MAGIC} 文件")
    if fields[0] != f"{MAGIC}/{VERSION}":
        raise _broken(1, f"只能读 {MAGIC}/{VERSION} 格式")
    code, serial, count = fields[1:]
    if CODE_PATTERN.fullmatch(code) is None or SERIAL_PATTERN.fullmatch(serial) is None:
        raise _broken(1, "平台代码或批次号不对")
    if not count.isdigit() or len(count) > 6 or not 1 <= int(count) <= MOST_ROWS:
        raise _broken(1, f"行数应为 1 至 {MOST_ROWS}")
    return ProviderHeader(code, serial, int(count))


def _row(number: int, line: str, today: date) -> FinishedCourse:
    fields = line.split("\t")
    if len(fields) != _FIELDS:
        raise _broken(number, f"应有 {_FIELDS} 项，实有 {len(fields)} 项")
    id_number, name, year, course, course_id, hours, finished = fields
    try:
        if not 5 <= len(id_number) <= 20 or not id_number.isalnum() or id_number != id_number.upper():
            raise _broken(number, "证件号不对")
        if fold(name) != name or not 1 <= len(name) <= LONGEST_NAME:
            raise _broken(number, "姓名不对")
        if fold(course) != course or not 1 <= len(course) <= LONGEST_COURSE:
            raise _broken(number, "课程名称不对")
        if COURSE_PATTERN.fullmatch(course_id) is None:
            raise _broken(number, "课程编号不对")
        read = parse_hours(hours)
        day, counted = parse_date(finished), parse_year(year)
    except EntryError as error:
        raise _broken(number, ERROR_TEXTS[error.code].format(**error.params)) from None
    if not read or day > today or not max(FIRST_YEAR, 1990) <= counted <= today.year:
        raise _broken(number, "学时、日期或年度不对")
    return FinishedCourse(number, id_number, name, counted, course, course_id, read.halves, day)


def _broken(line: int, reason: str) -> Refused:
    return Refused(ErrorCode.PROVIDER_FILE_BROKEN, line=line, reason=reason)
