"""Who somebody is in a session: the Actor made from a role that an account holds."""

from __future__ import annotations

from sqlalchemy import select

from core.model import AccountRole, Org, Person
from core.rules.reference import PROVINCE
from core.rules.roles import Actor, Role
from core.store.work import UnitOfWork

NAMELESS = "管理员"


def actor_of(work: UnitOfWork, held: AccountRole, session_id: str, address: str) -> Actor:
    """The Actor of one held role (用户类型).

    A sub-account goes by the name of who works with it (子账户), any other account of an office by that of its
    person, else of the office's contact (联系人).
    """
    own = work.session.scalar(select(Person).where(Person.account_id == held.account_id))
    role = Role(held.role)
    if role is Role.PERSON:
        assert own is not None
        return Actor(
            held.account_id, session_id, role, own.name, own.region_code, person_id=own.id, address=address
        )
    if role is Role.OPERATOR:
        name = held.name or (own.name if own else role.label)
        return Actor(held.account_id, session_id, role, name, PROVINCE, address=address)
    org = work.session.get_one(Org, held.org_id)
    return Actor(
        held.account_id,
        session_id,
        role,
        held.name or (own.name if own else org.contact_name or NAMELESS),
        org.region_code,
        org_id=org.id,
        org_name=org.name,
        address=address,
    )


def roles_of(work: UnitOfWork, account_id: int) -> tuple[AccountRole, ...]:
    """The roles of an account in the order of the list of 用户类型, each role's oldest first."""
    held = work.session.scalars(select(AccountRole).where(AccountRole.account_id == account_id))
    order = list(Role)
    return tuple(sorted(held, key=lambda each: (order.index(Role(each.role)), each.id)))
