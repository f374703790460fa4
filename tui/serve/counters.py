"""What a service counts, as a state for `jijiao status` and a text file for Prometheus, and its log lines.

Nothing personal is in any of it: numbers, ways in, codes of refusals; in the log also account ids and addresses.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.services.processes import is_gone, this_host

EVERY = 15.0
"""Seconds between two looks whether something is to be written."""
STATE_FILE, PROMETHEUS_FILE = "status.json", "jijiao.prom"
_PREFIX = "jijiao_"
_log = logging.getLogger("jijiao.service")


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that is counted: its name in `Counters`, what it is called, and the label it is told apart by.

    `is_level`: it goes up and down (a gauge), the others only up.
    """

    name: str
    words: str
    meaning: str
    label: str = ""
    is_level: bool = False

    @property
    def series(self) -> str:
        """Its name for Prometheus."""
        return f"{_PREFIX}{self.name}{'' if self.is_level else '_total'}"


METRICS = (
    Metric("up", "运行", "1 while the service runs.", is_level=True),
    Metric("draining", "正在停止", "1 while it lets nobody in any more.", is_level=True),
    Metric("open_sessions", "开着的会话", "Sessions that are open now.", "kind", is_level=True),
    Metric("connections", "连接", "TCP connections that came."),
    Metric("sessions_opened", "开过的会话", "Sessions that were let in.", "kind"),
    Metric("sessions_crashed", "意外结束的会话", "Session processes that ended by a fault."),
    Metric("sign_ins", "通过验证", "Ways in that were proved.", "method"),
    Metric(
        "refusals", "拒绝", "What was refused, by the code of the refusal or the kind of request.", "code"
    ),
    Metric("bytes_in", "收到字节", "Bytes from terminals."),
    Metric("bytes_out", "发出字节", "Bytes to terminals, before compression."),
    Metric("pastes_cut", "截短的粘贴", "Pastes that were longer than the limit."),
    Metric("files_in", "收到文件", "Files that came into an inbox."),
    Metric("files_out", "取走文件", "Files that were fetched from an outbox."),
)


@dataclass
class Counters:
    """The counters of one service. Plain numbers: `counters.bytes_in += 5`; use it from the event loop alone."""

    listens: str = ""
    service_id: str = ""
    up: int = 1
    draining: int = 0
    connections: int = 0
    sessions_crashed: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    pastes_cut: int = 0
    files_in: int = 0
    files_out: int = 0
    open_sessions: Counter[str] = field(default_factory=Counter)
    sessions_opened: Counter[str] = field(default_factory=Counter)
    sign_ins: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def opened(self, kind: str) -> None:
        """A session (`terminal` or `files`) was let in."""
        self.sessions_opened[kind] += 1
        self.open_sessions[kind] += 1

    def closed(self, kind: str) -> None:
        """It is over."""
        self.open_sessions[kind] -= 1

    def signed_in(self, method: str) -> None:
        """A way in was proved: `guest`, `password` or `key`."""
        self.sign_ins[method] += 1

    def refused(self, code: str) -> None:
        """Something was refused: the code of the refusal, or the kind of request (`exec`, `forwarding`)."""
        self.refusals[str(code)] += 1

    def count(self, name: str) -> None:
        """One more of a plain counter."""
        setattr(self, name, getattr(self, name) + 1)

    def state(self) -> dict[str, Any]:
        """All of it, as STATE_FILE holds it."""
        values = {metric.name: getattr(self, metric.name) for metric in METRICS}
        told = {name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()}
        return {"listens": self.listens, "service": self.service_id, "process": os.getpid(), **told}

    def write(self, folder: Path) -> None:
        """Write STATE_FILE into the folder of this service, and PROMETHEUS_FILE of all on this machine beside it.

        Each file is whole at any moment. What services left that run no more is taken away. Raises OSError.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(folder / STATE_FILE, json.dumps(self.state(), ensure_ascii=False))
        others = _others(folder.parent, folder, self.listens)
        text = render_prometheus([self.state(), *others])
        _replace(folder.parent / PROMETHEUS_FILE, text, mode=0o644)


async def keep_written(counters: Counters, folder: Path, every: float = EVERY) -> None:
    """Write what has changed every 15 s until cancelled, and once more at the end, then as no longer up."""
    written: dict[str, Any] = {}
    try:
        while True:
            if (state := counters.state()) != written:
                written = state
                await asyncio.to_thread(_try_write, counters, folder)
            await asyncio.sleep(every)
    finally:
        counters.up = 0
        _try_write(counters, folder)


def service_log(
    what: str,
    *,
    account_id: int | None = None,
    method: str = "",
    address: str = "",
    code: str = "",
    kind: str = "",
    served_id: int | None = None,
) -> None:
    """One line in the log for a sign-in, a refusal or an end. There is no room for login names or secrets.

    `what` is one of a few fixed words (`signed_in`, `refused`, `opened`, `closed`, `crashed`, `started` ...).
    """
    told = {
        "account": account_id,
        "method": method,
        "address": address,
        "code": code,
        "kind": kind,
        "session": served_id,
    }
    _log.info(
        what, extra={"fields": {name: value for name, value in told.items() if value not in (None, "")}}
    )


def read_states(folder: Path) -> list[dict[str, Any]]:
    """What the services that run on this machine counted last; `folder` is where each has its own below."""
    return [state for _, state in _found(folder) if not _has_ended(state)]


def render_prometheus(states: Iterable[Mapping[str, Any]]) -> str:
    """The text format of Prometheus, version 0.0.4: each series once, a line for each service and label."""
    lines, known = [], list(states)
    for metric in METRICS:
        lines.append(f"# HELP {metric.series} {metric.meaning}")
        lines.append(f"# TYPE {metric.series} {'gauge' if metric.is_level else 'counter'}")
        for state in known:
            value = state.get(metric.name, 0)
            counted = value if isinstance(value, Mapping) else {"": value}
            for told, number in sorted(counted.items()):
                labels = {"listen": str(state.get("listens", "")), metric.label: str(told)}
                shown = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items() if name)
                lines.append(f"{metric.series}{{{shown}}} {number}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _others(folder: Path, own: Path, listens: str) -> Iterator[dict[str, Any]]:
    """What the other services of this machine wrote; those that ended, or whose port is ours now, are taken away."""
    for place, state in _found(folder):
        if place == own:
            continue
        if _has_ended(state) or state.get("listens") == listens:
            shutil.rmtree(place, ignore_errors=True)
        else:
            yield state


def _found(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.glob(f"*/{STATE_FILE}")):
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # taken away meanwhile
            continue
        if isinstance(state, dict):
            yield path.parent, state


def _has_ended(state: Mapping[str, Any]) -> bool:
    process = state.get("process")
    return not state.get("up") or (isinstance(process, int) and is_gone(this_host(), process))


def _try_write(counters: Counters, folder: Path) -> None:
    try:
        counters.write(folder)
    except OSError as error:
        _log.warning("the counters could not be written: %s", error.strerror)


def _replace(path: Path, text: str, mode: int = 0o600) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(mode)
    beside.replace(path)
