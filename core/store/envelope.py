"""The signature of a PDF as bytes (CMS SignedData, RFC 5652, as PAdES asks for), in one spelling.

Everything in it follows from the signing certificate, the digest of the file and the ECDSA signature. A
check builds it again from these three and compares, so no byte of it can be changed unseen.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

_SEQUENCE, _SET, _OCTETS, _OBJECT, _INTEGER = 0x30, 0x31, 0x04, 0x06, 0x02
_CONTEXT_0 = 0xA0

_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
_SHA256 = bytes.fromhex("300b0609608648016503040201")
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_VERSION_1 = bytes.fromhex("020101")


def signed_attributes(certificate: bytes, digest: bytes) -> bytes:
    """What the key signs: content type, SHA-256 of the file, SHA-256 of the certificate (a DER SET)."""
    return _wrap(_SET, _attributes(certificate, digest))


def envelope(certificate: x509.Certificate, digest: bytes, signature: bytes) -> bytes:
    """The DER of the whole signature. `signature` is 64 bytes, r and s."""
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.serialization import Encoding

    der = certificate.public_bytes(Encoding.DER)
    serial = certificate.serial_number
    number = _wrap(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    signer = _wrap(
        _SEQUENCE,
        _VERSION_1
        + _wrap(_SEQUENCE, certificate.issuer.public_bytes() + number)
        + _SHA256
        + _wrap(_CONTEXT_0, _attributes(der, digest))
        + _ECDSA_SHA256
        + _wrap(_OCTETS, encode_dss_signature(r, s)),
    )
    signed_data = _wrap(
        _SEQUENCE,
        _VERSION_1
        + _wrap(_SET, _SHA256)
        + _wrap(_SEQUENCE, _DATA)
        + _wrap(_CONTEXT_0, der)
        + _wrap(_SET, signer),
    )
    return _wrap(_SEQUENCE, _SIGNED_DATA + _wrap(_CONTEXT_0, signed_data))


def parts(content: bytes) -> tuple[bytes, bytes] | None:
    """The certificate (DER) and the signature (64 bytes) inside an envelope; None if it is not of this form.

    Only takes it apart: whoever calls builds it again with `envelope` and compares.
    """
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        outer = _open(content, _SEQUENCE)[0]
        signed_data = _open(_open(outer[len(_SIGNED_DATA) :], _CONTEXT_0)[0], _SEQUENCE)[0]
        rest = _open(signed_data[len(_VERSION_1) :], _SET)[1]
        rest = _open(rest, _SEQUENCE)[1]
        certificate, rest = _open(rest, _CONTEXT_0)
        signer = _open(_open(rest, _SET)[0], _SEQUENCE)[0]
        rest = _open(signer[len(_VERSION_1) :], _SEQUENCE)[1]
        rest = _open(rest[len(_SHA256) :], _CONTEXT_0)[1]
        r, s = decode_dss_signature(_open(rest[len(_ECDSA_SHA256) :], _OCTETS)[0])
        return certificate, r.to_bytes(32, "big") + s.to_bytes(32, "big")
    except (ValueError, OverflowError, IndexError):
        return None


def _attributes(certificate: bytes, digest: bytes) -> bytes:
    named = _wrap(_SEQUENCE, _wrap(_OCTETS, hashlib.sha256(certificate).digest()))
    rows = [
        _wrap(_SEQUENCE, _CONTENT_TYPE + _wrap(_SET, _DATA)),
        _wrap(_SEQUENCE, _MESSAGE_DIGEST + _wrap(_SET, _wrap(_OCTETS, digest))),
        _wrap(_SEQUENCE, _SIGNING_CERTIFICATE + _wrap(_SET, _wrap(_SEQUENCE, _wrap(_SEQUENCE, named)))),
    ]
    return b"".join(sorted(rows))


def _wrap(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _open(content: bytes, tag: int) -> tuple[bytes, bytes]:
    """The inside of the value that stands first, and what follows it. Raises ValueError or IndexError."""
    if content[0] != tag:
        raise ValueError("another tag")
    size, start = content[1], 2
    if size & 0x80:
        start = 2 + (size & 0x7F)
        size = int.from_bytes(content[2:start], "big")
    if start > 6 or start + size > len(content):
        raise ValueError("a length beyond the end")
    return content[start : start + size], content[start + size :]
