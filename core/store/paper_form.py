"""The strict form of a signed certificate file: where its signature stands, what it covers, who made it.

A general reader follows a PDF's own tables, which is what attacks on signed PDFs play with (appended
revisions, a second signature, a range that leaves room, a longer place for the signature). Here the bytes
themselves are asked: there must be one range, it must be the whole file but one hexadecimal string, and that
string must be exactly what our signing writes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from core.store.envelope import envelope, parts, signed_attributes
from core.store.seal import CURVE_ORDER

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f]*)>")


@dataclass(frozen=True, slots=True)
class PaperForm:
    """What a file says about its signature. `certificate` is DER; `byte_range` as in the file.

    `intact` means that the signature is spelled as we spell it, holds under that certificate's key, and covers
    every byte of the file but its own place. It does not say whose certificate it is.
    """

    certificate: bytes
    byte_range: tuple[int, int, int, int]
    intact: bool


def read_form(content: bytes) -> PaperForm | None:
    """The first signature of the file; None where no signature of this form can be made out."""
    match = _RANGE.search(content)
    if match is None:
        return None
    start, first, second, last = (int(number) for number in match.groups())
    place = _HEXADECIMAL.fullmatch(content, first, second) if first < second <= len(content) else None
    if place is None:
        return None
    try:
        value = bytes.fromhex(place[1].decode("ascii"))
    except ValueError:
        return None
    found = parts(value)
    if found is None:
        return None
    certificate, signature = found
    whole = start == 0 and second + last == len(content) and content.count(b"/ByteRange") == 1
    intact = whole and _holds(content, (first, second), certificate, signature)
    return PaperForm(certificate, (start, first, second, last), intact)


def _holds(content: bytes, gap: tuple[int, int], certificate: bytes, signature: bytes) -> bool:
    """Whether the place holds what our signing would write there, and the signature is the key's."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    digest = hashlib.sha256(content[: gap[0]])
    digest.update(content[gap[1] :])
    try:
        holder = x509.load_der_x509_certificate(certificate)
        spelled = envelope(holder, digest.digest(), signature).hex().upper().encode("ascii")
    except ValueError:
        return False
    width = gap[1] - gap[0] - 2
    if content[gap[0] : gap[1]] != b"<" + spelled.ljust(width, b"0") + b">":
        return False
    key = holder.public_key()
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not isinstance(key, ec.EllipticCurvePublicKey) or s > CURVE_ORDER // 2:
        return False
    try:
        key.verify(
            encode_dss_signature(r, s),
            signed_attributes(certificate, digest.digest()),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        return False
    return True
