"""Who may do what: every use case against every role, and every object against offices that it doesn't belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.model import Declaration, Registration
from core.rules.permissions import PERMISSIONS, allowed
from core.rules.roles import Actor, Caller, Role
from core.schema.accounts import CreateAccount
from core.schema.annual import AnnualQuery, ChangeYear, RecogniseYear
from core.schema.base import Command, Nothing, Number
from core.schema.certificates import (
    CheckFile,
    CheckLineText,
    LookUpCertificate,
    PrintCertificate,
    RegisterQuery,
    RevokeCertificate,
)
from core.schema.declarations import (
    AddEvidence,
    DeclarationKey,
    DeclarationView,
    EvidenceCells,
    ProgressQuery,
    SaveDeclaration,
)
from core.schema.employers import FindEmployers, ImportPublicHours, ImportUnits
from core.schema.registration import (
    LookUpRegistration,
    Register,
    RegistrationView,
    ResubmitRegistration,
    WithdrawRegistration,
)
from core.schema.review import (
    BatchResult,
    Decide,
    DecideMany,
    ItemKey,
    QueueQuery,
    Subject,
    UndoDecision,
    Verdict,
)
from core.schema.sign_in import SignIn, SwitchRole
from core.schema.staff import StaffKey, StaffQuery
from core.services.desk import UseCase, all_use_cases
from core.services.review import decide_many
from core.store.store import Store
from tests.services.front_door import PASSWORD
from tests.services.hall import (
    PASSED,
    Hall,
    answer,
    build_hall,
    contents,
    entries,
    everybody,
    last_entry,
    stranger_guest,
)
from tests.worlds import id_number, training

NUMBER = id_number(490)

# One command for every use case of the program: whoever adds a use case says here how it is called.
SAMPLES: Mapping[str, Command] = {
    "new_challenge": Nothing(),
    "sign_in": SignIn(role=Role.PERSON, login="nobody", password=PASSWORD),
    "sign_out": Nothing(),
    "switch_role": SwitchRole(role=Role.PERSON),
    "register": Register(values={}),
    "registration_status": LookUpRegistration(id_number=NUMBER, password=PASSWORD),
    "withdraw_registration": WithdrawRegistration(
        registration_id=1, version=1, id_number=NUMBER, password=PASSWORD
    ),
    "resubmit_registration": ResubmitRegistration(
        registration_id=1, version=1, id_number=NUMBER, password=PASSWORD, values={}
    ),
    "find_employers": FindEmployers(),
    "departments_of": Number(value=1),
    "create_account": CreateAccount(role=Role.OPERATOR, login="second", password=PASSWORD),
    "import_units": ImportUnits(path="units.csv"),
    "import_public_hours": ImportPublicHours(path="hours.csv"),
    "declaration_context": Nothing(),
    "save_declaration": SaveDeclaration(form="post_training", values={}),
    "submit_declaration": SaveDeclaration(form="post_training", values={}),
    "withdraw_declaration": DeclarationKey(declaration_id=1, version=1),
    "delete_declaration": DeclarationKey(declaration_id=1, version=1),
    "redeclare": DeclarationKey(declaration_id=1, version=1),
    "urge": DeclarationKey(declaration_id=1, version=1),
    "progress_page": ProgressQuery(),
    "declaration_view": Number(value=1),
    "add_evidence": AddEvidence(path="scan.png"),
    "evidence_cells": EvidenceCells(sha256="0" * 64, declaration_id=1, cols=10, rows=5),
    "queue_page": QueueQuery(),
    "office_home": Nothing(),
    "review_item": ItemKey(id=1),
    "look_at_item": ItemKey(id=1),
    "leave_item": ItemKey(id=1),
    "decide": Decide(id=1, version=1, verdict=Verdict.APPROVE),
    "decide_many": DecideMany(items=((1, 1),)),
    "undo_decision": UndoDecision(id=1, version=1),
    "annual_page": AnnualQuery(),
    "annual_detail": Number(value=PASSED),
    "person_home": Nothing(),
    "person_view": Nothing(),
    "year_page": Nothing(),
    "change_year": ChangeYear(year=PASSED, open=False, reason="到期"),
    "recognise_year": RecogniseYear(year=PASSED),
    "print_certificate": PrintCertificate(years=(PASSED,)),
    "register_page": RegisterQuery(),
    "revoke_certificate": RevokeCertificate(certificate_id=1, version=1, reason="有误"),
    "look_up_certificate": LookUpCertificate(number="1", check_code="1"),
    "check_line_text": CheckLineText(line="HNJJ"),
    "check_file": CheckFile(path="paper.pdf"),
    "check_folder": CheckFile(path="papers"),
    "staff_page": StaffQuery(),
    "reset_staff_password": StaffKey(person_id=1),
}

# Use cases that name no object of somebody: they act on what is the caller's own, or on what is public.
ABOUT_NO_OBJECT = frozenset(SAMPLES) - {
    "save_declaration",
    "submit_declaration",
    "withdraw_declaration",
    "delete_declaration",
    "redeclare",
    "urge",
    "declaration_view",
    "evidence_cells",
    "review_item",
    "look_at_item",
    "decide",
    "decide_many",
    "undo_decision",
    "recognise_year",
    "print_certificate",
    "revoke_certificate",
    "reset_staff_password",
}


@pytest.fixture
def hall(store: Store, tmp_path: Path) -> Hall:
    return build_hall(store, tmp_path)


@pytest.fixture
def sqlite_hall(sqlite_store: Store, tmp_path: Path) -> Hall:
    """Enough where the table of permissions answers, before any database is asked."""
    return build_hall(sqlite_store, tmp_path)


def test_every_use_case_has_a_sample_here_and_an_action_in_the_table() -> None:
    known = all_use_cases()
    undeclared = [name for name, each in known.items() if each.action not in PERMISSIONS]
    assert (set(known) - set(SAMPLES), set(SAMPLES) - set(known), undeclared) == (set(), set(), [])


def test_whoever_is_not_allowed_is_refused_and_written_down(sqlite_hall: Hall) -> None:
    callers = [*everybody(sqlite_hall.world).values(), stranger_guest()]
    wrong = []
    for name, use_case in all_use_cases().items():
        for caller in callers:
            role = caller.role if isinstance(caller, Actor) else None
            if allowed(use_case.action, role):
                continue
            before = entries(sqlite_hall.store)
            code = tried(sqlite_hall, use_case, caller, SAMPLES[use_case.name])
            noted = last_entry(sqlite_hall.store)
            written = (entries(sqlite_hall.store) - before, noted.action, noted.role, noted.summary[:3])
            if (code, written) != ("NOT_ALLOWED", (1, use_case.action.value, role or "", "拒绝：")):
                wrong.append((name, role, code, written))
    assert wrong == []


def test_a_guest_passes_these_doors_only() -> None:
    doors = {name for name, each in all_use_cases().items() if allowed(each.action, None)}
    assert doors == {
        "new_challenge",
        "sign_in",
        "register",
        "registration_status",
        "withdraw_registration",
        "resubmit_registration",
        "find_employers",
        "departments_of",
        "look_up_certificate",
        "check_line_text",
        "check_file",
        "check_folder",
    }


def test_what_was_refused_changes_nothing_but_the_audit_log(sqlite_hall: Hall) -> None:
    callers = [*everybody(sqlite_hall.world).values(), stranger_guest()]
    before = contents(sqlite_hall.store, "audit")
    for use_case in all_use_cases().values():
        for caller in callers:
            if not allowed(use_case.action, caller.role if isinstance(caller, Actor) else None):
                tried(sqlite_hall, use_case, caller, SAMPLES[use_case.name])
    assert contents(sqlite_hall.store, "audit") == before


def test_nothing_of_another_is_reached_with_the_right_role(hall: Hall) -> None:
    callers, wrong = strangers(hall), {}
    for (name, subject), command in foreign_commands(hall).items():
        use_case = all_use_cases()[name]
        for caller in callers:
            if not allowed(use_case.action, caller.role):
                continue
            before = entries(hall.store)
            code = tried(hall, use_case, caller, command)
            # The review of registrations is no office's but an employer's.
            may = ("NOT_ALLOWED",) if subject == "registration" and caller.role is not Role.EMPLOYER else ()
            if code not in ("NOT_YOURS", "NOT_FOUND", *may) or entries(hall.store) == before:
                wrong[name, subject, caller.role.value] = code
    assert wrong == {}


def test_reaching_for_what_is_anothers_changes_nothing(hall: Hall) -> None:
    callers = strangers(hall)
    before = contents(hall.store, "audit")
    for (name, _), command in foreign_commands(hall).items():
        use_case = all_use_cases()[name]
        for caller in callers:
            tried(hall, use_case, caller, command)
    assert contents(hall.store, "audit") == before


def test_every_use_case_about_an_object_is_tried_by_strangers(sqlite_hall: Hall) -> None:
    reached = {name for name, _ in foreign_commands(sqlite_hall)} | {"decide_many"}
    assert reached == set(all_use_cases()) - ABOUT_NO_OBJECT


@pytest.mark.parametrize("subject", Subject)
def test_a_batch_of_anothers_items_decides_nothing_and_is_written_down(hall: Hall, subject: Subject) -> None:
    item: DeclarationView | RegistrationView = (
        hall.declaration if subject is Subject.DECLARATION else hall.registration
    )
    stranger = hall.world.office(hall.world.clinic)
    before = entries(hall.store)
    command = DecideMany(subject=subject, items=((item.id, item.version),))
    result: BatchResult = hall.desk.do(decide_many, stranger, command)
    with hall.store.reading() as work:
        if subject is Subject.DECLARATION:
            version = work.session.get_one(Declaration, item.id).version
        else:
            version = work.session.get_one(Registration, item.id).version
    assert (
        result.decided,
        [row[:2] for row in result.left_out],
        version,
        entries(hall.store) - before,
    ) == (
        (),
        [(item.id, "")],
        item.version,
        1,
    )


def tried(hall: Hall, use_case: UseCase[Any, Any], caller: Caller, command: Command) -> str:
    """What the caller is answered."""
    return answer(lambda: hall.desk.do(use_case, caller, command))


def strangers(hall: Hall) -> list[Actor]:
    """Callers of every role for whom nothing of the garden firm is any business."""
    world = hall.world
    return [
        world.person("钱七", world.garden),
        world.office(world.clinic),
        world.office(world.school),
        world.office(world.education),
        world.office(world.county_bureau),
        world.office(world.other_bureau),
    ]


def foreign_commands(hall: Hall) -> dict[tuple[str, str], Command]:
    """A command for every use case that names an object, and which object it is."""
    own, waiting = hall.declaration, hall.registration
    key = DeclarationKey(declaration_id=own.id, version=own.version)
    form = SaveDeclaration(
        declaration_id=own.id, version=own.version, form="post_training", values=training(class_name="别的班")
    )
    scan = own.evidence[0].sha256
    registration = Subject.REGISTRATION
    return {
        ("save_declaration", "declaration"): form,
        ("submit_declaration", "declaration"): form,
        ("withdraw_declaration", "declaration"): key,
        ("delete_declaration", "declaration"): key,
        ("redeclare", "declaration"): key,
        ("urge", "declaration"): key,
        ("declaration_view", "declaration"): Number(value=own.id),
        ("evidence_cells", "evidence"): EvidenceCells(sha256=scan, cols=10, rows=5, declaration_id=own.id),
        ("evidence_cells", "evidence without its declaration"): EvidenceCells(sha256=scan, cols=10, rows=5),
        ("review_item", "declaration"): ItemKey(id=own.id),
        ("look_at_item", "declaration"): ItemKey(id=own.id),
        ("decide", "declaration"): Decide(id=own.id, version=own.version, verdict=Verdict.APPROVE),
        ("undo_decision", "declaration"): UndoDecision(id=own.id, version=own.version),
        ("review_item", "registration"): ItemKey(subject=registration, id=waiting.id),
        ("look_at_item", "registration"): ItemKey(subject=registration, id=waiting.id),
        ("decide", "registration"): Decide(
            subject=registration, id=waiting.id, version=waiting.version, verdict=Verdict.APPROVE
        ),
        ("undo_decision", "registration"): UndoDecision(
            subject=registration, id=waiting.id, version=waiting.version
        ),
        ("print_certificate", "person"): PrintCertificate(years=(PASSED,), id_number=hall.number),
        ("revoke_certificate", "certificate"): RevokeCertificate(
            certificate_id=hall.certificate_id, version=1, reason="有误"
        ),
        ("recognise_year", "person"): RecogniseYear(year=PASSED, id_number=hall.number),
        ("reset_staff_password", "person"): StaffKey(person_id=hall.person.person_id or 0),
    }
