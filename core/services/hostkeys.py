"""The host key of a service, for callers that may not reach into the store."""

from __future__ import annotations

from core.store.hostkeys import ensure_host_key

__all__ = ["ensure_host_key"]
