"""Evidence: judged by its content, stored once, and seen by the owner and the reviewers only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Blob
from core.rules.errors import ErrorCode, Refused
from core.schema.declarations import AddEvidence, EvidenceCells, EvidenceRef, SaveDeclaration
from core.services.declarations import save_declaration
from core.services.desk import Desk
from core.services.evidence import add_evidence, evidence_cells
from core.store.store import Store
from tests.worlds import World, build_world, picture, scan, submitted


@pytest.fixture
def world(store: Store) -> World:
    return build_world(store)


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
    command = EvidenceCells(
        sha256=view.evidence[0].sha256, declaration_id=view.id, cols=20, rows=10, zoom=2.0
    )
    offices = [world.office(each) for each in (world.school, world.education, world.county_bureau)]
    seen = [desk.do(evidence_cells, each, command) for each in (person, *offices)]
    assert [(len(rows), len(rows[0])) for rows in seen] == [(10, 20)] * 4


def test_strangers_do_not_see_it(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    sha256 = view.evidence[0].sha256
    strangers = [world.person("李四"), world.office(world.clinic), world.office(world.other_bureau)]
    command = EvidenceCells(sha256=sha256, declaration_id=view.id, cols=20, rows=10)
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
