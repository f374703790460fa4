"""Who may do what: every use case against every role, and every object against offices that it doesn't belong to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.model import (
    Change,
    Declaration,
    OrgChange,
    OrgRegistration,
    Registration,
    TrainingClass,
    TrainingPlan,
)
from core.rules.permissions import PERMISSIONS, allowed
from core.rules.roles import Actor, Caller
from core.schema.accounts import (
    AccountKey,
    SwitchAccount,
)
from core.schema.annual import RecogniseYear
from core.schema.base import Command, Number
from core.schema.boxes import DeleteFile
from core.schema.certificates import (
    PrintCertificate,
    RevokeCertificate,
)
from core.schema.changes import ChangeKey, ChangeView
from core.schema.declarations import (
    DeclarationKey,
    DeclarationView,
    EvidenceCells,
    Holder,
    SaveDeclaration,
)
from core.schema.drafts import DraftKey, SaveDraft
from core.schema.offices import (
    DepartmentKey,
    OfficeView,
    OrgChangeKey,
    OrgChangeRow,
    SaveDepartment,
)
from core.schema.people import PeopleQuery, PersonKey, PersonYearKey
from core.schema.person_records import RecordKey, SaveRecord
from core.schema.registration import (
    RegistrationView,
)
from core.schema.review import (
    BatchResult,
    Decide,
    DecideMany,
    ItemKey,
    Subject,
    UndoDecision,
    Verdict,
)
from core.schema.staff import MoveStaff, StaffKey, SwitchStaff
from core.schema.training import ClassView, PlanView
from core.schema.units_below import (
    MakeUnitAccount,
    ResetUnitAccount,
    SwitchUnit,
    UnitKey,
)
from core.services.desk import UseCase, all_use_cases
from core.services.queue_table import QUEUES
from core.services.review import decide_many
from core.store.store import Store
from tests.services.counted_commands import foreign_counted
from tests.services.hall import (
    DRAFT,
    PASSED,
    Hall,
    answer,
    base_of,
    build_hall,
    contents,
    entries,
    everybody,
    last_entry,
    stranger_guest,
)
from tests.services.import_commands import foreign_imports
from tests.services.own_or_public import ID_REACHES_NOTHING, OWN_OR_PUBLIC
from tests.services.teaching_commands import foreign_teaching
from tests.services.unit_commands import foreign_activities
from tests.services.use_case_samples import SAMPLES
from tests.services.year_commands import foreign_years
from tests.worlds import training

LOG = ("audit", "audit_link")


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
        "enter_by_ticket",
        "register",
        "registration_status",
        "withdraw_registration",
        "resubmit_registration",
        "find_employers",
        "departments_of",
        "who_reviews",
        "register_office",
        "office_status",
        "withdraw_office",
        "resubmit_office",
        "forgotten_password",
        "reset_password",
        "save_guest_draft",
        "find_guest_draft",
        "drop_guest_drafts",
        "closing_day",
        "look_up_certificate",
        "check_line_text",
        "check_file",
        "check_folder",
    }


def test_what_was_refused_changes_nothing_but_the_audit_log(sqlite_hall: Hall) -> None:
    callers = [*everybody(sqlite_hall.world).values(), stranger_guest()]
    before = contents(sqlite_hall.store, *LOG)
    for use_case in all_use_cases().values():
        for caller in callers:
            if not allowed(use_case.action, caller.role if isinstance(caller, Actor) else None):
                tried(sqlite_hall, use_case, caller, SAMPLES[use_case.name])
    assert contents(sqlite_hall.store, *LOG) == before


def test_nothing_of_another_is_reached_with_the_right_role(hall: Hall) -> None:
    callers, wrong = strangers(hall), {}
    for (name, subject), command in foreign_commands(hall).items():
        use_case = all_use_cases()[name]
        for caller in callers:
            if not allowed(use_case.action, caller.role):
                continue
            before = entries(hall.store)
            code = tried(hall, use_case, caller, command)
            # A queue of the desk is decided by some of the roles that have a desk.
            queue = QUEUES.get(Subject(subject)) if subject in set(Subject) else None
            barred = queue is not None and not allowed(queue.decided, caller.role)
            may = ("NOT_ALLOWED",) if barred else ()
            if code not in ("NOT_YOURS", "NOT_FOUND", *may) or entries(hall.store) == before:
                wrong[name, subject, caller.role.value] = code
    assert wrong == {}


def test_reaching_for_what_is_anothers_changes_nothing(hall: Hall) -> None:
    callers, commands = strangers(hall), foreign_commands(hall)
    before = contents(hall.store, *LOG)
    for (name, _), command in commands.items():
        use_case = all_use_cases()[name]
        for caller in callers:
            tried(hall, use_case, caller, command)
    assert contents(hall.store, *LOG) == before


def test_every_use_case_is_tried_by_strangers_or_is_about_nobodys_object(sqlite_hall: Hall) -> None:
    reached = {name for name, _ in foreign_commands(sqlite_hall)} | {"decide_many"}
    known = set(all_use_cases())
    both, neither, gone = reached & OWN_OR_PUBLIC, known - reached - OWN_OR_PUBLIC, OWN_OR_PUBLIC - known
    assert (both, neither, gone) == (set(), set(), set())


def test_a_use_case_that_takes_an_id_is_tried_by_strangers_or_says_why_not() -> None:
    ids = ("id", "ids", "value", "key", "number", "sha256")
    taking = {
        name
        for name in OWN_OR_PUBLIC
        if any(field in ids or field.endswith("_id") for field in type(SAMPLES[name]).model_fields)
    }
    assert taking == set(ID_REACHES_NOTHING)


@pytest.mark.parametrize("subject", Subject)
def test_a_batch_of_anothers_items_decides_nothing_and_is_written_down(hall: Hall, subject: Subject) -> None:
    model, item = waiting_items(hall)[subject]
    stranger = hall.world.office(hall.world.clinic)
    before = entries(hall.store)
    command = DecideMany(subject=subject, items=((item.id, item.version),))
    result: BatchResult = hall.desk.do(decide_many, stranger, command)
    with hall.store.reading() as work:
        version = work.session.get_one(model, item.id).version
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


Item = DeclarationView | RegistrationView | ChangeView | OfficeView | OrgChangeRow | PlanView | ClassView
Stored = (
    type[Declaration]
    | type[Registration]
    | type[Change]
    | type[OrgRegistration]
    | type[OrgChange]
    | type[TrainingPlan]
    | type[TrainingClass]
)


def waiting_items(hall: Hall) -> Mapping[Subject, tuple[Stored, Item]]:
    """Something of every queue that waits at the garden firm, and where it is stored."""
    changes: dict[Subject, tuple[Stored, Item]] = {
        subject: (Change, view) for subject, view in hall.changes.items()
    }
    return changes | {
        Subject.DECLARATION: (Declaration, hall.declaration),
        Subject.REGISTRATION: (Registration, hall.registration),
        Subject.OFFICE: (OrgRegistration, hall.office),
        Subject.OFFICE_CHANGE: (OrgChange, hall.org_change.row),
        Subject.PLAN: (TrainingPlan, hall.taught.plan),
        Subject.CLASS_REPORT: (TrainingClass, hall.taught.report),
    }


def commands_about_changes(hall: Hall) -> dict[tuple[str, str], Command]:
    """The desk's commands and the person's for each kind of change."""
    found: dict[tuple[str, str], Command] = {}
    for subject, view in hall.changes.items():
        about: dict[str, Any] = {"subject": subject, "id": view.id}
        found |= {
            ("review_item", subject.value): ItemKey(**about),
            ("look_at_item", subject.value): ItemKey(**about),
            ("decide", subject.value): Decide(**about, version=view.version, verdict=Verdict.APPROVE),
            ("undo_decision", subject.value): UndoDecision(**about, version=view.version),
            ("view_change", subject.value): Number(value=view.id),
            (f"withdraw_{subject.value}", subject.value): ChangeKey(change_id=view.id, version=view.version),
        }
    return found


def commands_about_offices(hall: Hall) -> dict[tuple[str, str], Command]:
    """An office that has registered and a change of the garden firm, both at the city's bureau; a department."""
    change, department = hall.org_change.row, hall.department_id
    found: dict[tuple[str, str], Command] = {
        ("withdraw_org_change", "office_change"): OrgChangeKey(change_id=change.id, version=change.version),
        ("org_change_view", "office_change"): Number(value=change.id),
        ("save_department", "department"): SaveDepartment(department_id=department, name="别的"),
        ("save_department", "parent"): SaveDepartment(parent_id=department, name="别的"),
        ("delete_department", "department"): DepartmentKey(department_id=department),
    }
    for subject in (Subject.OFFICE, Subject.OFFICE_CHANGE):
        _, item = waiting_items(hall)[subject]
        about: dict[str, Any] = {"subject": subject, "id": item.id}
        found |= {
            ("review_item", subject.value): ItemKey(**about),
            ("look_at_item", subject.value): ItemKey(**about),
            ("decide", subject.value): Decide(**about, version=item.version, verdict=Verdict.APPROVE),
            ("undo_decision", subject.value): UndoDecision(**about, version=item.version),
        }
    return found


def commands_about_accounts(hall: Hall) -> dict[tuple[str, str], Command]:
    """The garden firm's person, its accounts, and the firm itself."""
    person, firm = hall.person.person_id or 0, hall.world.garden
    account = hall.firm_account
    return {
        ("remove_key", "key"): Number(value=hall.key_id),
        ("delete_file", "file"): DeleteFile(file_id=hall.file_id),
        ("view_staff", "person"): StaffKey(person_id=person),
        ("switch_staff", "person"): SwitchStaff(person_id=person, on=False, reason="已离职"),
        ("move_staff", "person"): MoveStaff(person_id=person),
        ("switch_sub_account", "account"): SwitchAccount(account_id=account, on=False, reason="调离"),
        ("reset_sub_account", "account"): AccountKey(account_id=account),
        ("unit_view", "office"): UnitKey(org_id=firm),
        ("switch_unit", "office"): SwitchUnit(org_id=firm, on=False, reason="已撤销"),
        ("make_unit_account", "office"): MakeUnitAccount(org_id=firm),
        ("reset_unit_account", "office"): ResetUnitAccount(org_id=firm, account_id=account),
        ("people_page", "person"): PeopleQuery(text=hall.number),
        ("people_page", "office"): PeopleQuery(employer_id=firm),
        ("print_certificate", "person by id"): PrintCertificate(years=(PASSED,), person_id=person),
        ("person_file", "person"): PersonKey(person_id=person),
        ("person_year", "person"): PersonYearKey(person_id=person, year=PASSED),
    }


def tried(hall: Hall, use_case: UseCase[Any, Any], caller: Caller, command: Command) -> str:
    """What the caller is answered."""
    return answer(lambda: hall.desk.do(use_case, caller, command))


def strangers(hall: Hall) -> list[Actor]:
    """Callers of every role for whom nothing of the garden firm is any business: another person of it, employers,
    a base and an authority of other places, bureaus of another county and another city."""
    world = hall.world
    return [
        world.person("钱七", world.garden),
        world.office(world.clinic),
        world.office(world.school),
        world.office(base_of(world)),
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
    scan, card = own.evidence[0].sha256, hall.changes[Subject.IDENTITY].evidence[0].sha256
    registration = Subject.REGISTRATION
    return {
        ("save_declaration", "declaration"): form,
        ("submit_declaration", "declaration"): form,
        ("withdraw_declaration", "declaration"): key,
        ("delete_declaration", "declaration"): key,
        ("redeclare", "declaration"): key,
        ("urge", "declaration"): key,
        ("declaration_view", "declaration"): Number(value=own.id),
        ("evidence_cells", "evidence"): EvidenceCells(sha256=scan, cols=10, rows=5, object_id=own.id),
        ("evidence_cells", "evidence without its declaration"): EvidenceCells(sha256=scan, cols=10, rows=5),
        ("evidence_cells", "card of identity"): EvidenceCells(
            sha256=card, holder=Holder.IDENTITY, object_id=hall.changes[Subject.IDENTITY].id, cols=10, rows=5
        ),
        ("evidence_cells", "card of identity without its change"): EvidenceCells(
            sha256=card, holder=Holder.IDENTITY, cols=10, rows=5
        ),
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
        **foreign_counted(hall),
        **foreign_teaching(hall),
        **foreign_activities(hall),
        **foreign_imports(hall),
        **foreign_years(hall),
        ("print_certificate", "person"): PrintCertificate(years=(PASSED,), id_number=hall.number),
        ("revoke_certificate", "certificate"): RevokeCertificate(
            certificate_id=hall.certificate_id, version=1, reason="有误"
        ),
        ("save_record", "record"): SaveRecord(
            kind="honour", record_id=hall.record_id, version=1, values={"honour": "别的称号"}
        ),
        ("save_draft", "draft"): SaveDraft(key=DRAFT, form="declare", title="别的", content="{}"),
        ("open_draft", "draft"): DraftKey(key=DRAFT),
        ("drop_draft", "draft"): DraftKey(key=DRAFT),
        ("delete_record", "record"): RecordKey(record_id=hall.record_id, version=1),
        ("recognise_year", "person"): RecogniseYear(year=PASSED, id_number=hall.number),
        **commands_about_changes(hall),
        ("reset_staff_password", "person"): StaffKey(person_id=hall.person.person_id or 0),
        **commands_about_accounts(hall),
        **commands_about_offices(hall),
    }
