"""Who came through the door of a service: a guest, or the holder of an account who proved it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Visitor:
    """One connection. `method` is guest, password or key; the ticket leads one terminal past the login."""

    address: str
    account_id: int | None = None
    method: str = "guest"
    ticket: str = ""

    def take_ticket(self) -> str:
        """The ticket, once: what opens after the first terminal begins at 首页."""
        ticket, self.ticket = self.ticket, ""
        return ticket
