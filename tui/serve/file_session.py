"""What every request for files has around it (SFTP): threads, sentences, and the end of whoever stays too long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import asyncssh

from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Guest
from core.services.desk import Desk
from tui.serve.bounds import MINUTE_SECONDS
from tui.serve.counters import Counters

T = TypeVar("T")
Answer = Callable[[str], asyncssh.SFTPError]
"""A kind of error, made of its sentence."""
MOST_UNREAD = 1024 * 1024
"""Bytes of answers that a client may leave unread before the next one is made."""
ONLY_TWO = "这里只有 inbox 和 outbox 两个目录，不能另建、改名或删除"
_NO_LINKS = "这里不能建链接"
_LOOK_SECONDS = 0.05


class FileSession(asyncssh.SFTPServer):
    """One SFTP connection of an account, whatever it shows: what nobody may do, and how all else is done."""

    def __init__(self, chan: Any, desk: Desk, account_id: int, counters: Counters) -> None:
        super().__init__(chan)
        self._desk, self._account_id, self._counters = desk, account_id, counters
        self._asked = time.monotonic()
        loop, settings = asyncio.get_running_loop(), desk.settings
        self._over = loop.call_later(settings.serve_hours * 60 * MINUTE_SECONDS, self._end)
        self._idle = loop.call_later(settings.serve_idle_minutes * MINUTE_SECONDS, self._end_if_idle)

    def exit(self) -> None:
        """The client has gone."""
        self._over.cancel()
        self._idle.cancel()

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Times and rights that clients set after an upload mean nothing here."""

    lsetstat = setstat

    def fsync(self, file_obj: object) -> None:
        """Everything is on the disk when `close` answers."""

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """There are two folders."""
        await self._no(ONLY_TWO)

    async def rmdir(self, path: bytes) -> None:
        """They stay."""
        await self._no(ONLY_TWO)

    async def symlink(self, oldpath: bytes, newpath: bytes) -> None:
        """There are no links."""
        await self._no(_NO_LINKS)

    async def link(self, oldpath: bytes, newpath: bytes) -> None:
        """Nor such ones."""
        await self._no(_NO_LINKS)

    def readlink(self, path: bytes) -> bytes:
        """Nothing to follow."""
        raise asyncssh.SFTPInvalidParameter("这不是链接")

    def lock(self, file_obj: object, offset: int, length: int, flags: int) -> None:
        """Nobody else sees an upload."""
        raise asyncssh.SFTPOpUnsupported("不支持锁定")

    def unlock(self, file_obj: object, offset: int, length: int) -> None:
        """See `lock`."""
        raise asyncssh.SFTPOpUnsupported("不支持锁定")

    # ---------------------------------------------------------------------------------------- helpers

    async def _do(self, function: Callable[..., T], *rest: Any, **named: Any) -> T:
        return await self._guarded(lambda: function(self._desk, self._account_id, *rest, **named))

    async def _guarded(self, call: Callable[[], T]) -> T:
        """Run it in a thread; a refusal becomes an answer in the words of the program."""
        self._asked = time.monotonic()
        await self._room_to_answer()
        try:
            return await asyncio.to_thread(call)
        except Refused as refusal:
            self._counters.refused(refusal.code)
            kind = _ANSWERS.get(refusal.code, asyncssh.SFTPFailure)
            self._refuse(kind, refusal.text, aloud=kind is not asyncssh.SFTPNoSuchFile)
        except FileExistsError:
            raise asyncssh.SFTPFileAlreadyExists("已有同名的文件") from None
        except Exception as error:
            # What asyncssh would tell the client otherwise is nobody's business outside.
            told = self._desk.faulted(error, f"files of account {self._account_id}", Guest())
            self._refuse(asyncssh.SFTPFailure, told.text)

    def _refuse(self, kind: Answer, words: str, *, aloud: bool = True) -> NoReturn:
        """OpenSSH's sftp shows no sentence of a server, only the kind: there it is said beside the line."""
        version = str(self.channel.get_extra_info("client_version") or "")
        if aloud and "OpenSSH" in version and not self.channel.is_closing():
            self.channel.write_stderr(f"{words}\r\n".encode())
        raise kind(words)

    def _hung_up(self) -> bool:
        """Whether the client has ended the line: the channel is closing, or its end of file was read."""
        return self.channel.is_closing() or getattr(self.channel, "_recv_state", "open") != "open"

    def _end_if_idle(self) -> None:
        limit = self._desk.settings.serve_idle_minutes * MINUTE_SECONDS
        left = self._asked + limit - time.monotonic()
        if left <= 0:
            self._end()
        else:
            self._idle = asyncio.get_running_loop().call_later(left, self._end_if_idle)

    def _end(self) -> None:
        if not self.channel.is_closing():
            self.channel.close()

    async def _no(self, words: str) -> NoReturn:
        await self._room_to_answer()
        self._refuse(asyncssh.SFTPPermissionDenied, words)

    async def _room_to_answer(self) -> None:
        """Who asks and asks and reads no answer would fill the memory of the service: he waits."""
        while self.channel.get_write_buffer_size() > MOST_UNREAD and not self.channel.is_closing():
            await asyncio.sleep(_LOOK_SECONDS)


_ANSWERS: dict[ErrorCode, Answer] = {
    ErrorCode.NOT_IN_INBOX: asyncssh.SFTPNoSuchFile,
    ErrorCode.INBOX_FULL: asyncssh.SFTPQuotaExceeded,
    ErrorCode.INBOX_NAME: asyncssh.SFTPInvalidFilename,
    ErrorCode.DISABLED: asyncssh.SFTPPermissionDenied,
}
