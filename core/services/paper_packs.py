"""Papers of a batch on their way to an outbox (发件箱): in one .zip with the list, large batches in several."""

from __future__ import annotations

import io
import zipfile

from sqlalchemy import select

from core.model import Certificate, Job
from core.rules.boxes import Box
from core.rules.roles import Actor
from core.services.box_files import put_inside
from core.services.boxes import outbox_words, private_folder
from core.store.work import UnitOfWork
from core.store.workbook import Sheet, write_sheets

PACK = 500
"""Papers of one file: a batch that is larger can be fetched, and its files deleted, while it goes on."""
_OF_A_ZIP = (1980, 1, 1, 0, 0, 0)


def waiting_in(place: dict[str, object]) -> list[str]:
    """The numbers of the papers that a job has printed and not packed yet."""
    kept = place.get("waiting", [])
    assert isinstance(kept, list)
    return [str(each) for each in kept]


def pack_waiting(
    work: UnitOfWork, actor: Actor, job: Job, waiting: list[str], sheet: Sheet | None
) -> list[str]:
    """Put what waits into the outbox once it is a pack, or with the list at the end of the job.

    Answers where that is, in words; nothing while it is not yet time. Raises Refused INBOX_FULL: the job then stops,
    and goes on from here when there is room.
    """
    if sheet is None and len(waiting) < PACK:
        return []
    name = _name(job, last=sheet is not None)
    with put_inside(work, actor.account_id, Box.OUTBOX, name, _packed(work, job, waiting, sheet), "zip"):
        return [outbox_words(name)]


def list_name(job: Job) -> str:
    """What the list of a batch is called, without an ending."""
    return f"证书清单-{job.asked['year']}-{job.id}"


def _name(job: Job, *, last: bool) -> str:
    whole = f"证书-{job.asked['year']}-{job.id}"
    if last and job.done <= PACK:
        return f"{whole}.zip"
    return f"{whole}-到第{job.done}人.zip"


def _packed(work: UnitOfWork, job: Job, numbers: list[str], sheet: Sheet | None) -> bytes:
    held = io.BytesIO()
    found = select(Certificate.number, Certificate.pdf_sha256).where(Certificate.number.in_(numbers))
    with zipfile.ZipFile(held, "w") as archive:  # stored: a PDF is packed already
        for number, sha256 in work.session.execute(found.order_by(Certificate.number)):
            entry = zipfile.ZipInfo(f"{number}.pdf", _OF_A_ZIP)
            archive.writestr(entry, work.blobs.get_sealed(sha256, work.vault))
        if sheet is not None:
            with private_folder(work.settings) as folder:
                path = folder / "list.xlsx"
                write_sheets(path, [sheet])
                archive.writestr(zipfile.ZipInfo(f"{list_name(job)}.xlsx", _OF_A_ZIP), path.read_bytes())
    return held.getvalue()
