"""`jijiao statistics rebuild`: people's years and the cells of the statistics counted anew (see jijiao doctor)."""

from __future__ import annotations

from typing import Any

import click

from tui.cli_settings import database_option, settings_of


@click.group()
def statistics() -> None:
    """统计的汇总数据。"""


@statistics.command("rebuild")
@database_option
@click.pass_obj
def rebuild(overrides: dict[str, Any], database: str | None) -> None:
    """按已通过的学时重新核对每个人的年度，重建汇总；可在使用中运行，中断后可再运行。"""
    settings = settings_of(overrides, database)
    from core.schema.base import Nothing
    from core.services.desk import open_desk
    from core.services.setup import LOCAL
    from core.services.stat_cells import rebuild_statistics

    desk = open_desk(settings)
    try:
        done = rebuild_statistics(desk, LOCAL, Nothing())
    finally:
        desk.close()
    click.echo(f"新增本年度记录 {done.entered} 人，核对 {done.looked_at} 条，更正 {done.mended} 条")
    click.echo(f"重建汇总 {done.cells} 格（年度和区域）")
