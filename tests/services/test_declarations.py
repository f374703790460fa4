"""Declarations as their owner handles them: kept as drafts, sent in, taken back, deleted, declared again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Decision, Declaration, Org, YearWindow
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.roles import Actor
from core.schema.base import Nothing, Number
from core.schema.declarations import (
    DeclarationKey,
    DeclarationView,
    ProgressQuery,
    ProgressTab,
    SaveDeclaration,
)
from core.schema.review import Decide, Verdict
from core.services.declarations import (
    declaration_context,
    declaration_view,
    delete_declaration,
    progress_page,
    redeclare,
    save_declaration,
    submit_declaration,
    urge,
    withdraw_declaration,
)
from core.services.desk import Desk
from core.services.review import decide
from core.store.bulk import reserve_ids
from tests.worlds import World, scan, submitted, training


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def key(view: DeclarationView) -> DeclarationKey:
    return DeclarationKey(declaration_id=view.id, version=view.version)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def fields(refusal: Refused) -> dict[str, ErrorCode]:
    return {error.field: error.code for error in refusal.fields}


def reject(desk: Desk, office: Actor, view: DeclarationView, opinion: str = "附件不清晰") -> None:
    command = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion=opinion)
    desk.do(decide, office, command)


def test_a_half_filled_form_is_kept_as_it_was_typed(desk: Desk, world: World) -> None:
    person = world.person()
    command = SaveDeclaration(form="post_training", values={"class_name": "新课标培训班"})
    view = desk.do(save_declaration, person, command)
    assert (view.status_label, view.values["class_name"]) == ("待提交", "新课标培训班")


def test_a_draft_refuses_only_what_cannot_be_understood(desk: Desk, world: World) -> None:
    person = world.person()
    command = SaveDeclaration(form="post_training", values={"started_on": "去年夏天"})
    refusal = refused(lambda: desk.do(save_declaration, person, command))
    assert fields(refusal) == {"started_on": ErrorCode.BAD_DATE}


def test_everything_that_is_wrong_is_told_at_once(desk: Desk, world: World) -> None:
    person = world.person()
    command = SaveDeclaration(form="post_training", values={"year": "2015", "claimed_hours": "很多"})
    refusal = refused(lambda: desk.do(submit_declaration, person, command))
    assert fields(refusal) == {
        "subject": ErrorCode.REQUIRED,
        "year": ErrorCode.YEAR_CLOSED,
        "organiser": ErrorCode.REQUIRED,
        "class_name": ErrorCode.REQUIRED,
        "started_on": ErrorCode.REQUIRED,
        "ended_on": ErrorCode.REQUIRED,
        "result": ErrorCode.REQUIRED,
        "claimed_hours": ErrorCode.BAD_HOURS,
        "evidence": ErrorCode.EVIDENCE_COUNT,
    }


def test_a_submitted_declaration_waits_at_the_employer(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    assert (view.status_label, view.handler) == ("待审核", "汝阳县小店镇第一初级中学")


def test_the_reviewers_are_named_in_turn(desk: Desk, world: World) -> None:
    context = desk.do(declaration_context, world.person(), Nothing())
    assert context.chain == (
        "汝阳县小店镇第一初级中学",
        "汝阳县教育局",
        "汝阳县人力资源和社会保障局",
    )


def test_the_nearest_bureau_above_reviews_where_the_county_has_none(desk: Desk, world: World) -> None:
    context = desk.do(declaration_context, world.person(employer=world.garden), Nothing())
    assert context.chain == ("华瑞园林工程有限公司", "洛阳市人力资源和社会保障局")


def test_a_closed_year_takes_no_declaration(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    world.wait(days=24)  # 16 December
    refusal = refused(lambda: submitted(desk, person, tmp_path))
    assert [error.text for error in refusal.fields] == ["2026年度申报已截止"]


def test_a_year_that_is_open_for_the_county_takes_declarations(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    with world.store.writing() as work:
        day = world.clock.now().date()
        window = YearWindow(
            year=2025, region_code="410326", state="open", declare_until=day, changed_at=world.clock.now()
        )
        work.session.add(window)
        work.commit()
    days = {"year": "2025", "started_on": "2025-07-10", "ended_on": "2025-07-14"}
    assert submitted(desk, world.person(), tmp_path, **days).year == 2025


def test_the_same_learning_is_declared_once(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    submitted(desk, person, tmp_path)
    refusal = refused(lambda: submitted(desk, person, tmp_path, shade=9, started_on="2026-07-12"))
    assert fields(refusal)["class_name"] is ErrorCode.DUPLICATE_DECLARATION


def test_withdrawing_before_the_first_review_makes_it_a_draft_again(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    view = desk.do(withdraw_declaration, person, key(submitted(desk, person, tmp_path)))
    assert (view.status_label, view.handler) == ("待提交", "")


def test_after_the_first_review_nothing_can_be_withdrawn(desk: Desk, world: World, tmp_path: Path) -> None:
    person, school = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    desk.do(decide, school, Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE))
    now = desk.do(declaration_view, person, Number(value=view.id))
    refusal = refused(lambda: desk.do(withdraw_declaration, person, key(now)))
    assert refusal.code is ErrorCode.ALREADY_REVIEWED


def test_a_window_that_is_behind_is_refused(desk: Desk, world: World) -> None:
    person = world.person()
    draft = desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}))
    again = SaveDeclaration(declaration_id=draft.id, version=draft.version, form="patent", values={})
    desk.do(save_declaration, person, again)
    assert refused(lambda: desk.do(save_declaration, person, again)).code is ErrorCode.STALE


def test_a_draft_can_be_deleted_and_its_history_stays(desk: Desk, world: World) -> None:
    person = world.person()
    draft = desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}))
    desk.do(delete_declaration, person, key(draft))
    with world.store.reading() as work:
        assert work.session.get(Declaration, draft.id) is None
        moves = work.session.scalars(select(Decision.move).where(Decision.object_id == draft.id)).all()
    assert moves == ["delete"]


def test_the_number_of_a_deleted_draft_is_never_given_again(desk: Desk, world: World) -> None:
    person = world.person()
    unfinished = SaveDeclaration(form="post_training", values={})
    gone = desk.do(save_declaration, person, unfinished)
    desk.do(delete_declaration, person, DeclarationKey(declaration_id=gone.id, version=gone.version))
    with world.store.writing() as work:
        reserved = list(reserve_ids(work.session, Declaration, 2))
    fresh = desk.do(save_declaration, world.person("李四"), unfinished)
    assert gone.id < min(reserved) and gone.id < fresh.id and fresh.history == ()


def test_a_declaration_under_review_cannot_be_deleted(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    refusal = refused(lambda: desk.do(delete_declaration, person, key(view)))
    assert refusal.text == "当前状态是“待审核”，不能删除"


def test_a_refused_declaration_is_declared_again_from_a_linked_copy(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    reject(desk, world.office(world.school), view)
    back = desk.do(declaration_view, person, Number(value=view.id))
    copy = desk.do(redeclare, person, key(back))
    assert (back.reason, copy.origin_id, copy.values, len(copy.evidence)) == (
        "附件不清晰",
        view.id,
        view.values,
        1,
    )


def test_the_copy_of_a_refused_one_can_be_submitted(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    reject(desk, world.office(world.school), view)
    back = desk.do(declaration_view, person, Number(value=view.id))
    copy = desk.do(redeclare, person, key(back))
    command = SaveDeclaration(
        declaration_id=copy.id,
        version=copy.version,
        form=copy.form,
        values=dict(copy.values),
        evidence=(scan(desk, person, tmp_path, 77),),
    )
    assert desk.do(submit_declaration, person, command).status_label == "待审核"


def test_declaring_again_twice_gives_one_draft(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    reject(desk, world.office(world.school), view)
    back = desk.do(declaration_view, person, Number(value=view.id))
    first = desk.do(redeclare, person, key(back))
    assert desk.do(redeclare, person, key(back)).id == first.id


def test_urging_waits_for_the_set_number_of_days(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    world.wait(days=6)
    refusal = refused(lambda: desk.do(urge, person, key(view)))
    assert refusal.code is ErrorCode.TOO_SOON_TO_URGE


def test_urging_does_not_make_the_reviewers_decision_stale(desk: Desk, world: World, tmp_path: Path) -> None:
    person, school = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    world.wait(days=8)
    desk.do(urge, person, key(view))
    done = desk.do(decide, school, Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE))
    assert done.next_handler == "汝阳县教育局"


def test_progress_shows_the_handler_the_counts_and_what_may_be_done(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    submitted(desk, person, tmp_path)
    desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}))
    page = desk.do(progress_page, person, ProgressQuery())
    assert [(row.form_name, row.handler, row.moves) for row in page.rows] == [
        ("专利", "", ("save", "submit", "delete")),
        ("岗位培训", "汝阳县小店镇第一初级中学", ("withdraw",)),
    ]
    assert [page.counts[tab] for tab in ProgressTab] == [2, 1, 1, 0, 0]


def test_progress_goes_on_by_key(desk: Desk, world: World) -> None:
    person = world.person()
    for _ in range(3):
        desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}))
    first = desk.do(progress_page, person, ProgressQuery(limit=2))
    second = desk.do(progress_page, person, ProgressQuery(limit=2, after=first.after))
    assert [len(first.rows), len(second.rows), second.after] == [2, 1, None]


@pytest.mark.parametrize("office", ["clinic", "other_bureau"])
def test_an_office_elsewhere_does_not_see_the_declaration(
    desk: Desk, world: World, tmp_path: Path, office: str
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    stranger = world.office(getattr(world, office))
    refusal = refused(lambda: desk.do(declaration_view, stranger, Number(value=view.id)))
    assert refusal.code is ErrorCode.NOT_YOURS


def test_another_person_is_refused_and_the_attempt_is_logged(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    stranger = world.person("李四")
    refused(lambda: desk.do(declaration_view, stranger, Number(value=view.id)))
    query = select(func.count()).where(
        Audit.actor_account_id == stranger.account_id, Audit.object_id == str(view.id)
    )
    with world.store.reading() as work:
        assert work.session.scalar(query) == 1


@pytest.mark.parametrize("office", ["school", "education", "county_bureau", "city_bureau", "province_bureau"])
def test_every_office_of_the_chain_and_the_bureaus_above_see_it(
    desk: Desk, world: World, tmp_path: Path, office: str
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    seen = desk.do(declaration_view, world.office(getattr(world, office)), Number(value=view.id))
    assert seen.claimed == CreditHours.of(40)


def test_brackets_and_wide_digits_are_kept_as_text(desk: Desk, world: World, tmp_path: Path) -> None:
    typed = {"class_name": "[/ 测试]", "claimed_hours": "４０", "started_on": "2026/7/10"}
    view = submitted(desk, world.person(), tmp_path, **typed)
    assert (view.title, view.claimed, view.values["started_on"]) == (
        "[/ 测试]",
        CreditHours.of(40),
        "2026-07-10",
    )


def test_nothing_is_sent_while_no_bureau_could_decide(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.clinic)
    with world.store.writing() as work:
        for office in (world.other_bureau, world.province_bureau):
            work.session.get_one(Org, office).active = False
        work.commit()
    assert refused(lambda: submitted(desk, person, tmp_path)).code is ErrorCode.NO_BUREAU


def test_an_unfinished_draft_is_sent_in_once_it_is_complete(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    draft = desk.do(save_declaration, person, SaveDeclaration(form="post_training", values={}))
    command = SaveDeclaration(
        declaration_id=draft.id,
        version=draft.version,
        form="post_training",
        values=training(),
        evidence=(scan(desk, person, tmp_path),),
    )
    assert desk.do(submit_declaration, person, command).id == draft.id
