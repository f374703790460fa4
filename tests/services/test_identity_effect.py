"""What follows from a new 姓名 or 证件号: everything of the person goes with it, and what was printed stays true."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, Certificate, Person, PersonYear
from core.rules.certificate import facts_from_canonical
from core.rules.errors import ErrorCode
from core.rules.hours import CreditHours
from core.rules.roles import Actor, Role
from core.schema.annual import RecogniseYear
from core.schema.base import Nothing
from core.schema.certificates import (
    CheckFile,
    CheckLineText,
    LookUpCertificate,
    PaperVerdict,
    PrintCertificate,
    PrintedCertificate,
)
from core.schema.employers import ImportPublicHours
from core.schema.review import Verdict
from core.schema.sign_in import SignIn
from core.services.certificates import check_file, check_line_text, look_up_certificate, print_certificate
from core.services.desk import Desk
from core.services.profile import person_view
from core.services.public_hours import COLUMNS, import_public_hours
from core.services.recognition import recognise_year
from core.services.review import decide
from core.services.sign_in import sign_in
from core.store.seal import create_seal, load_seal
from core.store.store import Store
from tests import photographs as photo
from tests.services.front_door import GUEST, PASSWORD, cheap_desk
from tests.services.hall import answer, operator
from tests.services.proofs import HERS, asked, errors, give_password, present, verdict, without_faces
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return without_faces(cheap_desk(world.store))


@pytest.fixture
def person(world: World, desk: Desk) -> Actor:
    """Somebody with a password, whose 证件号 is id_number(1) and whose year 2025 was recognised."""
    made = world.person()
    give_password(world, desk, made)
    remember(world, made, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    return made


def changed(world: World, desk: Desk, person: Actor, folder: Path, **values: str) -> None:
    """Asked for, and approved by the school."""
    done = asked(desk, person, folder, **values)
    desk.do(decide, world.office(world.school), verdict(done, Verdict.APPROVE))


def printed(desk: Desk, person: Actor) -> PrintedCertificate:
    return desk.do(print_certificate, person, PrintCertificate(years=(2025,)))


def signed_in_as(desk: Desk, login: str) -> str:
    command = SignIn(role=Role.PERSON, login=login, password=PASSWORD)
    return answer(lambda: desk.do(sign_in, GUEST, command))


def row_of_person(world: World, person: Actor) -> Person:
    with world.store.reading() as work:
        return work.session.get_one(Person, person.person_id)


def test_the_new_name_is_found_by_its_pinyin(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    changed(world, desk, person, tmp_path, name="单雄信")
    row = row_of_person(world, person)
    assert (row.name, row.pinyin, row.initials) == ("单雄信", "shanxiongxin", "sxx")


def test_sex_and_day_of_birth_follow_the_new_number(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS.lower())
    row = row_of_person(world, person)
    assert (row.gender, row.birth_date, present(desk, person)["id_number"]) == (
        "女",
        date(1990, 6, 15),
        HERS,
    )


def test_the_new_number_is_the_login_name_and_the_old_one_is_none(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    assert [signed_in_as(desk, each) for each in (HERS, id_number(1))] == ["done", "WRONG_LOGIN"]


def test_a_clear_match_changes_the_login_name_as_well(world: World, person: Actor, tmp_path: Path) -> None:
    desk = cheap_desk(world.store)
    asked(desk, person, tmp_path, *photo.matching(), id_number=HERS)
    assert [signed_in_as(desk, each) for each in (HERS, id_number(1))] == ["done", "WRONG_LOGIN"]


def test_a_login_name_of_ones_own_stays(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    with world.store.writing() as work:
        account = work.session.get_one(Account, person.account_id)
        account.login_digest = work.vault.digest("login", "ZHANGSAN")
        work.commit()
    changed(world, desk, person, tmp_path, id_number=HERS)
    names = ("zhangsan", HERS, id_number(1))
    assert [signed_in_as(desk, each) for each in names] == ["done", "done", "WRONG_LOGIN"]


def test_other_sessions_go_on(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    assert answer(lambda: desk.do(person_view, person, Nothing())) == "done"


def test_the_old_number_is_free_for_whoever_has_it(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    other = world.person("李四")
    changed(world, desk, other, tmp_path, id_number=id_number(1))
    assert present(desk, other)["id_number"] == id_number(1)


def test_a_printed_certificate_still_verifies_in_every_way(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    paper = printed(desk, person)
    with world.store.reading() as work:
        row = work.session.scalars(select(Certificate)).one()
        facts = facts_from_canonical(work.vault.open(row.facts_sealed).encode())
    line = load_seal(world.store.settings.seal_dir).sign_line(facts)
    changed(world, desk, person, tmp_path, name="张珊")
    world.wait(30)
    changed(world, desk, person, tmp_path, id_number=HERS)
    look_up = LookUpCertificate(number=paper.number, check_code=paper.check_code)
    checks = (
        desk.do(check_file, GUEST, CheckFile(path=paper.path)),
        desk.do(check_line_text, GUEST, CheckLineText(line=line)),
        desk.do(look_up_certificate, GUEST, look_up),
    )
    assert [each.verdict for each in checks] == [PaperVerdict.VALID] * 3


def test_looked_up_it_says_what_is_printed_on_it(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    paper = printed(desk, person)
    changed(world, desk, person, tmp_path, name="张珊")
    world.wait(30)
    changed(world, desk, person, tmp_path, id_number=HERS)
    check = desk.do(
        look_up_certificate, GUEST, LookUpCertificate(number=paper.number, check_code=paper.check_code)
    )
    assert check.facts is not None
    shown = (check.facts.name, check.facts.id_number[-4:])
    assert shown == ("张三", id_number(1)[-4:])


def test_printed_again_it_is_the_same_paper(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    paper = printed(desk, person)
    before = Path(paper.path).read_bytes()
    changed(world, desk, person, tmp_path, name="张珊")
    again = printed(desk, person)
    assert (again.number, Path(again.path).read_bytes()) == (paper.number, before)


def test_hours_of_a_provider_find_the_person_by_the_new_number(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    boss, file = operator(world), tmp_path / "public.csv"
    known = []
    for number in (id_number(1), HERS):
        file.write_text(",".join(COLUMNS) + f"\n{number},2026,公需科目,30,2026-10-20\n", encoding="utf-8")
        result = desk.do(import_public_hours, boss, ImportPublicHours(path=str(file)))
        known.append((result.imported, len(result.problems)))
    assert known == [(0, 1), (1, 0)]


def test_a_year_is_recognised_by_the_new_number(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    bureau = world.office(world.county_bureau)
    codes = [
        answer(lambda each=each: desk.do(recognise_year, bureau, RecogniseYear(year=2025, id_number=each)))  # type: ignore[misc]
        for each in (HERS, id_number(1))
    ]
    assert codes == ["done", "PERSON_NOT_FOUND"]


def test_the_hours_stay_with_the_person(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    changed(world, desk, person, tmp_path, id_number=HERS)
    with world.store.reading() as work:
        year = work.session.get_one(PersonYear, (person.person_id, 2025))
    assert CreditHours(year.professional_halves) == CreditHours.of(60)


def test_a_person_of_another_document_keeps_sex_and_birth(
    world: World, desk: Desk, person: Actor, tmp_path: Path
) -> None:
    with world.store.writing() as work:
        work.session.get_one(Person, person.person_id).id_type = "护照"
        work.commit()
    changed(world, desk, person, tmp_path, id_number="E12345678")
    row = row_of_person(world, person)
    assert (row.gender, row.birth_date, signed_in_as(desk, "e12345678")) == ("男", date(1985, 3, 7), "done")


def test_a_refused_one_changes_nothing(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    before = present(desk, person)
    done = asked(desk, person, tmp_path, id_number=HERS)
    desk.do(decide, world.office(world.school), verdict(done, Verdict.REJECT, "照片不清"))
    assert (present(desk, person), signed_in_as(desk, HERS)) == (before, "WRONG_LOGIN")


def test_a_refusal_needs_a_reason(world: World, desk: Desk, person: Actor, tmp_path: Path) -> None:
    done = asked(desk, person, tmp_path, id_number=HERS)
    office = world.office(world.school)
    refused = errors(lambda: desk.do(decide, office, verdict(done, Verdict.REJECT, " ")))
    assert refused == {"opinion": ErrorCode.REASON_REQUIRED}
