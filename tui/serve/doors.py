"""The doors of a service: who comes in over SSH as whom, and the words for everyone who doesn't.

`guest` comes in without a proof, to 首页. Anybody else by the password of the account or by a key that was
registered on screen. Nothing but a terminal and sftp is given: asyncssh refuses forwarding of every kind unless
it is granted here, and the channel refuses commands.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import asyncssh
from asyncssh.constants import DISC_NO_MORE_AUTH_METHODS_AVAILABLE

from core.rules.account_state import GUEST
from core.rules.addresses import counted_address, plain_address
from core.rules.errors import ErrorCode, Refused
from core.services.door import KEY, PASSWORD, Proof, keys_of, prove_key, prove_password
from core.services.proving import plain_login
from tui.serve.bounds import (
    LONGEST_PACKET,
    LONGEST_PROOF,
    Told,
    bound_packets,
    has_begun,
    kex_algs,
    must_have_room,
)
from tui.serve.counters import service_log
from tui.serve.service import Service
from tui.serve.visitor import Visitor
from tui.tries import tries_text

DOOR_OPTIONS: Mapping[str, Any] = {
    "encoding": None,
    "line_editor": False,
    "allow_scp": False,
    "agent_forwarding": False,
    "x11_forwarding": False,
    "kbdint_auth": False,
    "host_based_auth": False,
    "gss_host": None,
    "kex_algs": kex_algs(),
}
"""What a server with these doors is made with: bytes as they come, a password or a key, nothing else."""
PASSWORD_TRIES = 3
"""Wrong passwords on one connection; the account's own counter goes on across connections."""
KEY_TRIES = 12
"""Keys that a client may offer on one connection: an agent holds several."""
NAMES = 5
"""Logins that a client may try on one connection: each is looked up."""
CROWD = 2
"""So many times as many connections as sessions are let near the door from one address: what proves nothing and
opens nothing must not use up the service."""


class Doors(asyncssh.SSHServer):
    """One connection, from the greeting to its end."""

    def __init__(self, front: Service) -> None:
        self._front = front
        self._connection: asyncssh.SSHServerConnection
        self._login = self._address = ""
        self._keys: tuple[str, ...] = ()
        self._tried = self._offered = self._names = 0
        self._fingerprint = ""
        self._loop = asyncio.get_running_loop()
        self._past: asyncio.Future[Visitor | Refused] = self._loop.create_future()
        self._waiting: asyncio.TimerHandle | None = None
        self._was_used = False

    # -- the connection ---------------------------------------------------------------------------

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        bound_packets(conn, LONGEST_PROOF)
        peer = conn.get_extra_info("peername")
        self._address = plain_address(peer[0] if isinstance(peer, tuple) else "")
        self._front.counters.connections += 1
        counted = counted_address(self._address)
        self._front.callers[counted] += 1
        self._front.connected(conn, counted)
        if self._front.callers[counted] > CROWD * self._front.desk.settings.serve_address_sessions:
            self._note("crowd", is_told=self._front.crowds.may(counted))
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._front.disconnected(self._connection)
        self._front.callers[counted_address(self._address)] -= 1
        self._front.callers += Counter()  # without those that are at none
        self._past.cancel()
        if self._waiting is not None:
            self._waiting.cancel()

    # -- the proof --------------------------------------------------------------------------------

    async def begin_auth(self, username: str) -> bool:
        """Whether this login needs a proof. What was found for another name before is forgotten."""
        self._login, self._fingerprint = plain_login(username), ""
        if self._front.draining:
            self._turn_away(Refused(ErrorCode.SERVICE_ENDING))
            return True
        if self._login == GUEST:
            return False
        self._names += 1
        if self._names > NAMES:
            self._turn_away(Refused(ErrorCode.WRONG_LOGIN))
            return True
        try:
            self._keys = await self._asked(keys_of, self._login)
        except Refused as refusal:
            self._turn_away(refusal)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        """Offered whether the account has keys or not: nobody learns from it which accounts there are."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """A wrong one is told with the tries that remain, as on the screen."""
        login = self._login
        self._tried += 1
        if self._tried > PASSWORD_TRIES:  # one that was given up for the next is a try too
            self._turn_away(Refused(ErrorCode.WRONG_LOGIN), PASSWORD)
            return False
        try:
            proof = await self._front.proving.check(
                self._address, lambda: self._asked(prove_password, login, password, self._address)
            )
        except Refused as refusal:
            if refusal.code is ErrorCode.WRONG_LOGIN and self._tried < PASSWORD_TRIES:
                self._tell(refusal, PASSWORD)
            else:
                self._turn_away(refusal, PASSWORD)
            return False
        self._come_in(proof)
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Asked for each key that is offered, and again for the one that has signed, just before its signature is
        verified: that one is the last here when `auth_completed` comes."""
        self._offered += 1
        self._fingerprint = key.get_fingerprint("sha256")
        known = _public(key) in self._keys
        if self._offered >= (2 * KEY_TRIES if known else KEY_TRIES):  # a known one is offered, then signs
            self._turn_away(Refused(ErrorCode.WRONG_LOGIN), KEY)
        return known

    async def auth_completed(self) -> None:
        """Whoever is past the door without a password is the guest, or holds the key that was asked for last."""
        bound_packets(self._connection, LONGEST_PACKET)
        self._look_again()
        if self._past.done():
            return
        if self._login == GUEST:
            self._greet(Visitor(self._address))
            return
        try:
            proof = await self._asked(prove_key, self._login, self._fingerprint, self._address)
        except Refused as refusal:
            # The time of banners is over: what is opened now says it.
            self._note(refusal.code, KEY)
            self._past.set_result(refusal)
            return
        self._come_in(proof)

    # -- what is opened then ----------------------------------------------------------------------

    async def session_requested(self) -> Any:
        """A channel: what it is for shows when it asks."""
        must_have_room(self._connection)
        past = await asyncio.shield(self._past)
        if isinstance(past, Refused):
            return TurnedAway(past)
        return self._front.terminal_session(past)

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        return self._no_forwarding()

    def server_requested(self, listen_host: str, listen_port: int) -> bool:
        return self._no_forwarding()

    def unix_connection_requested(self, dest_path: str) -> bool:
        return self._no_forwarding()

    def unix_server_requested(self, listen_path: str) -> bool:
        return self._no_forwarding()

    def tun_requested(self, unit: int | None) -> bool:
        return self._no_forwarding()

    def tap_requested(self, unit: int | None) -> bool:
        return self._no_forwarding()

    # -- inside -----------------------------------------------------------------------------------

    def _look_again(self) -> None:
        self._waiting = self._loop.call_later(self._front.desk.settings.serve_login_seconds, self._look)

    def _look(self) -> None:
        """Who opens nothing is cut off; after the end of something there is time to open something else."""
        is_used = has_begun(self._connection)
        if is_used or self._was_used:
            self._was_used = is_used
            self._look_again()
        else:
            self._connection.abort()

    def _come_in(self, proof: Proof) -> None:
        self._greet(Visitor(self._address, proof.account_id, proof.method, proof.ticket))

    def _greet(self, visitor: Visitor) -> None:
        if not self._past.done():
            self._past.set_result(visitor)
            self._front.counters.signed_in(visitor.method)
            service_log(
                "signed_in", account_id=visitor.account_id, method=visitor.method, address=self._address
            )

    async def _asked(self, function: Any, *arguments: Any) -> Any:
        """Ask the core, in a thread. Raises Refused, and nothing else."""
        return await self._front.run(function, self._front.desk, *arguments)

    def _tell(self, refusal: Refused, method: str) -> None:
        """The words of a refusal stand on the client's terminal before its next try."""
        self._note(refusal.code, method)
        self._connection.send_auth_banner(f"{tries_text(refusal)}\n", "zh-CN")

    def _turn_away(self, refusal: Refused, method: str = "") -> None:
        """The words of a refusal, then the end of the connection. Its reason is plain ASCII: OpenSSH shows the
        bytes of all else as numbers."""
        self._tell(refusal, method)
        self._connection.disconnect(DISC_NO_MORE_AUTH_METHODS_AVAILABLE, refusal.code.value)

    def _no_forwarding(self) -> bool:
        self._note("forwarding")
        return False

    def _note(self, what: str, method: str = "", *, is_told: bool = True) -> None:
        self._front.counters.refused(what)
        if is_told:
            service_log("refused", method=method, address=self._address, code=what)


class TurnedAway(asyncssh.SSHServerSession[bytes]):
    """The channel of somebody whose key is right but who may not come in: whatever is asked for, it says why."""

    def __init__(self, refusal: Refused) -> None:
        self._refusal = refusal
        self._channel: asyncssh.SSHServerChannel[bytes]

    def connection_made(self, chan: Any) -> None:
        self._channel = chan
        chan._env = Told()

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        return True

    def session_started(self) -> None:
        self._channel.write_stderr(f"{self._refusal.text}\r\n".encode())
        self._channel.exit(1)


def _public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])
