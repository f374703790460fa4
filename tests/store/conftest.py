"""A few regions, offices and people for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core.model import Account, Declaration, Org, Person, Region
from core.store.names import spell_person, spell_words
from core.store.search import index_grams
from core.store.store import Store

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
REGIONS = {
    "410000": "河南省",
    "410099": "河南省省直",
    "410300": "洛阳市",
    "410326": "汝阳县",
    "411402": "梁园区",
}


class Maker:
    """Makes rows with what a test does not care about filled in."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = count(1)

    def regions(self) -> None:
        """The regions that offices and people of the tests lie in."""
        for code, name in REGIONS.items():
            self.session.add(Region(code=code, name=name, kind="county"))
        self.session.flush()

    def org(self, name: str = "汝阳县小店镇第一初级中学", region: str = "410326", **more: Any) -> Org:
        """An organisation that can be searched for; an employer unless told otherwise."""
        pinyin, initials = spell_words(name)
        values: dict[str, Any] = {"kind": "employer", "code": f"1241{next(self._numbers):014d}", **more}
        org = Org(name=name, region_code=region, pinyin=pinyin, initials=initials, **values)
        self.session.add(org)
        index_grams(self.session, org)
        return org

    def account(self) -> Account:
        """An account that nobody can sign in to."""
        number = next(self._numbers)
        account = Account(
            login_digest=number.to_bytes(32), login_sealed=b"s", password_hash="-", created_at=NOON
        )
        self.session.add(account)
        self.session.flush()
        return account

    def person(self, employer: Org, name: str = "张三") -> Person:
        """A person of an employer."""
        pinyin, initials = spell_person(name)
        person = Person(
            account_id=self.account().id,
            employer_id=employer.id,
            region_code=employer.region_code,
            name=name,
            pinyin=pinyin,
            initials=initials,
            id_type="身份证",
            id_number_sealed=b"s",
            id_number_digest=next(self._numbers).to_bytes(32),
        )
        self.session.add(person)
        self.session.flush()
        return person

    def declaration(self, person: Person, **more: Any) -> Declaration:
        """A declaration of a person; a draft of 2026 unless told otherwise."""
        values: dict[str, Any] = {
            "person_id": person.id,
            "employer_id": person.employer_id,
            "region_code": person.region_code,
            "year": 2026,
            "subject": "公需科目",
            "form": "training",
            "claimed_halves": 80,
            "created_at": NOON,
            "updated_at": NOON,
            **more,
        }
        if values.get("status") == "pending":
            values = {"handler_org_id": person.employer_id, "step": "employer", "submitted_at": NOON} | values
        declaration = Declaration(**values)
        self.session.add(declaration)
        self.session.flush()
        return declaration


@pytest.fixture
def maker() -> Callable[[Session], Maker]:
    """Makes a Maker that has put the regions in."""

    def make(session: Session) -> Maker:
        made = Maker(session)
        made.regions()
        return made

    return make


@pytest.fixture
def furnished(store: Store, maker: Callable[[Session], Maker]) -> Store:
    """A store with the regions only, committed."""
    with store.writing() as work:
        maker(work.session)
        work.commit()
    return store
