"""A person as an office names one: by 证件号, and only where it lies in the office's reach."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Person
from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.roles import Actor
from core.services.scope import may_see_person, not_yours
from core.store.work import UnitOfWork


def person_by_number(work: UnitOfWork, actor: Actor, typed: str, field: str = "id_number") -> Person:
    """The person of a number as typed. Raises Refused NOT_YOURS; for the field REQUIRED, PERSON_NOT_FOUND."""
    try:
        number = fold_plain(typed).upper()
    except EntryError as error:
        raise Refused.for_fields((error.at(field),)) from None
    if not number:
        raise Refused.for_fields((FieldError(field, ErrorCode.REQUIRED),))
    wanted = Person.id_number_digest == work.vault.digest("id_number", number)
    person = work.session.scalars(select(Person).where(wanted)).first()
    if person is None:
        raise Refused.for_fields((FieldError(field, ErrorCode.PERSON_NOT_FOUND),))
    return _in_reach(work, actor, person)


def person_by_id(work: UnitOfWork, actor: Actor, person_id: int) -> Person:
    """The person whose file an office has open. Raises Refused NOT_FOUND, NOT_YOURS."""
    person = work.session.get(Person, person_id)
    if person is None:
        raise Refused(ErrorCode.NOT_FOUND)
    return _in_reach(work, actor, person)


def _in_reach(work: UnitOfWork, actor: Actor, person: Person) -> Person:
    if not may_see_person(work.session, actor, person):
        raise not_yours("person", person.id)
    return person
