"""SFTP (文件传送): an account's inbox and outbox as two folders, and nothing of this machine behind them.

No path that a client sends ever reaches a disk: names are looked up in the database, and what is being uploaded lies
in a file without a name until its client closes it. Only then is it judged and put into the inbox.
"""

from __future__ import annotations

import tempfile
import time
import weakref
from collections.abc import AsyncIterator
from typing import IO, Any

import asyncssh
from asyncssh.constants import (
    ACE4_READ_DATA,
    ACE4_WRITE_DATA,
    FXF_ACCESS_DISPOSITION,
    FXF_CREAT,
    FXF_EXCL,
    FXF_READ,
    FXF_TRUNC,
    FXF_WRITE,
)

from core.rules.addresses import plain_address
from core.rules.boxes import LONGEST_NAME, Box, box_name
from core.rules.errors import ErrorCode, Refused
from core.services.box_files import (
    MB,
    content_of,
    listed,
    looked_up,
    put_file,
    remove_file,
    rename_file,
)
from core.services.desk import Desk
from tui.serve.counters import Counters
from tui.serve.file_requests import (
    DISPOSITIONS,
    FILE_IN,
    FOLDER,
    Reading,
    Writing,
    attrs_of,
    is_below_box,
    parts_of,
    place_of,
)
from tui.serve.file_session import ONLY_TWO, FileSession

MOST_OPEN, MOST_LISTINGS = 8, 32
"""Files and listings that one client may have open at once."""
_BLOCK = 4096
_NOT_HERE = "文件请放进 inbox，如 put 文件 inbox/"
_ONLY_OUT = "outbox 里的文件只能取走或删除，要放的文件请放进 inbox"
_TOO_MANY = f"同时打开的文件最多 {MOST_OPEN} 个"
_WHOLE = "不能续传，请整个重新上传"


class Boxes(FileSession):
    """The SFTP end of one connection, for one account. Guests have none."""

    def __init__(self, chan: Any, desk: Desk, account_id: int, counters: Counters | None = None) -> None:
        super().__init__(chan, desk, account_id, counters or Counters())
        peer = chan.get_extra_info("peername")
        self._address = plain_address(str(peer[0])) if peer else ""
        self._open: set[Reading | Writing] = set()
        self._listings: weakref.WeakSet[Any] = weakref.WeakSet()
        self._begun = time.time()

    # ---------------------------------------------------------------------------------------- looking

    async def realpath(self, path: bytes) -> bytes:
        """Where a path leads, below a root of its own: `..` ends there."""
        await self._room_to_answer()
        return b"/" + b"/".join(parts_of(path))

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """A folder, or a file of a box. What is being uploaded isn't there yet."""
        await self._room_to_answer()
        box, name = place_of(path)
        if box is None or name is None:
            return self._folder()
        file, _ = await self._do(looked_up, box, name)
        if file is None:
            raise asyncssh.SFTPNoSuchFile("没有这个文件")
        return attrs_of(file, box)

    lstat = stat  # there are no links

    async def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """An open file."""
        await self._room_to_answer()
        if isinstance(file_obj, Reading):
            return attrs_of(file_obj.file, Box.OUTBOX if file_obj.out else Box.INBOX)
        assert isinstance(file_obj, Writing)
        return asyncssh.SFTPAttrs(
            size=file_obj.size, permissions=FILE_IN, atime=int(self._begun), mtime=int(self._begun)
        )

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """The two folders, or what lies in one of them."""
        box, name = place_of(path)
        if name is not None:
            raise asyncssh.SFTPNotADirectory("这不是目录")
        if len(self._listings) >= MOST_LISTINGS:
            raise asyncssh.SFTPFailure(_TOO_MANY)
        listing = self._list(box)
        self._listings.add(listing)
        return listing

    async def _list(self, box: Box | None) -> AsyncIterator[asyncssh.SFTPName]:
        folders = [".", "..", *(each.value for each in (Box if box is None else ()))]
        for name in folders:
            yield asyncssh.SFTPName(name.encode(), attrs=self._folder())
        for file in () if box is None else await self._do(listed, box):
            assert box is not None
            yield asyncssh.SFTPName(file.name.encode(), attrs=attrs_of(file, box))

    async def statvfs(self, path: bytes) -> asyncssh.SFTPVFSAttrs:
        """The quota as a disk (df)."""
        place_of(path)
        _, room = await self._do(looked_up, Box.INBOX, "")
        blocks, free = room.limit // _BLOCK, room.left // _BLOCK
        return asyncssh.SFTPVFSAttrs(
            bsize=_BLOCK, frsize=_BLOCK, blocks=blocks, bfree=free, bavail=free, namemax=LONGEST_NAME
        )

    async def fstatvfs(self, file_obj: object) -> asyncssh.SFTPVFSAttrs:
        """The same."""
        return await self.statvfs(b"/")

    # ---------------------------------------------------------------------------------------- a file

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file to read, or a new one to write."""
        writes = bool(pflags & FXF_WRITE)
        box, name = (None, None) if writes and not is_below_box(path) else place_of(path)
        if box is None or name is None:
            self._refuse(asyncssh.SFTPPermissionDenied, _NOT_HERE if writes else "这是目录")
        if len(self._open) >= MOST_OPEN:
            self._refuse(asyncssh.SFTPFailure, _TOO_MANY)
        if not writes:
            opened: Reading | Writing = await self._begin_reading(box, name)
        elif box is Box.OUTBOX:
            self._refuse(asyncssh.SFTPPermissionDenied, _ONLY_OUT)
        else:
            opened = await self._begin_writing(name, pflags)
        self._open.add(opened)
        return opened

    async def open56(self, path: bytes, desired_access: int, flags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """The same in the words of later versions of the protocol."""
        asked = FXF_READ if desired_access & ACE4_READ_DATA else 0
        if desired_access & ACE4_WRITE_DATA:
            asked |= FXF_WRITE
        asked |= DISPOSITIONS.get(flags & FXF_ACCESS_DISPOSITION, 0)
        return await self.open(path, asked, attrs)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """A piece of a file that was opened to be read."""
        if not isinstance(file_obj, Reading):
            raise asyncssh.SFTPPermissionDenied("这个文件正在上传")
        return await self._guarded(lambda: file_obj.read(offset, size))

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """A piece of an upload; above file limit or quota the whole of it is given up."""
        if not isinstance(file_obj, Writing):
            raise asyncssh.SFTPPermissionDenied("这个文件不是为上传打开的")
        if file_obj.trouble is not None:
            raise asyncssh.SFTPFailure(file_obj.trouble.text)
        return await self._guarded(lambda: file_obj.write(offset, data))

    async def close(self, file_obj: object) -> None:
        """The end of an upload: judged, and in the inbox from now on. One that broke off leaves nothing.

        asyncssh closes what is open at the end of a connection too: then nobody has said that it is whole.
        """
        assert isinstance(file_obj, Reading | Writing)
        self._open.discard(file_obj)
        if isinstance(file_obj, Reading):
            file_obj.held.close()
            self._counters.files_out += file_obj.out and not self._hung_up()
            return
        if file_obj.trouble is not None:
            raise asyncssh.SFTPFailure(file_obj.trouble.text)
        if self._hung_up():
            file_obj.held.close()
            return

        def keep() -> None:
            with file_obj.held:
                put_file(
                    self._desk,
                    self._account_id,
                    Box.INBOX,
                    file_obj.name,
                    file_obj.whole(),
                    address=self._address,
                )

        await self._guarded(keep)
        self._counters.files_in += 1

    async def remove(self, path: bytes) -> None:
        """Delete a file of either box."""
        box, name = place_of(path)
        if box is None or name is None:
            self._refuse(asyncssh.SFTPPermissionDenied, ONLY_TWO)
        await self._do(remove_file, box, name, address=self._address)

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Another name for a file of the inbox, if nothing has it."""
        await self._rename(oldpath, newpath, replace=False)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """The same, in place of what has the name."""
        await self._rename(oldpath, newpath, replace=True)

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights mean nothing; a length counts, of what is being uploaded."""
        if isinstance(file_obj, Writing) and attrs.size is not None:
            file_obj.cut(attrs.size)

    def exit(self) -> None:
        """The client has gone: what it had not finished goes too."""
        super().exit()
        for each in self._open:
            each.held.close()
        self._open.clear()
        if not self.channel.is_closing():
            self.channel.exit(0)  # scp asks whether it went well

    # ---------------------------------------------------------------------------------------- helpers

    async def _begin_reading(self, box: Box, name: str) -> Reading:
        file, _ = await self._do(looked_up, box, name)
        if file is None:
            raise asyncssh.SFTPNoSuchFile("没有这个文件")

        def fetch() -> IO[bytes]:
            held = self._nameless()
            held.write(content_of(self._desk, self._account_id, box, name))
            held.flush()
            return held

        return Reading(file, await self._guarded(fetch), out=box is Box.OUTBOX)

    async def _begin_writing(self, name: str, pflags: int) -> Writing:
        name = await self._guarded(lambda: box_name(name))
        file, room = await self._do(looked_up, Box.INBOX, name)
        if file is not None and pflags & FXF_EXCL:
            raise asyncssh.SFTPFileAlreadyExists("已有同名的文件")
        if file is not None and not pflags & FXF_TRUNC:
            self._refuse(asyncssh.SFTPFailure, _WHOLE)
        if file is None and not pflags & FXF_CREAT:
            raise asyncssh.SFTPNoSuchFile("没有这个文件")
        settings = self._desk.settings
        full = Refused(ErrorCode.INBOX_FULL, limit=settings.inbox_mb)
        left = room.left - sum(each.size for each in self._open if isinstance(each, Writing))
        if left <= 0:
            self._refuse(asyncssh.SFTPQuotaExceeded, full.text)
        most = settings.inbox_file_mb * MB
        too_large = Refused(ErrorCode.INBOX_FILE_TOO_LARGE, limit=settings.inbox_file_mb)
        held = await self._guarded(self._nameless)
        return Writing(name, held, min(most, left), full if left < most else too_large)

    def _nameless(self) -> IO[bytes]:
        """A file without a name: gone with this process too, however that ends."""
        folder = self._desk.settings.passing_dir
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tempfile.TemporaryFile(dir=folder)

    async def _rename(self, oldpath: bytes, newpath: bytes, *, replace: bool) -> None:
        (box, name), (new_box, new_name) = place_of(oldpath), place_of(newpath)
        if name is None or new_name is None:
            self._refuse(asyncssh.SFTPPermissionDenied, ONLY_TWO)
        if box is not Box.INBOX or new_box is not Box.INBOX:
            self._refuse(asyncssh.SFTPPermissionDenied, _ONLY_OUT)

        def rename() -> None:
            rename_file(self._desk, self._account_id, name, new_name, replace=replace, address=self._address)

        await self._guarded(rename)

    def _folder(self) -> asyncssh.SFTPAttrs:
        now = int(self._begun)
        return asyncssh.SFTPAttrs(size=0, permissions=FOLDER, nlink=2, atime=now, mtime=now)
