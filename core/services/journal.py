"""The log: JSON lines in the data folder, never on the terminal (the screen is drawn there).

Many processes write to one file at once: the front of a service, its sessions, what cron starts. Each line is one
write to a file opened for appending, so lines never mix. Whoever finds the file full moves it away under a lock;
the others see that the name leads elsewhere, and follow. A line that was on its way goes into the old file.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from core.rules.identity import mask_personal

FILE_NAME = "jijiao.log"
_FILE_BYTES = 5 * 1024 * 1024
_FILES_KEPT = 5


class SharedFile(logging.Handler):
    """A file of several processes, moved to `.1` and so on when it is full. Nothing is opened before a line comes."""

    def __init__(self, path: Path, *, full: int = _FILE_BYTES, kept: int = _FILES_KEPT) -> None:
        super().__init__()
        self.path, self._full, self._kept = path, full, kept
        self._file = -1

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line; what can't be written is lost, and nobody is stopped by it."""
        try:
            line = (self.format(record) + "\n").encode("utf-8", "replace")
            self._follow(len(line))
            os.write(self._file, line)
        except OSError:
            self._close()

    def close(self) -> None:
        self._close()
        super().close()

    def _follow(self, more: int) -> None:
        """Have the file open that the name leads to, with room for `more` bytes."""
        if self._file < 0 or not self._is_current():
            self._open()
        if os.fstat(self._file).st_size + more <= self._full:
            return
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():  # nobody else has moved it meanwhile
                self._move_away()
        finally:
            os.close(lock)
        self._open()

    def _move_away(self) -> None:
        names = [self.path, *(Path(f"{self.path}.{number}") for number in range(1, self._kept + 1))]
        for older, newer in reversed(list(zip(names[1:], names, strict=False))):
            if newer.exists():
                newer.replace(older)

    def _is_current(self) -> bool:
        try:
            there = os.stat(self.path)
        except FileNotFoundError:
            return False
        mine = os.fstat(self._file)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)

    def _open(self) -> None:
        self._close()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class _JsonLines(logging.Formatter):
    """`extra={"fields": {...}}` of a record stands beside its words; what is put there is nothing personal."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "what": mask_personal(record.getMessage()),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["trace"] = mask_personal(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def is_written() -> bool:
    """Whether the log goes to a file already."""
    return bool(logging.getLogger("jijiao").handlers)


def write_log_to(folder: Path) -> Path:
    """Send the program's log to a file in this folder, made if need be; returns the file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / FILE_NAME
    handler = SharedFile(path)
    handler.setFormatter(_JsonLines())
    logger = logging.getLogger("jijiao")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return path
