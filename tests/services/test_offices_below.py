"""管理账户: the offices below are found, shut and opened with a reason, and given an account by the level above."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import AccountRole, Declaration, LoginSession, Org
from core.rules.roles import Actor, OrgKind, Role
from core.schema.base import Nothing
from core.schema.employers import FindEmployers
from core.schema.registration import Register
from core.schema.review import Decide, QueueQuery, Verdict
from core.schema.sign_in import SignIn, SwitchRole
from core.schema.units_below import MakeUnitAccount, ResetUnitAccount, SwitchUnit, UnitKey, UnitsBelow
from core.services.declarations import declaration_context
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.offices_below import (
    make_unit_account,
    reset_unit_account,
    switch_unit,
    unit_view,
    units_below,
)
from core.services.registrations import register
from core.services.review import decide
from core.services.review_views import queue_page
from core.services.sign_in import sign_in, switch_role
from tests.services.front_door import GUEST, typed_form
from tests.services.hall import answer, base_of, last_entry
from tests.worlds import World, submitted

SCHOOL = "汝阳县小店镇第一初级中学"
GARDEN = "华瑞园林工程有限公司"


def off(org_id: int, reason: str = "单位已撤销") -> SwitchUnit:
    return SwitchUnit(org_id=org_id, on=False, reason=reason)


def names(desk: Desk, actor: Actor, **query: object) -> list[str]:
    page = desk.do(units_below, actor, UnitsBelow(**query))  # type: ignore[arg-type]
    return [row.name for row in page.rows]


def test_an_authority_sees_its_own_units_only(desk: Desk, world: World) -> None:
    assert names(desk, world.office(world.education)) == [SCHOOL]


def test_a_bureau_sees_its_region_and_below_but_not_itself(desk: Desk, world: World) -> None:
    county = names(desk, world.office(world.county_bureau))
    city = names(desk, world.office(world.city_bureau))
    province = names(desk, world.office(world.province_bureau))
    assert (county, GARDEN in city, len(province)) == (["汝阳县教育局", SCHOOL], True, 7)


@pytest.mark.parametrize("text", ["小店", "ruyang", "ryxxd", "employer410326"])
def test_an_office_is_found_by_name_pinyin_initials_and_code(desk: Desk, world: World, text: str) -> None:
    with desk.writing() as work:
        work.session.get_one(Org, world.school).code = "EMPLOYER410326"
        work.commit()
    for office in (world.education, world.county_bureau):
        assert SCHOOL in names(desk, world.office(office), text=text)


def test_the_list_is_narrowed_by_kind_and_by_state(desk: Desk, world: World) -> None:
    bureau = world.office(world.city_bureau)
    desk.do(switch_unit, bureau, off(world.garden))
    assert names(desk, bureau, kind=OrgKind.AUTHORITY) == ["汝阳县教育局"]
    assert names(desk, bureau, active=False) == [GARDEN]
    assert GARDEN not in names(desk, bureau, active=True)


def test_pages_follow_each_other(desk: Desk, world: World) -> None:
    bureau, seen, after = world.office(world.province_bureau), [], None
    while True:
        page = desk.do(units_below, bureau, UnitsBelow(after=after, limit=2))
        seen += [row.org_id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_row_says_whether_anybody_has_an_account_there(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    before = desk.do(units_below, bureau, UnitsBelow(text=SCHOOL)).rows[0].state_label
    world.office(world.school)
    after = desk.do(units_below, bureau, UnitsBelow(text=SCHOOL)).rows[0].state_label
    assert (before, after) == ("无账号", "正常")


def test_details_tell_the_people_the_accounts_and_what_waits(desk: Desk, world: World) -> None:
    world.person(), world.office(world.school)
    desk.do(register, GUEST, Register(values=typed_form(world.school), employer_id=world.school))
    view = desk.do(unit_view, world.office(world.education), UnitKey(org_id=world.school))
    lines = dict(view.lines)
    assert (lines["人员"], lines["待它审核"], lines["主管部门"], len(view.accounts)) == (
        "1 人",
        "1 件",
        "汝阳县教育局",
        1,
    )


def test_a_disabled_office_is_out_at_once_and_signs_nobody_in(desk: Desk, world: World) -> None:
    bureau, school = world.office(world.county_bureau), world.office(world.school)
    desk.do(switch_unit, bureau, off(world.school))
    with desk.reading() as work:
        open_ones = select(LoginSession).where(
            LoginSession.account_id == school.account_id, LoginSession.ended_at.is_(None)
        )
        left = work.session.scalars(open_ones).all()
    assert (answer(lambda: desk.do(queue_page, school, QueueQuery())), list(left)) == ("SESSION_ENDED", [])


def test_an_account_given_by_the_level_above_signs_in_until_the_office_is_disabled(
    desk: Desk, world: World
) -> None:
    bureau = world.office(world.county_bureau)
    made = desk.do(make_unit_account, bureau, MakeUnitAccount(org_id=world.school, login="school.one"))
    entry = SignIn(role=Role.EMPLOYER, login="school.one", password=made.password)
    first = desk.do(sign_in, GUEST, entry)
    desk.do(switch_unit, bureau, off(world.school))
    second = answer(lambda: desk.do(sign_in, GUEST, entry))
    desk.do(switch_unit, bureau, SwitchUnit(org_id=world.school, on=True, reason="恢复"))
    third = desk.do(sign_in, GUEST, entry)
    assert (first.must_change_password, second, third.actor.org_id) == (True, "DISABLED", world.school)


def test_whoever_has_another_role_does_not_switch_to_a_disabled_office(desk: Desk, world: World) -> None:
    person = world.person()
    with desk.writing() as work:
        role = AccountRole(account_id=person.account_id, role="employer", org_id=world.garden)
        work.session.add(role)
        work.commit()
    desk.do(switch_unit, world.office(world.city_bureau), off(world.garden))
    assert answer(lambda: desk.do(switch_role, person, SwitchRole(role=Role.EMPLOYER))) == "DISABLED"


def test_the_people_of_a_disabled_office_go_on_with_their_own_work(desk: Desk, world: World) -> None:
    person = world.person()
    desk.do(switch_unit, world.office(world.county_bureau), off(world.school))
    assert answer(lambda: desk.do(declaration_context, person, Nothing())) == "done"


def test_nobody_registers_at_a_disabled_office(desk: Desk, world: World) -> None:
    desk.do(switch_unit, world.office(world.city_bureau), off(world.garden))
    form = Register(values=typed_form(world.garden, region="410327"), employer_id=world.garden)
    found = desk.do(find_employers, GUEST, FindEmployers(text="华瑞"))
    assert (answer(lambda: desk.do(register, GUEST, form)), found.rows) == ("EMPLOYER_CLOSED", ())


def test_switching_takes_a_reason_and_stands_in_the_audit_log(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    refused = answer(lambda: desk.do(switch_unit, bureau, off(world.school, "")))
    view = desk.do(switch_unit, bureau, off(world.school))
    entry, twice = last_entry(world.store), answer(lambda: desk.do(switch_unit, bureau, off(world.school)))
    assert (refused, twice) == ("REASON_REQUIRED", "MOVE_NOT_ALLOWED")
    assert dict(view.lines)["状态"] == "停用（单位已撤销）"
    assert (entry.action, entry.summary) == ("office.switch", f"停用 {SCHOOL}：单位已撤销")


@pytest.mark.parametrize(
    ("who", "what"),
    [
        ("education", "garden"),
        ("county_bureau", "garden"),
        ("other_bureau", "school"),
        ("county_bureau", "city_bureau"),
        ("county_bureau", "county_bureau"),
    ],
)
def test_what_is_not_below_is_refused(desk: Desk, world: World, who: str, what: str) -> None:
    actor, org_id = world.office(getattr(world, who)), getattr(world, what)
    codes = {
        answer(lambda: desk.do(unit_view, actor, UnitKey(org_id=org_id))),
        answer(lambda: desk.do(switch_unit, actor, off(org_id))),
        answer(lambda: desk.do(make_unit_account, actor, MakeUnitAccount(org_id=org_id))),
        answer(lambda: desk.do(reset_unit_account, actor, ResetUnitAccount(org_id=org_id, account_id=1))),
    }
    assert codes == {"NOT_YOURS"}


def test_a_bureau_of_a_lower_region_gets_its_account_from_above(desk: Desk, world: World) -> None:
    city = world.office(world.city_bureau)
    made = desk.do(make_unit_account, city, MakeUnitAccount(org_id=world.county_bureau, login="county.hr"))
    entry = SignIn(role=Role.BUREAU, login="county.hr", password=made.password)
    assert desk.do(sign_in, GUEST, entry).actor.org_id == world.county_bureau


def test_the_login_is_the_code_where_none_is_given(desk: Desk, world: World) -> None:
    made = desk.do(make_unit_account, world.office(world.city_bureau), MakeUnitAccount(org_id=base_of(world)))
    assert made.login == "BASE1"


def test_an_office_that_has_an_account_gets_no_second_one_here(desk: Desk, world: World) -> None:
    world.office(world.school)
    bureau = world.office(world.county_bureau)
    command = MakeUnitAccount(org_id=world.school)
    assert answer(lambda: desk.do(make_unit_account, bureau, command)) == "OFFICE_TAKEN"


def test_a_forgotten_password_of_an_office_is_set_back_from_above(desk: Desk, world: World) -> None:
    school, bureau = world.office(world.school), world.office(world.county_bureau)
    key = ResetUnitAccount(org_id=world.school, account_id=school.account_id)
    fresh = desk.do(reset_unit_account, bureau, key)
    with desk.writing() as work:  # a login of the world is stored as it was typed
        from core.model import Account

        account = work.session.get_one(Account, school.account_id)
        account.login_digest = work.vault.digest("login", "SCHOOL.CHIEF")
        work.commit()
    entry = SignIn(role=Role.EMPLOYER, login="school.chief", password=fresh.password)
    assert desk.do(sign_in, GUEST, entry).must_change_password


def test_an_account_of_another_office_is_not_reset_through_this_one(desk: Desk, world: World) -> None:
    garden, bureau = world.office(world.garden), world.office(world.county_bureau)
    key = ResetUnitAccount(org_id=world.school, account_id=garden.account_id)
    assert answer(lambda: desk.do(reset_unit_account, bureau, key)) == "NOT_FOUND"


def test_the_account_of_a_person_is_not_reset_as_an_offices(desk: Desk, world: World) -> None:
    person = world.person()
    with desk.writing() as work:
        role = AccountRole(account_id=person.account_id, role="employer", org_id=world.school)
        work.session.add(role)
        work.commit()
    key = ResetUnitAccount(org_id=world.school, account_id=person.account_id)
    bureau = world.office(world.county_bureau)
    assert answer(lambda: desk.do(reset_unit_account, bureau, key)) == "SHARED_ACCOUNT"


def test_a_sub_account_of_the_bureau_looks_but_changes_nothing(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    with desk.writing() as work:
        mine = select(AccountRole).where(AccountRole.account_id == bureau.account_id)
        held = work.session.scalars(mine).one()
        held.chief, held.name = False, "王小燕"
        work.commit()
    codes = [
        answer(lambda: desk.do(unit_view, bureau, UnitKey(org_id=world.school))),
        answer(lambda: desk.do(switch_unit, bureau, off(world.school))),
        answer(lambda: desk.do(make_unit_account, bureau, MakeUnitAccount(org_id=world.school))),
    ]
    assert codes == ["done", "NOT_CHIEF", "NOT_CHIEF"]


def test_a_disabled_authority_is_passed_over_by_what_is_sent_on(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    desk.do(switch_unit, world.office(world.city_bureau), off(world.education))
    key = Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE)
    desk.do(decide, world.office(world.school), key)
    with desk.reading() as work:
        row = work.session.get_one(Declaration, view.id)
        assert (row.step, row.handler_org_id) == ("bureau", world.county_bureau)
