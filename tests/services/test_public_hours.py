"""公需课 hours brought in as a table: all rows or none, nothing counted twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Audit, PersonYear
from core.rules.hours import CreditHours
from core.schema.employers import ImportPublicHours, ImportResult
from core.services.desk import Desk
from core.services.public_hours import COLUMNS, import_public_hours
from core.store.store import Store
from tests.services.front_door import GUEST
from tests.worlds import World, build_world, id_number


@pytest.fixture
def world(store: Store) -> World:
    """The small world with one person in it, whose 证件号 is id_number(1)."""
    made = build_world(store)
    made.person()
    return made


@pytest.fixture
def load(desk: Desk, tmp_path: Path) -> Callable[..., ImportResult]:
    """Write lines below the heading to a file and import it."""

    def run(*lines: str, heading: str = ",".join(COLUMNS), encoding: str = "utf-8") -> ImportResult:
        path = tmp_path / "public.csv"
        path.write_bytes("\n".join((heading, *lines)).encode(encoding))
        return import_public_hours(desk, GUEST, ImportPublicHours(path=str(path)))

    return run


def course(**changed: str) -> str:
    """A line of the file, all of it right unless changed."""
    cells = dict(zip(COLUMNS, (id_number(1), "2026", "2026年公需科目", "30", "2026-10-20"), strict=True))
    return ",".join({**cells, **changed}.values())


def public_hours(desk: Desk) -> list[str]:
    with desk.reading() as work:
        halves = work.session.scalars(select(PersonYear.public_halves).where(PersonYear.year == 2026))
        return [str(CreditHours(each)) for each in halves]


def test_hours_of_a_provider_count_in_the_year_at_once(load: Callable[..., ImportResult], desk: Desk) -> None:
    assert load(course()).imported == 1
    assert public_hours(desk) == ["30"]


def test_a_course_that_is_counted_already_is_not_counted_twice(
    load: Callable[..., ImportResult], desk: Desk
) -> None:
    load(course())
    assert load(course(), course(课程名称="人工智能通识", 学时="2.5")).imported == 1
    assert public_hours(desk) == ["32.5"]


def test_a_file_of_an_old_spreadsheet_program_is_read(load: Callable[..., ImportResult]) -> None:
    assert load(course(), encoding="gb18030").imported == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"证件号": id_number(77)}, "没有这个人"),
        ({"证件号": ""}, "必填"),
        ({"年度": "26"}, "四位数字"),
        ({"课程名称": ""}, "必填"),
        ({"课程名称": "课" * 101}, "最多 100 个字"),
        ({"学时": "3.3"}, "0.5 的倍数"),
        ({"学时": "0"}, "0.5 的倍数"),
        ({"完成日期": "明天"}, "2019-01-05"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_imported(
    load: Callable[..., ImportResult], desk: Desk, changed: dict[str, str], words: str
) -> None:
    (problem,) = load(course(), course(**changed)).problems
    assert (problem.line, problem.column) == (3, next(iter(changed)))
    assert words in problem.reason
    assert public_hours(desk) == []


def test_a_short_line_is_refused_cell_by_cell(load: Callable[..., ImportResult]) -> None:
    assert [each.column for each in load(id_number(1)).problems] == list(COLUMNS[1:])


def test_missing_columns_are_named(load: Callable[..., ImportResult]) -> None:
    result = load(heading="证件号,年度,课程名称,学时")
    assert [(each.column, each.reason) for each in result.problems] == [("完成日期", "缺少这一列")]


def test_an_import_of_hours_stands_in_the_audit(load: Callable[..., ImportResult], desk: Desk) -> None:
    load(course())
    with desk.reading() as work:
        actions = list(work.session.scalars(select(Audit.action)))
    assert "public_hours.import" in actions
