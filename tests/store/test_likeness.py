"""Scans that look alike: one paper saved again is known, two certificates of one printed form are told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from core.model import Declaration, ScanBand, ScanLike, ScanPrint
from core.rules.roles import Actor
from core.schema.declarations import AddEvidence, EvidenceRef, SaveDeclaration
from core.schema.review import DecideMany, ItemKey
from core.services.declarations import submit_declaration
from core.services.desk import Desk
from core.services.evidence import add_evidence
from core.services.likenesses import make_missing_prints, missing_prints
from core.services.review import decide_many, review_item
from core.store.likeness import MOST, difference, look, near, same_paper
from core.store.store import Store
from tests.scans import AGAIN, certificate, jpeg
from tests.services.front_door import cheap_desk
from tests.worlds import World, build_world, picture, training

MINE = jpeg(certificate("张伟", "20260001"))
HERS = jpeg(certificate("李秀英", "20260002"), 85)


@pytest.fixture
def world(store: Store) -> World:
    """Schools, firms and offices."""
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    """A desk there."""
    return cheap_desk(world.store)


def brought(desk: Desk, actor: Actor, folder: Path, content: bytes, name: str = "证书.jpg") -> EvidenceRef:
    """A picture that is brought in."""
    path = folder / name
    path.write_bytes(content)
    kept = desk.do(add_evidence, actor, AddEvidence(path=str(path)))
    return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="证书")


def sent(desk: Desk, actor: Actor, folder: Path, content: bytes, **changes: str) -> int:
    """A declaration with this picture, submitted."""
    ref = brought(desk, actor, folder, content)
    command = SaveDeclaration(form="post_training", values=training(**changes), evidence=(ref,))
    return desk.do(submit_declaration, actor, command).id


@pytest.mark.parametrize("what", AGAIN)
def test_one_paper_is_known_again(what: str) -> None:
    again = AGAIN[what](certificate("张伟", "20260001"))
    found, other = look(MINE), look(again)
    assert found is not None and other is not None
    assert near(found.bits, other.bits) and same_paper(MINE, again)


@pytest.mark.parametrize(
    ("name", "number"),
    [("李秀英", "20260002"), ("张磊", "20260013"), ("王伟", "20260101"), ("陈静", "20269877")],
)
def test_two_certificates_of_one_form_are_told_apart_though_their_prints_are_near(
    name: str, number: str
) -> None:
    other = jpeg(certificate(name, number), 85)
    first, second = look(MINE), look(other)
    assert first is not None and second is not None and near(first.bits, second.bits)
    worst = difference(MINE, other)
    assert worst is not None and worst > MOST


def test_a_picture_with_nothing_on_it_has_no_print(tmp_path: Path) -> None:
    assert look(picture(tmp_path).read_bytes()) is None


def test_an_upright_page_is_never_a_lying_one() -> None:
    assert difference(MINE, jpeg(certificate("张伟", "20260001").rotate(90, expand=True))) is None


def test_a_scan_saved_again_by_another_is_a_doubt_with_a_jump_on_both(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    first = sent(desk, world.person("张三"), tmp_path, MINE)
    second = sent(
        desk, world.person("李四"), tmp_path, AGAIN["half as large"](certificate("张伟", "20260001"))
    )
    unit = world.office(world.school)
    for mine, other in ((first, second), (second, first)):
        (doubt,) = desk.do(review_item, unit, ItemKey(id=mine)).doubts
        assert (doubt.text, doubt.other_id) == (f"附件与另一人的申报 {other} 疑似同一扫描件", other)
    with world.store.reading() as work:
        assert all(work.session.scalars(select(Declaration.flagged)))


def test_another_certificate_of_the_same_form_is_no_doubt(world: World, desk: Desk, tmp_path: Path) -> None:
    sent(desk, world.person("张三"), tmp_path, MINE)
    second = sent(desk, world.person("李四"), tmp_path, HERS)
    assert desk.do(review_item, world.office(world.school), ItemKey(id=second)).doubts == ()


def test_what_looks_alike_is_left_out_of_a_batch_and_named(world: World, desk: Desk, tmp_path: Path) -> None:
    again = AGAIN["saved at quality 60"](certificate("张伟", "20260001"))
    ids = [
        sent(desk, world.person("张三"), tmp_path, MINE),
        sent(desk, world.person("李四"), tmp_path, again),
        sent(desk, world.person("王五"), tmp_path, HERS),
    ]
    unit = world.office(world.school)
    items = tuple((each, desk.do(review_item, unit, ItemKey(id=each)).version) for each in ids)
    result = desk.do(decide_many, unit, DecideMany(items=items))
    assert [each.person_name for each in result.decided] == ["王五"]
    assert [name for _, name, _ in result.left_out] == ["张三", "李四"]


def test_the_other_record_of_another_unit_is_named_without_a_jump(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    sent(desk, world.person("张三"), tmp_path, MINE)
    stranger = world.person("周八", world.garden)
    second = sent(desk, stranger, tmp_path, AGAIN["brighter"](certificate("张伟", "20260001")))
    (doubt,) = desk.do(review_item, world.office(world.garden), ItemKey(id=second)).doubts
    assert doubt.other_id is None and "由上级核对" in doubt.text
    (seen,) = desk.do(review_item, world.office(world.province_bureau), ItemKey(id=second)).doubts
    assert seen.other_id is not None


def test_pictures_stored_before_there_were_prints_get_theirs(
    world: World, desk: Desk, tmp_path: Path
) -> None:
    first = sent(desk, world.person("张三"), tmp_path, MINE)
    again = AGAIN["darker"](certificate("张伟", "20260001"))
    sent(desk, world.person("李四"), tmp_path, again)
    with world.store.writing() as work:
        for table in (ScanLike, ScanBand, ScanPrint):
            work.session.execute(table.__table__.delete())
        work.commit()
    with world.store.reading() as work:
        assert missing_prints(work.session) == 2
    assert make_missing_prints(desk) == 2
    (doubt,) = desk.do(review_item, world.office(world.school), ItemKey(id=first)).doubts
    assert "疑似同一扫描件" in doubt.text
    with world.store.reading() as work:
        assert missing_prints(work.session) == 0


def test_candidates_are_found_through_the_index_of_the_bands(store: Store) -> None:
    if store.settings.url.startswith("postgresql"):
        plan = "explain select sha256 from scan_band where band = 0 and value = 7 or band = 1 and value = 9"
    else:
        plan = (
            "explain query plan select sha256 from scan_band "
            "where band = 0 and value = 7 or band = 1 and value = 9"
        )
    with store.writing() as work:
        if "postgresql" in store.settings.url:
            work.session.execute(text("set local enable_seqscan = off"))
        lines = "\n".join(str(row) for row in work.session.execute(text(plan)))
    assert "pk_scan_band" in lines or "SEARCH scan_band USING PRIMARY KEY" in lines


def test_a_picture_brought_in_twice_has_one_print(world: World, desk: Desk, tmp_path: Path) -> None:
    for name in ("张三", "李四"):
        brought(desk, world.person(name), tmp_path, MINE)
    with world.store.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(ScanPrint)) == 1
        assert work.session.scalar(select(func.count()).select_from(ScanBand)) == 8
