"""单位资料管理 (E1): contact data at once; name, code, region and superior once the level above has agreed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Audit, Declaration, Message, Org, OrgChange, Person, PersonYear
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Role
from core.schema.base import Nothing, Number
from core.schema.employers import FindEmployers
from core.schema.offices import EditOrg, OrgChangeKey, OrgChangeView, OrgProfile, SubmitOrgChange
from core.schema.review import DecideMany, ItemKey, QueueQuery, Subject, Verdict
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.org_changes import org_change_view, submit_org_change, withdraw_org_change
from core.services.org_profile import edit_org, org_profile
from core.services.review import decide, decide_many
from core.services.review_views import queue_page, review_item
from core.services.sign_in import sign_in
from core.store.store import Store
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.services.hall import pass_year
from tests.services.offices import CODE, MOBILE, applied, login_of, org_code, sub_account, verdict
from tests.services.races import at_once
from tests.worlds import World, build_world, submitted

SCHOOL = "汝阳县小店镇第一初级中学"
CONTACT = {
    "nature": "事业单位",
    "industry": "教育",
    "address": "小店镇",
    "contact": "赵六",
    "mobile": MOBILE,
    "email": "school@example.cn",
}


@pytest.fixture
def small(sqlite_store: Store) -> World:
    """A world where one database is enough."""
    return build_world(sqlite_store)


@pytest.fixture
def small_desk(small: World) -> Desk:
    return cheap_desk(small.store)


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def fields_of(refusal: Refused) -> list[tuple[str, str]]:
    return [(error.field, error.code.name) for error in refusal.fields]


def profile(desk: Desk, actor: Actor) -> OrgProfile:
    return desk.do(org_profile, actor, Nothing())


def edited(desk: Desk, actor: Actor, **changed: str) -> OrgProfile:
    command = EditOrg(version=profile(desk, actor).version, values={**CONTACT, **changed})
    return desk.do(edit_org, actor, command)


def wanted(desk: Desk, actor: Actor, **changed: str | int | None) -> SubmitOrgChange:
    """The form of 单位变更 with what holds now, but for what is changed."""
    view = profile(desk, actor)
    above = {"superior": view.superior, "authority": view.authority}
    ids = {f"{key}_id": changed.pop(key, office[0] if office else None) for key, office in above.items()}
    values = {**view.change_values, "note": "机构改革", **changed}
    return SubmitOrgChange(values=values, **ids)  # type: ignore[arg-type]


def asked(desk: Desk, actor: Actor, **changed: str | int | None) -> OrgChangeView:
    return desk.do(submit_org_change, actor, wanted(desk, actor, **changed))


def org(world: World, org_id: int) -> Org:
    with world.store.reading() as work:
        return work.session.get_one(Org, org_id)


# ------------------------------------------------------------------------------------- contact data


def test_contact_data_is_saved_at_once(desk: Desk, world: World) -> None:
    view = edited(desk, world.office(world.school))
    assert view.values == CONTACT


def test_what_is_personal_is_sealed_and_no_log_holds_it(small_desk: Desk, small: World) -> None:
    edited(small_desk, small.office(small.school))
    row = org(small, small.school)
    assert MOBILE.encode() not in (row.contact_phone_sealed or b"")
    with small.store.reading() as work:
        summaries = list(work.session.scalars(select(Audit.summary).where(Audit.action == "org.edit")))
    assert summaries == ["修改单位资料：单位性质、所属行业、地址、联系人、手机、邮箱"]


def test_what_is_as_it_was_is_neither_written_nor_logged(small_desk: Desk, small: World) -> None:
    office = small.office(small.school)
    first = edited(small_desk, office)
    assert edited(small_desk, office).version == first.version


def test_every_wrong_contact_is_named_at_once(small_desk: Desk, small: World) -> None:
    wrong = {"contact": "[/ 测试]", "mobile": "1", "email": "x", "address": "路" * 81, "nature": "没有"}
    refusal = refused(lambda: edited(small_desk, small.office(small.school), **wrong))
    assert {error.field for error in refusal.fields} == set(wrong)


def test_of_two_windows_the_second_is_told(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    version = profile(desk, office).version
    edited(desk, office)
    late = EditOrg(version=version, values={**CONTACT, "address": "别处"})
    assert refused(lambda: desk.do(edit_org, office, late)).code is ErrorCode.STALE


def test_a_sub_account_reads_and_changes_nothing(small_desk: Desk, small: World) -> None:
    clerk = sub_account(small, small.office(small.school))
    view = profile(small_desk, clerk)
    edit = EditOrg(version=view.version, values=CONTACT)
    change = wanted(small_desk, clerk, name="别的中学")
    codes = [
        refused(lambda: small_desk.do(edit_org, clerk, edit)).code,
        refused(lambda: small_desk.do(submit_org_change, clerk, change)).code,
    ]
    assert (view.chief, codes) == (False, [ErrorCode.NOT_CHIEF] * 2)


# ------------------------------------------------------------------------------------- applying


def test_nothing_is_changed_before_the_level_above_agrees(desk: Desk, world: World) -> None:
    world.office(world.education)
    view = asked(desk, world.office(world.school), name="汝阳县第一实验中学")
    assert (view.row.reviewer, view.row.state_label) == ("汝阳县教育局", "待审核")
    assert org(world, world.school).name == SCHOOL


def test_the_change_says_what_was_and_what_is_to_be(small_desk: Desk, small: World) -> None:
    view = asked(small_desk, small.office(small.school), name="汝阳县第一实验中学", region="410327")
    assert view.lines == (
        ("单位名称", f"{SCHOOL} 改为 汝阳县第一实验中学"),
        ("所属区域", "洛阳市 汝阳县 改为 洛阳市 宜阳县"),
        ("变更原因", "机构改革"),
    )


def test_one_waits_at_a_time(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    asked(desk, office, name="汝阳县第一实验中学")
    again = wanted(desk, office, name="汝阳县第二实验中学")
    assert refused(lambda: desk.do(submit_org_change, office, again)).code is ErrorCode.CHANGE_PENDING


def test_of_two_who_apply_at_once_exactly_one_waits(desk: Desk, world: World) -> None:
    offices = [world.office(world.school), world.office(world.school)]
    command = wanted(desk, offices[0], name="汝阳县第一实验中学")
    calls = [lambda one=one: desk.do(submit_org_change, one, command) for one in offices]
    assert sorted(at_once(*calls)) == ["CHANGE_PENDING", "done"]


def test_a_form_in_which_nothing_is_changed_is_refused(small_desk: Desk, small: World) -> None:
    refusal = refused(lambda: asked(small_desk, small.office(small.school)))
    assert refusal.text == "当前状态是“各项都与现在一致”，不能提交变更"


def test_every_wrong_field_is_named_at_once(small_desk: Desk, small: World) -> None:
    office = small.office(small.school)
    wrong = {"name": "", "code": "1", "region": "999999", "note": ""}
    refusal = refused(
        lambda: asked(small_desk, office, **wrong, superior=small.education, authority=small.garden)
    )
    assert {error.field for error in refusal.fields} == {*wrong, "superior", "authority"}


def test_a_code_of_another_office_is_refused(small_desk: Desk, small: World) -> None:
    with small.store.writing() as work:
        work.session.get_one(Org, small.garden).code = org_code(5)
        work.commit()
    applied(small_desk)
    office = small.office(small.school)
    answers = [fields_of(refused(lambda c=c: asked(small_desk, office, code=c))) for c in (org_code(5), CODE)]
    assert answers == [[("code", "OFFICE_TAKEN")], [("code", "OFFICE_PENDING")]]


def test_a_code_that_an_office_waits_for_is_not_registered_by_another(small_desk: Desk, small: World) -> None:
    asked(small_desk, small.office(small.school), code=CODE)
    assert fields_of(refused(lambda: applied(small_desk))) == [("code", "OFFICE_PENDING")]


def test_no_office_stands_above_itself_by_way_of_another(small_desk: Desk, small: World) -> None:
    with small.store.writing() as work:
        work.session.get_one(Org, small.garden).superior_id = small.school
        work.commit()
    office = small.office(small.school)
    for above in (small.garden, small.school):
        refusal = refused(lambda above=above: asked(small_desk, office, superior=above))
        assert fields_of(refusal) == [("superior", "NOT_IN_LIST")]


def test_it_is_taken_back_while_it_waits(desk: Desk, world: World) -> None:
    office = world.office(world.school)
    view = asked(desk, office, name="汝阳县第一实验中学")
    key = OrgChangeKey(change_id=view.row.id, version=view.row.version)
    done = desk.do(withdraw_org_change, office, key)
    assert (done.row.state_label, done.row.moves) == ("已撤回", ())
    assert [line.move_label for line in done.history] == ["提交变更", "撤回"]


def test_another_office_neither_reads_nor_takes_it_back(small_desk: Desk, small: World) -> None:
    view = asked(small_desk, small.office(small.school), name="汝阳县第一实验中学")
    other = small.office(small.garden)
    key = OrgChangeKey(change_id=view.row.id, version=view.row.version)
    codes = [
        refused(lambda: small_desk.do(withdraw_org_change, other, key)).code,
        refused(lambda: small_desk.do(org_change_view, other, Number(value=view.row.id))).code,
    ]
    assert codes == [ErrorCode.NOT_YOURS] * 2


# ------------------------------------------------------------------------------------- approving


def passed(desk: Desk, world: World, reviewer: Actor, **changed: str | int | None) -> OrgChangeView:
    view = asked(desk, world.office(world.school), **changed)
    desk.do(decide, reviewer, verdict(view))
    return view


def test_a_new_name_is_found_and_the_old_one_no_longer(desk: Desk, world: World) -> None:
    passed(desk, world, world.office(world.education), name="汝阳县阳光实验中学")
    found = {
        typed: [row.name for row in desk.do(find_employers, GUEST, FindEmployers(text=typed)).rows]
        for typed in ("阳光实验", "ryxyg", "小店镇第一")
    }
    assert found == {"阳光实验": ["汝阳县阳光实验中学"], "ryxyg": ["汝阳县阳光实验中学"], "小店镇第一": []}


def test_what_was_decided_before_keeps_the_old_name(small_desk: Desk, small: World, tmp_path: Path) -> None:
    person, office = small.person(), small.office(small.school)
    view = submitted(small_desk, person, tmp_path)
    from core.schema.review import Decide
    from core.services.declarations import declaration_view

    told = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="不清晰")
    small_desk.do(decide, office, told)
    passed(small_desk, small, small.office(small.education), name="汝阳县阳光实验中学")
    history = small_desk.do(declaration_view, person, Number(value=view.id)).history
    assert [line.org_name for line in history if line.org_name] == [SCHOOL]


def test_with_a_new_code_the_chief_signs_in_by_it(desk: Desk, world: World) -> None:
    old = org_code(7)
    with world.store.writing() as work:
        work.session.get_one(Org, world.school).code = old
        work.commit()
    chief = world.office(world.school)
    login_of(world, chief, old, desk.passwords.hash(PASSWORD))
    view = asked(desk, chief, code=CODE)
    desk.do(decide, world.office(world.county_bureau), verdict(view))
    entry = SignIn(role=Role.EMPLOYER, login=CODE, password=PASSWORD)
    assert desk.do(sign_in, GUEST, entry).actor.account_id == chief.account_id
    assert (
        refused(lambda: desk.do(sign_in, GUEST, entry.model_copy(update={"login": old}))).code
        is ErrorCode.WRONG_LOGIN
    )


def test_a_chosen_login_name_stays_when_the_code_changes(small_desk: Desk, small: World) -> None:
    chief = small.office(small.school)
    login_of(small, chief, "XIAODIAN", small_desk.passwords.hash(PASSWORD))
    view = asked(small_desk, chief, code=CODE)
    small_desk.do(decide, small.office(small.county_bureau), verdict(view))
    entry = SignIn(role=Role.EMPLOYER, login="xiaodian", password=PASSWORD)
    assert small_desk.do(sign_in, GUEST, entry).actor.account_id == chief.account_id


def test_a_new_region_takes_the_persons_and_their_open_years_along(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    pass_year(world, person)
    with world.store.writing() as work:
        open_year = PersonYear(person_id=person.person_id, year=2026, region_code="410326")
        work.session.add(open_year)
        work.commit()
    sent = submitted(desk, person, tmp_path)
    passed(desk, world, world.office(world.education), region="410327")
    with world.store.reading() as work:
        session = work.session
        where = (
            session.get_one(Org, world.school).region_code,
            session.get_one(Person, person.person_id).region_code,
            session.get_one(PersonYear, (person.person_id, 2026)).region_code,
            session.get_one(PersonYear, (person.person_id, 2025)).region_code,
            session.get_one(Declaration, sent.id).region_code,
        )
    assert where == ("410327", "410327", "410327", "410326", "410327")


def test_what_waits_at_a_bureau_stays_with_it(desk: Desk, world: World, tmp_path: Path) -> None:
    from core.schema.review import Decide

    person, office, authority = world.person(), world.office(world.school), world.office(world.education)
    view = submitted(desk, person, tmp_path)
    for each in (office, authority):
        with world.store.reading() as work:
            version = work.session.get_one(Declaration, view.id).version
        desk.do(decide, each, Decide(id=view.id, version=version, verdict=Verdict.APPROVE))
    passed(desk, world, authority, region="410327")
    with world.store.reading() as work:
        assert work.session.get_one(Declaration, view.id).region_code == "410326"


def test_another_superior_or_authority_reviews_from_then_on(small_desk: Desk, small: World) -> None:
    bureau = small.office(small.county_bureau)
    small.office(small.garden)
    chief = small.office(small.school)
    view = asked(small_desk, chief, superior=small.garden, authority=None)
    small_desk.do(decide, bureau, verdict(view))
    assert profile(small_desk, chief).reviewer == "华瑞园林工程有限公司"
    assert view.lines[:2] == (
        ("上级单位", "（无） 改为 华瑞园林工程有限公司"),
        ("主管部门", "汝阳县教育局 改为 （无）"),
    )


def test_the_office_is_told_either_way(small_desk: Desk, small: World) -> None:
    authority = small.office(small.education)
    passed(small_desk, small, authority, name="汝阳县阳光实验中学")
    view = asked(small_desk, small.office(small.school), name="汝阳县月光实验中学")
    small_desk.do(decide, authority, verdict(view, Verdict.REJECT, "没有批复"))
    with small.store.reading() as work:
        mine = select(Message.text).where(Message.org_id == small.school).order_by(Message.id)
        texts = list(work.session.scalars(mine))
    assert texts == [
        "单位变更（单位名称）已由 汝阳县教育局 审核通过，立即生效",
        "单位变更（单位名称）未通过（汝阳县教育局）。原因：没有批复",
    ]


def test_of_two_reviewers_exactly_one_decides(desk: Desk, world: World) -> None:
    reviewers = [world.office(world.education), world.office(world.education)]
    view = asked(desk, world.office(world.school), name="汝阳县阳光实验中学")
    calls = [lambda one=one: desk.do(decide, one, verdict(view)) for one in reviewers]
    assert sorted(at_once(*calls)) == ["STALE", "done"]


def test_a_code_that_was_given_away_meanwhile_is_not_approved(small_desk: Desk, small: World) -> None:
    authority = small.office(small.education)
    view = asked(small_desk, small.office(small.school), code=CODE)
    with small.store.writing() as work:
        work.session.get_one(Org, small.garden).code = CODE
        work.commit()
    assert refused(lambda: small_desk.do(decide, authority, verdict(view))).code is ErrorCode.OFFICE_TAKEN
    with small.store.reading() as work:
        assert work.session.get_one(OrgChange, view.row.id).state == "pending"


def test_the_reviewer_sees_the_office_and_what_is_to_change(desk: Desk, world: World) -> None:
    view = asked(desk, world.office(world.school), name="华瑞园林工程有限公司", region="410327")
    bureau = world.office(world.county_bureau)
    (row,) = desk.do(queue_page, bureau, QueueQuery(subject=Subject.OFFICE_CHANGE)).rows
    item = desk.do(review_item, bureau, ItemKey(subject=Subject.OFFICE_CHANGE, id=view.row.id))
    assert (row.person_name, row.form_name) == (SCHOOL, "单位名称、所属区域")
    assert ("单位名称", f"{SCHOOL} 改为 华瑞园林工程有限公司") in item.lines
    assert "同名" in item.doubts[0].text
    batch = DecideMany(subject=Subject.OFFICE_CHANGE, items=((row.id, row.version),))
    result = desk.do(decide_many, bureau, batch)
    assert [each[2] for each in result.left_out] == ["有疑点的不能批量通过，请逐条审核"]


def test_a_base_applies_to_the_bureau_and_has_no_office_above(small_desk: Desk, small: World) -> None:
    with small.store.writing() as work:
        base = Org(kind="base", name="洛阳继续教育基地", code=org_code(8), region_code="410300")
        work.session.add(base)
        work.commit()
    actor = small.office(base.id)
    view = asked(small_desk, actor, name="洛阳市继续教育基地")
    assert (view.row.reviewer, [label for label, _ in profile(small_desk, actor).fixed]) == (
        "洛阳市人力资源和社会保障局",
        ["单位名称", "单位类型", "机构代码", "所属区域"],
    )
