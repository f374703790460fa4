"""Checking certificates (证书查询), open to everybody: what the paper proves, and what the register adds to it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.model import Certificate
from core.rules.certificate import (
    certificate_number,
    facts_from_canonical,
    masked,
    normal_check_code,
    parse_number,
)
from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.rules.workflow import CertificateState
from core.schema.base import Page
from core.schema.certificates import (
    CheckedFile,
    CheckFile,
    CheckLine,
    CheckLineText,
    CheckState,
    LookUpCertificate,
    PaperCheck,
    PaperVerdict,
)
from core.services.boxes import folder_taken_in, taken_in
from core.services.desk import Desk, desk_use_case
from core.services.throttle import counted_try
from core.store.work import UnitOfWork

if TYPE_CHECKING:
    from core.store.seal import Trust

MOST_FILES = 2000
_FORCE = "效力"


@desk_use_case(Action.LOOK_UP_CERTIFICATE)
def look_up_certificate(desk: Desk, caller: Caller, command: LookUpCertificate) -> PaperCheck:
    """By 证书编号 and 校验码. Wrong tries are counted by address.

    Raises Refused CERTIFICATE_NOT_FOUND, the same for a wrong code as for a wrong number; LOCKED.
    """
    parsed = parse_number(command.number)
    number = "" if parsed is None else certificate_number(parsed.year, parsed.region_code, parsed.serial)
    typed = normal_check_code(command.check_code)
    # By number and address together: nobody can shut a certificate off for others by guessing at it.
    key, address = f"certificate:{number}:{caller.address}", f"certificate:{caller.address}"
    tried = counted_try(desk, key, address, ErrorCode.CERTIFICATE_NOT_FOUND)
    with tried, desk.reading() as work:
        row = _registered(work, number)
        if row is None or not hmac.compare_digest(row.check_code.encode(), typed.encode()):
            raise Refused(ErrorCode.CERTIFICATE_NOT_FOUND)
        facts = facts_from_canonical(work.vault.open(row.facts_sealed).encode())
        found = PaperCheck(
            PaperVerdict.VALID,
            (CheckLine("登记", CheckState.OK, "证书编号和校验码与登记一致"),),
            masked(facts),
            row.check_code,
        )
        return _with_force(work, found, row)


@desk_use_case(Action.CHECK_CERTIFICATE)
def check_line_text(desk: Desk, caller: Caller, command: CheckLineText) -> PaperCheck:
    """By the line of the QR code, pasted or scanned."""
    from core.store.seal import load_trust
    from core.store.verify import check_line

    check = check_line(command.line, load_trust(desk.settings.seal_dir))
    with desk.reading() as work:
        return _with_register(work, check)


@desk_use_case(Action.CHECK_CERTIFICATE)
def check_file(desk: Desk, caller: Caller, command: CheckFile) -> PaperCheck:
    """By a PDF file on this machine. What can't be read is UNREADABLE, never an error."""
    from core.store.seal import load_trust

    with taken_in(desk, caller, command.path) as path:
        return _checked(desk, path, load_trust(desk.settings.seal_dir))


@desk_use_case(Action.CHECK_CERTIFICATE)
def check_folder(desk: Desk, caller: Caller, command: CheckFile) -> Page[CheckedFile]:
    """Every .pdf of a folder (at most 2,000), by name; a single file is a folder of one."""
    from core.store.seal import load_trust

    trust = load_trust(desk.settings.seal_dir)
    with folder_taken_in(desk, caller, command.path, ".pdf") as path:
        try:
            found = [path]
            if path.is_dir():
                found = sorted(each for each in path.iterdir() if each.suffix.lower() == ".pdf")
        except OSError:
            found = [path]
        return Page(tuple(CheckedFile(each.name, _checked(desk, each, trust)) for each in found[:MOST_FILES]))


def _checked(desk: Desk, path: Path, trust: Trust) -> PaperCheck:
    from core.store.verify import LARGEST_PDF, check_pdf

    try:
        if not path.is_file():
            raise OSError(path)
        with path.open("rb") as file:
            content = file.read(LARGEST_PDF + 1)
    except OSError:
        line = CheckLine("格式", CheckState.FAILED, "文件打不开，请核对路径")
        return PaperCheck(PaperVerdict.UNREADABLE, (line,))
    check = check_pdf(content, trust)
    with desk.reading() as work:
        return _with_register(work, check)


def _with_register(work: UnitOfWork, check: PaperCheck) -> PaperCheck:
    """What the register knows of a paper whose signature holds."""
    if check.verdict is not PaperVerdict.VALID or check.facts is None:
        return check
    row = _registered(work, check.facts.number)
    if row is None:
        words = "签名有效，但登记簿中没有这个编号，请向签发单位核实"
        return replace(check, lines=(*check.lines, CheckLine(_FORCE, CheckState.UNKNOWN, words)))
    facts = work.vault.open(row.facts_sealed).encode()
    same = hmac.compare_digest(row.check_code, check.check_code)
    if check.fingerprint:
        same = same and hmac.compare_digest(hashlib.sha256(facts).hexdigest(), check.fingerprint)
    if not same:
        line = CheckLine(_FORCE, CheckState.FAILED, "内容与登记簿不一致")
        return replace(check, verdict=PaperVerdict.ALTERED, lines=(*check.lines, line))
    return _with_force(work, check, row)


def _with_force(work: UnitOfWork, check: PaperCheck, row: Certificate) -> PaperCheck:
    """效力: in force, revoked when and why, or replaced by which."""
    if row.state == CertificateState.VALID:
        return replace(check, lines=(*check.lines, CheckLine(_FORCE, CheckState.OK, "有效")))
    words = "已作废"
    if row.state == CertificateState.REPLACED and row.replaced_by is not None:
        new = work.session.get_one(Certificate, row.replaced_by).number
        line = CheckLine(_FORCE, CheckState.FAILED, f"已换发，新证书编号 {new}")
        return replace(check, verdict=PaperVerdict.REPLACED, lines=(*check.lines, line))
    if row.revoked_at is not None:
        words = f"{row.revoked_at.astimezone(CHINA):%Y-%m-%d} 已作废，原因：{row.revoked_reason}"
    line = CheckLine(_FORCE, CheckState.FAILED, words)
    return replace(check, verdict=PaperVerdict.REVOKED, lines=(*check.lines, line))


def _registered(work: UnitOfWork, number: str) -> Certificate | None:
    return work.session.scalars(select(Certificate).where(Certificate.number == number)).first()
