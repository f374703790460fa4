"""How the properties of the rules are tried: without a time limit, since other work may share the machine."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
