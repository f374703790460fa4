"""The same journey on each terminal that people have, looked at in pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.steps import Installation
from tests.serve.sshd import MISSING, Sshd
from tests.terminals.calling import call
from tests.terminals.display import Display
from tests.terminals.glyphs import misread
from tests.terminals.journey import pages
from tests.terminals.kinds import KINDS, Kind
from tests.terminals.window import Operator


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_page_of_the_journey_is_shown_right(
    kind: Kind, display: Display, full_home: Installation, tmp_path: Path
) -> None:
    if missing := [*kind.missing, *MISSING]:
        pytest.skip(f"needs {', '.join(missing)}, which Debian has and this machine has not")
    folder = tmp_path / "sshd"
    folder.mkdir()
    wrong, read = {}, 0
    with (
        Sshd(folder, full_home) as sshd,
        Operator(display, kind, tmp_path, lambda kind, log: call(sshd, kind, log)) as operator,
    ):
        for page in pages(operator):
            if difference := operator.differs():
                wrong[page] = difference
            characters, count = misread(operator)
            read += count
            if characters:
                wrong[f"{page}, read"] = str(characters)
    assert wrong == {}
    assert read > 500
