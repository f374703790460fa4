"""The log of a process: JSON lines in the data folder, never on the terminal (the screen is drawn there)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.rules.identity import mask_personal

FILE_NAME = "jijiao.log"
_FILE_BYTES = 5 * 1024 * 1024
_FILES_KEPT = 5


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": record.name,
            "what": mask_personal(record.getMessage()),
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
    handler = RotatingFileHandler(
        path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", delay=True
    )
    handler.setFormatter(_JsonLines())
    logger = logging.getLogger("jijiao")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return path
