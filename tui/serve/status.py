"""What `jijiao status` says: the services of the database, their sessions, and what those of this machine counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.rules.clock import CHINA
from core.schema.serving import ServiceView, SessionsView
from core.services import served
from core.services.desk import Desk
from tui.serve.counters import METRICS, Metric, read_states

_KINDS = {"terminal": "终端", "files": "文件"}
_METHODS = {"guest": "访客", "password": "密码", "key": "公钥"}
_WORDS = _KINDS | _METHODS


@dataclass(frozen=True, slots=True)
class Status:
    """How the services stand. `counted` is what each service of this machine wrote last, by its id."""

    at: datetime
    services: tuple[ServiceView, ...]
    sessions: tuple[SessionsView, ...]
    counted: Mapping[str, Mapping[str, Any]]

    @property
    def is_up(self) -> bool:
        """Whether at least one service runs and was seen lately."""
        return any(each.alive for each in self.services)

    def to_json(self) -> dict[str, Any]:
        """For a monitoring program; moments as ISO 8601 in UTC."""
        return {
            "up": self.is_up,
            "at": self.at.isoformat(timespec="seconds"),
            "services": [
                asdict(each)
                | {
                    "started_at": each.started_at.isoformat(timespec="seconds"),
                    "seen_at": each.seen_at.isoformat(timespec="seconds"),
                    "sessions": [
                        {"kind": row.kind, "method": row.method, "count": row.count}
                        for row in self.sessions
                        if row.service_id == each.id
                    ],
                    "counters": self.counted.get(each.id),
                }
                for each in self.services
            ],
        }

    def lines(self) -> list[str]:
        """For a person."""
        if not self.services:
            return ["没有在运行的服务"]
        lines: list[str] = []
        for each in self.services:
            lines += self._service(each)
        return lines

    def _service(self, view: ServiceView) -> list[str]:
        state = "已中断" if not view.alive else "正在停止" if view.draining else "在运行"
        since = f"{view.started_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} 起"
        ago = max(0, round((self.at - view.seen_at).total_seconds()))
        mine = [row for row in self.sessions if row.service_id == view.id]
        ways = "，".join(f"{_KINDS[row.kind]} {_METHODS[row.method]} {row.count}" for row in mine)
        lines = [
            f"{state}  {view.host} 进程 {view.process}，{since}，{ago} 秒前报到",
            f"  监听  {view.listens or '（无）'}",
            f"  会话  {sum(row.count for row in mine)}{f'（{ways}）' if ways else ''}",
        ]
        counted = self.counted.get(view.id)
        if counted is not None:
            told = [
                _counted(metric, counted.get(metric.name, 0)) for metric in METRICS if not metric.is_level
            ]
            lines.append(f"  计数  {'；'.join(filter(None, told)) or '还没有'}")
        return lines


def status_of(desk: Desk) -> Status:
    """Look at the database, and at what the services of this machine wrote. Raises Refused."""
    states = read_states(desk.settings.service_dir)
    return Status(
        desk.clock.now(),
        served.services(desk),
        served.sessions(desk),
        {str(state["service"]): state for state in states if state.get("service")},
    )


def _counted(metric: Metric, value: object) -> str:
    """`通过验证 密码 3、公钥 1`; nothing for what never happened."""
    if isinstance(value, Mapping):
        told = "、".join(f"{_WORDS.get(name, name)} {number}" for name, number in sorted(value.items()))
        return f"{metric.words} {told}" if told else ""
    return f"{metric.words} {value}" if value else ""
