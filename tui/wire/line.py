"""The terminal line as the kernel knows it: raw keys, the window's size, which descriptor it is."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from typing import Any, TextIO

DEFAULT_SIZE = (80, 24)

Settings = list[Any]
"""What termios says of a line: flags, speeds and control characters."""


def settings_of(fileno: int) -> Settings | None:
    """The line's settings, or None where there is no terminal."""
    try:
        return termios.tcgetattr(fileno)
    except termios.error:
        return None


def make_raw(fileno: int) -> None:
    """Every key comes at once and unchanged, ctrl+c, ctrl+s and ctrl+z too; a line feed goes out as one byte."""
    settings = settings_of(fileno)
    if settings is None:
        return
    settings[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    settings[tty.IFLAG] &= ~(
        termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.ISTRIP
    )
    settings[tty.OFLAG] &= ~termios.OPOST
    settings[tty.CC][termios.VMIN] = 1
    settings[tty.CC][termios.VTIME] = 0
    with contextlib.suppress(termios.error):  # the terminal may have gone
        termios.tcsetattr(fileno, termios.TCSANOW, settings)


def restore(fileno: int, settings: Settings | None) -> None:
    """Give the line its settings back; keys that were typed and not read are dropped."""
    if settings is None:
        return
    with contextlib.suppress(termios.error):  # the terminal may have gone
        termios.tcflush(fileno, termios.TCIFLUSH)
        termios.tcsetattr(fileno, termios.TCSANOW, settings)  # not TCSAFLUSH, which may wait for ever


def size_of(fileno: int) -> tuple[int, int]:
    """Columns and rows from the kernel; COLUMNS and LINES would hide every later change."""
    try:
        cols, rows = os.get_terminal_size(fileno)
    except OSError:
        return DEFAULT_SIZE
    return (cols, rows) if cols > 0 and rows > 0 else DEFAULT_SIZE


def terminal_among(*files: TextIO | None) -> int:
    """The descriptor of the first of `files` that is a terminal, else of the first that is open, else 2."""
    there = [file for file in files if file is not None]
    for file in there:
        if file.isatty():
            return file.fileno()
    return there[0].fileno() if there else 2
