"""管理直属账户: an employer sees its own persons only, and sets a forgotten password back."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from core.model import Account, AccountRole, Department, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.schema.base import Nothing
from core.schema.sign_in import SignIn
from core.schema.staff import MoveStaff, StaffKey, StaffQuery, StaffState, SwitchStaff
from core.services.declarations import declaration_context
from core.services.desk import Desk
from core.services.sign_in import sign_in
from core.services.staff import move_staff, reset_staff_password, staff_page, switch_staff, view_staff
from tests.services.front_door import GUEST
from tests.services.hall import answer, last_entry, mailed_code, number_of, open_codes
from tests.worlds import World


def key(person: Actor) -> StaffKey:
    assert person.person_id is not None
    return StaffKey(person_id=person.person_id)


def test_an_employer_sees_its_own_persons_in_the_order_of_their_pinyin(desk: Desk, world: World) -> None:
    first, second = world.person("王五"), world.person("李四")
    world.person("赵六", world.garden)
    spell(world, first, "wangwu")
    spell(world, second, "lisi")
    rows = desk.do(staff_page, world.office(world.school), StaffQuery()).rows
    assert [row.name for row in rows] == ["李四", "王五"]
    assert number_of(world, first) not in repr(rows)


@pytest.mark.parametrize("text", ["李", "lisi", "ls", "number"])
def test_a_person_is_found_by_name_pinyin_initials_or_number(desk: Desk, world: World, text: str) -> None:
    world.person("王五")
    wanted = world.person("李四")
    spell(world, wanted, "lisi")
    typed = number_of(world, wanted) if text == "number" else text
    rows = desk.do(staff_page, world.office(world.school), StaffQuery(text=typed)).rows
    assert [row.name for row in rows] == ["李四"]


def test_pages_of_persons_follow_each_other(desk: Desk, world: World) -> None:
    names = [f"教师{number:02d}" for number in range(7)]
    for name in names:
        world.person(name)
    office, seen, after = world.office(world.school), [], None
    while True:
        page = desk.do(staff_page, office, StaffQuery(after=after, limit=3))
        seen += [row.name for row in page.rows]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == names


def test_the_initial_password_is_the_end_of_the_number_with_a_capital_x(desk: Desk, world: World) -> None:
    person = ends_in_x(world)
    number = number_of(world, person)
    desk.do(reset_staff_password, world.office(world.school), key(person))
    signed_in = desk.do(sign_in, GUEST, SignIn(role=Role.PERSON, login=number, password=number[-6:]))
    assert number.endswith("X") and signed_in.must_change_password


def test_a_reset_ends_the_sessions_that_are_open(desk: Desk, world: World) -> None:
    person = world.person()
    desk.do(reset_staff_password, world.office(world.school), key(person))
    assert answer(lambda: desk.do(declaration_context, person, Nothing())) == "SESSION_ENDED"


def test_a_reset_ends_the_codes_that_were_mailed(desk: Desk, world: World) -> None:
    person = world.person()
    mailed_code(world, person)
    desk.do(reset_staff_password, world.office(world.school), key(person))
    assert open_codes(world) == 0


def test_the_person_of_another_employer_is_refused(desk: Desk, world: World) -> None:
    person = world.person()
    with pytest.raises(Refused) as caught:
        desk.do(reset_staff_password, world.office(world.garden), key(person))
    assert caught.value.code is ErrorCode.NOT_YOURS


def test_an_account_that_stands_for_an_office_too_is_not_reset_by_an_employer(
    desk: Desk, world: World
) -> None:
    person = world.person()
    with world.store.writing() as work:
        both = AccountRole(account_id=person.account_id, role="bureau", org_id=world.county_bureau)
        work.session.add(both)
        work.commit()
    with pytest.raises(Refused) as caught:
        desk.do(reset_staff_password, world.office(world.school), key(person))
    assert caught.value.code is ErrorCode.RESET_OTHER_ROLES


def test_a_reset_stands_in_the_audit_log_without_the_number(desk: Desk, world: World) -> None:
    person = world.person()
    desk.do(reset_staff_password, world.office(world.school), key(person))
    entry = last_entry(world.store)
    assert entry.action == "staff.reset_password" and number_of(world, person)[-6:] not in entry.summary


def off(person: Actor, reason: str = "已离职") -> SwitchStaff:
    return SwitchStaff(person_id=person.person_id or 0, on=False, reason=reason)


def departments(world: World) -> list[int]:
    with world.store.writing() as work:
        rows = [Department(org_id=org, name="教务处") for org in (world.school, world.garden)]
        work.session.add_all(rows)
        work.commit()
    return [row.id for row in rows]


def test_details_show_the_year_what_is_under_review_and_no_whole_number(desk: Desk, world: World) -> None:
    person = world.person("李四")
    view = desk.do(view_staff, world.office(world.school), key(person))
    lines = dict(view.lines)
    assert (lines["帐号状态"], lines["审核中的事项"], lines["本年度学时"]) == (
        "正常",
        "无",
        "2026年 还没有学时",
    )
    assert number_of(world, person) not in repr(view)


def test_a_disabled_person_is_out_at_once_and_told_so_at_the_door(desk: Desk, world: World) -> None:
    person = in_service(world, world.person())
    office, number = world.office(world.school), number_of(world, person)
    desk.do(reset_staff_password, office, key(person))
    desk.do(switch_staff, office, off(person))
    entry = SignIn(role=Role.PERSON, login=number, password=number[-6:])
    assert answer(lambda: desk.do(sign_in, GUEST, entry)) == "DISABLED"
    on = SwitchStaff(person_id=person.person_id or 0, on=True, reason="返岗")
    desk.do(switch_staff, office, on)
    assert desk.do(sign_in, GUEST, entry).must_change_password


def test_disabling_ends_the_sessions_that_are_open(desk: Desk, world: World) -> None:
    person = world.person()
    desk.do(switch_staff, world.office(world.school), off(person))
    assert answer(lambda: desk.do(declaration_context, person, Nothing())) == "SESSION_ENDED"


def test_switching_takes_a_reason_a_state_and_the_own_unit(desk: Desk, world: World) -> None:
    person, office = world.person(), world.office(world.school)
    codes = [answer(lambda: desk.do(switch_staff, office, off(person, " ")))]
    desk.do(switch_staff, office, off(person))
    codes.append(answer(lambda: desk.do(switch_staff, office, off(person))))
    codes.append(answer(lambda: desk.do(switch_staff, world.office(world.garden), off(person))))
    assert codes == ["REASON_REQUIRED", "MOVE_NOT_ALLOWED", "NOT_YOURS"]


def test_the_reason_stands_in_the_details_and_in_the_audit_log(desk: Desk, world: World) -> None:
    person = world.person("李四")
    view = desk.do(switch_staff, world.office(world.school), off(person))
    entry = last_entry(world.store)
    assert dict(view.lines)["帐号状态"] == "停用（已离职）"
    assert (entry.action, entry.summary) == ("staff.switch", "停用 李四：已离职")


def test_whoever_has_an_office_too_is_not_shut_out_by_an_employer(desk: Desk, world: World) -> None:
    person = world.person()
    with world.store.writing() as work:
        both = AccountRole(account_id=person.account_id, role="bureau", org_id=world.county_bureau)
        work.session.add(both)
        work.commit()
    office = world.office(world.school)
    assert answer(lambda: desk.do(switch_staff, office, off(person))) == "SHARED_ACCOUNT"


def test_a_person_moves_to_a_department_of_the_unit_only(desk: Desk, world: World) -> None:
    own, foreign = departments(world)
    person, office = world.person("李四"), world.office(world.school)
    wrong = MoveStaff(person_id=person.person_id or 0, department_id=foreign)
    refused = answer(lambda: desk.do(move_staff, office, wrong))
    right = MoveStaff(person_id=person.person_id or 0, department_id=own)
    view = desk.do(move_staff, office, right)
    assert (refused, dict(view.lines)["所属工作部门"]) == ("NOT_IN_LIST", "教务处")


def test_the_list_is_narrowed_by_department_and_state(desk: Desk, world: World) -> None:
    own, _ = departments(world)
    first, second, third = (world.person(name) for name in ("李四", "王五", "赵六"))
    office = world.office(world.school)
    desk.do(move_staff, office, MoveStaff(person_id=first.person_id or 0, department_id=own))
    desk.do(switch_staff, office, off(second))
    desk.do(reset_staff_password, office, key(third))
    asked = (
        StaffQuery(department_id=own),
        StaffQuery(department_id=0, state=StaffState.INITIAL),
        StaffQuery(state=StaffState.DISABLED),
        StaffQuery(state=StaffState.ACTIVE, text="李"),
        StaffQuery(state=StaffState.DISABLED, text="李"),
    )
    found = [[row.name for row in desk.do(staff_page, office, query).rows] for query in asked]
    assert found == [["李四"], ["赵六"], ["王五"], ["李四"], []]


def spell(world: World, person: Actor, pinyin: str) -> None:
    with world.store.writing() as work:
        same = update(Person).where(Person.id == person.person_id)
        work.session.execute(same.values(pinyin=pinyin, initials="ls" if pinyin == "lisi" else "ww"))
        work.commit()


def ends_in_x(world: World) -> Actor:
    while True:
        person = world.person()
        if number_of(world, person).endswith("X"):
            return in_service(world, person)


def in_service(world: World, person: Actor) -> Actor:
    with world.store.writing() as work:
        number = number_of(world, person)
        account = work.session.scalars(select(Account).where(Account.id == person.account_id)).one()
        account.login_digest = work.vault.digest("login", number)
        work.commit()
    return person
