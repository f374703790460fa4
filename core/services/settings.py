"""The settings of an installation, for callers that may not reach into the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.store.settings import Settings


def read_settings(overrides: Mapping[str, Any]) -> Settings:
    """Settings from the environment and the file; `overrides` (the command line) win. Empty ones don't count."""
    return Settings(**{name: value for name, value in overrides.items() if value not in (None, "")})
