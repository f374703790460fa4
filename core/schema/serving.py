"""What is told of the services that run (`jijiao status`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A `jijiao serve` (服务). `alive`: its process was there, and it was seen, within the time it has for that."""

    id: str
    host: str
    process: int
    listens: str
    draining: bool
    started_at: datetime
    seen_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class SessionsView:
    """How many sessions (服务会话) of one kind and one way in are open at a service."""

    service_id: str
    kind: str
    method: str
    count: int
