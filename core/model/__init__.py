"""The tables."""

from core.model.base import Base, UtcDateTime
from core.model.declarations import Blob, Declaration, Evidence, PersonYear
from core.model.organisations import Department, Org, OrgGram, Region, YearWindow
from core.model.people import Account, AccountRole, Person, Registration
from core.model.records import Audit, Certificate, CertificateCounter, Decision, Meta
from core.model.security import LoginSession, Throttle, Viewing

__all__ = [
    "Account",
    "AccountRole",
    "Audit",
    "Base",
    "Blob",
    "Certificate",
    "CertificateCounter",
    "Decision",
    "Declaration",
    "Department",
    "Evidence",
    "LoginSession",
    "Meta",
    "Org",
    "OrgGram",
    "Person",
    "PersonYear",
    "Region",
    "Registration",
    "Throttle",
    "UtcDateTime",
    "Viewing",
    "YearWindow",
]
