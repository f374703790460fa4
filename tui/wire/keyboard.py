"""The keyboard: bytes from the terminal become Textual's key and paste events, on the loop, no thread."""

from __future__ import annotations

import asyncio
import codecs
import logging
import re
from collections.abc import Callable

from textual import constants, events, messages
from textual._xterm_parser import XTermParser
from textual.message import Message

_LOG = logging.getLogger(__name__)
_UNWANTED = (
    events.MouseEvent,
    events.AppFocus,
    events.AppBlur,
    events.Resize,
    messages.InBandWindowResize,
    messages.TerminalSupportsSynchronizedOutput,
)
"""Answers to questions never asked: no mouse, no focus reports, and the size comes from the kernel."""
_MARGIN = 0.01
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
_BEGUN = ("\x1b[200", "\x1b[20", "\x1b[2", "\x1b[", "\x1b")
"""A paste's start that was cut off by the end of what was read; the last is also what an Esc key sends."""
_ESC_KEY = re.compile(r"\x1b(?![\[O\]P_^\\])")
"""An Esc that begins no sequence: the key itself, typed ahead of the next. Nothing here is bound to Alt."""


class Keyboard:
    """Decodes and parses what was typed; bytes that are no characters become U+FFFD, never an error."""

    def __init__(
        self, encoding: str, post: Callable[[Message], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        """Read text in `encoding` (a codec's name) and hand each event to `post`."""
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._post = post
        self._loop = loop
        self._parser = XTermParser()
        self._escape_timer: asyncio.TimerHandle | None = None
        self._held = ""
        self._pasted: str | None = None

    def feed(self, data: bytes) -> None:
        """Take what was read from the terminal, in pieces of any size."""
        text = self._held + self._decoder.decode(data)
        self._held = ""
        while text:
            if self._pasted is None:
                text = self._take_keys(text)
            else:
                text = self._take_paste(self._pasted + text, len(self._pasted))
        self._watch_escape()

    def _take_keys(self, text: str) -> str:
        """Parse up to the start of a paste; returns what comes after that."""
        typed, found, rest = text.partition(PASTE_START)
        if found:
            self._pasted = ""
        else:
            self._held = next((begun for begun in _BEGUN if typed.endswith(begun)), "")
            typed = typed.removesuffix(self._held)
        self._parse(typed)
        return rest

    def _take_paste(self, text: str, known: int) -> str:
        """Take a paste up to its end, whatever stands in it: an escape sequence inside is no key.

        The first `known` characters were searched before. Returns what comes after the paste.
        """
        end = text.find(PASTE_END, max(0, known - len(PASTE_END)))
        if end < 0:
            self._pasted = text
            return ""
        self._pasted = None
        self._hand_on(events.Paste(text[:end].replace("\0", "")))
        return text[end + len(PASTE_END) :]

    def _parse(self, typed: str) -> None:
        first, *others = _ESC_KEY.split(typed)
        self._parse_plain(first)
        for after in others:
            self._hand_on(events.Key("escape", "\x1b"))
            self._parse_plain(after)

    def _parse_plain(self, typed: str) -> None:
        if not typed:  # an empty feed would end Textual's parser
            return
        try:
            for message in self._parser.feed(typed):
                self._hand_on(message)
        except Exception:  # whatever the terminal sent, it must not end the session
            _LOG.exception("input that the parser did not understand was dropped")
            self._parser = XTermParser()

    def close(self) -> None:
        """Forget what is unfinished."""
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None

    def _watch_escape(self) -> None:
        """Only time tells an Esc from the beginning of a longer sequence."""
        self.close()
        if self._parser._timeout_time is not None or self._held:
            self._escape_timer = self._loop.call_later(constants.ESCAPE_DELAY + _MARGIN, self._escape_due)

    def _escape_due(self) -> None:
        self._escape_timer = None
        held, self._held = self._held, ""
        if held == "\x1b":
            self._hand_on(events.Key("escape", "\x1b"))
        else:
            self._parse_plain(held)
        for message in self._parser.tick():
            self._hand_on(message)
        self._watch_escape()

    def _hand_on(self, message: Message) -> None:
        if not isinstance(message, _UNWANTED):
            self._post(message)
