"""One command for every use case of the program: whoever adds a use case says here how it is called."""

from __future__ import annotations

from collections.abc import Mapping

from core.rules.roles import Role
from core.schema.account_keys import AddKey
from core.schema.accounts import (
    AccountKey,
    AddRole,
    CreateAccount,
    MakeOperator,
    MakeSubAccount,
    SwitchAccount,
)
from core.schema.annual import AnnualQuery, ChangeYear, RecogniseYear
from core.schema.audit import AuditQuery
from core.schema.backup import BackUp
from core.schema.base import Command, Nothing, Number
from core.schema.boxes import BoxQuery, DeleteFile
from core.schema.certificates import (
    CheckFile,
    CheckLineText,
    LookUpCertificate,
    PrintCertificate,
    RegisterQuery,
    RevokeCertificate,
)
from core.schema.changes import ChangeKey, SubmitIdentity, SubmitPosition, SubmitTransfer
from core.schema.declarations import (
    AddArchive,
    AddEvidence,
    DeclarationKey,
    EvidenceCells,
    ProgressQuery,
    SaveDeclaration,
)
from core.schema.drafts import DraftKey, DropGuestDraft, FindGuestDraft, SaveDraft, SaveGuestDraft
from core.schema.editions import EntryKey, EntryQuery, SaveEdition
from core.schema.employers import FindEmployers, ImportPublicHours, ImportUnits
from core.schema.jobs import JobKey, JobQuery
from core.schema.messages import MessageQuery, ReadMessages, Remind, SendMail
from core.schema.offices import (
    DepartmentKey,
    EditOrg,
    LookUpOffice,
    OrgChangeKey,
    RegisterOffice,
    ResubmitOffice,
    SaveDepartment,
    SubmitOrgChange,
    WhoReviews,
    WithdrawOffice,
)
from core.schema.passwords import ChangePassword, ForgottenPassword, ResetPassword
from core.schema.people import PeopleQuery, PersonKey, PersonYearKey
from core.schema.person_records import EditProfile, RecordKey, RecordList, SaveRecord
from core.schema.registration import (
    LookUpRegistration,
    Register,
    ResubmitRegistration,
    WithdrawRegistration,
)
from core.schema.review import (
    Decide,
    DecideMany,
    ItemKey,
    QueueQuery,
    UndoDecision,
    Verdict,
)
from core.schema.sign_in import EnterByTicket, SignIn, SwitchRole
from core.schema.staff import MoveStaff, StaffKey, StaffQuery, SwitchStaff
from core.schema.units_below import (
    MakeUnitAccount,
    ResetUnitAccount,
    SwitchUnit,
    UnitKey,
    UnitsBelow,
)
from tests.services.counted_commands import COUNTED_SAMPLES
from tests.services.front_door import PASSWORD
from tests.services.hall import (
    DRAFT,
    PASSED,
)
from tests.services.import_commands import IMPORT_SAMPLES
from tests.services.offices import CODE
from tests.services.teaching_commands import TEACHING_SAMPLES
from tests.services.unit_commands import UNIT_SAMPLES
from tests.services.year_commands import YEAR_SAMPLES
from tests.worlds import id_number

NUMBER = id_number(490)

SAMPLES: Mapping[str, Command] = {
    "edition_kinds": Nothing(),
    "edition_entries": EntryQuery(kind="title"),
    "edition_entry": EntryKey(kind="hours", entry="post_training"),
    "edition_history": EntryKey(kind="hours", entry="post_training"),
    "preview_edition": SaveEdition(kind="hours", entry="post_training"),
    "save_edition": SaveEdition(kind="hours", entry="post_training"),
    "new_challenge": Nothing(),
    "sign_in": SignIn(role=Role.PERSON, login="nobody", password=PASSWORD),
    "enter_by_ticket": EnterByTicket(),
    "sign_out": Nothing(),
    "switch_role": SwitchRole(role=Role.PERSON),
    "register": Register(values={}),
    "registration_status": LookUpRegistration(id_number=NUMBER, password=PASSWORD),
    "forgotten_password": ForgottenPassword(email="nobody@example.cn", mobile="19900000009"),
    "reset_password": ResetPassword(
        email="nobody@example.cn", mobile="19900000009", code="1", password=PASSWORD, again=PASSWORD
    ),
    "change_password": ChangePassword(old=PASSWORD, new=f"{PASSWORD}6", again=f"{PASSWORD}6"),
    "key_page": Nothing(),
    "box_list": BoxQuery(),
    "delete_file": DeleteFile(file_id=1),
    "add_key": AddKey(text="ssh-ed25519 AAAA"),
    "remove_key": Number(value=1),
    "message_page": MessageQuery(),
    "read_messages": ReadMessages(),
    "send_mail": SendMail(),
    "remind": Remind(),
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
    "add_archive": AddArchive(path="scans.zip", room=5),
    "add_identity_picture": AddEvidence(path="card.jpg"),
    "evidence_cells": EvidenceCells(sha256="0" * 64, object_id=1, cols=10, rows=5),
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
    "closing_day": Nothing(),
    "person_view": Nothing(),
    "profile_view": Nothing(),
    "edit_profile": EditProfile(version=1, values={}),
    "record_page": RecordList(kind="education"),
    "save_record": SaveRecord(kind="education", values={}),
    "delete_record": RecordKey(record_id=1, version=1),
    "save_draft": SaveDraft(key=DRAFT, form="declare", title="学时申报", content="{}"),
    "draft_list": Nothing(),
    "open_draft": DraftKey(key=DRAFT),
    "drop_draft": DraftKey(key=DRAFT),
    "save_guest_draft": SaveGuestDraft(
        key="g" * 24, form="register", title="注册", content="{}", id_number=NUMBER, password=PASSWORD
    ),
    "find_guest_draft": FindGuestDraft(id_number=NUMBER, password=PASSWORD),
    "drop_guest_drafts": DropGuestDraft(id_number=NUMBER, password=PASSWORD),
    "transfer_page": Nothing(),
    "submit_transfer": SubmitTransfer(values={}),
    "withdraw_transfer": ChangeKey(change_id=1, version=1),
    "position_page": Nothing(),
    "submit_position": SubmitPosition(values={}),
    "withdraw_position": ChangeKey(change_id=1, version=1),
    "view_change": Number(value=1),
    "identity_page": Nothing(),
    "submit_identity": SubmitIdentity(values={}),
    "withdraw_identity": ChangeKey(change_id=1, version=1),
    "year_page": Nothing(),
    "change_year": ChangeYear(year=PASSED, open=False, reason="到期"),
    "recognise_year": RecogniseYear(year=PASSED, id_number=NUMBER),
    "print_certificate": PrintCertificate(years=(PASSED,)),
    "register_page": RegisterQuery(),
    "revoke_certificate": RevokeCertificate(certificate_id=1, version=1, reason="有误"),
    "look_up_certificate": LookUpCertificate(number="1", check_code="1"),
    "check_line_text": CheckLineText(line="HNJJ"),
    "check_file": CheckFile(path="paper.pdf"),
    "check_folder": CheckFile(path="papers"),
    "staff_page": StaffQuery(),
    "audit_page": AuditQuery(),
    "prove_audit": Nothing(),
    "health_page": Nothing(),
    "back_up": BackUp(path="/nowhere/at/all.tar"),
    "job_page": JobQuery(),
    "job_view": JobKey(job_id=1),
    "cancel_job": JobKey(job_id=1),
    "resume_job": JobKey(job_id=1),
    "reset_staff_password": StaffKey(person_id=1),
    "view_staff": StaffKey(person_id=1),
    "switch_staff": SwitchStaff(person_id=1, on=False, reason="已离职"),
    "move_staff": MoveStaff(person_id=1),
    "who_reviews": WhoReviews(),
    "register_office": RegisterOffice(values={}),
    "office_status": LookUpOffice(code=CODE, password=PASSWORD),
    "withdraw_office": WithdrawOffice(registration_id=1, version=1, code=CODE, password=PASSWORD),
    "resubmit_office": ResubmitOffice(registration_id=1, version=1, code=CODE, password=PASSWORD, values={}),
    "org_profile": Nothing(),
    "edit_org": EditOrg(version=1, values={}),
    "submit_org_change": SubmitOrgChange(values={}),
    "withdraw_org_change": OrgChangeKey(change_id=1, version=1),
    "org_change_view": Number(value=1),
    "departments": Nothing(),
    "save_department": SaveDepartment(name="教务处"),
    "delete_department": DepartmentKey(department_id=1),
    "sub_account_page": Nothing(),
    "make_sub_account": MakeSubAccount(login="reviewer.two", name="王小燕"),
    "switch_sub_account": SwitchAccount(account_id=1, on=False, reason="调离"),
    "reset_sub_account": AccountKey(account_id=1),
    "units_below": UnitsBelow(),
    "unit_view": UnitKey(org_id=1),
    "switch_unit": SwitchUnit(org_id=1, on=False, reason="已撤销"),
    "make_unit_account": MakeUnitAccount(org_id=1),
    "reset_unit_account": ResetUnitAccount(org_id=1, account_id=1),
    "operator_page": Nothing(),
    "make_operator": MakeOperator(login="third.operator", name="刘小军"),
    "add_role": AddRole(login="nobody", role=Role.OPERATOR),
    "switch_operator": SwitchAccount(account_id=1, on=False, reason="调离"),
    "reset_operator": AccountKey(account_id=1),
    "people_page": PeopleQuery(),
    "person_file": PersonKey(person_id=1),
    "person_year": PersonYearKey(person_id=1, year=PASSED),
    **COUNTED_SAMPLES,
    **TEACHING_SAMPLES,
    **UNIT_SAMPLES,
    **IMPORT_SAMPLES,
    **YEAR_SAMPLES,
}
