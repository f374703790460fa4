"""Registration of offices (G7): sent in, reviewed by the level above, taken back, refused, sent again; claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from core.model import Account, AccountRole, Audit, Org, OrgRegistration, Outbox
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, OrgKind, Role
from core.schema.employers import FindEmployers
from core.schema.offices import (
    LookUpOffice,
    OfficeView,
    RegisterOffice,
    ResubmitOffice,
    WhoReviews,
    WithdrawOffice,
)
from core.schema.review import DecideMany, ItemKey, QueueQuery, Subject, UndoDecision, Verdict
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.employers import find_employers
from core.services.office_registrations import (
    office_status,
    register_office,
    resubmit_office,
    who_reviews,
    withdraw_office,
)
from core.services.review import decide, decide_many, undo_decision
from core.services.review_views import queue_page, review_item
from core.services.sign_in import sign_in
from core.store.names import spell_words
from core.store.search import index_grams
from core.store.store import Store
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.services.offices import (
    CODE,
    EMAIL,
    MOBILE,
    admitted,
    applied,
    office_form,
    org_code,
    org_named,
    verdict,
)
from tests.services.races import at_once
from tests.worlds import World, build_world

QUEUE = QueueQuery(subject=Subject.OFFICE)
NAME = "汝阳县第三初级中学"


@pytest.fixture
def small(sqlite_store: Store) -> Desk:
    """A desk where one database is enough."""
    world = build_world(sqlite_store)
    made = cheap_desk(world.store)
    made.shelf["world"] = world
    return made


def world_of(desk: Desk) -> World:
    world: World = desk.shelf["world"]
    return world


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def fields_of(refusal: Refused) -> list[tuple[str, str]]:
    return [(error.field, error.code.name) for error in refusal.fields]


def look_up(desk: Desk, password: str = PASSWORD, code: str = CODE) -> OfficeView:
    return desk.do(office_status, GUEST, LookUpOffice(code=code, password=password))


def entered(world: World, **changed: object) -> int:
    """A unit that was imported into the register and has no account."""
    columns: dict[str, object] = {
        "kind": "employer", "name": NAME, "code": CODE, "region_code": "410326", **changed,
    }  # fmt: skip
    with world.store.writing() as work:
        org = Org(**columns)
        org.pinyin, org.initials = spell_words(org.name)
        work.session.add(org)
        index_grams(work.session, org)
        work.commit()
    return org.id


# ------------------------------------------------------------------------------------ who reviews


def test_without_an_office_above_the_nearest_bureau_reviews(small: Desk) -> None:
    assert applied(small).reviewer == "汝阳县人力资源和社会保障局"


def test_a_region_without_a_bureau_is_reviewed_by_the_one_above(small: Desk) -> None:
    assert applied(small, region="410327").reviewer == "洛阳市人力资源和社会保障局"


def test_the_authority_reviews_once_somebody_can_act_for_it(small: Desk) -> None:
    world = world_of(small)
    asleep = applied(small, authority_id=world.education, code=org_code(2))
    world.office(world.education)
    assert (asleep.reviewer, applied(small, authority_id=world.education).reviewer) == (
        "汝阳县人力资源和社会保障局",
        "汝阳县教育局",
    )


def test_the_superior_reviews_before_the_authority(small: Desk) -> None:
    world = world_of(small)
    world.office(world.education), world.office(world.school)
    view = applied(small, superior_id=world.school, authority_id=world.education)
    assert view.reviewer == "汝阳县小店镇第一初级中学"


@pytest.mark.parametrize("kind", ["继续教育基地", "主管部门"])
def test_a_base_or_an_authority_is_reviewed_by_the_bureau_whatever_was_picked_before(
    small: Desk, kind: str
) -> None:
    world = world_of(small)
    world.office(world.school)
    view = applied(small, kind=kind, superior_id=world.school)
    assert (view.reviewer, view.superior) == ("汝阳县人力资源和社会保障局", None)


def test_the_applicant_is_told_who_will_review_before_anything_is_sent(small: Desk) -> None:
    asked = WhoReviews(kind="用人单位", region_code="410326")
    assert small.do(who_reviews, GUEST, asked).name == "汝阳县人力资源和社会保障局"
    assert small.do(who_reviews, GUEST, WhoReviews()).name == ""


def test_where_nobody_can_review_nothing_is_taken(small: Desk) -> None:
    with small.writing() as work:
        for org in work.session.scalars(select(Org).where(Org.kind == "bureau")):
            org.active = False
        work.commit()
    refusal = refused(lambda: applied(small))
    assert fields_of(refusal) == [("region", "NO_REVIEWER")]
    assert "联系上一级" in small.do(who_reviews, GUEST, WhoReviews(region_code="410326")).note


def test_offices_above_are_found_by_what_they_are(small: Desk) -> None:
    wanted = FindEmployers(text="教育局", kind=OrgKind.AUTHORITY)
    found = small.do(find_employers, GUEST, wanted).rows
    assert [(row.name, row.kind_label) for row in found] == [("汝阳县教育局", "主管部门")]
    assert small.do(find_employers, GUEST, FindEmployers(text="教育局")).rows == ()


# ------------------------------------------------------------------------------------------- form


def test_all_fields_at_fault_are_named_at_once(small: Desk) -> None:
    wrong = {
        "kind": "人社部门",
        "name": "学" * 61,
        "code": "91410000000000000X",
        "region": "999999",
        "nature": "个体",
        "contact": "[/ 测试]",
        "mobile": "123",
        "email": "nobody",
        "password": "12345678",
        "password_again": "87654321",
    }
    refusal = refused(lambda: applied(small, **wrong))
    assert {error.field for error in refusal.fields} == set(wrong)


def test_a_code_whose_check_digit_is_wrong_is_refused(small: Desk) -> None:
    wrong = CODE[:-1] + ("1" if CODE[-1] != "1" else "2")
    assert fields_of(refused(lambda: applied(small, code=wrong))) == [("code", "BAD_USCC")]


def test_an_office_above_must_be_one_of_its_kind(small: Desk) -> None:
    world = world_of(small)
    refusal = refused(lambda: applied(small, superior_id=world.education, authority_id=world.school))
    assert fields_of(refusal) == [("superior", "NOT_IN_LIST"), ("authority", "NOT_IN_LIST")]


def test_small_letters_and_full_width_ones_are_the_same_code(small: Desk) -> None:
    view = applied(small, code=CODE.lower())
    assert view.code == CODE
    assert look_up(small, code=CODE.lower()).id == view.id


def test_nothing_personal_lies_readable_in_the_database(small: Desk) -> None:
    applied(small)
    with small.reading() as work:
        row = work.session.scalars(select(OrgRegistration)).one()
        audit = " ".join(work.session.scalars(select(Audit.summary)))
    readable = f"{row.fields}{audit}"
    assert MOBILE.encode() not in row.sealed
    assert not [each for each in (MOBILE, EMAIL, "赵六") if each in readable]


# ------------------------------------------------------------------------------ one code, one waits


def test_one_code_waits_only_once(desk: Desk, world: World) -> None:
    applied(desk)
    assert fields_of(refused(lambda: applied(desk, name="别的单位"))) == [("code", "OFFICE_PENDING")]


def test_of_two_who_register_one_code_at_once_exactly_one_wins(desk: Desk, world: World) -> None:
    command = RegisterOffice(values=office_form())
    answers = at_once(*[lambda: desk.do(register_office, GUEST, command)] * 4)
    assert sorted(answers) == ["OFFICE_PENDING"] * 3 + ["done"]


def test_of_two_reviewers_exactly_one_decides(desk: Desk, world: World) -> None:
    view = applied(desk)
    reviewers = [world.office(world.county_bureau), world.office(world.county_bureau)]
    calls = [lambda one=one: desk.do(decide, one, verdict(view)) for one in reviewers]
    assert sorted(at_once(*calls)) == ["STALE", "done"]
    with desk.reading() as work:
        assert work.session.scalar(select(func.count(Org.id)).where(Org.code == CODE)) == 1


def test_a_code_that_has_an_account_is_taken(desk: Desk, world: World) -> None:
    admitted(desk, world)
    assert fields_of(refused(lambda: applied(desk))) == [("code", "OFFICE_TAKEN")]


# -------------------------------------------------------------------------- the applicant's own way


def test_its_applicant_sees_every_value_but_the_passwords(small: Desk) -> None:
    applied(small)
    seen = look_up(small)
    assert (seen.state_label, seen.values["mobile"], seen.kind_label) == ("待审核", MOBILE, "用人单位")
    assert not [key for key in seen.values if "password" in key]


def test_another_password_finds_no_registration(small: Desk) -> None:
    applied(small)
    refusal = refused(lambda: look_up(small, "wrong-pass1"))
    assert (refusal.code, refusal.params["left"]) == (ErrorCode.REGISTRATION_NOT_FOUND, 4)


def test_a_withdrawn_registration_frees_the_code(desk: Desk, world: World) -> None:
    view = applied(desk)
    command = WithdrawOffice(registration_id=view.id, version=view.version, code=CODE, password=PASSWORD)
    withdrawn = desk.do(withdraw_office, GUEST, command)
    assert (withdrawn.state_label, applied(desk).state_label) == ("已撤回", "待审核")


def test_nobody_takes_back_anothers_registration(small: Desk) -> None:
    view = applied(small)
    applied(small, code=org_code(2), name="别的单位")
    command = WithdrawOffice(
        registration_id=view.id, version=view.version, code=org_code(2), password=PASSWORD
    )
    assert refused(lambda: small.do(withdraw_office, GUEST, command)).code is ErrorCode.REGISTRATION_NOT_FOUND


def test_a_refused_registration_is_corrected_and_sent_again(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    view = applied(desk)
    desk.do(decide, bureau, verdict(view, Verdict.REJECT, "名称不符"))
    seen = look_up(desk)
    values = office_form(name="汝阳县第三中学", password="", password_again="")
    again = ResubmitOffice(
        registration_id=seen.id, version=seen.version, code=CODE, password=PASSWORD, values=values
    )
    sent = desk.do(resubmit_office, GUEST, again)
    assert (seen.state_label, seen.reason, sent.state_label) == ("已驳回", "名称不符", "待审核")
    assert [line.move_label for line in look_up(desk).history] == ["提交注册", "不通过", "修改重提"]
    desk.do(decide, bureau, verdict(sent))
    assert org_named(world, "汝阳县第三中学") is not None


def test_whoever_waits_is_told_so_at_the_login(small: Desk) -> None:
    applied(small)
    entry = SignIn(role=Role.EMPLOYER, login=CODE, password=PASSWORD)
    assert refused(lambda: small.do(sign_in, GUEST, entry)).code is ErrorCode.NOT_YET_REVIEWED


# ----------------------------------------------------------------------------------------- approval


@pytest.mark.parametrize(("kind", "role"), [("用人单位", Role.EMPLOYER), ("继续教育基地", Role.BASE),
                                            ("主管部门", Role.AUTHORITY)])  # fmt: skip
def test_an_approved_office_signs_in_with_its_code(small: Desk, kind: str, role: Role) -> None:
    admitted(small, world_of(small), kind=kind)
    entry = SignIn(role=role, login=CODE.lower(), password=PASSWORD)
    actor = small.do(sign_in, GUEST, entry).actor
    assert (actor.org_name, actor.region_code, actor.role) == (NAME, "410326", role)


def test_an_approved_office_is_found_by_name_pinyin_and_code(desk: Desk, world: World) -> None:
    admitted(desk, world)
    for typed in ("第三初级", "ruyangxiandisan", "ryxdsc", CODE):
        found = desk.do(find_employers, GUEST, FindEmployers(text=typed, region_code="410326")).rows
        assert [row.name for row in found] == [NAME], typed


def test_the_account_of_an_approved_office_is_its_chiefs(small: Desk) -> None:
    admitted(small, world_of(small))
    with small.reading() as work:
        held = work.session.scalars(
            select(AccountRole).join(Org, Org.id == AccountRole.org_id).where(Org.code == CODE)
        ).one()
        org = work.session.get_one(Org, held.org_id)
        contact = (org.contact_name, work.vault.open(org.contact_phone_sealed or b""), org.nature)
    assert (held.role, held.chief, contact) == ("employer", True, ("赵六", MOBILE, "事业单位"))


def test_the_applicant_is_mailed_the_outcome(small: Desk) -> None:
    small.store.settings = small.store.settings.model_copy(update={"smtp_host": "127.0.0.1"})
    world = world_of(small)
    view = applied(small)
    small.do(decide, world.office(world.county_bureau), verdict(view, Verdict.REJECT, "查无此单位"))
    with small.reading() as work:
        (row,) = work.session.scalars(select(Outbox))
        assert work.vault.open(row.to_sealed) == EMAIL
        assert "查无此单位" in work.vault.open(row.body_sealed or b"")


def test_a_refusal_needs_a_reason(small: Desk) -> None:
    world = world_of(small)
    view = applied(small)
    bureau = world.office(world.county_bureau)
    refusal = refused(lambda: small.do(decide, bureau, verdict(view, Verdict.REJECT)))
    assert fields_of(refusal) == [("opinion", "REASON_REQUIRED")]


def test_it_is_neither_sent_back_nor_taken_back(small: Desk) -> None:
    world = world_of(small)
    view, bureau = applied(small), world.office(world.county_bureau)
    back = refused(lambda: small.do(decide, bureau, verdict(view, Verdict.RETURN, "请改")))
    done = small.do(decide, bureau, verdict(view))
    undo = UndoDecision(subject=Subject.OFFICE, id=done.id, version=done.version)
    assert (back.code, refused(lambda: small.do(undo_decision, bureau, undo)).code) == (
        ErrorCode.MOVE_NOT_ALLOWED,
        ErrorCode.MOVE_NOT_ALLOWED,
    )


# ------------------------------------------------------------------------------------------- claims


def test_a_unit_of_the_register_gets_its_first_account_and_stays_what_it_was(
    desk: Desk, world: World
) -> None:
    org_id = entered(world, name="汝阳县（第三）初级中学", authority_id=world.education)
    world.office(world.education)
    view = applied(desk, name="汝阳县(第三)初级中学")
    assert view.reviewer == "汝阳县教育局"
    desk.do(decide, world.office(world.education), verdict(view))
    with desk.reading() as work:
        org = work.session.get_one(Org, org_id)
        roles = work.session.scalars(select(AccountRole.org_id).where(AccountRole.org_id == org_id)).all()
    assert (org.name, org.contact_name, len(roles)) == ("汝阳县（第三）初级中学", "赵六", 1)


def test_nobody_chooses_who_judges_a_claim(small: Desk) -> None:
    world = world_of(small)
    entered(world)
    world.office(world.garden)
    assert applied(small, superior_id=world.garden).reviewer == "汝阳县人力资源和社会保障局"


def test_a_claim_must_agree_with_the_register_in_name_kind_and_region(small: Desk) -> None:
    entered(world_of(small))
    wrong = {"name": "汝阳县第四中学", "kind": "继续教育基地", "region": "410327"}
    refusal = refused(lambda: applied(small, **wrong))
    assert {(each.field, each.code.name) for each in refusal.fields} == {
        (key, "OFFICE_MISMATCH") for key in wrong
    }
    assert NAME in refusal.fields[1].text


def test_an_office_that_has_an_account_is_not_claimed(small: Desk) -> None:
    world = world_of(small)
    org_id = entered(world)
    world.office(org_id)
    assert fields_of(refused(lambda: applied(small))) == [("code", "OFFICE_TAKEN")]


def test_a_claim_that_was_overtaken_by_an_account_is_not_approved(small: Desk) -> None:
    world = world_of(small)
    org_id = entered(world)
    view = applied(small)
    world.office(org_id)
    bureau = world.office(world.county_bureau)
    assert refused(lambda: small.do(decide, bureau, verdict(view))).code is ErrorCode.OFFICE_TAKEN
    with small.reading() as work:
        digest = work.vault.digest("login", CODE)
        assert work.session.scalar(select(Account.id).where(Account.login_digest == digest)) is None


# ---------------------------------------------------------------------------------------- the queue


def test_it_waits_in_the_reviewers_queue_and_nowhere_else(desk: Desk, world: World) -> None:
    view = applied(desk)
    county, city = world.office(world.county_bureau), world.office(world.city_bureau)
    rows = desk.do(queue_page, county, QUEUE).rows
    assert [(row.id, row.person_name, row.form_name) for row in rows] == [(view.id, NAME, "用人单位")]
    assert desk.do(queue_page, city, QUEUE).rows == ()


@pytest.mark.parametrize(("typed", "count"), [("ryxds", 1), ("第三", 1), ("lhq", 0)])
def test_the_queue_is_narrowed_by_name_pinyin_or_initials(small: Desk, typed: str, count: int) -> None:
    world = world_of(small)
    applied(small)
    wanted = QueueQuery(subject=Subject.OFFICE, text=typed)
    assert len(small.do(queue_page, world.office(world.county_bureau), wanted).rows) == count


def test_the_queue_goes_on_page_by_page_in_the_order_sent_in(desk: Desk, world: World) -> None:
    sent = [applied(desk, code=org_code(n), name=f"测试单位{n}号").id for n in range(10, 15)]
    bureau, seen, after = world.office(world.county_bureau), [], None
    while True:
        page = desk.do(queue_page, bureau, QueueQuery(subject=Subject.OFFICE, limit=2, after=after))
        seen += [row.id for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == sent


def test_the_reviewer_sees_the_form_the_register_and_what_is_doubtful(desk: Desk, world: World) -> None:
    entered(world, code=org_code(9))
    view = applied(desk)
    bureau = world.office(world.county_bureau)
    item = desk.do(review_item, bureau, ItemKey(subject=Subject.OFFICE, id=view.id))
    lines = dict(item.lines)
    assert (lines["单位名称"], lines["手机"], lines["所属区域"]) == (NAME, MOBILE, "洛阳市 汝阳县")
    assert "登记册中没有" in item.rule_check
    assert [doubt.text for doubt in item.doubts] == [f"所属区域已有同名的用人单位：{NAME}（{org_code(9)}）"]


def test_what_is_doubtful_is_not_passed_in_a_batch(small: Desk) -> None:
    world = world_of(small)
    entered(world, code=org_code(9))
    views = [applied(small), applied(small, code=org_code(3), name="汝阳县文化馆")]
    items = tuple((view.id, view.version) for view in views)
    bureau = world.office(world.county_bureau)
    result = small.do(decide_many, bureau, DecideMany(subject=Subject.OFFICE, items=items))
    assert [row.person_name for row in result.decided] == ["汝阳县文化馆"]
    assert [row[1:] for row in result.left_out] == [(NAME, "有疑点的不能批量通过，请逐条审核")]


@pytest.mark.parametrize("kind", [OrgKind.EMPLOYER, OrgKind.AUTHORITY, OrgKind.BUREAU])
def test_every_reviewing_office_may_decide_what_was_sent_to_it(small: Desk, kind: OrgKind) -> None:
    world = world_of(small)
    above = {OrgKind.EMPLOYER: world.school, OrgKind.AUTHORITY: world.education}
    reviewer: Actor = world.office(above.get(kind, world.county_bureau))
    chosen = {OrgKind.EMPLOYER: "superior_id", OrgKind.AUTHORITY: "authority_id"}
    ids = {chosen[kind]: above[kind]} if kind in above else {}
    view = applied(small, **ids)  # type: ignore[arg-type]
    assert small.do(decide, reviewer, verdict(view)).status_label == "正常"
