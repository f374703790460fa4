"""A change of 姓名 or 证件号 on the employer's desk: old and new side by side, and what the change brings about."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import select

from core.model import Account, Change, Person, Registration
from core.rules.changes import ChangeKind
from core.rules.clock import today
from core.rules.errors import ErrorCode, Refused
from core.rules.faces import SAME_PERSON_AT_MOST, FaceVerdict
from core.rules.identity import mask_id_number
from core.rules.identity_change import Identity, facts_of_number
from core.rules.machine import Move
from core.rules.permissions import Action
from core.rules.workflow import RegistrationState
from core.schema.declarations import Holder
from core.services.attachments import attachments_of
from core.services.change_queue import ChangeQueue
from core.services.changes import Lines
from core.services.class_hours import match_person
from core.store.names import spell_person
from core.store.work import UnitOfWork

CHANGED, WORDS = "changed", "words"
"""Keys of a change's `fields`: which of the two is changed, and the sentence of the comparison."""


def seal_change(work: UnitOfWork, person: Person, wanted: Identity) -> bytes:
    """Old and new as one sealed text, the facts that follow from a new number among the new."""
    number = work.vault.open(person.id_number_sealed)
    born = person.birth_date.isoformat() if person.birth_date else ""
    old = {"name": person.name, "id_number": number, "gender": person.gender, "birth_date": born}
    new = {**old, "name": wanted.name, "id_number": wanted.id_number}
    facts = facts_of_number(person.id_type, wanted.id_number, today(work.clock))
    if wanted.id_number != number and facts is not None:
        new |= {"gender": facts[0], "birth_date": facts[1].isoformat()}
    return work.vault.seal(json.dumps({"old": old, "new": new}, ensure_ascii=False))


def identity_lines(work: UnitOfWork, change: Change) -> Lines:
    """Old and new side by side, what stays as well, and what the comparison of the faces said."""
    old, new = _opened(work, change)
    person = work.session.get_one(Person, change.person_id)
    lines = [("证件类型", person.id_type)]
    for key, label in _LABELS.items():
        if old[key] != new[key]:
            lines.append((label, f"{old[key] or '（未填）'} 改为 {new[key]}"))
        elif key in _ALWAYS:
            lines.append((label, f"{new[key]}（不变）"))
    return (*lines, ("人脸比对", _comparison(change)))


def old_and_new(work: UnitOfWork, change: Change) -> tuple[str, str]:
    """What is changed, before and after, as a list shows it."""
    old, new = _opened(work, change)
    if old["name"] != new["name"]:
        return old["name"], new["name"]
    return mask_id_number(old["id_number"]), mask_id_number(new["id_number"])


def is_taken(work: UnitOfWork, number: str, person: Person) -> bool:
    """Whether a 证件号 is somebody else's already: a person's, a login name, or about to be registered."""
    session, vault = work.session, work.vault
    digest = vault.digest("id_number", number)
    people = select(Person.id).where(Person.id_number_digest == digest, Person.id != person.id)
    accounts = select(Account.id).where(
        Account.login_digest == vault.digest("login", number), Account.id != person.account_id
    )
    waiting = select(Registration.id).where(
        Registration.id_digest == digest, Registration.state == RegistrationState.PENDING.value
    )
    return any(session.scalar(query.limit(1)) is not None for query in (people, accounts, waiting))


def take_effect(work: UnitOfWork, change: Change) -> None:
    """The person is called so from now on; the login name follows where it was the old number.

    Certificates keep what was printed on them; what a base has reported under the new number is theirs.
    Raises ID_TAKEN where the number was given away meanwhile.
    """
    old, new = _opened(work, change)
    person = work.locked(Person, change.person_id)
    person.name = new["name"]
    person.pinyin, person.initials = spell_person(new["name"])
    if new["id_number"] != old["id_number"]:
        if is_taken(work, new["id_number"], person):
            raise Refused(ErrorCode.ID_TAKEN)
        person.id_number_sealed = work.vault.seal(new["id_number"])
        person.id_number_digest = work.vault.digest("id_number", new["id_number"])
        person.gender = new["gender"]
        person.birth_date = date.fromisoformat(new["birth_date"]) if new["birth_date"] else None
        account = work.locked(Account, person.account_id)
        if account.login_digest == work.vault.digest("login", old["id_number"]):
            account.login_digest = work.vault.digest("login", new["id_number"])
            account.login_sealed = work.vault.seal(new["id_number"])
    # What two do at once the database decides, here and not at the very end.
    work.session.flush()
    if new["id_number"] != old["id_number"]:
        match_person(work, person)


def told(work: UnitOfWork, change: Change, move: Move) -> str:
    """The words to the person; numbers are not among them."""
    changed = change.fields.get(CHANGED, "")
    if move is Move.REJECT:
        return f"证件信息修改（{changed}）未通过"
    words = "人像与证件照片比对一致" if move is Move.CONFIRM else "单位已审核通过"
    if changed == "证件号":
        return f"{words}，证件号已修改，以后请用新的证件号登录；如非本人操作请立即联系单位"
    return f"{words}，{changed}已修改；如非本人操作请立即联系单位"


IDENTITY_QUEUE = ChangeQueue(
    kind=ChangeKind.IDENTITY,
    heading="证件信息修改",
    decided=Action.DECIDE_IDENTITY,
    column=lambda line: f"修改{line.fields.get(CHANGED, '')}",
    lines=identity_lines,
    effect=lambda work, actor, change: take_effect(work, change),
    told=told,
    evidence=lambda work, change: attachments_of(work.session, Holder.IDENTITY, change.id),
    in_batch=False,
)

_LABELS = {"name": "姓名", "id_number": "证件号", "gender": "性别", "birth_date": "出生日期"}
_ALWAYS = ("name", "id_number")


def _opened(work: UnitOfWork, change: Change) -> tuple[dict[str, str], dict[str, str]]:
    assert change.sealed is not None
    kept = json.loads(work.vault.open(change.sealed))
    return kept["old"], kept["new"]


def _comparison(change: Change) -> str:
    """What the comparison of the faces said, with the distance between them."""
    said = change.fields.get(WORDS, "")
    if not change.faces:
        return said
    verdict = FaceVerdict(change.faces).label
    if change.face_distance is None:
        return f"{verdict}。{said}"
    near = f"两张脸的距离 {change.face_distance:.2f}，不超过 {SAME_PERSON_AT_MOST:.2f} 才算一致"
    return f"{verdict}。{said}（{near}）"
