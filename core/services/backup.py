"""Backup (A4, 备份): everything of an installation in one file, made while people work; `restore` puts it back.

The file is a plain tar: `manifest.json`, the database, the pictures and papers, and the signing key sealed with the
data key. The data key itself is not in it: without the key a stolen backup gives no identity number away.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, func, select

from core.model import AuditLink, Base
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Caller
from core.schema.backup import BackUp, BackupMade
from core.services.audit_proof import heads_of, note_head, prove_chain
from core.services.backup_file import (
    CHUNK,
    DATABASE,
    FILES,
    MANIFEST,
    MARK,
    SEAL,
    Manifest,
    check_backup,
    mark_of,
    must_reach_directly,
)
from core.services.desk import Desk, desk_use_case
from core.store import migrate
from core.store.dump import dump
from core.store.engine import open_engines
from core.store.hostkeys import host_key_path

FOLDER = "backups"


@desk_use_case(Action.BACK_UP)
def back_up(desk: Desk, caller: Caller, command: BackUp) -> BackupMade:
    """Write a backup while people work, and read it again from the disk before it counts.

    What is committed before it begins is in it. Raises Refused BACKUP_PLACE, BACKUP_BROKEN, SERVER_TOOLS_MISSING,
    DIRECT_URL_MISSING, EVIDENCE_UNREACHABLE.
    """
    must_reach_directly(desk.settings)
    begun = time.monotonic()
    target = _target(desk, command.path)
    with desk.reading() as work:
        proof = prove_chain(work, heads_of(desk.settings))
    if not proof.whole:
        raise Refused(ErrorCode.BACKUP_BROKEN, reason=f"审计日志：{proof.trouble}")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        part = Path(folder) / "part.tar"
        manifest = _write(desk, part, Path(folder))
        check_backup(part, desk.vault)
        os.chmod(part, 0o600)
        os.replace(part, target)
    with desk.writing() as work:
        note_head(work, proof)
        summary = f"{manifest.files} 个文件，审计 {manifest.entries} 条"
        work.audit(caller, Action.BACK_UP, "backup", target.name, summary)
        work.commit()
    rows = sum(manifest.counts.values())
    seconds = time.monotonic() - begun
    return BackupMade(
        str(target), target.stat().st_size, manifest.files, rows, manifest.entries, manifest.head, seconds
    )


def backup_folder(desk: Desk) -> Path:
    """Where backups are put unless somebody says otherwise."""
    return desk.settings.data_dir / FOLDER


def _target(desk: Desk, typed: str) -> Path:
    """The file to be made; a folder that exists gets one with the moment in its name."""
    if typed.strip() and desk.settings.served:
        raise Refused(ErrorCode.BACKUP_PLACE, reason=f"从网络进来只能备份到服务器的 {backup_folder(desk)}")
    path = Path(typed).expanduser() if typed.strip() else backup_folder(desk)
    if not typed.strip():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_dir():
        path /= f"jijiao-{desk.clock.now():%Y%m%d-%H%M%S}.tar"
    if path.exists():
        raise Refused(ErrorCode.BACKUP_PLACE, reason=f"{path} 已存在")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Refused(ErrorCode.BACKUP_PLACE, reason=f"{path.parent} 不是可以写入的目录")
    return path


def _write(desk: Desk, part: Path, folder: Path) -> Manifest:
    """The database first: what it names was on the disk before, so every picture of it is found afterwards."""
    members: dict[str, str] = {}
    with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as archive:
        counts, entries, head, engine = _database(desk, folder / DATABASE)
        members[DATABASE] = _add(archive, DATABASE, folder / DATABASE)
        seal = _sealed_seal(desk)
        members[SEAL] = hashlib.sha256(seal).hexdigest()
        _add_bytes(archive, SEAL, seal)
        files = 0
        for name in desk.store.blobs.names():
            _add_bytes(archive, f"{FILES}/{name}", desk.store.blobs.read(name))
            files += 1
        manifest = Manifest(
            engine=engine,
            revision=migrate.HEAD,
            made_at=f"{desk.clock.now():%Y-%m-%dT%H:%M:%SZ}",
            key_check=desk.vault.check_value(),
            counts=counts,
            entries=entries,
            head=head,
            members=members,
            files=files,
        )
        written = manifest.to_json()
        _add_bytes(archive, MANIFEST, written)
        _add_bytes(archive, MARK, mark_of(written, desk.vault))
    return manifest


def _database(desk: Desk, target: Path) -> tuple[dict[str, int], int, str, str]:
    """The copy, with what it holds: rows by table, entries and head of the audit chain, the engine's name."""
    if desk.store.engines.name == "sqlite":
        from sqlalchemy import create_engine

        with desk.store.engines.read.connect() as connection:
            dump(connection, target)
        engine = create_engine(f"sqlite:///{target}")
        try:
            with engine.connect() as connection:
                return (*_contents(connection), "sqlite")
        finally:
            engine.dispose()
    engines = open_engines(desk.settings.direct_url)
    try:
        isolated = engines.read.execution_options(isolation_level="REPEATABLE READ")
        with isolated.connect() as connection, connection.begin():
            found = _contents(connection)
            dump(connection, target)
            return (*found, "postgresql")
    finally:
        engines.dispose()


def _contents(connection: Connection) -> tuple[dict[str, int], int, str]:
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(Base.metadata.tables.items())
    }
    newest = select(AuditLink.id, AuditLink.hash).order_by(AuditLink.id.desc()).limit(1)
    row = connection.execute(newest).first()
    entries, head = (0, "") if row is None else (row.id, row.hash.hex())
    return counts, entries, head


def _sealed_seal(desk: Desk) -> bytes:
    """The signing key, its certificates and the SSH host key as one small tar, sealed with the data key."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for path in (*sorted(desk.settings.seal_dir.glob("*")), host_key_path(desk.settings)):
            if path.is_file():
                archive.add(path, path.name)
    return desk.vault.seal_bytes(held.getvalue())


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    digest = hashlib.sha256()
    entry = archive.gettarinfo(path, name)
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    with path.open("rb") as file:
        archive.addfile(entry, _Read(file.read, digest.update))
    return digest.hexdigest()


class _Read:
    """A file that is hashed on its way into the archive."""

    def __init__(self, read: Callable[[int], bytes], seen: Callable[[bytes], None]) -> None:
        self._read, self._seen = read, seen

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes."""
        content = self._read(size)
        self._seen(content)
        return content


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


def newest_backup(desk: Desk) -> Path | None:
    """The newest file in the installation's own folder of backups."""
    found = sorted(backup_folder(desk).glob("jijiao-*.tar"))
    return found[-1] if found else None
