"""单位申报 (E5): one activity for many persons, its own chain, what stands against whom, and 撤销 of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.model import Account, Audit, Declaration, Message
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.rules.workflow import DeclarationState
from core.schema.activities import (
    ActivityKey,
    ActivityPeopleQuery,
    ActivityQuery,
    ActivitySent,
    ClaimantQuery,
    SubmitActivity,
)
from core.schema.annual import ChangeYear
from core.schema.base import Nothing, Number
from core.schema.declarations import DeclarationKey, EvidenceCells, ProgressQuery
from core.schema.review import Decide, ItemKey, QueueQuery, UndoDecision, Verdict
from core.services.activities import activity_context, submit_activity, withdraw_activity
from core.services.activity_views import (
    activity_page,
    activity_people,
    activity_view,
    claimant_groups,
    claimant_ids,
    claimant_page,
)
from core.services.declarations import progress_page, withdraw_declaration
from core.services.desk import Desk
from core.services.evidence import evidence_cells
from core.services.review import decide, queue_page, review_item, undo_decision
from core.services.years import change_year
from tests.rules.learning_samples import sample
from tests.services.moving import transfer
from tests.worlds import World, scan, submitted, training


@pytest.fixture
def unit(world: World) -> Actor:
    """The school's administrator; its authority is the education bureau."""
    return world.office(world.school)


def declared(
    desk: Desk, unit: Actor, folder: Path, people: list[Actor], leave_out: tuple[int, ...] = (), **more: str
) -> ActivitySent:
    """An activity of the school for these people."""
    command = SubmitActivity(
        form="post_training",
        values=training(**more),
        evidence=(scan(desk, unit, folder, 77),),
        people=tuple(person.person_id or 0 for person in people),
        leave_out=leave_out,
    )
    return desk.do(submit_activity, unit, command)


def rows_of(world: World, activity_id: int) -> list[Declaration]:
    """The declarations of an activity."""
    with world.store.reading() as work:
        query = select(Declaration).where(Declaration.activity_id == activity_id).order_by(Declaration.id)
        return list(work.session.scalars(query))


def refused_fields(call: object) -> dict[str, ErrorCode]:
    """What a call refuses, by field."""
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return {each.field: each.code for each in caught.value.fields}


def test_an_activity_makes_one_declaration_for_each_person(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    people = [world.person(name) for name in ("张三", "李四", "王五")]
    sent = declared(desk, unit, tmp_path, people)
    rows = rows_of(world, sent.activity_id)
    assert [row.person_id for row in rows] == [person.person_id for person in people]
    assert {(row.source, row.status, row.step) for row in rows} == {("unit", "pending", "authority")}
    assert {row.handler_org_id for row in rows} == {world.education}
    assert (sent.declared, sent.handler) == (3, "汝阳县教育局")


def test_without_an_authority_it_goes_straight_to_the_bureau(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    firm, person = world.office(world.garden), world.person("李四", world.garden)
    sent = declared(desk, firm, tmp_path, [person])
    (row,) = rows_of(world, sent.activity_id)
    assert (row.step, row.handler_org_id) == ("bureau", world.city_bureau)


def test_an_activity_is_one_entry_of_the_log(world: World, desk: Desk, unit: Actor, tmp_path: Path) -> None:
    people = [world.person(), world.person()]
    scan(desk, unit, tmp_path, 77)
    with world.store.reading() as work:
        before = work.session.scalar(select(func.count()).select_from(Audit)) or 0
    sent = declared(desk, unit, tmp_path, people)
    with world.store.reading() as work:
        entries = list(work.session.scalars(select(Audit).order_by(Audit.id).offset(before)))
    assert [entry.action for entry in entries if entry.object_kind == "activity"] == ["activity.submit"]
    assert [entry.object_id for entry in entries if entry.object_kind == "activity"] == [
        str(sent.activity_id)
    ]


def test_each_person_is_told_and_sees_where_it_came_from(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    person = world.person()
    declared(desk, unit, tmp_path, [person])
    (row,) = desk.do(progress_page, person, ProgressQuery()).rows
    assert row.source_label == "单位申报" and row.moves == ()
    with world.store.reading() as work:
        told = work.session.scalars(select(Message.text).where(Message.account_id == person.account_id)).all()
    assert told == ["单位申报：2026 年 岗位培训 2026年初中数学新课标培训班 40 学时，已提交审核"]


def test_a_person_cannot_withdraw_what_the_unit_declared(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    person = world.person()
    sent = declared(desk, unit, tmp_path, [person])
    (row,) = rows_of(world, sent.activity_id)
    with pytest.raises(Refused) as caught:
        desk.do(withdraw_declaration, person, DeclarationKey(declaration_id=row.id, version=row.version))
    assert caught.value.code is ErrorCode.NOT_ALLOWED


def test_the_chain_of_an_activity_ends_with_the_bureau(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    sent = declared(desk, unit, tmp_path, [world.person()])
    (row,) = rows_of(world, sent.activity_id)
    passed = Decide(id=row.id, version=row.version, verdict=Verdict.APPROVE)
    first = desk.do(decide, world.office(world.education), passed)
    assert first.next_handler == "汝阳县人力资源和社会保障局"
    last = desk.do(
        decide,
        world.office(world.county_bureau),
        Decide(id=row.id, version=first.version, verdict=Verdict.APPROVE),
    )
    assert last.status_label == DeclarationState.APPROVED.label


def test_a_verdict_on_a_unit_declaration_is_taken_back(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    authority = world.office(world.education)
    sent = declared(desk, unit, tmp_path, [world.person()])
    (row,) = rows_of(world, sent.activity_id)
    passed = desk.do(decide, authority, Decide(id=row.id, version=row.version, verdict=Verdict.APPROVE))
    desk.do(undo_decision, authority, UndoDecision(id=row.id, version=passed.version))
    (again,) = rows_of(world, sent.activity_id)
    assert (again.status, again.step, again.handler_org_id) == ("pending", "authority", world.education)


def test_what_a_unit_declared_is_not_sent_back_to_be_mended(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    authority = world.office(world.education)
    sent = declared(desk, unit, tmp_path, [world.person()])
    (row,) = rows_of(world, sent.activity_id)
    item = desk.do(review_item, authority, ItemKey(id=row.id))
    assert item.no_return.startswith("单位申报没有退回修改")
    back = Decide(id=row.id, version=row.version, verdict=Verdict.RETURN, opinion="材料不清")
    with pytest.raises(Refused) as caught:
        desk.do(decide, authority, back)
    assert caught.value.code is ErrorCode.MOVE_NOT_ALLOWED


def test_the_unit_is_told_of_a_refusal(world: World, desk: Desk, unit: Actor, tmp_path: Path) -> None:
    sent = declared(desk, unit, tmp_path, [world.person("张三")])
    (row,) = rows_of(world, sent.activity_id)
    no = Decide(id=row.id, version=row.version, verdict=Verdict.REJECT, opinion="材料不清")
    desk.do(decide, world.office(world.education), no)
    with world.store.reading() as work:
        told = work.session.scalars(select(Message.text).where(Message.org_id == world.school)).all()
    assert len(told) == 1 and told[0].startswith("张三 审核不通过") and "材料不清" in told[0]
    page = desk.do(activity_people, unit, ActivityPeopleQuery(activity_id=sent.activity_id))
    assert [(each.status_label, each.reason) for each in page.rows] == [("审核不通过", "材料不清")]


def test_the_reviewer_sees_the_activitys_attachments_beside_each_declaration(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    authority = world.office(world.education)
    sent = declared(desk, unit, tmp_path, [world.person(), world.person()])
    for row in rows_of(world, sent.activity_id):
        (each,) = desk.do(review_item, authority, ItemKey(id=row.id)).evidence
        cells = desk.do(
            evidence_cells, authority, EvidenceCells(sha256=each.sha256, object_id=row.id, cols=4, rows=2)
        )
        assert len(cells) == 2


def test_whoever_cannot_be_declared_refuses_the_whole_with_the_reason_beside_them(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    plain, twice, moving, off = (world.person(name) for name in ("张三", "李四", "王五", "赵六"))
    submitted(desk, twice, tmp_path)
    transfer(desk, moving, world.garden)
    with world.store.writing() as work:
        work.session.execute(update(Account).where(Account.id == off.account_id).values(active=False))
        work.commit()
    found = refused_fields(lambda: declared(desk, unit, tmp_path, [plain, twice, moving, off]))
    assert found == {
        f"person.{twice.person_id}": ErrorCode.DUPLICATE_DECLARATION,
        f"person.{moving.person_id}": ErrorCode.TRANSFER_PENDING,
        f"person.{off.person_id}": ErrorCode.DISABLED,
    }
    with world.store.reading() as work:
        assert work.session.scalar(select(func.count()).where(Declaration.source == "unit")) == 0


def test_after_asking_they_are_left_out_and_named_with_the_reason(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    plain, twice = world.person("张三"), world.person("李四")
    submitted(desk, twice, tmp_path)
    sent = declared(desk, unit, tmp_path, [plain, twice], leave_out=(twice.person_id or 0,))
    assert sent.declared == 1
    assert [name for name, _ in sent.left_out] == ["李四"]
    assert sent.left_out[0][1].startswith("与已有申报重复")


def test_an_activity_with_nobody_left_is_refused(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    twice = world.person("李四")
    submitted(desk, twice, tmp_path)
    key = twice.person_id or 0
    found = refused_fields(lambda: declared(desk, unit, tmp_path, [twice], leave_out=(key,)))
    assert found == {f"person.{key}": ErrorCode.DUPLICATE_DECLARATION}


def test_a_year_that_is_closed_stands_beside_each_person(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    person, bureau = world.person(), world.office(world.county_bureau)
    desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="按期截止"))
    found = refused_fields(lambda: declared(desk, unit, tmp_path, [person]))
    assert found == {f"person.{person.person_id}": ErrorCode.YEAR_CLOSED}


def test_a_cap_counts_what_each_person_has_declared_before(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    person, fresh = world.person("张三"), world.person("李四")
    desk.do(submit_activity, unit, _service(desk, unit, tmp_path, "送教下乡", [person]))
    again = _service(desk, unit, tmp_path, "支教周", [person, fresh])
    found = refused_fields(lambda: desk.do(submit_activity, unit, again))
    assert found == {f"person.{person.person_id}": ErrorCode.ABOVE_CAP}


def _service(desk: Desk, unit: Actor, folder: Path, name: str, people: list[Actor]) -> SubmitActivity:
    """服务基层, of which a year takes 24 学时."""
    values = sample("grassroots_service", activity=name, claimed_hours="16")
    return SubmitActivity(
        form="grassroots_service",
        values=values,
        evidence=(scan(desk, unit, folder, 77),),
        people=tuple(each.person_id or 0 for each in people),
    )


def test_somebody_of_another_unit_is_refused_and_written_down(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    stranger = world.person("周八", world.garden)
    with pytest.raises(Refused) as caught:
        declared(desk, unit, tmp_path, [world.person(), stranger])
    assert caught.value.code is ErrorCode.NOT_YOURS
    with world.store.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.action, last.object_kind, last.object_id) == (
        "activity.submit",
        "person",
        str(stranger.person_id),
    )


def test_an_activity_needs_people_and_an_attachment(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    empty = SubmitActivity(form="post_training", values=training())
    assert refused_fields(lambda: desk.do(submit_activity, unit, empty)) == {
        "evidence": ErrorCode.EVIDENCE_COUNT,
        "people": ErrorCode.NOBODY_CHOSEN,
    }


def test_the_whole_is_taken_back_while_nothing_was_reviewed(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    people = [world.person(), world.person()]
    sent = declared(desk, unit, tmp_path, people)
    (line,) = desk.do(activity_page, unit, ActivityQuery()).rows
    gone = desk.do(withdraw_activity, unit, ActivityKey(activity_id=line.id, version=line.version))
    assert (gone.state, gone.counts) == ("withdrawn", {"revoked": 2})
    assert desk.do(queue_page, world.office(world.education), QueueQuery()).waiting == 0
    assert {row.status for row in rows_of(world, sent.activity_id)} == {"revoked"}
    declared(desk, unit, tmp_path, people)  # and may be declared anew


def test_nothing_is_taken_back_once_one_was_reviewed(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    authority = world.office(world.education)
    sent = declared(desk, unit, tmp_path, [world.person(), world.person()])
    first = rows_of(world, sent.activity_id)[0]
    passed = desk.do(decide, authority, Decide(id=first.id, version=first.version, verdict=Verdict.APPROVE))
    (line,) = desk.do(activity_page, unit, ActivityQuery()).rows
    key = ActivityKey(activity_id=line.id, version=line.version)
    with pytest.raises(Refused) as caught:
        desk.do(withdraw_activity, unit, key)
    assert caught.value.code is ErrorCode.ACTIVITY_REVIEWED
    desk.do(undo_decision, authority, UndoDecision(id=first.id, version=passed.version))
    assert desk.do(withdraw_activity, unit, key).state == "withdrawn"


def test_a_reviewer_with_a_withdrawn_one_on_screen_is_told(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    sent = declared(desk, unit, tmp_path, [world.person()])
    (row,) = rows_of(world, sent.activity_id)
    (line,) = desk.do(activity_page, unit, ActivityQuery()).rows
    desk.do(withdraw_activity, unit, ActivityKey(activity_id=line.id, version=line.version))
    with pytest.raises(Refused) as caught:
        desk.do(
            decide,
            world.office(world.education),
            Decide(id=row.id, version=row.version, verdict=Verdict.APPROVE),
        )
    assert caught.value.code is ErrorCode.STALE


def test_the_record_counts_states_and_names_each_person(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    sent = declared(desk, unit, tmp_path, [world.person("张三"), world.person("李四")])
    (line,) = desk.do(activity_page, unit, ActivityQuery()).rows
    assert (line.people, line.counts) == (2, {"pending": 2})
    view = desk.do(activity_view, unit, Number(value=sent.activity_id))
    assert ("培训班名称", "2026年初中数学新课标培训班") in view.lines and len(view.evidence) == 1
    page = desk.do(activity_people, unit, ActivityPeopleQuery(activity_id=sent.activity_id, limit=1))
    more = desk.do(
        activity_people, unit, ActivityPeopleQuery(activity_id=sent.activity_id, limit=1, after=page.after)
    )
    assert [each.person_name for each in (*page.rows, *more.rows)] == ["张三", "李四"]


def test_persons_are_picked_by_pinyin_and_by_the_whole_unit(world: World, desk: Desk, unit: Actor) -> None:
    people = [world.person("张三"), world.person("李四")]
    world.person("周八", world.garden)
    found = desk.do(claimant_page, unit, ClaimantQuery(text="zs"))
    assert {each.person_id for each in found.rows} == {person.person_id for person in people}
    assert set(desk.do(claimant_ids, unit, ClaimantQuery())) == {person.person_id for person in people}
    (group,) = desk.do(claimant_groups, unit, Nothing())
    assert (group.department_id, group.people) == (None, 2)


def test_the_form_knows_its_reviewers(world: World, desk: Desk, unit: Actor) -> None:
    context = desk.do(activity_context, unit, Nothing())
    assert context.chain == ("汝阳县教育局", "汝阳县人力资源和社会保障局")


def test_an_overlapping_claim_of_the_person_is_a_doubt_on_both(
    world: World, desk: Desk, unit: Actor, tmp_path: Path
) -> None:
    person = world.person()
    own = submitted(desk, person, tmp_path, class_name="信息技术培训班")
    sent = declared(desk, unit, tmp_path, [person])
    (row,) = rows_of(world, sent.activity_id)
    with world.store.reading() as work:
        assert (row.flagged, work.session.get_one(Declaration, own.id).flagged) == (True, True)
