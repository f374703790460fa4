"""The unit of work: one transaction with all that a use case needs, rolled back unless told to commit."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.model import (
    Audit,
    AuditLink,
    Base,
    CertificateCounter,
    Decision,
    LoginSession,
    PersonYear,
    StatDirty,
    Viewing,
)
from core.rules.audit_chain import GENESIS, link_hash
from core.rules.clock import Clock, today
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.identity import mask_personal
from core.rules.lists import Lists
from core.rules.roles import Actor, Caller
from core.rules.rulebook import Rulebook
from core.store.blobs import Blobs
from core.store.engine import begin_writing, is_lock
from core.store.locks import AUDIT_CHAIN, hold
from core.store.rulebooks import Rulebooks
from core.store.settings import Settings
from core.store.vault import Vault

Row = TypeVar("Row", bound=Base)

# Two who race for one number or one move: the database lets one through, the other is told in words.
_RACES = {
    "ux_registration_pending": ErrorCode.ID_PENDING,
    "registration.id_digest": ErrorCode.ID_PENDING,
    "uq_account_login_digest": ErrorCode.ID_TAKEN,
    "account.login_digest": ErrorCode.ID_TAKEN,
    "uq_person_id_number_digest": ErrorCode.ID_TAKEN,
    "person.id_number_digest": ErrorCode.ID_TAKEN,
    "uq_decision_kind_object_id_seq": ErrorCode.STALE,
    "decision.kind, decision.object_id, decision.seq": ErrorCode.STALE,
    "uq_year_window_year_region_code": ErrorCode.STALE,
    "year_window.year, year_window.region_code": ErrorCode.STALE,
    # Before the index on the person alone, whose words are the beginning of these.
    "ux_change_pending": ErrorCode.CHANGE_PENDING,
    "change.person_id, change.kind": ErrorCode.CHANGE_PENDING,
    "ux_org_registration_pending": ErrorCode.OFFICE_PENDING,
    "org_registration.code": ErrorCode.OFFICE_PENDING,
    "uq_org_code": ErrorCode.OFFICE_TAKEN,
    "org.code": ErrorCode.OFFICE_TAKEN,
    "ux_org_change_pending": ErrorCode.CHANGE_PENDING,
    "org_change.org_id": ErrorCode.CHANGE_PENDING,
    # A department that was deleted meanwhile (工作部门).
    "department_id_department": ErrorCode.STALE,
    "ux_exemption_year": ErrorCode.EXEMPTION_TWICE,
    "exemption.person_id, exemption.year": ErrorCode.EXEMPTION_TWICE,
    "ux_change_position": ErrorCode.STALE,
    "change.person_id": ErrorCode.STALE,
}
# What a race's sentence names, where the database doesn't say which.
_RACE_WORDS = {ErrorCode.CHANGE_PENDING: {"kind": "同类的变更"}}


class UnitOfWork:
    """One transaction (a context manager). `commit()` keeps it; leaving without undoes everything.

    Database races come out as Refused: a row changed by another is STALE, a number taken meanwhile is
    ID_TAKEN or ID_PENDING.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        vault: Vault,
        blobs: Blobs,
        settings: Settings,
        writing: bool,
        rulebooks: Rulebooks | None = None,
    ) -> None:
        self._engine = engine
        self._writing = writing
        self._audited: list[Audit] = []
        self._rulebooks = rulebooks or Rulebooks()
        self._stale_cells: set[tuple[int, str]] = set()
        self.clock = clock
        self.vault = vault
        self.blobs = blobs
        self.settings = settings

    def __enter__(self) -> Self:
        try:
            self.connection = begin_writing(self._engine) if self._writing else self._engine.connect()
        except OperationalError as error:
            raise as_refusal(error) or Refused(ErrorCode.DATABASE_UNREACHABLE) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if "session" in self.__dict__:
                self.session.close()
        finally:
            self.connection.close()
        refusal = as_refusal(error) if error is not None else None
        if refusal is not None:
            raise refusal from error

    @cached_property
    def session(self) -> Session:
        """The session of this transaction, made when first asked for: a search by text does without."""
        # The connection has begun already; the session's commit must be the commit of that transaction.
        return Session(
            self.connection,
            join_transaction_mode="control_fully",
            expire_on_commit=False,
            info={"work": self},
        )

    @cached_property
    def rulebook(self) -> Rulebook:
        """The lists and rules up to the newest edition, as this transaction sees them."""
        return self._rulebooks.read(self.connection, keep=not self._writing)

    def read_rules_again(self) -> None:
        """An edition was stored here: what follows in this unit of work goes by it."""
        self.__dict__.pop("rulebook", None)

    @property
    def lists(self) -> Lists:
        """The reference lists as they are today."""
        return self.rulebook.lists(today(self.clock).year)

    def commit(self) -> None:
        """Keep what was done. Raises Refused where another was faster, RuntimeError in a reading unit."""
        if not self._writing:
            raise RuntimeError("this unit of work was opened for reading")
        try:
            self.prepare()
            self.session.commit()
            if (
                self.connection.in_transaction()
            ):  # a session that nobody used has nothing to commit, and doesn't
                self.connection.commit()
        except (StaleDataError, DBAPIError) as error:
            refusal = as_refusal(error)
            if refusal is None:
                raise
            raise refusal from error

    def prepare(self) -> None:
        """Write all that is to be kept, as `commit` does before it ends the transaction."""
        self._mark_stale_cells()
        self._chain()

    def locked(self, model: type[Row], key: object, version: int | None = None) -> Row:
        """A row held against other writers until the end (FOR UPDATE on PostgreSQL).

        Raises Refused NOT_FOUND, and STALE where its version is not the one that was on screen.
        """
        row = self.session.get(model, key, with_for_update=True, populate_existing=True)
        if row is None:
            raise Refused(ErrorCode.NOT_FOUND)
        if version is not None and getattr(row, "version", version) != version:
            raise Refused(ErrorCode.STALE)
        return row

    def locked_year(self, person_id: int, year: int, region_code: str) -> PersonYear:
        """A person's year, made if need be and held, so that two who recount it don't lose an hour.

        Count only after this call: a count made before may miss what another has just approved.
        """
        values = {"person_id": person_id, "year": year, "region_code": region_code}
        self.insert_unless_there(PersonYear, [values])
        return self.locked(PersonYear, (person_id, year))

    def next_certificate(self, region_code: str, year: int) -> int:
        """The next running number of certificates of a region and a year, from 1, never the same twice."""
        self.insert_unless_there(CertificateCounter, [{"region_code": region_code, "year": year}])
        counter = self.locked(CertificateCounter, (region_code, year))
        number = counter.next
        counter.next = number + 1
        self.session.flush()
        return number

    def audit(
        self, actor: Caller | None, action: str, kind: str = "", object_id: object = "", summary: str = ""
    ) -> None:
        """Write an entry of the audit log (审计日志). What is personal in `summary` (a typed reason) is masked."""
        entry = Audit(
            at=self.clock.now(),
            action=str(action),
            object_kind=kind,
            object_id=str(object_id),
            summary=mask_personal(summary),
        )
        if actor is not None:
            entry.address = actor.address
        if isinstance(actor, Actor):
            entry.actor_account_id, entry.actor_name, entry.role = (
                actor.account_id,
                actor.name,
                actor.role.value,
            )
        self.session.add(entry)
        self._audited.append(entry)

    def cells_are_stale(self, year: int, region_code: str) -> None:
        """The cells of the statistics (统计) of a year and a region no longer agree with the years below them."""
        self._stale_cells.add((year, region_code))

    def _mark_stale_cells(self) -> None:
        """Mark them once everything else is written, in one order: nobody who holds a mark waits for a year.

        A mark that stands already is written again all the same: whoever rebuilds the cell meanwhile waits for
        this transaction to end, or this one for him; either way the next to rebuild it sees what was done here.
        """
        self.session.flush()
        rows = [
            {"year": year, "region_code": region, "at": self.clock.now()}
            for year, region in sorted(self._stale_cells)
        ]
        self._stale_cells.clear()
        if rows:
            made = self._insert(StatDirty)
            again = made.on_conflict_do_update(
                index_elements=["year", "region_code"], set_={"at": made.excluded.at}
            )
            # Row by row: of several in one statement the order of the locks is the server's own affair.
            for row in rows:
                self.session.execute(again, [row])

    def _chain(self) -> None:
        """Link the entries of this transaction to the chain, as the last thing it does.

        The end of the chain is locked only from here to the commit, and after everything else: so nobody waits
        long for it, and nobody who holds it waits for another. What a savepoint has undone is no entry.
        """
        self.session.flush()
        entries = sorted((each for each in self._audited if each in self.session), key=lambda each: each.id)
        self._audited.clear()
        if not entries:
            return
        hold(self.session, AUDIT_CHAIN)
        last = select(AuditLink.id, AuditLink.hash).order_by(AuditLink.id.desc()).limit(1)
        newest = self.session.execute(last).first()
        end, previous = (0, GENESIS) if newest is None else newest
        for number, entry in enumerate(entries, end + 1):
            made = link_hash(previous, audit_fields(entry))
            self.session.add(AuditLink(id=number, audit_id=entry.id, previous=previous, hash=made))
            previous = made

    def decide(
        self,
        actor: Caller | None,
        kind: str,
        object_id: int,
        move: str,
        *,
        version: int,
        step: str = "",
        opinion: str = "",
        recognised: CreditHours | None = None,
        previous: str | None = None,
    ) -> Decision:
        """Append a move to the history of an object (审核记录). `version` is the one that was on screen."""
        last = self.session.scalar(
            select(func.max(Decision.seq)).where(Decision.kind == kind, Decision.object_id == object_id)
        )
        decision = Decision(
            kind=kind,
            object_id=object_id,
            seq=(last or 0) + 1,
            step=str(step),
            move=str(move),
            at=self.clock.now(),
            opinion=opinion,
            recognised_halves=None if recognised is None else recognised.halves,
            object_version=version,
            previous=previous,
        )
        if isinstance(actor, Actor):
            decision.actor_account_id, decision.actor_name = actor.account_id, actor.name
            decision.org_id, decision.org_name = actor.org_id, actor.org_name
        self.session.add(decision)
        self.session.flush()
        return decision

    def look_at(self, actor: Actor, kind: str, object_id: int) -> tuple[Viewing, ...]:
        """Note that the actor has this object open and no other of its kind; returns who else has it open.

        Whoever has no session any more is left out.
        """
        self.session.execute(
            delete(Viewing).where(Viewing.kind == kind, Viewing.account_id == actor.account_id)
        )
        own = {"kind": kind, "object_id": object_id, "account_id": actor.account_id}
        self.insert_unless_there(Viewing, [{**own, "name": actor.name, "since": self.clock.now()}])
        alive = select(LoginSession.account_id).where(LoginSession.ended_at.is_(None))
        others = select(Viewing).where(
            Viewing.kind == kind,
            Viewing.object_id == object_id,
            Viewing.account_id != actor.account_id,
            Viewing.account_id.in_(alive),
        )
        return tuple(self.session.scalars(others.order_by(Viewing.since)))

    def insert_unless_there(self, model: type[Base], rows: list[dict[str, Any]]) -> None:
        """Insert rows; one whose key is taken already leaves what is there as it is."""
        self.session.execute(self._insert(model).on_conflict_do_nothing(), rows)

    def inserted(self, model: type[Base], rows: list[dict[str, Any]], column: str) -> list[Any]:
        """The same; returns this column of the rows that were not there before, in no order."""
        if not rows:
            return []
        wanted = self._insert(model).on_conflict_do_nothing().returning(getattr(model, column))
        return list(self.session.scalars(wanted, rows))

    def _insert(self, model: type[Base]) -> Any:
        return (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert(model)


def work_of(session: Session) -> UnitOfWork:
    """The unit of work that a session belongs to."""
    work: UnitOfWork = session.info["work"]
    return work


def audit_fields(entry: Audit) -> tuple[object, ...]:
    """An entry of the audit log as its link in the chain sees it."""
    return (
        entry.id,
        entry.at,
        entry.actor_account_id,
        entry.actor_name,
        entry.role,
        entry.address,
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.summary,
    )


def as_refusal(error: BaseException) -> Refused | None:
    """The refusal that a database error stands for; None for what is a fault of the program."""
    if isinstance(error, StaleDataError) or is_lock(error):
        return Refused(ErrorCode.STALE)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Refused(ErrorCode.DATABASE_UNREACHABLE)
    if isinstance(error, IntegrityError):
        for words, code in _RACES.items():
            if words in str(error.orig):
                return Refused(code, (), **_RACE_WORDS.get(code, {}))
    return None
