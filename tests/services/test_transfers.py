"""单位调转: asked for, taken back, answered by the new unit; what bars it, what it bars, and what moves along."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Declaration, Department, Org, Person, PersonYear
from core.rules.errors import ErrorCode, Refused
from core.schema.annual import AnnualQuery, ChangeYear
from core.schema.base import Nothing, Number
from core.schema.changes import SubmitTransfer, TransferPage
from core.schema.declarations import SaveDeclaration
from core.schema.review import ItemKey, QueueQuery, Subject, UndoDecision, Verdict
from core.services import transfers
from core.services.annual import annual_page, person_home, recount
from core.services.change_views import view_change
from core.services.declarations import declaration_view, save_declaration, submit_declaration
from core.services.desk import Desk
from core.services.office_home import office_home
from core.services.positions import withdraw_position
from core.services.review import decide, undo_decision
from core.services.review_views import queue_page, review_item
from core.services.transfers import submit_transfer, transfer_page, withdraw_transfer
from core.services.years import change_year
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.hall import answer, pass_year
from tests.services.moving import (
    answered,
    as_stored,
    entries_about,
    key,
    moves_to,
    position,
    said,
    told,
    transfer,
)
from tests.services.races import at_once, moves, professional_halves, verdict
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, scan, submitted, training


@pytest.fixture
def small(sqlite_store: Store) -> World:
    """Enough where no statement differs between the engines."""
    return build_world(sqlite_store)


@pytest.fixture
def small_desk(small: World) -> Desk:
    return cheap_desk(small.store)


def test_a_transfer_waits_at_the_new_unit_and_the_person_stays_with_the_old_one(
    desk: Desk, world: World
) -> None:
    person = world.person()
    view = transfer(desk, person, world.garden)
    page: TransferPage = desk.do(transfer_page, person, Nothing())
    (row,) = page.rows
    shown = (row.before, row.after, row.state_label, row.moves, view.handler)
    unit = "华瑞园林工程有限公司"
    assert shown == ("汝阳县小店镇第一初级中学", unit, "待接收", ("withdraw",), unit)
    assert (as_stored(world, person).employer_id, page.employer) == (world.school, row.before)


def test_taken_in_the_person_belongs_to_the_new_unit_its_department_and_its_region(
    desk: Desk, world: World
) -> None:
    person = world.person()
    with world.store.writing() as work:
        department = Department(org_id=world.garden, name="工程部")
        work.session.add(department)
        work.commit()
    view = desk.do(submit_transfer, person, moves_to(world.garden, department="工程部"))
    answered(desk, world.office(world.garden), view)
    now = as_stored(world, person)
    assert (now.employer_id, now.department_id, now.region_code) == (world.garden, department.id, "410327")
    (row,) = desk.do(transfer_page, person, Nothing()).rows
    assert (row.state_label, row.moves, row.decided_at is not None) == ("通过", (), True)


def test_refused_the_person_stays_and_reads_why(desk: Desk, world: World) -> None:
    person = world.person()
    view = transfer(desk, person, world.garden)
    office = world.office(world.garden)
    without = answer(lambda: answered(desk, office, view, Verdict.REJECT))
    answered(desk, office, view, Verdict.REJECT, "不是本单位拟调入人员")
    shown = desk.do(view_change, person, Number(value=view.id))
    last = shown.history[-1]
    assert (without, shown.state_label, shown.reason) == ("REASON_REQUIRED", "不通过", "不是本单位拟调入人员")
    assert (last.step_label, last.move_label, last.opinion) == ("单位接收", "拒绝", "不是本单位拟调入人员")
    assert as_stored(world, person).employer_id == world.school


def test_taken_back_it_can_be_asked_for_again_elsewhere(desk: Desk, world: World) -> None:
    person = world.person()
    view = transfer(desk, person, world.garden)
    back = desk.do(withdraw_transfer, person, key(view))
    transfer(desk, person, world.clinic)
    rows = desk.do(transfer_page, person, Nothing()).rows
    assert (back.state_label, [row.state_label for row in rows]) == ("已撤回", ["待接收", "已撤回"])


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REJECT])
def test_person_and_old_unit_are_told_by_their_names_alone(
    small_desk: Desk, small: World, verdict: Verdict
) -> None:
    person = small.person()
    view = transfer(small_desk, person, small.garden)
    answered(small_desk, small.office(small.garden), view, verdict, "暂无岗位")
    unit = "华瑞园林工程有限公司"
    taken = verdict is Verdict.APPROVE
    own = f"单位调转通过：{unit} 已接收，今后的申报由该单位初审"
    refused = f"单位调转不通过：{unit} 没有接收。原因：暂无岗位"
    assert told(small, account_id=person.account_id) == [own if taken else refused]
    assert told(small, org_id=small.school) == ([f"张三 已调转到 {unit}"] if taken else [])


def test_every_step_has_its_line_of_history_and_one_entry_of_the_log(small_desk: Desk, small: World) -> None:
    person = small.person()
    view = transfer(small_desk, person, small.garden)
    answered(small_desk, small.office(small.garden), view)
    shown = small_desk.do(view_change, person, Number(value=view.id)).history
    lines = [(line.step_label, line.move_label) for line in shown]
    assert lines == [("本人", "提交转出申请"), ("单位接收", "接收")]
    assert (moves(small, view.id, "transfer"), entries_about(small, "transfer", view.id)) == (
        ["submit", "approve"],
        2,
    )


# ------------------------------------------------------------------------------------------------- guards


def test_everything_under_review_bars_it_and_is_named(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    held = position(desk, person)
    school = "汝阳县小店镇第一初级中学"
    claim = f"学时申报 2026 岗位培训《{view.title}》 待 {school} 审核"
    both = (claim, f"专业技术职务 待 {school} 审核")
    assert desk.do(transfer_page, person, Nothing()).blocking == both
    with pytest.raises(Refused) as refused:
        transfer(desk, person, world.garden)
    assert (refused.value.code, refused.value.params["blocking"]) == (
        ErrorCode.TRANSFER_BLOCKED,
        "；".join(both),
    )
    desk.do(withdraw_position, person, key(held))
    assert answer(lambda: transfer(desk, person, world.garden)) == "TRANSFER_BLOCKED"
    desk.do(decide, world.office(world.school), verdict(view, Verdict.REJECT))
    assert answer(lambda: transfer(desk, person, world.garden)) == "done"


def test_what_has_gone_on_to_the_next_level_bars_it_by_that_offices_name(
    small_desk: Desk, small: World, tmp_path: Path
) -> None:
    person = small.person()
    view = submitted(small_desk, person, tmp_path)
    small_desk.do(decide, small.office(small.school), verdict(view, Verdict.APPROVE))
    (line,) = small_desk.do(transfer_page, person, Nothing()).blocking
    assert line.endswith("待 汝阳县教育局 审核")


def test_while_it_waits_nothing_new_is_begun(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    attached = (scan(desk, person, tmp_path),)
    transfer(desk, person, world.garden)
    form = SaveDeclaration(form="post_training", values=training(), evidence=attached)
    with pytest.raises(Refused) as refused:
        desk.do(submit_declaration, person, form)
    assert refused.value.text == "单位调转正在办理，新单位处理或撤回后才能提交申报"
    assert answer(lambda: position(desk, person)) == "TRANSFER_PENDING"
    assert answer(lambda: desk.do(save_declaration, person, form)) == "done"


def test_while_it_waits_no_verdict_on_the_persons_claims_is_taken_back(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, office = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    done = desk.do(decide, office, verdict(view, Verdict.REJECT))
    moving = transfer(desk, person, world.garden)
    undo = UndoDecision(id=done.id, version=done.version)
    while_waiting = answer(lambda: desk.do(undo_decision, office, undo))
    answered(desk, world.office(world.garden), moving)
    afterwards = answer(lambda: desk.do(undo_decision, office, undo))
    assert (while_waiting, afterwards) == ("TRANSFER_PENDING", "MOVE_NOT_ALLOWED")


def test_the_form_says_beside_its_field_what_is_wrong(small_desk: Desk, small: World) -> None:
    person = small.person()
    with small.store.writing() as work:
        work.session.get_one(Org, small.clinic).accepts_registrations = False
        work.commit()

    def refused(command: SubmitTransfer) -> dict[str, str]:
        with pytest.raises(Refused) as caught:
            small_desk.do(submit_transfer, person, command)
        return {each.field: each.code.name for each in caught.value.fields}

    assert refused(SubmitTransfer(values={})) == {"region": "REQUIRED", "employer": "REQUIRED"}
    assert refused(moves_to(small.school)) == {"employer": "SAME_EMPLOYER"}
    assert refused(moves_to(small.clinic)) == {"employer": "EMPLOYER_CLOSED"}
    assert refused(moves_to(small.education)) == {"employer": "EMPLOYER_CLOSED"}
    assert refused(moves_to(999)) == {"employer": "EMPLOYER_CLOSED"}
    assert refused(moves_to(small.garden, department="没有的部门")) == {"department": "NOT_IN_LIST"}
    assert refused(moves_to(small.garden, reason="长" * 201)) == {"reason": "TOO_LONG"}


def test_a_second_one_is_refused_while_the_first_waits(small_desk: Desk, small: World) -> None:
    person = small.person()
    transfer(small_desk, person, small.garden)
    with pytest.raises(Refused) as refused:
        transfer(small_desk, person, small.clinic)
    assert refused.value.text == "已有一项单位调转在办理，请等结果，或先撤回"


# ------------------------------------------------------------------------------------ what moves along


def test_after_it_the_old_unit_sees_nothing_new_and_decides_nothing(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, old, new = world.person(), world.office(world.school), world.office(world.garden)
    before = submitted(desk, person, tmp_path, 1)
    desk.do(decide, old, verdict(before, Verdict.REJECT))
    answered(desk, new, transfer(desk, person, world.garden))
    view = submitted(desk, person, tmp_path, 2, class_name="园林工程培训班")
    assert [row.id for row in desk.do(queue_page, new, QueueQuery()).rows] == [view.id]
    assert desk.do(queue_page, old, QueueQuery()).rows == ()
    reached = (
        answer(lambda: desk.do(declaration_view, old, Number(value=view.id))),
        answer(lambda: desk.do(decide, old, verdict(view, Verdict.APPROVE))),
        answer(lambda: desk.do(declaration_view, old, Number(value=before.id))),
    )
    assert reached == ("NOT_YOURS", "NOT_YOURS", "done")


def test_what_was_saved_before_goes_to_the_new_units_chain(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    form = SaveDeclaration(form="post_training", values=training(), evidence=(scan(desk, person, tmp_path),))
    draft = desk.do(save_declaration, person, form)
    answered(desk, world.office(world.garden), transfer(desk, person, world.garden))
    shown = desk.do(declaration_view, person, Number(value=draft.id))
    assert (shown.version, shown.chain) == (
        draft.version,
        ("华瑞园林工程有限公司", "洛阳市人力资源和社会保障局"),
    )
    again = form.model_copy(update={"declaration_id": draft.id, "version": draft.version})
    assert desk.do(submit_declaration, person, again).handler == "华瑞园林工程有限公司"


def test_what_was_returned_stays_out_of_the_new_units_sight_until_it_is_sent_in_again(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, new = world.person(), world.office(world.garden)
    view = submitted(desk, person, tmp_path)
    back = desk.do(decide, world.office(world.school), verdict(view, Verdict.RETURN))
    answered(desk, new, transfer(desk, person, world.garden))
    unseen = answer(lambda: desk.do(declaration_view, new, Number(value=view.id)))
    form = SaveDeclaration(
        declaration_id=back.id,
        version=back.version,
        form="post_training",
        values=training(),
        evidence=(scan(desk, person, tmp_path),),
    )
    sent = desk.do(submit_declaration, person, form)
    assert (unseen, sent.handler) == ("NOT_YOURS", "华瑞园林工程有限公司")


def test_the_session_goes_on_in_another_region(desk: Desk, world: World) -> None:
    person = world.person()
    answered(desk, world.office(world.clinic), transfer(desk, person, world.clinic))
    assert desk.do(person_home, person, Nothing()).employer == "梁园区白云社区卫生服务中心"


def test_years_are_kept_and_the_open_ones_follow_to_the_new_region(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2024, "30", "60")
    pass_year(world, person, 2023)
    answered(desk, world.office(world.clinic), transfer(desk, person, world.clinic))
    with world.store.reading() as work:
        years = {row.year: row.region_code for row in work.session.scalars(select(PersonYear))}
    assert years == {2024: "411402", 2023: "410326"}
    assert [row.year for row in desk.do(annual_page, person, AnnualQuery()).rows] == [2024, 2023]


def test_a_settled_year_stays_where_it_was_settled_though_hours_come_in_later(
    desk: Desk, world: World
) -> None:
    person = world.person()
    remember(world, person, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    with world.store.writing() as work:
        work.session.get_one(Person, person.person_id).region_code = "410327"
        assert person.person_id is not None
        row = recount(work, person.person_id, "410327", 2025)
        kept = row.region_code
    assert kept == "410326"


def test_the_bureau_of_the_new_region_recognises_the_year(desk: Desk, world: World) -> None:
    person, old, new = world.person(), world.office(world.county_bureau), world.office(world.other_bureau)
    remember(world, person, 2026, "30", "60")
    answered(desk, world.office(world.clinic), transfer(desk, person, world.clinic))
    for bureau in (old, new):
        desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="到期"))
    done = [settle(desk, bureau, 2026) for bureau in (old, new)]
    assert [(each.people, each.passed) for each in done] == [(0, 0), (1, 1)]


def test_a_person_may_move_on_and_back(desk: Desk, world: World) -> None:
    person = world.person()
    for org_id in (world.garden, world.clinic, world.school):
        answered(desk, world.office(org_id), transfer(desk, person, org_id))
    rows = desk.do(transfer_page, person, Nothing()).rows
    assert ([row.state for row in rows], as_stored(world, person).employer_id) == (
        ["approved"] * 3,
        world.school,
    )


# ------------------------------------------------------------------------------------------- strangers


def test_a_transfer_is_the_business_of_its_person_and_of_the_new_unit_only(desk: Desk, world: World) -> None:
    person, other = world.person(), world.person("李四")
    view = transfer(desk, person, world.garden)
    old, third = world.office(world.school), world.office(world.clinic)
    item = ItemKey(subject=Subject.TRANSFER, id=view.id)
    answers = {
        answer(lambda: desk.do(withdraw_transfer, other, key(view))),
        answer(lambda: desk.do(view_change, other, Number(value=view.id))),
        *(answer(lambda each=each: desk.do(review_item, each, item)) for each in (old, third)),
        *(answer(lambda each=each: answered(desk, each, view)) for each in (old, third)),
    }
    assert (answers, as_stored(world, person).employer_id) == ({"NOT_YOURS"}, world.school)


def test_the_office_home_counts_who_wants_to_come(desk: Desk, world: World) -> None:
    transfer(desk, world.person(), world.garden)
    world.wait(days=8)
    transfer(desk, world.person("李四"), world.garden)
    queues = desk.do(office_home, world.office(world.garden), Nothing()).queues
    assert [queues[each] for each in ("transfer", "position", "identity")] == [(2, 1), (0, 0), (0, 0)]


# ---------------------------------------------------------------------------------------------- races


def test_of_two_transfers_at_once_one_waits(desk: Desk, world: World) -> None:
    person = world.person()
    answers = at_once(
        *(lambda org_id=org_id: transfer(desk, person, org_id) for org_id in (world.garden, world.clinic))
    )
    assert sorted(answers) == ["CHANGE_PENDING", "done"]


def test_what_slips_past_the_question_the_database_refuses_in_words(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.person()
    transfer(desk, person, world.garden)
    monkeypatch.setattr(transfers, "refuse_second", lambda *_: None)
    with pytest.raises(Refused) as refused:
        transfer(desk, person, world.clinic)
    assert refused.value.text == "已有一项同类的变更在办理，请等结果，或先撤回"


def test_it_is_taken_back_or_taken_in_but_not_both(desk: Desk, world: World) -> None:
    person, office = world.person(), world.office(world.garden)
    view = transfer(desk, person, world.garden)
    answers = at_once(
        lambda: desk.do(decide, office, said(view, Verdict.APPROVE)),
        lambda: desk.do(withdraw_transfer, person, key(view)),
    )
    assert (sorted(answers), len(moves(world, view.id, "transfer"))) == (["STALE", "done"], 2)
    taken = answers[0] == "done"
    assert as_stored(world, person).employer_id == (world.garden if taken else world.school)


def test_of_a_claim_and_a_transfer_at_once_one_is_sent(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    form = SaveDeclaration(form="post_training", values=training(), evidence=(scan(desk, person, tmp_path),))
    answers = at_once(
        lambda: desk.do(submit_declaration, person, form),
        lambda: transfer(desk, person, world.garden),
    )
    with world.store.reading() as work:
        waiting = work.session.scalars(select(Declaration.status)).all()
    sent = (["done", "TRANSFER_BLOCKED"], ["pending"]), (["TRANSFER_PENDING", "done"], [])
    assert (answers, waiting) in sent


def test_of_an_undo_and_a_transfer_at_once_one_happens(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = desk.do(decide, office, verdict(submitted(desk, person, tmp_path), Verdict.REJECT))
    answers = at_once(
        lambda: desk.do(undo_decision, office, UndoDecision(id=done.id, version=done.version)),
        lambda: transfer(desk, person, world.garden),
    )
    assert answers in (["done", "TRANSFER_BLOCKED"], ["TRANSFER_PENDING", "done"])


def test_hours_stay_what_was_approved_wherever_the_person_goes(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person(employer=world.garden)
    item = submitted(desk, person, tmp_path)
    for office in (world.garden, world.city_bureau):
        item = desk.do(decide, world.office(office), verdict(item, Verdict.APPROVE))
    answered(desk, world.office(world.school), transfer(desk, person, world.school))
    assert professional_halves(world, person) == 80
