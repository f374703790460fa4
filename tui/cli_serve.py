"""`jijiao serve`: the program for everyone who comes in over SSH; `jijiao status`: how its services stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from tui.cli_settings import database_option, settings_of

DEFAULT_LISTEN = "127.0.0.1:2222"


@click.command()
@database_option
@click.option(
    "--listen",
    "listens",
    multiple=True,
    metavar="HOST:PORT",
    help=f"压缩的端口，可写多个；不写则为 {DEFAULT_LISTEN}",
)
@click.option(
    "--listen-plain", "plain", multiple=True, metavar="HOST:PORT", help="不压缩的端口，给不会压缩的客户端"
)
@click.pass_obj
def serve(
    overrides: dict[str, Any], database: str | None, listens: Sequence[str], plain: Sequence[str]
) -> None:
    """让别人用 ssh 使用本程序，用 sftp 收发文件；收到 SIGTERM 后有序停止。"""
    settings = settings_of(overrides, database)
    from tui.serve.listening import Listen, listen_of

    def all_of(texts: Sequence[str], *, compressed: bool) -> list[Listen]:
        try:
            return [listen_of(text, compressed=compressed) for text in texts]
        except ValueError as error:
            raise click.UsageError(f"地址看不懂：{error}，应如 {DEFAULT_LISTEN}") from None

    wanted = all_of(listens, compressed=True) + all_of(plain, compressed=False)
    from tui.serve.front import run_front

    told = {"database_url": settings.database_url} if settings.database_url else {}
    raise SystemExit(run_front(settings, wanted or [listen_of(DEFAULT_LISTEN)], told, _say_ready))


@click.command()
@database_option
@click.option("--json", "as_json", is_flag=True, help="写成 JSON，给监控程序")
@click.option("--prometheus", is_flag=True, help="写成 Prometheus 的文本格式，只有本机的服务")
@click.pass_obj
def status(overrides: dict[str, Any], database: str | None, as_json: bool, prometheus: bool) -> None:
    """看服务：哪些在运行、有多少会话、计数。至少有一个在运行时退出码为 0，否则为 1。"""
    settings = settings_of(overrides, database)
    import json

    from core.services.desk import open_desk
    from tui.cli_text import printable
    from tui.serve.counters import render_prometheus
    from tui.serve.status import status_of

    desk = open_desk(settings)
    try:
        found = status_of(desk)
    finally:
        desk.close()
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
    elif prometheus:
        click.echo(render_prometheus(found.counted.values()), nl=False)
    else:
        click.echo("\n".join(printable(line) for line in found.lines()))
    if not found.is_up:
        raise SystemExit(1)


def _say_ready(listens: Sequence[str]) -> None:
    for line in listens:
        click.echo(f"监听 {line}")
    click.echo("服务已启动")
