"""The review desk on a queue of 10,000 (E4) by keys alone: how many keys each thing takes, and what a key may do."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.model import Declaration, Org, Person
from core.rules.roles import Guest, Role
from core.schema.review import Decide, Verdict
from core.schema.sign_in import SignIn
from core.services.review import decide
from core.services.sign_in import sign_in
from tests.crowds import crowd_of_declarations, crowd_of_people
from tests.journeys.steps import LOGINS, OFFICE, PASSWORD, SCHOOL, Installation, Seat

CROWD = 10_000


@pytest.fixture(scope="module")
def crowded_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation with 10,000 plain declarations that wait at the school."""

    folder = tmp_path_factory.mktemp("crowded") / "home"
    shutil.copytree(template, folder)
    desk = Installation(folder).desk()
    try:
        with desk.reading() as work:
            school = work.session.scalars(select(Org).where(Org.name == SCHOOL)).one()
        people = crowd_of_people(desk.store, school.id, school.region_code, CROWD)
        crowd_of_declarations(desk.store, school.id, school.region_code, people)
    finally:
        desk.close()
    return folder


@pytest.fixture
def crowded(crowded_template: Path, home: Installation) -> Installation:
    """A copy of this test's own."""

    shutil.rmtree(home.folder)
    shutil.copytree(crowded_template, home.folder)
    return replace(home)


def test_sixty_plain_ones_take_sixty_keys_a_return_three_and_a_slip_one(crowded: Installation) -> None:
    with crowded.sit_down() as reviewer:
        at_the_desk(reviewer)
        keys = 0
        for number in range(1, 61):
            shown(reviewer, number)
            reviewer.type("a")
            keys += 1
        reviewer.see("本次已审 60", f"待审 {CROWD - 60}")
        assert (keys, decided(crowded)) == (60, 60)

        shown(reviewer, 61)
        reviewer.type("b", "1", "Enter")
        reviewer.see("人00061：退回修改", "本次已审 61")
        assert states(crowded, "人00061") == ("draft", True)

        shown(reviewer, 62)
        reviewer.type("u")
        reviewer.see("已收回：人00061")
        assert states(crowded, "人00061") == ("pending", False)


def test_a_key_before_the_item_is_painted_decides_nothing(crowded: Installation) -> None:
    with crowded.sit_down() as reviewer:
        at_the_desk(reviewer)
        shown(reviewer, 1)
        reviewer.type("a", "a", "a", "a")
        reviewer.see("显示出来之前按的键不算")
        assert decided(crowded) == 1


def test_of_two_deciders_on_one_version_one_counts_and_the_other_is_told(crowded: Installation) -> None:
    with crowded.sit_down() as reviewer:
        at_the_desk(reviewer)
        shown(reviewer, 1)
        desk = crowded.desk()
        try:
            wanted = SignIn(role=Role.EMPLOYER, login=LOGINS[Role.EMPLOYER], password=PASSWORD)
            other = desk.do(sign_in, Guest(), wanted).actor
            with desk.reading() as work:
                row = work.session.scalars(select(Declaration).order_by(Declaration.submitted_at)).first()
                assert row is not None
                said = Decide(id=row.id, version=row.version, verdict=Verdict.REJECT, opinion="材料不清")
            desk.do(decide, other, said)
        finally:
            desk.close()
        reviewer.type("a")
        reviewer.see("刚被他人处理过")
        assert states(crowded, "人00001") == ("rejected", False)


def test_a_range_is_chosen_and_passed_with_a_summary_before_and_after(crowded: Installation) -> None:
    mark(crowded, "人00003")
    with crowded.sit_down() as reviewer:
        at_the_desk(reviewer)
        shown(reviewer, 1)
        reviewer.type("l")
        reviewer.see("人00012", "空格 选中")
        reviewer.type(" ", "Down", "Down", "Down", "Down", "Down", "g")
        reviewer.see("已选中 6 条")
        reviewer.type("F9")
        reviewer.see("选中 6 条，将通过 5 条，留下 1 条", "留下  人00003", "有疑点，请逐条审核")
        reviewer.calm()
        reviewer.type("F9")
        reviewer.see("批量通过的结果", "通过 5 条，留下 1 条", "留下  人00003")
        assert decided(crowded) == 5


def at_the_desk(reviewer: Seat) -> None:
    """The school's administrator before the queue."""
    reviewer.sign_in(Role.EMPLOYER)
    reviewer.type(":", "sh", "Enter")
    reviewer.see("学时初审", f"待审 {CROWD}")


def shown(reviewer: Seat, number: int) -> None:
    """The item stands on the screen, and the desk has come to rest."""
    reviewer.see(f"人{number:05d}  岗位培训", f"接下来  人{number + 1:05d}")
    reviewer.calm()


def decided(made: Installation) -> int:
    """How many have gone on to the next office."""
    desk = made.desk()
    try:
        with desk.reading() as work:
            above = select(Org.id).where(Org.name == OFFICE)
            query = select(Declaration.id).where(Declaration.handler_org_id.in_(above))
            return len(work.session.scalars(query).all())
    finally:
        desk.close()


def states(made: Installation, name: str) -> tuple[str, bool]:
    """Where somebody's declaration stands, and whether it came back."""

    desk = made.desk()
    try:
        with desk.reading() as work:
            query = select(Declaration.status, Declaration.returned).join(
                Person, Person.id == Declaration.person_id
            )
            status, returned = work.session.execute(query.where(Person.name == name)).one()
            return status, returned
    finally:
        desk.close()


def mark(made: Installation, name: str) -> None:
    """A claim above the rule is a doubt."""

    desk = made.desk()
    try:
        with desk.writing() as work:
            whose = select(Person.id).where(Person.name == name)
            values = {"flagged": True, "claimed_halves": 200}
            work.session.execute(update(Declaration).where(Declaration.person_id.in_(whose)).values(values))
            work.commit()
    finally:
        desk.close()
