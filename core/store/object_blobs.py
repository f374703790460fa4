"""Evidence in an S3-like object store (对象存储), one for all hosts of a service; its client is the extra `s3`."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from core.rules.errors import ErrorCode, Refused
from core.store.blobs import (
    PASSING_FOLDER,
    PIECES_FOLDER,
    Blobs,
    is_name,
    is_passing,
    is_piece_set,
    key_of,
    passing_key,
    piece_key,
    pieces_key,
    reason_of,
)
from core.store.settings import Settings

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import S3Config, S3Store

# Somebody waits at a screen: a store that doesn't answer is given up within 20 seconds, one that refuses at once.
_CONNECT, _REQUEST = timedelta(seconds=3), timedelta(seconds=10)
_TRIES, _TRYING = 2, timedelta(seconds=6)
_IDLE = timedelta(seconds=5)  # a connection is kept for what follows at once, not while somebody thinks
_AT_ONCE = 1000
_log = logging.getLogger("jijiao")


class ObjectBlobs(Blobs):
    """A bucket, or what lies below a prefix in it. The store must know conditional writes (If-None-Match)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.place = settings.evidence_store

    def read(self, name: str) -> bytes:
        key = key_of(name)
        with _said():
            try:
                return bytes(self._bucket.get(key).bytes())
            except FileNotFoundError as error:
                raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error

    def write(self, name: str, content: bytes) -> None:
        from obstore.exceptions import AlreadyExistsError

        key = key_of(name)
        with _said():
            try:
                # In one request: a part of a file is never seen, and of two who write the first one counts.
                self._bucket.put(key, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return

    def holds(self, name: str) -> bool:
        key = key_of(name)
        with _said():
            try:
                self._bucket.head(key)
            except FileNotFoundError:
                return False
        return True

    def names(self) -> Iterator[str]:
        return filter(is_name, map(_last, self._listed(None)))

    def passing(self) -> Iterator[str]:
        return filter(is_passing, map(_last, self._listed(PASSING_FOLDER)))

    def drop(self, name: str) -> None:
        key = passing_key(name)
        with _said(), suppress(FileNotFoundError):
            self._bucket.delete(key)

    def replace(self, name: str, content: bytes) -> None:
        key = piece_key(name)
        with _said():
            self._bucket.put(key, content, use_multipart=False)

    def piece_sets(self) -> Mapping[str, datetime]:
        found: dict[str, datetime] = {}
        for each in self._listed(PIECES_FOLDER):
            of, written = each["path"].split("/")[-2], each["last_modified"]
            if is_piece_set(of):
                found[of] = max(written, found.get(of, written))
        return found

    def drop_pieces(self, of: str, kinds: Collection[str] = ()) -> None:
        listed = list(self._listed(pieces_key(of)))
        keys = [each["path"] for each in listed if not kinds or _last(each).partition("-")[0] in kinds]
        with _said():
            if keys:
                self._bucket.delete(keys)

    def _listed(self, folder: str | None) -> Iterator[ObjectMeta]:
        listed = self._bucket.list(folder, chunk_size=_AT_ONCE)
        while True:
            with _said():
                page = next(listed, None)
            if page is None:
                return
            yield from page

    @cached_property
    def _bucket(self) -> S3Store:
        """Made at the first use: the client's threads would not live on in a forked process."""
        from obstore.store import S3Store

        chosen = self._settings
        bucket, _, prefix = chosen.evidence_store.removeprefix("s3://").partition("/")
        secret = chosen.evidence_secret
        wanted: S3Config = {"region": chosen.evidence_region or "us-east-1"}
        if chosen.evidence_endpoint:
            wanted["endpoint"] = chosen.evidence_endpoint.rstrip("/")
        if chosen.evidence_key_id and secret is not None:
            wanted["access_key_id"] = chosen.evidence_key_id
            wanted["secret_access_key"] = secret.get_secret_value()
        return S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=wanted,
            client_options={
                "allow_http": chosen.evidence_endpoint.startswith("http://"),
                "connect_timeout": _CONNECT,
                "timeout": _REQUEST,
                "pool_idle_timeout": _IDLE,
            },
            retry_config={"max_retries": _TRIES, "retry_timeout": _TRYING},
        )


def _last(listed: ObjectMeta) -> str:
    return listed["path"].rpartition("/")[2]


@contextmanager
def _said() -> Iterator[None]:
    """What the store answers, or that it doesn't, in the program's own words; the reason goes to the log."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        _log.warning("the evidence store: %s", reason_of(error))
        raise Refused(ErrorCode.EVIDENCE_UNREACHABLE) from error
