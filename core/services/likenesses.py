"""Scans that look alike (疑点): the print of each picture, made as it is brought in, and what shows the same paper.

What is compared is compared once, when the second of two pictures comes in; a desk only reads what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from core.model import Attachment, Blob, Evidence, ScanBand, ScanLike, ScanPrint
from core.rules.errors import Refused
from core.schema.declarations import Holder
from core.services.desk import Desk
from core.store.likeness import Seen, apart, bands, look, near, same_paper
from core.store.work import UnitOfWork

_BLANK = Seen("0" * 16, bytes(1024))
"""Stands for a picture with nothing on it: it has been looked at, and is like no other."""
MOST_COMPARED = 5
"""Candidates that get the second look, those first whose pages are least apart."""
_CHUNK = 500


def note_prints(desk: Desk, pictures: Mapping[str, bytes]) -> None:
    """Make the prints of pictures that have just been stored, and find what each is like.

    The prints are kept before anything is compared: of two that come in at the same moment, the one that looks
    later sees the other.
    """
    fresh = _without_print(desk, pictures)
    if not fresh:
        return
    seen = {sha256: _looked(pictures[sha256]) for sha256 in fresh}
    with desk.writing() as work:
        _keep_prints(work, seen)
        work.commit()
    for sha256, found in seen.items():
        if found is _BLANK:
            continue
        with desk.reading() as work:
            candidates = _candidates(work.session, sha256, found)
        like = [other for other in candidates if _same(desk, pictures[sha256], other)]
        if like:
            with desk.writing() as work:
                pairs = [(sha256, other) for other in like] + [(other, sha256) for other in like]
                work.insert_unless_there(ScanLike, [{"sha256": one, "other": two} for one, two in pairs])
                work.commit()


def keep_prints(work: UnitOfWork, pictures: Mapping[str, bytes]) -> None:
    """Make the prints of pictures without comparing them: for a set of pictures that is known."""
    _keep_prints(work, {sha256: _looked(content) for sha256, content in pictures.items()})


def like_scans(session: Session, scans: Iterable[str]) -> Mapping[str, set[str]]:
    """Pictures that show the same paper as one of these: of each the ones of these that it is like."""
    found: dict[str, set[str]] = {}
    wanted = sorted(scans)
    if wanted:
        query = select(ScanLike.sha256, ScanLike.other).where(ScanLike.sha256.in_(wanted))
        for mine, other in session.execute(query):
            found.setdefault(other, set()).add(mine)
    return found


def missing_prints(session: Session) -> int:
    """How many pictures of declarations have no print: those that were stored before there were prints."""
    query = select(func.count()).select_from(Blob).where(_attached(), ~_printed())
    return session.scalar(query) or 0


def make_missing_prints(desk: Desk) -> int:
    """Make the prints that are missing, picture by picture, the oldest first; returns how many were looked at."""
    with desk.reading() as work:
        query = select(Blob.sha256).where(_attached(), ~_printed()).order_by(Blob.added_at, Blob.sha256)
        wanted = list(work.session.scalars(query))
    for sha256 in wanted:
        try:
            note_prints(desk, {sha256: desk.store.blobs.get(sha256)})
        except Refused:
            continue
    return len(wanted)


def _attached() -> ColumnElement[bool]:
    """Pictures of declarations and of activities; what lies sealed is never printed."""
    of_activity = Attachment.kind == Holder.ACTIVITY.value
    return or_(
        select(Evidence.id).where(Evidence.sha256 == Blob.sha256).exists(),
        select(Attachment.id).where(Attachment.sha256 == Blob.sha256, of_activity).exists(),
    )


def _printed() -> ColumnElement[bool]:
    """A picture has been looked at."""
    return select(ScanPrint.sha256).where(ScanPrint.sha256 == Blob.sha256).exists()


def _without_print(desk: Desk, pictures: Mapping[str, bytes]) -> list[str]:
    with desk.reading() as work:
        query = select(ScanPrint.sha256).where(ScanPrint.sha256.in_(list(pictures)))
        known = set(work.session.scalars(query))
    return [sha256 for sha256 in pictures if sha256 not in known]


def _looked(content: bytes) -> Seen:
    try:
        return look(content) or _BLANK
    except Refused:
        return _BLANK  # it was checked when it was stored: what fails here has no page to look at


def _keep_prints(work: UnitOfWork, seen: Mapping[str, Seen]) -> None:
    rows = [
        {"sha256": sha256, "bits": each.bits, "small": each.small} for sha256, each in sorted(seen.items())
    ]
    work.insert_unless_there(ScanPrint, rows)
    parts = [
        {"band": band, "value": value, "sha256": sha256}
        for sha256, each in sorted(seen.items())
        if each is not _BLANK
        for band, value in enumerate(bands(each.bits))
    ]
    if parts:
        work.insert_unless_there(ScanBand, parts)


def _candidates(session: Session, sha256: str, seen: Seen) -> Sequence[str]:
    """The pictures whose print is near, by the index of the bands; of many those whose pages are least apart."""
    shares = or_(
        *((ScanBand.band == band) & (ScanBand.value == value) for band, value in enumerate(bands(seen.bits)))
    )
    sharing = select(ScanBand.sha256).where(shares, ScanBand.sha256 != sha256).distinct()
    query = select(ScanPrint.sha256, ScanPrint.bits).where(ScanPrint.sha256.in_(sharing))
    close = [other for other, bits in session.execute(query) if near(seen.bits, bits)]
    if len(close) <= MOST_COMPARED:
        return close
    ranked: list[tuple[int, str]] = []
    for start in range(0, len(close), _CHUNK):
        piece = ScanPrint.sha256.in_(close[start : start + _CHUNK])
        for other, small in session.execute(select(ScanPrint.sha256, ScanPrint.small).where(piece)):
            ranked.append((apart(seen.small, small), other))
    return [other for _, other in sorted(ranked)[:MOST_COMPARED]]


def _same(desk: Desk, content: bytes, other: str) -> bool:
    try:
        return same_paper(content, desk.store.blobs.get(other))
    except Refused:
        return False  # a file that is gone is for `jijiao doctor` to tell
