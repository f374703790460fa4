"""The postman: hands mails to the SMTP server, one connection for many. Texts never name an address."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from core.rules.clock import CHINA
from core.store.settings import Settings

SECONDS = 20
"""How long the server may keep silent before it is given up."""
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. `key` tells it from all others of this sender and stays the same when it is tried again."""

    to: str
    subject: str
    body: str
    at: datetime
    key: str


class Undelivered(Exception):
    """A mail that was not taken. `trouble` is a short code without any address; `final` means: not ever."""

    def __init__(self, trouble: str, *, final: bool = False) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.final = final


class NoServer(Undelivered):
    """The server itself is not to be had (silent, no TLS, login refused): no other mail would fare better."""


class Postman:
    """A connection to the SMTP server (a context manager), made with the first letter and made anew if lost."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def send(self, letter: Letter) -> None:
        """Hand over a letter; afterwards the server answers for it. Raises Undelivered, NoServer."""
        sender = self._settings.sender
        try:
            to = _plain_address(letter.to)
            content = compose(letter, to, sender, self._name).as_bytes()
        except ValueError:
            raise Undelivered("地址无效", final=True) from None
        if self._server is None:
            self._server = self._connected()
        try:
            self._server.sendmail(sender, [to], content)
        except (OSError, smtplib.SMTPException) as error:
            # After 421 smtplib has closed the line; after a fault of the line nobody knows what it is good for.
            answered = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException)
            if not answered or self._server.sock is None:
                self._drop()
            raise _undelivered(error) from None

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        server: smtplib.SMTP | None = None
        host, port = settings.smtp_host, settings.smtp_port
        # Without a name of our own smtplib asks the resolver for one, which may take minutes.
        name = _own_name()
        try:
            if settings.smtp_security == "tls":
                context = ssl.create_default_context()
                server = smtplib.SMTP_SSL(host, port, name, timeout=SECONDS, context=context)
            else:
                server = smtplib.SMTP(host, port, name, timeout=SECONDS)
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
                server.login(settings.smtp_user, password)
            return server
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if server is not None:
                server.close()
            raise NoServer(_named(error)) from None

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def compose(letter: Letter, to: str, sender: str, name: str) -> EmailMessage:
    """The mail as it goes over the line, in UTF-8. Raises ValueError for an address that is none."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(name), addr_spec=sender)
    message["To"] = _recipient(to)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.at.astimezone(CHINA))
    message["Message-ID"] = f"<{letter.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8", cte="base64")
    return message


def one_line(text: str) -> str:
    """A text that can stand in a header: line breaks and other control characters become spaces."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _recipient(to: str) -> Address:
    try:
        return Address(addr_spec=to)
    except Exception as error:  # its parser names no bound to what it raises at an address that is none
        raise ValueError("no address") from error


def _plain_address(address: str) -> str:
    """The address in ASCII, the domain in its punycode. Raises ValueError."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or not address.isprintable() or " " in address or not local.isascii():
        raise ValueError("no address")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _undelivered(error: Exception) -> Undelivered:
    """5xx is a no for good, 4xx (a full box, greylisting) one for now. The server's words may quote the address."""
    words: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, words),) = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return Undelivered(_named(error))
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    enhanced = _ENHANCED.search(text)
    # A sender that is refused is a setting to be mended: the mail itself is not at fault.
    final = code >= 500 and not isinstance(error, smtplib.SMTPSenderRefused)
    return Undelivered(f"{code} {enhanced[0]}" if enhanced else str(code), final=final)


def _named(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def _own_name() -> str:
    name = socket.gethostname()
    return name if name.isascii() and name else "localhost"
