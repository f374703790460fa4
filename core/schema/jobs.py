"""Work in the background (后台任务): how far it is, and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.schema.base import Command


class JobKey(Command):
    """One job."""

    job_id: int


class JobQuery(Command):
    """The caller's jobs, newest first."""

    after: tuple[int | str, ...] | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands. `total` 0 means that it is not known yet; `rate` is rows (or people) a second since it was
    taken up last, `seconds_left` None while nobody can say. `resumable`: it stopped on its way, or waits for a
    process that is gone, and can go on from there. `outcome` is what its kind leaves, words to what they count
    or tell (`认定` 200); keys that begin with `_` are for the kind's own screen."""

    id: int
    kind: str
    title: str
    state: str
    state_label: str
    total: int
    done: int
    rate: float
    seconds_left: int | None
    cancel_asked: bool
    resumable: bool
    trouble: str
    account_name: str
    created_at: datetime
    ended_at: datetime | None
    outcome: Mapping[str, object]

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in ("done", "cancelled", "failed", "paused")

    @property
    def ended(self) -> bool:
        """Whether it is over for good: what can neither be cancelled nor resumed."""
        return self.state in ("done", "cancelled")
