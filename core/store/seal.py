"""The seal (电子签章): our own certificate authority, the signing key, and what anyone needs to check it.

Public: `create_seal(folder, issuer_name)`, `has_seal(folder)`, `load_seal(folder) -> Seal`,
`renew_seal(folder)`, `Seal.sign_line(facts)`, `Seal.sign_facts(facts)`, `Seal.check_code(facts)`,
`Seal.trust`, `Trust.from_pem(content)`, `load_trust(folder)`.

The folder holds `root.key`, `signer.key` and `code.key` (for the 校验码), all of mode 0600, `root.pem`,
`signer.pem`, and `trust.pem`: the root and every signing certificate ever used. Only that one is published.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.rules.certificate import canonical_bytes, check_code, line_payload, wrap_line
from core.rules.errors import ErrorCode, Refused
from core.rules.facts import CertificateFacts
from core.store.whole_files import write_new

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

KEY_ID_BYTES = 8
SIGNATURE_BYTES = 64
LINE_PURPOSE = b"jijiao-line-1\0"
FACTS_PURPOSE = b"jijiao-facts-1\0"
FACTS_MARK = b"JXF1:"

# The order of P-256. Of the two values that verify, (r, s) and (r, n - s), only the smaller s is ours, so
# that a signature has one spelling and a changed byte is always found.
CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Years before the installation are proved too, and papers are checked decades later.
_VALID_FROM = datetime(2000, 1, 1, tzinfo=UTC)
_VALID_UNTIL = datetime(2099, 12, 31, tzinfo=UTC)
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trust:
    """The published part of the seal: root and signing certificates (DER). Old ones stay trusted."""

    root: bytes
    signers: Mapping[bytes, bytes]

    @classmethod
    def from_pem(cls, content: bytes) -> Trust:
        """Read a published `trust.pem`: the root first. Raises ValueError if another is not under it."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.serialization import Encoding

        certificates = [x509.load_pem_x509_certificate(block) for block in _PEM.findall(content)]
        if not certificates:
            raise ValueError("no certificate in it")
        root, *signers = certificates
        try:
            for certificate in certificates:
                certificate.verify_directly_issued_by(root)
        except (InvalidSignature, TypeError) as error:
            raise ValueError("a certificate that the root did not issue") from error
        by_id = {key_id(signer): signer.public_bytes(Encoding.DER) for signer in signers}
        return cls(root=root.public_bytes(Encoding.DER), signers=by_id)

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 of the root, in hex: what is compared with the published one."""
        return hashlib.sha256(self.root).hexdigest()

    def verify(self, signer_id: bytes, purpose: bytes, content: bytes, signature: bytes) -> bool:
        """Whether the key with that id signed the content for that purpose. False for unknown keys."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        der = self.signers.get(signer_id)
        if der is None or len(signature) != SIGNATURE_BYTES:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        public_key = x509.load_der_x509_certificate(der).public_key()
        if s > CURVE_ORDER // 2 or not isinstance(public_key, ec.EllipticCurvePublicKey):
            return False
        try:
            public_key.verify(encode_dss_signature(r, s), purpose + content, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Seal:
    """The keys of the issuer, loaded. Never shown, never logged."""

    private_key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    trust: Trust
    code_secret: bytes

    def __repr__(self) -> str:
        return f"Seal({key_id(self.certificate).hex()})"

    def sign(self, purpose: bytes, content: bytes) -> bytes:
        """64 bytes r and s (ECDSA P-256, SHA-256, deterministic, small s) over purpose and content."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self.private_key.sign(purpose + content, algorithm))
        return r.to_bytes(32, "big") + min(s, CURVE_ORDER - s).to_bytes(32, "big")

    def check_code(self, facts: CertificateFacts) -> str:
        """The 校验码 of these facts, always the same one."""
        return check_code(self.code_secret, facts)

    def sign_line(self, facts: CertificateFacts) -> str:
        """The line of the QR code: the facts (number masked, no annex) with a signature of their own."""
        payload = line_payload(facts, self.check_code(facts))
        return wrap_line(key_id(self.certificate) + self.sign(LINE_PURPOSE, payload) + payload)

    def sign_facts(self, facts: CertificateFacts) -> bytes:
        """What is embedded in the PDF: all facts and the 校验码, signed, in ASCII that survives damage."""
        payload = self.check_code(facts).encode("ascii") + canonical_bytes(facts)
        signed = key_id(self.certificate) + self.sign(FACTS_PURPOSE, payload) + payload
        return FACTS_MARK + base64.urlsafe_b64encode(signed) + b";"


def key_id(certificate: x509.Certificate) -> bytes:
    """Eight bytes that name a signing key: the start of the SHA-256 of its public key."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def has_seal(folder: Path) -> bool:
    """Whether the folder holds a seal already."""
    return (folder / "signer.key").is_file()


def create_seal(folder: Path, issuer_name: str) -> None:
    """Make the root, the first signing key, the secret of the 校验码. FileExistsError if they exist."""
    from cryptography.hazmat.primitives.asymmetric import ec

    if has_seal(folder):
        raise FileExistsError(folder)
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = _issue(f"{issuer_name[:50]} 根证书", root_key, None, root_key)
    _write(fresh / "root.key", _key_pem(root_key), secret=True)
    _write(fresh / "root.pem", _pem(root))
    _write(fresh / "trust.pem", _pem(root))
    _write(fresh / "code.key", secrets.token_bytes(32), secret=True)
    _add_signer(fresh, f"{issuer_name[:50]} 签发")
    # One rename, so that an interrupted start never leaves half a seal behind.
    if folder.exists():
        folder.rmdir()
    fresh.rename(folder)


def renew_seal(folder: Path) -> None:
    """Change the signing key under the same root; what the old one signed stays valid."""
    from cryptography import x509

    subject = x509.load_pem_x509_certificate(_read(folder / "signer.pem")).subject
    attribute = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0]
    _add_signer(folder, str(attribute.value))


def load_seal(folder: Path) -> Seal:
    """Read the seal. Raises Refused SEAL_MISSING when a file of it is not there."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    private_key = load_pem_private_key(_read(folder / "signer.key"), None)
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise Refused(ErrorCode.SEAL_MISSING, path=str(folder))
    return Seal(
        private_key=private_key,
        certificate=x509.load_pem_x509_certificate(_read(folder / "signer.pem")),
        trust=load_trust(folder),
        code_secret=_read(folder / "code.key"),
    )


def load_trust(folder: Path) -> Trust:
    """Read only the published part. Raises Refused SEAL_MISSING when it is not there."""
    return Trust.from_pem(_read(folder / "trust.pem"))


def _add_signer(folder: Path, common_name: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    root_key = load_pem_private_key(_read(folder / "root.key"), None)
    root = x509.load_pem_x509_certificate(_read(folder / "root.pem"))
    if not isinstance(root_key, ec.EllipticCurvePrivateKey):
        raise Refused(ErrorCode.SEAL_MISSING, path=str(folder))
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _issue(common_name, key, root, root_key)
    # Trusted before it signs: a stop between the two steps leaves an unused entry, never an unknown signer.
    _write(folder / "trust.pem", _read(folder / "trust.pem") + _pem(certificate))
    _write(folder / "signer.key", _key_pem(key), secret=True)
    _write(folder / "signer.pem", _pem(certificate))


def _issue(
    common_name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A certificate for `key`: a root of its own when `issuer` is None, else one that only signs papers."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    is_root = issuer is None
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Replace a file in one step; a secret one is never readable by others, not even for a moment."""
    fresh = path.with_name(path.name + ".part")
    fresh.unlink(missing_ok=True)
    write_new(fresh, content, 0o600 if secret else 0o644)
    fresh.replace(path)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(ErrorCode.SEAL_MISSING, path=str(path)) from error
