"""备份与体检 (A4): what the doctor finds, the last backup, and a new one with one key while people go on working."""

from __future__ import annotations

from core.schema.backup import BackUp, HealthPage
from core.schema.base import Nothing
from core.services.backup import back_up
from core.services.health_page import health_page
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit, line
from tui.nameplate import moment_text, nameplate
from tui.widgets.pane import Pane
from tui.widgets.reader import Reader


class HealthScreen(Frame):
    """备份与体检."""

    title_text = "备份与体检"
    help_text = (
        "备份是一个文件：数据库、附件、签发密钥（用数据密钥封着），不含数据密钥。",
        "恢复在服务器上进行：放好数据密钥，运行 jijiao restore 备份文件。",
    )
    commands = (
        Command("back_up", ("b", "f8"), "备份", "马上备份到数据目录的 backups"),
        Command("refresh", ("f5",), "重新检查"),
    )

    def make_pane(self) -> Pane:
        self.reader = Reader()
        return self.reader

    async def load(self) -> None:
        """Look at everything."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.reader.show(_lines(await self.ask(health_page, Nothing())))

    async def action_refresh(self) -> None:
        """F5."""
        await self.load()
        self.tell("已重新检查")

    async def action_back_up(self) -> None:
        """B: a backup into the installation's own folder."""
        self.tell("正在备份，其他人可以照常使用")
        made = await self.ask(back_up, BackUp())
        await self.load()
        size = made.size / 1024 / 1024
        self.tell(f"已备份 {size:.1f} MB，{made.rows} 行，{made.files} 个附件，读过一遍，完整")


def _lines(page: HealthPage) -> list[Line | str]:
    when = f"{moment_text(page.last_backup_at)}  " if page.last_backup_at else ""
    out: list[Line | str] = [
        line(Span(" 最近的备份  ", Look.TITLE), Span(f"{when}{page.last_backup or '还没有备份，按 B 备份'}")),
        "",
    ]
    for each in page.lines:
        mark = Span(" 好  " if each.ok else " 坏  ", Look.PLAIN if each.ok else Look.ERROR)
        out.append(line(mark, Span(fit(each.name, 14), Look.TITLE), Span(each.text)))
        if each.mend:
            out.append(line(Span(f"                   {each.mend}", Look.HINT)))
    return out
