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
from core.model.declarations import (
    Blob,
    Declaration,
    Evidence,
    PersonYear,
    ScanBand,
    ScanLike,
    ScanPrint,
)
from core.model.offices import OrgChange, OrgRegistration
from core.model.organisations import Department, Org, OrgGram, Region, YearWindow
from core.model.people import Account, AccountRole, Person, Registration
from core.model.post import Draft, Message, Outbox, PasswordReset
from core.model.records import Audit, AuditLink, Certificate, CertificateCounter, Decision, Meta
from core.model.running import Edition, Job, Provider, ProviderFile
from core.model.security import ChallengeSpent, LoginSession, Throttle, Viewing
from core.model.serving import AccountKey, ServedSession, Service, TransferFile, WayIn
from core.model.summaries import Exemption, SpotCheck, SpotCheckItem, StatCell, StatDirty
from core.model.training import Activity, Student, TrainingClass, TrainingPlan

__all__ = [
    "Account",
    "AccountKey",
    "AccountRole",
    "Activity",
    "Attachment",
    "Audit",
    "AuditLink",
    "Base",
    "Blob",
    "Certificate",
    "CertificateCounter",
    "ChallengeSpent",
    "Change",
    "Decision",
    "Declaration",
    "Department",
    "Draft",
    "Edition",
    "Evidence",
    "Exemption",
    "IdentityChange",
    "Job",
    "LoginSession",
    "Message",
    "Meta",
    "Org",
    "OrgChange",
    "OrgGram",
    "OrgRegistration",
    "Outbox",
    "PasswordReset",
    "Person",
    "PersonRecord",
    "PersonYear",
    "PositionChange",
    "Provider",
    "ProviderFile",
    "Region",
    "Registration",
    "ScanBand",
    "ScanLike",
    "ScanPrint",
    "ServedSession",
    "Service",
    "SpotCheck",
    "SpotCheckItem",
    "StatCell",
    "StatDirty",
    "Student",
    "Throttle",
    "TrainingClass",
    "TrainingPlan",
    "Transfer",
    "TransferFile",
    "UtcDateTime",
    "Viewing",
    "WayIn",
    "YearWindow",
]
