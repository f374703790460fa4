"""Restore (A4, 恢复): a backup looked at, put into an empty installation, and proved to be whole there."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from core.model import Base, Blob
from core.rules.errors import ErrorCode, Refused
from core.schema.backup import Proof
from core.services.audit_proof import prove_chain
from core.services.backup_file import (
    CHUNK,
    DATABASE,
    FILES,
    SEAL,
    Manifest,
    broken,
    check_backup,
    member,
    must_reach_directly,
    opened,
)
from core.services.box_files import forget_lost
from core.store import migrate
from core.store.blob_places import open_blobs
from core.store.blobs import Blobs, is_name
from core.store.dump import is_empty, put_back
from core.store.engine import open_engines
from core.store.hostkeys import FILE_NAME as HOST_KEY
from core.store.hostkeys import host_key_path
from core.store.seal import load_seal
from core.store.settings import Settings
from core.store.store import Store, open_store
from core.store.vault import Vault, load_key
from core.store.whole_files import write_new


def restore(settings: Settings, path: Path) -> Proof:
    """Put a backup into an empty installation that has the data key, and prove that all of it is there.

    Raises Refused BACKUP_BROKEN, BACKUP_PLACE (something is there already), KEY_MISSING, KEY_WRONG (another key
    than the backup was made with), SERVER_TOOLS_MISSING, DIRECT_URL_MISSING, EXTRA_MISSING, EVIDENCE_UNREACHABLE.
    """
    must_reach_directly(settings)
    vault = Vault(load_key(settings))
    manifest = check_backup(path, vault)
    _must_be_empty(settings, manifest)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        opened(path) as archive,
        tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder,
    ):
        copy = Path(folder) / DATABASE
        with copy.open("wb") as file:
            source = archive.extractfile(DATABASE)
            assert source is not None  # check_backup has seen it
            shutil.copyfileobj(source, file, CHUNK)
        _put_files(open_blobs(settings), archive)
        _put_seal(settings, vault.open_bytes(member(archive, SEAL)))
        put_back(copy, settings.direct_url)
    engines = open_engines(settings.direct_url)
    try:
        migrate.upgrade(engines.write)
    finally:
        engines.dispose()
    proof = prove_restored(settings, manifest)
    store = open_store(settings)
    try:
        with store.writing() as work:
            forget_lost(work)
            work.commit()
    finally:
        store.close()
    return proof


def prove_restored(settings: Settings, manifest: Manifest) -> Proof:
    """Hold what was put back against the manifest: rows, the audit chain, every picture, the signing key.

    Raises Refused BACKUP_BROKEN for the first thing that is not as it was.
    """
    store = open_store(settings)
    try:
        return Proof(tuple(_proved(store, manifest)))
    finally:
        store.close()


def _proved(store: Store, manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield "清单", f"{manifest.made_at} 备份，结构版本 {manifest.revision}"
    with store.reading() as work:
        tables = [table for name, table in Base.metadata.tables.items() if name in manifest.counts]
        for table in tables:
            found = work.session.scalar(select(func.count()).select_from(table)) or 0
            if found != manifest.counts[table.name]:
                raise broken(f"表 {table.name} 有 {found} 行，应有 {manifest.counts[table.name]} 行")
        yield "数据库", f"{len(tables)} 张表，{sum(manifest.counts.values())} 行，与清单一致"
    with store.reading() as work:
        proof = prove_chain(work, {manifest.entries: manifest.head} if manifest.entries else {})
        if not proof.whole or proof.entries != manifest.entries:
            raise broken(f"审计日志：{proof.trouble or '条数不符'}")
        yield "审计日志", f"{proof.entries} 条，链完整，末尾 {proof.head[:16]}"
    with store.reading() as work:
        count = 0
        for sha256 in work.session.scalars(select(Blob.sha256)):
            work.blobs.prove(sha256, work.vault)
            count += 1
        yield "附件", f"{count} 个，逐个与 SHA-256 一致"
    fingerprint = load_seal(store.settings.seal_dir).trust.root_fingerprint
    yield "签发密钥", f"根证书 SHA-256 {fingerprint[:16]}…"


def _must_be_empty(settings: Settings, manifest: Manifest) -> None:
    engines = open_engines(settings.direct_url)
    try:
        if engines.name != manifest.engine:
            raise Refused(
                ErrorCode.BACKUP_PLACE, reason=f"备份来自 {manifest.engine}，不能恢复到 {engines.name}"
            )
        if engines.name == "sqlite":
            database = Path(str(engines.read.url.database))
            if database.exists():
                raise Refused(ErrorCode.BACKUP_PLACE, reason=f"{database} 已存在，请恢复到空的位置")
        else:
            with engines.read.connect() as connection:
                if not is_empty(connection):
                    raise Refused(ErrorCode.BACKUP_PLACE, reason="数据库里已有内容，请用空的数据库")
    finally:
        engines.dispose()
    # An object store may hold everything still: under the same hash lies the same, and all of it is proved at the end.
    kept = [] if settings.evidence_store else [settings.blob_dir]
    for folder in (*kept, settings.seal_dir):
        if folder.is_dir() and any(folder.iterdir()):
            raise Refused(ErrorCode.BACKUP_PLACE, reason=f"{folder} 里已有内容")


def _put_files(blobs: Blobs, archive: tarfile.TarFile) -> None:
    for entry in archive:
        if not entry.name.startswith(f"{FILES}/") or not entry.isfile():
            continue
        name = entry.name.removeprefix(f"{FILES}/")
        if not is_name(name):
            raise broken(f"{entry.name} 不是附件的名字")
        content = archive.extractfile(entry)
        assert content is not None
        blobs.write(name, content.read())


def _put_seal(settings: Settings, content: bytes) -> None:
    settings.seal_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for entry in archive:
            held = archive.extractfile(entry)
            if held is None or "/" in entry.name or entry.name.startswith("."):
                continue
            if entry.name == HOST_KEY:
                _put_host_key(settings, held.read())
            else:
                write_new(settings.seal_dir / entry.name, held.read())


def _put_host_key(settings: Settings, content: bytes) -> None:
    """So that users meet the service they know; one that is there already stays."""
    path = host_key_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        write_new(path, content)
