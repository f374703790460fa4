"""`jijiao prints`: the prints of pictures that were stored before there were any (see jijiao doctor)."""

from __future__ import annotations

from typing import Any

import click

from tui.cli_settings import database_option, settings_of


@click.command()
@database_option
@click.pass_obj
def prints(overrides: dict[str, Any], database: str | None) -> None:
    """给旧附件补做图像指纹，用来发现疑似同一扫描件；可在使用中运行，中断后可再运行。"""
    settings = settings_of(overrides, database)
    from core.services.desk import open_desk
    from core.services.likenesses import make_missing_prints

    desk = open_desk(settings)
    try:
        done = make_missing_prints(desk)
    finally:
        desk.close()
    click.echo(f"补做图像指纹 {done} 张")
