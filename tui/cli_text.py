"""What the command line prints: sentences for wrong use and faults, and the lines of checks, findings, settings."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from core.rules.facts import CertificateFacts
    from core.schema.certificates import CheckedFile
    from core.schema.health import Finding
    from core.services.settings import Setting

_STATES = {"ok": "通过", "failed": "不通过", "unknown": "无法确认"}


def wrong_use(error: click.ClickException) -> str:
    """One line for a wrong option, argument or command."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return "缺少子命令"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_name_of(error)}"
    if isinstance(error, click.BadParameter):
        return f"{_name_of(error)} 不对：{_bad_value(error)}"
    plain = error.format_message()
    if plain.startswith("No such command"):
        return f"没有命令 {plain.split(chr(39))[1]}"
    if plain.startswith("Got unexpected extra argument"):
        return f"多出来的参数 {plain.partition('(')[2].rstrip(').')}"
    if "requires an argument" in plain:
        return f"选项 {plain.split(chr(39))[1]} 后面缺少内容"
    return one_line(plain)


def fault_sentence(error: Exception) -> str:
    """One line for a refusal, or for a fault of the program, which goes to the log."""
    from core.rules.errors import Refused

    if isinstance(error, Refused):
        beside = "；".join(dict.fromkeys(each.text for each in error.fields))
        return one_line(beside or error.text)
    if isinstance(error, OSError) and error.filename:
        return one_line(f"{error.filename}：{error.strerror}")
    import logging
    import secrets

    from core.rules.errors import ErrorCode
    from core.services.journal import is_written, write_log_to
    from core.services.settings import read_settings

    if not is_written():
        write_log_to(read_settings({}).log_dir)
    incident = secrets.token_hex(3).upper()
    logging.getLogger("jijiao").error("incident %s on the command line", incident, exc_info=error)
    return Refused(ErrorCode.INTERNAL, incident=incident).text


def setting_sentence(error: ValueError) -> str:
    """One line for a setting that can't be read."""
    from core.services.settings import faulty_setting

    return one_line(faulty_setting(error))


def cannot_open(database: str | None) -> str:
    """Why the program can't be opened, as far as it can be told without loading the core; "" if nothing is seen."""
    from core.rules.errors import ERROR_TEXTS, ErrorCode

    if os.environ.get("JIJIAO_EVIDENCE_STORE") and find_spec("obstore") is None:
        return ERROR_TEXTS[ErrorCode.EXTRA_MISSING].format(what="对象存储", extra="s3")
    url = database or os.environ.get("JIJIAO_DATABASE_URL", "")
    if url and url.partition("://")[0].partition("+")[0] not in ("sqlite", "postgresql"):
        return ERROR_TEXTS[ErrorCode.DATABASE_UNREACHABLE]
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
    elif url or _has_settings_file():
        return ""
    else:
        path = Path(os.environ.get("JIJIAO_DATA_DIR") or _data_dir()) / "jijiao.sqlite3"
    return "" if path.exists() else ERROR_TEXTS[ErrorCode.NOT_INITIALISED]


def paper_lines(row: CheckedFile) -> list[str]:
    """The answer of one check: the verdict, every check in words, every fact that was signed."""
    check = row.check
    lines = [f"{row.file_name}：{check.verdict.label}"]
    lines += [
        f"  {pad(line.name, 12)}{pad(_STATES[line.state.value], 10)}{line.text}" for line in check.lines
    ]
    if check.facts is not None:
        lines += ["  签名证明的内容（请与纸面逐项核对）："]
        lines += [f"    {pad(name, 12)}{text}" for name, text in _facts(check.facts)]
        if check.check_code:
            lines.append(f"    {pad('校验码', 12)}{check.check_code}")
    return [printable(line) for line in lines]


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """One line a finding, and below a bad one how to mend it."""
    lines: list[str] = []
    for each in findings:
        lines.append(f"{'正常' if each.ok else '有误'}  {pad(each.name, 16)}{each.text}")
        if each.mend:
            lines.append(f"      {pad('', 16)}→ {each.mend}")
    return [printable(line) for line in lines]


def setting_lines(settings: Sequence[Setting]) -> list[str]:
    """Every setting: its variable, its value, where the value comes from, what it means."""
    lines = ["设置"]
    for each in settings:
        lines.append(f"  {pad(each.variable, 28)}{each.value or '（空）'}")
        lines.append(f"  {pad('', 28)}{each.meaning}；{each.origin}")
    return [printable(line) for line in lines]


def pad(text: str, columns: int) -> str:
    """The text filled up to a width in cells, Chinese characters counting two; at least one blank follows."""
    width = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(1, columns - width)


def printable(text: str) -> str:
    """The text without control characters: what comes from a file must not steer the terminal."""
    return "".join(character if unicodedata.category(character)[0] != "C" else "?" for character in text)


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return printable(" ".join(text.split()))


def _facts(facts: CertificateFacts) -> list[tuple[str, str]]:
    rows = [
        ("证书编号", facts.number),
        ("姓名", facts.name),
        ("性别", facts.gender),
        ("证件号", facts.id_number),
        ("工作单位", facts.employer),
        ("专业技术职务", facts.title),
        ("签发单位", facts.issuer),
        ("签发日期", facts.issued_on.isoformat()),
    ]
    for year in facts.years:
        hours = f"公需 {year.public}，专业 {year.professional}，合计 {year.total} 学时，{year.result}"
        rows.append((f"{year.year} 年度", hours))
    for item in facts.learning:
        rows.append(
            (f"{item.year} 学习", f"{item.subject} {item.form} {item.title} {item.period} {item.hours} 学时")
        )
    return rows


def _name_of(error: click.BadParameter) -> str:
    if error.param is None:
        return "参数"
    return error.param.opts[0] if isinstance(error.param, click.Option) else str(error.param.name).upper()


def _bad_value(error: click.BadParameter) -> str:
    plain = error.format_message()
    if "does not exist" in plain:
        return f"没有 {plain.split(chr(39))[-2]}"
    if "is not one of" in plain:
        return f"应为 {plain.partition('is not one of')[2].strip(' .').replace(chr(39), '')} 之一"
    if error.param is not None and isinstance(error.param.type, click.FloatRange):
        return f"应为 {error.param.type.min} 至 {error.param.type.max} 的数"
    return one_line(plain.partition(": ")[2] or plain)


def _has_settings_file() -> bool:
    from platformdirs import user_config_path

    return Path(os.environ.get("JIJIAO_CONFIG") or user_config_path("jijiao") / "jijiao.toml").exists()


def _data_dir() -> Path:
    from platformdirs import user_data_path

    return user_data_path("jijiao")
