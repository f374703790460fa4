"""The vault: what is personal is sealed (AES-256-GCM) and found again by keyed hashes (HMAC-SHA256)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from core.rules.errors import ErrorCode, Refused
from core.store.whole_files import write_new

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from core.store.settings import Settings

KEY_BYTES = 32
_FORM = b"\x01"  # the first byte of whatever is sealed: which cipher, which derivation
_NONCE_BYTES = 12
_CHECK_TEXT = "jijiao data key"


class Vault:
    """Seals and opens texts under one data key of 32 bytes. Safe to share between threads."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise Refused(ErrorCode.KEY_WRONG)
        self._key = key
        self._ciphers: dict[str, AESGCM] = {}
        self._digest_keys: dict[str, bytes] = {}

    def seal(self, text: str) -> bytes:
        """The text, encrypted. The same text never looks the same twice."""
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text again. Raises Refused KEY_WRONG where another key sealed it, or where it was altered."""
        try:
            return self.open_bytes(sealed).decode()
        except ValueError as error:
            raise Refused(ErrorCode.KEY_WRONG) from error

    def seal_bytes(self, content: bytes, purpose: str = "") -> bytes:
        """The same for the content of a file. What is sealed for a purpose has a key of its own: it opens for that
        purpose alone, and nothing else does."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _FORM + nonce + self._aes(purpose).encrypt(nonce, content, _FORM)

    def open_bytes(self, sealed: bytes, purpose: str = "") -> bytes:
        """The content again; raises as `open`."""
        from cryptography.exceptions import InvalidTag

        if sealed[:1] != _FORM:
            raise Refused(ErrorCode.KEY_WRONG)
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._aes(purpose).decrypt(nonce, body, _FORM)
        except (InvalidTag, ValueError) as error:
            raise Refused(ErrorCode.KEY_WRONG) from error

    def digest(self, kind: str, text: str) -> bytes:
        """A keyed hash of 32 bytes to find a text by; each kind (`id_number`, `mobile` ...) has its own key.

        The caller brings the text into its one form first (capital X, no blanks).
        """
        key = self._digest_keys.get(kind)
        if key is None:
            key = self._digest_keys[kind] = derive(self._key, f"digest:{kind}")
        return hmac.digest(key, text.encode(), hashlib.sha256)

    def check_value(self) -> str:
        """What is kept in the database to recognise the key by; it gives nothing of the key away."""
        return self.digest("check", _CHECK_TEXT).hex()

    def _aes(self, purpose: str) -> AESGCM:
        cipher = self._ciphers.get(purpose)
        if cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            key = derive(self._key, f"seal:{purpose}" if purpose else "seal")
            cipher = self._ciphers[purpose] = AESGCM(key)
        return cipher


def derive(key: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869), one block: a key of 32 bytes for one purpose."""
    extracted = hmac.digest(b"jijiao/1", key, hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)


def create_key_file(path: Path) -> bytes:
    """Make a new data key, readable by its owner only. Raises FileExistsError: a key is never overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    write_new(path, base64.b64encode(key) + b"\n")
    return key


def load_key(settings: Settings) -> bytes:
    """The data key: from JIJIAO_DATA_KEY, else from the key file.

    Raises Refused KEY_MISSING where there is none, KEY_WRONG where it is not 32 bytes in base64 or hex.
    """
    if settings.data_key is not None:
        return parse_key(settings.data_key.get_secret_value())
    try:
        return parse_key(settings.key_path.read_text("ascii"))
    except OSError as error:
        raise Refused(ErrorCode.KEY_MISSING, path=str(settings.key_path)) from error
    except UnicodeDecodeError as error:
        raise Refused(ErrorCode.KEY_WRONG) from error


def parse_key(text: str) -> bytes:
    """A key written in hexadecimal or base64. Raises Refused KEY_WRONG."""
    text = text.strip()
    try:
        key = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused(ErrorCode.KEY_WRONG) from error
    if len(key) != KEY_BYTES:
        raise Refused(ErrorCode.KEY_WRONG)
    return key
