"""A terminal's channel: between an SSH client and its session process, paced to what the line can carry."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from typing import Any

from asyncssh import BreakReceived, SSHServerChannel
from asyncssh.stream import SSHServerStreamSession

from core.rules.errors import ErrorCode, Refused
from tui.serve.bounds import MINUTE_SECONDS, Told, terminal_environment
from tui.serve.files import Boxes
from tui.serve.packets import (
    CHUNK,
    CLEAN,
    COUNTED,
    END,
    INPUT,
    NOTICE,
    OUTPUT,
    SIZE,
    Meta,
    clamped,
    packet_pair,
)
from tui.serve.service import Service
from tui.serve.visitor import Visitor
from tui.wire.caps import caps_from_environment
from tui.wire.modes import LEAVE

PACE_BYTES = 3000
"""Unacknowledged bytes above which frames wait in the session, where only the newest is kept."""
_PACE_FROM = 8192
"""Bytes of a session before it is paced at all: the first pages fit into any buffer."""
_PACE_SECONDS = 0.02
_RESIZE_SECONDS = 0.06
_TO_SESSION_BYTES = 1 << 16
KILL_SECONDS = 8.0
"""After which a session process that should have ended is ended."""

NEEDS_TERMINAL = "需要终端：请用 ssh -t 登录；传文件请用 sftp"
NO_COMMANDS = "这里只有终端和 sftp，不执行命令"
NO_GUEST_FILES = "来宾不能传文件，请用自己的帐号：sftp 帐号@主机"
CRASHED = "系统出错，本次会话已结束，请重新登录；已填写的内容在草稿里"
IDLE = "{minutes} 分钟没有按键，已断开；已填写的内容在草稿里"
OVER = "会话已满 {hours} 小时，已断开；已填写的内容在草稿里"


class Terminal(SSHServerStreamSession[bytes]):
    """One channel: a terminal, or (its base class's work) sftp. Whatever else is asked for is refused."""

    def __init__(self, front: Service, visitor: Visitor) -> None:
        super().__init__(None, self._files if visitor.account_id else None, 3, False)
        self._front, self._visitor = front, visitor
        self._events = asyncio.get_running_loop()
        self._line: socket.socket | None = None
        self._pending = bytearray()
        self._sent = 0
        self._is_terminal = self._blocked = self._held = False
        self._code: int | None = None  # of the session that came to its end by itself
        self._resize_timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._over_timer: asyncio.TimerHandle | None = None
        self._words = self._refusal = ""
        self._size = (80, 24)
        self.served_id = 0

    # -- what the client asks for -----------------------------------------------------------------

    def connection_made(self, chan: Any) -> None:
        super().connection_made(chan)
        self._channel: SSHServerChannel[bytes] = chan
        chan._env = Told()

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        self._size = clamped(*term_size[:2])
        return True

    def shell_requested(self) -> bool:
        self._is_terminal = True
        return True

    def exec_requested(self, command: str) -> bool:
        return self._refuse("exec", NO_COMMANDS)

    def subsystem_requested(self, subsystem: str) -> bool:
        if subsystem != "sftp":
            return self._refuse("subsystem", NO_COMMANDS)
        return self._visitor.account_id is not None or self._refuse("subsystem", NO_GUEST_FILES)

    def _refuse(self, request: str, words: str) -> bool:
        """Taken only to be answered in words: a bare refusal of SSH tells nobody why."""
        self._front.refused(self._visitor, request)
        self._refusal = words
        return True

    def _turn_away(self, words: str) -> None:
        self._channel.write_stderr(f"{words}\r\n".encode())
        self._channel.exit(1)

    def session_started(self) -> None:
        if self._refusal:
            self._turn_away(self._refusal)
        elif not self._is_terminal:
            self._front.start(self._open_files())
        elif self._channel.get_terminal_type() is None:
            self._say_and_end(NEEDS_TERMINAL)
        else:
            self._front.start(self._open())

    async def _open_files(self) -> None:
        try:
            self.served_id = await self._front.admit(self._visitor, "files")
        except Refused as refusal:
            self._turn_away(refusal.text)
            return
        if self._channel.is_closing():
            self._front.let_go_files(self.served_id)
        else:
            super().session_started()

    def _files(self, channel: Any) -> Boxes:
        assert self._visitor.account_id is not None
        return Boxes(channel, self._front.desk, self._visitor.account_id, self._front.counters)

    async def _open(self) -> None:
        """Be admitted, and get a process. The channel may have closed meanwhile."""
        try:
            self.served_id = await self._front.admit(self._visitor, "terminal")
            self._front.terminals[self.served_id] = self
            ticket = await self._front.ticket(self._visitor)
        except Refused as refusal:
            self._drop()
            self._say_and_end(refusal.text)
            return
        if self._channel.is_closing():
            self._drop()
            return
        settings = self._front.settings
        meta = Meta(
            self._size, terminal_environment(self._channel), self._visitor.address, self.served_id, ticket
        )
        self._line, far = packet_pair()
        self._line.setblocking(False)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, CHUNK)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _TO_SESSION_BYTES)
        try:
            self._front.zygote.open(self.served_id, meta, far)
        except OSError:
            self._drop()
            self._say_and_end(Refused(ErrorCode.SERVICE_ENDING).text)
            return
        finally:
            far.close()
        self._events.add_reader(self._line, self._readable)
        self._over_timer = self._events.call_later(settings.serve_hours * 60 * MINUTE_SECONDS, self._over)
        self._touch()
        self._push()

    # -- from the session to the client -----------------------------------------------------------

    def _readable(self) -> None:
        if self._line is None:
            return
        if (
            self._sent > _PACE_FROM and self._backlog() > PACE_BYTES
        ):  # the session merges its frames meanwhile
            self._events.remove_reader(self._line)
            self._events.call_later(_PACE_SECONDS, self._read_again)
            return
        try:
            packet = self._line.recv(CHUNK + 1)
        except BlockingIOError:
            return
        except OSError:
            packet = b""
        if packet[:1] == OUTPUT:
            self._sent += len(packet) - 1
            self._front.counters.bytes_out += len(packet) - 1
            self._channel.write(packet[1:])
        elif packet[:1] == CLEAN:
            self._code = int(packet[1:])
        elif packet[:1] == COUNTED:
            self._front.counters.count(packet[1:].decode())
        else:
            self._ended()

    def _read_again(self) -> None:
        if self._line is not None and not self._held:
            self._events.add_reader(self._line, self._readable)

    def _backlog(self) -> int:
        """Bytes that the client has not acknowledged, and those that have not left this process."""
        connection: Any = self._channel.get_connection()
        line = connection.get_extra_info("socket")
        unsent = struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, b"\0" * 4))[0]
        return int(unsent) + int(connection._transport.get_write_buffer_size())

    def _ended(self) -> None:
        """The session process has closed its end: say why, and close the channel."""
        code = self._code
        self._drop()
        if code is not None:
            self._front.counters.sessions_crashed += code == 1
            self._say_and_end(self._words, code=code)
        elif self._words:  # it was told to end and did not in time
            self._say_and_end(self._words, before=LEAVE)
        else:
            self._front.counters.sessions_crashed += 1
            self._say_and_end(CRASHED, before=LEAVE)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._held = True
        if self._line is not None:
            self._events.remove_reader(self._line)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._held = False
        self._read_again()

    # -- from the client to the session -----------------------------------------------------------

    def data_received(self, data: bytes, datatype: Any) -> None:
        if not self._is_terminal:
            super().data_received(data, datatype)
            return
        self._front.counters.bytes_in += len(data)
        self._touch()
        self._pending += data
        self._push()

    def _push(self) -> None:
        """Never drop input (a lost end-of-paste mark leaves a parser deaf): the client has to wait instead."""
        if self._line is None:
            if len(self._pending) > _TO_SESSION_BYTES:
                self._block()
            return
        try:
            while self._pending:
                self._line.send(INPUT + self._pending[:CHUNK])
                del self._pending[:CHUNK]
        except BlockingIOError:
            self._block()
            self._events.add_writer(self._line, self._push)
            return
        except OSError:
            self._pending.clear()
        self._events.remove_writer(self._line)
        if self._blocked:
            self._blocked = False
            self._channel.resume_reading()

    def _block(self) -> None:
        if not self._blocked:
            self._blocked = True
            self._channel.pause_reading()

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        self._size = clamped(width, height)
        if self._resize_timer is None:  # a storm of sizes costs one layout
            self._resize_timer = self._events.call_later(_RESIZE_SECONDS, self._resize)

    def _resize(self) -> None:
        self._resize_timer = None
        self._tell(SIZE + b"%d %d" % self._size)

    def _tell(self, packet: bytes) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.send(packet)

    def break_received(self, msec: int) -> bool:
        return super().break_received(msec) if not self._is_terminal else True

    def signal_received(self, signal: str) -> None:
        if not self._is_terminal:
            super().signal_received(signal)

    def exception_received(self, exc: Exception) -> None:
        if not (self._is_terminal and isinstance(exc, BreakReceived)):
            super().exception_received(exc)

    # -- the end ----------------------------------------------------------------------------------

    def tell_words(self, words: str) -> None:
        """Show words in the session's notice line."""
        self._tell(NOTICE + words.encode())

    def end(self, words: str) -> None:
        """Have the session keep what was typed and end; `words` stand on the client's terminal then."""
        self._words = words
        self._tell(END)
        self._events.call_later(KILL_SECONDS, self._front.zygote.kill, self.served_id)

    def _touch(self) -> None:
        """A key came: the idle time begins anew."""
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        minutes = self._front.settings.serve_idle_minutes
        self._idle_timer = self._events.call_later(
            minutes * MINUTE_SECONDS, self.end, IDLE.format(minutes=minutes)
        )

    def _over(self) -> None:
        self.end(OVER.format(hours=self._front.settings.serve_hours))

    def eof_received(self) -> bool:
        if not self._is_terminal:
            return bool(super().eof_received())
        self._drop()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_terminal:
            self._drop()
        elif self.served_id:
            self._front.let_go_files(self.served_id)
        super().connection_lost(exc)

    def _say_and_end(self, words: str, *, before: str = "", code: int = 1) -> None:
        if not self._channel.is_closing():
            encoding = caps_from_environment(terminal_environment(self._channel)).encoding
            with contextlib.suppress(OSError):
                self._channel.write((before + (f"{words}\r\n" if words else "")).encode(encoding))
                self._channel.exit(code)

    def _drop(self) -> None:
        """Nothing goes on here; the session process sees it by the end of its socket."""
        for timer in (self._resize_timer, self._idle_timer, self._over_timer):
            if timer is not None:
                timer.cancel()
        if self._line is not None:
            self._events.remove_reader(self._line)
            self._events.remove_writer(self._line)
            self._line.close()
            self._line = None
        self._pending.clear()
        if self.served_id in self._front.terminals:
            del self._front.terminals[self.served_id]
            self._front.let_go_later(self.served_id)
