"""What docs/serving.md and the unit file say is what the program does: settings, commands, codes, counters, log."""

from __future__ import annotations

import configparser
import logging
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from core.rules.errors import ErrorCode
from core.services.journal import write_log_to
from core.store.settings import Settings
from tests.test_documents import table, text_of
from tui.cli import cli
from tui.serve.counters import METRICS, service_log
from tui.serve.terminal import KILL_SECONDS

DOCUMENT, UNIT = "docs/serving.md", Path(__file__).parent.parent / "docs" / "jijiao.service"


@pytest.fixture
def service() -> dict[str, str]:
    """The section [Service] of the unit file."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command of `jijiao` that these words lead to, and what is left of them."""
    found: click.Command = cli
    while words and isinstance(found, click.Group) and words[0] in found.commands:
        found, words = found.commands[words[0]], words[1:]
    return found, words


def test_the_table_of_limits_gives_settings_with_their_defaults() -> None:
    listed = {name: default for name, default, _ in table(DOCUMENT, "setting", "default", "what it bounds")}
    assert listed == {name: str(Settings.model_fields[name].default) for name in listed}


def test_every_limit_of_the_service_is_in_the_table() -> None:
    listed = {row[0] for row in table(DOCUMENT, "setting", "default", "what it bounds")}
    assert {name for name in Settings.model_fields if name.startswith("serve_")} <= listed


def test_the_settings_file_of_the_example_is_one() -> None:
    [block] = re.findall(r"```toml\n(.*?)```", text_of(DOCUMENT), re.DOTALL)
    assert set(tomllib.loads(re.sub(r"^ +", "", block, flags=re.MULTILINE))) <= set(Settings.model_fields)


def test_every_setting_that_is_named_is_one() -> None:
    named = set(re.findall(r"JIJIAO_([A-Z_]+)", text_of(DOCUMENT) + UNIT.read_text(encoding="utf-8")))
    assert named - {"CONFIG"} <= {name.upper() for name in Settings.model_fields}


def commands_named(text: str) -> list[list[str]]:
    """What follows `jijiao` wherever a command of it stands between backticks or in a block."""
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [line.strip() for block in blocks for line in block.splitlines()] + inline
    found = []
    for line in lines:
        said = re.search(r"(?:^|\* |/bin/)(jijiao(?: [^>;]+)?)", line)
        if said is not None and len(words := shlex.split(said[1])) > 1:
            found.append(words[1:])
    return found


def test_every_command_that_is_named_is_one_with_its_options() -> None:
    named = commands_named(text_of(DOCUMENT))
    assert len(named) > 10
    for words in named:
        command, rest = command_of(words)
        known = {option for each in command.params for option in each.opts}
        assert command is not cli, words
        assert {word for word in rest if word.startswith("--")} <= known, words


def test_every_code_of_an_error_that_is_named_is_one() -> None:
    named = set(re.findall(r"\bE\d{3}\b", text_of(DOCUMENT)))
    assert named <= {code.value for code in ErrorCode}


def test_the_table_of_series_is_what_is_counted() -> None:
    listed = [(series, label) for series, label, _ in table(DOCUMENT, "series", "label", "meaning")]
    assert listed == [(metric.series, metric.label) for metric in METRICS]


def test_the_table_of_the_log_is_what_is_written() -> None:
    sources = (
        path.read_text(encoding="utf-8") for path in (UNIT.parent.parent / "tui" / "serve").glob("*.py")
    )
    written = {word for text in sources for word in re.findall(r'service_log\(\s*"(\w+)"', text)}
    assert {what for what, _ in table(DOCUMENT, "what", "when")} == written


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path)
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_the_expression_for_fail2ban_finds_a_refused_password(log: Path) -> None:
    service_log("refused", method="password", address="192.0.2.7", code="E101")
    service_log("refused", address="192.0.2.8", code="E122")
    [regex] = re.findall(r"^failregex = (.*)$", text_of(DOCUMENT), re.MULTILINE)
    found = re.compile(regex.replace("<HOST>", r"(?P<host>[0-9a-f.:]+)"))
    matches = [found.search(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [match["host"] for match in matches if match] == ["192.0.2.7"]


def test_the_unit_starts_a_command_that_exists(service: dict[str, str]) -> None:
    program, *words = shlex.split(service["ExecStart"])
    command, rest = command_of(words)
    assert (program, command.name) == ("/opt/jijiao/.venv/bin/jijiao", "serve")
    command.make_context("serve", rest)


def test_the_unit_leaves_time_for_the_sessions_to_end(service: dict[str, str]) -> None:
    needed = Settings.model_fields["serve_drain_seconds"].default + KILL_SECONDS
    assert int(service["TimeoutStopSec"]) >= needed + 10
    assert (service["KillMode"], service["Restart"]) == ("mixed", "always")


def test_the_unit_gives_nothing_that_is_not_needed(service: dict[str, str]) -> None:
    wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes"}
    assert wanted.items() <= service.items()
    assert (service["User"], service["CapabilityBoundingSet"]) == ("jijiao", "")


def test_a_session_that_runs_out_of_memory_takes_nobody_with_it(service: dict[str, str]) -> None:
    assert (service["OOMPolicy"], "MemoryMax" in service) == ("continue", True)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="Debian's systemd is not here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    path = tmp_path / "jijiao.service"
    path.write_text(text.replace("/opt/jijiao/.venv/bin/jijiao", "/bin/true"), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if str(path) in line or "jijiao.service" in line]
    assert (done.returncode, told) == (0, [])
