"""The audit log (A3, 审计日志) searched by person, actor, time and action, and its chain proved on demand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, or_, select, tuple_

from core.model import (
    Account,
    AccountRole,
    Audit,
    AuditLink,
    Certificate,
    Change,
    Declaration,
    Org,
    Person,
    PersonRecord,
    Registration,
)
from core.rules.action_words import action_words
from core.rules.actions import Action
from core.rules.clock import CHINA
from core.rules.roles import ROLE_LABELS, Actor, Role
from core.schema.audit import AuditProof, AuditQuery, AuditRow
from core.schema.base import Nothing, Page
from core.services.audit_proof import heads_of, note_head, prove_chain
from core.services.desk import Desk, desk_use_case, use_case
from core.services.proving import plain_login
from core.store.work import UnitOfWork

KIND = "audit"


@use_case(Action.AUDIT_PAGE, writes=False)
def audit_page(work: UnitOfWork, actor: Actor, command: AuditQuery) -> Page[AuditRow]:
    """One page of the log, the newest first; nothing where a named person or login is unknown."""
    query = (
        select(Audit, AuditLink.hash)
        .outerjoin(AuditLink, AuditLink.audit_id == Audit.id)
        .where(*_wanted(work, command))
        .order_by(Audit.id.desc())
        .limit(command.limit + 1)
    )
    if command.after is not None:
        query = query.where(Audit.id < int(command.after[0]))
    found = work.session.execute(query).all()
    offices = _offices(work, [entry for entry, _ in found])
    rows = tuple(
        _row(entry, link, offices.get((entry.actor_account_id, entry.role), ""))
        for entry, link in found[: command.limit]
    )
    return Page(rows, (rows[-1].id,) if len(found) > command.limit else None)


@desk_use_case(Action.PROVE_AUDIT)
def prove_audit(desk: Desk, actor: Actor, command: Nothing) -> AuditProof:
    """校验: walk the whole chain, note its head beside the database if it is whole, and write down that it was done.

    The walk only reads: people go on writing, however long the log is.
    """
    with desk.reading() as work:
        proof = prove_chain(work, heads_of(work.settings))
    with desk.writing() as work:
        if proof.whole:
            note_head(work, proof)
        summary = f"{proof.entries} 条，{proof.trouble or '完整'}"
        work.audit(actor, Action.PROVE_AUDIT, KIND, proof.head[:16], summary)
        work.commit()
    return proof


def _wanted(work: UnitOfWork, command: AuditQuery) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if command.person.strip():
        asked.append(_about_person(work, command.person))
    if command.actor.strip():
        asked.append(_done_by(work, command.actor.strip()))
    if command.area:
        known = [each.value for each in Action if each.value.startswith(f"{command.area}.")]
        prefix = Audit.action.startswith(f"{command.area}.", autoescape=True)
        asked.append(or_(Audit.action.in_(known), prefix))
    if command.object_id.strip():
        asked.append(Audit.object_id == command.object_id.strip())
    asked += _between(work, command.from_day, command.to_day)
    return asked


def _about_person(work: UnitOfWork, typed: str) -> ColumnElement[bool]:
    """All that a person did, and all that was done about what is theirs."""
    digest = work.vault.digest("id_number", plain_login(typed))
    person = work.session.scalar(select(Person).where(Person.id_number_digest == digest))
    applied = list(work.session.scalars(select(Registration.id).where(Registration.id_digest == digest)))
    pairs = [("registration", str(each)) for each in applied]
    if person is None:
        return tuple_(Audit.object_kind, Audit.object_id).in_(pairs) if pairs else false()
    session = work.session
    pairs += [("person", str(person.id)), ("account", str(person.account_id))]
    held = (
        ("declaration", select(Declaration.id).where(Declaration.person_id == person.id)),
        ("certificate", select(Certificate.id).where(Certificate.person_id == person.id)),
        ("record", select(PersonRecord.id).where(PersonRecord.person_id == person.id)),
    )
    pairs += [(kind, str(each)) for kind, query in held for each in session.scalars(query)]
    changes = select(Change.kind, Change.id).where(Change.person_id == person.id)
    pairs += [(kind, str(each)) for kind, each in session.execute(changes)]
    about = tuple_(Audit.object_kind, Audit.object_id).in_(pairs)
    return or_(Audit.actor_account_id == person.account_id, about)


def _done_by(work: UnitOfWork, typed: str) -> ColumnElement[bool]:
    """By login name, else by the name as it was written down."""
    login = work.vault.digest("login", plain_login(typed))
    account = work.session.scalar(select(Account.id).where(Account.login_digest == login))
    return Audit.actor_name == typed if account is None else Audit.actor_account_id == account


def _between(work: UnitOfWork, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """Days in China, both counted. Bounded by number too, which is the order of the page: the log grows by time."""
    asked: list[ColumnElement[bool]] = []
    if first is not None:
        start = datetime.combine(first, time(), CHINA)
        low = select(Audit.id).where(Audit.at >= start).order_by(Audit.at, Audit.id).limit(1)
        asked.append(and_(Audit.at >= start, Audit.id >= (work.session.scalar(low) or 0) - _SLACK))
    if last is not None:
        end = datetime.combine(last + timedelta(days=1), time(), CHINA)
        high = select(Audit.id).where(Audit.at < end).order_by(Audit.at.desc(), Audit.id.desc()).limit(1)
        asked.append(and_(Audit.at < end, Audit.id <= (work.session.scalar(high) or 0) + _SLACK))
    return asked


_SLACK = 10_000
"""Entries of long transactions may stand this far from their moment; the moment itself is asked for too."""


def _offices(work: UnitOfWork, entries: list[Audit]) -> dict[tuple[int | None, str], str]:
    """The name of the office by account and role: most heads of offices are called 管理员."""
    accounts = {entry.actor_account_id for entry in entries if entry.actor_account_id is not None}
    held = (
        select(AccountRole.account_id, AccountRole.role, Org.name)
        .join(Org, Org.id == AccountRole.org_id)
        .where(AccountRole.account_id.in_(accounts))
    )
    return {(account, role): name for account, role, name in work.session.execute(held)}


def _row(entry: Audit, link: bytes | None, office: str) -> AuditRow:
    role = ROLE_LABELS[Role(entry.role)] if entry.role in set(Role) else ""
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor=entry.actor_name,
        role_label=role,
        address=entry.address,
        action=entry.action,
        action_label=action_words(entry.action),
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        summary=entry.summary,
        link=link.hex() if link is not None else "",
        office=office,
    )
