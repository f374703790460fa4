"""All that the operator may change on screen (基础数据管理), in the order shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.rules.edition_kind import EditionKind
from core.rules.list_kinds import LIST_KINDS
from core.rules.rule_kinds import RULE_KINDS

KINDS: Mapping[str, EditionKind] = {kind.key: kind for kind in (*RULE_KINDS, *LIST_KINDS)}
