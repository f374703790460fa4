"""The pen: where the client's cursor stands and in which style it writes, moved by the fewest bytes."""

from __future__ import annotations

from tui.wire.sgr import PLAIN, SEEN_ON_BLANKS, Style, blank_style, sgr_change

_NOWHERE = -1000
"""A row that no order counts from: where the cursor stands is not known."""


class Pen:
    """Collects the bytes of one frame and knows the state they leave the terminal in."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.style: Style | None = None
        self.x: int | None = None
        """The column; None after a write into the last one, when terminals differ on where they stand."""
        self.y = 0
        self.cols = 80

    def copy(self) -> Pen:
        """A pen in the same place that has collected nothing: to try a way and count what it costs."""
        other = Pen()
        other.style, other.x, other.y, other.cols = self.style, self.x, self.y, self.cols
        return other

    def follow(self, other: Pen) -> None:
        """Take over what another pen has collected since it was copied from this one."""
        self.out += other.out
        self.style, self.x, self.y = other.style, other.x, other.y

    @property
    def cost(self) -> int:
        """Bytes collected, in UTF-8."""
        return sum(len(part.encode()) for part in self.out)

    def take(self) -> str:
        """What was collected, which is then forgotten."""
        text = "".join(self.out)
        self.out.clear()
        return text

    def clear_screen(self) -> None:
        """Empty the whole screen in the plain style, from whatever state the terminal is in."""
        self.out.append("\x1b[m\x1b[2J\x1b[H")
        self.style, self.x, self.y = PLAIN, 0, 0

    def move(self, x: int, y: int) -> None:
        """Go to column `x` of row `y`."""
        if (self.x, self.y) != (x, y):
            self.out.append(self._way_to(x, y))
            self.x, self.y = x, y

    def _way_to(self, x: int, y: int) -> str:
        absolute = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        down = y - self.y
        if self.x is None:  # a carriage return leads to the first column from wherever it is
            return "\r" + "\n" * down if not x and 0 <= down < 4 else absolute
        right = x - self.x
        if not down:
            relative = (
                _step(right, "C")
                if right > 0
                else "\r"
                if not x
                else min("\b" * -right, _step(-right, "D"), key=len)
            )
        elif not x and 0 < down < 4:
            relative = "\r" + "\n" * down
        elif not right:  # not LF, which a pty may turn into CR LF
            relative = _step(down, "B") if down > 0 else _step(-down, "A")
        else:
            return absolute
        return min(absolute, relative, key=len)

    def set_style(self, style: Style) -> None:
        """Write in `style` from here on."""
        if style != self.style:
            self.out.append(sgr_change(self.style, style))
            self.style = style

    def set_blank_style(self, style: Style) -> None:
        """Make blanks look as in `style`; the letters' colour and weight stay as they are."""
        if self.style is None or style.attrs:
            self.set_style(style)
        elif blank_style(self.style) != style:
            self.set_style(Style(self.style.fg, style.bg, self.style.attrs - SEEN_ON_BLANKS))

    def write(self, text: str, width: int) -> None:
        """Write `text`, `width` cells wide, at the cursor."""
        self.out.append(text)
        self._advance(width)

    def repeat(self, char: str, count: int) -> None:
        """Write the ASCII character `char` `count` times by one order."""
        self.out.append(f"{char}\x1b[{count - 1}b")
        self._advance(count)

    def erase(self, count: int) -> None:
        """Empty `count` cells from the cursor on, which stays where it is."""
        self.out.append(f"\x1b[{count}X")

    def erase_to_end(self) -> None:
        """Empty the row from the cursor on, which stays where it is."""
        self.out.append("\x1b[K")

    def shift_rows(self, top: int, bottom: int, by: int) -> None:
        """Move the rows `top`..`bottom` up by `by` (down if negative); plain blank rows come in."""
        self.set_style(PLAIN)
        count, order = abs(by), "M" if by > 0 else "L"
        # deleted and inserted lines are understood everywhere since the VT102; SU and SD are not
        self.out.append(
            f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{count if count > 1 else ''}{order}\x1b[r"
        )
        self.x, self.y = None, _NOWHERE  # taking the region back sends the cursor home, but not everywhere

    def _advance(self, width: int) -> None:
        if self.x is not None:
            self.x = self.x + width if self.x + width < self.cols else None


def _step(count: int, order: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{order}"
