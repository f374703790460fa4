"""R1 and D1 by keys alone: a unit below gets its first account from the bureau, is shut with a reason, and opened."""

from __future__ import annotations

from core.rules.roles import Role
from tests.journeys.steps import OTHER_SCHOOL, SCHOOL, Installation
from tests.journeys.test_sub_account_reviews import change_password, initial_password

LOGIN, OWN = "xiaodian2", "erzhong123"


def test_a_unit_below_gets_an_account_is_shut_and_opened_again(home: Installation) -> None:
    with home.sit_down() as bureau:
        bureau.sign_in(Role.BUREAU)
        bureau.type(":", "xz", "Enter")
        bureau.see("管理账户", SCHOOL, OTHER_SCHOOL, "无账号")
        bureau.type("/", "ryxxdzde", "Enter")
        bureau.see("查找：ryxxdzde", OTHER_SCHOOL)
        bureau.type("n")
        bureau.see(f"开设帐号  {OTHER_SCHOOL}")
        bureau.type("二中", "F8")
        bureau.see("登录名应为 4 至 40 个字母")
        bureau.type("ctrl+u", LOGIN, "F8")
        password = initial_password(bureau)
        bureau.type("Esc")
        bureau.see(f"已给 {OTHER_SCHOOL} 开设帐号")

        with home.sit_down() as unit:
            unit.type("22", LOGIN, "Tab", password, "Enter")
            change_password(unit, password, OWN)

            bureau.type("n")
            bureau.see("这个机构代码已登记")
            bureau.type("Enter")
            bureau.see("单位详细", "帐号 1 个", LOGIN.upper())
            bureau.type("Esc", "s")
            bureau.see(f"停用：{OTHER_SCHOOL}", "1  单位已撤销", "它的 1 个帐号都不能登录")
            bureau.type("2", "Enter")
            bureau.see(f"{OTHER_SCHOOL} 已停用")

            unit.type(":", "gl", "Enter")
            unit.see("登录已失效，请重新登录")

        with home.sit_down() as unit:
            unit.type("22", LOGIN, "Tab", OWN, "Enter")
            unit.see("此帐号已停用")

        bureau.type("c", "f", "Tab", "ty", "Enter", "F5")
        bureau.see("状态：停用", OTHER_SCHOOL)
        bureau.type("s")
        bureau.see(f"启用：{OTHER_SCHOOL}")
        bureau.type("合并取消", "Enter")
        bureau.see(f"{OTHER_SCHOOL} 已启用")

        bureau.type("c", "/", "ryxxdzde", "Enter")
        bureau.see("查找：ryxxdzde")
        bureau.type("z")
        bureau.see(f"给 {OTHER_SCHOOL} 的帐号 {LOGIN.upper()} 一个新的初始密码？")
        bureau.type("1")
        fresh = initial_password(bureau)

    with home.sit_down() as unit:
        unit.type("22", LOGIN, "Tab", fresh, "Enter")
        unit.see("修改密码", "原始密码")


def test_an_authority_sees_its_own_units(home: Installation) -> None:
    with home.sit_down() as authority:
        authority.sign_in(Role.AUTHORITY)
        authority.type(":", "xz", "Enter")
        authority.see("管理账户", SCHOOL, OTHER_SCHOOL)
        authority.type("/", "二", "Enter")
        authority.see("查找：二", OTHER_SCHOOL)
        authority.type("Enter")
        authority.see("单位详细", "还没有帐号，按 N 开设")
