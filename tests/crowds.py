"""Queues of thousands, written in bulk: persons of one employer with a declaration each, changes, registrations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from core.model import Account, Change, Declaration, Person, Registration
from core.store.bulk import insert_rows, reserve_ids
from core.store.store import Store
from tests.worlds import id_number, training

_PLAIN = {key: value for key, value in training().items() if key not in ("subject", "year", "claimed_hours")}


def crowd_of_people(store: Store, employer: int, region: str, count: int) -> list[int]:
    """So many persons of an employer, named 人00001 onwards; their ids."""
    with store.writing() as work:
        accounts = reserve_ids(work.session, Account, count)
        people = reserve_ids(work.session, Person, count)
        now = work.clock.now()
        insert_rows(
            work.session,
            Account,
            ("id", "login_digest", "login_sealed"),
            [(key, f"login-{key:026d}".encode(), b"sealed") for key in accounts],
            {"password_hash": "!", "created_at": now},
        )
        rows = [
            (person, account, f"人{at:05d}", f"ren{at:05d}", f"r{at:05d}", f"number-{person:025d}".encode())
            for at, (person, account) in enumerate(zip(people, accounts, strict=True), 1)
        ]
        shared: dict[str, Any] = {
            "employer_id": employer,
            "region_code": region,
            "id_type": "身份证",
            "id_number_sealed": work.vault.seal(id_number(490)),
            "gender": "男",
            "birth_date": date(1985, 3, 7),
        }
        columns = ("id", "account_id", "name", "pinyin", "initials", "id_number_digest")
        insert_rows(work.session, Person, columns, rows, shared)
        work.commit()
    return list(people)


def crowd_of_declarations(store: Store, employer: int, region: str, people: list[int]) -> list[int]:
    """A plain declaration of 40 学时 of each person, waiting at the employer, one second apart; their ids."""
    with store.writing() as work:
        ids = reserve_ids(work.session, Declaration, len(people))
        begin = work.clock.now() - timedelta(hours=20)
        rows = [
            (key, person, f"培训班{at:05d}", begin + timedelta(seconds=at))
            for at, (key, person) in enumerate(zip(ids, people, strict=True), 1)
        ]
        shared: dict[str, Any] = {
            "employer_id": employer,
            "region_code": region,
            "handler_org_id": employer,
            "year": 2026,
            "subject": "专业课",
            "form": "post_training",
            "fields": _PLAIN,
            "claimed_halves": 80,
            "status": "pending",
            "step": "employer",
            "started_on": date(2026, 7, 10),
            "ended_on": date(2026, 7, 14),
            "created_at": begin,
            "updated_at": begin,
        }
        insert_rows(work.session, Declaration, ("id", "person_id", "title", "submitted_at"), rows, shared)
        work.commit()
    return list(ids)


def crowd_of_changes(store: Store, employer: int, people: list[int], kind: str = "position") -> None:
    """A change of each person that waits at the employer."""
    with store.writing() as work:
        begin = work.clock.now() - timedelta(hours=20)
        rows = [(person, begin + timedelta(seconds=at)) for at, person in enumerate(people, 1)]
        shared: dict[str, Any] = {"org_id": employer, "kind": kind, "fields": {"title": "教授"}}
        insert_rows(work.session, Change, ("person_id", "submitted_at"), rows, shared | {"state": "pending"})
        work.commit()


def crowd_of_registrations(store: Store, employer: int, count: int) -> None:
    """So many who have registered with the employer and wait."""
    with store.writing() as work:
        begin = work.clock.now() - timedelta(hours=20)
        rows = [
            (f"人{at:05d}", f"digest-{at:025d}".encode(), begin + timedelta(seconds=at))
            for at in range(1, count + 1)
        ]
        shared: dict[str, Any] = {
            "employer_id": employer,
            "id_number_masked": "4100********0001",
            "sealed": b"sealed",
            "password_hash": "!",
        }
        insert_rows(work.session, Registration, ("name", "id_digest", "submitted_at"), rows, shared)
        work.commit()
