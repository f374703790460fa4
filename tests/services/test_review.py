"""The review desk: the chain of three offices, verdicts bound to a version, races, batches, and taking back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Decision, Declaration, PersonYear
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.schema.base import Number
from core.schema.declarations import DeclarationKey, DeclarationView
from core.schema.review import (
    Bucket,
    Decide,
    Decided,
    DecideMany,
    ItemKey,
    QueueQuery,
    UndoDecision,
    Verdict,
)
from core.services.declarations import declaration_view, withdraw_declaration
from core.services.desk import Desk
from core.services.review import decide, decide_many, undo_decision
from core.services.review_views import leave_item, queue_page, review_item
from tests.worlds import World, submitted


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def approve(desk: Desk, office: Actor, item: DeclarationView | Decided, recognised: str = "") -> Decided:
    command = Decide(id=item.id, version=item.version, verdict=Verdict.APPROVE, recognised=recognised or None)
    return desk.do(decide, office, command)


def approve_all_the_way(desk: Desk, world: World, view: DeclarationView, recognised: str = "") -> Decided:
    first = approve(desk, world.office(world.school), view, recognised)
    second = approve(desk, world.office(world.education), first)
    return approve(desk, world.office(world.county_bureau), second)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def year_of(world: World, person: Actor, year: int = 2026) -> PersonYear | None:
    with world.store.reading() as work:
        return work.session.get(PersonYear, (person.person_id, year))


def test_three_offices_approve_in_turn(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    first = approve(desk, world.office(world.school), view)
    second = approve(desk, world.office(world.education), first)
    third = approve(desk, world.office(world.county_bureau), second)
    assert [(each.status_label, each.next_handler) for each in (first, second, third)] == [
        ("待审核", "汝阳县教育局"),
        ("待审核", "汝阳县人力资源和社会保障局"),
        ("审核通过", ""),
    ]


def test_without_an_authority_the_bureau_comes_second(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(employer=world.garden), tmp_path)
    first = approve(desk, world.office(world.garden), view)
    assert first.next_handler == "洛阳市人力资源和社会保障局"


def test_the_last_approval_counts_the_recognised_hours(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    approve_all_the_way(desk, world, submitted(desk, person, tmp_path), recognised="32.5")
    year = year_of(world, person)
    assert year is not None and str(CreditHours(year.professional_halves)) == "32.5"


def test_a_year_is_the_sum_of_what_was_approved(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    for number, hours in enumerate(("8", "15.5", "40")):
        days = {"started_on": f"2026-0{number + 3}-02", "ended_on": f"2026-0{number + 3}-06"}
        name = {"class_name": f"第{number}期", "claimed_hours": hours}
        view = submitted(desk, person, tmp_path, number, **days, **name)
        approve_all_the_way(desk, world, view)
    year = year_of(world, person)
    assert year is not None and str(CreditHours(year.professional_halves)) == "63.5"


def test_nothing_counts_before_the_last_approval(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    approve(desk, world.office(world.school), submitted(desk, person, tmp_path))
    assert year_of(world, person) is None


def test_recognised_hours_never_exceed_the_claim(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    refusal = refused(lambda: approve(desk, world.office(world.school), view, "40.5"))
    assert [(each.field, each.code) for each in refusal.fields] == [("recognised", ErrorCode.ABOVE_CLAIM)]


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.RETURN])
def test_a_refusal_needs_a_reason(desk: Desk, world: World, tmp_path: Path, verdict: Verdict) -> None:
    view = submitted(desk, world.person(), tmp_path)
    command = Decide(id=view.id, version=view.version, verdict=verdict, opinion="  ")
    refusal = refused(lambda: desk.do(decide, world.office(world.school), command))
    assert [(each.field, each.code) for each in refusal.fields] == [("opinion", ErrorCode.REASON_REQUIRED)]


def test_a_returned_declaration_is_a_draft_with_the_reason(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    command = Decide(id=view.id, version=view.version, verdict=Verdict.RETURN, opinion="请补通知")
    desk.do(decide, world.office(world.school), command)
    back = desk.do(declaration_view, person, Number(value=view.id))
    assert (back.status_label, back.reason) == ("待提交", "请补通知")


def test_a_stale_version_decides_nothing(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    school = world.office(world.school)
    approve(desk, school, view)
    assert refused(lambda: approve(desk, school, view)).code is ErrorCode.STALE


@pytest.mark.parametrize("office", ["clinic", "other_bureau", "city_bureau", "education", "county_bureau"])
def test_only_the_office_whose_turn_it_is_decides(
    desk: Desk, world: World, tmp_path: Path, office: str
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    other = world.office(getattr(world, office))
    assert refused(lambda: approve(desk, other, view)).code is ErrorCode.NOT_YOURS


def test_a_person_cannot_decide_at_all(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    assert refused(lambda: approve(desk, person, view)).code is ErrorCode.NOT_ALLOWED


def test_of_two_reviewers_at_once_exactly_one_decides(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    offices = [world.office(world.school, f"审核员{number}") for number in range(4)]
    outcomes = together([lambda office=office: approve(desk, office, view) for office in offices])  # type: ignore[misc]
    assert sorted(outcomes) == ["E302", "E302", "E302", "done"]


def test_a_withdrawal_and_an_approval_at_once_do_not_both_happen(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, school = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    key = DeclarationKey(declaration_id=view.id, version=view.version)
    outcomes = together(
        [lambda: desk.do(withdraw_declaration, person, key), lambda: approve(desk, school, view)]
    )
    assert outcomes.count("done") == 1


def test_approvals_of_one_year_at_once_lose_no_hours(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.garden)
    bureau, firm = world.office(world.city_bureau), world.office(world.garden)
    waiting = []
    for month in range(1, 7):
        days = {"started_on": f"2026-0{month}-05", "ended_on": f"2026-0{month}-05"}
        name = {"class_name": f"{month}月班", "claimed_hours": "8"}
        view = submitted(desk, person, tmp_path, month, **days, **name)
        waiting.append(approve(desk, firm, view))
    outcomes = together([lambda item=item: approve(desk, bureau, item) for item in waiting])  # type: ignore[misc]
    year = year_of(world, person)
    assert (outcomes, year and year.professional_halves) == (["done"] * 6, 96)


def test_every_move_leaves_a_decision_and_an_audit_entry(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    approve_all_the_way(desk, world, view)
    with world.store.reading() as work:
        moves = work.session.scalars(
            select(Decision.move).where(Decision.object_id == view.id).order_by(Decision.seq)
        ).all()
        entries = work.session.scalar(
            select(func.count()).where(Audit.object_kind == "declaration", Audit.object_id == str(view.id))
        )
    assert (moves, entries) == (["submit", "pass_on", "pass_on", "approve"], 4)


def test_the_queue_holds_only_what_waits_here_oldest_first(desk: Desk, world: World, tmp_path: Path) -> None:
    school = world.office(world.school)
    first = submitted(desk, world.person("甲甲"), tmp_path, 1)
    world.wait(days=1)
    second = submitted(desk, world.person("乙乙"), tmp_path, 2)
    submitted(desk, world.person("丙丙", world.clinic), tmp_path, 3)
    page = desk.do(queue_page, school, QueueQuery())
    assert [(row.id, row.waiting_days) for row in page.rows] == [(first.id, 1), (second.id, 0)]


def test_buckets_part_what_is_late_from_what_is_plain(desk: Desk, world: World, tmp_path: Path) -> None:
    school = world.office(world.school)
    submitted(desk, world.person("甲甲"), tmp_path, 1)
    world.wait(days=8)
    submitted(desk, world.person("乙乙"), tmp_path, 2)
    counts = desk.do(queue_page, school, QueueQuery(bucket=Bucket.OVERDUE)).counts
    assert [counts[each] for each in Bucket] == [2, 1, 0, 1, 0]


def test_the_same_scan_used_by_another_is_a_doubt_about_both(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    one = submitted(desk, world.person("甲甲"), tmp_path, 5)
    two = submitted(desk, world.person("乙乙"), tmp_path, 5)
    school = world.office(world.school)
    item = desk.do(review_item, school, ItemKey(id=two.id))
    flagged = desk.do(queue_page, school, QueueQuery(bucket=Bucket.FLAGGED))
    assert ([each.other_id for each in item.doubts], [row.id for row in flagged.rows]) == (
        [one.id],
        [one.id, two.id],
    )


def test_a_claim_above_the_rule_is_a_doubt(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path, claimed_hours="56", remark="晚间另有课程")
    item = desk.do(review_item, world.office(world.school), ItemKey(id=view.id))
    assert [each.text for each in item.doubts] == [
        "5 天最多 40 学时，申请 56",
        "规则得出 40 学时，申请 56",
    ]


def test_the_item_shows_the_rule_and_what_the_year_would_come_to(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    item = desk.do(review_item, world.office(world.school), ItemKey(id=view.id))
    assert (item.rule_check, item.year_line) == (
        "5 天 x 8 = 40   一致   [推定]",
        "公需 0  专业 0 (通过后 40)",
    )


def test_who_else_looks_is_said_until_they_leave(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    one, two = world.office(world.school, "王审核"), world.office(world.school, "李审核")
    desk.do(review_item, one, ItemKey(id=view.id))
    seen = desk.do(review_item, two, ItemKey(id=view.id)).viewers
    desk.do(leave_item, one, ItemKey(id=view.id))
    after = desk.do(review_item, two, ItemKey(id=view.id)).viewers
    assert (seen, after) == (("王审核 09:00 起在看",), ())


def test_a_batch_leaves_out_what_is_doubtful_and_what_is_stale(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    plain = submitted(desk, world.person("甲甲"), tmp_path, 1)
    doubtful = submitted(desk, world.person("乙乙"), tmp_path, 2, claimed_hours="56", remark="有理由")
    stale = submitted(desk, world.person("丙丙"), tmp_path, 3)
    items = ((plain.id, plain.version), (doubtful.id, doubtful.version), (stale.id, stale.version + 5))
    result = desk.do(decide_many, world.office(world.school), DecideMany(items=items))
    assert ([each.id for each in result.decided], [each[:2] for each in result.left_out]) == (
        [plain.id],
        [(doubtful.id, "乙乙"), (stale.id, "丙丙")],
    )


def test_a_batch_of_one_person_counts_every_item(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.garden)
    firm, bureau = world.office(world.garden), world.office(world.city_bureau)
    items = []
    for month in (1, 2, 3):
        days = {"started_on": f"2026-0{month}-05", "ended_on": f"2026-0{month}-05"}
        view = submitted(desk, person, tmp_path, month, class_name=f"{month}月", claimed_hours="8", **days)
        passed = approve(desk, firm, view)
        items.append((passed.id, passed.version))
    desk.do(decide_many, bureau, DecideMany(items=tuple(items)))
    year = year_of(world, person)
    assert year is not None and year.professional_halves == 48


def test_a_decision_is_taken_back_while_the_next_office_has_not_acted(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    school = world.office(world.school)
    passed = approve(desk, school, submitted(desk, world.person(), tmp_path), "30")
    back = desk.do(undo_decision, school, UndoDecision(id=passed.id, version=passed.version))
    assert back.next_handler == "汝阳县小店镇第一初级中学"


def test_taking_back_the_last_approval_takes_the_hours_back(desk: Desk, world: World, tmp_path: Path) -> None:
    person, bureau = world.person(employer=world.garden), world.office(world.city_bureau)
    passed = approve(desk, world.office(world.garden), submitted(desk, person, tmp_path))
    done = approve(desk, bureau, passed)
    desk.do(undo_decision, bureau, UndoDecision(id=done.id, version=done.version))
    year = year_of(world, person)
    assert year is not None and year.professional_halves == 0


def test_once_the_next_office_has_acted_nothing_is_taken_back(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    school = world.office(world.school)
    first = approve(desk, school, submitted(desk, world.person(), tmp_path))
    second = approve(desk, world.office(world.education), first)
    undo = UndoDecision(id=second.id, version=second.version)
    assert refused(lambda: desk.do(undo_decision, school, undo)).code is ErrorCode.MOVE_NOT_ALLOWED


def test_nobody_takes_back_a_colleagues_decision(desk: Desk, world: World, tmp_path: Path) -> None:
    one, two = world.office(world.school), world.office(world.school)
    passed = approve(desk, one, submitted(desk, world.person(), tmp_path))
    undo = UndoDecision(id=passed.id, version=passed.version)
    assert refused(lambda: desk.do(undo_decision, two, undo)).code is ErrorCode.MOVE_NOT_ALLOWED


def test_only_the_last_ten_decisions_can_be_taken_back(desk: Desk, world: World, tmp_path: Path) -> None:
    school = world.office(world.school)
    first = approve(desk, school, submitted(desk, world.person(), tmp_path, 0))
    for shade in range(1, 11):
        approve(desk, school, submitted(desk, world.person(), tmp_path, shade))
    undo = UndoDecision(id=first.id, version=first.version)
    assert refused(lambda: desk.do(undo_decision, school, undo)).code is ErrorCode.MOVE_NOT_ALLOWED


def test_the_hours_that_one_level_gave_are_offered_to_the_next(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    passed = approve(desk, world.office(world.school), submitted(desk, world.person(), tmp_path), "32")
    item = desk.do(review_item, world.office(world.education), ItemKey(id=passed.id))
    assert item.proposed == CreditHours.of(32)


def test_a_refused_declaration_counts_nothing(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    command = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="不符")
    desk.do(decide, world.office(world.school), command)
    with world.store.reading() as work:
        row = work.session.get_one(Declaration, view.id)
        assert (row.status, row.recognised_halves, row.handler_org_id) == ("rejected", None, None)


def together(calls: list[Callable[[], object]]) -> list[str]:
    """Run all at once; `done` or the code of the refusal of each."""
    barrier, outcomes = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(refusal.code.value)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
