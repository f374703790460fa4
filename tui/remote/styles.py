"""Styles that are parsed once for all sessions: what the zygote's throw-away program parsed, each session has."""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

_parsed: dict[Any, list[RuleSet]] = {}
"""Rules by their text, its place and the variables in it. Rules are only read once they are parsed."""


class SharedStylesheet(Stylesheet):
    """A stylesheet that parses nothing that was parsed in this process, or in its parent before the fork."""

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        place = (css, read_from, is_default_rules, tie_breaker, scope)
        key = (place, tuple(sorted(self._variables.items())))
        found = _parsed.get(key)
        if found is None:
            found = _parsed[key] = super()._parse_rules(*place)
        return found
