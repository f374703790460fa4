"""The pictures of the documents: `python -m tui.demo.pictures` draws the main screens into docs/pictures as SVG.

Every screen is reached by keys on a fresh demonstration, so a picture never shows what the program does not do.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from tui.app import JijiaoApp
from tui.backend import Backend
from tui.demo.command import make_demonstration
from tui.demo.player import DoesNotHold, Step, painted, presses, screen_text
from tui.demo.svg import screen_svg

if TYPE_CHECKING:
    from core.services.settings import Settings

FOLDER = Path("docs/pictures")
SMALL, WIDE = (80, 24), (120, 30)
_CHALLENGE_SEED = 2
_ON_PAPER = re.compile(r"(证书编号|校验码)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file, what is on it, the keys from 首页 on, and words that must be on the screen.

    `{证书编号}` and `{校验码}` in the keys stand for what an earlier screen showed. Without a name nothing is
    drawn. `captcha`: the login as it is where the setting is on.
    """

    name: str
    says: str
    keys: str
    expect: str
    size: tuple[int, int] = SMALL
    captcha: bool = False


def pictures() -> tuple[Picture, ...]:
    """All of them, in the order of README.md."""
    from core.services.demo_changes import NEWCOMER_SERIAL
    from core.services.demo_names import resident_number
    from core.services.demonstration import LOGINS, PASSWORD, TEST_EMPLOYER

    person = next(each.login for each in LOGINS if each.whose.endswith(TEST_EMPLOYER))
    as_person = f"12{person}<Tab>{PASSWORD}<Enter>"
    as_office = f"22xiaodian<Tab>{PASSWORD}<Enter>"
    as_school = as_office + ":sh<Enter>"
    as_newcomer = f"12{resident_number(NEWCOMER_SERIAL, True)}<Tab>{PASSWORD}<Enter>"
    declaration = (
        ":sb<Enter><F4>gwpx<Enter><Tab><Tab>洛阳市教育局<Tab>2026年初中数学新课标培训<Tab>课程与教学<Tab>"
        "20260706<Tab>2026-07-10<Tab>hege<Enter><Tab>40<Tab>"
    )
    return (
        Picture("front", "首页", "", "继续教育服务窗口"),
        Picture("login", "登录", f"12{person}<Tab>{PASSWORD}<Tab>", "换一张", captcha=True),
        Picture("employers", "注册：所在单位", "11" + "<Tab>" * 7 + "<F4>hrylgc", "华瑞园林工程有限公司"),
        Picture("declare", "学时(分)申报", as_person + declaration, "与申请一致"),
        Picture("progress", "申报进度查询", as_person + ":cx<Enter>", "待审核"),
        Picture("annual", "年度完成情况", as_person + ":nd<Enter>", "不通过"),
        Picture("home", "个人首页，申报没有填完", as_person, "未完成的草稿"),
        Picture("profile", "用户资料管理", as_person + "1", "现在的资料"),
        Picture("transfers", "单位调转", as_newcomer + ":dz<Enter>", "待接收"),
        Picture("messages", "消息", as_person + ":xx<Enter>", "还差"),
        Picture("review", "审核台", as_school, "认定学时"),
        Picture("review-wide", "审核台，120 列", as_school + "1", "认定学时", WIDE),
        Picture("faces", "证件审核：并排比对，120 列", as_office + ":sf<Enter>c", "本人照片", WIDE),
        Picture("", "证书打印", as_person + ":nd<Enter>" + "<Down>" * 4 + "p", "校验码"),
        Picture("check", "证书查询", "61{证书编号}<Tab>{校验码}<Enter>", "有效"),
    )


async def draw(settings: Settings, wanted: Sequence[Picture], folder: Path) -> list[Path]:
    """Draw them into `folder`, which is made if need be. Raises DoesNotHold for a screen that is another one."""
    drawn: list[Path] = []
    known: dict[str, str] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for picture in wanted:
        text, svg = await _shot(settings, picture, known)
        known |= dict(_ON_PAPER.findall(text))
        if picture.name:
            drawn.append(folder / f"{picture.name}.svg")
            drawn[-1].write_text(svg, encoding="utf-8")
    return drawn


async def _shot(settings: Settings, picture: Picture, known: dict[str, str]) -> tuple[str, str]:
    """The screen as text and as SVG."""
    from core.services.desk import open_desk

    desk = open_desk(settings.model_copy(update={"captcha": picture.captcha}))
    desk.chance = random.Random(_CHALLENGE_SEED)
    keys = picture.keys
    for label, value in known.items():
        keys = keys.replace("{" + label + "}", value)
    app = JijiaoApp(Backend(desk=desk))
    async with app.run_test(size=picture.size):
        await painted(app)
        for press in presses(keys):
            app.gate.feed(press._replace(arrived=monotonic()))
            await app.gate.idle()
            await painted(app)
        text = screen_text(app)
        if picture.expect not in text:
            raise DoesNotHold(Step(picture.says, keys, picture.expect), text)
        return text, screen_svg(app.screen._compositor.render_strips(), app.frame.caret)


def main(arguments: Sequence[str]) -> int:
    """Draw everything into the folder that is named, or docs/pictures; answers the exit code."""
    folder = Path(arguments[0]) if arguments else FOLDER
    with tempfile.TemporaryDirectory(prefix="jijiao-pictures-") as scratch:
        desk = make_demonstration(Path(scratch) / "demo")
        settings = desk.settings
        desk.close()
        try:
            drawn = asyncio.run(draw(settings, pictures(), folder))
        except DoesNotHold as failure:
            print(failure, file=sys.stderr)
            return 1
    for path in drawn:
        print(f"{path}  {path.stat().st_size // 1024 + 1} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
