"""The whole review desk, as the screens of the queues use it."""

from __future__ import annotations

from tui.review.batch import Batching
from tui.review.beside import Looking
from tui.review.verdicts import Deciding


class ReviewFrame(Deciding, Looking, Batching):
    """One key decides and the next item is there. Subclasses say for which objects."""
