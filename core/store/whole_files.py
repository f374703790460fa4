"""Files that nobody ever sees half written (整份写入): written beside their place, or where nothing was."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file, for its owner alone, that takes the place of `path` once this is left without a fault.

    Else it goes, and what was there stays. The folder is made if need be. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # A name of its own: the same file may be written by two at once.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=path.suffix)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """A file that wasn't there, on the disk when this returns; never readable by others, not even for a moment.

    Raises FileExistsError, OSError.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
