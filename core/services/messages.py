"""Messages (消息): written by the use cases in their own transaction, read by the person or the office."""

from __future__ import annotations

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
) -> None:
    """Tell a person something, inside and by e-mail where they gave an address.

    `about` is the kind and number of the object that Enter leads to. `text` names nobody's number.
    """
    person = work.session.get_one(Person, person_id)
    _write(work, kind, text, about, account_id=person.account_id)
    if person.email_sealed is not None:
        mail(work, work.vault.open(person.email_sealed), kind, f"{person.name}：\n\n{text}\n\n{SIGNED}\n")


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


def mail(work: UnitOfWork, address: str, kind: MessageKind, body: str) -> None:
    """Put a mail into the outbox; it leaves after the transaction, or never if that is undone."""
    now = work.clock.now()
    work.session.add(
        Outbox(
            to_sealed=work.vault.seal(address),
            subject=f"【继续教育】{kind.subject}",
            body_sealed=work.vault.seal(body),
            created_at=now,
            due_at=now,
        )
    )


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
