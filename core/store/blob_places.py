"""Where the settings say that evidence lies: a folder, or an object store if its client is installed."""

from __future__ import annotations

from importlib.util import find_spec

from core.rules.errors import ErrorCode, Refused
from core.store.blobs import Blobs, FolderBlobs
from core.store.settings import Settings


def open_blobs(settings: Settings) -> Blobs:
    """What the settings name; nothing is connected yet. Raises Refused EXTRA_MISSING."""
    if not settings.evidence_store:
        return FolderBlobs(settings.blob_dir)
    if find_spec("obstore") is None:
        raise Refused(ErrorCode.EXTRA_MISSING, what="对象存储", extra="s3")
    from core.store.object_blobs import ObjectBlobs

    return ObjectBlobs(settings)
