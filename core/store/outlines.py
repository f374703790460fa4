"""Glyph outlines (Type 2 charstrings, Adobe note 5177) with their subroutine calls written out."""

from __future__ import annotations

_HSTEM, _VSTEM, _CALL_LOCAL, _RETURN, _ESCAPE, _END = 1, 3, 10, 11, 12, 14
_HSTEM_MASKED, _HINT_MASK, _COUNTER_MASK, _VSTEM_MASKED = 18, 19, 20, 23
_CALL_GLOBAL = 29
_DEEPEST = 10


def flatten(
    content: bytes,
    place: tuple[int, int],
    global_subroutines: list[tuple[int, int]],
    local_subroutines: list[tuple[int, int]],
) -> bytes:
    """One charstring of the font file `content` without calls. Places are (start, end) in bytes.

    Raises ValueError for a charstring that is not well formed.
    """
    walk = _Walk(content, global_subroutines, local_subroutines)
    walk.run(place, 0)
    if not walk.ended:
        raise ValueError("an outline without an end")
    return b"".join(walk.pieces)


class _Walk:
    """Copies a charstring, token by token, and follows its calls."""

    def __init__(
        self,
        content: bytes,
        global_subroutines: list[tuple[int, int]],
        local_subroutines: list[tuple[int, int]],
    ) -> None:
        self.content = content
        self.global_subroutines = global_subroutines
        self.local_subroutines = local_subroutines
        self.pieces: list[bytes] = []
        self.operands: list[int] = []
        self.stems = 0
        self.ended = False

    def run(self, place: tuple[int, int], depth: int) -> None:
        """Copy from `place`; ends at its end, at a return, or at the end of the outline."""
        if depth > _DEEPEST:
            raise ValueError("calls too deep")
        content, (at, end) = self.content, place
        while at < end and not self.ended:
            first = content[at]
            if first >= 32 or first == 28:
                at = self._operand(at, first)
                continue
            at += 1
            if first in (_CALL_LOCAL, _CALL_GLOBAL):
                self._call(first, depth)
            elif first == _RETURN:
                return
            else:
                at = self._operator(at, first)

    def _operand(self, at: int, first: int) -> int:
        content = self.content
        if first == 28:
            size, value = 3, int.from_bytes(content[at + 1 : at + 3], "big", signed=True)
        elif first <= 246:
            size, value = 1, first - 139
        elif first <= 250:
            size, value = 2, (first - 247) * 256 + content[at + 1] + 108
        elif first <= 254:
            size, value = 2, -(first - 251) * 256 - content[at + 1] - 108
        else:
            size, value = 5, 0  # a fraction: never the number of a subroutine
        self.pieces.append(content[at : at + size])
        self.operands.append(value)
        return at + size

    def _call(self, operator: int, depth: int) -> None:
        subroutines = self.local_subroutines if operator == _CALL_LOCAL else self.global_subroutines
        bias = 107 if len(subroutines) < 1240 else 1131 if len(subroutines) < 33900 else 32768
        self.pieces.pop()
        number = self.operands.pop() + bias
        if not 0 <= number < len(subroutines):
            raise ValueError("a call to nowhere")
        self.run(subroutines[number], depth + 1)

    def _operator(self, at: int, operator: int) -> int:
        """Copy an operator with what belongs to it; `at` stands behind its first byte."""
        start = at - 1
        if operator in (_HSTEM, _VSTEM, _HSTEM_MASKED, _VSTEM_MASKED):
            self.stems += len(self.operands) // 2
        elif operator in (_HINT_MASK, _COUNTER_MASK):
            # Numbers still waiting here are vertical stems whose operator may be left out.
            self.stems += len(self.operands) // 2
            at += (self.stems + 7) // 8
        elif operator == _ESCAPE:
            at += 1
        elif operator == _END:
            self.ended = True
        self.pieces.append(self.content[start:at])
        # Arithmetic would leave results on the stack, but no font of this family uses it.
        self.operands.clear()
        return at
