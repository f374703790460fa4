"""学历及学位情况, 职(执)业资格, 学术技术称号: added, changed and deleted at once, by their owner alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.model import Attachment, Audit, PersonRecord
from core.rules.errors import ErrorCode, Refused
from core.rules.person_records import MOST_RECORDS, RECORD_KINDS
from core.rules.roles import Actor
from core.schema.person_records import RecordKey, RecordList, RecordPage, RecordRow, SaveRecord
from core.services.desk import Desk
from core.services.person_records import delete_record, record_page, save_record
from tests.rules.record_samples import SAMPLES
from tests.worlds import World, scan


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person("李晓东")


def added(desk: Desk, me: Actor, kind: str = "education", **changed: str) -> RecordRow:
    return desk.do(save_record, me, SaveRecord(kind=kind, values={**SAMPLES[kind], **changed}))


def changed(desk: Desk, me: Actor, row: RecordRow, kind: str = "education", **more: Any) -> RecordRow:
    values = {**row.values, **more.pop("values", {})}
    command = SaveRecord(kind=kind, record_id=row.id, version=row.version, values=values, **more)
    return desk.do(save_record, me, command)


def listed(desk: Desk, me: Actor, kind: str = "education") -> RecordPage:
    return desk.do(record_page, me, RecordList(kind=kind))


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def log(desk: Desk) -> list[tuple[str, str]]:
    with desk.reading() as work:
        wanted = select(Audit.action, Audit.summary).where(Audit.object_kind == "record")
        return [(action, summary) for action, summary in work.session.execute(wanted.order_by(Audit.id))]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_an_entry_of_every_list_is_in_force_at_once(desk: Desk, me: Actor, kind: str) -> None:
    added(desk, me, kind)
    page = listed(desk, me, kind)
    assert (page.title, [row.values for row in page.rows]) == (RECORD_KINDS[kind].title, [SAMPLES[kind]])


def test_each_list_holds_its_own_entries_only(desk: Desk, me: Actor) -> None:
    added(desk, me, "honour")
    assert [len(listed(desk, me, kind).rows) for kind in RECORD_KINDS] == [0, 0, 1]


def test_a_change_keeps_the_entry_and_its_place(desk: Desk, me: Actor) -> None:
    first = added(desk, me)
    added(desk, me, certificate="B2")
    changed(desk, me, first, values={"school": "郑州大学"})
    assert [row.values["school"] for row in listed(desk, me).rows] == ["郑州大学", "河南师范大学"]


def test_adding_changing_and_deleting_leave_one_entry_of_the_log_each(desk: Desk, me: Actor) -> None:
    row = changed(desk, me, added(desk, me), values={"school": "郑州大学"})
    desk.do(delete_record, me, RecordKey(record_id=row.id, version=row.version))
    assert log(desk) == [
        ("record.save", "新增学历：河南师范大学"),
        ("record.save", "修改学历：郑州大学"),
        ("record.delete", "删除学历：郑州大学"),
    ]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_the_same_entry_is_not_taken_twice(desk: Desk, me: Actor, kind: str) -> None:
    added(desk, me, kind)
    (error,) = refused(lambda: added(desk, me, kind)).fields
    assert (error.field, error.code) == (RECORD_KINDS[kind].unique[-1], ErrorCode.RECORD_TWICE)


def test_an_entry_saved_again_as_it_is_does_not_meet_itself(desk: Desk, me: Actor) -> None:
    row = added(desk, me)
    assert changed(desk, me, row).id == row.id


def test_another_person_may_have_the_same_entry(desk: Desk, world: World, me: Actor) -> None:
    added(desk, me)
    assert added(desk, world.person("王五")).id


def test_a_full_list_takes_no_more(desk: Desk, world: World, me: Actor) -> None:
    with desk.writing() as work:
        now = work.clock.now()
        one = {"person_id": me.person_id, "kind": "education", "title": "学校", "created_at": now}
        work.session.add_all([PersonRecord(**one, updated_at=now) for _ in range(MOST_RECORDS)])
        work.commit()
    refusal = refused(lambda: added(desk, me))
    assert (refusal.code, refusal.params) == (ErrorCode.TOO_MANY_RECORDS, {"limit": MOST_RECORDS})


def test_a_form_that_was_opened_before_another_change_is_refused(desk: Desk, me: Actor) -> None:
    row = added(desk, me)
    changed(desk, me, row, values={"school": "郑州大学"})
    assert refused(lambda: changed(desk, me, row)).code is ErrorCode.STALE


def test_an_entry_that_was_changed_meanwhile_is_not_deleted(desk: Desk, me: Actor) -> None:
    row = added(desk, me)
    changed(desk, me, row, values={"school": "郑州大学"})
    key = RecordKey(record_id=row.id, version=row.version)
    assert refused(lambda: desk.do(delete_record, me, key)).code is ErrorCode.STALE


def test_an_entry_is_not_moved_into_another_list(desk: Desk, me: Actor) -> None:
    row = added(desk, me)
    assert refused(lambda: changed(desk, me, row, "honour")).code is ErrorCode.NOT_FOUND


def test_pictures_are_kept_with_the_entry_and_go_with_it(desk: Desk, me: Actor, tmp_path: Path) -> None:
    row = changed(desk, me, added(desk, me), evidence=(scan(desk, me, tmp_path),))
    assert [each.caption for each in listed(desk, me).rows[0].evidence] == ["结业证书"]
    desk.do(delete_record, me, RecordKey(record_id=row.id, version=row.version))
    with desk.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Attachment)) == 0


def test_anothers_picture_is_refused_beside_the_attachments(
    desk: Desk, world: World, me: Actor, tmp_path: Path
) -> None:
    theirs, row = scan(desk, world.person("王五"), tmp_path), added(desk, me)
    (error,) = refused(lambda: changed(desk, me, row, evidence=(theirs,))).fields
    assert (error.field, error.code) == ("evidence", ErrorCode.EVIDENCE_UNREADABLE)


def test_a_list_that_there_is_not_is_not_found(desk: Desk, me: Actor) -> None:
    assert refused(lambda: listed(desk, me, "hobby")).code is ErrorCode.NOT_FOUND
