"""Evidence: judged by its content, stored once, and seen by the owner and the reviewers only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from core.model import Audit, Blob, PersonRecord, PositionChange
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.declarations import (
    AddArchive,
    AddEvidence,
    ArchiveTaken,
    EvidenceCells,
    EvidenceRef,
    Holder,
    SaveDeclaration,
)
from core.services.attachments import replace_attachments
from core.services.declarations import save_declaration
from core.services.desk import Desk
from core.services.evidence import add_archive, add_evidence, evidence_cells, may_use
from tests.worlds import World, picture, scan, submitted


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


def code(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.fields[0].code if caught.value.fields else caught.value.code


def test_a_picture_is_known_by_its_content_not_by_its_name(desk: Desk, world: World, tmp_path: Path) -> None:
    path = picture(tmp_path, "通知.txt")
    kept = desk.do(add_evidence, world.person(), AddEvidence(path=str(path)))
    assert (kept.kind, kept.width, kept.height, kept.file_name) == ("png", 40, 40, "通知.txt")


def test_a_text_called_png_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    path = tmp_path / "证书.png"
    path.write_text("not a picture")
    person = world.person()
    refusal = code(lambda: desk.do(add_evidence, person, AddEvidence(path=str(path))))
    assert refusal is ErrorCode.EVIDENCE_NOT_PICTURE


def test_a_picture_cut_in_half_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    path = picture(tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    person = world.person()
    refusal = code(lambda: desk.do(add_evidence, person, AddEvidence(path=str(path))))
    assert refusal is ErrorCode.EVIDENCE_UNREADABLE


def test_a_file_above_the_limit_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2 * 1024 * 1024))
    person = world.person()
    refusal = code(lambda: desk.do(add_evidence, person, AddEvidence(path=str(path))))
    assert refusal is ErrorCode.EVIDENCE_TOO_LARGE


@pytest.mark.parametrize("name", ["", "missing.png"])
def test_what_is_no_file_is_refused(desk: Desk, world: World, tmp_path: Path, name: str) -> None:
    person = world.person()
    command = AddEvidence(path=str(tmp_path / name))
    assert code(lambda: desk.do(add_evidence, person, command)) is ErrorCode.EVIDENCE_UNREADABLE


def test_the_same_picture_is_stored_once(desk: Desk, world: World, tmp_path: Path) -> None:
    scan(desk, world.person(), tmp_path)
    scan(desk, world.person(), tmp_path)
    with world.store.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Blob)) == 1


def test_the_owner_and_the_reviewers_see_it_in_cells(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    view = submitted(desk, person, tmp_path)
    command = EvidenceCells(sha256=view.evidence[0].sha256, object_id=view.id, cols=20, rows=10, zoom=2.0)
    offices = [world.office(each) for each in (world.school, world.education, world.county_bureau)]
    seen = [desk.do(evidence_cells, each, command) for each in (person, *offices)]
    assert [(len(rows), len(rows[0])) for rows in seen] == [(10, 20)] * 4


def test_strangers_do_not_see_it(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    sha256 = view.evidence[0].sha256
    strangers = [world.person("李四"), world.office(world.clinic), world.office(world.other_bureau)]
    command = EvidenceCells(sha256=sha256, object_id=view.id, cols=20, rows=10)
    codes = [code(lambda each=each: desk.do(evidence_cells, each, command)) for each in strangers]  # type: ignore[misc]
    assert codes == [ErrorCode.NOT_YOURS] * 3


def test_what_was_just_brought_in_is_seen_by_its_owner_only(desk: Desk, world: World, tmp_path: Path) -> None:
    person, stranger = world.person(), world.person("李四")
    command = EvidenceCells(sha256=scan(desk, person, tmp_path).sha256, cols=4, rows=4)
    desk.do(evidence_cells, person, command)
    assert code(lambda: desk.do(evidence_cells, stranger, command)) is ErrorCode.NOT_YOURS


def test_nobody_attaches_another_persons_scan_by_its_hash(desk: Desk, world: World, tmp_path: Path) -> None:
    known = scan(desk, world.person(), tmp_path)
    command = SaveDeclaration(form="patent", values={}, evidence=(known,))
    stranger = world.person("李四")
    assert code(lambda: desk.do(save_declaration, stranger, command)) is ErrorCode.EVIDENCE_UNREADABLE


def test_one_picture_is_attached_once(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    ref = scan(desk, person, tmp_path)
    command = SaveDeclaration(form="patent", values={}, evidence=(ref, ref))
    assert code(lambda: desk.do(save_declaration, person, command)) is ErrorCode.EVIDENCE_TWICE


def test_six_pictures_are_one_too_many(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    refs: tuple[EvidenceRef, ...] = tuple(scan(desk, person, tmp_path, shade) for shade in range(6))
    command = SaveDeclaration(form="patent", values={}, evidence=refs)
    assert code(lambda: desk.do(save_declaration, person, command)) is ErrorCode.EVIDENCE_COUNT


# --- archives -----------------------------------------------------------------------------------------------------


def packed(folder: Path, *shades: int, **others: bytes) -> Path:
    """An archive of pictures and of other files, under a name that says nothing."""
    path = folder / "材料"
    with ZipFile(path, "w") as archive:
        for shade in shades:
            archive.write(picture(folder, f"证书{shade}.png", shade), f"材料/证书{shade}.png")
        for name, content in others.items():
            archive.writestr(name, content)
    return path


def taken(desk: Desk, person: Actor, path: Path, room: int = 5) -> ArchiveTaken:
    return desk.do(add_archive, person, AddArchive(path=str(path), room=room))


def blobs(world: World) -> int:
    with world.store.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Blob)) or 0


def test_the_pictures_of_an_archive_are_attached_like_any_other(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    found = taken(desk, person, packed(tmp_path, 1, 2, 3)).pictures
    refs = tuple(EvidenceRef(sha256=each.sha256, file_name=each.file_name) for each in found)
    view = desk.do(save_declaration, person, SaveDeclaration(form="patent", values={}, evidence=refs))
    assert [each.file_name for each in view.evidence] == ["证书1.png", "证书2.png", "证书3.png"]


def test_what_is_left_out_of_an_archive_is_named(desk: Desk, world: World, tmp_path: Path) -> None:
    cut = picture(tmp_path, shade=9).read_bytes()[:60]
    same = picture(tmp_path, shade=1).read_bytes()
    path = packed(tmp_path, 1, **{"说明.txt": b"words", "断.png": cut, "再.png": same})
    found = taken(desk, world.person(), path)
    assert ([each.file_name for each in found.pictures], found.skipped) == (
        ["证书1.png"],
        ("说明.txt（不是图片）", "断.png（文件打不开或已损坏，请另选）", "再.png（与“证书1.png”相同）"),
    )


def test_pictures_of_an_archive_count_against_the_limit(desk: Desk, world: World, tmp_path: Path) -> None:
    person, path = world.person(), packed(tmp_path, *range(3))
    with pytest.raises(Refused) as caught:
        taken(desk, person, path, room=2)
    (error,) = caught.value.fields
    assert (error.code, error.params, blobs(world)) == (
        ErrorCode.ARCHIVE_TOO_MANY,
        {"count": 3, "left": 2},
        0,
    )


def test_a_caller_who_claims_more_room_gets_no_more_than_the_limit(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, path = world.person(), packed(tmp_path, *range(6))
    assert code(lambda: taken(desk, person, path, room=99)) is ErrorCode.ARCHIVE_TOO_MANY


def test_an_archive_without_a_picture_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    person, path = world.person(), packed(tmp_path, **{"说明.txt": b"words"})
    assert code(lambda: taken(desk, person, path)) is ErrorCode.ARCHIVE_EMPTY


def test_a_broken_archive_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    person, path = world.person(), packed(tmp_path, 1)
    path.write_bytes(path.read_bytes()[:-9])
    assert code(lambda: taken(desk, person, path)) is ErrorCode.ARCHIVE_UNREADABLE


def test_an_archive_that_is_too_large_is_not_read(desk: Desk, world: World, tmp_path: Path) -> None:
    person, path = world.person(), packed(tmp_path, 1)
    with path.open("ab") as file:
        file.truncate(64 * 1024 * 1024)
    with pytest.raises(Refused) as caught:
        taken(desk, person, path)
    (error,) = caught.value.fields
    assert (error.code, error.params) == (ErrorCode.ARCHIVE_TOO_LARGE, {"limit": 5 * 2048})


def test_any_other_file_is_taken_as_one_picture(desk: Desk, world: World, tmp_path: Path) -> None:
    found = taken(desk, world.person(), picture(tmp_path, "证书.zip"))
    assert ([each.file_name for each in found.pictures], found.skipped) == (["证书.zip"], ())


def test_an_archive_chosen_as_a_single_picture_is_refused(desk: Desk, world: World, tmp_path: Path) -> None:
    person, path = world.person(), packed(tmp_path, 1)
    command = AddEvidence(path=str(path))
    assert code(lambda: desk.do(add_evidence, person, command)) is ErrorCode.EVIDENCE_NOT_PICTURE


def test_each_picture_of_an_archive_is_written_down(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    found = taken(desk, person, packed(tmp_path, 1, 2))
    with world.store.reading() as work:
        query = select(Audit.object_id).where(Audit.action == "evidence.add").order_by(Audit.id)
        assert tuple(work.session.scalars(query)) == tuple(each.sha256 for each in found.pictures)


# --- pictures of changes and records ------------------------------------------------------------------------------


def held(world: World, person: Actor, holder: Holder, ref: EvidenceRef) -> int:
    """A position or a record of the person with this picture."""
    with world.store.writing() as work:
        now = work.clock.now()
        row: PersonRecord | PositionChange
        if holder is Holder.RECORD:
            row = PersonRecord(
                person_id=person.person_id, kind="honour", title="称号", created_at=now, updated_at=now
            )
        else:
            row = PositionChange(person_id=person.person_id, org_id=world.school, submitted_at=now)
        work.session.add(row)
        work.session.flush()
        replace_attachments(work, person, holder, row.id, (ref,), limit=5)
        work.commit()
    return row.id


def who_sees(desk: Desk, world: World, person: Actor, key: EvidenceCells) -> list[str]:
    offices = {"school": world.school, "education": world.education, "bureau": world.county_bureau}
    callers = {"person": person, "other": world.person("李四")}
    callers |= {name: world.office(each) for name, each in offices.items()}
    return [name for name, each in callers.items() if _sees(desk, each, key)]


def _sees(desk: Desk, caller: Actor, key: EvidenceCells) -> bool:
    try:
        desk.do(evidence_cells, caller, key)
    except Refused as refusal:
        assert refusal.code is ErrorCode.NOT_YOURS
        return False
    return True


@pytest.mark.parametrize(
    ("holder", "seen_by"), [(Holder.POSITION, ["person", "school"]), (Holder.RECORD, ["person"])]
)
def test_a_picture_is_seen_by_the_person_and_whoever_decides(
    desk: Desk, world: World, tmp_path: Path, holder: Holder, seen_by: list[str]
) -> None:
    person = world.person()
    ref = scan(desk, person, tmp_path)
    number = held(world, person, holder, ref)
    key = EvidenceCells(sha256=ref.sha256, object_id=number, holder=holder, cols=4, rows=4)
    assert who_sees(desk, world, person, key) == seen_by


def test_a_picture_is_not_reached_through_what_does_not_hold_it(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    ref = scan(desk, person, tmp_path)
    number = held(world, person, Holder.POSITION, ref)
    key = {"object_id": number, "cols": 4, "rows": 4}
    wrong = (
        EvidenceCells(sha256="0" * 64, holder=Holder.POSITION, **key),
        EvidenceCells(sha256=ref.sha256, holder=Holder.IDENTITY, **key),
        EvidenceCells(sha256=ref.sha256, holder=Holder.RECORD, **key),
    )
    codes = [code(lambda each=each: desk.do(evidence_cells, person, each)) for each in wrong]  # type: ignore[misc]
    assert codes == [ErrorCode.NOT_FOUND] * 3


def test_a_picture_of_ones_own_change_may_be_used_again(desk: Desk, world: World, tmp_path: Path) -> None:
    """From another account of the same person, say: it is theirs by what holds it."""
    person = world.person()
    ref = scan(desk, person, tmp_path)
    held(world, person, Holder.POSITION, ref)
    with world.store.reading() as work:
        other = replace(person, account_id=0)
        stranger = replace(other, person_id=0)
        usable = [may_use(work.session, each, ref.sha256) for each in (person, other, stranger)]
    assert usable == [True, True, False]


@pytest.mark.parametrize("count", [0, 3])
def test_too_few_and_too_many_attachments_are_refused(
    desk: Desk, world: World, tmp_path: Path, count: int
) -> None:
    person = world.person()
    refs = tuple(scan(desk, person, tmp_path, shade) for shade in range(count))
    with world.store.writing() as work, pytest.raises(Refused) as caught:
        replace_attachments(work, person, Holder.RECORD, 1, refs, limit=2, at_least=1)
    assert caught.value.fields[0].code is ErrorCode.EVIDENCE_COUNT
