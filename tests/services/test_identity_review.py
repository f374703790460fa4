"""证件信息修改 on the employer's desk: what it sees, what it decides, and who else does at the same moment."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Attachment, Message
from core.rules.errors import ErrorCode
from core.schema.base import Nothing
from core.schema.changes import ChangeKey
from core.schema.declarations import EvidenceCells, Holder
from core.schema.review import DecideMany, QueueQuery, Subject, Verdict
from core.services.desk import Desk
from core.services.evidence import evidence_cells
from core.services.identities import identity_page, submit_identity, withdraw_identity
from core.services.review import decide, decide_many
from core.services.review_views import queue_page
from core.store.store import Store
from tests import photographs as photo
from tests.services.front_door import cheap_desk
from tests.services.proofs import HERS, asked, brought, errors, form, item, row_of, verdict, without_faces
from tests.services.races import at_once
from tests.worlds import World, build_world, id_number


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


# --- what the employer sees ---------------------------------------------------------------------------------------


def test_the_employer_finds_it_in_its_queue(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    asked(desk, person, tmp_path, id_number=HERS)
    (row,) = desk.do(queue_page, office, QueueQuery(subject=Subject.IDENTITY)).rows
    assert (row.person_name, row.form_name) == ("张三", "修改证件号")


def test_it_is_not_passed_in_a_batch_where_nobody_looks_at_the_pictures(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, office = world.person(), world.office(world.school)
    asked(desk, person, tmp_path, id_number=HERS)
    (row,) = desk.do(queue_page, office, QueueQuery(subject=Subject.IDENTITY)).rows
    result = desk.do(
        decide_many, office, DecideMany(subject=Subject.IDENTITY, items=((row.id, row.version),))
    )
    assert [(name, reason) for _, name, reason in result.left_out] == [
        ("张三", "证件信息修改不能批量通过，请逐条核对图片")
    ]


def test_the_employer_sees_old_and_new_side_by_side(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, id_number=HERS)
    assert item(desk, office, done).lines == (
        ("证件类型", "身份证"),
        ("姓名", "张三（不变）"),
        ("证件号", f"{id_number(1)} 改为 {HERS}"),
        ("性别", "男 改为 女"),
        ("出生日期", "1985-03-07 改为 1990-06-15"),
        ("人脸比对", "未能比对。未安装人脸比对，由单位核对照片"),
    )


def test_the_employer_reads_the_distance_in_words(small_world: World, tmp_path: Path) -> None:
    desk, person = cheap_desk(small_world.store), small_world.person()
    done = asked(desk, person, tmp_path, *photo.different(), name="张珊")
    shown = dict(item(desk, small_world.office(small_world.school), done).lines)["人脸比对"]
    distance = row_of(small_world, done).face_distance
    assert shown == (
        f"不一致。人像与证件照片不一致，由单位核对照片（两张脸的距离 {distance:.2f}，不超过 0.35 才算一致）"
    )


def test_the_employer_sees_all_three_pictures(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, name="张珊")
    shown = item(desk, office, done).evidence
    drawn = [
        desk.do(
            evidence_cells,
            office,
            EvidenceCells(
                sha256=each.sha256, object_id=done.view.id, holder=Holder.IDENTITY, cols=20, rows=10
            ),
        )
        for each in shown
    ]
    assert ([each.caption for each in shown], [len(rows) for rows in drawn]) == (
        ["身份证正面", "身份证反面", "本人照片"],
        [10, 10, 10],
    )


def test_no_other_office_sees_the_pictures(desk: Desk, world: World, tmp_path: Path) -> None:
    done = asked(desk, world.person(), tmp_path, name="张珊")
    offices = (world.education, world.county_bureau, world.garden, world.province_bureau)
    strangers = [world.person("李四"), *(world.office(each) for each in offices)]
    codes = set()
    for key in ({"object_id": done.view.id}, {}):
        command = EvidenceCells(
            sha256=done.view.evidence[0].sha256, holder=Holder.IDENTITY, cols=4, rows=4, **key
        )
        for each in strangers:
            codes |= set(
                errors(lambda each=each, command=command: desk.do(evidence_cells, each, command)).values()
            )  # type: ignore[misc]
    assert codes == {ErrorCode.NOT_YOURS}


def test_pictures_and_score_stay_after_the_decision(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, name="张珊")
    desk.do(decide, office, verdict(done, Verdict.REJECT, "照片不清"))
    with world.store.reading() as work:
        kept = work.session.scalar(select(func.count()).select_from(Attachment))
    shown = item(desk, office, done)
    assert (kept, len(shown.evidence), shown.decidable, shown.history[-1].opinion) == (
        3,
        3,
        False,
        "照片不清",
    )


def test_a_refusal_reaches_the_person_with_its_reason(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    done = asked(desk, person, tmp_path, name="张珊")
    desk.do(decide, world.office(world.school), verdict(done, Verdict.REJECT, "照片不清"))
    (row,) = desk.do(identity_page, person, Nothing()).rows
    with world.store.reading() as work:
        (text,) = work.session.scalars(select(Message.text).where(Message.account_id == person.account_id))
    assert (row.state_label, row.before, row.after, text) == (
        "未通过",
        "张三",
        "张珊",
        "证件信息修改（姓名）未通过。原因：照片不清",
    )


# --- two at once --------------------------------------------------------------------------------------------------


def test_two_who_want_one_number_do_not_both_get_it(world: World, tmp_path: Path) -> None:
    desk = cheap_desk(world.store)
    people = [world.person(), world.person("李四")]
    commands = [
        form(desk, each, brought(desk, each, tmp_path, *photo.matching()), id_number=HERS) for each in people
    ]
    answers = at_once(
        *(
            lambda each=each, one=one: desk.do(submit_identity, each, one)
            for each, one in zip(people, commands, strict=True)
        )  # type: ignore[misc]
    )
    assert sorted(answers) == ["ID_TAKEN", "done"]


def test_one_person_who_sends_it_twice_at_once_has_one(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    command = form(desk, person, brought(desk, person, tmp_path), name="张珊")
    answers = at_once(*[lambda: desk.do(submit_identity, person, command)] * 2)
    assert sorted(answers) == ["CHANGE_PENDING", "done"]


def test_approving_and_taking_back_at_once_lets_one_through(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, name="张珊")
    key = ChangeKey(change_id=done.view.id, version=done.view.version)
    answers = at_once(
        lambda: desk.do(decide, office, verdict(done, Verdict.APPROVE)),
        lambda: desk.do(withdraw_identity, person, key),
    )
    assert sorted(answers) == ["STALE", "done"]


def test_a_number_given_away_while_it_waited_is_not_given_twice(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, office = world.person(), world.office(world.school)
    done = asked(desk, person, tmp_path, id_number=HERS)
    other = asked(desk, world.person("李四", world.garden), tmp_path, id_number=HERS)
    desk.do(decide, world.office(world.garden), verdict(other, Verdict.APPROVE))
    assert errors(lambda: desk.do(decide, office, verdict(done, Verdict.APPROVE))) == {"": ErrorCode.ID_TAKEN}
