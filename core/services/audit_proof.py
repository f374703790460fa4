"""The chain of the audit log (审计链) walked from its first link, and its heads noted outside the database.

A chain alone can't tell that its end was cut off, or that all of it was written anew: so its head is noted in a
file beside the database now and then (`note_head`), and copied away with every backup.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import func, select

from core.model import Audit, AuditLink
from core.rules.audit_chain import GENESIS, link_hash
from core.schema.audit import AuditProof
from core.store.settings import Settings
from core.store.work import UnitOfWork, audit_fields

_AT_ONCE = 2000
_FILE = "audit-heads.txt"


def prove_chain(work: UnitOfWork, heads: dict[int, str] | None = None) -> AuditProof:
    """Walk the chain: every entry has its link, every link follows from the one before, every noted head is there.

    `heads` are hashes in hexadecimal by the number of their link.
    """
    wanted, seen = dict(heads or {}), 0
    previous, number = GENESIS, 0
    while True:
        # Link by link, with the entry that it holds: an outer join, since a deleted entry is what we look for.
        query = (
            select(AuditLink, Audit)
            .outerjoin(Audit, Audit.id == AuditLink.audit_id)
            .where(AuditLink.id > number)
            .order_by(AuditLink.id)
            .limit(_AT_ONCE)
        )
        rows = work.session.execute(query).all()
        for link, entry in rows:
            number += 1
            trouble = _wrong(link, entry, previous, number)
            noted = wanted.pop(number, None)
            if not trouble and noted is not None:
                seen += 1
                if noted != link.hash.hex():
                    trouble = f"第 {number} 条与以前记下的校验值不符，日志被改写过"
            if trouble:
                return AuditProof(number, previous.hex(), trouble, seen)
            previous = link.hash
        work.session.expunge_all()
        if len(rows) < _AT_ONCE:
            break
    entries, links = _counts(work)
    trouble = ""
    if entries != links:
        trouble = f"有 {entries} 条记录，链上只有 {links} 条"
    elif wanted:
        trouble = f"以前记到第 {max(wanted)} 条，现在只有 {number} 条，末尾被删过"
    return AuditProof(number, previous.hex(), trouble, seen)


def _counts(work: UnitOfWork) -> tuple[int, int]:
    """Entries and links, both in one statement: people go on writing meanwhile, and each writes both at once."""
    both = select(
        select(func.count()).select_from(Audit).scalar_subquery(),
        select(func.count()).select_from(AuditLink).scalar_subquery(),
    )
    entries, links = work.session.execute(both).one()
    return int(entries), int(links)


def heads_of(settings: Settings) -> dict[int, str]:
    """The heads that were noted beside the database; a line that can't be read is left out."""
    try:
        lines = _path(settings).read_text("utf-8").splitlines()
    except OSError:
        return {}
    found: dict[int, str] = {}
    for line in lines:
        parts = line.split()
        if len(parts) == 3 and parts[1].isdigit() and len(parts[2]) == 64:
            found[int(parts[1])] = parts[2]
    return found


def note_head(work: UnitOfWork, proof: AuditProof) -> None:
    """Note the head of a chain that is whole; the same one is not noted twice."""
    if not proof.entries or heads_of(work.settings).get(proof.entries) == proof.head:
        return
    path = _path(work.settings)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{work.clock.now():%Y-%m-%dT%H:%M:%SZ} {proof.entries} {proof.head}\n")


def _path(settings: Settings) -> Path:
    return settings.data_dir / _FILE


def _wrong(link: AuditLink, entry: Audit | None, previous: bytes, number: int) -> str:
    """What is wrong with one link, in a sentence; empty where nothing is."""
    if link.id != number:
        return f"第 {number} 条的链接不见了"
    if entry is None:
        return f"第 {number} 条记录不见了"
    if link.previous != previous:
        return f"第 {number} 条接不上前一条"
    if link_hash(previous, audit_fields(entry)) != link.hash:
        return f"第 {number} 条记录（编号 {entry.id}）被改过"
    return ""
