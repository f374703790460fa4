"""人员学时 from a file: checked line by line, stored as pending declarations of the unit, never twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Activity, Decision, Declaration, Org, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.imports import ImportKind
from core.rules.roles import Actor
from core.schema.imports import StoreImport
from core.services.desk import Desk
from core.services.imports import store_import
from core.services.jobs import JobRunner, run_job
from core.store.store import Store
from tests.services.importing import Row, checked, stored, table, told
from tests.worlds import World, build_world, id_number

HOURS = ImportKind.HOURS


@pytest.fixture
def world(store: Store) -> World:
    """The small world; 张三, 李四 and 王五 work at the school."""
    made = build_world(store)
    for name in ("张三", "李四", "王五"):
        made.person(name)
    return made


def learnt(serial: int = 1, name: str = "张三", **changed: object) -> Row:
    """A row of the file, all of it right unless changed."""
    row: Row = {
        "姓名": name,
        "证件号": id_number(serial),
        "年度": "2026",
        "培训班名称": "2026年新课标培训班",
        "组织培训单位": "汝阳县教育局",
        "开始时间": "2026-07-06",
        "结束时间": "2026-07-10",
        "学时": "40",
    }
    return row | changed


def declarations(desk: Desk) -> list[Declaration]:
    with desk.reading() as work:
        return list(work.session.scalars(select(Declaration).order_by(Declaration.id)))


def test_a_file_becomes_declarations_that_wait_at_the_next_level(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(), learnt(2, "李四", 学时="30.5")], tmp_path))
    done = stored(desk, school, view)
    found = [
        (row.status, row.step, row.handler_org_id, row.source, row.claimed_halves)
        for row in declarations(desk)
    ]
    waits = ("pending", "authority", world.education, "unit")
    assert (view.good, done.stored, done.job.state, found) == (2, 2, "done", [(*waits, 80), (*waits, 61)])


def test_one_class_is_one_activity_and_each_declaration_has_its_history(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    rows = [
        learnt(),
        learnt(2, "李四"),
        learnt(3, "王五", 培训班名称="人工智能培训班", 开始时间="2026-08-03", 结束时间="2026-08-07"),
    ]
    stored(desk, school, checked(desk, school, HOURS, table(HOURS, rows, tmp_path)))
    with desk.reading() as work:
        activities = [(row.title, row.people, row.origin) for row in work.session.scalars(select(Activity))]
        moves = work.session.execute(
            select(Decision.move, Decision.org_name, func.count()).group_by(Decision.move, Decision.org_name)
        ).all()
    assert (sorted(activities), [tuple(row) for row in moves]) == (
        [("2026年新课标培训班", 2, "file"), ("人工智能培训班", 1, "file")],
        [("submit", "汝阳县小店镇第一初级中学", 3)],
    )


@pytest.mark.parametrize(
    ("changed", "column", "content", "words"),
    [
        ({"证件号": ""}, "证件号", "", "必填"),
        ({"姓名": "张山"}, "姓名", "张山", "姓名不一致"),
        ({"证件号": id_number(9)}, "证件号", f"410099********{id_number(9)[-4:]}", "没有这个人"),
        (
            {"证件号": id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")},
            "证件号",
            None,
            "校验位不符",
        ),
        ({"年度": "26"}, "年度", "26", "四位数字"),
        ({"年度": "2025", "开始时间": "2025-07-06", "结束时间": "2025-07-10"}, "年度", "2025", "已截止"),
        ({"培训班名称": ""}, "培训班名称", "", "必填"),
        ({"结束时间": "2026-07-01"}, "结束时间", "2026-07-01", "早于"),
        ({"开始时间": "上周"}, "开始时间", "上周", "日期看不懂"),
        ({"学时": "3.3"}, "学时", "3.3", "0.5 的倍数"),
        ({"学时": "80"}, "学时", "80", "高于规则"),
        ({"科目": "选修"}, "科目", "选修", "专业课、公需课"),
        ({"成绩": "不合格"}, "成绩", "不合格", "不合格"),
    ],
)
def test_a_bad_row_is_named_by_line_column_content_and_reason(
    desk: Desk, school: Actor, tmp_path: Path, changed: Row, column: str, content: str | None, words: str
) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(2, "李四"), learnt(**changed)], tmp_path))
    [row] = told(desk, school, view)
    assert (view.good, view.bad, row.line, row.column, row.error) == (1, 1, 3, column, True)
    assert words in row.reason
    assert content is None or row.content == content


def test_a_number_that_a_spreadsheet_has_cut_is_refused_and_hours_with_their_unit_are_understood(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    rows = [learnt(证件号=330106198503070011), learnt(2, "李四", 学时="40学时", 年度=2026)]
    view = checked(desk, school, HOURS, table(HOURS, rows, tmp_path, "xlsx"))
    found = [(row.line, row.column, row.content, row.reason, row.error) for row in told(desk, school, view)]
    assert (view.good, view.bad, found) == (
        1,
        1,
        [
            (2, "证件号", "3.30106E+17", "数字格式，号码末几位已丢失，请改为文本", True),
            (3, "学时", "40学时", "已按 40.0 识别", False),
        ],
    )


def test_all_or_nothing_is_refused_while_a_row_is_bad_and_the_good_rows_may_be_taken(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(), learnt(2, "王二")], tmp_path))
    with pytest.raises(Refused) as caught:
        desk.do(store_import, school, StoreImport(job_id=view.job.id))
    before = len(declarations(desk))
    done = stored(desk, school, view, good_only=True)
    assert (caught.value.code, before, done.stored, len(declarations(desk))) == (
        ErrorCode.ROWS_REFUSED,
        0,
        1,
        1,
    )


def test_what_waits_or_counts_already_is_not_declared_again(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    path = table(HOURS, [learnt(), learnt(2, "李四")], tmp_path)
    stored(desk, school, checked(desk, school, HOURS, path))
    again = checked(desk, school, HOURS, path)
    assert (again.good, again.bad, len(declarations(desk))) == (0, 2, 2)
    assert "与已有申报重复" in told(desk, school, again)[0].reason


def test_a_person_who_stands_twice_for_one_class_is_named_with_the_first_line(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    rows = [learnt(), learnt(), learnt(开始时间="2026-7-6")]
    found = told(desk, school, checked(desk, school, HOURS, table(HOURS, rows, tmp_path)))
    assert [(row.line, row.reason) for row in found] == [(3, "与第 2 行重复"), (4, "与第 2 行重复")]


def test_what_was_refused_may_be_brought_in_again(desk: Desk, school: Actor, tmp_path: Path) -> None:
    path = table(HOURS, [learnt()], tmp_path)
    stored(desk, school, checked(desk, school, HOURS, path))
    with desk.writing() as work:
        row = work.session.scalars(select(Declaration)).one()
        row.status, row.step, row.handler_org_id = "rejected", None, None
        work.commit()
    done = stored(desk, school, checked(desk, school, HOURS, path))
    assert (done.stored, sorted(row.status for row in declarations(desk))) == (1, ["pending", "rejected"])


def test_days_that_overlap_with_other_learning_are_flagged_for_the_reviewer(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    stored(desk, school, checked(desk, school, HOURS, table(HOURS, [learnt()], tmp_path)))
    other = learnt(培训班名称="另一个班", 开始时间="2026-07-08", 结束时间="2026-07-12")
    stored(desk, school, checked(desk, school, HOURS, table(HOURS, [other], tmp_path)))
    assert [row.flagged for row in declarations(desk)][1] is True


def test_if_things_changed_after_the_check_nothing_is_stored_at_all(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(), learnt(2, "李四")], tmp_path))
    with desk.writing() as work:
        work.session.get_one(Org, world.school)
        from core.model import Person

        person = work.session.scalars(select(Person).where(Person.name == "李四")).one()
        person.employer_id = world.garden
        work.commit()
    done = stored(desk, school, view)
    assert (done.stored, done.late, len(declarations(desk)), told(desk, school, done)[0].line) == (0, 1, 0, 3)


def test_the_example_row_of_the_template_is_left_out(desk: Desk, school: Actor, tmp_path: Path) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(name="示例：张三"), learnt()], tmp_path))
    assert (view.rows, view.good) == (1, 1)


@pytest.mark.parametrize(
    ("ending", "encoding"), [("csv", "utf-8"), ("csv", "utf-8-sig"), ("csv", "gb18030"), ("xlsx", "")]
)
def test_every_kind_of_file_is_read(
    desk: Desk, school: Actor, tmp_path: Path, ending: str, encoding: str
) -> None:
    assert checked(desk, school, HOURS, table(HOURS, [learnt()], tmp_path, ending, encoding)).good == 1


def test_a_storing_that_broke_off_after_its_look_looks_again_before_it_writes(
    desk: Desk, school: Actor, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = checked(desk, school, HOURS, table(HOURS, [learnt(), learnt(2, "李四")], tmp_path))
    monkeypatch.setattr(JobRunner, "hand_over", lambda self, job_id: None)
    job = desk.do(store_import, school, StoreImport(job_id=view.job.id)).job.id
    parts = iter((False, True))
    broken_off = run_job(desk, job, stop=lambda: next(parts))
    with desk.writing() as work:
        work.session.scalars(select(Person).where(Person.name == "张三")).one().employer_id = world.garden
        work.commit()
    assert (broken_off, run_job(desk, job), declarations(desk)) == ("paused", "done", [])
