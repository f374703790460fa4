"""The keyboard: bytes from the terminal become Textual's key and paste events, on the loop, no thread."""

from __future__ import annotations

import asyncio
import codecs
import logging
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

    def feed(self, data: bytes) -> None:
        """Take what was read from the terminal, in pieces of any size."""
        text = self._decoder.decode(data)
        if not text:  # a part of a character; an empty feed would end Textual's parser
            return
        try:
            for message in self._parser.feed(text):
                self._hand_on(message)
        except Exception:  # whatever the terminal sent, it must not end the session
            _LOG.exception("input that the parser did not understand was dropped")
            self._parser = XTermParser()
        self._watch_escape()

    def close(self) -> None:
        """Forget what is unfinished."""
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None

    def _watch_escape(self) -> None:
        """Only time tells an Esc from the beginning of a longer sequence."""
        self.close()
        if self._parser._timeout_time is not None:
            self._escape_timer = self._loop.call_later(constants.ESCAPE_DELAY + _MARGIN, self._escape_due)

    def _escape_due(self) -> None:
        self._escape_timer = None
        for message in self._parser.tick():
            self._hand_on(message)
        self._watch_escape()

    def _hand_on(self, message: Message) -> None:
        if not isinstance(message, _UNWANTED):
            self._post(message)
