"""What a screen may ask of the program it runs in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.rules.errors import Refused
from core.rules.roles import Caller, Guest, Role
from tui.backend import Backend
from tui.keeping import Keeping

if TYPE_CHECKING:
    from core.schema.sign_in import SignedIn


class Program(Protocol):
    """The app, as its screens see it."""

    backend: Backend
    keeping: Keeping
    guest: Guest
    signed_in: SignedIn | None
    last_folder: Path | None

    @property
    def frame(self) -> Any:
        """The screen on top."""

    @property
    def caller(self) -> Caller:
        """Who is signed in, or the guest."""

    @property
    def role(self) -> Role | None:
        """The role in force."""

    async def go(self, name: str, **params: Any) -> None:
        """Open a screen by name; the login comes first where it must."""

    async def back(self) -> None:
        """One screen back."""

    async def go_last(self) -> None:
        """The page before this one."""

    async def jump(self, code: str) -> None:
        """Open a screen by its jump code."""

    async def enter(self, signed_in: SignedIn, then: str = "") -> None:
        """A session has begun."""

    async def come_back(self, signed_in: SignedIn) -> None:
        """A session that had ended goes on, on the page where it ended."""

    async def password_changed(self, then: str = "") -> None:
        """The password was changed: go on where it was asked for."""

    async def give_up(self) -> None:
        """Close what is still open of a session that ended."""

    async def sign_out(self) -> None:
        """End the session."""

    async def leave(self) -> None:
        """End the program."""

    async def refused(self, frame: Any, refusal: Refused) -> None:
        """Show a refusal, or ask for a new login."""

    def codes_for(self, typed: str) -> str:
        """The jump codes that begin so."""

    def repaint(self) -> None:
        """Send the whole screen again."""
