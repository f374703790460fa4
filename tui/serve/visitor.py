"""Who came through the door of a service: a guest, or the holder of an account who proved it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Visitor:
    """One connection. `method` is guest, password or key; the ticket leads one terminal past the login, and stands
    for the proof as long as the connection lasts."""

    address: str
    account_id: int | None = None
    method: str = "guest"
    ticket: str = ""
    is_used: bool = False

    def take_ticket(self) -> str:
        """The ticket, once: each terminal has its own."""
        used, self.is_used = self.is_used, True
        return "" if used else self.ticket
