"""培训计划: kept, sent in, taken back, decided with the hours it may give, cancelled before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.training import PlanKind
from core.schema.base import Number
from core.schema.review import ItemKey, QueueQuery, Subject, Verdict
from core.schema.training import FiledQuery, PlanKey, PlanQuery, PlanView, SavePlan
from core.services.desk import Desk
from core.services.plans import (
    cancel_plan,
    delete_plan,
    filed_plans,
    plan_view,
    plans_page,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from core.services.review_views import queue_page, review_item
from tests.services.hall import answer
from tests.services.races import at_once, moves
from tests.services.teaching import (
    COURSES,
    Ground,
    decided,
    filed_plan,
    ground_of,
    new_class,
    notice,
    sent_plan,
    typed_plan,
)
from tests.worlds import World


@pytest.fixture
def ground(world: World, desk: Desk, tmp_path: Path) -> Ground:
    return ground_of(world, desk, tmp_path)


def key(view: PlanView) -> PlanKey:
    return PlanKey(plan_id=view.id, version=view.version)


def now(ground: Ground, view: PlanView) -> PlanView:
    return ground.desk.do(plan_view, ground.base, Number(value=view.id))


def test_a_draft_needs_a_name_and_nothing_else(ground: Ground) -> None:
    with pytest.raises(Refused) as caught:
        ground.desk.do(save_plan, ground.base, SavePlan(values={}))
    assert [(each.field, each.code) for each in caught.value.fields] == [("title", ErrorCode.REQUIRED)]
    kept = ground.desk.do(save_plan, ground.base, SavePlan(values={"title": "计划"}, courses=COURSES))
    assert (kept.state_label, kept.moves) == ("草稿", ("save", "submit", "delete"))
    (row,) = ground.desk.do(plans_page, ground.base, PlanQuery()).rows
    assert (row.title, row.state_label, len(kept.courses)) == ("计划", "草稿", 2)


def test_a_plan_is_sent_to_the_bureau_nearest_to_the_base(ground: Ground) -> None:
    view = sent_plan(ground)
    assert (view.state_label, view.handler, view.moves) == (
        "待审批",
        "汝阳县人力资源和社会保障局",
        ("withdraw",),
    )
    (row,) = ground.desk.do(queue_page, ground.bureau, QueueQuery(subject=Subject.PLAN)).rows
    assert (row.person_name, row.form_name, row.claimed) == (
        view.org_name,
        view.title,
        CreditHours.of(40),
    )


def test_everything_that_bars_it_stands_beside_its_field(ground: Ground) -> None:
    typed = typed_plan(ended_on="2026-10-01", planned_hours="41", title="")
    with pytest.raises(Refused) as caught:
        ground.desk.do(submit_plan, ground.base, SavePlan(values=typed, courses=COURSES))
    found = {each.field: each.code for each in caught.value.fields}
    assert found == {
        "title": ErrorCode.REQUIRED,
        "ended_on": ErrorCode.DATE_ORDER,
        "planned_hours": ErrorCode.COURSES_DIFFER,
        "evidence": ErrorCode.EVIDENCE_COUNT,
    }


def test_the_bureau_gives_fewer_hours_but_never_more(ground: Ground) -> None:
    view = sent_plan(ground)
    with pytest.raises(Refused) as caught:
        decided(ground, view, recognised="40.5")
    assert caught.value.fields[0].code is ErrorCode.ABOVE_CLAIM
    decided(ground, view, recognised="32")
    assert (now(ground, view).allowed, now(ground, view).state_label) == (CreditHours.of(32), "已结束")


def test_returned_it_is_mended_and_sent_again(ground: Ground) -> None:
    view = sent_plan(ground)
    decided(ground, view, Verdict.RETURN)
    back = now(ground, view)
    assert (back.state_label, back.reason, back.moves) == ("退回", "请核对", ("save", "submit", "cancel"))
    evidence = (notice(ground, ground.base),)
    command = SavePlan(
        plan_id=back.id, version=back.version, values=typed_plan(), courses=COURSES, evidence=evidence
    )
    again = ground.desk.do(submit_plan, ground.base, command)
    assert (again.state_label, moves(ground.world, view.id, "plan")) == (
        "待审批",
        ["submit", "return", "submit"],
    )


def test_refused_it_is_over(ground: Ground) -> None:
    view = sent_plan(ground)
    decided(ground, view, Verdict.REJECT)
    assert (now(ground, view).state_label, now(ground, view).moves) == ("不通过", ())


def test_taken_back_it_is_a_draft_that_can_be_deleted(ground: Ground) -> None:
    view = sent_plan(ground)
    draft = ground.desk.do(withdraw_plan, ground.base, key(view))
    assert draft.state_label == "草稿"
    ground.desk.do(delete_plan, ground.base, key(draft))
    assert ground.desk.do(plans_page, ground.base, PlanQuery()).rows == ()


def test_a_plan_is_cancelled_only_before_it_begins(ground: Ground) -> None:
    begun = now(ground, filed_plan(ground))
    assert "cancel" not in begun.moves
    with pytest.raises(Refused) as caught:
        ground.desk.do(cancel_plan, ground.base, key(begun))
    assert caught.value.code is ErrorCode.PLAN_BEGUN
    later = now(ground, filed_plan(ground, started_on="2026-12-07", ended_on="2026-12-11"))
    assert later.state_label == "已备案"
    assert ground.desk.do(cancel_plan, ground.base, key(later)).state_label == "已取消"


def test_a_plan_with_a_class_is_not_cancelled(ground: Ground) -> None:
    plan = now(ground, filed_plan(ground, started_on="2026-12-07", ended_on="2026-12-11"))
    new_class(ground, plan, started_on="2026-12-07", ended_on="2026-12-11")
    with pytest.raises(Refused) as caught:
        ground.desk.do(cancel_plan, ground.base, key(plan))
    assert caught.value.code is ErrorCode.HAS_DEPENDANTS


def test_a_filed_plan_runs_and_ends_by_its_dates(ground: Ground) -> None:
    plan = filed_plan(ground, started_on="2026-11-20", ended_on="2026-11-25")
    assert now(ground, plan).state_label == "执行中"
    ground.world.wait(days=4)
    assert now(ground, plan).state_label == "已结束"


def test_an_authority_files_its_industry_plan_on_the_same_desk(ground: Ground) -> None:
    authority = ground.world.office(ground.world.education)
    view = sent_plan(ground, authority, title="教育系统专业科目培训")
    assert (view.kind, view.handler) == (PlanKind.INDUSTRY, "汝阳县人力资源和社会保障局")
    item = ground.desk.do(review_item, ground.bureau, ItemKey(subject=Subject.PLAN, id=view.id))
    assert item.heading.startswith("行业培训计划")
    decided(ground, view)
    person = ground.world.person()
    found = ground.desk.do(filed_plans, person, FiledQuery(kind=PlanKind.INDUSTRY, year=2026)).rows
    assert [(row.name, row.org_name) for row in found] == [("教育系统专业科目培训", "汝阳县教育局")]


def test_a_person_chooses_among_the_classes_of_filed_plans(ground: Ground) -> None:
    new_class(ground, name="初中数学一班")
    query = FiledQuery(kind=PlanKind.BASE, year=2026, text="数学")
    (row,) = ground.desk.do(filed_plans, ground.world.person(), query).rows
    assert (row.name, row.org_name, row.allowed) == ("初中数学一班", "汝阳县教师进修学校", CreditHours.of(40))


def test_of_two_approvals_at_once_one_counts(ground: Ground) -> None:
    view = sent_plan(ground)
    others = [ground.world.office(ground.world.county_bureau) for _ in range(2)]
    answers = at_once(*(lambda who=who: decided(ground, view, bureau=who) for who in others))
    assert sorted(answers) == ["STALE", "done"]
    assert moves(ground.world, view.id, "plan").count("approve") == 1


def test_an_approval_and_a_withdrawal_at_once_end_in_one_of_them(ground: Ground) -> None:
    view = sent_plan(ground)
    at_once(lambda: decided(ground, view), lambda: ground.desk.do(withdraw_plan, ground.base, key(view)))
    assert len(moves(ground.world, view.id, "plan")) == 2


def test_a_bureau_elsewhere_neither_sees_nor_decides_it(ground: Ground) -> None:
    view = sent_plan(ground)
    other = ground.world.office(ground.world.other_bureau)
    assert answer(lambda: decided(ground, view, bureau=other)) == "NOT_YOURS"
    assert answer(lambda: ground.desk.do(plan_view, other, Number(value=view.id))) == "NOT_YOURS"
