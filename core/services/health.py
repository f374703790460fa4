"""What is wrong with an installation and how to mend it (jijiao doctor)."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core.model import AccountRole, Blob, Meta, Outbox, Region, YearWindow
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Role
from core.schema.health import Finding
from core.services.audit_proof import heads_of, prove_chain
from core.services.health_service import host_key, ports, services_running
from core.services.setup import SEAL_FINGERPRINT, has_operator
from core.store.blob_places import open_blobs
from core.store.blobs import reason_of
from core.store.hostkeys import host_key_path
from core.store.seal import load_seal
from core.store.settings import Settings, without_password
from core.store.store import Store, open_store
from core.store.vault import load_key
from core.store.work import UnitOfWork

_INIT = "运行 jijiao init"
_REBUILD = "运行 jijiao statistics rebuild"
STATISTICS_SAMPLE = 2000
"""People's years that are counted anew, spread over all."""
_MAIL_MAY_WAIT = timedelta(hours=1)
_MENDS: dict[ErrorCode, str] = {
    ErrorCode.NOT_INITIALISED: _INIT,
    ErrorCode.SCHEMA_OLD: _INIT,
    ErrorCode.DATABASE_UNREACHABLE: "检查数据库地址、服务是否启动、用户名和密码",
    ErrorCode.KEY_MISSING: "恢复密钥文件，或设置 JIJIAO_DATA_KEY",
    ErrorCode.KEY_WRONG: "换回建库时的密钥；没有它，证件号等内容读不出来",
    ErrorCode.EVIDENCE_UNREACHABLE: "检查网络、对象存储的服务和 JIJIAO_EVIDENCE_ 各项设置",
    ErrorCode.EVIDENCE_UNREADABLE: "停止使用，从最近的备份恢复附件",
    ErrorCode.SEAL_MISSING: "从备份恢复签发密钥目录；换新的密钥，已发证书就验不过了",
}


def doctor(settings: Settings) -> list[Finding]:
    """Look at everything; changes nothing. What depends on a broken part is left out."""
    findings = [_folder(settings), _data_key(settings)]
    try:
        open_blobs(settings)
    except Refused as refusal:
        return [*findings, Finding("附件存储", False, refusal.text, "装上以后再运行 jijiao doctor")]
    try:
        store = open_store(settings)
    except Refused as refusal:
        shown = without_password(settings.url)
        findings.append(Finding("数据库", False, f"{shown}：{refusal.text}", _MENDS.get(refusal.code, "")))
        return findings
    try:
        findings.append(Finding("数据库", True, without_password(settings.url)))
        findings += _inside(store)
    finally:
        store.close()
    return findings


def _inside(store: Store) -> Iterator[Finding]:
    looks: tuple[Callable[[UnitOfWork], Finding], ...] = (
        _integrity,
        _seal,
        _regions,
        _years,
        _operator,
        _bureaus,
        _mail,
        _statistics,
        _prints,
        _evidence,
        _direct,
        host_key,
        services_running,
        ports,
        _audit,
    )
    for look in looks:
        with store.reading() as work:
            yield look(work)


def _folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.is_dir():
        return Finding("数据目录", False, f"{folder} 不存在", _INIT)
    if not os.access(folder, os.W_OK):
        return Finding("数据目录", False, f"{folder} 不能写入", f"把 {folder} 的写权限给运行本程序的用户")
    loose = [path for path in _private_files(settings) if path.exists() and path.stat().st_mode & _OTHERS]
    if loose:
        return Finding("数据目录", False, f"{loose[0]} 其他用户可以读取", f"运行 chmod go-rwx {loose[0]}")
    return Finding("数据目录", True, str(folder))


_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def _private_files(settings: Settings) -> Iterator[Path]:
    yield settings.key_path
    yield from settings.seal_dir.glob("*.key")
    yield host_key_path(settings)


def _data_key(settings: Settings) -> Finding:
    try:
        load_key(settings)
    except Refused as refusal:
        fresh = not settings.data_dir.exists()
        return Finding("数据密钥", False, refusal.text, _INIT if fresh else _MENDS.get(refusal.code, ""))
    place = "环境变量 JIJIAO_DATA_KEY" if settings.data_key is not None else str(settings.key_path)
    return Finding("数据密钥", True, place)


def _integrity(work: UnitOfWork) -> Finding:
    connection = work.session.connection()
    try:
        if connection.dialect.name == "sqlite":
            answer = str(connection.scalar(text("pragma quick_check(1)")))
        else:
            answer = "ok" if connection.scalar(text("select 1")) == 1 else "没有应答"
    except DBAPIError as error:
        answer = str(error.orig)
    if answer != "ok":
        return Finding("数据完整", False, answer, "停止使用，从最近的备份恢复")
    return Finding("数据完整", True, f"{connection.dialect.name} 检查通过")


def _seal(work: UnitOfWork) -> Finding:
    folder = work.settings.seal_dir
    known = work.session.get(Meta, SEAL_FINGERPRINT)
    try:
        fingerprint = load_seal(folder).trust.root_fingerprint
    except Refused as refusal:
        mend = _INIT if known is None else _MENDS[ErrorCode.SEAL_MISSING]
        return Finding("签发密钥", False, refusal.text, mend)
    except ValueError as error:
        return Finding("签发密钥", False, f"{folder} 读不出来：{error}", _MENDS[ErrorCode.SEAL_MISSING])
    if known is not None and known.value != fingerprint:
        return Finding("签发密钥", False, f"{folder} 不是本库的签发密钥", _MENDS[ErrorCode.SEAL_MISSING])
    return Finding("签发密钥", True, f"根证书 SHA-256 {fingerprint[:16]}…")


def _regions(work: UnitOfWork) -> Finding:
    stored = work.session.scalar(select(func.count()).select_from(Region)) or 0
    listed = len(work.lists.regions(include_inactive=True))
    if stored < listed:
        return Finding("行政区划", False, f"有 {stored} 个，应有 {listed} 个", _INIT)
    return Finding("行政区划", True, f"{stored} 个")


def _years(work: UnitOfWork) -> Finding:
    year = today(work.clock).year
    if work.session.scalar(select(YearWindow.id).where(YearWindow.year == year).limit(1)) is None:
        return Finding("申报年度", False, f"{year}年度没有设置", _INIT)
    return Finding("申报年度", True, f"{year}年度已设置")


def _operator(work: UnitOfWork) -> Finding:
    if not has_operator(work):
        return Finding("系统管理员", False, "没有系统管理员帐号", _INIT)
    return Finding("系统管理员", True, "已有帐号")


def _bureaus(work: UnitOfWork) -> Finding:
    held = select(AccountRole.id).where(AccountRole.role == Role.BUREAU.value).limit(1)
    if work.session.scalar(held) is None:
        mend = "导入人社部门后运行 jijiao account add --role bureau --org 机构代码"
        return Finding("人社部门帐号", True, "还没有帐号，学时暂时没有人认定", mend)
    return Finding("人社部门帐号", True, "已有帐号")


def _audit(work: UnitOfWork) -> Finding:
    """Whether the audit log is as it was written, from its first entry on."""
    proof = prove_chain(work, heads_of(work.settings))
    if not proof.whole:
        return Finding("审计日志", False, proof.trouble, "停止使用，保全数据库和备份，查明是谁改的")
    noted = f"，与以前记下的 {proof.anchors} 处一致" if proof.anchors else ""
    return Finding("审计日志", True, f"{proof.entries} 条，链完整{noted}，末尾 {proof.head[:16]}")


def _mail(work: UnitOfWork) -> Finding:
    """Whether mail goes out at all, and whether it goes out in time."""
    if not work.settings.mails:
        mend = "要发邮件、要用“忘记登录密码”，请设置 JIJIAO_SMTP_HOST"
        return Finding("邮件", True, "没有设置发信服务器，不发邮件", mend)
    waiting = (
        Outbox.sent_at.is_(None)
        & Outbox.given_up_at.is_(None)
        & (Outbox.created_at < work.clock.now() - _MAIL_MAY_WAIT)
    )
    late = work.session.scalar(select(func.count(Outbox.id)).where(waiting)) or 0
    given_up = work.session.scalar(select(func.count(Outbox.id)).where(Outbox.given_up_at.is_not(None))) or 0
    newest = select(Outbox.trouble).where(Outbox.trouble != "").order_by(Outbox.id.desc()).limit(1)
    trouble = work.session.scalar(newest)
    reason = f"，最近一次的原因 {trouble}" if trouble else ""
    if late:
        mend = "检查 JIJIAO_SMTP_ 各项设置，并定时运行 jijiao mail"
        return Finding("邮件", False, f"{late} 封等了一小时以上{reason}", mend)
    return Finding(
        "邮件", True, f"{work.settings.smtp_host}，30 天内 {given_up} 封没有发出{reason if given_up else ''}"
    )


def _prints(work: UnitOfWork) -> Finding:
    """Whether every picture of a declaration can be known again."""
    from core.services.likenesses import missing_prints

    missing = missing_prints(work.session)
    if missing:
        return Finding(
            "图像指纹", False, f"{missing} 张附件没有图像指纹，查不出疑似同一扫描件", "运行 jijiao prints"
        )
    return Finding("图像指纹", True, "附件都有")


def _evidence(work: UnitOfWork) -> Finding:
    """Whether evidence can be reached, and what was brought in last is as it was."""
    place = work.blobs.place
    newest = work.session.scalar(select(Blob.sha256).order_by(Blob.added_at.desc(), Blob.sha256).limit(1))
    try:
        if newest is None:
            next(work.blobs.names(), None)
            return Finding("附件存储", True, f"{place}，还没有附件")
        work.blobs.prove(newest, work.vault)
    except Refused as refusal:
        reason = refusal.__cause__
        said = f"（{reason_of(reason)}）" if reason and refusal.code is ErrorCode.EVIDENCE_UNREACHABLE else ""
        return Finding("附件存储", False, f"{place}：{refusal.text}{said}", _MENDS.get(refusal.code, ""))
    return Finding("附件存储", True, f"{place}，最近的附件与 SHA-256 一致")


def _direct(work: UnitOfWork) -> Finding:
    """Whether a backup can be made past the pooler."""
    if not work.settings.pooler:
        return Finding("连接池", True, "没有事务级连接池")
    if not work.settings.database_direct_url:
        return Finding("连接池", False, "备份和恢复没有直连地址", "设置 JIJIAO_DATABASE_DIRECT_URL")
    return Finding("连接池", True, f"备份和恢复直连 {without_password(work.settings.direct_url)}")


def _statistics(work: UnitOfWork) -> Finding:
    """Whether the summaries say what a full count says: a sample of people's years, and all cells above them."""
    from core.services.stat_cells import first_wrong_year
    from core.store.statistics import first_wrong_cell

    wrong, looked_at = first_wrong_year(work, STATISTICS_SAMPLE)
    if wrong is not None:
        whose = f"人员 {wrong.person_id} 的 {wrong.year}年度：" if wrong.person_id else ""
        return Finding("统计", False, f"{whose}记为 {wrong.said}，应为 {wrong.should}", _REBUILD)
    cell = first_wrong_cell(work.session)
    if cell is not None:
        (year, region), series, level, said, should = cell
        place = f"{year}年度 {region} {series or '未填系列'} {level or '未定级'}"
        words = (
            f"{place}：汇总 {said.people} 人通过 {said.passed}，应为 {should.people} 人通过 {should.passed}"
        )
        return Finding("统计", False, words, _REBUILD)
    return Finding("统计", True, f"核对了 {looked_at} 条年度记录和全部汇总")
