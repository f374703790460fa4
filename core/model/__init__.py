"""The tables."""

from core.model.base import Base, UtcDateTime
from core.model.changes import (
    Attachment,
    Change,
    IdentityChange,
    PersonRecord,
    PositionChange,
    Transfer,
)
from core.model.declarations import Blob, Declaration, Evidence, PersonYear
from core.model.organisations import Department, Org, OrgGram, Region, YearWindow
from core.model.people import Account, AccountRole, Person, Registration
from core.model.post import Draft, Message, Outbox, PasswordReset
from core.model.records import Audit, Certificate, CertificateCounter, Decision, Meta
from core.model.security import LoginSession, Throttle, Viewing

__all__ = [
    "Account",
    "AccountRole",
    "Attachment",
    "Audit",
    "Base",
    "Blob",
    "Certificate",
    "CertificateCounter",
    "Change",
    "Decision",
    "Declaration",
    "Department",
    "Draft",
    "Evidence",
    "IdentityChange",
    "LoginSession",
    "Message",
    "Meta",
    "Org",
    "OrgGram",
    "Outbox",
    "PasswordReset",
    "Person",
    "PersonRecord",
    "PersonYear",
    "PositionChange",
    "Region",
    "Registration",
    "Throttle",
    "Transfer",
    "UtcDateTime",
    "Viewing",
    "YearWindow",
]
