"""The popup 所在单位 as a use case, and departments; on both databases."""

from __future__ import annotations

import pytest

from core.model import Department, Org
from core.rules.roles import OrgKind
from core.schema.base import Number
from core.schema.employers import EmployerPage, FindEmployers
from core.services.desk import Desk
from core.services.employers import departments_of, find_employers
from core.store.new_orgs import NewOrg, add_orgs
from core.store.store import Store
from tests.services.front_door import GUEST
from tests.worlds import World, build_world

NAMES = {
    "恒岳园艺工程有限公司": "410327",
    "恒岳建筑安装有限公司": "410326",
    "虞城县社区卫生服务站": "411402",
    "汝阳县柏树乡中心小学": "410326",
    "恒岳[/ 测试]商行": "411402",
}


@pytest.fixture
def world(store: Store) -> World:
    """The small world, with employers that can be searched."""
    world = build_world(store)
    with store.writing() as work:
        orgs = [
            NewOrg(f"CODE{at}", name, OrgKind.EMPLOYER, region)
            for at, (name, region) in enumerate(NAMES.items())
        ]
        add_orgs(work.session, orgs)
        work.commit()
    return world


def found(desk: Desk, text: str, region: str = "", **more: object) -> EmployerPage:
    command = FindEmployers.model_validate({"text": text, "region_code": region, **more})
    return desk.do(find_employers, GUEST, command)


def names(page: EmployerPage) -> list[str]:
    return [row.name for row in page.rows]


@pytest.mark.parametrize("typed", ["hyyygc", "hengyueyuanyi", "园艺", "恒岳园艺工程", "HYYY", "ｈｙｙｙ"])
def test_an_employer_is_found_by_initials_pinyin_and_characters(desk: Desk, typed: str) -> None:
    assert names(found(desk, typed)) == ["恒岳园艺工程有限公司"]


def test_an_employer_is_found_by_the_beginning_of_its_code(desk: Desk) -> None:
    assert names(found(desk, "code0")) == ["恒岳园艺工程有限公司"]


def test_a_region_limits_the_search_to_itself_and_below(desk: Desk) -> None:
    assert sorted(names(found(desk, "恒岳", "410300"))) == ["恒岳园艺工程有限公司", "恒岳建筑安装有限公司"]


def test_what_stands_elsewhere_is_counted(desk: Desk) -> None:
    assert found(desk, "恒岳", "410326").elsewhere == 2


def test_nothing_is_counted_elsewhere_in_the_whole_province(desk: Desk) -> None:
    assert found(desk, "恒岳", "410000").elsewhere == 0


def test_an_exact_search_wants_the_whole_name(desk: Desk) -> None:
    assert names(found(desk, "恒岳园艺", exact=True)) == []


def test_pages_follow_each_other_without_gap_or_double(desk: Desk) -> None:
    seen: list[str] = []
    page = found(desk, "恒岳", limit=1)
    seen += names(page)
    while page.after is not None:
        page = found(desk, "恒岳", limit=1, after=page.after)
        seen += names(page)
    assert sorted(seen) == sorted(name for name in NAMES if "恒岳" in name)


@pytest.mark.parametrize("typed", ["%", "_", "'; drop table org; --", "[/", "园" * 10_000, "🜚"])
def test_strange_input_finds_nothing_and_breaks_nothing(desk: Desk, typed: str) -> None:
    assert names(found(desk, typed)) == []


def test_an_employer_that_is_closed_is_not_offered(desk: Desk, world: World) -> None:
    with world.store.writing() as work:
        for org in work.session.query(Org).where(Org.name == "恒岳园艺工程有限公司"):
            org.active = False
        work.commit()
    assert names(found(desk, "hyyygc")) == []


def test_authorities_and_bureaus_are_not_offered(desk: Desk) -> None:
    assert names(found(desk, "教育局")) == []


def test_a_row_says_type_code_and_region(desk: Desk) -> None:
    [row] = found(desk, "园艺").rows
    assert (row.kind_label, row.code, row.region_code) == ("用人单位", "CODE0", "410327")
    assert row.region_name.startswith("洛阳市")


def test_departments_of_an_employer_come_in_their_order(desk: Desk, world: World) -> None:
    with world.store.writing() as work:
        for name in ("教务处", "总务处"):
            work.session.add(Department(org_id=world.school, name=name))
            work.session.flush()
        work.session.add(Department(org_id=world.garden, name="工程部"))
        work.commit()
    rows = desk.do(departments_of, GUEST, Number(value=world.school))
    assert [row.name for row in rows] == ["教务处", "总务处"]
