"""A real SMTP server for tests: it keeps what it was handed, and refuses, hangs up or encrypts as a test says."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from core.services.desk import Desk
from core.services.post import PromptPost

LOGIN = ("jijiao", "post-office-1")


class Mailbox:
    """What was handed in, and what the server answers. `refusals` are used up first, one a recipient.

    A refusal is an SMTP answer, or `hang up` which drops the line in the middle of the mail's text.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.refusals: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self._controller: Controller | None = None
        self.port = _free_port()

    def open(self, **options: Any) -> Mailbox:
        """Serve on the port; options as those of aiosmtpd's Controller."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def close(self) -> None:
        """Stop serving."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def settings(self, **changed: object) -> dict[str, object]:
        """What an installation is told that mails here."""
        own = {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_security": "none"}
        return {**own, "mail_from": "jijiao@example.cn", **changed}

    def received(self, desk: Desk) -> list[EmailMessage]:
        """All letters, once what this desk was about to send is sent."""
        PromptPost.of(desk).finish()
        return self.letters

    def codes(self, desk: Desk) -> list[str]:
        """The codes in all letters."""
        found = [re.search(r"\b\d{8}\b", text_of(each)) for each in self.received(desk)]
        return [each[0] for each in found if each is not None]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take or refuse a recipient."""
        if self.refusals and self.refusals[0] != "hang up":
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep a mail, or drop the line before it is acknowledged."""
        if self.refusals:
            self.refusals.pop(0)
            server.transport.abort()
            return "451 gone"
        self.meanwhile()
        self.raw.append(envelope.content)
        letter = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 kept"


def text_of(letter: EmailMessage) -> str:
    """The body."""
    return str(letter.get_content())


def guard(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    """Lets LOGIN in and nobody else."""
    given = (login.login.decode(), login.password.decode())
    return AuthResult(success=given == LOGIN, handled=False)


def tls_context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate of its own for 127.0.0.1, and the file to trust it by."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trust, own = folder / "trust.pem", folder / "server.key"
    trust.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    own.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust, own)
    return context, trust


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
