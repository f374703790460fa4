"""The terminal program. Nothing here knows SQL; screens call use cases and show views."""

from __future__ import annotations

import os

# The kitty protocol turns the commit of a Chinese input method into junk keys; ESCDELAY tells Escape from an
# escape sequence on slow lines. Both are read when textual is imported, so they are set before.
os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
os.environ.setdefault("ESCDELAY", "250")
