"""抽查 (R10): a sample that a written seed decides, as docs/spot-checks.md has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

MOST_WANTED = 10_000
LONGEST_SEED = 64
LONGEST_NOTE = 500
FINDINGS = {"": "未核对", "ok": "无问题", "bad": "有问题"}
"""What may be found of a declaration that was drawn, in words."""


def population_digest(ids: Iterable[int]) -> str:
    """The SHA-256 over the numbers of a population in ascending order, a line feed after each."""
    digest = hashlib.sha256()
    for each in sorted(ids):
        digest.update(b"%d\n" % each)
    return digest.hexdigest()


def draw(seed: str, ids: Iterable[int], wanted: int) -> tuple[int, ...]:
    """The sample in its order: those whose SHA-256 over seed and number is smallest."""
    return tuple(sorted(ids, key=lambda each: (_key(seed, each), each))[:wanted])


def _key(seed: str, number: int) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
