"""Checks certificates (证书查验) from the PDF alone or the QR line alone, with only the published trust.

Public: `check_pdf(content: bytes, trust: Trust) -> PaperCheck`, `check_line(text: str, trust: Trust) -> PaperCheck`.
The verdicts are VALID, ALTERED, FOREIGN, UNREADABLE; whether a valid one was revoked, the register knows.

A file is valid only if our own strict reading (`core.store.paper_form`) and pyHanko's both say so: one
signature, over every byte of the file but its own place, made by a key under our root, and facts inside that
the same key signed. Nothing may stand outside of it: an appended revision, a second signature, another range,
a changed byte of the signature itself. Whatever goes wrong inside a library counts as not valid.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from core.rules.certificate import (
    CODE_LENGTH,
    facts_from_canonical,
    facts_from_line_payload,
    masked,
    parse_number,
    unwrap_line,
)
from core.rules.facts import CertificateFacts
from core.schema.certificates import CheckLine, CheckState, PaperCheck, PaperVerdict
from core.store.paper_form import PaperForm, read_form
from core.store.seal import FACTS_PURPOSE, KEY_ID_BYTES, LINE_PURPOSE, SIGNATURE_BYTES, Trust, key_id

# No certificate comes near; keeps a hostile file from taking the memory of the server.
LARGEST_PDF = 16 * 1024 * 1024
LONGEST_LINE = 8192

_FACTS = re.compile(rb"JXF1:([A-Za-z0-9_=-]{80,2000000});")
_MOST_FACTS = 8
_BEFORE_PAYLOAD = KEY_ID_BYTES + SIGNATURE_BYTES

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _SignedFacts:
    """Facts found in a file, with a signature of ours that holds."""

    facts: CertificateFacts
    check_code: str
    fingerprint: str
    signer: bytes


def check_pdf(content: bytes, trust: Trust) -> PaperCheck:
    """Check one PDF (about 10 ms). Never raises: what can't be read is UNREADABLE."""
    try:
        return _check_pdf(content, trust)
    except Exception:
        _log.info("a certificate file could not be checked", exc_info=True)
        return _unreadable("文件已损坏，读不出证书内容")


def check_line(text: str, trust: Trust) -> PaperCheck:
    """Check one line of a QR code (1 ms). Never raises. Its facts have the number masked and no annex."""
    try:
        return _check_line(text, trust)
    except Exception:
        _log.info("a certificate line could not be checked", exc_info=True)
        return _unreadable("不是证书二维码的文字，或不完整")


def _check_pdf(content: bytes, trust: Trust) -> PaperCheck:
    if not content.startswith(b"%PDF-") or len(content) > LARGEST_PDF:
        return _unreadable("不是 PDF 文件" if len(content) <= LARGEST_PDF else "文件过大，不是证书")
    form = read_form(content)
    ours = form is not None and _issued_by(form.certificate, trust)
    if form is not None and ours:
        trust = _with_signer(trust, form.certificate)
    found = _signed_facts(content, trust)
    sound = form is not None and ours and form.intact and len(found) == 1
    if form is not None and sound and _agree(form, found[0], content, trust):
        return _valid(found[0], "PDF 文件完整，带有电子签名")
    if found or ours or _names_our_key(content, trust):
        return _altered(found[0] if found else None)
    if content.rstrip().endswith(b"%%EOF"):
        signed = form is not None or b"/ByteRange" in content
        return _foreign("PDF 文件", "签名者不在本平台的根证书之下" if signed else "文件上没有本平台的签名")
    return _unreadable("PDF 文件不完整")


def _check_line(text: str, trust: Trust) -> PaperCheck:
    try:
        content = unwrap_line(text[: LONGEST_LINE + 1])
    except ValueError:
        return _unreadable("不是证书二维码的文字，或不完整")
    signer, signature = content[:KEY_ID_BYTES], content[KEY_ID_BYTES:_BEFORE_PAYLOAD]
    payload = content[_BEFORE_PAYLOAD:]
    if not payload or len(text) > LONGEST_LINE:
        return _unreadable("二维码文字不完整")
    if signer not in trust.signers:
        return _foreign("二维码文字", "签名密钥不在本平台公布的名单中")
    if not trust.verify(signer, LINE_PURPOSE, payload, signature):
        return _altered(None)
    facts, code = facts_from_line_payload(payload)
    return _valid(_SignedFacts(facts, code, "", signer), "二维码文字完整，带有签名")


def _signed_facts(content: bytes, trust: Trust) -> list[_SignedFacts]:
    """All facts in the file that a key of ours signed. Looks at bytes only: damage elsewhere is no matter."""
    found: list[_SignedFacts] = []
    for _, match in zip(range(_MOST_FACTS), _FACTS.finditer(content), strict=False):
        try:
            signed = base64.b64decode(match[1], altchars=b"-_", validate=True)
            signer, signature = signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:_BEFORE_PAYLOAD]
            payload = signed[_BEFORE_PAYLOAD:]
            if not trust.verify(signer, FACTS_PURPOSE, payload, signature):
                continue
            canonical = payload[CODE_LENGTH:]
            facts = facts_from_canonical(canonical)
            code = payload[:CODE_LENGTH].decode("ascii")
        except ValueError:
            continue
        found.append(_SignedFacts(facts, code, hashlib.sha256(canonical).hexdigest(), signer))
    return found


def _issued_by(certificate: bytes, trust: Trust) -> bool:
    """Whether our root issued the signing certificate. The names in it don't count, only the key."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        root = x509.load_der_x509_certificate(trust.root)
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _with_signer(trust: Trust, certificate: bytes) -> Trust:
    """The root vouches for a key that came into use after the trust at hand was published."""
    from cryptography import x509

    name = key_id(x509.load_der_x509_certificate(certificate))
    return replace(trust, signers={**trust.signers, name: certificate})


def _names_our_key(content: bytes, trust: Trust) -> bool:
    """Whether one of our signing certificates stands in a file whose signature can't be read any more."""
    return any(der.hex().upper().encode("ascii") in content for der in trust.signers.values())


def _agree(form: PaperForm, found: _SignedFacts, content: bytes, trust: Trust) -> bool:
    """The signer of the file signed the facts too, the number is one of ours, and pyHanko finds no fault."""
    from cryptography import x509

    signer = key_id(x509.load_der_x509_certificate(form.certificate))
    known = signer == found.signer and parse_number(found.facts.number) is not None
    return known and _pyhanko(content, form, trust)


def _pyhanko(content: bytes, form: PaperForm, trust: Trust) -> bool:
    """The second opinion: the structure as a PDF reader sees it, and the path to our root."""
    from asn1crypto import x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import async_validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    signatures = PdfFileReader(BytesIO(content)).embedded_signatures
    if len(signatures) != 1 or tuple(signatures[0].byte_range) != form.byte_range:
        return False
    context = ValidationContext(trust_roots=[x509.Certificate.load(trust.root)], allow_fetching=False)
    status = _at_once(async_validate_pdf_signature(signatures[0], signer_validation_context=context))
    return bool(
        status.bottom_line
        and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
        and status.modification_level == ModificationLevel.NONE
        and status.docmdp_ok
    )


def _at_once(work: Coroutine[Any, Any, Any]) -> Any:
    # Without a network nothing in it waits, so it needs no event loop and runs in any thread.
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise RuntimeError("the check waited for something")


def _valid(found: _SignedFacts, form: str) -> PaperCheck:
    return PaperCheck(
        verdict=PaperVerdict.VALID,
        lines=(
            CheckLine("格式", CheckState.OK, form),
            CheckLine("签名", CheckState.OK, "签名有效"),
            CheckLine("签发单位", CheckState.OK, f"{found.facts.issuer}，由本平台根证书认可"),
            CheckLine("签发后改动", CheckState.OK, "签发后没有改动"),
        ),
        facts=masked(found.facts),
        check_code=found.check_code,
        fingerprint=found.fingerprint,
    )


def _altered(found: _SignedFacts | None) -> PaperCheck:
    issuer = CheckLine("签发单位", CheckState.UNKNOWN, "内容被改动，不能认定")
    words = "签发后被改动，所示内容不可信"
    if found is not None:
        issuer = CheckLine("签发单位", CheckState.OK, f"原件由{found.facts.issuer}签发")
        words = "签发后被改动；下面列出的是签发时的内容，与所持文件不同之处即为改动"
    return PaperCheck(
        verdict=PaperVerdict.ALTERED,
        lines=(
            CheckLine("格式", CheckState.OK, "是本平台证书的格式"),
            CheckLine("签名", CheckState.FAILED, "签名与内容不符"),
            issuer,
            CheckLine("签发后改动", CheckState.FAILED, words),
        ),
        facts=masked(found.facts) if found else None,
        check_code=found.check_code if found else "",
        fingerprint=found.fingerprint if found else "",
    )


def _foreign(form: str, why: str) -> PaperCheck:
    return PaperCheck(
        verdict=PaperVerdict.FOREIGN,
        lines=(
            CheckLine("格式", CheckState.OK, form),
            CheckLine("签名", CheckState.UNKNOWN, "不是本平台的签名，不作判断"),
            CheckLine("签发单位", CheckState.FAILED, f"{why}，所写的单位名称不能作数"),
            CheckLine("签发后改动", CheckState.UNKNOWN, "不是本平台签发，不作判断"),
        ),
    )


def _unreadable(why: str) -> PaperCheck:
    return PaperCheck(
        verdict=PaperVerdict.UNREADABLE,
        lines=(
            CheckLine("格式", CheckState.FAILED, why),
            CheckLine("签名", CheckState.UNKNOWN, "读不出，未能判断"),
            CheckLine("签发单位", CheckState.UNKNOWN, "读不出，未能判断"),
            CheckLine("签发后改动", CheckState.UNKNOWN, "读不出，未能判断"),
        ),
    )
