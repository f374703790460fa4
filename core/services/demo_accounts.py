"""Accounts of the demonstration that others keep: reviewers with sub-accounts, a second operator, one shut out."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Account, AccountRole, Person
from core.rules.machine import Move
from core.rules.permissions import Action
from core.rules.roles import Actor, Role
from core.services.account_keeping import KIND
from core.services.demo_people import make_account
from core.services.desk import Desk
from core.store.work import UnitOfWork

REVIEWERS = (("xiaodian.wang", "王小燕"), ("xiaodian.li", "李建国"))
SECOND_OPERATOR = ("admin.two", "刘小军")
_WHY = "已调离，等待调转"


def make_kept_accounts(desk: Desk, school: Actor, password_hash: str) -> None:
    """Two reviewers at the school, a second 系统管理员, and a teacher whose account is shut."""
    with desk.writing() as work:
        _make(work, school, password_hash)
        work.commit()


def _make(work: UnitOfWork, school: Actor, password_hash: str) -> None:
    for login, name in REVIEWERS:
        account = make_account(work, login, password_hash)
        held = AccountRole(account_id=account.id, role=Role.EMPLOYER.value, org_id=school.org_id)
        held.name, held.chief = name, False
        work.session.add(held)
        work.audit(school, Action.MAKE_SUB_ACCOUNT, KIND, account.id, f"子账户 {name}")
    login, name = SECOND_OPERATOR
    account = make_account(work, login, password_hash)
    work.session.add(AccountRole(account_id=account.id, role=Role.OPERATOR.value, name=name))
    _shut_out(work, school)
    work.session.flush()


def _shut_out(work: UnitOfWork, school: Actor) -> None:
    """The last teacher of the school in the order of pinyin."""
    query = (
        select(Person).where(Person.employer_id == school.org_id).order_by(Person.pinyin.desc(), Person.id)
    )
    person = work.session.scalars(query.limit(1)).one()
    account = work.session.get_one(Account, person.account_id)
    version, account.active = account.version, False
    work.decide(school, KIND, account.id, Move.DISABLE, version=version, opinion=_WHY)
    work.audit(school, Action.SWITCH_STAFF, "person", person.id, f"停用 {person.name}：{_WHY}")
