"""Puts the signature into certificate PDFs with pyHanko, offline. Imports pyhanko: import this file late."""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from io import BytesIO

from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject, TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PdfSignedData, SignatureObject

from core.rules.clock import CHINA
from core.rules.facts import CertificateFacts
from core.store.envelope import envelope, signed_attributes
from core.store.seal import Seal

FIELD_NAME = "Seal"
# Hexadecimal digits kept free for the signature; the certificate and what is signed need some 1700.
RESERVED = 4096


class PaperSigner:
    """One signing key, ready for many files."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._certificate = seal.certificate.public_bytes(Encoding.DER)

    def sign(self, pdf: bytes, facts: CertificateFacts) -> bytes:
        """The file with a certifying signature over all of it: no change is allowed afterwards."""
        output = BytesIO()
        writer = _SteadyWriter(BytesIO(pdf))
        steps = PdfCMSEmbedder(SigFieldSpec(FIELD_NAME)).write_cms(FIELD_NAME, writer)
        next(steps)
        mdp = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
        steps.send(SigObjSetup(sig_placeholder=_place(facts), mdp_setup=mdp))
        prepared, _ = steps.send(SigIOSetup(md_algorithm="sha256", output=output))
        digest = prepared.document_digest
        signature = self._seal.sign(b"", signed_attributes(self._certificate, digest))
        steps.send(envelope(self._seal.certificate, digest, signature))
        return output.getvalue()


class _SteadyWriter(IncrementalPdfFileWriter):
    """Adds nothing of the clock and nothing of chance: the same certificate printed again is the same file."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        first, _ = prev.trailer["/ID"]
        # The same 16 bytes are read as text or as bytes, as they happen to look.
        content = first.original_bytes if isinstance(first, TextStringObject) else bytes(first)
        second = hashlib.sha256(content).digest()[:16]
        return ArrayObject([ByteStringObject(content), ByteStringObject(second)])

    def _update_meta(self) -> None:
        """The title and the date were written with the pages."""


def _place(facts: CertificateFacts) -> PdfSignedData:
    return SignatureObject(
        # The day of issue, not the machine's clock.
        timestamp=datetime.combine(facts.issued_on, time(), tzinfo=CHINA),
        subfilter=SigSeedSubFilter.PADES,
        name=facts.issuer,
        reason=f"签发证书 {facts.number}",
        bytes_reserved=RESERVED,
    )
