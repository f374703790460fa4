"""Settings: environment variables JIJIAO_*, then a TOML file in the user's folder, then defaults."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from platformdirs import user_config_path, user_data_path
from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "JIJIAO_"
_FORMS = {
    "evidence_store": (
        r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?",
        "附件存储写成 s3://桶/前缀，如 s3://jijiao/evidence",
    ),
    "evidence_endpoint": (r"https?://[^/@]+/?", "对象存储的地址写成 https://主机:端口"),
    "mail_from": (r"[!-?A-~]+@[!-?A-~]+", "发件人只写邮箱地址，如 jijiao@example.cn"),
}
"""How settings are written that may be empty, and what is said of one that is written otherwise."""


def config_path() -> Path:
    """The settings file: JIJIAO_CONFIG, else `jijiao.toml` in the user's configuration folder."""
    return Path(os.environ.get("JIJIAO_CONFIG") or user_config_path("jijiao") / "jijiao.toml")


class Settings(BaseSettings):
    """What an installation can choose. Sizes in KB of 1024 bytes, times in the unit of the name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str = Field("", description="数据库，空为数据目录内的 SQLite")
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("jijiao"), description="数据目录：密钥、附件、证书、日志"
    )
    data_key: SecretStr | None = Field(None, description="数据密钥（base64 或十六进制），空为密钥文件")
    pooler: bool = Field(False, description="PostgreSQL 前有事务级连接池时设为 on")
    database_direct_url: str = Field("", description="有连接池时，备份和恢复用的直连数据库地址")
    idle_connection_seconds: float = Field(
        2, ge=0, le=3600, description="无操作多少秒后放掉数据库连接，0 为每次用完就放"
    )
    evidence_store: str = Field("", description="附件存在哪里：空为数据目录，或 s3://桶/前缀")
    evidence_endpoint: str = Field("", description="对象存储的地址，空为 AWS")
    evidence_region: str = Field("", description="对象存储的区域")
    evidence_key_id: str = Field("", description="对象存储的访问密钥编号，空为运行环境给的身份")
    evidence_secret: SecretStr | None = Field(None, description="对象存储的访问密钥")
    captcha: bool = Field(True, description="登录时要不要验证码")
    captcha_proven: bool = Field(False, description="已用 SSH 密码或公钥进来的，登录时还要不要验证码")
    idle_minutes: int = Field(30, ge=1, le=1440, description="无操作多少分钟后登录失效")
    challenge_seconds: int = Field(180, ge=10, le=3600, description="验证码有效秒数")
    lock_tries: int = Field(5, ge=1, le=100, description="密码错几次后锁定")
    lock_minutes: int = Field(15, ge=1, le=1440, description="锁定多少分钟")
    evidence_limit_kb: int = Field(2048, ge=1, le=65536, description="一个附件最大 KB")
    evidence_count: int = Field(5, ge=1, le=20, description="一条申报最多几个附件")
    evidence_megapixels: int = Field(50, ge=1, le=500, description="一张图片最多百万像素")
    evidence_folder: Path | None = Field(None, description="选附件时先打开的目录，空为用户主目录")
    face_seconds: int = Field(30, ge=1, le=600, description="一次人脸比对最多秒数")
    face_memory_mb: int = Field(1024, ge=64, le=65536, description="一次人脸比对最多占用内存 MB")
    urge_days: int = Field(7, ge=1, le=365, description="提交多少天后可催办")
    smtp_host: str = Field("", description="发信服务器，空为不发邮件")
    smtp_port: int = Field(587, ge=1, le=65535, description="发信服务器端口")
    smtp_user: str = Field("", description="发信登录名，空为不登录")
    smtp_password: SecretStr | None = Field(None, description="发信密码")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="发信加密：none、starttls 或 tls"
    )
    mail_from: str = Field("", description="发件人邮箱，空为登录名，再为 jijiao@发信服务器")
    mail_tries: int = Field(8, ge=1, le=50, description="一封邮件最多发几次")
    reset_minutes: int = Field(15, ge=1, le=1440, description="重置密码的验证码有效分钟数")
    served: bool = Field(False, description="别人从网络进来使用：只用收件箱和发件箱，不碰本机的文件")
    serve_sessions: int = Field(200, ge=1, le=10_000, description="服务：最多同时多少个会话")
    serve_account_sessions: int = Field(3, ge=1, le=1000, description="服务：一个帐号最多同时几个会话")
    serve_address_sessions: int = Field(50, ge=1, le=10_000, description="服务：一个地址最多同时几个会话")
    serve_login_seconds: int = Field(60, ge=5, le=600, description="服务：连上后多少秒内要通过验证")
    serve_idle_minutes: int = Field(60, ge=1, le=1440, description="服务：多少分钟没有按键就断开")
    serve_hours: int = Field(12, ge=1, le=168, description="服务：一个会话最多几小时")
    serve_memory_mb: int = Field(512, ge=128, le=65_536, description="服务：一个会话最多占用内存 MB")
    serve_cpu_seconds: int = Field(60, ge=5, le=3600, description="服务：一次操作最多占用处理器秒数")
    serve_clerks: int = Field(24, ge=2, le=500, description="服务：最多几个经办进程，每个占一个数据库连接")
    serve_drain_seconds: int = Field(20, ge=1, le=600, description="服务：停止前留给会话多少秒")
    paste_limit: int = Field(64_000, ge=100, le=1_000_000, description="一次粘贴最多多少字")
    inbox_mb: int = Field(200, ge=1, le=100_000, description="一个帐号的收件箱和发件箱最多 MB")
    inbox_file_mb: int = Field(20, ge=1, le=2000, description="收件箱的一个文件最多 MB")
    inbox_days: int = Field(30, ge=1, le=3650, description="收件箱和发件箱的文件保留多少天")
    page_size: int = Field(20, ge=1, le=200, description="一页的行数")
    clock: datetime | None = Field(None, description="演示用的起始时刻（ISO 格式），空为系统时间")

    @field_validator("clock")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("时刻要带时区，如 2026-11-22T09:00+08:00")
        return value

    @field_validator(*_FORMS)
    @classmethod
    def _in_form(cls, value: str, info: ValidationInfo) -> str:
        form, words = _FORMS[info.field_name or ""]
        if value and not re.fullmatch(form, value):
            raise ValueError(words)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in which the sources win."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_path())

    @property
    def url(self) -> str:
        """The database's URL; the embedded one lies in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jijiao.sqlite3'}"

    @property
    def direct_url(self) -> str:
        """The database past any pooler: what PostgreSQL's own programs are given."""
        return self.database_direct_url or self.url

    @property
    def mails(self) -> bool:
        """Whether this installation sends mail at all."""
        return bool(self.smtp_host)

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        return (
            self.mail_from or (self.smtp_user if "@" in self.smtp_user else "") or f"jijiao@{self.smtp_host}"
        )

    @property
    def key_path(self) -> Path:
        """The file of the data key."""
        return self.data_dir / "keys" / "data.key"

    @property
    def blob_dir(self) -> Path:
        """Where evidence is kept."""
        return self.data_dir / "blobs"

    @property
    def seal_dir(self) -> Path:
        """Where the signing key and its certificates are kept."""
        return self.data_dir / "seal"

    @property
    def export_dir(self) -> Path:
        """Where certificates and tables are written to."""
        return self.data_dir / "exports"

    @property
    def passing_dir(self) -> Path:
        """Where files of inboxes and outboxes lie for the moment in which they are read or written."""
        return self.data_dir / "passing"

    @property
    def log_dir(self) -> Path:
        """Where the log is written to."""
        return self.data_dir / "log"

    @property
    def service_dir(self) -> Path:
        """Where services of this machine write what they count."""
        return self.data_dir / "service"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as `jijiao doctor` lists it. Secrets are not shown."""

    name: str
    variable: str
    value: str
    origin: str
    meaning: str


def describe(settings: Settings) -> tuple[Setting, ...]:
    """Every setting with its value and where the value comes from (环境变量, 设置文件, 命令行, 默认)."""
    in_file = set(TomlConfigSettingsSource(Settings, config_path()).toml_data)
    rows = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        default = field.get_default(call_default_factory=True, validated_data={})
        value = getattr(settings, name)
        if os.environ.get(variable) and Settings.model_fields[name]:
            origin = f"环境变量 {variable}"
        elif name in in_file:
            origin = f"设置文件 {config_path()}"
        else:
            origin = "默认" if value == default else "命令行"
        rows.append(Setting(name, variable, _shown(value), origin, field.description or ""))
    return tuple(rows)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, SecretStr):
        return "（已设置）"
    return "" if value is None else without_password(str(value))


def without_password(text: str) -> str:
    """A database URL without its password; any other text as it is."""
    if "://" not in text:
        return text
    scheme, rest = text.split("://", 1)
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.split(':', 1)[0]}{':***' if ':' in user else ''}{at}{host}"
