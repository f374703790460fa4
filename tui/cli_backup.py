"""`jijiao backup` and `jijiao restore`: everything in one file while people work, and back with a proof (A4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tui.cli_settings import database_option, settings_of


@click.command()
@database_option
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def backup(overrides: dict[str, Any], database: str | None, target: Path | None) -> None:
    """备份整个安装到一个文件（或目录），可在使用中进行；数据密钥不在其中，请另行保存。"""
    settings = settings_of(overrides, database)
    from core.schema.backup import BackUp
    from core.services.backup import back_up
    from core.services.desk import open_desk
    from core.services.setup import LOCAL

    desk = open_desk(settings)
    try:
        made = back_up(desk, LOCAL, BackUp(path=str(target) if target is not None else ""))
    finally:
        desk.close()
    click.echo(f"备份        {made.path}")
    click.echo(f"大小        {made.size / 1024 / 1024:.1f} MB，{made.rows} 行，{made.files} 个附件")
    click.echo(f"审计日志    {made.entries} 条，末尾 {made.head[:16]}")
    click.echo("已重新读过一遍，每一部分与清单一致。恢复时需要同一个数据密钥。")


@click.command()
@database_option
@click.option("--check", "only_check", is_flag=True, help="只检查备份是否完整，不恢复")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def restore(overrides: dict[str, Any], database: str | None, only_check: bool, source: Path) -> None:
    """把备份恢复到空的数据目录（和空的数据库），并证明它是完整的；先放好数据密钥。"""
    settings = settings_of(overrides, database)
    from core.services.backup_file import check_backup
    from core.services.restore import restore as run
    from core.services.settings import vault_of

    if only_check:
        manifest = check_backup(source, vault_of(settings))
        rows = sum(manifest.counts.values())
        click.echo(f"完整：{manifest.made_at} 的备份，{rows} 行，{manifest.files} 个附件")
        return
    for name, words in run(settings, source).lines:
        click.echo(f"{name}{' ' * max(2, 12 - 2 * len(name))}{words}")
    click.echo("已恢复，可以使用。")
