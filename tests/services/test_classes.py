"""培训班: of a filed plan only; its students entered, named when they come twice, graded, taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model import TrainingClass
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.schema.training import (
    AddStudents,
    ClassPageQuery,
    ClassQuery,
    GradeStudents,
    NewStudent,
    PersonQuery,
    RemoveStudents,
    SaveClass,
)
from core.services.classes import class_view, classes_page, delete_class, save_class
from core.services.desk import Desk
from core.services.students import (
    add_students,
    enter_students,
    grade_students,
    name_of_number,
    remove_students,
)
from tests.services.hall import answer
from tests.services.teaching import (
    Ground,
    counted_statements,
    filed_plan,
    ground_of,
    key,
    new_class,
    row_of,
    seen,
    sent_plan,
    with_students,
)
from tests.worlds import World, id_number


@pytest.fixture
def ground(world: World, desk: Desk, tmp_path: Path) -> Ground:
    return ground_of(world, desk, tmp_path)


def test_a_class_belongs_to_a_filed_plan(ground: Ground) -> None:
    view = sent_plan(ground)
    typed = {"name": "第一期", "started_on": "2026-11-02", "ended_on": "2026-11-06"}
    with pytest.raises(Refused) as caught:
        ground.desk.do(save_class, ground.base, SaveClass(plan_id=view.id, values=typed))
    assert caught.value.code is ErrorCode.PLAN_NOT_FILED


def test_a_class_lies_inside_the_time_of_its_plan(ground: Ground) -> None:
    plan = filed_plan(ground)
    typed = {"name": "", "started_on": "2026-11-01", "ended_on": "2026-11-06"}
    with pytest.raises(Refused) as caught:
        ground.desk.do(save_class, ground.base, SaveClass(plan_id=plan.id, values=typed))
    found = {each.field: each.code for each in caught.value.fields}
    assert found == {"name": ErrorCode.REQUIRED, "started_on": ErrorCode.OUT_OF_RANGE}


def test_the_name_of_a_known_number_is_filled_in_and_checked(ground: Ground) -> None:
    person = ground.world.person("李四")
    number = row_of(ground, person)["id_number"]
    view = new_class(ground)
    query = PersonQuery(class_id=view.id, id_number=number)
    assert ground.desk.do(name_of_number, ground.base, query) == "李四"
    rows = ({"id_number": number, "name": "李五"},)
    command = AddStudents(class_id=view.id, version=view.version, rows=rows)
    done = ground.desk.do(enter_students, ground.base, command)
    assert [each.error.code for each in done.refused] == [ErrorCode.NAME_OF_ANOTHER]
    (student,) = with_students(ground, seen(ground, view), {"id_number": number}).students
    assert (student.name, student.matched, student.hours) == ("李四", True, CreditHours.of(40))


def test_a_number_nobody_has_needs_a_name_and_stays_unmatched(ground: Ground) -> None:
    view = new_class(ground)
    rows = ({"id_number": id_number(91)}, {"id_number": id_number(92), "name": "孙七"})
    command = AddStudents(class_id=view.id, version=view.version, rows=rows)
    done = ground.desk.do(enter_students, ground.base, command)
    assert [(each.index, each.error.field, each.error.code) for each in done.refused] == [
        (0, "name", ErrorCode.REQUIRED)
    ]
    (student,) = seen(ground, view).students
    assert (student.note, seen(ground, view).unmatched) == ("未匹配", 1)


def test_a_student_twice_is_named_whether_in_the_class_or_in_the_table(ground: Ground) -> None:
    row = row_of(ground, ground.world.person("李四"))
    view = new_class(ground)
    command = AddStudents(class_id=view.id, version=view.version, rows=(row, row))
    done = ground.desk.do(enter_students, ground.base, command)
    assert (done.added, [each.error.text for each in done.refused]) == (1, ["学员 李四 已在班里"])
    again = AddStudents(class_id=view.id, version=seen(ground, view).version, rows=(row,))
    assert ground.desk.do(enter_students, ground.base, again).added == 0


def test_a_number_that_does_not_hold_is_refused_beside_its_row(ground: Ground) -> None:
    view = new_class(ground)
    rows = ({"id_number": "410099198503070010", "name": "孙七"}, {"id_number": "12", "name": "孙八"})
    command = AddStudents(class_id=view.id, version=view.version, rows=rows)
    done = ground.desk.do(enter_students, ground.base, command)
    assert (done.added, [each.index for each in done.refused]) == (0, [0, 1])


def test_who_fails_earns_nothing_and_nobody_more_than_the_plan(ground: Ground) -> None:
    people = [row_of(ground, ground.world.person(name)) for name in ("李四", "王五")]
    view = with_students(ground, new_class(ground), *people)
    first = view.students[0].id

    def grade(**typed: object) -> int:
        version = seen(ground, view).version
        command = GradeStudents(class_id=view.id, version=version, **typed)
        return ground.desk.do(grade_students, ground.base, command)

    with pytest.raises(Refused) as caught:
        grade(earned="41")
    assert caught.value.fields[0].code is ErrorCode.ABOVE_PLAN
    assert grade(result="合格", earned="24") == 2
    assert grade(student_ids=(first,), result="不合格") == 1
    shown = [(each.result, each.hours) for each in seen(ground, view).students]
    assert shown == [("不合格", CreditHours.of(0)), ("合格", CreditHours.of(24))]
    assert seen(ground, view).hours == CreditHours.of(24)


def test_a_student_is_taken_out(ground: Ground) -> None:
    row = row_of(ground, ground.world.person("李四"))
    view = with_students(ground, new_class(ground), row)
    command = RemoveStudents(class_id=view.id, version=view.version, student_ids=(view.students[0].id,))
    assert ground.desk.do(remove_students, ground.base, command) == 1
    assert seen(ground, view).people == 0


def test_a_student_is_found_by_name_or_by_the_whole_number(ground: Ground) -> None:
    people = [row_of(ground, ground.world.person(name)) for name in ("李四", "王五")]
    view = with_students(ground, new_class(ground), *people)
    for text in ("王", people[1]["id_number"]):
        found = ground.desk.do(class_view, ground.base, ClassPageQuery(class_id=view.id, text=text))
        assert [each.name for each in found.students] == ["王五"]


def test_a_class_that_was_not_reported_is_deleted_with_its_students(ground: Ground) -> None:
    view = with_students(ground, new_class(ground), row_of(ground, ground.world.person("李四")))
    ground.desk.do(delete_class, ground.base, key(view))
    assert ground.desk.do(classes_page, ground.base, ClassQuery()).rows == ()


def test_ten_thousand_students_are_entered_by_a_few_statements(ground: Ground) -> None:
    view = new_class(ground)
    rows = [NewStudent(id_number=f"G{serial:08d}", name="孙七") for serial in range(10_000)]
    with counted_statements(ground.world.store) as statements, ground.world.store.writing() as work:
        done = add_students(work, work.session.get_one(TrainingClass, view.id), rows)
        work.commit()
    assert (done.added, done.refused, seen(ground, view).people) == (10_000, (), 10_000)
    assert len(statements) < 100


def test_another_base_sees_nothing_of_it(ground: Ground, tmp_path: Path) -> None:
    from core.model import Org

    view = with_students(ground, new_class(ground), row_of(ground, ground.world.person("李四")))
    with ground.world.store.writing() as work:
        org = Org(kind="base", name="另一基地", code="base-other", region_code="411402")
        work.session.add(org)
        work.session.flush()
        work.commit()
    other = ground.world.office(org.id)
    student = view.students[0].id
    for call in (
        lambda: ground.desk.do(class_view, other, ClassPageQuery(class_id=view.id)),
        lambda: ground.desk.do(delete_class, other, key(view)),
        lambda: ground.desk.do(
            remove_students,
            other,
            RemoveStudents(class_id=view.id, version=view.version, student_ids=(student,)),
        ),
        lambda: ground.desk.do(name_of_number, other, PersonQuery(class_id=view.id, id_number=id_number(1))),
    ):
        assert answer(call) == "NOT_YOURS"


def test_a_base_is_told_of_its_own_other_class_at_the_same_time_and_of_nobody_elses(
    ground: Ground, tmp_path: Path
) -> None:
    student = {"id_number": id_number(480), "name": "孙七"}
    elsewhere = ground_of(ground.world, ground.desk, tmp_path, "410327")
    with_students(elsewhere, new_class(elsewhere, name="别处的班"), student)
    first = with_students(ground, new_class(ground), student)
    alone = first.students[0].note
    with_students(ground, new_class(ground, name="第二期"), student)
    assert ("同时" in alone, "同时在 第二期" in seen(ground, first).students[0].note) == (False, True)
