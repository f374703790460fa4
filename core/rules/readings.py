"""Finding an entry of a list by what is typed: Chinese, full pinyin, initials, or the beginning of its code.

All readings of a character count (重庆 is found by cq and by zq), since nobody should have to know which
one a table holds. Ranks: the lower, the nearer to the top of the list.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Final

EXACT: Final = 0
STARTS: Final = 1
CODE_STARTS: Final = 2
PINYIN_STARTS: Final = 3
INITIALS_START: Final = 4
MIXED_STARTS: Final = 5
INSIDE: Final = 6
PINYIN_INSIDE: Final = 7
INITIALS_INSIDE: Final = 8

_MIN_INSIDE = 2
"""Letters needed before pinyin is looked for inside a text: one letter would find nearly everything."""

_LONGEST_READING = 6
"""Letters of the longest reading (zhuang): a longer query can't be the pinyin of the text."""


def spell(text: str) -> str:
    """The text in pinyin by the first reading of each character, no tones, no gaps: 汝阳县 -> ruyangxian."""
    return "".join(options[0] for options in _entry(text).spoken)


def initials(text: str) -> str:
    """The first letters of the first readings: 华瑞园林 -> hryl. Latin letters and digits stay."""
    return "".join(options[0][0] for options in _entry(text).spoken)


def matches(query: str, text: str, code: str = "") -> bool:
    """Whether what is typed finds this entry; an empty query finds everything."""
    return rank(query, text, code) is not None


def rank(query: str, text: str, code: str = "") -> int | None:
    """How well what is typed finds this entry, 0 best, or None when it does not find it."""
    typed = _query(query)
    if not typed:
        return STARTS
    entry = _entry(text)
    code = code.casefold()
    if typed in (entry.folded, code):
        return EXACT
    if entry.folded.startswith(typed):
        return STARTS
    if code and code.startswith(typed):
        return CODE_STARTS
    spoken_query = typed.replace("'", "").replace("ü", "v")
    if not spoken_query or len(spoken_query) > _LONGEST_READING * len(entry.spoken):
        return INSIDE if typed in entry.folded else None
    found = _rank_from(spoken_query, entry, 0)
    if found is not None:
        return found
    if typed in entry.folded:
        return INSIDE
    return _rank_inside(spoken_query, entry)


# ----------------------------------------------------------------------------------------------- helpers


@dataclass(frozen=True, slots=True)
class _Entry:
    """A text made ready: folded for Chinese, and for each spoken character its readings and first letters.

    A character is the last of its own readings, so that Chinese and pinyin may stand in one query.
    """

    folded: str
    spoken: tuple[tuple[str, ...], ...]
    firsts: tuple[str, ...]


@lru_cache(maxsize=16_384)
def _entry(text: str) -> _Entry:
    folded = _folded(text)
    table = _table()
    spoken = tuple(
        (*table[character], character) if character in table else (character,)
        for character in folded
        if character.isalnum()
    )
    firsts = tuple("".join({reading[0] for reading in options}) for options in spoken)
    return _Entry(folded, spoken, firsts)


@lru_cache(maxsize=64)
def _query(typed: str) -> str:
    return _folded(typed)


def _folded(text: str) -> str:
    """Full-width forms as plain ones, small letters, no gaps."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _rank_inside(query: str, entry: _Entry) -> int | None:
    if len(query) < _MIN_INSIDE:
        return None
    best: int | None = None
    for start in range(1, len(entry.spoken)):
        found = _rank_from(query, entry, start)
        if found == PINYIN_STARTS:
            return PINYIN_INSIDE
        if found == INITIALS_START:
            best = INITIALS_INSIDE
    return best


def _rank_from(query: str, entry: _Entry, start: int) -> int | None:
    if query[0] not in entry.firsts[start]:
        return None
    if _spells(query, entry.spoken, start):
        return PINYIN_STARTS
    if len(query) <= len(entry.firsts) - start:
        for letter, options in zip(query, entry.firsts[start:], strict=False):
            if letter not in options:
                break
        else:
            return INITIALS_START
    return MIXED_STARTS if start == 0 and _abbreviates(query, entry.spoken, start) else None


def _spells(query: str, spoken: tuple[tuple[str, ...], ...], start: int) -> bool:
    """Whether the query is a beginning of the full pinyin from this character on."""
    if not query:
        return True
    if start == len(spoken):
        return False
    for reading in spoken[start]:
        if reading.startswith(query):
            return True
        if query.startswith(reading) and _spells(query[len(reading) :], spoken, start + 1):
            return True
    return False


def _abbreviates(query: str, spoken: tuple[tuple[str, ...], ...], start: int) -> bool:
    """Whether each character gives its reading, its zh, ch or sh, or its first letter: zhongyq, zhyq."""
    if not query:
        return True
    if start == len(spoken):
        return False
    for reading in spoken[start]:
        if reading.startswith(query):
            return True
        parts = {reading, reading[0], reading[:2] if reading[:2] in ("zh", "ch", "sh") else reading}
        for part in parts:
            if query.startswith(part) and _abbreviates(query[len(part) :], spoken, start + 1):
                return True
    return False


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Character to readings, the commonest first; made by scripts/make_readings.py."""
    text = (resources.files("core") / "reference" / "readings.tsv").read_text(encoding="utf-8")
    table: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines()[1:]:
        character, _, readings = line.partition("\t")
        table[character] = tuple(readings.split())
    return table
