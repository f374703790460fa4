"""The printing font (Noto Serif SC, 宋体): what it can print, and small fonts cut from it in milliseconds.

Public: `missing_glyphs(text) -> str`, `typeface() -> Typeface`, `Typeface.subset(glyphs) -> bytes`,
`Typeface.glyph(character)`, `Typeface.width(glyph)`.

A general font library needs 130 to 900 ms to cut a font for one certificate, most of it to decode what is
then written back unchanged. Here only the tables that a PDF needs are read (format: Adobe notes 5176 and
5177): outlines are copied with their subroutines written out, and kept for the next certificate.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from unicodedata import category

from core.store.outlines import flatten

_ROS, _CHARSET, _CHARSTRINGS, _PRIVATE, _SUBRS = 1230, 15, 17, 18, 19
_FD_ARRAY, _FD_SELECT, _FONT_BOX, _CID_COUNT = 1236, 1237, 5, 1234
_STANDARD_STRINGS = 391


class Typeface:
    """One OpenType font with CID-keyed CFF outlines, read as far as printing needs it. 1000 units to the em."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        tables = _tables(content)
        self.characters = _character_map(content, tables["cmap"])
        self.units_per_em = struct.unpack_from(">H", content, tables["head"] + 18)[0]
        self.box: tuple[int, ...] = struct.unpack_from(">4h", content, tables["head"] + 36)
        self.ascent, self.descent = struct.unpack_from(">hh", content, tables["hhea"] + 4)
        self.cap_height: int = struct.unpack_from(">h", content, tables["OS/2"] + 88)[0]
        self._widths_at = tables["hmtx"]
        self._widths_count: int = struct.unpack_from(">H", content, tables["hhea"] + 34)[0]
        self._read_outlines(tables["CFF "])
        self._flat: dict[int, bytes] = {}

    def glyph(self, character: str) -> int:
        """The glyph of a character; 0, an empty box, for one that the font lacks."""
        return self.characters.get(ord(character), 0)

    def width(self, glyph: int) -> int:
        """The advance of a glyph in thousandths of the em."""
        place = min(glyph, self._widths_count - 1)
        advance: int = struct.unpack_from(">H", self._content, self._widths_at + 4 * place)[0]
        return advance * 1000 // int(self.units_per_em)

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """A CFF font with only these glyphs, each under its own number as CID. Glyph 0 is always in it."""
        chosen = [0, *sorted(set(glyphs) - {0})]
        used = sorted({self._group(glyph) for glyph in chosen})
        charset = b"\0" + b"".join(struct.pack(">H", glyph) for glyph in chosen[1:])
        groups = bytes([0, *(used.index(self._group(glyph)) for glyph in chosen)])
        outlines = _index([self.outline(glyph) for glyph in chosen])
        name = _index([b"JijiaoSong"])
        strings = _index([b"Adobe", b"Identity"])
        head = b"\1\0\4\4" + name
        # Offsets take five bytes whatever their size, so the top part is as long in both rounds.
        body_at = len(head) + len(self._top(chosen, [0, 0, 0, 0])) + len(strings) + len(_index([]))
        charset_at, select_at = body_at, body_at + len(charset)
        outlines_at = select_at + len(groups)
        private_at = outlines_at + len(outlines)
        private = b"".join(self._privates[group] for group in used)
        dictionaries, place = [], private_at
        for group in used:
            size = len(self._privates[group])
            dictionaries.append(_number(size) + _number(place) + bytes([_PRIVATE]))
            place += size
        top = self._top(chosen, [charset_at, select_at, outlines_at, private_at + len(private)])
        rest = charset + groups + outlines + private + _index(dictionaries)
        return head + top + strings + _index([]) + rest

    def outline(self, glyph: int) -> bytes:
        """The outline of a glyph as a Type 2 charstring that calls no subroutine."""
        flat = self._flat.get(glyph)
        if flat is None:
            start, end = self._outlines[glyph]
            local = self._local_subroutines[self._group(glyph)]
            flat = flatten(self._content, (start, end), self._global_subroutines, local)
            self._flat[glyph] = flat
        return flat

    def _top(self, chosen: list[int], offsets: list[int]) -> bytes:
        charset_at, select_at, outlines_at, array_at = offsets
        ros = _number(_STANDARD_STRINGS) + _number(_STANDARD_STRINGS + 1) + _number(0) + _operator(_ROS)
        box = b"".join(_number(side) for side in self.box) + _operator(_FONT_BOX)
        count = _number(chosen[-1] + 1) + _operator(_CID_COUNT)
        places = (
            _number(charset_at)
            + _operator(_CHARSET)
            + _number(select_at)
            + _operator(_FD_SELECT)
            + _number(outlines_at)
            + _operator(_CHARSTRINGS)
            + _number(array_at)
            + _operator(_FD_ARRAY)
        )
        return _index([ros + box + count + places])

    def _group(self, glyph: int) -> int:
        return self._groups[glyph]

    def _read_outlines(self, start: int) -> None:
        content = self._content
        after_names = _read_index(content, start + content[start + 2])[1]
        tops, after_tops = _read_index(content, after_names)
        after_strings = _read_index(content, after_tops)[1]
        self._global_subroutines = _read_index(content, after_strings)[0]
        top = _dictionary(content[slice(*tops[0])])
        self._outlines = _read_index(content, start + top[_CHARSTRINGS][0])[0]
        self._groups = _groups(content, start + top[_FD_SELECT][0], len(self._outlines))
        self._privates: list[bytes] = []
        self._local_subroutines: list[list[tuple[int, int]]] = []
        for place in _read_index(content, start + top[_FD_ARRAY][0])[0]:
            size, offset = _dictionary(content[slice(*place)])[_PRIVATE]
            raw = content[start + offset : start + offset + size]
            subroutines = _dictionary(raw).get(_SUBRS)
            self._privates.append(_without_subroutines(raw))
            self._local_subroutines.append(
                _read_index(content, start + offset + subroutines[0])[0] if subroutines else []
            )


@lru_cache(maxsize=1)
def typeface() -> Typeface:
    """The font, read once for the whole process (11 MB)."""
    return Typeface(font_path().read_bytes())


def font_path() -> Path:
    """The file of the font, in the package it comes with."""
    from pylopdf_fonts_zh_cn import serif_path

    return serif_path()


def missing_glyphs(text: str) -> str:
    """The characters of `text` that can't be printed, each once, in their order. For names as they are typed.

    Invisible ones (controls, zero widths, direction marks) count too. 5 ms the first time, then microseconds.
    """
    printable = _printable()
    unseen = (letter for letter in text if ord(letter) not in printable or category(letter)[0] == "C")
    return "".join(dict.fromkeys(unseen))


@lru_cache(maxsize=1)
def _printable() -> frozenset[int]:
    """The characters of the font; reads only the one table of it."""
    with font_path().open("rb") as file:
        head = file.read(12)
        head += file.read(16 * int.from_bytes(head[4:6], "big"))
        file.seek(_tables(head)["cmap"])
        table = file.read(_table_lengths(head)["cmap"])
    return frozenset(_character_map(table, 0))


def _tables(content: bytes) -> dict[str, int]:
    return {name: offset for name, offset, _ in _directory(content)}


def _table_lengths(content: bytes) -> dict[str, int]:
    return {name: length for name, _, length in _directory(content)}


def _directory(content: bytes) -> list[tuple[str, int, int]]:
    count = int.from_bytes(content[4:6], "big")
    rows = (struct.unpack_from(">4sLLL", content, 12 + 16 * row) for row in range(count))
    return [(tag.decode("ascii"), offset, length) for tag, _, offset, length in rows]


def _character_map(content: bytes, start: int) -> dict[int, int]:
    """Character to glyph, from the subtable that covers all of Unicode (format 12)."""
    count = int.from_bytes(content[start + 2 : start + 4], "big")
    for row in range(count):
        offset = start + int.from_bytes(content[start + 8 + 8 * row : start + 12 + 8 * row], "big")
        if int.from_bytes(content[offset : offset + 2], "big") == 12:
            break
    else:
        raise ValueError("the font has no full character map")
    characters: dict[int, int] = {}
    groups = int.from_bytes(content[offset + 12 : offset + 16], "big")
    for first, last, glyph in struct.iter_unpack(">LLL", content[offset + 16 : offset + 16 + 12 * groups]):
        characters.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return characters


def _read_index(content: bytes, start: int) -> tuple[list[tuple[int, int]], int]:
    """The places of an INDEX's items, and where what follows it begins."""
    count = int.from_bytes(content[start : start + 2], "big")
    if count == 0:
        return [], start + 2
    size = content[start + 2]
    table = content[start + 3 : start + 3 + size * (count + 1)]
    base = start + 2 + len(table)
    ends = [base + int.from_bytes(table[at : at + size], "big") for at in range(0, len(table), size)]
    return list(pairwise(ends)), ends[-1]


def _index(items: list[bytes]) -> bytes:
    if not items:
        return b"\0\0"
    offsets, place = [1], 1
    for item in items:
        place += len(item)
        offsets.append(place)
    table = b"".join(offset.to_bytes(4, "big") for offset in offsets)
    return len(items).to_bytes(2, "big") + b"\4" + table + b"".join(items)


def _dictionary(raw: bytes) -> dict[int, list[int]]:
    """Operators with their whole-number operands; real numbers are passed over as 0."""
    return {operator: operands for operator, operands, _, _ in _entries(raw)}


def _without_subroutines(raw: bytes) -> bytes:
    return b"".join(raw[start:end] for operator, _, start, end in _entries(raw) if operator != _SUBRS)


def _entries(raw: bytes) -> list[tuple[int, list[int], int, int]]:
    """Each entry of a DICT: operator, operands, and where it begins and ends."""
    entries: list[tuple[int, list[int], int, int]] = []
    operands: list[int] = []
    start = at = 0
    while at < len(raw):
        first = raw[at]
        if first <= 21:
            operator, at = (1200 + raw[at + 1], at + 2) if first == 12 else (first, at + 1)
            entries.append((operator, operands, start, at))
            operands, start = [], at
        elif first == 28:
            operands.append(int.from_bytes(raw[at + 1 : at + 3], "big", signed=True))
            at += 3
        elif first == 29:
            operands.append(int.from_bytes(raw[at + 1 : at + 5], "big", signed=True))
            at += 5
        elif first == 30:
            at += 1
            while raw[at] & 15 != 15 and raw[at] >> 4 != 15:
                at += 1
            operands.append(0)
            at += 1
        elif first <= 246:
            operands.append(first - 139)
            at += 1
        else:
            sign = 1 if first <= 250 else -1
            operands.append(sign * ((first - (247 if sign > 0 else 251)) * 256 + raw[at + 1] + 108))
            at += 2
    return entries


def _number(value: int) -> bytes:
    return b"\x1d" + value.to_bytes(4, "big", signed=True)


def _operator(code: int) -> bytes:
    return bytes([12, code - 1200]) if code >= 1200 else bytes([code])


def _groups(content: bytes, start: int, glyphs: int) -> bytes:
    """For each glyph, which of the font's hint groups it belongs to (FDSelect, formats 0 and 3)."""
    if content[start] == 0:
        return content[start + 1 : start + 1 + glyphs]
    count = int.from_bytes(content[start + 1 : start + 3], "big")
    groups = bytearray(glyphs)
    for row in range(start + 3, start + 3 + 3 * count, 3):
        first, group, last = struct.unpack_from(">HBH", content, row)
        groups[first:last] = bytes([group]) * (last - first)
    return bytes(groups)
