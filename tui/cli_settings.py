"""The option that every command of `jijiao` has, and the settings that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from core.services.settings import Settings

database_option = click.option("--database", metavar="URL", help="数据库地址；不写则用数据目录内的数据库")


def settings_of(overrides: dict[str, Any], database: str | None) -> Settings:
    """The settings with what the command line says. One that makes no sense is wrong use."""
    from core.services.settings import read_settings
    from tui.cli_text import setting_sentence

    try:
        return read_settings({**overrides, **({"database_url": database} if database else {})})
    except ValueError as error:
        raise click.UsageError(setting_sentence(error)) from None
