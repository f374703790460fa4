"""What the tests of services share: an SMTP server of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.mailbox import Mailbox


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server on 127.0.0.1 that isn't open yet."""
    box = Mailbox()
    yield box
    box.close()
