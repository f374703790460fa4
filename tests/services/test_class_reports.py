"""班级学时: reported when the class is over, decided once, recorded for every known student, seen by each."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Declaration, Message, Person, PersonYear, TrainingClass
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.declarations import ProgressQuery, ProgressTab
from core.schema.registration import Register
from core.schema.review import Decide, ItemKey, QueueQuery, Subject, Verdict
from core.schema.training import (
    AddStudents,
    ClassView,
    GradeStudents,
    NewStudent,
    RefuseStudent,
    StudentQuery,
    StudentState,
)
from core.services.base_search import export_students, search_students
from core.services.class_hours import match_person
from core.services.class_review import refuse_student
from core.services.classes import withdraw_class
from core.services.declarations import declaration_view, progress_page
from core.services.desk import Desk
from core.services.registrations import register
from core.services.review import decide
from core.services.review_views import queue_page, review_item
from core.services.students import add_students, enter_students, grade_students
from tests.services.front_door import GUEST, typed_form
from tests.services.hall import answer
from tests.services.races import at_once, moves, professional_halves
from tests.services.teaching import (
    Ground,
    counted_statements,
    decided,
    filed_plan,
    ground_of,
    key,
    many_people,
    new_class,
    records_of,
    reported,
    row_of,
    seen,
    with_students,
)
from tests.worlds import World, id_number


@pytest.fixture
def ground(world: World, desk: Desk, tmp_path: Path) -> Ground:
    return ground_of(world, desk, tmp_path)


def told(ground: Ground, person: Actor) -> list[str]:
    with ground.world.store.reading() as work:
        wanted = select(Message.text).where(Message.account_id == person.account_id)
        return list(work.session.scalars(wanted.order_by(Message.id)))


def sent(ground: Ground, *people: Actor) -> ClassView:
    """The report of a class with these students."""
    rows = [row_of(ground, person) for person in people]
    return reported(ground, with_students(ground, new_class(ground), *rows))


def progress(ground: Ground, person: Actor, tab: ProgressTab = ProgressTab.ALL) -> list[tuple[str, str]]:
    page = ground.desk.do(progress_page, person, ProgressQuery(tab=tab, by_provider=True))
    return [(row.title, row.status_label) for row in page.rows]


def test_a_class_is_reported_only_when_it_is_over(ground: Ground) -> None:
    plan = filed_plan(ground, started_on="2026-11-20", ended_on="2026-11-25")
    view = new_class(ground, plan, started_on="2026-11-20", ended_on="2026-11-22")
    view = with_students(ground, view, row_of(ground, ground.world.person()))
    with pytest.raises(Refused) as caught:
        reported(ground, view)
    assert caught.value.code is ErrorCode.CLASS_NOT_OVER
    ground.world.wait(days=1)
    assert reported(ground, view).state_label == "待审核"


def test_an_empty_class_is_not_reported(ground: Ground) -> None:
    assert answer(lambda: reported(ground, new_class(ground))) == "CLASS_EMPTY"


def test_while_it_waits_the_students_stand_and_it_can_be_taken_back(ground: Ground) -> None:
    view = sent(ground, ground.world.person())
    row = row_of(ground, ground.world.person("李四"))
    command = AddStudents(class_id=view.id, version=view.version, rows=(row,))
    assert answer(lambda: ground.desk.do(enter_students, ground.base, command)) == "MOVE_NOT_ALLOWED"
    assert ground.desk.do(withdraw_class, ground.base, key(view)).state_label == "待上报"


def test_approved_each_known_student_has_a_record_a_counted_year_and_a_message(ground: Ground) -> None:
    person, other = ground.world.person("李四"), ground.world.person("王五")
    view = with_students(ground, new_class(ground), *(row_of(ground, each) for each in (person, other)))
    partial = GradeStudents(
        class_id=view.id, version=view.version, student_ids=(view.students[1].id,), result="合格", earned="24"
    )
    ground.desk.do(grade_students, ground.base, partial)
    view = reported(ground, seen(ground, view))
    decided(ground, view)
    (record,) = records_of(ground, person)
    assert (record.status, record.recognised_halves, record.class_id, record.form, record.year) == (
        "approved",
        80,
        view.id,
        "base_training",
        2026,
    )
    assert record.source_key == f"class:{view.id}:{view.students[0].id}"
    assert professional_halves(ground.world, person) == 80
    assert professional_halves(ground.world, other) == 48
    assert told(ground, person) == ["培训班学时审核通过：2026年初中教师新课标培训 第一期 40 学时"]


def test_the_record_says_which_office_gave_it(ground: Ground) -> None:
    person = ground.world.person("李四")
    decided(ground, sent(ground, person))
    (record,) = records_of(ground, person)
    detail = ground.desk.do(declaration_view, person, Number(value=record.id))
    assert [(line.org_name, line.move_label) for line in detail.history] == [
        ("汝阳县人力资源和社会保障局", "通过")
    ]
    assert detail.moves == ()


def test_public_courses_count_as_public_hours(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = new_class(ground, filed_plan(ground, subject="公需课"))
    decided(ground, reported(ground, with_students(ground, view, row_of(ground, person))))
    with ground.world.store.reading() as work:
        assert work.session.get_one(PersonYear, (person.person_id, 2026)).public_halves == 80


def test_the_student_follows_it_under_the_second_tab(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = sent(ground, person)
    title = "2026年初中教师新课标培训 第一期（汝阳县教师进修学校）"
    assert progress(ground, person) == [(title, "待审核")]
    assert progress(ground, person, ProgressTab.PENDING) == [(title, "待审核")]
    assert progress(ground, person, ProgressTab.APPROVED) == []
    decided(ground, view)
    assert progress(ground, person) == [("2026年初中教师新课标培训 第一期", "审核通过")]


def test_refused_as_a_whole_nobody_has_hours_and_each_reads_why(ground: Ground) -> None:
    person = ground.world.person("李四")
    decided(ground, sent(ground, person), Verdict.REJECT)
    assert records_of(ground, person) == []
    (row,) = ground.desk.do(progress_page, person, ProgressQuery(by_provider=True)).rows
    assert (row.status_label, row.reason) == ("审核不通过", "请核对")


def test_one_student_is_left_out_with_a_reason_while_the_rest_passes(ground: Ground) -> None:
    person, other = ground.world.person("李四"), ground.world.person("王五")
    view = sent(ground, person, other)
    first = seen(ground, view).students[0].id
    command = RefuseStudent(class_id=view.id, version=view.version, student_id=first, reason="缺勤两天")
    version = ground.desk.do(refuse_student, ground.bureau, command)
    assert version > view.version
    decided(ground, seen(ground, view))
    assert (records_of(ground, person), len(records_of(ground, other))) == ([], 1)
    assert told(ground, person) == ["培训班学时审核不通过：2026年初中教师新课标培训 第一期。原因：缺勤两天"]
    assert progress(ground, person)[0][1] == "审核不通过"


def test_what_is_odd_stands_on_the_desk(ground: Ground) -> None:
    person = ground.world.person("李四")
    plan = filed_plan(ground, planned_people="1")
    with_students(ground, new_class(ground, plan, name="另一班"), row_of(ground, person))
    view = with_students(
        ground,
        new_class(ground, plan),
        row_of(ground, person),
        {"id_number": id_number(93), "name": "孙七"},
    )
    reported(ground, view)
    item = ground.desk.do(review_item, ground.bureau, ItemKey(subject=Subject.CLASS_REPORT, id=view.id))
    assert [doubt.text for doubt in item.doubts] == [
        "学员 2 人，多于计划的 1 人",
        "同一时间在另一培训班：李四（另一班）",
        "未匹配（注册后自动记入）：孙七",
    ]


def test_an_unknown_number_becomes_a_record_when_the_person_registers(ground: Ground) -> None:
    view = new_class(ground)
    values = typed_form(ground.world.school, region="410326")
    number, name = values["id_number"], values["name"]
    view = with_students(ground, view, {"id_number": number, "name": name})
    decided(ground, reported(ground, view))
    command = Register(values=values, employer_id=ground.world.school)
    waiting = ground.desk.do(register, GUEST, command)
    employer = ground.world.office(ground.world.school)
    approve = Decide(
        subject=Subject.REGISTRATION, id=waiting.id, version=waiting.version, verdict=Verdict.APPROVE
    )
    ground.desk.do(decide, employer, approve)
    with ground.world.store.reading() as work:
        (record,) = work.session.scalars(select(Declaration).where(Declaration.class_id == view.id))
        year = work.session.get_one(PersonYear, (record.person_id, 2026))
    assert (record.recognised_halves, year.professional_halves) == (80, 80)
    assert seen(ground, view).unmatched == 0


def test_matched_before_the_verdict_the_student_gets_it_with_the_others(ground: Ground) -> None:
    number = id_number(95)
    view = with_students(ground, new_class(ground), {"id_number": number, "name": "孙七"})
    view = reported(ground, view)
    person = ground.world.person("孙七")
    with ground.world.store.writing() as work:
        row = work.session.get_one(Person, person.person_id)
        row.id_number_digest = work.vault.digest("id_number", number)
        work.session.flush()
        assert match_person(work, row) == 1
        work.commit()
    decided(ground, view)
    assert len(records_of(ground, person)) == 1


def test_nobody_gets_one_class_twice_under_two_numbers(ground: Ground) -> None:
    person = ground.world.person("李四")
    other_number = id_number(97)
    view = with_students(
        ground, new_class(ground), row_of(ground, person), {"id_number": other_number, "name": "李四"}
    )
    decided(ground, reported(ground, view))
    with ground.world.store.writing() as work:
        row = work.session.get_one(Person, person.person_id)
        row.id_number_digest = work.vault.digest("id_number", other_number)
        work.session.flush()
        assert match_person(work, row) == 0
        work.commit()
    assert len(records_of(ground, person)) == 1


def test_who_failed_has_no_record(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = with_students(ground, new_class(ground), row_of(ground, person))
    command = GradeStudents(class_id=view.id, version=view.version, result="不合格")
    ground.desk.do(grade_students, ground.base, command)
    decided(ground, reported(ground, seen(ground, view)))
    assert records_of(ground, person) == []
    (line,) = ground.desk.do(search_students, ground.base, StudentQuery()).rows
    assert (line.state, line.hours) == (StudentState.REJECTED, CreditHours.of(0))


def test_of_two_approvals_at_once_one_counts_and_hours_come_once(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = sent(ground, person)
    offices = [ground.world.office(ground.world.county_bureau) for _ in range(2)]
    answers = at_once(*(lambda who=who: decided(ground, view, bureau=who) for who in offices))
    assert sorted(answers) == ["STALE", "done"]
    assert (len(records_of(ground, person)), professional_halves(ground.world, person)) == (1, 80)


def test_an_approval_and_a_withdrawal_at_once_end_in_one_of_them(ground: Ground) -> None:
    person = ground.world.person("李四")
    view = sent(ground, person)
    answers = at_once(
        lambda: decided(ground, view), lambda: ground.desk.do(withdraw_class, ground.base, key(view))
    )
    assert sorted(answers) == ["STALE", "done"]
    approved = moves(ground.world, view.id, "class")[-1] == "approve"
    assert len(records_of(ground, person)) == approved


def test_two_classes_of_one_person_approved_at_once_are_both_counted(ground: Ground) -> None:
    person = ground.world.person("李四")
    plan = filed_plan(ground)
    views = [
        reported(ground, with_students(ground, new_class(ground, plan, name=name), row_of(ground, person)))
        for name in ("一班", "二班")
    ]
    at_once(*(lambda view=view: decided(ground, view) for view in views))
    assert professional_halves(ground.world, person) == 160


def test_one_entry_of_the_log_for_each_move_of_a_class(ground: Ground) -> None:
    view = sent(ground, ground.world.person("李四"), ground.world.person("王五"))
    decided(ground, view)
    with ground.world.store.reading() as work:
        wanted = select(Audit.action).where(Audit.object_kind == "class").order_by(Audit.id)
        assert list(work.session.scalars(wanted)) == [
            "class.save",
            "class.students",
            "class.submit",
            "class.decide",
        ]


def test_the_base_searches_and_exports_what_it_has_given(ground: Ground) -> None:
    from python_calamine import CalamineWorkbook

    person = ground.world.person("李四")
    decided(ground, sent(ground, person))
    view = new_class(ground, name="第二期")
    with_students(ground, view, {"id_number": id_number(98), "name": "孙七"})
    page = ground.desk.do(search_students, ground.base, StudentQuery())
    assert [(row.name, row.state.label) for row in page.rows] == [("孙七", "待上报"), ("李四", "审核通过")]
    assert (page.people, page.given) == (2, CreditHours.of(40))
    asked = StudentQuery(year=2026, state=StudentState.APPROVED)
    done = ground.desk.do(export_students, ground.base, asked)
    rows = CalamineWorkbook.from_path(done.path).get_sheet_by_index(0).to_python()
    assert (done.rows, rows[-1][0], rows[-1][8], rows[-1][9]) == (1, "李四", 40.0, "审核通过")


def test_a_thousand_records_take_one_statement_a_year_and_a_few_more(ground: Ground) -> None:
    view = new_class(ground)
    numbers = many_people(ground, 1_000)
    with ground.world.store.writing() as work:
        row = work.session.get_one(TrainingClass, view.id)
        add_students(work, row, [NewStudent(id_number=number) for number in numbers])
        work.commit()
    view = reported(ground, seen(ground, view))
    with counted_statements(ground.world.store) as statements:
        decided(ground, view)
    with ground.world.store.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Declaration)) == 1_000
    assert len(statements) < 1_000 + 60


def test_the_queue_shows_the_base_and_the_class(ground: Ground) -> None:
    sent(ground, ground.world.person("李四"))
    (row,) = ground.desk.do(queue_page, ground.bureau, QueueQuery(subject=Subject.CLASS_REPORT)).rows
    assert (row.person_name, row.form_name, row.year) == ("汝阳县教师进修学校", "第一期", 2026)


def test_a_bureau_elsewhere_neither_sees_nor_decides_it(ground: Ground) -> None:
    view = sent(ground, ground.world.person("李四"))
    other = ground.world.office(ground.world.other_bureau)
    assert answer(lambda: decided(ground, view, bureau=other)) == "NOT_YOURS"
    assert answer(lambda: seen(ground, view, other)) == "NOT_YOURS"
