"""What the tests of serving share: the installations of the journeys."""

from __future__ import annotations

from tests.journeys.conftest import home, template

__all__ = ["home", "template"]
