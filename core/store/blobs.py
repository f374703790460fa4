"""Evidence and papers (附件、证书), each kept once under its SHA-256: in a folder, or in an object store."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from core.rules.errors import ErrorCode, Refused
from core.store.vault import Vault
from core.store.whole_files import replacing

SEALED = ".sealed"
_NAME = re.compile(r"[0-9a-f]{64}(\.sealed)?")
_PASSING = re.compile(r"box-[0-9]{8}-[0-9a-f]{32}")
_SET = re.compile(r"[0-9a-f]{32}")
_PIECE = re.compile(r"[0-9a-f]{32}/[a-z]+-[0-9]+")
PASSING_FOLDER, PIECES_FOLDER = "boxes", "imports"


class Blobs(ABC):
    """Bytes by their SHA-256 (64 hexadecimal digits). Nothing in it is ever changed.

    What is encrypted lies under the hash of what it holds and `.sealed`. Where the place can't be reached, all of it
    raises Refused EVIDENCE_UNREACHABLE, within seconds.
    """

    place: str
    """Where it is, in words for an administrator."""

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their hash. Done before the transaction that names it commits."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.write(sha256, content)
        return sha256

    def put_sealed(self, content: bytes, vault: Vault) -> str:
        """The same, encrypted: for papers on which an identity number stands. The hash is that of `content`."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.write(sha256 + SEALED, vault.seal_bytes(content))
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises Refused EVIDENCE_UNREADABLE where they are gone or no longer match their hash."""
        return _matching(self.read(sha256), sha256)

    def get_sealed(self, sha256: str, vault: Vault) -> bytes:
        """What `put_sealed` kept. Raises as `get` does, and KEY_WRONG."""
        return _matching(vault.open_bytes(self.read(sha256 + SEALED)), sha256)

    def put_passing(self, content: bytes, vault: Vault, day: date) -> str:
        """Keep for a while, sealed, what is no evidence (收件箱, 发件箱); returns the name, by chance, that finds it.

        The day in the name tells how old it is. It is in no backup.
        """
        name = f"box-{day:%Y%m%d}-{secrets.token_hex(16)}"
        self.write(name, vault.seal_bytes(content))
        return name

    def get_passing(self, name: str, vault: Vault) -> bytes:
        """What `put_passing` kept. Raises Refused EVIDENCE_UNREADABLE where it is gone, KEY_WRONG."""
        return vault.open_bytes(self.read(name))

    def put_piece(self, name: str, content: bytes, vault: Vault) -> None:
        """Keep, sealed, a piece of what a job works off (批量导入), in place of what is there under its name.

        The name is `set/kind-number`, a set 32 hexadecimal digits. It is in no backup, and not forced to the disk:
        what a power cut takes can be made again.
        """
        self.replace(name, vault.seal_bytes(content))

    def get_piece(self, name: str, vault: Vault) -> bytes:
        """What `put_piece` kept. Raises as `get_passing` does."""
        return vault.open_bytes(self.read(name))

    def prove(self, sha256: str, vault: Vault) -> None:
        """Hold what is kept under a hash against it, sealed or not. Raises as `get` and `get_sealed` do."""
        if self.holds(sha256 + SEALED):
            self.get_sealed(sha256, vault)
        else:
            self.get(sha256)

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The bytes under a name (a hash, with or without `.sealed`) as they lie there."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Keep bytes under a name, safe from a power cut. What is there already stays as it is."""

    @abstractmethod
    def holds(self, name: str) -> bool:
        """Whether something is kept under a name."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """All names of evidence and papers, rising."""

    @abstractmethod
    def passing(self) -> Iterator[str]:
        """All names that `put_passing` gave and that were not dropped, in no order."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Delete what `put_passing` kept; what has gone already is no fault. Raises ValueError for another name."""

    @abstractmethod
    def replace(self, name: str, content: bytes) -> None:
        """Keep the bytes of a piece, whole or not at all. Raises ValueError for another name."""

    @abstractmethod
    def piece_sets(self) -> Mapping[str, datetime]:
        """The sets that pieces are kept of, and when a piece of each was written last."""

    @abstractmethod
    def drop_pieces(self, of: str, kinds: Collection[str] = ()) -> None:
        """Delete the pieces of a set, all or those of these kinds; what has gone already is no fault."""


def is_name(name: str) -> bool:
    """Whether something can be kept under a name: a name out of a file never says where to write."""
    return _NAME.fullmatch(name) is not None


def key_of(name: str) -> str:
    """A name's place, two levels deep, the same in both kinds. Raises ValueError for what is no name."""
    if is_name(name):
        return f"{name[:2]}/{name}"
    return piece_key(name) if is_piece(name) else passing_key(name)


def passing_key(name: str) -> str:
    """The place of what is kept for a while. Raises ValueError for any other name."""
    if not is_passing(name):
        raise ValueError(name)
    return f"{PASSING_FOLDER}/{name}"


def is_passing(name: str) -> bool:
    """Whether `put_passing` could have given a name."""
    return _PASSING.fullmatch(name) is not None


def is_piece(name: str) -> bool:
    """Whether it is the name of a piece."""
    return _PIECE.fullmatch(name) is not None


def is_piece_set(of: str) -> bool:
    """Whether it is the name of a set of pieces."""
    return _SET.fullmatch(of) is not None


def piece_key(name: str) -> str:
    """The place of a piece. Raises ValueError for any other name."""
    if not is_piece(name):
        raise ValueError(name)
    return f"{PIECES_FOLDER}/{name}"


def pieces_key(of: str) -> str:
    """The place of a set of pieces. Raises ValueError for what is no set."""
    if not is_piece_set(of):
        raise ValueError(of)
    return f"{PIECES_FOLDER}/{of}"


def reason_of(error: BaseException) -> str:
    """The first line of what the client says, which holds neither key nor secret."""
    return f"{type(error).__name__} {str(error).strip().partition(chr(10))[0]}"[:300]


class FolderBlobs(Blobs):
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder)

    def path(self, name: str) -> Path:
        """Where the bytes of this name lie, or would lie. Raises ValueError for what is no name."""
        return self.folder / key_of(name)

    def read(self, name: str) -> bytes:
        path = self.path(name)
        try:
            return path.read_bytes()
        except OSError as error:
            raise Refused(ErrorCode.EVIDENCE_UNREADABLE) from error

    def write(self, name: str, content: bytes) -> None:
        target = self.path(name)
        if target.exists():
            return
        _put(target, content, lasting=True)
        _sync_folder(target.parent)

    def holds(self, name: str) -> bool:
        return self.path(name).exists()

    def names(self) -> Iterator[str]:
        for path in sorted(self.folder.glob("??/*")):
            if is_name(path.name):
                yield path.name

    def passing(self) -> Iterator[str]:
        for path in self.folder.glob(f"{PASSING_FOLDER}/*"):
            if is_passing(path.name):
                yield path.name

    def drop(self, name: str) -> None:
        (self.folder / passing_key(name)).unlink(missing_ok=True)

    def replace(self, name: str, content: bytes) -> None:
        _put(self.folder / piece_key(name), content, lasting=False)

    def piece_sets(self) -> Mapping[str, datetime]:
        found = {}
        for place in self.folder.glob(f"{PIECES_FOLDER}/*"):
            with suppress(FileNotFoundError):  # deleted by another in this moment
                if is_piece_set(place.name):
                    found[place.name] = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        return found

    def drop_pieces(self, of: str, kinds: Collection[str] = ()) -> None:
        place = self.folder / pieces_key(of)
        if not kinds:
            shutil.rmtree(place, ignore_errors=True)
        for kind in kinds:
            for piece in place.glob(f"{kind}-*"):
                piece.unlink(missing_ok=True)


def _matching(content: bytes, sha256: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refused(ErrorCode.EVIDENCE_UNREADABLE)
    return content


def _put(target: Path, content: bytes, *, lasting: bool) -> None:
    """A file whole or not at all; `lasting` forces it to the disk."""
    with replacing(target) as fresh, fresh.open("wb") as file:
        file.write(content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """A rename is safe only when the folder itself has reached the disk; Windows can't open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
