"""The command `jijiao`. It imports click and nothing else before it knows what is wanted: start-up is counted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui.cli_backup import backup, restore
from tui.cli_post import mail, remind
from tui.cli_prints import prints
from tui.cli_serve import serve, status
from tui.cli_settings import database_option as _database
from tui.cli_settings import settings_of as _settings
from tui.cli_statistics import statistics

if TYPE_CHECKING:
    from core.schema.employers import ImportResult

WRONG_USE = 2
ROLES = ("employer", "authority", "bureau", "base", "operator")
NEW_PASSWORD = "JIJIAO_NEW_PASSWORD"

_THERE = click.Path(exists=True, path_type=Path)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_database
@click.option("--open", "code", metavar="CODE", help="直接打开这个代码的画面，如 cx")
@click.option("--version", "wants_version", is_flag=True, help="版本")
@click.pass_context
def cli(context: click.Context, database: str | None, code: str | None, wants_version: bool) -> None:
    """继教：河南省专业技术人员继续教育信息服务平台（终端版）。不带命令则打开程序。"""
    context.obj = {"database_url": database}
    if wants_version:
        click.echo(f"jijiao {_version()}")
    elif context.invoked_subcommand is None:
        _open(context.obj, code)


@cli.command()
@_database
@click.option("--admin", default="admin", metavar="NAME", help="第一个系统管理员的登录名")
@click.pass_obj
def init(overrides: dict[str, Any], database: str | None, admin: str) -> None:
    """建立或升级数据库、密钥、行政区划和第一个系统管理员；可重复运行。"""
    settings = _settings(overrides, database)
    from core.services.setup import initialise, needs_operator

    password = ""
    if needs_operator(settings):
        password = os.environ.get(NEW_PASSWORD, "")
        if not password and sys.stdin.isatty():
            password = _asked("系统管理员的密码（空着则自动生成）", may_be_empty=True)
    done = initialise(settings, login=admin, password=password)
    click.echo(f"数据库      {done.database}")
    click.echo(f"数据目录    {done.data_dir}")
    click.echo(f"数据密钥    {done.key_place}（请另存一份，丢失则证件号等内容读不出来）")
    click.echo(f"签发根证书  SHA-256 {done.seal_fingerprint}")
    click.echo(f"主机密钥    {done.host_key}（第一次用 ssh 连接时核对）")
    click.echo(f"行政区划    {done.regions} 个")
    if done.login:
        click.echo(f"系统管理员  {done.login}")
    if done.password:
        click.echo(f"密码        {done.password}（只显示这一次，请记下）")


@cli.command()
@click.option("--play", is_flag=True, help="自动演示一条申报的全过程")
@click.option("--speed", type=click.FloatRange(0.1, 50), default=1.0, metavar="N", help="演示速度的倍数")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="演示数据放在哪里")
@click.pass_context
def demo(context: click.Context, play: bool, speed: float, folder: Path | None) -> None:
    """建立演示数据并打开程序；没有终端时把全过程逐屏打印出来。"""
    from tui.demo.command import run_demo

    try:
        context.exit(run_demo(folder, should_play=play, speed=speed))
    except FileExistsError as error:
        raise click.UsageError(f"目录 {error} 里有别的内容，请换一个空目录") from None


@cli.group("import")
def import_group() -> None:
    """从文件导入。"""


@import_group.command("units")
@_database
@click.argument("file", type=_THERE)
@click.pass_obj
def import_units_command(overrides: dict[str, Any], database: str | None, file: Path) -> None:
    """导入单位：.xlsx 或 .csv，列为 名称、机构代码、单位类型、所属区域、上级机构代码、主管部门机构代码。"""
    settings = _settings(overrides, database)
    from core.schema.employers import ImportUnits
    from core.services.desk import open_desk
    from core.services.registry import import_units
    from core.services.setup import LOCAL

    desk = open_desk(settings)
    try:
        result = import_units(desk, LOCAL, ImportUnits(path=str(file)))
    finally:
        desk.close()
    _tell_import(result, "个单位")


@import_group.command("public")
@_database
@click.argument("file", type=_THERE)
@click.pass_obj
def import_public_command(overrides: dict[str, Any], database: str | None, file: Path) -> None:
    """导入公需课学时：.xlsx 或 .csv，列为 证件号、年度、课程名称、学时、完成日期。已记入的不再记。"""
    settings = _settings(overrides, database)
    from core.schema.employers import ImportPublicHours
    from core.services.desk import open_desk
    from core.services.public_hours import import_public_hours
    from core.services.setup import LOCAL

    desk = open_desk(settings)
    try:
        result = import_public_hours(desk, LOCAL, ImportPublicHours(path=str(file)))
    finally:
        desk.close()
    _tell_import(result, "条公需课学时")


def _tell_import(result: ImportResult, counted: str) -> None:
    """What was brought in, or every cell that must be mended and exit code 1."""
    for problem in result.problems:
        click.echo(f"第 {problem.line} 行  {problem.column}  {problem.reason}", err=True)
    if result.problems:
        click.echo(f"一个也没有导入，共 {len(result.problems)} 处需要修改", err=True)
        raise SystemExit(1)
    click.echo(f"导入 {result.imported} {counted}")


@cli.command()
@_database
@click.option("--trust", type=_THERE, help="签发单位公布的信任证书（trust.pem）；不写则用本机的")
@click.argument("files", nargs=-1, required=True, type=_THERE)
@click.pass_obj
def verify(
    overrides: dict[str, Any], database: str | None, trust: Path | None, files: Sequence[Path]
) -> None:
    """查验证书：PDF 文件，或装着它们的目录。全部有效时退出码为 0。"""
    settings = _settings(overrides, database)
    from core.services.paper_check import check_papers
    from tui.cli_text import paper_lines

    checked = check_papers(settings, files, trust)
    for number, row in enumerate(checked):
        click.echo(("\n" if number else "") + "\n".join(paper_lines(row)))
    if not checked:
        click.echo("目录里没有 PDF 文件", err=True)
    if not checked or any(row.check.verdict.value != "valid" for row in checked):
        raise SystemExit(1)


@cli.command()
@_database
@click.pass_obj
def doctor(overrides: dict[str, Any], database: str | None) -> None:
    """检查这个安装有什么问题、怎样解决，并列出全部设置。"""
    settings = _settings(overrides, database)
    from core.services.health import doctor as examine
    from core.services.settings import describe
    from tui.cli_text import finding_lines, setting_lines

    findings = examine(settings)
    click.echo("\n".join(finding_lines(findings)))
    click.echo("\n" + "\n".join(setting_lines(describe(settings))))
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


@cli.group()
def account() -> None:
    """单位和系统管理员的帐号。"""


@account.command("add")
@_database
@click.option("--role", type=click.Choice(ROLES), required=True, help="用户类型")
@click.option("--org", default="", metavar="CODE", help="单位的机构代码")
@click.option("--login", default="", metavar="NAME", help="登录名；不写则用机构代码")
@click.pass_obj
def account_add(overrides: dict[str, Any], database: str | None, role: str, org: str, login: str) -> None:
    """新建帐号；登录名已存在时，给它加上这个用户类型。密码在终端上输入，或取自 JIJIAO_NEW_PASSWORD。"""
    if role != "operator" and not org:
        raise click.UsageError("请用 --org 写明单位的机构代码")
    if role == "operator" and not login:
        raise click.UsageError("请用 --login 写明登录名")
    settings = _settings(overrides, database)
    from core.rules.roles import Role
    from core.schema.accounts import CreateAccount
    from core.services.accounts import create_account, login_exists
    from core.services.desk import open_desk
    from core.services.setup import LOCAL

    wanted = CreateAccount(role=Role(role), org_code=org, login=login)
    desk = open_desk(settings)
    try:
        if not login_exists(desk, wanted):
            wanted = wanted.model_copy(update={"password": os.environ.get(NEW_PASSWORD) or _asked("密码")})
        made = create_account(desk, LOCAL, wanted)
    finally:
        desk.close()
    what = f"{made.role.label} {made.org_name}".strip()
    click.echo(f"帐号 {made.login} {'加上了' if made.added else '已建立：'}{what}")


cli.add_command(mail)
cli.add_command(remind)
cli.add_command(statistics)
cli.add_command(prints)
cli.add_command(backup)
cli.add_command(restore)
cli.add_command(serve)
cli.add_command(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; answers the exit code: 0, 1 for a refusal or a fault, 2 for wrong use."""
    try:
        outcome = cli.main(None if arguments is None else list(arguments), "jijiao", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1
    except click.ClickException as error:
        from tui.cli_text import wrong_use

        return _say(f"{wrong_use(error)}（用法见 jijiao --help）", WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        return _say("已取消", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        from tui.cli_text import fault_sentence

        return _say(fault_sentence(error), 1)


def _say(sentence: str, code: int) -> int:
    click.echo(f"jijiao: {sentence}", err=True)
    return code


def _open(overrides: dict[str, Any], code: str | None) -> None:
    """Open the program. What would only end it at once is said before the screen is taken."""
    start = "front"
    if code is not None:
        from tui.routes import CODES

        if code.lower() not in CODES:
            raise click.UsageError(f"没有代码为 {code} 的画面，可用 {' '.join(CODES)}")
        start = CODES[code.lower()].name
    from tui.cli_text import cannot_open

    if sentence := cannot_open(overrides["database_url"]):
        raise SystemExit(_say(sentence, 1))
    if os.environ.get("SSH_ORIGINAL_COMMAND"):  # sshd runs this program in place of what was asked for
        raise SystemExit(_say("这里只能打开程序，不执行命令，也不传送文件（sftp、scp）", WRONG_USE))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("需要在终端里运行；没有终端时可用 jijiao demo")
    from tui.app import run

    raise SystemExit(run({name: value for name, value in overrides.items() if value}, start=start))


def _asked(words: str, *, may_be_empty: bool = False) -> str:
    """A password typed twice, not shown."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"没有终端可问密码，请设置 {NEW_PASSWORD}")
    default: Callable[[], str] | str | None = "" if may_be_empty else None
    return str(
        click.prompt(
            words, hide_input=True, default=default, show_default=False, confirmation_prompt="再输一次"
        )
    )


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jijiao")
    except PackageNotFoundError:
        return "（未安装）"


if __name__ == "__main__":
    sys.exit(main())
