"""What a service counts: the state it writes, the text file for Prometheus, and the lines of its log."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.services.journal import write_log_to
from tui.serve.counters import (
    METRICS,
    PROMETHEUS_FILE,
    STATE_FILE,
    Counters,
    keep_written,
    read_states,
    render_prometheus,
    service_log,
)

# As the description of the format has it: metric, labels, value.
_SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (-?\d+)')


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path / "log")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def counted(listens: str = "127.0.0.1:2222") -> Counters:
    counters = Counters(listens=listens, service_id="a")
    counters.opened("terminal")
    counters.signed_in("key")
    counters.refused("E122")
    counters.bytes_out += 5
    return counters


def samples(text: str) -> dict[tuple[str, str], int]:
    """Every sample of a text file, its form checked."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            matched = _SAMPLE.fullmatch(line)
            assert matched is not None, line
            assert (matched[1], matched[2]) not in found
            found[matched[1], matched[2]] = int(matched[3])
    return found


def test_every_metric_is_a_counter_of_a_service() -> None:
    assert set(Counters().state()) == {metric.name for metric in METRICS} | {"listens", "service", "process"}


def test_each_series_is_explained_and_typed_once() -> None:
    text = render_prometheus([counted().state(), counted("127.0.0.1:2223").state()])
    typed = re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", text, re.MULTILINE)
    explained = re.findall(r"^# HELP (\S+) \S.*$", text, re.MULTILINE)
    assert typed == explained == [metric.series for metric in METRICS]


def test_every_sample_is_of_a_series_that_is_typed_before_it() -> None:
    typed: set[str] = set()
    for line in render_prometheus([counted().state()]).splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("#"):
            assert line.partition("{")[0] in typed


def test_what_was_counted_is_in_the_text_file() -> None:
    found = samples(render_prometheus([counted().state()]))
    assert found["jijiao_sign_ins_total", 'listen="127.0.0.1:2222",method="key"'] == 1
    assert found["jijiao_refusals_total", 'listen="127.0.0.1:2222",code="E122"'] == 1
    assert found["jijiao_bytes_out_total", 'listen="127.0.0.1:2222"'] == 5


def test_a_label_can_not_break_out_of_its_line() -> None:
    counters = Counters(listens="a")
    counters.refused('x"} 1\nevil{a="\\')
    found = samples(render_prometheus([counters.state()]))
    assert found["jijiao_refusals_total", 'listen="a",code="x\\"} 1\\nevil{a=\\"\\\\"'] == 1


def test_a_session_that_is_over_is_open_no_more_but_stays_counted() -> None:
    counters = counted()
    counters.closed("terminal")
    assert (counters.open_sessions["terminal"], counters.sessions_opened["terminal"]) == (0, 1)


def test_the_files_of_a_service_are_written(tmp_path: Path) -> None:
    counted().write(tmp_path / "service" / "a")
    state = json.loads((tmp_path / "service" / "a" / STATE_FILE).read_text(encoding="utf-8"))
    assert (state["bytes_out"], state["sign_ins"]) == (5, {"key": 1})
    assert samples((tmp_path / "service" / PROMETHEUS_FILE).read_text(encoding="utf-8"))


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    counted().write(tmp_path / "a")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        PROMETHEUS_FILE,
        STATE_FILE,
    ]


def test_two_services_of_one_machine_share_the_text_file(tmp_path: Path) -> None:
    counted("127.0.0.1:2222").write(tmp_path / "a")
    counted("127.0.0.1:2223").write(tmp_path / "b")
    found = samples((tmp_path / PROMETHEUS_FILE).read_text(encoding="utf-8"))
    assert {labels for name, labels in found if name == "jijiao_up"} == {
        'listen="127.0.0.1:2222"',
        'listen="127.0.0.1:2223"',
    }


def test_what_a_killed_service_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    counted("127.0.0.1:2223").write(tmp_path / "b")
    path = tmp_path / "b" / STATE_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"process": gone.pid}))
    counted().write(tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["a"]


def test_a_service_that_begins_at_the_port_of_another_takes_its_place(tmp_path: Path) -> None:
    counted().write(tmp_path / "a")
    counted().write(tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["b"]


def test_what_runs_on_this_machine_is_read_again(tmp_path: Path) -> None:
    counted().write(tmp_path / "a")
    assert [state["process"] for state in read_states(tmp_path)] == [os.getpid()]


def test_the_last_state_of_a_service_says_that_it_is_not_up(tmp_path: Path) -> None:
    counters = counted()

    async def live() -> None:
        task = asyncio.create_task(keep_written(counters, tmp_path / "a", every=0.01))
        while not (tmp_path / "a" / STATE_FILE).exists():
            await asyncio.sleep(0.01)
        counters.bytes_in += 9
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())
    state = json.loads((tmp_path / "a" / STATE_FILE).read_text(encoding="utf-8"))
    assert (state["up"], state["bytes_in"], read_states(tmp_path)) == (0, 9, [])


def test_nothing_is_written_while_nothing_is_counted(tmp_path: Path) -> None:
    counters, written = counted(), []
    counters.write = written.append  # type: ignore[method-assign]

    async def live() -> None:
        task = asyncio.create_task(keep_written(counters, tmp_path, every=0.001))
        await asyncio.sleep(0.1)
        assert written == [tmp_path]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())


def test_a_full_disk_does_not_stop_the_service(tmp_path: Path, log: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")

    async def live() -> None:
        task = asyncio.create_task(keep_written(counted(), tmp_path / "taken" / "a"))
        await asyncio.sleep(0.1)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(live())
    assert "the counters could not be written" in log.read_text(encoding="utf-8")


def test_a_sign_in_is_one_line_of_the_log(log: Path) -> None:
    service_log("signed_in", account_id=5, method="key", address="192.0.2.7")
    [line] = log.read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    del entry["at"]
    assert entry == {
        "level": "info",
        "where": "jijiao.service",
        "what": "signed_in",
        "account": 5,
        "method": "key",
        "address": "192.0.2.7",
    }


def test_a_refusal_is_told_by_its_code(log: Path) -> None:
    service_log("refused", code="E105", address="192.0.2.7")
    [line] = log.read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["what"], json.loads(line)["code"]) == ("refused", "E105")


def test_the_counters_need_neither_screen_nor_database() -> None:
    script = "import sys, tui.serve.counters; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "sqlalchemy", "asyncssh"} & set(done.stdout.split())
