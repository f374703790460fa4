"""What the doctor looks at of a service over SSH: the host key, the services that run, their ports."""

from __future__ import annotations

import socket
import stat

from sqlalchemy import select

from core.model import Service
from core.rules.clock import CHINA
from core.rules.errors import Refused
from core.schema.health import Finding
from core.services.processes import this_host
from core.services.served import is_dead
from core.store.hostkeys import host_key_fingerprint, host_key_path
from core.store.work import UnitOfWork

_PORT_SECONDS = 2.0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def host_key(work: UnitOfWork) -> Finding:
    """Whether the host key can be read, by its owner alone; its fingerprint is what users compare."""
    path = host_key_path(work.settings)
    if not path.exists():
        return Finding("主机密钥", True, "还没有，运行 jijiao init 或第一次 jijiao serve 时生成")
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        fingerprint = host_key_fingerprint(path)
    except Refused as refusal:
        mend = f"从备份恢复；没有备份就移走 {path} 再运行 jijiao init，用户要重新核对指纹"
        return Finding("主机密钥", False, refusal.text, mend)
    shown = f"{path}（{mode:04o}）{fingerprint}"
    if mode & _OTHERS:
        return Finding("主机密钥", False, f"{shown}，其他用户可以读取", f"运行 chmod 600 {path}")
    return Finding("主机密钥", True, shown)


def services_running(work: UnitOfWork) -> Finding:
    """Which services run, since when; one that broke off and that nobody has cleared up after is told."""
    rows = work.session.scalars(select(Service).order_by(Service.started_at, Service.id)).all()
    dead = [row for row in rows if is_dead(row, work.clock.now())]
    told = "；".join(_told(row) for row in rows if row not in dead)
    if dead:
        names = "；".join(_told(row) for row in dead)
        mend = "启动 jijiao serve，它会清理；由 systemd 看管的会自己重启"
        return Finding("服务", False, f"已中断：{names}" + (f"；在运行：{told}" if told else ""), mend)
    return Finding("服务", True, told or "没有在运行的服务")


def ports(work: UnitOfWork) -> Finding:
    """Whether the services of this machine answer at their ports."""
    own = work.session.scalars(select(Service).where(Service.host == this_host())).all()
    places = [place for row in own if not is_dead(row, work.clock.now()) for place in places_of(row.listens)]
    silent = [f"{host or '*'}:{port}" for host, port in places if not _answers(host, port)]
    if silent:
        return Finding("端口", False, f"没有应答：{' '.join(silent)}", "查看日志 jijiao.log，重新启动服务")
    shown = " ".join(f"{host or '*'}:{port}" for host, port in places)
    return Finding("端口", True, f"{shown} 有应答" if shown else "本机没有在监听的服务")


def places_of(listens: str) -> list[tuple[str, int]]:
    """Hosts and ports out of what a service says that it listens on (`压缩 127.0.0.1:2222，...`)."""
    found = []
    for word in listens.replace("，", " ").split():
        host, _, port = word.rpartition(":")
        if port.isdigit():
            found.append((host.strip("[]"), int(port)))
    return found


def _answers(host: str, port: int) -> bool:
    near = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((near, port), _PORT_SECONDS):
            return True
    except OSError:
        return False


def _told(row: Service) -> str:
    since = row.started_at.astimezone(CHINA)
    draining = "，正在停止" if row.draining else ""
    return (
        f"{row.host} 进程 {row.process}，监听 {row.listens or '（无）'}，{since:%Y-%m-%d %H:%M} 起{draining}"
    )
