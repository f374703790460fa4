"""What the tests of 证件信息修改 share: three pictures that a person has brought in, and the form with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.model import Account, IdentityChange, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.faces import NOT_INSTALLED
from core.rules.identity import check_digit
from core.rules.roles import Actor
from core.schema.changes import IdentityDone, SubmitIdentity
from core.schema.declarations import AddEvidence, EvidenceRef
from core.schema.review import Decide, ItemKey, ReviewItem, Subject, Verdict
from core.services.desk import Desk
from core.services.evidence import add_identity_picture
from core.services.identities import FaceDesk, submit_identity
from core.services.review_views import review_item
from tests import photographs as photo
from tests.services.front_door import PASSWORD
from tests.worlds import World

FIELDS = ("front", "back", "portrait")
HERS = "41009919900615222" + check_digit("41009919900615222")
"""A number of a woman born on 1990-06-15."""
Pictures = dict[str, EvidenceRef]


def without_faces(desk: Desk) -> Desk:
    """As on a machine where the extra `face` is not installed."""
    desk.shelf["faces"] = FaceDesk(lambda card, portrait, limits: NOT_INSTALLED, lambda: False)
    return desk


def proofs() -> tuple[bytes, ...]:
    """Three pictures of nobody, each another file."""
    return tuple(photo.jpeg(photo.drawn_face(), quality) for quality in (60, 70, 80))


def brought(desk: Desk, person: Actor, folder: Path, *contents: bytes) -> Pictures:
    """Front, back and portrait, brought in; without contents three of nobody."""
    files = contents or proofs()
    if len(files) == 2:
        files = (files[0], photo.jpeg(photo.street()), files[1])
    pictures: Pictures = {}
    for field, content in zip(FIELDS, files, strict=True):
        path = folder / f"{person.person_id}-{field}.jpg"
        path.write_bytes(content)
        kept = desk.do(add_identity_picture, person, AddEvidence(path=str(path)))
        pictures[field] = EvidenceRef(sha256=kept.sha256, file_name=kept.file_name)
    return pictures


def present(desk: Desk, person: Actor) -> dict[str, str]:
    """姓名 and 证件号 as they hold now."""
    with desk.reading() as work:
        row = work.session.get_one(Person, person.person_id)
        return {"name": row.name, "id_number": work.vault.open(row.id_number_sealed)}


def form(desk: Desk, person: Actor, pictures: Pictures, **changed: str) -> SubmitIdentity:
    """The form as the person finds it, but for what is changed."""
    return SubmitIdentity(values={**present(desk, person), **changed}, **pictures)


def asked(desk: Desk, person: Actor, folder: Path, *contents: bytes, **changed: str) -> IdentityDone:
    """A change that was sent in."""
    pictures = brought(desk, person, folder, *contents)
    return desk.do(submit_identity, person, form(desk, person, pictures, **changed))


def give_password(world: World, desk: Desk, person: Actor) -> None:
    """From now on the person can sign in."""
    with world.store.writing() as work:
        work.session.get_one(Account, person.account_id).password_hash = desk.passwords.hash(PASSWORD)
        work.commit()


def errors(call: Callable[[], object]) -> dict[str, ErrorCode]:
    """The refusals beside the fields, or the one of the whole under an empty name."""
    with pytest.raises(Refused) as caught:
        call()
    return {each.field: each.code for each in caught.value.fields} or {"": caught.value.code}


def verdict(done: IdentityDone, said: Verdict, opinion: str = "照片与本人相符") -> Decide:
    return Decide(
        subject=Subject.IDENTITY, id=done.view.id, version=done.view.version, verdict=said, opinion=opinion
    )


def item(desk: Desk, office: Actor, done: IdentityDone) -> ReviewItem:
    return desk.do(review_item, office, ItemKey(subject=Subject.IDENTITY, id=done.view.id))


def row_of(world: World, done: IdentityDone) -> IdentityChange:
    with world.store.reading() as work:
        return work.session.get_one(IdentityChange, done.view.id)
