"""证件信息修改 as the person asks for it: what the guide forbids, what faces decide, and what the employer sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, Audit, Decision, Message, Transfer
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.changes import ChangeKey
from core.schema.declarations import SaveDeclaration
from core.schema.registration import Register
from core.schema.review import Verdict
from core.services.declarations import save_declaration
from core.services.desk import Desk
from core.services.identities import identity_page, submit_identity, withdraw_identity
from core.services.registrations import register
from core.services.review import decide
from core.store.faces import FaceLimits, compare_faces
from core.store.store import Store
from tests import photographs as photo
from tests.services.front_door import GUEST, NUMBER, cheap_desk, typed_form
from tests.services.proofs import (
    HERS,
    asked,
    brought,
    errors,
    form,
    present,
    row_of,
    verdict,
    without_faces,
)
from tests.worlds import World, build_world, scan


@pytest.fixture
def desk(world: World) -> Desk:
    return without_faces(cheap_desk(world.store))


@pytest.fixture
def small_world(sqlite_store: Store) -> World:
    """For what no database decides."""
    return build_world(sqlite_store)


@pytest.fixture
def small_desk(small_world: World) -> Desk:
    return without_faces(cheap_desk(small_world.store))


# --- what the form refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": "张珊", "id_number": HERS}, ErrorCode.IDENTITY_BOTH_CHANGED),
        ({}, ErrorCode.IDENTITY_UNCHANGED),
        ({"name": "  张三 "}, ErrorCode.IDENTITY_UNCHANGED),
    ],
)
def test_exactly_one_of_the_two_is_changed(
    small_desk: Desk, small_world: World, tmp_path: Path, changed: dict[str, str], code: ErrorCode
) -> None:
    person = small_world.person()
    refused = errors(lambda: asked(small_desk, person, tmp_path, **changed))
    assert refused == {"name": code, "id_number": code}


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"name": "张"}, "name", ErrorCode.BAD_NAME),
        ({"name": "张\U0002f800"}, "name", ErrorCode.NO_GLYPH),
        ({"id_number": HERS[:-1] + "0"}, "id_number", ErrorCode.BAD_ID_CHECK_DIGIT),
        ({"id_number": ""}, "id_number", ErrorCode.REQUIRED),
    ],
)
def test_what_is_no_name_or_number_is_refused_beside_its_field(
    small_desk: Desk, small_world: World, tmp_path: Path, changed: dict[str, str], field: str, code: ErrorCode
) -> None:
    person = small_world.person()
    assert errors(lambda: asked(small_desk, person, tmp_path, **changed)) == {field: code}


def test_all_three_pictures_are_asked_for_at_once(small_desk: Desk, small_world: World) -> None:
    person = small_world.person()
    command = form(small_desk, person, {}, name="张珊")
    assert errors(lambda: small_desk.do(submit_identity, person, command)) == dict.fromkeys(
        ("front", "back", "portrait"), ErrorCode.PICTURE_MISSING
    )


def test_one_picture_is_not_two_of_the_three(small_desk: Desk, small_world: World, tmp_path: Path) -> None:
    person = small_world.person()
    pictures = brought(small_desk, person, tmp_path)
    command = form(small_desk, person, {**pictures, "portrait": pictures["front"]}, name="张珊")
    refused = errors(lambda: small_desk.do(submit_identity, person, command))
    assert refused == {"portrait": ErrorCode.EVIDENCE_TWICE}


def test_another_persons_pictures_are_not_used(small_desk: Desk, small_world: World, tmp_path: Path) -> None:
    person, stranger = small_world.person(), small_world.person("李四")
    command = form(small_desk, stranger, brought(small_desk, person, tmp_path), name="李斯")
    refused = errors(lambda: small_desk.do(submit_identity, stranger, command))
    assert refused == dict.fromkeys(("front", "back", "portrait"), ErrorCode.EVIDENCE_UNREADABLE)


def test_what_was_brought_in_as_evidence_is_no_proof_of_identity(
    small_desk: Desk, small_world: World, tmp_path: Path
) -> None:
    person = small_world.person()
    pictures = {**brought(small_desk, person, tmp_path), "front": scan(small_desk, person, tmp_path)}
    command = form(small_desk, person, pictures, name="张珊")
    refused = errors(lambda: small_desk.do(submit_identity, person, command))
    assert refused == {"front": ErrorCode.EVIDENCE_UNREADABLE}


def test_a_card_of_identity_is_not_attached_to_a_declaration(
    small_desk: Desk, small_world: World, tmp_path: Path
) -> None:
    """There it would be seen by every level, and would lie in clear."""
    person = small_world.person()
    front = brought(small_desk, person, tmp_path)["front"]
    command = SaveDeclaration(form="patent", values={}, evidence=(front,))
    refused = errors(lambda: small_desk.do(save_declaration, person, command))
    assert refused == {"evidence": ErrorCode.EVIDENCE_UNREADABLE}


@pytest.mark.parametrize("whose", ["person", "office", "registration"])
def test_a_number_that_somebody_has_is_refused(desk: Desk, world: World, tmp_path: Path, whose: str) -> None:
    person = world.person()
    if whose == "person":
        number = present(desk, world.person("李四"))["id_number"]
    elif whose == "office":
        number = HERS
        take_login(world, world.office(world.garden), number)
    else:
        number = NUMBER
        desk.do(register, GUEST, Register(values=typed_form(world.school), employer_id=world.school))
    refused = errors(lambda: asked(desk, person, tmp_path, id_number=number))
    assert refused == {"id_number": ErrorCode.ID_TAKEN}


def take_login(world: World, office: Actor, login: str) -> None:
    with world.store.writing() as work:
        account = work.session.get_one(Account, office.account_id)
        account.login_digest = work.vault.digest("login", login)
        work.commit()


def test_a_second_one_is_refused_while_one_waits(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    asked(desk, person, tmp_path, name="张珊")
    assert errors(lambda: asked(desk, person, tmp_path, name="张山")) == {"": ErrorCode.CHANGE_PENDING}


def test_nothing_is_changed_between_two_units(small_desk: Desk, small_world: World, tmp_path: Path) -> None:
    person = small_world.person()
    with small_world.store.writing() as work:
        now = work.clock.now()
        move = {"from_org_id": small_world.school, "org_id": small_world.garden, "submitted_at": now}
        work.session.add(Transfer(person_id=person.person_id, **move))
        work.commit()
    refused = errors(lambda: asked(small_desk, person, tmp_path, name="张珊"))
    assert refused == {"": ErrorCode.TRANSFER_PENDING}


def test_it_is_changed_once_in_thirty_days(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, name="张珊")
    world.wait(10)
    desk.do(decide, office, verdict(done, Verdict.APPROVE))
    world.wait(29)
    with pytest.raises(Refused) as caught:
        asked(desk, person, tmp_path, name="张山")
    page = desk.do(identity_page, person, Nothing())
    world.wait(1)
    again = asked(desk, person, tmp_path, name="张山")
    assert (caught.value.code, caught.value.params["until"], str(page.not_before), again.completed) == (
        ErrorCode.IDENTITY_TOO_SOON,
        "2027-01-01",
        "2027-01-01",
        False,
    )


def test_what_was_refused_or_taken_back_does_not_count(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    first = asked(desk, person, tmp_path, name="张珊")
    desk.do(decide, office, verdict(first, Verdict.REJECT, "照片不清"))
    second = asked(desk, person, tmp_path, name="张珊")
    desk.do(withdraw_identity, person, ChangeKey(change_id=second.view.id, version=second.view.version))
    third = asked(desk, person, tmp_path, name="张珊")
    assert third.view.state == "pending"


# --- what the faces decide ----------------------------------------------------------------------------------------


def test_a_clear_match_completes_it_at_once(world: World, tmp_path: Path) -> None:
    desk, person = cheap_desk(world.store), world.person()
    done = asked(desk, person, tmp_path, *photo.matching(), name="张珊")
    row = row_of(world, done)
    assert (done.completed, row.state, row.automatic, row.faces, present(desk, person)["name"]) == (
        True,
        "approved",
        True,
        "match",
        "张珊",
    )


@pytest.mark.parametrize(
    ("pictures", "faces"),
    [
        (photo.different, "different"),
        (photo.unclear, "unclear"),
        (lambda: (photo.matching()[0], photo.jpeg(photo.drawn_face())), "no_face"),
    ],
)
def test_all_else_waits_at_the_employer(
    small_world: World, tmp_path: Path, pictures: Callable[[], tuple[bytes, bytes]], faces: str
) -> None:
    desk, person = cheap_desk(small_world.store), small_world.person()
    done = asked(desk, person, tmp_path, *pictures(), name="张珊")
    row = row_of(small_world, done)
    assert (done.completed, row.state, row.automatic, row.faces, present(desk, person)["name"]) == (
        False,
        "pending",
        False,
        faces,
        "张三",
    )


def test_without_the_extra_it_waits_and_says_so(small_desk: Desk, small_world: World, tmp_path: Path) -> None:
    person = small_world.person()
    done = asked(small_desk, person, tmp_path, name="张珊")
    page = small_desk.do(identity_page, person, Nothing())
    school = "汝阳县小店镇第一初级中学"
    assert (done.words, page.faces, page.employer, page.pending == done.view) == (
        f"未安装人脸比对，由单位核对照片。已提交，待 {school} 审核",
        False,
        school,
        True,
    )


def test_the_score_is_kept_with_the_decision(world: World, tmp_path: Path) -> None:
    desk, person = cheap_desk(world.store), world.person()
    card, portrait = photo.matching()
    done = asked(desk, person, tmp_path, card, portrait, name="张珊")
    again = row_of(world, done)
    measured = compare_faces(card, portrait, FaceLimits.of(world.store.settings)).distance
    with world.store.reading() as work:
        query = select(Decision.move).where(Decision.kind == "identity").order_by(Decision.seq)
        moves = list(work.session.scalars(query))
    assert (again.face_distance, moves) == (pytest.approx(measured), ["submit", "confirm"])


def test_submission_and_completion_are_written_down_each_once(world: World, tmp_path: Path) -> None:
    desk, person = cheap_desk(world.store), world.person()
    asked(desk, person, tmp_path, *photo.matching(), name="张珊")
    with world.store.reading() as work:
        query = select(Audit.summary).where(Audit.object_kind == "identity").order_by(Audit.id)
        assert list(work.session.scalars(query)) == ["修改姓名", "比对一致"]


def test_the_person_is_told_but_not_the_number(sqlite_store: Store, tmp_path: Path) -> None:
    world = build_world(sqlite_store)
    desk, person = cheap_desk(sqlite_store), world.person()
    asked(desk, person, tmp_path, *photo.matching(), id_number=HERS)
    with world.store.reading() as work:
        (text,) = work.session.scalars(select(Message.text).where(Message.account_id == person.account_id))
    assert ("新的证件号登录" in text, HERS in text) == (True, False)
