"""Messages (消息): written by the use cases in their own transaction, read by the person or the office."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.model import Message, Outbox, Person
from core.rules.messages import MessageKind
from core.store.work import UnitOfWork

SIGNED = "河南省专业技术人员继续教育信息服务平台"


def tell_person(
    work: UnitOfWork,
    person_id: int,
    kind: MessageKind,
    text: str,
    *,
    about: tuple[str, int] | None = None,
) -> Outbox | None:
    """Tell a person something, inside and by e-mail where they gave an address; returns the mail.

    `about` is the kind and number of the object that Enter leads to. `text` names nobody's number.
    """
    return _tell(work, work.session.get_one(Person, person_id), kind, text, about)


def tell_account(work: UnitOfWork, account_id: int, kind: MessageKind, text: str) -> Outbox | None:
    """Tell whoever holds an account something; by e-mail too where it is a person's. Returns the mail."""
    person = work.session.scalar(select(Person).where(Person.account_id == account_id))
    if person is not None:
        return _tell(work, person, kind, text, None)
    _write(work, kind, text, None, account_id=account_id)
    return None


def tell_office(
    work: UnitOfWork,
    org_id: int,
    kind: MessageKind,
    text: str,
    *,
    about: tuple[str, int] | None = None,
) -> None:
    """Tell an office something, inside the program only."""
    _write(work, kind, text, about, org_id=org_id)


def mail(work: UnitOfWork, address: str, kind: MessageKind, body: str) -> Outbox | None:
    """Put a mail into the outbox; it leaves after the transaction, or never if that is undone.

    None where this installation sends no mail: an outbox that nobody empties would only grow, and send old
    news on the day somebody names a server.
    """
    if not work.settings.mails:
        return None
    row = Outbox(**letter(work, work.vault.seal(address), kind, body))
    work.session.add(row)
    return row


def letter(work: UnitOfWork, to_sealed: bytes, kind: MessageKind, body: str) -> dict[str, Any]:
    """The columns of a mail that waits in the outbox; `to_sealed` is the sealed address."""
    now = work.clock.now()
    return {
        "to_sealed": to_sealed,
        "subject": f"【继续教育】{kind.subject}",
        "body_sealed": work.vault.seal(body),
        "created_at": now,
        "due_at": now,
    }


def addressed(name: str, text: str) -> str:
    """The body of a mail to a person."""
    return f"{name}：\n\n{text}\n\n{SIGNED}\n"


def _tell(
    work: UnitOfWork, person: Person, kind: MessageKind, text: str, about: tuple[str, int] | None
) -> Outbox | None:
    _write(work, kind, text, about, account_id=person.account_id)
    if person.email_sealed is None:
        return None
    return mail(work, work.vault.open(person.email_sealed), kind, addressed(person.name, text))


def _write(
    work: UnitOfWork,
    kind: MessageKind,
    text: str,
    about: tuple[str, int] | None,
    *,
    account_id: int | None = None,
    org_id: int | None = None,
) -> None:
    object_kind, object_id = about if about is not None else ("", None)
    work.session.add(
        Message(
            account_id=account_id,
            org_id=org_id,
            kind=kind.value,
            text=text,
            object_kind=object_kind,
            object_id=object_id,
            at=work.clock.now(),
        )
    )
