"""Who may do what: every use case has an action here, and the use case asks before it does anything."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final

from core.rules.roles import Role


class Action(StrEnum):
    """One use case (操作), named as it stands in the audit."""

    CHALLENGE = "session.challenge"
    SIGN_IN = "session.sign_in"
    SIGN_OUT = "session.sign_out"
    SWITCH_ROLE = "session.switch_role"
    REGISTER = "registration.submit"
    REGISTRATION_STATUS = "registration.status"
    WITHDRAW_REGISTRATION = "registration.withdraw"
    RESUBMIT_REGISTRATION = "registration.resubmit"
    REGISTRATION_QUEUE = "registration.queue"
    DECIDE_REGISTRATION = "registration.decide"
    FIND_EMPLOYER = "employer.find"
    EMPLOYER_DEPARTMENTS = "employer.departments"
    SAVE_DECLARATION = "declaration.save"
    SUBMIT_DECLARATION = "declaration.submit"
    WITHDRAW_DECLARATION = "declaration.withdraw"
    DELETE_DECLARATION = "declaration.delete"
    REDECLARE = "declaration.redeclare"
    URGE = "declaration.urge"
    DECLARATION_PAGE = "declaration.page"
    VIEW_DECLARATION = "declaration.view"
    ADD_EVIDENCE = "evidence.add"
    VIEW_EVIDENCE = "evidence.view"
    REVIEW_QUEUE = "review.queue"
    REVIEW_ITEM = "review.item"
    DECIDE = "review.decide"
    DECIDE_BATCH = "review.batch"
    UNDO_DECISION = "review.undo"
    LOOK = "review.look"
    ANNUAL_PAGE = "annual.page"
    ANNUAL_DETAIL = "annual.detail"
    CLOSING_DAY = "year.closing_day"
    YEAR_PAGE = "year.page"
    OPEN_YEAR = "year.open"
    CLOSE_YEAR = "year.close"
    RECOGNISE_YEAR = "year.recognise"
    PRINT_CERTIFICATE = "certificate.print"
    LOOK_UP_CERTIFICATE = "certificate.look_up"
    CHECK_CERTIFICATE = "certificate.check"
    REVOKE_CERTIFICATE = "certificate.revoke"
    CERTIFICATE_REGISTER = "certificate.register_page"
    CREATE_ACCOUNT = "account.create"
    IMPORT_UNITS = "employer.import"
    IMPORT_PUBLIC_HOURS = "public_hours.import"
    VIEW_PERSON = "person.view"
    FORGOTTEN_PASSWORD = "password.forgotten"
    RESET_PASSWORD = "password.reset"
    CHANGE_PASSWORD = "password.change"
    EDIT_PROFILE = "person.edit"
    CHANGE_LIST = "change.list"
    VIEW_CHANGE = "change.view"
    SUBMIT_TRANSFER = "transfer.submit"
    WITHDRAW_TRANSFER = "transfer.withdraw"
    DECIDE_TRANSFER = "transfer.decide"
    SUBMIT_POSITION = "position.submit"
    WITHDRAW_POSITION = "position.withdraw"
    DECIDE_POSITION = "position.decide"
    SUBMIT_IDENTITY = "identity.submit"
    WITHDRAW_IDENTITY = "identity.withdraw"
    DECIDE_IDENTITY = "identity.decide"
    RECORD_LIST = "record.list"
    SAVE_RECORD = "record.save"
    DELETE_RECORD = "record.delete"
    SAVE_DRAFT = "draft.save"
    DRAFT_LIST = "draft.list"
    DROP_DRAFT = "draft.drop"
    SAVE_GUEST_DRAFT = "draft.guest_save"
    FIND_GUEST_DRAFT = "draft.guest_find"
    DROP_GUEST_DRAFT = "draft.guest_drop"
    MESSAGE_PAGE = "message.page"
    READ_MESSAGE = "message.read"
    SEND_MAIL = "mail.send"
    REMIND = "mail.remind"
    STAFF_PAGE = "staff.page"
    RESET_STAFF_PASSWORD = "staff.reset_password"


class Public(Enum):
    """Marks an action that needs no session."""

    ANYONE = "anyone"


PUBLIC: Final = Public.ANYONE
_ALL = frozenset(Role)
_PERSON = frozenset({Role.PERSON})
_EMPLOYER = frozenset({Role.EMPLOYER})
_BUREAU = frozenset({Role.BUREAU})
_REVIEWERS = frozenset({Role.EMPLOYER, Role.AUTHORITY, Role.BUREAU})
_CONCERNED = _PERSON | _REVIEWERS

PERMISSIONS: Mapping[Action, frozenset[Role] | Public] = {
    Action.CHALLENGE: PUBLIC,
    Action.SIGN_IN: PUBLIC,
    Action.SIGN_OUT: _ALL,
    Action.SWITCH_ROLE: _ALL,
    # Before the first approval a person has no session: number and password prove who asks.
    Action.REGISTER: PUBLIC,
    Action.REGISTRATION_STATUS: PUBLIC,
    Action.WITHDRAW_REGISTRATION: PUBLIC,
    Action.RESUBMIT_REGISTRATION: PUBLIC,
    Action.REGISTRATION_QUEUE: _EMPLOYER,
    Action.DECIDE_REGISTRATION: _EMPLOYER,
    Action.FIND_EMPLOYER: PUBLIC,
    Action.EMPLOYER_DEPARTMENTS: PUBLIC,
    Action.SAVE_DECLARATION: _PERSON,
    Action.SUBMIT_DECLARATION: _PERSON,
    Action.WITHDRAW_DECLARATION: _PERSON,
    Action.DELETE_DECLARATION: _PERSON,
    Action.REDECLARE: _PERSON,
    Action.URGE: _PERSON,
    Action.DECLARATION_PAGE: _PERSON,
    Action.VIEW_DECLARATION: _CONCERNED,
    Action.ADD_EVIDENCE: _PERSON,
    Action.VIEW_EVIDENCE: _CONCERNED,
    Action.REVIEW_QUEUE: _REVIEWERS,
    Action.REVIEW_ITEM: _REVIEWERS,
    Action.DECIDE: _REVIEWERS,
    Action.DECIDE_BATCH: _REVIEWERS,
    Action.UNDO_DECISION: _REVIEWERS,
    Action.LOOK: _REVIEWERS,
    Action.ANNUAL_PAGE: _CONCERNED,
    Action.ANNUAL_DETAIL: _CONCERNED,
    Action.CLOSING_DAY: PUBLIC,
    Action.YEAR_PAGE: _BUREAU,
    Action.OPEN_YEAR: _BUREAU,
    Action.CLOSE_YEAR: _BUREAU,
    Action.RECOGNISE_YEAR: _BUREAU,
    Action.PRINT_CERTIFICATE: _CONCERNED,
    Action.LOOK_UP_CERTIFICATE: PUBLIC,
    Action.CHECK_CERTIFICATE: PUBLIC,
    Action.REVOKE_CERTIFICATE: _BUREAU,
    Action.CERTIFICATE_REGISTER: _BUREAU,
    Action.CREATE_ACCOUNT: frozenset({Role.OPERATOR}),
    Action.IMPORT_UNITS: frozenset({Role.OPERATOR}),
    Action.IMPORT_PUBLIC_HOURS: frozenset({Role.OPERATOR}),
    Action.VIEW_PERSON: _CONCERNED,
    # Forgotten or not yet given: e-mail and mobile, or number and password, prove who asks.
    Action.FORGOTTEN_PASSWORD: PUBLIC,
    Action.RESET_PASSWORD: PUBLIC,
    Action.CHANGE_PASSWORD: _ALL,
    Action.EDIT_PROFILE: _PERSON,
    Action.CHANGE_LIST: _PERSON,
    Action.VIEW_CHANGE: _PERSON,
    Action.SUBMIT_TRANSFER: _PERSON,
    Action.WITHDRAW_TRANSFER: _PERSON,
    Action.DECIDE_TRANSFER: _EMPLOYER,
    Action.SUBMIT_POSITION: _PERSON,
    Action.WITHDRAW_POSITION: _PERSON,
    Action.DECIDE_POSITION: _EMPLOYER,
    Action.SUBMIT_IDENTITY: _PERSON,
    Action.WITHDRAW_IDENTITY: _PERSON,
    Action.DECIDE_IDENTITY: _EMPLOYER,
    Action.RECORD_LIST: _PERSON,
    Action.SAVE_RECORD: _PERSON,
    Action.DELETE_RECORD: _PERSON,
    Action.SAVE_DRAFT: _ALL,
    Action.DRAFT_LIST: _ALL,
    Action.DROP_DRAFT: _ALL,
    Action.SAVE_GUEST_DRAFT: PUBLIC,
    Action.FIND_GUEST_DRAFT: PUBLIC,
    Action.DROP_GUEST_DRAFT: PUBLIC,
    Action.MESSAGE_PAGE: _ALL,
    Action.READ_MESSAGE: _ALL,
    Action.SEND_MAIL: frozenset({Role.OPERATOR}),
    Action.REMIND: frozenset({Role.OPERATOR}),
    Action.STAFF_PAGE: _EMPLOYER,
    Action.RESET_STAFF_PASSWORD: _EMPLOYER,
}


# All that an account may do whose password another has set (重置密码), until it has one of its own.
BEFORE_NEW_PASSWORD: Final = frozenset({Action.CHANGE_PASSWORD, Action.SIGN_OUT, Action.SWITCH_ROLE})


def allowed(action: Action | str, role: Role | None) -> bool:
    """Whether a role (None: a guest) may do it. An action nobody declared raises ValueError."""
    who = PERMISSIONS[Action(action)]
    return True if isinstance(who, Public) else role in who
