"""工作部门 (E1): a tree that is added to, renamed, moved and cleared, and the popups that show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.model import Audit, Department, Person, Registration, Transfer
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.base import Nothing, Number
from core.schema.changes import ChangeView
from core.schema.offices import DepartmentKey, DepartmentNode, SaveDepartment
from core.schema.registration import Register
from core.schema.review import Decide, Subject, Verdict
from core.services.change_views import view_change
from core.services.departments import delete_department, departments, save_department
from core.services.desk import Desk
from core.services.employers import departments_of
from core.services.registrations import register
from core.services.review import decide
from core.store.store import Store
from tests.services.front_door import GUEST, cheap_desk, typed_form
from tests.services.moving import moves_to, said
from tests.services.offices import sub_account
from tests.services.races import at_once
from tests.worlds import World, build_world


@pytest.fixture
def world(sqlite_store: Store) -> World:
    """One database is enough but for what two do at once."""
    return build_world(sqlite_store)


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


@pytest.fixture
def chief(world: World) -> Actor:
    return world.office(world.school)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def fields_of(refusal: Refused) -> list[tuple[str, str]]:
    return [(error.field, error.code.name) for error in refusal.fields]


def added(desk: Desk, chief: Actor, name: str, parent: int | None = None) -> int:
    before = {node.id for node in desk.do(departments, chief, Nothing())}
    nodes = desk.do(save_department, chief, SaveDepartment(name=name, parent_id=parent))
    return next(node.id for node in nodes if node.id not in before)


def tree(nodes: tuple[DepartmentNode, ...]) -> list[str]:
    return ["  " * node.depth + node.name for node in nodes]


def shown(desk: Desk, chief: Actor) -> list[str]:
    return tree(desk.do(departments, chief, Nothing()))


def test_departments_are_added_under_one_another(desk: Desk, chief: Actor) -> None:
    first = added(desk, chief, "教务处")
    added(desk, chief, "总务处")
    added(desk, chief, "语文组", first)
    assert shown(desk, chief) == ["教务处", "  语文组", "总务处"]


def test_the_popups_name_those_above_as_well(desk: Desk, chief: Actor, world: World) -> None:
    added(desk, chief, "语文组", added(desk, chief, "教务处"))
    rows = desk.do(departments_of, GUEST, Number(value=world.school))
    assert [(row.name, row.path) for row in rows] == [("教务处", "教务处"), ("语文组", "教务处 / 语文组")]


def test_a_department_is_renamed(desk: Desk, chief: Actor) -> None:
    made = added(desk, chief, "教务处")
    nodes = desk.do(save_department, chief, SaveDepartment(department_id=made, name=" 教 导 处 "))
    assert tree(nodes) == ["教 导 处"]


def test_a_department_is_moved_with_all_below_it(desk: Desk, chief: Actor) -> None:
    first, second = added(desk, chief, "教务处"), added(desk, chief, "教学部")
    added(desk, chief, "语文组", first)
    nodes = desk.do(
        save_department, chief, SaveDepartment(department_id=first, name="教务处", parent_id=second)
    )
    assert tree(nodes) == ["教学部", "  教务处", "    语文组"]


def test_it_is_never_moved_below_itself(desk: Desk, chief: Actor) -> None:
    first = added(desk, chief, "教务处")
    below = added(desk, chief, "语文组", first)
    for parent in (first, below):
        command = SaveDepartment(department_id=first, name="教务处", parent_id=parent)
        refusal = refused(lambda command=command: desk.do(save_department, chief, command))
        assert fields_of(refusal) == [("parent", "NOT_IN_LIST")]


def test_the_tree_grows_no_deeper_than_five(desk: Desk, chief: Actor) -> None:
    parent = None
    for level in range(5):
        parent = added(desk, chief, f"第{level}级", parent)
    refusal = refused(lambda: added(desk, chief, "第六级", parent))
    assert fields_of(refusal) == [("parent", "NOT_IN_LIST")]


@pytest.mark.parametrize(
    ("name", "code"), [("", "REQUIRED"), ("部" * 41, "TOO_LONG"), ("教务处", "NAME_TWICE")]
)
def test_a_bad_name_is_refused(desk: Desk, chief: Actor, name: str, code: str) -> None:
    added(desk, chief, "教务处")
    assert fields_of(refused(lambda: added(desk, chief, name))) == [("name", code)]


def test_the_same_name_may_stand_under_another_parent(desk: Desk, chief: Actor) -> None:
    added(desk, chief, "办公室", added(desk, chief, "教务处"))
    added(desk, chief, "办公室")
    assert shown(desk, chief).count("办公室") == 1


def test_an_empty_department_is_deleted(desk: Desk, chief: Actor) -> None:
    made = added(desk, chief, "教务处")
    assert desk.do(delete_department, chief, DepartmentKey(department_id=made)) == ()


def test_a_department_with_persons_or_departments_is_kept_and_says_why(
    desk: Desk, chief: Actor, world: World
) -> None:
    first = added(desk, chief, "教务处")
    below = added(desk, chief, "语文组", first)
    person = world.person()
    with world.store.writing() as work:
        work.session.get_one(Person, person.person_id).department_id = below
        work.commit()
    texts = [
        refused(lambda d=d: desk.do(delete_department, chief, DepartmentKey(department_id=d))).text
        for d in (first, below)
    ]
    assert texts == ["还有 1 个下级部门，不能删除", "还有 1 名人员在这个部门，不能删除"]


def test_a_department_that_a_registration_waits_with_is_kept(desk: Desk, chief: Actor, world: World) -> None:
    made = added(desk, chief, "教务处")
    desk.do(register, GUEST, Register(values=typed_form(world.school), department_id=made))
    refusal = refused(lambda: desk.do(delete_department, chief, DepartmentKey(department_id=made)))
    assert refusal.code is ErrorCode.HAS_DEPENDANTS


def test_what_was_decided_keeps_the_name_of_a_department_that_is_gone(
    desk: Desk, chief: Actor, world: World
) -> None:
    made = added(desk, chief, "教务处")
    waiting = desk.do(register, GUEST, Register(values=typed_form(world.school), department_id=made))
    no = Decide(
        subject=Subject.REGISTRATION,
        id=waiting.id,
        version=waiting.version,
        verdict=Verdict.REJECT,
        opinion="不是本单位人员",
    )
    desk.do(decide, chief, no)
    comer = world.person("周八", world.garden)
    asks = moves_to(world.school).model_copy(update={"department_id": made})
    from core.services.transfers import submit_transfer

    change: ChangeView = desk.do(submit_transfer, comer, asks)
    desk.do(decide, chief, said(change, Verdict.REJECT, "没有手续"))
    desk.do(delete_department, chief, DepartmentKey(department_id=made))
    assert ("调入部门", "教务处") in desk.do(view_change, comer, Number(value=change.id)).lines
    with world.store.reading() as work:
        left = (
            work.session.scalars(select(Registration.department_id)).all(),
            work.session.scalars(select(Transfer.department_id)).all(),
        )
    assert left == ([None], [None])


def test_a_sub_account_reads_and_changes_nothing(desk: Desk, chief: Actor, world: World) -> None:
    made = added(desk, chief, "教务处")
    clerk = sub_account(world, chief)
    codes = [
        refused(lambda: added(desk, clerk, "总务处")).code,
        refused(lambda: desk.do(delete_department, clerk, DepartmentKey(department_id=made))).code,
    ]
    assert (shown(desk, clerk), codes) == (["教务处"], [ErrorCode.NOT_CHIEF] * 2)


def test_another_units_department_is_out_of_reach(desk: Desk, chief: Actor, world: World) -> None:
    made, other = added(desk, chief, "教务处"), world.office(world.garden)
    commands = [SaveDepartment(department_id=made, name="别的"), SaveDepartment(name="别的", parent_id=made)]
    codes = [refused(lambda c=c: desk.do(save_department, other, c)).code for c in commands]
    codes.append(refused(lambda: desk.do(delete_department, other, DepartmentKey(department_id=made))).code)
    assert codes == [ErrorCode.NOT_YOURS] * 3


def test_every_change_is_written_down_once(desk: Desk, chief: Actor, world: World) -> None:
    made = added(desk, chief, "教务处")
    desk.do(save_department, chief, SaveDepartment(department_id=made, name="教导处"))
    desk.do(save_department, chief, SaveDepartment(department_id=made, name="教导处"))
    desk.do(delete_department, chief, DepartmentKey(department_id=made))
    with world.store.reading() as work:
        said = select(Audit.summary).where(Audit.object_kind == "department").order_by(Audit.id)
        assert list(work.session.scalars(said)) == [
            "增加工作部门 教务处",
            "修改工作部门 教务处：改名为 教导处",
            "删除工作部门 教导处",
        ]


def test_a_person_who_comes_in_while_a_department_is_deleted_is_never_in_none_that_is(store: Store) -> None:
    world = build_world(store)
    desk = cheap_desk(store)
    chief = world.office(world.school)
    made = added(desk, chief, "教务处")
    values = typed_form(world.school)
    answers = at_once(
        lambda: desk.do(register, GUEST, Register(values=values, department_id=made)),
        lambda: desk.do(delete_department, chief, DepartmentKey(department_id=made)),
    )
    with store.reading() as work:
        left = set(work.session.scalars(select(Department.id)))
        pointed = set(work.session.scalars(select(Registration.department_id)))
    assert "done" in answers and "INTERNAL" not in answers, answers
    assert pointed - {None} <= left
