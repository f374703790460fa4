"""`jijiao mail` and `jijiao remind`: the runs that send what waits and remind people, for cron or systemd."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from tui.cli_settings import database_option, settings_of

if TYPE_CHECKING:
    from core.schema.messages import MailSent


@click.command()
@database_option
@click.option("--watch", type=click.FloatRange(1, 86400), metavar="SECONDS", help="不退出，每隔这么多秒再发")
@click.option("--limit", type=click.IntRange(1), default=2000, metavar="N", help="一次最多发几封")
@click.pass_obj
def mail(overrides: dict[str, Any], database: str | None, watch: float | None, limit: int) -> None:
    """发送等待中的邮件；没有设置发信服务器时退出码为 1。"""
    settings = settings_of(overrides, database)
    from core.rules.errors import Refused
    from core.schema.messages import SendMail
    from core.services.desk import open_desk
    from core.services.post import send_mail
    from core.services.setup import LOCAL

    if not settings.mails:
        click.echo("jijiao: 没有设置发信服务器，请设置 JIJIAO_SMTP_HOST（见 jijiao doctor）", err=True)
        raise SystemExit(1)
    stop = _asked_to_stop() if watch is not None else None
    desk = open_desk(settings)
    try:
        while True:
            try:
                _tell_mail(send_mail(desk, LOCAL, SendMail(limit=limit)), quietly=stop is not None)
            except Refused as refusal:
                if stop is None:
                    raise
                click.echo(f"jijiao: {refusal.text}", err=True)  # the database may be back at the next turn
            if stop is None or stop.wait(watch):
                break
    finally:
        desk.close()


@click.command()
@database_option
@click.option("--year", type=click.IntRange(2010, 2099), metavar="YEAR", help="年度；不写则为今年")
@click.option("--dry-run", is_flag=True, help="只数人数，不发提醒")
@click.pass_obj
def remind(overrides: dict[str, Any], database: str | None, year: int | None, dry_run: bool) -> None:
    """提醒学时不够或申报未办完的人，以及有申报待审核的单位；截止前 60、30、7、1 天各一次，可每天运行。"""
    settings = settings_of(overrides, database)
    from core.schema.messages import Remind
    from core.services.desk import open_desk
    from core.services.reminders import remind as run
    from core.services.setup import LOCAL

    desk = open_desk(settings)
    try:
        done = run(desk, LOCAL, Remind(year=year, dry_run=dry_run))
    finally:
        desk.close()
    word = "将提醒" if dry_run else "提醒"
    click.echo(
        f"{done.year}年度  未完成 {done.people} 人，{word} {done.told} 人，其中发邮件 {done.mailed} 封"
    )


def _tell_mail(done: MailSent, *, quietly: bool) -> None:
    if done.sent or done.failed or not quietly:
        click.echo(f"发出 {done.sent} 封，没有发出 {done.failed} 封，还在等待 {done.waiting} 封")


def _asked_to_stop() -> threading.Event:
    """Set by SIGTERM and Ctrl+C: the mail under way is finished first."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop
