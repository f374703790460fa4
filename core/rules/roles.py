"""The six roles that share the platform (六种用户类型), and who acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role (用户类型). One account may hold several; one is in force per session."""

    PERSON = "person"
    EMPLOYER = "employer"
    BASE = "base"
    AUTHORITY = "authority"
    BUREAU = "bureau"
    OPERATOR = "operator"

    @property
    def label(self) -> str:
        """The role's name as the guide prints it."""
        return ROLE_LABELS[self]


ROLE_LABELS: dict[Role, str] = {
    Role.PERSON: "专业技术人员",
    Role.EMPLOYER: "用人单位",
    Role.BASE: "继续教育基地",
    Role.AUTHORITY: "主管部门",
    Role.BUREAU: "人社部门",
    Role.OPERATOR: "系统管理员",
}


class OrgKind(StrEnum):
    """What an organisation is (单位类型): an employer, a base, an authority or a bureau."""

    EMPLOYER = "employer"
    BASE = "base"
    AUTHORITY = "authority"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        """The 单位类型 as printed in lists."""
        return ROLE_LABELS[Role(self.value)]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls a use case (操作人): one account in one role, inside one session.

    `region_code` is the region of the person's employer or of the organisation.
    """

    account_id: int
    session_id: str
    role: Role
    name: str
    region_code: str
    org_id: int | None = None
    org_name: str = ""
    person_id: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """A caller without a session: the front door (首页).

    At a service `served_id` is the session of the service it sits in, and `ticket` what was proved at the SSH door.
    """

    address: str = ""
    served_id: int | None = None
    ticket: str = ""


Caller = Actor | Guest
