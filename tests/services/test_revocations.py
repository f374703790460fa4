"""撤销认定: an approval taken back by a bureau, the year counted anew, its papers voided, all in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Audit, Declaration, Message, PersonYear
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.annual import AnnualQuery
from core.schema.base import Number
from core.schema.certificates import CheckFile, PaperVerdict, PrintCertificate, PrintedCertificate
from core.schema.review import UndoDecision
from core.schema.revocations import ApprovedQuery, RevokeDeclaration, RevokedQuery
from core.services.annual import annual_page, recount
from core.services.certificate_checks import check_file
from core.services.certificates import print_certificate
from core.services.declarations import declaration_view
from core.services.desk import Desk
from core.services.review import undo_decision
from core.services.revocations import approved_page, revoke_declaration, revoked_page
from core.store.seal import create_seal
from core.store.store import Store
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number, submitted

PUBLIC, PROFESSIONAL = "2025年公需课", "2025年专业课"


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


@pytest.fixture
def holder(desk: Desk, world: World, bureau: Actor) -> Actor:
    """A person whose year 2025 has passed and was recognised."""
    person = world.person()
    remember(world, person, 2025, "30", "60")
    settle(desk, bureau, 2025)
    return person


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def key_of(world: World, title: str = PUBLIC) -> RevokeDeclaration:
    with world.store.reading() as work:
        row = work.session.scalars(select(Declaration).where(Declaration.title == title)).one()
        return RevokeDeclaration(declaration_id=row.id, version=row.version, reason="材料不实")


def year_of(world: World, person: Actor) -> PersonYear:
    with world.store.reading() as work:
        row = work.session.get_one(PersonYear, (person.person_id, 2025))
        work.session.expunge(row)
        return row


def printed(desk: Desk, person: Actor) -> PrintedCertificate:
    return desk.do(print_certificate, person, PrintCertificate(years=(2025,)))


def test_a_revoked_declaration_counts_no_more(desk: Desk, world: World, bureau: Actor, holder: Actor) -> None:
    desk.do(revoke_declaration, bureau, key_of(world))
    view = desk.do(declaration_view, holder, Number(value=key_of(world).declaration_id))
    assert (view.status_label, year_of(world, holder).public_halves) == ("已撤销", 0)


def test_a_recognised_year_that_loses_its_hours_passes_no_more(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    done = desk.do(revoke_declaration, bureau, key_of(world))
    (row,) = desk.do(annual_page, holder, AnnualQuery()).rows
    assert (done.passed_before, done.passed, row.passed, row.printable, row.recognised) == (
        True, False, False, False, True,
    )  # fmt: skip


def test_a_certificate_of_the_year_is_voided_with_the_reason(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    paper = printed(desk, holder)
    done = desk.do(revoke_declaration, bureau, key_of(world))
    check = desk.do(check_file, holder, CheckFile(path=paper.path))
    assert (done.voided, check.verdict) == ((paper.number,), PaperVerdict.REVOKED)
    assert "2025年度的一项学时被撤销认定：材料不实" in check.lines[-1].text


def test_a_certificate_is_voided_too_where_the_year_still_passes_but_lists_what_was_revoked(
    desk: Desk, world: World, bureau: Actor
) -> None:
    person = world.person()
    remember(world, person, 2025, "30", "60")
    with world.store.writing() as work:
        row = work.session.scalars(select(Declaration).where(Declaration.title == PROFESSIONAL)).one()
        more = {c.key: getattr(row, c.key) for c in Declaration.__table__.columns if c.key != "id"}
        work.session.add(Declaration(**{**more, "title": "多报的培训班"}))
        work.session.flush()
        recount(work, person.person_id or 0, "410326", 2025)
        work.commit()
    settle(desk, bureau, 2025)
    paper = printed(desk, person)
    done = desk.do(revoke_declaration, bureau, key_of(world, "多报的培训班"))
    again = printed(desk, person)
    assert (done.passed, done.voided, again.reprint) == (True, (paper.number,), False)


def test_a_certificate_of_another_year_stays_in_force(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    remember(world, holder, 2024, "30", "60")
    settle(desk, bureau, 2024)
    paper = desk.do(print_certificate, holder, PrintCertificate(years=(2024,)))
    done = desk.do(revoke_declaration, bureau, key_of(world))
    check = desk.do(check_file, holder, CheckFile(path=paper.path))
    assert (done.voided, check.verdict) == ((), PaperVerdict.VALID)


def test_the_person_is_told_what_was_revoked_and_what_came_of_it(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    paper = printed(desk, holder)
    desk.do(revoke_declaration, bureau, key_of(world))
    with world.store.reading() as work:
        newest = select(Message.text).where(Message.account_id == holder.account_id)
        text = work.session.scalars(newest.order_by(Message.id.desc())).first()
    assert text == (
        f"撤销认定：岗位培训 2025年公需课 30 学时。原因：材料不实。2025年度改为不通过。已作废：{paper.number}"
    )


def test_a_revocation_and_each_voided_certificate_stand_in_the_audit_log(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    printed(desk, holder)
    desk.do(revoke_declaration, bureau, key_of(world))
    with world.store.reading() as work:
        revoking = select(Audit.action).where(Audit.action.like("%.revoke")).order_by(Audit.id)
        assert list(work.session.scalars(revoking)) == ["declaration.revoke", "certificate.revoke"]


def test_a_revocation_needs_a_reason(desk: Desk, world: World, bureau: Actor, holder: Actor) -> None:
    command = key_of(world).model_copy(update={"reason": " "})
    refusal = refused(lambda: desk.do(revoke_declaration, bureau, command))
    assert [(each.field, each.code) for each in refusal.fields] == [("reason", ErrorCode.REASON_REQUIRED)]


def test_what_was_revoked_is_not_revoked_again(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    desk.do(revoke_declaration, bureau, key_of(world))
    code = refused(lambda: desk.do(revoke_declaration, bureau, key_of(world))).code
    assert code is ErrorCode.NOT_APPROVED


def test_what_waits_for_review_is_not_revoked(
    desk: Desk, world: World, bureau: Actor, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    command = RevokeDeclaration(declaration_id=view.id, version=view.version, reason="材料不实")
    assert refused(lambda: desk.do(revoke_declaration, bureau, command)).code is ErrorCode.NOT_APPROVED


def test_a_revocation_is_not_taken_back(desk: Desk, world: World, bureau: Actor, holder: Actor) -> None:
    desk.do(revoke_declaration, bureau, key_of(world))
    key = key_of(world)
    command = UndoDecision(id=key.declaration_id, version=key.version)
    assert refused(lambda: desk.do(undo_decision, bureau, command)).code is ErrorCode.MOVE_NOT_ALLOWED


def test_a_revocation_seen_too_late_is_refused(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    command = key_of(world).model_copy(update={"version": 99})
    assert refused(lambda: desk.do(revoke_declaration, bureau, command)).code is ErrorCode.STALE


@pytest.mark.parametrize("office", ["school", "education"])
def test_only_bureaus_revoke(desk: Desk, world: World, holder: Actor, office: str) -> None:
    other = world.office(getattr(world, office))
    assert refused(lambda: desk.do(revoke_declaration, other, key_of(world))).code is ErrorCode.NOT_ALLOWED


def test_a_bureau_of_another_region_does_not_revoke(desk: Desk, world: World, holder: Actor) -> None:
    other = world.office(world.other_bureau)
    assert refused(lambda: desk.do(revoke_declaration, other, key_of(world))).code is ErrorCode.NOT_YOURS


@pytest.mark.parametrize("text", ["张三", "zhangsan", "zs", id_number(2)])
def test_approved_declarations_are_found_by_name_pinyin_and_number(
    desk: Desk, world: World, bureau: Actor, text: str
) -> None:
    person = world.person()
    remember(world, person, 2025, "30", "60")
    rows = desk.do(approved_page, bureau, ApprovedQuery(text=text)).rows
    assert [(row.person_name, row.title) for row in rows] == [("张三", PROFESSIONAL), ("张三", PUBLIC)]


def test_approved_declarations_are_narrowed_by_year_and_paged(
    desk: Desk, world: World, bureau: Actor
) -> None:
    person = world.person()
    for year in (2024, 2025):
        remember(world, person, year, "30", "60")
    first = desk.do(approved_page, bureau, ApprovedQuery(text="张三", year=2025, limit=1))
    second = desk.do(approved_page, bureau, ApprovedQuery(text="张三", year=2025, limit=1, after=first.after))
    assert [row.title for row in (*first.rows, *second.rows)] == [PROFESSIONAL, PUBLIC]


@pytest.mark.parametrize("text", ["", "张三"])
def test_a_bureau_finds_nothing_of_another_region(desk: Desk, world: World, text: str) -> None:
    remember(world, world.person(), 2025, "30", "60")
    assert desk.do(approved_page, world.office(world.other_bureau), ApprovedQuery(text=text)).rows == ()


def test_the_list_of_the_revoked_says_what_why_and_by_whom(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    desk.do(revoke_declaration, bureau, key_of(world))
    (row,) = desk.do(revoked_page, world.office(world.city_bureau), RevokedQuery()).rows
    assert (row.person_name, row.year, row.title, str(row.hours), row.reason, row.by) == (
        "张三", 2025, PUBLIC, "30", "材料不实", "汝阳县人力资源和社会保障局 管理员",
    )  # fmt: skip


def test_the_list_of_the_revoked_is_each_regions_own(
    desk: Desk, world: World, bureau: Actor, holder: Actor
) -> None:
    desk.do(revoke_declaration, bureau, key_of(world))
    assert desk.do(revoked_page, world.office(world.other_bureau), RevokedQuery()).rows == ()
