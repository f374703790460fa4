"""Races: whatever comes at once, one of them counts, the others are told so, and nothing is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Certificate, Declaration, Person, PersonYear, Registration
from core.rules.roles import Role
from core.schema.annual import ChangeYear, Recognised
from core.schema.certificates import PrintCertificate
from core.schema.declarations import DeclarationView, SaveDeclaration
from core.schema.registration import Register, RegistrationView, WithdrawRegistration
from core.schema.review import Decide, Decided, DecideMany, Subject, UndoDecision, Verdict
from core.schema.sign_in import SignIn
from core.services import declaration_verdicts
from core.services.certificates import print_certificate
from core.services.declarations import (
    delete_declaration,
    redeclare,
    save_declaration,
    submit_declaration,
    withdraw_declaration,
)
from core.services.desk import Desk
from core.services.registrations import register, withdraw_registration
from core.services.review import decide, decide_many, undo_decision
from core.services.sign_in import sign_in
from core.services.years import change_year
from core.store.seal import create_seal
from core.store.work import UnitOfWork
from tests.services.front_door import GUEST, NUMBER, PASSWORD, typed_form
from tests.services.hall import ISSUER, PASSED, answer, pass_year
from tests.services.races import at_once, claims, key_of, moves, professional_halves, verdict
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, scan, submitted, training


def test_of_every_verdict_at_once_on_one_version_one_counts(desk: Desk, world: World, tmp_path: Path) -> None:
    view = submitted(desk, world.person(), tmp_path)
    offices = [world.office(world.school, f"审核员{each}") for each in range(3)]
    answers = at_once(
        *(
            lambda office=office, said=said: desk.do(decide, office, verdict(view, said))
            for office, said in zip(offices, Verdict, strict=True)
        )
    )
    assert (sorted(answers), len(moves(world, view.id))) == (["STALE", "STALE", "done"], 2)


def test_one_verdict_and_a_batch_with_the_same_item_count_once(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    view = submitted(desk, world.person(), tmp_path)
    one, other = world.office(world.school, "甲"), world.office(world.school, "乙")
    batch = DecideMany(items=((view.id, view.version),))
    at_once(
        lambda: desk.do(decide, one, verdict(view, Verdict.APPROVE)),
        lambda: desk.do(decide_many, other, batch),
    )
    assert moves(world, view.id) == ["submit", "pass_on"]


@pytest.mark.parametrize("said", Verdict)
def test_a_verdict_and_a_withdrawal_at_once_do_not_both_happen(
    desk: Desk, world: World, tmp_path: Path, said: Verdict
) -> None:
    person, office = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    answers = at_once(
        lambda: desk.do(decide, office, verdict(view, said)),
        lambda: desk.do(withdraw_declaration, person, key_of(view)),
    )
    assert (sorted(answers), len(moves(world, view.id))) == (["STALE", "done"], 2)


def test_a_verdict_after_a_withdrawal_is_stale_and_no_trespass(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, office = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    desk.do(withdraw_declaration, person, key_of(view))
    assert answer(lambda: desk.do(decide, office, verdict(view, Verdict.APPROVE))) == "STALE"


def test_a_draft_that_was_never_sent_stays_out_of_reach(desk: Desk, world: World) -> None:
    person, office = world.person(), world.office(world.school)
    draft = desk.do(save_declaration, person, SaveDeclaration(form="post_training", values=training()))
    assert answer(lambda: desk.do(decide, office, verdict(draft, Verdict.APPROVE))) == "NOT_YOURS"


def test_one_draft_that_is_sent_twice_at_once_waits_once(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    refs = (scan(desk, person, tmp_path),)
    draft = desk.do(save_declaration, person, SaveDeclaration(form="post_training", values=training()))
    form = SaveDeclaration(
        declaration_id=draft.id,
        version=draft.version,
        form="post_training",
        values=training(),
        evidence=refs,
    )
    answers = at_once(*([lambda: desk.do(submit_declaration, person, form)] * 3))
    assert (sorted(answers), moves(world, draft.id)) == (["STALE", "STALE", "done"], ["submit"])


def test_the_same_claim_sent_twice_at_once_as_new_waits_once(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person = world.person()
    form = SaveDeclaration(form="post_training", values=training(), evidence=(scan(desk, person, tmp_path),))
    answers = at_once(*([lambda: desk.do(submit_declaration, person, form)] * 3))
    assert sorted(answers) == ["DUPLICATE_DECLARATION", "DUPLICATE_DECLARATION", "done"]


def test_a_draft_is_sent_or_deleted_but_not_both(desk: Desk, world: World, tmp_path: Path) -> None:
    person = world.person()
    refs = (scan(desk, person, tmp_path),)
    draft = desk.do(save_declaration, person, SaveDeclaration(form="post_training", values=training()))
    form = SaveDeclaration(
        declaration_id=draft.id, version=draft.version, form="post_training", values=training(), evidence=refs
    )
    answers = at_once(
        lambda: desk.do(submit_declaration, person, form),
        lambda: desk.do(delete_declaration, person, key_of(draft)),
    )
    assert sorted(answers) in (["STALE", "done"], ["NOT_FOUND", "done"])


def test_declaring_again_twice_at_once_makes_one_copy(desk: Desk, world: World, tmp_path: Path) -> None:
    person, office = world.person(), world.office(world.school)
    view = submitted(desk, person, tmp_path)
    refused = desk.do(decide, office, verdict(view, Verdict.REJECT))
    at_once(*([lambda: desk.do(redeclare, person, key_of(refused))] * 4))
    with world.store.reading() as work:
        copies = work.session.scalars(select(Declaration.id).where(Declaration.origin_id == view.id)).all()
    assert (len(copies), moves(world, view.id)) == (1, ["submit", "reject", "redeclare"])


def test_taking_back_and_the_next_offices_verdict_do_not_both_happen(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    school, education = world.office(world.school), world.office(world.education)
    passed = desk.do(decide, school, verdict(submitted(desk, world.person(), tmp_path), Verdict.APPROVE))
    answers = at_once(
        lambda: desk.do(undo_decision, school, UndoDecision(id=passed.id, version=passed.version)),
        lambda: desk.do(decide, education, verdict(passed, Verdict.APPROVE)),
    )
    assert sorted(answers) == ["STALE", "done"]


def test_approvals_and_withdrawn_ones_of_one_year_lose_no_hour(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    """Some are approved and others taken back at once: the year is the sum of what stands in the end."""
    person = world.person(employer=world.garden)
    firm, bureau = world.office(world.garden), world.office(world.city_bureau)
    waiting = [
        desk.do(decide, firm, verdict(each, Verdict.APPROVE)) for each in claims(desk, person, tmp_path, 4)
    ]
    settled = [desk.do(decide, bureau, verdict(each, Verdict.APPROVE)) for each in waiting[:2]]
    answers = at_once(
        *(lambda item=item: desk.do(decide, bureau, verdict(item, Verdict.APPROVE)) for item in waiting[2:]),
        *(
            lambda item=item: desk.do(undo_decision, bureau, UndoDecision(id=item.id, version=item.version))
            for item in settled
        ),
    )
    assert (answers, professional_halves(world, person)) == (["done"] * 4, 2 * 16)


def test_no_hours_are_taken_back_from_a_year_while_it_is_settled(
    desk: Desk, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bureau settles the year just when a colleague has seen that it is not settled yet, and takes back."""
    person, bureau, colleague = world.person(), *(world.office(world.county_bureau, each) for each in "甲乙")
    remember(world, person, 2026, "30", "52")
    item: DeclarationView | Decided = claims(desk, person, tmp_path, 1)[0]
    for office in (world.office(world.school), world.office(world.education), bureau):
        item = desk.do(decide, office, verdict(item, Verdict.APPROVE))
    desk.do(change_year, bureau, ChangeYear(year=2026, open=False, reason="到期"))
    settled: list[Recognised] = []
    settling = threading.Thread(target=lambda: settled.append(settle(desk, colleague, 2026)))
    asked = declaration_verdicts._is_recognised

    def ask_and_be_overtaken(work: UnitOfWork, row: Declaration) -> bool:
        found = asked(work, row)
        settling.start()
        settling.join(0.5)  # as far as it comes: the lock of the year, where there is one, stops it
        return found

    monkeypatch.setattr(declaration_verdicts, "_is_recognised", ask_and_be_overtaken)
    desk.do(undo_decision, bureau, UndoDecision(id=item.id, version=item.version))
    settling.join()
    with world.store.reading() as work:
        year = work.session.get_one(PersonYear, (person.person_id, 2026))
    assert (settled[0].people, settled[0].passed, year.passed) == (1, 0, False)


def test_prints_of_one_certificate_at_once_give_one_number(desk: Desk, world: World) -> None:
    create_seal(world.store.settings.seal_dir, ISSUER)
    person, bureau = world.person(), world.office(world.county_bureau)
    pass_year(world, person)
    with world.store.reading() as work:
        sealed = work.session.get_one(Person, person.person_id).id_number_sealed
        number = work.vault.open(sealed)
    own, official = PrintCertificate(years=(PASSED,)), PrintCertificate(years=(PASSED,), id_number=number)
    answers = at_once(
        lambda: desk.do(print_certificate, person, own),
        lambda: desk.do(print_certificate, bureau, official),
        lambda: desk.do(print_certificate, person, own),
    )
    with world.store.reading() as work:
        issued = [(row.print_count, row.state) for row in work.session.scalars(select(Certificate))]
    assert (answers, issued) == (["done"] * 3, [(3, "valid")])


def registered(desk: Desk, world: World) -> RegistrationView:
    values = typed_form(world.school)
    return desk.do(register, GUEST, Register(values=values, employer_id=world.school))


@pytest.mark.parametrize("said", [Verdict.APPROVE, Verdict.REJECT])
def test_a_registration_is_decided_or_withdrawn_but_not_both(desk: Desk, world: World, said: Verdict) -> None:
    waiting, office = registered(desk, world), world.office(world.school)
    back = WithdrawRegistration(
        registration_id=waiting.id, version=waiting.version, id_number=NUMBER, password=PASSWORD
    )
    decision = Decide(
        subject=Subject.REGISTRATION, id=waiting.id, version=waiting.version, verdict=said, opinion="不属实"
    )
    answers = at_once(
        lambda: desk.do(withdraw_registration, GUEST, back), lambda: desk.do(decide, office, decision)
    )
    with world.store.reading() as work:
        state = work.session.get_one(Registration, waiting.id).state
        people = len(work.session.scalars(select(Person.id)).all())
    told = (sorted(answers), len(moves(world, waiting.id, "registration")), people)
    assert told == (["STALE", "done"], 2, 1 if state == "approved" else 0)


def test_one_registration_is_admitted_once(desk: Desk, world: World) -> None:
    waiting = registered(desk, world)
    command = Decide(
        subject=Subject.REGISTRATION, id=waiting.id, version=waiting.version, verdict=Verdict.APPROVE
    )
    offices = [world.office(world.school, f"审核员{each}") for each in range(3)]
    answers = at_once(*(lambda office=office: desk.do(decide, office, command) for office in offices))
    assert sorted(answers) == ["STALE", "STALE", "done"]


def test_guesses_at_once_are_all_counted(desk: Desk, world: World) -> None:
    """No more than the allowed number of tries gets as far as the password."""
    guess = SignIn(role=Role.PERSON, login=NUMBER, password="wrong-pass1")
    answers = at_once(*([lambda: desk.do(sign_in, GUEST, guess)] * 9))
    assert (answers.count("WRONG_LOGIN"), answers.count("LOCKED")) == (4, 5)
