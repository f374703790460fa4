"""A rehearsal before sessions begin (预演): the first pages asked for once on behalf of nobody, and nothing is kept.

Statements are made ready when they are first run, which costs a session more time and memory than all that it
reads. The process that sessions are forked from does it once for all of them.
"""

from __future__ import annotations

import logging
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.model import Account, AccountRole, Org, Person, Region, ServedSession, Service, WayIn
from core.rules.errors import Refused
from core.rules.roles import Actor, Guest, Role
from core.schema.base import Command, Nothing
from core.schema.declarations import ProgressQuery
from core.schema.drafts import SaveDraft
from core.schema.review import ItemKey, QueueQuery
from core.schema.sign_in import EnterByTicket, SignedIn
from core.services.declarations import declaration_context, progress_page
from core.services.desk import Desk, UseCase
from core.services.door import KEY
from core.services.drafts import save_draft
from core.services.homes import closing_day, person_home
from core.services.office_home import office_home
from core.services.review_views import queue_page, review_item
from core.services.sign_in import enter_by_ticket
from core.store.work import UnitOfWork

_log = logging.getLogger("jijiao")
_NOBODY = "nobody"
_DRAFT = SaveDraft(key="rehearsalrehearsal", form="declare", title=_NOBODY, content="{}")
_FIRST_PAGES: dict[Role, tuple[tuple[UseCase[Any, Any], Command], ...]] = {
    Role.PERSON: (
        (closing_day, Nothing()),
        (person_home, Nothing()),
        (declaration_context, Nothing()),
        (save_draft, _DRAFT),
        (progress_page, ProgressQuery()),
    ),
    Role.EMPLOYER: (
        (closing_day, Nothing()),
        (office_home, Nothing()),
        (queue_page, QueueQuery()),
        (review_item, ItemKey(id=0)),
    ),
}
"""What is asked for by most who come in, in its order."""


def rehearse(desk: Desk) -> None:
    """Ask for the first pages in a transaction that is undone. A fault of it goes to the log and does no harm."""
    try:
        actors = []
        with desk.writing() as work:  # never committed
            served = _served(work)
            for role, pages in _FIRST_PAGES.items():
                actors.append(_enter(work, role, served))
                for page, command in pages:
                    with suppress(Refused):
                        page.function(work, actors[-1], command)
            work.prepare()
        for actor in actors:  # nobody by now: only whether the session goes on is asked
            with suppress(Refused):
                desk.do(closing_day, actor, Nothing())
    except Exception as error:
        _log.warning("the rehearsal broke off", exc_info=error)
    finally:
        desk.store.rest()


def _enter(work: UnitOfWork, role: Role, served: int) -> Actor:
    """Somebody who never was comes in by a ticket."""
    now, ticket = work.clock.now(), secrets.token_urlsafe(16)
    region = work.session.scalars(select(Region.code).order_by(Region.code).limit(1)).one()
    org = Org(kind=Role.EMPLOYER.value, name=_NOBODY, code=ticket, region_code=region)
    account = Account(
        login_digest=work.vault.digest("login", ticket), login_sealed=b"", password_hash="!", created_at=now
    )
    work.session.add_all([org, account])
    work.session.flush()
    held = AccountRole(account_id=account.id, role=role.value)
    if role is Role.PERSON:
        person = Person(
            account_id=account.id,
            employer_id=org.id,
            region_code=region,
            name=_NOBODY,
            id_type=_NOBODY,
            id_number_sealed=work.vault.seal(ticket),
            id_number_digest=work.vault.digest("id_number", ticket),
        )
        work.session.add(person)
        work.session.flush()
        held.person_id = person.id
    else:
        held.org_id = org.id
    way = WayIn(
        ticket_digest=work.vault.digest("ticket", ticket),
        account_id=account.id,
        method=KEY,
        made_at=now,
        until=now + timedelta(minutes=1),
    )
    work.session.add_all([held, way])
    work.session.flush()
    entered = enter_by_ticket.function(work, Guest("", served, ticket), EnterByTicket())
    assert isinstance(entered, SignedIn)
    return entered.actor


def _served(work: UnitOfWork) -> int:
    """A session of a service that never was."""
    now = work.clock.now()
    service = Service(id=secrets.token_urlsafe(9), host=_NOBODY, process=1, started_at=now, seen_at=now)
    session = ServedSession(service_id=service.id, kind="terminal", method="guest", opened_at=now)
    work.session.add(service)
    work.session.flush()
    work.session.add(session)
    work.session.flush()
    return session.id
