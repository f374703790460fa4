"""Who may do what: every use case has an action here, and the use case asks before it does anything."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Final

from core.rules.actions import Action
from core.rules.roles import Role

__all__ = ["BEFORE_NEW_PASSWORD", "PERMISSIONS", "PUBLIC", "Action", "Public", "Reach", "allowed", "reach"]


class Reach(StrEnum):
    """How far a role sees (管理范围): what lies outside is refused as NOT_YOURS, and written down.

    SELF is the person (or whoever holds the account) alone, ORG the office itself, UNITS the employers whose
    主管部门 it is, REGION its own region and all below it, PLATFORM everything.
    """

    SELF = "self"
    ORG = "org"
    UNITS = "units"
    REGION = "region"
    PLATFORM = "platform"


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
_BASE = frozenset({Role.BASE})
_OPERATOR = frozenset({Role.OPERATOR})
_OFFICES = _REVIEWERS | _BASE
_KEPT_BY_ITSELF = frozenset({Role.EMPLOYER, Role.BASE, Role.AUTHORITY})
_ABOVE = frozenset({Role.AUTHORITY, Role.BUREAU})
_WORKPLACES = _OFFICES | _OPERATOR
_IMPORTERS = frozenset({Role.EMPLOYER, Role.BASE, Role.OPERATOR})
_PROVINCE = _BUREAU | _OPERATOR
_PLANNERS = frozenset({Role.BASE, Role.AUTHORITY})

PERMISSIONS: Mapping[Action, frozenset[Role] | Public] = {
    Action.CHALLENGE: PUBLIC,
    Action.SIGN_IN: PUBLIC,
    Action.SIGN_OUT: _ALL,
    Action.SWITCH_ROLE: _ALL,
    Action.KEY_LIST: _ALL,
    Action.ADD_KEY: _ALL,
    Action.REMOVE_KEY: _ALL,
    Action.BOX_LIST: _ALL,
    Action.DELETE_FILE: _ALL,
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
    # A plan of a base or an authority has its 培训通知.
    Action.ADD_EVIDENCE: _PERSON | _OFFICES,
    Action.VIEW_EVIDENCE: _CONCERNED | _BASE,
    Action.OFFICE_HOME: _WORKPLACES,
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
    Action.REGISTER_OFFICE: PUBLIC,
    Action.OFFICE_STATUS: PUBLIC,
    Action.WITHDRAW_OFFICE: PUBLIC,
    Action.RESUBMIT_OFFICE: PUBLIC,
    Action.FIND_REVIEWER: PUBLIC,
    Action.OFFICE_QUEUE: _REVIEWERS,
    Action.DECIDE_OFFICE: _REVIEWERS,
    Action.ORG_PROFILE: _KEPT_BY_ITSELF,
    Action.EDIT_ORG: _KEPT_BY_ITSELF,
    Action.SUBMIT_ORG_CHANGE: _KEPT_BY_ITSELF,
    Action.WITHDRAW_ORG_CHANGE: _KEPT_BY_ITSELF,
    Action.EDIT_DEPARTMENTS: _EMPLOYER,
    Action.VIEW_STAFF: _EMPLOYER,
    Action.SWITCH_STAFF: _EMPLOYER,
    Action.MOVE_STAFF: _EMPLOYER,
    Action.SUB_ACCOUNTS: _OFFICES,
    Action.MAKE_SUB_ACCOUNT: _OFFICES,
    Action.SWITCH_SUB_ACCOUNT: _OFFICES,
    Action.RESET_SUB_ACCOUNT: _OFFICES,
    Action.OFFICES_BELOW: _ABOVE,
    Action.VIEW_OFFICE: _ABOVE,
    Action.SWITCH_OFFICE: _ABOVE,
    Action.MAKE_OFFICE_ACCOUNT: _ABOVE,
    Action.RESET_OFFICE_ACCOUNT: _ABOVE,
    Action.OPERATORS: _OPERATOR,
    Action.SWITCH_OPERATOR: _OPERATOR,
    Action.RESET_OPERATOR: _OPERATOR,
    Action.PEOPLE_PAGE: _REVIEWERS,
    Action.VIEW_PEOPLE: _REVIEWERS,
    Action.JOB_PAGE: _WORKPLACES,
    Action.VIEW_JOB: _WORKPLACES,
    Action.CANCEL_JOB: _WORKPLACES,
    Action.RESUME_JOB: _WORKPLACES,
    Action.IMPORT_TEMPLATE: _IMPORTERS,
    Action.CHECK_IMPORT: _IMPORTERS,
    Action.STORE_IMPORT: _IMPORTERS,
    Action.VIEW_IMPORT: _IMPORTERS,
    Action.PROVIDER_PAGE: _PROVINCE,
    Action.SAVE_PROVIDER: _PROVINCE,
    Action.TAKE_PROVIDER_FILE: _PROVINCE,
    Action.SUBMIT_ACTIVITY: _EMPLOYER,
    Action.ACTIVITY_PAGE: _EMPLOYER,
    Action.VIEW_ACTIVITY: _EMPLOYER,
    Action.WITHDRAW_ACTIVITY: _EMPLOYER,
    Action.PLAN_PAGE: _PLANNERS,
    Action.VIEW_PLAN: _PLANNERS | _BUREAU,
    Action.SAVE_PLAN: _PLANNERS,
    Action.SUBMIT_PLAN: _PLANNERS,
    Action.WITHDRAW_PLAN: _PLANNERS,
    Action.CANCEL_PLAN: _PLANNERS,
    Action.DELETE_PLAN: _PLANNERS,
    Action.PLAN_QUEUE: _BUREAU,
    Action.DECIDE_PLAN: _BUREAU,
    Action.CLASS_PAGE: _BASE,
    Action.VIEW_CLASS: _BASE | _BUREAU,
    Action.SAVE_CLASS: _BASE,
    Action.DELETE_CLASS: _BASE,
    Action.EDIT_STUDENTS: _BASE,
    Action.SUBMIT_CLASS: _BASE,
    Action.WITHDRAW_CLASS: _BASE,
    Action.CLASS_QUEUE: _BUREAU,
    Action.DECIDE_CLASS: _BUREAU,
    Action.SEARCH_STUDENTS: _BASE,
    Action.BASE_PROGRESS: _PERSON,
    Action.FILED_PLANS: _PERSON | _EMPLOYER,
    Action.REVOKE_DECLARATION: _BUREAU,
    Action.APPROVED_PAGE: _BUREAU,
    Action.EXEMPTION_PAGE: _BUREAU,
    Action.GRANT_EXEMPTION: _BUREAU,
    Action.REVOKE_EXEMPTION: _BUREAU,
    Action.REPLACE_CERTIFICATE: _BUREAU,
    Action.PRINT_PROOF: _CONCERNED,
    Action.PRINT_MANY: _REVIEWERS,
    Action.STATISTICS: _REVIEWERS,
    Action.EXPORT_STATISTICS: _REVIEWERS,
    Action.REBUILD_STATISTICS: _OPERATOR,
    Action.WAITING_PAGE: _ABOVE,
    Action.URGE_OFFICE: _ABOVE,
    Action.SPOT_CHECK_PAGE: _BUREAU,
    Action.DRAW_SPOT_CHECK: _BUREAU,
    Action.VIEW_SPOT_CHECK: _BUREAU,
    Action.SPOT_CHECK_FINDING: _BUREAU,
    Action.EDITION_PAGE: _OPERATOR,
    Action.SAVE_EDITION: _OPERATOR,
    Action.AUDIT_PAGE: _OPERATOR,
    Action.PROVE_AUDIT: _OPERATOR,
    Action.BACK_UP: _OPERATOR,
    Action.HEALTH: _OPERATOR,
}


# How far each role sees, and where an action is an exception: an employer decides on what is addressed to it as
# 上级单位, an authority or a bureau on what was sent to itself, whatever else lies in its reach.
REACH: Mapping[Role, Reach] = {
    Role.PERSON: Reach.SELF,
    Role.EMPLOYER: Reach.ORG,
    Role.BASE: Reach.ORG,
    Role.AUTHORITY: Reach.UNITS,
    Role.BUREAU: Reach.REGION,
    Role.OPERATOR: Reach.PLATFORM,
}
_SENT_TO_IT = (
    Action.REVIEW_QUEUE,
    Action.DECIDE,
    Action.DECIDE_BATCH,
    Action.UNDO_DECISION,
    Action.OFFICE_QUEUE,
    Action.DECIDE_OFFICE,
    Action.PLAN_QUEUE,
    Action.DECIDE_PLAN,
    Action.CLASS_QUEUE,
    Action.DECIDE_CLASS,
)
_ONESELF = (
    Action.SIGN_OUT,
    Action.SWITCH_ROLE,
    Action.CHANGE_PASSWORD,
    Action.SAVE_DRAFT,
    Action.DRAFT_LIST,
    Action.DROP_DRAFT,
    Action.KEY_LIST,
    Action.ADD_KEY,
    Action.REMOVE_KEY,
    Action.BOX_LIST,
    Action.DELETE_FILE,
)
_ITS_OWN = (
    Action.MESSAGE_PAGE,
    Action.READ_MESSAGE,
    Action.ORG_PROFILE,
    Action.EDIT_ORG,
    Action.SUBMIT_ORG_CHANGE,
    Action.WITHDRAW_ORG_CHANGE,
    Action.SUB_ACCOUNTS,
    Action.MAKE_SUB_ACCOUNT,
    Action.SWITCH_SUB_ACCOUNT,
    Action.RESET_SUB_ACCOUNT,
    Action.PLAN_PAGE,
    Action.SAVE_PLAN,
    Action.SUBMIT_PLAN,
    Action.WITHDRAW_PLAN,
    Action.CANCEL_PLAN,
    Action.DELETE_PLAN,
    Action.JOB_PAGE,
    Action.VIEW_JOB,
    Action.CANCEL_JOB,
    Action.RESUME_JOB,
)
NARROWER: Mapping[tuple[Action, Role], Reach] = {
    (action, role): Reach.ORG
    for action in (*_SENT_TO_IT, *_ITS_OWN)
    for role in (Role.AUTHORITY, Role.BUREAU)
} | {(action, role): Reach.SELF for action in _ONESELF for role in Role}


def reach(action: Action, role: Role) -> Reach:
    """How far a role sees when it does this."""
    return NARROWER.get((action, role), REACH[role])


# All that an account may do whose password another has set (重置密码), until it has one of its own.
BEFORE_NEW_PASSWORD: Final = frozenset({Action.CHANGE_PASSWORD, Action.SIGN_OUT, Action.SWITCH_ROLE})


def allowed(action: Action | str, role: Role | None) -> bool:
    """Whether a role (None: a guest) may do it. An action nobody declared raises ValueError."""
    who = PERMISSIONS[Action(action)]
    return True if isinstance(who, Public) else role in who
