"""系统管理 (系统管理员): what the operator of the platform does by command, said plainly."""

from __future__ import annotations

from tui.account_menu import ACCOUNT, WithAccount
from tui.look import Line, Look, Span, line
from tui.nameplate import nameplate
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader

TEXT: tuple[Line | str, ...] = (
    "",
    line(Span("  系统管理员的工作现在用命令完成，请在服务器上运行：", Look.TITLE)),
    "",
    line(Span("  jijiao init", Look.KEY)),
    "    建立或升级数据库，写入基础数据，开设第一个系统管理员",
    line(Span("  jijiao import units 文件", Look.KEY)),
    "    导入单位 (.xlsx 或 .csv)：全部无误才入库，有错的按行号、列、原因列出",
    line(Span("  jijiao import public 文件", Look.KEY)),
    "    导入公需课学时 (.xlsx 或 .csv)，已记入的不再记",
    line(Span("  jijiao account add", Look.KEY)),
    "    为用人单位、主管部门、人社部门开设账号",
    line(Span("  jijiao verify 文件.pdf", Look.KEY)),
    "    核验一张证书",
    line(Span("  jijiao doctor", Look.KEY)),
    "    检查本机的安装和设置，指出问题和处理办法",
    "",
    "  每个命令后加 --help 看用法。证书查询在这里也可用：输入 :zs",
)


class OperatorHomeScreen(WithAccount):
    """首页 of the operator."""

    title_text = "系统管理"
    help_text = ("系统管理员的工作现在用命令完成，见页面上的命令。",)

    commands = (ACCOUNT,)

    def make_pane(self) -> Pane:
        return Reader(TEXT)

    async def load(self) -> None:
        """Nothing to fetch."""
        self.header.show(self.title_text, nameplate(self.program.caller))
