"""What puts a terminal into the state that the program wants, and back. Known without Textual."""

from __future__ import annotations

ENTER = "\x1b[?1049h\x1b[?2004h\x1b[?7l"
"""Alternate screen, bracketed paste, no wrapping at the right edge."""
LEAVE = "\x1b[m\x1b[2J\x1b[H\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l"
AGAIN = "\x1b[?2004h\x1b[?7l\x1b(B\x0f"
"""Before a repaint: the modes again, and out of any line-drawing character set."""
