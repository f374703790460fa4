"""单位 and 学员名册 from files: the checks of the register and of the classes, in parts, and the good rows alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from stdnum.cn.uscc import calc_check_digit

from core.model import Org, Student
from core.rules.errors import ErrorCode, Refused
from core.rules.imports import SHEETS, ImportKind
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.employers import FindEmployers
from core.schema.imports import CheckImport, ImportTemplate
from core.services import imports
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.imports import check_import, import_page, import_template
from core.store.sheets import read_file, read_sheet
from core.store.store import Store
from tests.services.front_door import GUEST, cheap_desk
from tests.services.hall import operator
from tests.services.importing import Row, checked, stored, table, told
from tests.services.teaching import filed_plan, ground_of, new_class
from tests.worlds import World, build_world, id_number

UNITS, ROSTERS = ImportKind.UNITS, ImportKind.ROSTERS


@pytest.fixture
def boss(world: World) -> Actor:
    return operator(world)


def code(serial: int) -> str:
    body = f"91410099{serial:09d}"
    return body + str(calc_check_digit(body))


def unit(serial: int, **changed: object) -> Row:
    row: Row = {
        "名称": f"汝阳县第{serial}中学",
        "机构代码": code(serial),
        "单位类型": "用人单位",
        "所属区域": "汝阳县",
    }
    return row | changed


def above(desk: Desk) -> dict[str, str]:
    """The superiors of the units by name."""
    with desk.reading() as work:
        names = {org.id: org.name for org in work.session.scalars(select(Org))}
        linked = select(Org).where(Org.superior_id.is_not(None))
        return {org.name: names[org.superior_id or 0] for org in work.session.scalars(linked)}


def test_units_are_found_by_their_initials_once_they_are_stored(
    desk: Desk, boss: Actor, tmp_path: Path
) -> None:
    done = stored(desk, boss, checked(desk, boss, UNITS, table(UNITS, [unit(1), unit(2)], tmp_path)))
    page = desk.do(find_employers, GUEST, FindEmployers(text="ryxd"))
    assert (done.stored, sorted(row.name for row in page.rows)) == (2, ["汝阳县第1中学", "汝阳县第2中学"])


def test_a_superior_may_stand_in_a_later_part_of_the_file(
    desk: Desk, boss: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "PART", 2)
    rows = [unit(1, 上级机构代码=code(5)), *(unit(at) for at in range(2, 6))]
    stored(desk, boss, checked(desk, boss, UNITS, table(UNITS, rows, tmp_path)))
    assert above(desk) == {"汝阳县第1中学": "汝阳县第5中学"}


def test_what_hangs_on_a_bad_row_is_bad_too_and_the_rest_is_taken(
    desk: Desk, boss: Actor, tmp_path: Path
) -> None:
    rows = [
        unit(1, 单位类型="学校"),
        unit(2, 上级机构代码=code(1)),
        unit(3, 上级机构代码=code(2)),
        unit(4),
    ]
    view = checked(desk, boss, UNITS, table(UNITS, rows, tmp_path))
    found = [(row.line, row.column) for row in told(desk, boss, view)]
    done = stored(desk, boss, view, good_only=True)
    assert (found, view.good, done.stored, above(desk)) == (
        [(2, "单位类型"), (3, "上级机构代码"), (4, "上级机构代码")],
        1,
        1,
        {},
    )


def test_a_known_code_and_a_circle_are_named(desk: Desk, boss: Actor, tmp_path: Path) -> None:
    stored(desk, boss, checked(desk, boss, UNITS, table(UNITS, [unit(1)], tmp_path)))
    rows = [
        unit(1),
        unit(2, 上级机构代码=code(3)),
        unit(3, 上级机构代码=code(2)),
        unit(4, 上级机构代码=code(1)),
    ]
    view = checked(desk, boss, UNITS, table(UNITS, rows, tmp_path))
    assert (view.good, [row.line for row in told(desk, boss, view)]) == (1, [2, 3, 4])


def roster(serial: int, name: str, **changed: object) -> Row:
    row: Row = {"姓名": name, "证件号": id_number(serial), "培训班": "一班", "工作单位": "汝阳县第一中学"}
    return row | changed


def test_students_are_entered_known_or_not(desk: Desk, world: World, tmp_path: Path) -> None:
    ground = ground_of(world, desk, tmp_path)
    me = world.person("张三")
    new_class(ground, filed_plan(ground), name="一班")
    mine = world.persons
    rows = [roster(mine, "张三", 成绩="合格", 实得学时="8"), roster(460, "无名氏")]
    done = stored(desk, ground.base, checked(desk, ground.base, ROSTERS, table(ROSTERS, rows, tmp_path)))
    with desk.reading() as work:
        found = [
            (row.name, row.person_id, row.earned_halves)
            for row in work.session.scalars(select(Student).order_by(Student.id))
        ]
    assert (done.stored, found) == (2, [("张三", me.person_id, 16), ("无名氏", None, None)])


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"培训班": "二班"}, "培训班", "没有这个尚未申报"),
        ({"证件号": "410099198503070010"}, "证件号", "校验位"),
        ({"实得学时": "500"}, "实得学时", "高于备案"),
        ({"成绩": "甲"}, "成绩", "可选项"),
        ({"姓名": ""}, "姓名", "必填"),
    ],
)
def test_a_bad_row_of_a_roster_is_named(
    desk: Desk, world: World, tmp_path: Path, changed: Row, column: str, words: str
) -> None:
    ground = ground_of(world, desk, tmp_path)
    new_class(ground, filed_plan(ground), name="一班")
    view = checked(desk, ground.base, ROSTERS, table(ROSTERS, [roster(460, "无名氏", **changed)], tmp_path))
    found = told(desk, ground.base, view)
    assert [(row.column, words in row.reason) for row in found] == [(column, True)]


def test_who_was_on_a_roster_is_known_there_once_staff_are_brought_in(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    ground = ground_of(world, desk, tmp_path)
    new_class(ground, filed_plan(ground), name="一班")
    stored(
        desk,
        ground.base,
        checked(desk, ground.base, ROSTERS, table(ROSTERS, [roster(460, "孙小梅")], tmp_path)),
    )
    school = world.office(world.school)
    rows: list[Row] = [{"姓名": "孙小梅", "证件号": id_number(460)}]
    stored(desk, school, checked(desk, school, ImportKind.PERSONS, table(ImportKind.PERSONS, rows, tmp_path)))
    with desk.reading() as work:
        assert work.session.scalars(select(Student.person_id)).one() is not None


@pytest.mark.parametrize("kind", ImportKind)
def test_a_template_is_read_back_as_an_empty_file_of_its_kind(
    sqlite_store: Store, tmp_path: Path, kind: ImportKind
) -> None:
    world = build_world(sqlite_store)
    desk = cheap_desk(world.store)
    ground = ground_of(world, desk, tmp_path)
    actors = {actor.role: actor for actor in (world.office(world.school), operator(world), ground.base)}
    actor = actors[SHEETS[kind].role]
    saved = desk.do(import_template, actor, ImportTemplate(kind=kind))
    sheet = read_sheet(read_file(Path(saved.path)), "t", SHEETS[kind].labels, SHEETS[kind].optional)
    with pytest.raises(Refused) as caught:
        desk.do(check_import, actor, CheckImport(kind=kind, path=saved.path))
    assert (sheet.missing, len(sheet.lines), caught.value.code) == ((), 1, ErrorCode.TABLE_EMPTY)


def test_a_file_without_a_required_column_is_refused_at_once(desk: Desk, boss: Actor, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("名称,单位类型\n一中,用人单位\n", encoding="utf-8")
    with pytest.raises(Refused) as caught:
        desk.do(check_import, boss, CheckImport(kind=UNITS, path=str(path)))
    assert (caught.value.code, caught.value.params["columns"]) == (
        ErrorCode.TABLE_COLUMNS,
        "机构代码、所属区域",
    )
    assert desk.do(import_page, boss, Nothing()).rows == ()


def test_a_kind_is_brought_in_by_its_own_role_only(desk: Desk, world: World, tmp_path: Path) -> None:
    path = table(UNITS, [unit(1)], tmp_path)
    with pytest.raises(Refused) as caught:
        desk.do(check_import, world.office(world.school), CheckImport(kind=UNITS, path=str(path)))
    assert caught.value.code is ErrorCode.NOT_ALLOWED
