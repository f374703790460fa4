"""The settings of an installation, for callers that may not reach into the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.store.settings import PREFIX, Setting, Settings, config_path, describe
from core.store.store import clock_of
from core.store.vault import Vault, load_key

__all__ = ["Setting", "Settings", "clock_of", "describe", "faulty_setting", "read_settings", "vault_of"]


def read_settings(overrides: Mapping[str, Any]) -> Settings:
    """Settings from the environment and the file; `overrides` (the command line) win. Empty ones don't count.

    Raises ValueError; `faulty_setting` puts it in words.
    """
    return Settings(**{name: value for name, value in overrides.items() if value not in (None, "")})


def vault_of(settings: Settings) -> Vault:
    """The vault of this installation's data key, its database not opened. Raises Refused KEY_MISSING, KEY_WRONG."""
    return Vault(load_key(settings))


def faulty_setting(error: ValueError) -> str:
    """Which setting can't be read, and what it is about."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    if isinstance(error, TOMLDecodeError):
        return f"设置文件 {config_path()} 不是 TOML：{error}"
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        field = Settings.model_fields.get(name)
        meaning = f"（{field.description}）" if field and field.description else ""
        given = "" if name in ("data_key", "smtp_password") else f" {first['input']!s:.60}"
        return f"设置 {PREFIX}{name.upper()}{given} 不对{meaning}"
    return f"设置读不出来：{error}"
