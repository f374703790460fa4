"""The audit log: one entry for every change, in the change's own transaction, kept for good, and nothing personal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from core.model import Audit
from core.rules.errors import Refused
from core.rules.identity import mask_personal
from core.rules.permissions import Action
from core.rules.roles import Caller, Guest
from core.schema.base import Nothing
from core.schema.certificates import RegisterQuery
from core.schema.declarations import ProgressQuery
from core.schema.registration import Register
from core.schema.review import QueueQuery, Subject
from core.services.certificates import register_page
from core.services.declarations import progress_page
from core.services.desk import UseCase, all_use_cases
from core.services.journal import write_log_to
from core.services.registrations import register
from core.services.review_views import queue_page
from core.services.years import year_page
from core.store.store import Store
from core.store.work import UnitOfWork
from tests.services.front_door import GUEST, NUMBER, cheap_desk, typed_form
from tests.services.hall import answer, build_hall, contents, entries
from tests.services.life import EMAIL, MOBILE, OTHER_MOBILE, Life, begin_life
from tests.services.proofs import HERS

SECRETS = (NUMBER, MOBILE, OTHER_MOBILE, EMAIL, HERS)
# These tell who looks at what right now, which is nobody's record.
ADVISORY = {"review_item", "look_at_item", "leave_item", "read_messages"}
# This sends what other changes have written.
DELIVERING = {"send_mail"}
# What was typed and not sent is nobody's record either; it would be written down a thousand times.
DRAFTING = {"save_draft", "drop_draft", "save_guest_draft", "find_guest_draft", "drop_guest_drafts"}
# These open units of work of their own, and change nothing (a look-up counts the wrong tries).
READING = {
    "new_challenge",
    "registration_status",
    "evidence_cells",
    "identity_page",
    "look_up_certificate",
    "check_line_text",
    "check_file",
    "check_folder",
    "export_spot_check",
    "statistics",
    "health_page",
    "office_status",
    "import_template",
    "export_problems",
}
# Each course has an entry of its own, and the import one that says how many; a run of 年度认定 has one for its
# beginning and one for each part; a new certificate has one, and the old one that it replaces.
# An import has one for its beginning and one for what came of it; so has a provider's file.
SEVERAL = {
    "import_public_hours": 2,
    "start_recognition": 2,
    "replace_certificate": 2,
    "store_import": 2,
    "take_provider_file": 2,
}
# What is only counted anew from what is there is done in parts: nobody has declared or decided it.
COUNTED = {
    "remind": {"meta", "person_year"},
    "export_statistics": {"stat_cell", "stat_dirty"},
    "rebuild_statistics": {"meta", "person_year", "stat_cell", "stat_dirty"},
}
# Tries of a password are counted before anything is done; a number that was drawn for a paper may be left out.
COUNTERS = ("throttle", "certificate_counter")


@pytest.fixture
def life(store: Store, tmp_path: Path) -> Life:
    return begin_life(store, tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path / "log")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def test_every_change_of_state_leaves_exactly_one_entry(life: Life) -> None:
    wrong = []
    for name, call in life.steps():
        before = entries(life.world.store)
        call()
        written = entries(life.world.store) - before
        if written != SEVERAL.get(name, 1):
            wrong.append((name, written))
    assert wrong == []


def test_every_use_case_that_changes_something_is_played_here(sqlite_store: Store, tmp_path: Path) -> None:
    played = set()
    for name, call in begin_life(sqlite_store, tmp_path).steps():
        call()
        played.add(name)
    changing = {name for name, each in all_use_cases().items() if each.writes or each.on_desk}
    assert played == changing - ADVISORY - READING - DELIVERING - DRAFTING


def test_what_fails_at_its_end_leaves_neither_the_change_nor_an_entry(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, wrong = life.world.store, []
    for name, call in life.steps():
        before = contents(store, *COUNTERS)
        with monkeypatch.context() as patch:
            _fail_whoever_audits(patch)
            code = answer(call)
        after = contents(store, *COUNTERS)
        changed = {table for table in before if before[table] != after[table]} - COUNTED.get(name, set())
        if code != "INTERNAL" or changed:
            wrong.append((name, code, changed))
        call()
    assert wrong == []


def test_no_entry_holds_anything_personal_in_full(sqlite_store: Store, tmp_path: Path) -> None:
    life = begin_life(sqlite_store, tmp_path)
    life.play()
    with life.world.store.reading() as work:
        written = [repr(tuple(row)) for row in work.session.execute(select(Audit.__table__))]
    assert [line for line in written if any(secret in line for secret in SECRETS)] == []


def test_no_list_shows_anything_personal_in_full(sqlite_store: Store, tmp_path: Path) -> None:
    hall = build_hall(sqlite_store, tmp_path)
    firm, bureau = hall.world.office(hall.world.garden), hall.world.office(hall.world.city_bureau)
    lists = (
        hall.desk.do(queue_page, firm, QueueQuery()),
        hall.desk.do(queue_page, firm, QueueQuery(subject=Subject.REGISTRATION)),
        hall.desk.do(progress_page, hall.person, ProgressQuery()),
        hall.desk.do(register_page, bureau, RegisterQuery()),
        hall.desk.do(year_page, bureau, Nothing()),
    )
    shown = [page for page in lists if any(each in repr(page) for each in (*SECRETS, hall.number))]
    assert ([len(page.rows) > 0 for page in lists], shown) == ([True] * 5, [])


def test_no_refusal_names_anything_personal_in_full(sqlite_store: Store, tmp_path: Path) -> None:
    hall = build_hall(sqlite_store, tmp_path)
    garden = hall.world.garden
    told = []
    for changed in ({}, {"id_number": hall.number}, {"mobile": MOBILE + "1"}, {"email": EMAIL + "@"}):
        values = typed_form(garden, region="410327", **changed)
        with pytest.raises(Refused) as caught:
            hall.desk.do(register, GUEST, Register(values=values, employer_id=garden))
        refusal = caught.value
        told.append(" ".join([str(refusal), refusal.text, *(field.text for field in refusal.fields)]))
    assert [words for words in told if any(each in words for each in (*SECRETS, hall.number))] == []


def test_a_fault_that_quotes_what_was_typed_reaches_the_log_masked(store: Store, log: Path) -> None:
    def breaks(work: UnitOfWork, caller: Caller, command: Nothing) -> None:
        raise ValueError(f"cannot read {NUMBER}, {MOBILE} and {EMAIL}")

    answer(
        lambda: cheap_desk(store).do(
            UseCase("broken", Action.FIND_EMPLOYER, False, False, breaks), Guest(), Nothing()
        )
    )
    written = log.read_text(encoding="utf-8")
    assert ("cannot read" in written, [each for each in SECRETS if each in written]) == (True, [])


def test_faults_all_the_way_leave_nothing_personal_in_the_log(
    life: Life, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _, call in life.steps():
        with monkeypatch.context() as patch:
            _fail_whoever_audits(patch)
            answer(call)
        call()
    written = log.read_text(encoding="utf-8")
    assert (written != "", [each for each in SECRETS if each in written]) == (True, [])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"见{NUMBER}。", f"见{NUMBER[:6]}********{NUMBER[-4:]}。"),
        ("身份证41009919850307001x有误", "身份证410099********001x有误"),
        ("电话19900000001", "电话199****0001"),
        ("写信到zhang.san+1@mail.example.cn", "写信到z***@mail.example.cn"),
        ("导入 2026 年 30 学时", "导入 2026 年 30 学时"),
        ("a3f19900000001b", "a3f19900000001b"),
    ],
)
def test_what_is_personal_in_a_free_text_is_masked(said: str, kept: str) -> None:
    assert mask_personal(said) == kept


def test_what_a_life_has_left_behind_is_kept_for_good(life: Life) -> None:
    for name, call in life.steps():
        call()
        if name == "sign_in":
            break
    store = life.world.store
    before = contents(store)
    for table in ("audit", "decision"):
        for change in (f"update {table} set id = id + 1000", f"delete from {table}"):
            with pytest.raises(DBAPIError, match="append-only"), store.writing() as work:
                work.session.execute(text(change))
                work.commit()
    assert (bool(before["audit"] and before["decision"]), contents(store) == before) == (True, True)


def _fail_whoever_audits(patch: pytest.MonkeyPatch) -> None:
    """From now on no unit of work in which an entry was written can be committed, after all was sent."""
    audit, commit = UnitOfWork.audit, UnitOfWork.commit

    def marked(work: UnitOfWork, *words: object, **more: object) -> None:
        audit(work, *words, **more)  # type: ignore[arg-type]
        work.__dict__["audited"] = True

    def failing(work: UnitOfWork) -> None:
        if work.__dict__.get("audited"):
            work.session.flush()
            raise RuntimeError("the disk is full")
        commit(work)

    patch.setattr(UnitOfWork, "audit", marked)
    patch.setattr(UnitOfWork, "commit", failing)
