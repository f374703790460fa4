"""The desk: the one way from a screen to a use case, with session, permission, transaction and faults."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from sqlalchemy import Update, and_, func, select, true, update
from sqlalchemy.exc import DBAPIError, OperationalError

from core.model import Account, AccountRole, LoginSession, Org, Person
from core.rules.clock import Clock, today
from core.rules.errors import ErrorCode, Refused
from core.rules.lists import Lists
from core.rules.permissions import BEFORE_NEW_PASSWORD, Action, allowed
from core.rules.reference import PROVINCE
from core.rules.roles import Actor, Caller, Guest, Role
from core.schema.base import FromDraft
from core.services.passwords import Passwords
from core.store.drafts import forget_draft
from core.store.settings import Settings
from core.store.store import Store, open_store
from core.store.vault import Vault
from core.store.work import UnitOfWork, as_refusal

C = TypeVar("C")
V = TypeVar("V")

TOUCH_EVERY = timedelta(minutes=1)
TRESPASS = (ErrorCode.NOT_ALLOWED, ErrorCode.NOT_YOURS)
_log = logging.getLogger("jijiao")
_registry: dict[str, UseCase[Any, Any]] = {}


@dataclass(frozen=True, slots=True)
class UseCase(Generic[C, V]):
    """Something the program can do, by name, with the permission it needs.

    `on_desk` ones get the Desk and open their units of work themselves; the others run inside one, which is
    committed after them when `writes` is set. Called directly it runs the bare function, permission
    unchecked: that is how one use case builds on another.
    """

    name: str
    action: Action
    writes: bool
    on_desk: bool
    function: Callable[[Any, Any, C], V]

    def __call__(self, ground: UnitOfWork | Desk, caller: Caller, command: C) -> V:
        return self.function(ground, caller, command)


def use_case(action: Action, *, writes: bool) -> Callable[[Callable[[UnitOfWork, Any, C], V]], UseCase[C, V]]:
    """Make `(work, caller, command) -> view` a use case: the desk opens the unit of work, and commits it."""

    def wrap(function: Callable[[UnitOfWork, Any, C], V]) -> UseCase[C, V]:
        return _registered(UseCase(function.__name__, action, writes, False, function))

    return wrap


def desk_use_case(action: Action) -> Callable[[Callable[[Desk, Any, C], V]], UseCase[C, V]]:
    """Make `(desk, caller, command) -> view` a use case that hashes or prints outside a transaction."""

    def wrap(function: Callable[[Desk, Any, C], V]) -> UseCase[C, V]:
        return _registered(UseCase(function.__name__, action, False, True, function))

    return wrap


def all_use_cases() -> dict[str, UseCase[Any, Any]]:
    """Every use case of the program by its name; imports all services."""
    import core.services

    for module in pkgutil.iter_modules(core.services.__path__):
        importlib.import_module(f"core.services.{module.name}")
    return dict(_registry)


@runtime_checkable
class Closing(Protocol):
    """What stands on a desk's shelf and has something to finish, such as a thread."""

    def close(self) -> None:
        """Finish within seconds; called once, before the store is closed."""


class Desk:
    """Where callers are served. Shared by all threads of one process.

    `chance` draws the challenges (tests bring their own); `shelf` holds what lives in this process only, each
    part under the name of the service that keeps it.
    """

    def __init__(
        self, store: Store, *, passwords: Passwords | None = None, chance: random.Random | None = None
    ) -> None:
        self.store = store
        self.passwords = passwords or Passwords()
        self.chance = chance or random.SystemRandom()
        self.shelf: dict[str, Any] = {}

    @property
    def clock(self) -> Clock:
        """What time it is here."""
        return self.store.clock

    @property
    def settings(self) -> Settings:
        """What this installation has chosen."""
        return self.store.settings

    @property
    def vault(self) -> Vault:
        """Sealing and digests."""
        return self.store.vault

    def reading(self) -> UnitOfWork:
        """A unit of work that can't be committed."""
        return self.store.reading()

    def writing(self) -> UnitOfWork:
        """A unit of work for changes."""
        return self.store.writing()

    def lists(self) -> Lists:
        """The reference lists in force. Raises Refused."""
        return self.lists_in_force()[1]

    def lists_in_force(self) -> tuple[tuple[int, int], Lists]:
        """The same behind the newest edition and the year that make them so. Raises Refused."""
        try:
            with self.reading() as work:
                return (work.rulebook.edition, today(self.clock).year), work.lists
        except Exception as error:
            raise self.faulted(error, "lists", Guest()) from error

    def rest(self) -> None:
        """Give back the connections: nobody asks for anything just now."""
        self.store.rest()

    def do(self, use_case: UseCase[C, V], caller: Caller, command: C) -> V:
        """Run a use case for a caller; call it in a thread. Raises Refused, and nothing else."""
        must_change = False
        try:
            if isinstance(caller, Actor):
                must_change = self._check_session(caller)
            check_permission(use_case.action, caller)
            if must_change and use_case.action not in BEFORE_NEW_PASSWORD:
                raise Refused(ErrorCode.MUST_CHANGE_PASSWORD)
            if use_case.on_desk:
                return use_case.function(self, caller, command)
            with self.store.writing() if use_case.writes else self.store.reading() as work:
                view = use_case.function(work, caller, command)
                if use_case.writes:
                    if isinstance(command, FromDraft) and command.draft_key and isinstance(caller, Actor):
                        forget_draft(work, caller, command.draft_key)
                    work.commit()
            return view
        except Refused as refusal:
            if refusal.code in TRESPASS:
                self._note_trespass(use_case, caller, refusal)
            raise
        except Exception as error:
            raise self.faulted(error, use_case.name, caller) from error

    def faulted(self, error: Exception, name: str, caller: Caller) -> Refused:
        """What the caller is told of a fault in `name`; what isn't known as a refusal goes to the log as well."""
        known = as_refusal(error)
        if known is not None:
            return known
        incident = secrets.token_hex(3).upper()
        _log.error("incident %s in %s for %s", incident, name, _who(caller), exc_info=error)
        if is_unreachable(error):
            return Refused(ErrorCode.DATABASE_UNREACHABLE)
        return Refused(ErrorCode.INTERNAL, incident=incident)

    def close(self) -> None:
        """Close what stands on the shelf and can be closed, then the store."""
        for part in list(self.shelf.values()):
            if isinstance(part, Closing):
                part.close()
        self.store.close()

    def _check_session(self, actor: Actor) -> bool:
        """Raises SESSION_ENDED; notes at most once a minute that the session is alive.

        Returns whether the account must change its password before anything else.

        What the caller says of itself must be what the session was begun with: account, role, office or person,
        and the region that gives an office its scope. A person's region follows the employer (单位调转), and
        whoever is taken in by another unit goes on working.
        """
        now = self.clock.now()
        region = func.coalesce(Org.region_code, Person.region_code, PROVINCE)
        query = (
            select(
                LoginSession.account_id,
                LoginSession.role,
                AccountRole.org_id,
                AccountRole.person_id,
                region.label("region_code"),
                LoginSession.last_seen_at,
                and_(Account.active, func.coalesce(Org.active, true())).label("active"),
                Account.must_change,
            )
            .join(Account, Account.id == LoginSession.account_id)
            .join(AccountRole, AccountRole.id == LoginSession.account_role_id)
            .outerjoin(Org, Org.id == AccountRole.org_id)
            .outerjoin(Person, Person.id == AccountRole.person_id)
            .where(LoginSession.id == actor.session_id, LoginSession.ended_at.is_(None))
        )
        with self.store.reading() as work:
            found = work.session.execute(query).first()
        said = (actor.account_id, actor.role.value, actor.org_id, actor.person_id, actor.region_code)
        compared = len(said) - 1 if actor.role is Role.PERSON else len(said)
        if found is None or tuple(found[:compared]) != said[:compared]:
            raise Refused(ErrorCode.SESSION_ENDED)
        idle = now - found.last_seen_at
        if idle > timedelta(minutes=self.settings.idle_minutes) or not found.active:
            self._end(actor, "长时间未操作" if found.active else "帐号已停用")
            raise Refused(ErrorCode.SESSION_ENDED)
        if idle >= TOUCH_EVERY:
            with self.store.writing() as work:
                work.session.execute(_open_session(actor).values(last_seen_at=now))
                work.commit()
        return bool(found.must_change)

    def _end(self, actor: Actor, reason: str) -> None:
        """End a session; only whoever of several threads ends it writes it down."""
        with self.store.writing() as work:
            ended = work.connection.execute(_open_session(actor).values(ended_at=self.clock.now()))
            if ended.rowcount:
                work.audit(actor, "session.ended", "account", actor.account_id, reason)
            work.commit()

    def _note_trespass(self, use_case: UseCase[C, V], caller: Caller, refusal: Refused) -> None:
        """Whoever reaches for what isn't theirs stands in the audit log, though nothing was done."""
        kind, object_id = str(refusal.params.get("kind", "")), refusal.params.get("object_id", "")
        try:
            with self.store.writing() as work:
                work.audit(caller, use_case.action, kind, object_id, f"拒绝：{refusal.text}")
                work.commit()
        except Exception as error:
            raise self.faulted(error, use_case.name, caller) from error


def open_desk(settings: Settings, clock: Clock | None = None) -> Desk:
    """A desk on an installation that exists, its log in the data folder. Refuses as `open_store` does."""
    from core.services.journal import write_log_to

    store = open_store(settings, clock)
    write_log_to(settings.log_dir)
    return Desk(store)


def check_permission(action: Action, caller: Caller) -> None:
    """Raises Refused NOT_ALLOWED where the table of permissions doesn't name the caller's role."""
    role = caller.role if isinstance(caller, Actor) else None
    if not allowed(action, role):
        raise Refused(ErrorCode.NOT_ALLOWED, role=role.label if role else "未登录的用户")


def is_unreachable(error: Exception) -> bool:
    """Whether the database is gone, as against a statement that it refuses."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    # A server that doesn't answer at all gives no state; SQLite never gives one.
    silent = state is None and type(error.orig).__module__.startswith("psycopg")
    gone = silent or state in ("57P01", "57P03", "08006") or "unable to open" in str(error.orig)
    return isinstance(error, OperationalError) and gone


def _registered(made: UseCase[C, V]) -> UseCase[C, V]:
    other = _registry.get(made.name)
    if other is not None and other.function.__module__ != made.function.__module__:
        raise ValueError(f"two use cases are called {made.name}")
    _registry[made.name] = made
    return made


def _open_session(actor: Actor) -> Update:
    return update(LoginSession).where(LoginSession.id == actor.session_id, LoginSession.ended_at.is_(None))


def _who(caller: Caller) -> str:
    return f"account {caller.account_id} as {caller.role.value}" if isinstance(caller, Actor) else "a guest"
