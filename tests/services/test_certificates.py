"""Certificates from the printed paper to its revocation, and what anyone learns when checking one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.model import Audit, Certificate, Decision, Person
from core.rules.certificate import facts_from_canonical
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Guest
from core.schema.annual import AnnualQuery, ChangeYear
from core.schema.base import Number
from core.schema.certificates import (
    CertificateRow,
    CheckFile,
    CheckLineText,
    LookUpCertificate,
    PaperVerdict,
    PrintCertificate,
    PrintedCertificate,
    RegisterQuery,
    RevokeCertificate,
)
from core.schema.declarations import DeclarationKey, SaveDeclaration
from core.schema.review import Decide, Decided, UndoDecision, Verdict
from core.services.annual import annual_page
from core.services.certificates import (
    check_file,
    check_folder,
    check_line_text,
    look_up_certificate,
    print_certificate,
    register_page,
    revoke_certificate,
)
from core.services.declarations import declaration_view, redeclare, submit_declaration
from core.services.desk import Desk
from core.services.review import decide, undo_decision
from core.services.years import change_year
from core.store import paper
from core.store.seal import create_seal, load_seal
from core.store.store import Store
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number, scan, submitted

GUEST = Guest("192.0.2.9")


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def holder(desk: Desk, world: World) -> Actor:
    """A person whose year 2025 has passed and was recognised."""
    person = world.person()
    remember(world, person, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    return person


def printed(desk: Desk, person: Actor, *years: int) -> PrintedCertificate:
    return desk.do(print_certificate, person, PrintCertificate(years=years or (2025,)))


def refused(call: Callable[[], object]) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.fields[0].code if caught.value.fields else caught.value.code


def registered(desk: Desk, bureau: Actor) -> CertificateRow:
    (row,) = desk.do(register_page, bureau, RegisterQuery()).rows
    return row


def revoked(desk: Desk, world: World) -> None:
    bureau = world.office(world.county_bureau)
    row = registered(desk, bureau)
    command = RevokeCertificate(certificate_id=row.id, version=row.version, reason="材料不实")
    desk.do(revoke_certificate, bureau, command)


def test_the_whole_life_of_a_declaration(desk: Desk, world: World, tmp_path: Path) -> None:
    """Refused once, declared again, approved by three offices, settled, printed, checked, revoked."""
    person = world.person()
    school, education = world.office(world.school), world.office(world.education)
    bureau = world.office(world.county_bureau)
    remember(world, person, 2026, "30", "20")
    view = submitted(desk, person, tmp_path)
    verdict = Decide(id=view.id, version=view.version, verdict=Verdict.REJECT, opinion="不清晰")
    desk.do(decide, school, verdict)
    back = desk.do(declaration_view, person, Number(value=view.id))
    copy = desk.do(redeclare, person, DeclarationKey(declaration_id=back.id, version=back.version))
    again = SaveDeclaration(
        declaration_id=copy.id,
        version=copy.version,
        form=copy.form,
        values=dict(copy.values),
        evidence=(scan(desk, person, tmp_path, 3),),
    )
    item: Decided | None = None
    sent = desk.do(submit_declaration, person, again)
    for office in (school, education, bureau):
        version = item.version if item else sent.version
        item = desk.do(decide, office, Decide(id=sent.id, version=version, verdict=Verdict.APPROVE))
    desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="截止"))
    settle(desk, bureau, 2026)
    paper = printed(desk, person, 2026)
    before = desk.do(check_file, GUEST, CheckFile(path=paper.path)).verdict
    revoked(desk, world)
    after = desk.do(check_file, GUEST, CheckFile(path=paper.path)).verdict
    assert (before, after) == (PaperVerdict.VALID, PaperVerdict.REVOKED)


def test_a_year_that_failed_is_not_printed(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2025, "30", "59.5")
    settle(desk, world.office(world.county_bureau), 2025)
    assert refused(lambda: printed(desk, person)) is ErrorCode.YEAR_NOT_PASSED


def test_a_year_that_nobody_has_recognised_is_not_printed(desk: Desk, world: World) -> None:
    person = world.person()
    remember(world, person, 2025, "30", "60")
    assert refused(lambda: printed(desk, person)) is ErrorCode.YEAR_NOT_PASSED


def test_the_number_tells_year_and_region_and_runs_on(desk: Desk, world: World, holder: Actor) -> None:
    other = world.person("李四")
    remember(world, other, 2025, "30", "60")
    settle(desk, world.office(world.county_bureau), 2025)
    numbers = [printed(desk, each).number[:-1] for each in (holder, other)]
    assert numbers == ["豫JX2026410326000001", "豫JX2026410326000002"]


def test_printing_again_gives_the_frozen_file(desk: Desk, holder: Actor) -> None:
    first = printed(desk, holder)
    content = Path(first.path).read_bytes()
    Path(first.path).unlink()
    second = printed(desk, holder)
    again = Path(second.path).read_bytes()
    assert (second.number, second.reprint, again) == (first.number, True, content)


def test_every_print_is_counted_and_logged(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    printed(desk, holder)
    query = select(func.count()).where(Audit.action == "certificate.print")
    with world.store.reading() as work:
        logged = work.session.scalar(query)
    assert (registered(desk, world.office(world.county_bureau)).print_count, logged) == (2, 2)


def test_two_prints_at_once_issue_one_certificate(desk: Desk, world: World, holder: Actor) -> None:
    numbers: list[str] = []
    threads = [
        threading.Thread(target=lambda: numbers.append(printed(desk, holder).number)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.store.reading() as work:
        assert numbers == work.session.scalars(select(Certificate.number)).all() * 3


def test_no_paper_is_issued_in_a_name_that_was_changed_while_it_was_drawn(
    desk: Desk, world: World, holder: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn_slowly(*given: Any) -> bytes:
        with desk.writing() as work:
            work.session.get_one(Person, holder.person_id).name = "张山"
            work.commit()
        return drawn(*given)

    drawn = paper.render_certificate
    monkeypatch.setattr(paper, "render_certificate", drawn_slowly)
    assert refused(lambda: printed(desk, holder)) is ErrorCode.STALE


def test_several_years_stand_on_one_paper(desk: Desk, world: World, holder: Actor) -> None:
    remember(world, holder, 2024, "30", "66")
    settle(desk, world.office(world.county_bureau), 2024)
    paper = printed(desk, holder, 2025, 2024)
    check = desk.do(check_file, GUEST, CheckFile(path=paper.path))
    assert check.facts is not None
    assert [str(each.total) for each in check.facts.years] == ["96", "90"]


def test_the_annual_page_names_the_certificate_in_force(desk: Desk, holder: Actor) -> None:
    paper = printed(desk, holder)
    (row,) = desk.do(annual_page, holder, AnnualQuery()).rows
    assert (row.printable, row.certificate_number) == (True, paper.number)


def test_a_bureau_prints_for_a_person_of_its_region(desk: Desk, world: World, holder: Actor) -> None:
    command = PrintCertificate(years=(2025,), id_number=id_number(1))
    assert desk.do(print_certificate, world.office(world.county_bureau), command).number.startswith("豫JX")


def test_a_bureau_elsewhere_does_not(desk: Desk, world: World, holder: Actor) -> None:
    command = PrintCertificate(years=(2025,), id_number=id_number(1))
    bureau = world.office(world.other_bureau)
    assert refused(lambda: desk.do(print_certificate, bureau, command)) is ErrorCode.NOT_YOURS


def test_anyone_looks_up_a_certificate_and_sees_a_masked_number(desk: Desk, holder: Actor) -> None:
    paper = printed(desk, holder)
    command = LookUpCertificate(number=paper.number.lower(), check_code=f" {paper.check_code.lower()} ")
    check = desk.do(look_up_certificate, GUEST, command)
    assert check.facts is not None
    assert (check.verdict, check.facts.id_number[6:-4]) == (PaperVerdict.VALID, "********")


def test_guessing_check_codes_is_stopped(desk: Desk, holder: Actor) -> None:
    paper = printed(desk, holder)
    command = LookUpCertificate(number=paper.number, check_code="22222222")
    codes = [refused(lambda: desk.do(look_up_certificate, GUEST, command)) for _ in range(6)]
    assert (codes[0], codes[-1]) == (ErrorCode.CERTIFICATE_NOT_FOUND, ErrorCode.LOCKED)


def test_one_who_guesses_does_not_shut_others_out(desk: Desk, holder: Actor) -> None:
    paper = printed(desk, holder)
    wrong = LookUpCertificate(number=paper.number, check_code="22222222")
    for _ in range(6):
        refused(lambda: desk.do(look_up_certificate, GUEST, wrong))
    right = LookUpCertificate(number=paper.number, check_code=paper.check_code)
    check = desk.do(look_up_certificate, Guest("192.0.2.10"), right)
    assert check.verdict is PaperVerdict.VALID


def test_the_line_of_the_code_is_checked_against_the_register(
    desk: Desk, world: World, holder: Actor
) -> None:
    printed(desk, holder)
    with world.store.reading() as work:
        row = work.session.scalars(select(Certificate)).one()
        facts = facts_from_canonical(work.vault.open(row.facts_sealed).encode())
    line = load_seal(world.store.settings.seal_dir).sign_line(facts)
    before = desk.do(check_line_text, GUEST, CheckLineText(line=line)).verdict
    revoked(desk, world)
    after = desk.do(check_line_text, GUEST, CheckLineText(line=line))
    assert (before, after.verdict, after.lines[-1].text) == (
        PaperVerdict.VALID,
        PaperVerdict.REVOKED,
        "2026-11-22 已作废，原因：材料不实",
    )


def test_a_folder_gives_a_table(desk: Desk, holder: Actor, tmp_path: Path) -> None:
    paper = printed(desk, holder)
    folder = tmp_path / "received"
    folder.mkdir()
    content = Path(paper.path).read_bytes()
    (folder / "1.pdf").write_bytes(content)
    (folder / "2.PDF").write_bytes(content[:-20])
    (folder / "notes.txt").write_text("-")
    rows = desk.do(check_folder, GUEST, CheckFile(path=str(folder))).rows
    assert [(each.file_name, each.check.verdict is PaperVerdict.VALID) for each in rows] == [
        ("1.pdf", True),
        ("2.PDF", False),
    ]


def test_a_missing_file_is_said_to_be_unreadable(desk: Desk, world: World) -> None:
    check = desk.do(check_file, GUEST, CheckFile(path="/nowhere/paper.pdf"))
    assert check.verdict is PaperVerdict.UNREADABLE


def test_the_register_is_found_by_name_and_number(desk: Desk, world: World, holder: Actor) -> None:
    paper = printed(desk, holder)
    bureau = world.office(world.city_bureau)
    found = [
        len(desk.do(register_page, bureau, RegisterQuery(text=text)).rows)
        for text in ("张三", "zhang", paper.number, "王五")
    ]
    assert found == [1, 1, 1, 0]


def test_a_bureau_sees_the_register_of_its_own_region_only(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    page = desk.do(register_page, world.office(world.other_bureau), RegisterQuery())
    assert page.rows == ()


def test_revoking_needs_a_reason(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    bureau = world.office(world.county_bureau)
    row = registered(desk, bureau)
    command = RevokeCertificate(certificate_id=row.id, version=row.version, reason=" ")
    assert refused(lambda: desk.do(revoke_certificate, bureau, command)) is ErrorCode.REASON_REQUIRED


def test_a_bureau_elsewhere_revokes_nothing(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    row = registered(desk, world.office(world.county_bureau))
    command = RevokeCertificate(certificate_id=row.id, version=row.version, reason="越权")
    other = world.office(world.other_bureau)
    assert refused(lambda: desk.do(revoke_certificate, other, command)) is ErrorCode.NOT_YOURS


def test_a_certificate_is_revoked_once(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    revoked(desk, world)
    bureau = world.office(world.county_bureau)
    row = registered(desk, bureau)
    command = RevokeCertificate(certificate_id=row.id, version=row.version, reason="再次")
    assert refused(lambda: desk.do(revoke_certificate, bureau, command)) is ErrorCode.MOVE_NOT_ALLOWED


def test_after_a_revocation_a_new_certificate_is_issued(desk: Desk, world: World, holder: Actor) -> None:
    first = printed(desk, holder)
    revoked(desk, world)
    second = printed(desk, holder)
    assert (second.reprint, second.number != first.number) == (False, True)


def test_a_revocation_is_kept_in_history_and_audit(desk: Desk, world: World, holder: Actor) -> None:
    printed(desk, holder)
    revoked(desk, world)
    with world.store.reading() as work:
        moves = work.session.scalars(
            select(Decision.move).where(Decision.kind == "certificate").order_by(Decision.seq)
        ).all()
        entry = work.session.scalars(select(Audit).where(Audit.action == "certificate.revoke")).one()
    assert (moves, entry.summary) == (["print", "revoke"], "作废：材料不实")


def test_hours_of_a_settled_year_are_not_taken_back(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person(employer=world.garden)
    firm, bureau = world.office(world.garden), world.office(world.city_bureau)
    view = submitted(desk, person, tmp_path)
    passed = desk.do(decide, firm, Decide(id=view.id, version=view.version, verdict=Verdict.APPROVE))
    done = desk.do(decide, bureau, Decide(id=view.id, version=passed.version, verdict=Verdict.APPROVE))
    desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="截止"))
    settle(desk, bureau, 2026)
    undo = UndoDecision(id=view.id, version=done.version)
    assert refused(lambda: desk.do(undo_decision, bureau, undo)) is ErrorCode.MOVE_NOT_ALLOWED
