"""Services and who is let in at them (服务, 服务会话): counted across all services of one database.

Plain functions for the front of `jijiao serve`, not use cases: nobody is at a desk yet. A service tells every
`TELL_EVERY` that it is there; of one that did not for `DEAD_AFTER`, or whose process is gone, whoever comes
ends the sessions.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from core.model import AccountRole, LoginSession, ServedSession, Service, Viewing
from core.rules.addresses import counted_address
from core.rules.errors import ErrorCode, Refused
from core.schema.serving import ServiceView, SessionsView
from core.services.actors import actor_of
from core.services.desk import Desk
from core.services.processes import is_gone
from core.store.locks import SERVED, hold
from core.store.work import UnitOfWork

TELL_EVERY = timedelta(seconds=20)
DEAD_AFTER = timedelta(seconds=90)
_JUDGES_WITHIN = timedelta(seconds=60)
"""Who was itself not able to tell for so long (the database was away) takes nobody else for dead that time."""
_HUNG_UP, _STOPPED, _DIED = "连接已断开", "服务已停止", "服务已中断"


def open_service(desk: Desk, host: str, process: int, listens: str) -> str:
    """A service begins: its id. Clears up after those that are dead."""
    service_id, now = secrets.token_urlsafe(9), desk.clock.now()
    with desk.writing() as work:
        _clear_up(work, dead=(Service.host == host) & (Service.process == process))
        _clear_dead(work, now)
        work.session.add(
            Service(
                id=service_id,
                host=host,
                process=process,
                listens=listens,
                draining=False,
                started_at=now,
                seen_at=now,
            )
        )
        work.commit()
    return service_id


def tell_alive(desk: Desk, service_id: str) -> None:
    """A service says that it is there, and clears up after those that are not.

    Raises Refused SERVICE_ENDING where its own row is gone: others took it for dead and ended its sessions.
    """
    now = desk.clock.now()
    with desk.writing() as work:
        own = work.session.get(Service, service_id, with_for_update=True)
        if own is None:
            raise Refused(ErrorCode.SERVICE_ENDING)
        judges, own.seen_at = now - own.seen_at <= _JUDGES_WITHIN, now
        work.session.flush()
        if judges:
            _clear_dead(work, now)
        work.commit()


def mark_draining(desk: Desk, service_id: str) -> None:
    """Nobody is let in at this service any more; who is there may finish."""
    with desk.writing() as work:
        work.session.execute(update(Service).where(Service.id == service_id).values(draining=True))
        work.commit()


def close_service(desk: Desk, service_id: str) -> None:
    """A service is over, and with it all that was open at it."""
    with desk.writing() as work:
        _clear_up(work, dead=Service.id == service_id, reason=_STOPPED)
        work.commit()


def admit(
    desk: Desk, service_id: str, *, account_id: int | None, address: str, kind: str, method: str
) -> int:
    """Let a session in; returns its id. A guest has no account yet (see `take_account`).

    `kind` is `terminal` or `files`, `method` is `guest`, `password` or `key`. Raises Refused SERVICE_ENDING,
    SERVICE_FULL (of this service), ACCOUNT_FULL, ADDRESS_FULL (of all services), each with its `limit`.
    """
    settings, counted = desk.settings, counted_address(address)
    with desk.writing() as work:
        hold(work.session, SERVED)
        service = work.session.get(Service, service_id, with_for_update=True)
        if service is None or service.draining:
            raise Refused(ErrorCode.SERVICE_ENDING)
        _check(work, ServedSession.service_id == service_id, settings.serve_sessions, ErrorCode.SERVICE_FULL)
        if counted:
            _check(
                work,
                ServedSession.address == counted,
                settings.serve_address_sessions,
                ErrorCode.ADDRESS_FULL,
            )
        if account_id is not None:
            _check_account(work, account_id)
        session = ServedSession(
            service_id=service_id,
            account_id=account_id,
            address=counted,
            kind=kind,
            method=method,
            opened_at=desk.clock.now(),
        )
        work.session.add(session)
        work.session.flush()
        served_id = session.id
        work.commit()
    return served_id


def take_account(work: UnitOfWork, served_id: int, account_id: int) -> None:
    """Who sits in this session signs in on the screen: from here on it counts for that account.

    Raises Refused ACCOUNT_FULL, and SESSION_ENDED where the session of the service is over already.
    """
    hold(work.session, SERVED)
    session = work.session.get(ServedSession, served_id, with_for_update=True, populate_existing=True)
    if session is None:
        raise Refused(ErrorCode.SESSION_ENDED)
    if session.account_id != account_id:
        _check_account(work, account_id)
        session.account_id = account_id
        work.session.flush()


def let_go(desk: Desk, served_id: int) -> None:
    """A session of a service is over: every sign-in made in it ends. May be called again."""
    with desk.writing() as work:
        # The row first: a sign-in that is under way holds it, and is ended below once it is written.
        work.session.execute(delete(ServedSession).where(ServedSession.id == served_id))
        _end_sign_ins(work, LoginSession.served_id == served_id, _HUNG_UP)
        work.commit()


def services(desk: Desk) -> tuple[ServiceView, ...]:
    """All services that are written down, oldest first."""
    now = desk.clock.now()
    with desk.reading() as work:
        rows = work.session.scalars(select(Service).order_by(Service.started_at, Service.id)).all()
    return tuple(
        ServiceView(
            id=row.id,
            host=row.host,
            process=row.process,
            listens=row.listens,
            draining=row.draining,
            started_at=row.started_at,
            seen_at=row.seen_at,
            alive=not is_dead(row, now),
        )
        for row in rows
    )


def sessions(desk: Desk) -> tuple[SessionsView, ...]:
    """How many sessions are open, by service, kind and way in."""
    by = (ServedSession.service_id, ServedSession.kind, ServedSession.method)
    query = select(*by, func.count()).group_by(*by).order_by(*by)
    with desk.reading() as work:
        return tuple(SessionsView(*row) for row in work.session.execute(query).all())


def is_dead(service: Service, now: datetime) -> bool:
    """Whether a service was not seen for long, or its process on this machine is gone."""
    return now - service.seen_at > DEAD_AFTER or is_gone(service.host, service.process)


def has_worker(desk: Desk) -> bool:
    """Whether a service runs, on whichever host: its worker does what waits in the background."""
    return any(each.alive for each in services(desk))


def _check_account(work: UnitOfWork, account_id: int) -> None:
    limit = work.settings.serve_account_sessions
    _check(work, ServedSession.account_id == account_id, limit, ErrorCode.ACCOUNT_FULL)


def _check(work: UnitOfWork, which: ColumnElement[bool], limit: int, refusal: ErrorCode) -> None:
    counted = select(func.count()).select_from(ServedSession).where(which)
    if (work.session.scalar(counted) or 0) >= limit:
        raise Refused(refusal, limit=limit)


def _clear_dead(work: UnitOfWork, now: datetime) -> None:
    """Clear up after dead services; one that another clears up after just now is left to that one."""
    every = work.session.scalars(select(Service).with_for_update(skip_locked=True)).all()
    dead = [service.id for service in every if is_dead(service, now)]
    if dead:
        _clear_up(work, dead=Service.id.in_(dead))


def _clear_up(work: UnitOfWork, *, dead: ColumnElement[bool], reason: str = _DIED) -> None:
    """The services that match, their sessions and what was signed in there are gone."""
    of_them = ServedSession.service_id.in_(select(Service.id).where(dead))
    gone = work.session.scalars(delete(ServedSession).where(of_them).returning(ServedSession.id)).all()
    for part in _parts(gone):
        _end_sign_ins(work, LoginSession.served_id.in_(part), reason)
    work.session.execute(delete(Service).where(dead).execution_options(synchronize_session=False))


def _end_sign_ins(work: UnitOfWork, which: ColumnElement[bool], reason: str) -> None:
    """End the sign-ins that match; nobody sees their owners looking at anything any more."""
    ended = work.session.execute(
        update(LoginSession)
        .where(which, LoginSession.ended_at.is_(None))
        .values(ended_at=work.clock.now())
        .returning(
            LoginSession.id, LoginSession.account_id, LoginSession.account_role_id, LoginSession.address
        )
        .execution_options(synchronize_session=False)
    ).all()
    for session_id, account_id, role_id, address in ended:
        actor = actor_of(work, work.session.get_one(AccountRole, role_id), session_id, address)
        work.audit(actor, "session.ended", "account", account_id, reason)
    for part in _parts([row.account_id for row in ended]):
        work.session.execute(delete(Viewing).where(Viewing.account_id.in_(part)))


def _parts(ids: Sequence[int], size: int = 500) -> list[Sequence[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
