"""The file of a backup (备份文件): a tar with a manifest, and the look at it from its first byte to its last."""

from __future__ import annotations

import hashlib
import hmac
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.rules.errors import ErrorCode, Refused
from core.store.settings import Settings
from core.store.vault import Vault

FORMAT = "jijiao-backup/1"
MANIFEST, DATABASE, SEAL, FILES = "manifest.json", "database", "seal.sealed", "blobs"
MARK = "manifest.mark"
"""The keyed hash of the manifest: only who has the data key can have written it."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `members` gives the SHA-256 of each part; of a picture it is in its name."""

    engine: str
    revision: str
    made_at: str
    key_check: str
    counts: Mapping[str, int]
    entries: int
    head: str
    members: Mapping[str, str]
    files: int

    def to_json(self) -> bytes:
        """As it stands in the file."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({"format": FORMAT, **fields}, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Manifest:
        """Read again. Raises Refused BACKUP_BROKEN for what is none."""
        try:
            fields: dict[str, Any] = json.loads(content)
            if fields.pop("format") != FORMAT:
                raise Refused(ErrorCode.BACKUP_BROKEN, reason="不认识的备份格式")
            return cls(**fields)
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(ErrorCode.BACKUP_BROKEN, reason="清单读不出来") from error


def check_backup(path: Path, vault: Vault) -> Manifest:
    """Read a backup from its first byte to its last: every part has the SHA-256 that it should have.

    Raises Refused BACKUP_BROKEN, KEY_WRONG where it was made with another data key.
    """
    with opened(path) as archive:
        written = member(archive, MANIFEST)
        manifest = Manifest.from_json(written)
        if manifest.key_check != vault.check_value():
            raise Refused(ErrorCode.KEY_WRONG)
        if not hmac.compare_digest(member(archive, MARK), mark_of(written, vault)):
            raise broken("清单被改过")
        wanted, files = dict(manifest.members), 0
        for entry in archive:
            content = archive.extractfile(entry)
            if content is None or entry.name in (MANIFEST, MARK):
                continue
            found = _sha256(content)
            if entry.name.startswith(f"{FILES}/"):
                files += 1
                # What is sealed is named by what it holds: it is proved with the key, after it was put back.
                name = entry.name.removeprefix(f"{FILES}/")
                expected = found if name.endswith(".sealed") else name
            else:
                expected = wanted.pop(entry.name, "")
            if found != expected:
                raise Refused(ErrorCode.BACKUP_BROKEN, reason=f"{entry.name} 与清单不符")
    if wanted or files != manifest.files:
        raise Refused(ErrorCode.BACKUP_BROKEN, reason=f"少了 {', '.join(wanted) or '附件'}")
    return manifest


def must_reach_directly(settings: Settings) -> None:
    """What PostgreSQL's programs set lasts longer than a transaction: a pooler would hand it on to others.

    Raises Refused DIRECT_URL_MISSING.
    """
    if settings.pooler and not settings.database_direct_url:
        raise Refused(ErrorCode.DIRECT_URL_MISSING)


def mark_of(manifest: bytes, vault: Vault) -> bytes:
    """The mark of a manifest, in hexadecimal."""
    return vault.digest("backup", hashlib.sha256(manifest).hexdigest()).hex().encode()


def member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        content = archive.extractfile(name)
    except KeyError:
        content = None
    if content is None:
        raise broken(f"没有 {name}")
    return content.read()


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(CHUNK):
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (tarfile.TarError, OSError, EOFError) as error:
        raise broken("不是完好的备份文件") from error


def broken(reason: str) -> Refused:
    return Refused(ErrorCode.BACKUP_BROKEN, reason=reason)
