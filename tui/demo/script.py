"""The script of the demonstration: one person's hours from registration to a certificate that anyone can check."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from core.rules.roles import Role
from tui.app import JijiaoApp
from tui.demo.player import Step

if TYPE_CHECKING:
    from core.services.desk import Desk

NAME = "李晓燕"
PUBLIC_COURSE = "2026年公需科目：数字经济与创新"
_WINDOW = {Role.PERSON: "1", Role.EMPLOYER: "2", Role.AUTHORITY: "4", Role.BUREAU: "5"}


def life_of_a_declaration(desk: Desk, folder: Path) -> list[Step]:
    """The steps, in order. `desk` is for what happens off the screen: scans on the disk, 公需课 hours coming in."""
    from core.services.demo_names import resident_number
    from core.services.demonstration import PASSWORD

    number = resident_number(900, gender_male=False)
    scans = _write_scans(folder / "inbox")
    sign_in = partial(_sign_in, password=PASSWORD)
    return [
        Step("首页：五个窗口，两个数字到任何一项", "", "继续教育服务窗口"),
        *_registration(number, PASSWORD),
        sign_in(Role.EMPLOYER, "xiaodian", "单位管理员登录，待办一目了然", "审核账户"),
        *_admission(),
        sign_in(Role.PERSON, number, "本人登录：还差多少学时，何时截止", "还差60"),
        *_declaration("初中数学新课标培训", "2026-07-06", "2026-07-10", "40", scans[0]),
        *_declaration("信息技术应用能力提升培训", "2026-08-03", "2026-08-05", "24", scans[1]),
        Step("申报进度查询：当前处理人是所在单位", "3", "待审核"),
        Step("本人退出", "<Esc><Esc>1", "继续教育服务窗口"),
        sign_in(Role.EMPLOYER, "xiaodian", "单位初审", "学时初审"),
        *_review("汝阳县教育局"),
        sign_in(Role.AUTHORITY, "jiaoyu", "主管部门审核", "学时审核"),
        *_review("汝阳县人力资源和社会保障局"),
        sign_in(Role.BUREAU, "rensheju", "人社部门审核认定", "学时审核"),
        *_review("", sign_out=False),
        *_recognition(desk, number),
        sign_in(Role.PERSON, number, "本人登录：三项都已达标", "已够"),
        *_certificate(folder),
    ]


def _sign_in(role: Role, login: str, says: str, expect: str, password: str) -> Step:
    digits = _WINDOW[role] + ("1" if role is Role.BUREAU else "2")
    return Step(f"{role.label}：{says}", f"{digits}{login}<Tab>{password}<Enter>", expect)


def _registration(number: str, password: str) -> list[Step]:
    account = f"11{number}<Tab>{password}<Tab>{password}<Tab>19900000900<Tab>lixiaoyan@example.cn<Tab><Tab>"
    return [
        Step("注册：证件号、密码、手机、邮箱", account, "用人单位所属区域"),
        Step("所属区域：输入拼音 ruyang，Enter 选定", "ruyang<Enter><Tab>", "汝阳县"),
        Step("所在单位：首字母 xdzdyc 就能找到", "<F4>ryxxdz", "小店镇第一初级中学"),
        Step("选定单位，继续填写个人信息", f"<Enter><Tab><Tab>{NAME}<Tab><Tab><Tab>hanzu<Enter>", "汉族"),
        Step("提交注册", "<F8>", "注册信息已经提交审核"),
        Step("回到首页", "<Esc>", "继续教育服务窗口"),
    ]


def _admission() -> list[Step]:
    return [
        Step("审核账户：找到刚注册的人", f":zh<Enter>/{NAME}<Enter>", NAME),
        Step("一个键通过", "a", "没有"),
        Step("单位退出", "<Esc><Esc>1", "继续教育服务窗口"),
    ]


def _declaration(title: str, first: str, last: str, hours: str, scan: Path) -> list[Step]:
    form = (
        "2<F4>gwpx<Enter>"
        "<Tab><Tab>汝阳县教育局<Tab>"
        f"2026年{title}<Tab>课程与教学<Tab>{first}<Tab>{last}<Tab>hege<Enter><Tab>{hours}<Tab>"
    )
    return [
        Step(f"学时申报：{title}，规则给出的学时就在旁边", form, f"x8={hours}"),
        Step("添加结业证书的扫描件", f"<F9>{scan}<Enter>", scan.name),
        Step("提交申报", "<F8>", "已提交申报"),
    ]


def _review(next_office: str, *, sign_out: bool = True) -> list[Step]:
    where = f"转到{next_office}" if next_office else "认定学时，计入年度"
    steps = [
        Step("审核台：按姓名找到", f":sh<Enter>/{NAME}<Enter>", NAME),
        Step("看清附件再定", "1", "结业证书"),
        Step(f"两条各按一个键通过，{where}", "<Esc>aa", "没有"),
    ]
    if sign_out:
        steps.append(Step("退出", "<Esc><Esc>1", "继续教育服务窗口"))
    return steps


def _recognition(desk: Desk, number: str) -> list[Step]:
    async def public_hours(app: JijiaoApp) -> None:
        """公需课 hours come from the course provider, not from a screen."""
        from core.rules.hours import CreditHours
        from core.services.public_hours import PublicHours, take_public_hours

        row = PublicHours(number, 2026, PUBLIC_COURSE, CreditHours.of(30), date(2026, 10, 20))
        take_public_hours(desk, (row,))

    return [
        Step(
            "公需课平台报来 30 学时；人社部门截止 2026 年度申报",
            "<Esc>:rd<Enter>c2026年度申报结束<Enter>",
            "截止",
            public_hours,
        ),
        Step("年度认定：全县人员一次认定", "r<Enter>", "通过"),
        Step("人社部门退出", "<Esc><Esc><Esc>1", "继续教育服务窗口"),
    ]


def _certificate(folder: Path) -> list[Step]:
    exports = folder / "exports"

    async def alter_one_byte(app: JijiaoApp) -> None:
        """A copy of the certificate with one byte changed, as a forger would."""
        paper = max(exports.glob("*.pdf"), key=lambda path: path.stat().st_mtime)
        content = bytearray(paper.read_bytes())
        content[len(content) // 3] ^= 1
        (exports / "改动一个字节.pdf").write_bytes(content)

    return [
        Step("年度完成情况：2026 年度通过", "4", "通过"),
        Step("证书打印", "p", "证书编号"),
        Step("退出", "<Esc><Esc><Esc>1", "继续教育服务窗口"),
        Step("任何人都能查验，不用登录：整个文件夹一次查完", f"64{exports}<Enter>", "有效", alter_one_byte),
        Step("有效的一张：每一项都列出来，证件号只显示一部分", "<End><Enter>", "有效"),
        Step("改动过一个字节的那张不被接受", "<Esc><Home><Enter>", "改动"),
    ]


def _write_scans(inbox: Path) -> list[Path]:
    from core.services.demo_scans import draw_scan

    inbox.mkdir(parents=True, exist_ok=True)
    found = []
    for index, course in enumerate(("初中数学新课标培训", "信息技术应用能力提升培训")):
        path = inbox / f"{course}结业证书.jpg"
        path.write_bytes(
            draw_scan("结 业 证 书", (f"{NAME}同志参加 2026年{course}", "考核合格"), 9000 + index)
        )
        found.append(path)
    return found
