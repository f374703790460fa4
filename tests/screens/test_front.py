"""首页 and 登录 by keys: the closing day once the core is loaded, and what to do where a role is missing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from core.model import Account, YearWindow
from core.rules.roles import Role
from core.services.desk import Desk
from tests.screens.office import program
from tests.services.front_door import PASSWORD
from tests.worlds import World, id_number


async def test_the_first_paint_asks_the_database_nothing_and_the_closing_day_comes_later(desk: Desk) -> None:
    async with program(desk) as at:
        assert "申报截止" not in at.text
        await at.press("7", "escape")
        assert "2026年度申报截止 2026-12-15，还有 23 天" in at.text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 12, 15, 4, tzinfo=UTC), "2026年度申报截止 2026-12-15，今天截止"),
        (datetime(2026, 12, 16, 4, tzinfo=UTC), "2026年度申报截止 2026-12-15，已截止"),
    ],
)
async def test_the_last_day_and_the_days_after_it_are_said_in_words(
    desk: Desk, world: World, moment: datetime, words: str
) -> None:
    world.clock.moment = moment
    async with program(desk) as at:
        await at.press("7", "escape")
        assert words in at.text


async def test_the_window_of_the_province_is_the_one_that_is_told(desk: Desk) -> None:
    with desk.writing() as work:
        window = YearWindow(year=2026, region_code="410000", state="open", changed_at=desk.clock.now())
        window.declare_until = datetime(2026, 11, 30, tzinfo=UTC).date()
        work.session.add(window)
        work.commit()
    async with program(desk) as at:
        await at.press("7", "escape")
        assert "2026年度申报截止 2026-11-30，还有 8 天" in at.text


@pytest.mark.parametrize(
    ("role", "advice"),
    [
        (Role.PERSON, "要增加此类型，请在首页 1 注册并勾选“已是本系统用户”"),
        (Role.BUREAU, "请按注册时所选的用户类型登录"),
    ],
)
async def test_a_missing_role_is_told_in_the_guides_words_with_what_to_do(
    desk: Desk, world: World, role: Role, advice: str
) -> None:
    office = world.office(world.school)
    with desk.writing() as work:
        values = {"login_digest": work.vault.digest("login", "XIAODIAN")}
        values["password_hash"] = desk.passwords.hash(PASSWORD)
        work.session.execute(update(Account).where(Account.id == office.account_id).values(**values))
        work.commit()
    async with program(desk) as at:
        await at.app.go("login", role=role)
        await at.type("xiaodian")
        await at.press("tab")
        await at.type(PASSWORD)
        await at.press("tab")
        await at.press("f8")
        shown = at.app.frame.form.find("role").error
        assert shown.startswith("帐号未分配角色，请联系系统管理员") and advice in shown
        assert id_number(1) not in at.text
