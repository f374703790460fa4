"""抽查: a draw that anyone can repeat from docs/spot-checks.md alone, whatever is approved or revoked afterwards."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core.model import Decision, Declaration, SpotCheckItem
from core.rules.roles import Actor
from core.rules.spot_checks import draw, population_digest
from core.schema.review import Decide, UndoDecision, Verdict
from core.schema.spot_checks import (
    DrawSpotCheck,
    PreparedSpotCheck,
    PrepareSpotCheck,
    SpotCheckFinding,
    SpotCheckItems,
    SpotCheckKey,
    SpotCheckQuery,
    SpotCheckRow,
)
from core.services.desk import Desk
from core.services.review import decide, undo_decision
from core.services.spot_checks import (
    draw_spot_check,
    export_spot_check,
    find_spot_check,
    prepare_spot_check,
    redraw_spot_check,
    spot_check_items,
    spot_check_page,
)
from tests.services.counting import learns
from tests.services.hall import answer, entries
from tests.worlds import World, submitted

DOCUMENT = Path(__file__).parents[2] / "docs" / "spot-checks.md"


def approved(world: World, desk: Desk, folder: Path, count: int, first: int = 1) -> list[int]:
    """Declarations of the garden firm that its city has approved."""
    firm, city = world.office(world.garden), world.office(world.city_bureau)
    made = []
    for number in range(first, first + count):
        item = submitted(desk, world.person(f"园丁{number}", world.garden), folder, number)
        done = desk.do(decide, firm, Decide(id=item.id, version=item.version, verdict=Verdict.APPROVE))
        desk.do(decide, city, Decide(id=item.id, version=done.version, verdict=Verdict.APPROVE))
        made.append(item.id)
    return made


def prepared(desk: Desk, office: Actor, wanted: int = 3, seed: str = "2026-11-22") -> PreparedSpotCheck:
    return desk.do(prepare_spot_check, office, PrepareSpotCheck(year="2026", wanted=str(wanted), seed=seed))


def fixed(desk: Desk, office: Actor, made: PreparedSpotCheck) -> SpotCheckRow:
    kept = {"year", "wanted", "seed", "up_to_id", "population_sha256"}
    command = DrawSpotCheck(**{name: getattr(made, name) for name in kept})
    return desk.do(draw_spot_check, office, command)


def sample(world: World, check_id: int) -> list[int]:
    with world.store.reading() as work:
        query = select(SpotCheckItem.declaration_id).where(SpotCheckItem.check_id == check_id)
        return list(work.session.scalars(query.order_by(SpotCheckItem.place)))


def by_the_document(world: World, row: SpotCheckRow, prefix: str) -> tuple[str, list[int]]:
    """Drawn as docs/spot-checks.md says, with nothing of the program but its tables."""
    with world.store.reading() as work:
        words: dict[int, tuple[int, str]] = {}
        for each in work.session.scalars(select(Decision).where(Decision.kind == "declaration")):
            if each.id <= row.up_to_id and each.move != "urge":
                words[each.object_id] = max(words.get(each.object_id, (0, "")), (each.seq, each.move))
        numbers = []
        for each in work.session.scalars(select(Declaration).order_by(Declaration.id)):
            inside = each.year == row.year and each.region_code.startswith(prefix)
            if inside and words.get(each.id, (0, ""))[1] == "approve":
                numbers.append(each.id)
    digest = hashlib.sha256("".join(f"{number}\n" for number in numbers).encode()).hexdigest()
    keys = sorted((hashlib.sha256(f"{row.seed}:{number}".encode()).hexdigest(), number) for number in numbers)
    return digest, [number for _, number in keys[: row.wanted]]


def test_a_draw_comes_out_of_the_document_alone(desk: Desk, world: World, tmp_path: Path) -> None:
    approved(world, desk, tmp_path, 6)
    submitted(desk, world.person("等待", world.garden), tmp_path, 40)
    learns(world, world.person("公需", world.garden))
    office = world.office(world.city_bureau)
    made = prepared(desk, office)
    row = fixed(desk, office, made)
    assert (row.population, row.drawn) == (6, 3)
    assert by_the_document(world, row, "4103") == (row.population_sha256, sample(world, row.id))


def test_the_example_of_the_document_gives_what_the_program_gives(tmp_path: Path) -> None:
    lines = [
        line[4:] for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("    ")
    ]
    script = "\n".join(line for line in lines if line.startswith(("printf", "for")))
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    digest, *drawn = [line.split() for line in done.stdout.splitlines()]
    assert digest[0] == population_digest([1, 2, 3, 4, 5])
    assert [int(number) for _, number in drawn] == list(draw("2026-11-22", [1, 2, 3, 4, 5], 2))


def test_what_is_approved_or_taken_back_later_does_not_change_a_draw(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    ids = approved(world, desk, tmp_path, 5)
    office = world.office(world.city_bureau)
    row = fixed(desk, office, prepared(desk, office))
    approved(world, desk, tmp_path, 2, first=20)
    with world.store.reading() as work:
        last = work.session.get_one(Declaration, ids[-1])
        who = work.session.scalars(
            select(Decision.actor_account_id).where(Decision.object_id == last.id, Decision.move == "approve")
        ).one()
    same = next(each for each in _sessions(world) if each.account_id == who)
    desk.do(undo_decision, same, UndoDecision(id=last.id, version=last.version))
    again = desk.do(redraw_spot_check, office, SpotCheckKey(check_id=row.id))
    assert (again.same, "完全相同" in again.text) == (True, True)


def _sessions(world: World) -> list[Actor]:
    """Everybody of the city's bureau who has signed in."""
    from core.model import AccountRole, Org
    from core.rules.roles import Role

    with world.store.reading() as work:
        org = work.session.get_one(Org, world.city_bureau)
        return [
            Actor(
                held.account_id,
                f"session-{held.id}",
                Role.BUREAU,
                "管理员",
                org.region_code,
                org.id,
                org.name,
            )
            for held in work.session.scalars(select(AccountRole).where(AccountRole.org_id == org.id))
        ]


def test_another_seed_is_another_sample_and_the_same_seed_the_same() -> None:
    ids = range(1, 200)
    assert draw("a", ids, 20) == draw("a", reversed(ids), 20) != draw("b", ids, 20)
    assert draw("a", ids, 5) == draw("a", ids, 20)[:5]


def test_a_seed_that_nobody_typed_is_drawn_and_shown_before_anything_is_stored(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    approved(world, desk, tmp_path, 2)
    office, before = world.office(world.city_bureau), entries(world.store)
    one, two = prepared(desk, office, seed=""), prepared(desk, office, seed="")
    stored = desk.do(spot_check_page, office, SpotCheckQuery()).rows
    assert (one.drawn_seed, one.seed != two.seed, len(one.seed), stored) == (True, True, 16, ())
    assert entries(world.store) == before


def test_what_was_approved_between_the_look_and_the_draw_stays_out(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    approved(world, desk, tmp_path, 2)
    office = world.office(world.city_bureau)
    made = prepared(desk, office)
    approved(world, desk, tmp_path, 1, first=30)
    assert fixed(desk, office, made).population == 2


@pytest.mark.parametrize("changed", [{"population_sha256": "0" * 64}, {"up_to_id": 10**9}, {"year": 2025}])
def test_nothing_but_what_stood_on_the_screen_is_drawn(
    desk: Desk, world: World, tmp_path: Path, changed: dict[str, object]
) -> None:
    approved(world, desk, tmp_path, 2)
    office = world.office(world.city_bureau)
    made = prepared(desk, office)
    kept = {name: getattr(made, name) for name in ("year", "wanted", "seed", "up_to_id", "population_sha256")}
    command = DrawSpotCheck(**{**kept, **changed})
    assert answer(lambda: desk.do(draw_spot_check, office, command)) == "STALE"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"year": "26"}, "BAD_YEAR"),
        ({"wanted": "0"}, "OUT_OF_RANGE"),
        ({"wanted": "10001"}, "OUT_OF_RANGE"),
        ({"wanted": "几件"}, "BAD_NUMBER"),
        ({"seed": "种" * 65}, "TOO_LONG"),
        ({}, "NOTHING_TO_DRAW"),
    ],
)
def test_what_can_not_be_drawn_is_refused_beside_its_field(
    desk: Desk, world: World, typed: dict[str, str], code: str
) -> None:
    command = PrepareSpotCheck(**{"year": "2026", "wanted": "3", **typed})
    assert answer(lambda: desk.do(prepare_spot_check, world.office(world.city_bureau), command)) == code


def test_a_finding_is_written_with_one_entry_and_a_bad_one_needs_its_note(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    approved(world, desk, tmp_path, 2)
    office = world.office(world.city_bureau)
    row = fixed(desk, office, prepared(desk, office))
    bare = SpotCheckFinding(check_id=row.id, place=1, finding="bad")
    assert answer(lambda: desk.do(find_spot_check, office, bare)) == "REASON_REQUIRED"
    before = entries(world.store)
    desk.do(find_spot_check, office, bare.model_copy(update={"note": "证书编号与扫描件不符"}))
    desk.do(find_spot_check, office, SpotCheckFinding(check_id=row.id, place=2, finding="ok"))
    page = desk.do(spot_check_items, office, SpotCheckItems(check_id=row.id))
    assert [(each.finding_label, each.note) for each in page.rows] == [
        ("有问题", "证书编号与扫描件不符"),
        ("无问题", ""),
    ]
    assert (page.check.looked_at, page.check.bad, entries(world.store) - before) == (2, 1, 2)
    left = desk.do(spot_check_items, office, SpotCheckItems(check_id=row.id, open_only=True))
    assert left.rows == ()


def test_a_draw_is_seen_from_above_and_by_nobody_else(desk: Desk, world: World, tmp_path: Path) -> None:
    approved(world, desk, tmp_path, 1)
    row = fixed(desk, city := world.office(world.city_bureau), prepared(desk, city))
    province = world.office(world.province_bureau)
    assert desk.do(spot_check_page, province, SpotCheckQuery()).rows[0].id == row.id
    before, stranger = entries(world.store), world.office(world.other_bureau)
    codes = [
        answer(lambda: desk.do(spot_check_items, stranger, SpotCheckItems(check_id=row.id))),
        answer(lambda: desk.do(redraw_spot_check, stranger, SpotCheckKey(check_id=row.id))),
        answer(lambda: desk.do(export_spot_check, stranger, SpotCheckKey(check_id=row.id))),
        answer(
            lambda: desk.do(
                find_spot_check, stranger, SpotCheckFinding(check_id=row.id, place=1, finding="ok")
            )
        ),
    ]
    assert (codes, entries(world.store) - before) == (["NOT_YOURS"] * 4, 4)


def test_the_file_holds_the_population_and_the_sample(desk: Desk, world: World, tmp_path: Path) -> None:
    ids = approved(world, desk, tmp_path, 4)
    office = world.office(world.city_bureau)
    row = fixed(desk, office, prepared(desk, office))
    done = desk.do(export_spot_check, office, SpotCheckKey(check_id=row.id))
    book = CalamineWorkbook.from_path(done.path)
    listed = [int(line[0]) for line in book.get_sheet_by_name("总体").to_python()[4:]]
    drawn = [int(line[1]) for line in book.get_sheet_by_name("名单").to_python()[4:]]
    assert (listed, drawn) == (ids, sample(world, row.id))
