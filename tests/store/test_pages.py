"""Pages of lists: filters, order, keys for the next page, counts, and the indexes they are read by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from core.model import Certificate, Person, PersonYear, Registration
from core.store.change_pages import change_counts, change_page
from core.store.pages import (
    QueueFilter,
    learning,
    queue_counts,
    queue_page,
    registration_counts,
    registration_page,
)
from core.store.people_found import Wanted, in_region, in_units
from core.store.progress import progress_page, status_counts
from core.store.registers import annual_rows, certificates_of, register_page
from core.store.store import Store
from tests.store.conftest import NOON, Maker

Make = Callable[[Session], Maker]
WANTED, NARROW = Wanted(2026), Wanted(2026, "中小学教师", "passed")
EARLIER = NOON - timedelta(days=10)


def _declared(made: Maker) -> Person:
    """A person with eleven declarations: of three years, in four states."""
    person = made.person(made.org())
    for number in range(5):
        made.declaration(person, year=2019, title=f"学习{number}")
    for number in range(3):
        made.declaration(person, year=2020, status="pending", title=f"培训{number}")
    for _ in range(2):
        made.declaration(person, year=2018, status="approved", recognised_halves=80)
    made.declaration(person, year=2018, status="rejected", subject="专业科目")
    return person


def test_progress_is_newest_first(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        rows, after = progress_page(work.session, person.id)
        keys = [(row.year, row.id) for row in rows]
        assert (keys, after) == (sorted(keys, reverse=True), None)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 11),
        ({"year": 2019}, 5),
        ({"status": "pending"}, 3),
        ({"subject": "专业科目"}, 1),
        ({"year": 2018, "status": "approved", "subject": "公需科目"}, 2),
        ({"year": 1999}, 0),
        ({"from_year": 2019}, 8),
        ({"from_year": 2018, "to_year": 2019}, 8),
        ({"form": "nobody"}, 0),
        ({"words": "学习"}, 5),
        ({"words": " 训2 "}, 1),
        ({"words": "%"}, 0),
        ({"words": "", "form": ""}, 11),
        ({"by_provider": False}, 11),
        ({"by_provider": True}, 0),
        ({"learnt_from": date(2019, 1, 1)}, 0),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 20])
def test_progress_pages_give_every_row_once(
    scratch_store: Store, maker: Make, filters: dict[str, object], count: int, size: int
) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        found: list[int] = []
        after = None
        while True:
            rows, after = progress_page(work.session, person.id, after=after, limit=size, **filters)  # type: ignore[arg-type]
            found += [row.id for row in rows]
            if after is None:
                break
        assert len(found) == len(set(found)) == count


def test_a_pending_declaration_names_its_handler(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        rows, _ = progress_page(work.session, person.id, status="pending")
        assert {row.handler for row in rows} == {"汝阳县小店镇第一初级中学"}


def test_another_persons_declarations_are_not_shown(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        made = maker(work.session)
        employer = _declared(made).employer_id
        other = Person(employer_id=employer)
        work.session.expunge_all()
        other = made.person(made.org("确山县刘店镇彭庄小学"), "李四")
        assert progress_page(work.session, other.id) == ((), None)


def test_tabs_are_counted_by_status(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        counts = status_counts(work.session, person.id)
        assert counts == {"draft": 5, "pending": 3, "approved": 2, "rejected": 1}


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2019, 7, 1), date(2019, 7, 9), 0),
        (date(2019, 7, 1), date(2019, 7, 10), 1),
        (date(2019, 7, 14), None, 1),
        (date(2019, 7, 15), None, 0),
        (None, date(2019, 7, 12), 1),
    ],
)
def test_learning_is_found_by_days_that_it_touches(
    scratch_store: Store, maker: Make, first: date | None, last: date | None, count: int
) -> None:
    with scratch_store.writing() as work:
        made = maker(work.session)
        person = made.person(made.org())
        made.declaration(person, started_on=date(2019, 7, 10), ended_on=date(2019, 7, 14))
        rows, _ = progress_page(work.session, person.id, learnt_from=first, learnt_until=last)
        assert len(rows) == count


def test_what_providers_reported_is_parted_from_what_was_declared(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        made = maker(work.session)
        person = made.person(made.org())
        made.declaration(person, title="申报的")
        made.declaration(person, title="Online", status="approved", recognised_halves=2, source="provider")
        own, _ = progress_page(work.session, person.id, by_provider=False)
        reported, _ = progress_page(work.session, person.id, by_provider=True, words="oNLINE")
        assert ([row.title for row in own], [row.title for row in reported]) == (["申报的"], ["Online"])


def test_tabs_are_counted_within_the_filters(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        counts = status_counts(work.session, person.id, year=2018, subject="公需科目")
        assert counts == {"approved": 2}


def _queued(made: Maker) -> int:
    """A queue of seven: two overdue (one of them flagged), one returned, one flagged, three plain."""
    org = made.org()
    person, other = made.person(org, "曾晓燕"), made.person(org, "王二")
    made.declaration(person, status="pending", submitted_at=EARLIER)
    made.declaration(person, status="pending", submitted_at=EARLIER, flagged=True)
    made.declaration(other, status="pending", returned=True)
    made.declaration(other, status="pending", flagged=True)
    for minutes in (5, 3, 1):
        made.declaration(other, status="pending", submitted_at=NOON + timedelta(minutes=minutes))
    made.declaration(other)
    return org.id


@pytest.mark.parametrize(
    ("bucket", "count"),
    [
        (QueueFilter.ALL, 7),
        (QueueFilter.OVERDUE, 2),
        (QueueFilter.RETURNED, 1),
        (QueueFilter.FLAGGED, 2),
        (QueueFilter.PLAIN, 3),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 20])
def test_a_queue_gives_every_row_once_oldest_first(
    scratch_store: Store, maker: Make, bucket: QueueFilter, count: int, size: int
) -> None:
    with scratch_store.writing() as work:
        org_id = _queued(maker(work.session))
        found: list[tuple[object, int]] = []
        after = None
        late = NOON - timedelta(days=7)
        while True:
            rows, after = queue_page(
                work.session, org_id, bucket=bucket, overdue_before=late, after=after, limit=size
            )
            found += [(row.submitted_at, row.id) for row in rows]
            if after is None:
                break
        assert len(found) == len(set(found)) == count
        assert found == sorted(found)  # type: ignore[type-var]


def test_the_buckets_of_a_queue_are_counted(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        org_id = _queued(maker(work.session))
        counts = queue_counts(work.session, org_id, NOON - timedelta(days=7))
        assert {bucket.value: count for bucket, count in counts.items()} == {
            "all": 7,
            "overdue": 2,
            "returned": 1,
            "plain": 3,
            "flagged": 2,
        }


def test_an_empty_queue_counts_nothing(scratch_store: Store) -> None:
    with scratch_store.reading() as work:
        assert set(queue_counts(work.session, 1, NOON).values()) == {0}


@pytest.mark.parametrize(
    ("typed", "count"), [("晓燕", 2), ("zxy", 2), ("ZENG", 2), ("王", 5), ("燕晓", 0), ("%", 0), ("_", 0)]
)
def test_a_queue_is_narrowed_by_name_pinyin_or_initials(
    scratch_store: Store, maker: Make, typed: str, count: int
) -> None:
    with scratch_store.writing() as work:
        org_id = _queued(maker(work.session))
        assert len(queue_page(work.session, org_id, text=typed)[0]) == count


def _registered(made: Maker) -> int:
    org = made.org()
    for number in range(5):
        late = EARLIER if number == 0 else NOON + timedelta(minutes=number)
        row = Registration(
            employer_id=org.id,
            id_digest=bytes([number]) * 32,
            name=f"张{'甲乙丙丁戊'[number]}",
            id_number_masked="4100**********001X",
            sealed=b"s",
            password_hash="-",
            submitted_at=late,
        )
        if number == 4:
            row.state, row.decided_at = "withdrawn", NOON
        made.session.add(row)
    made.session.flush()
    return org.id


@pytest.mark.parametrize("size", [1, 3, 20])
def test_registrations_wait_oldest_first(scratch_store: Store, maker: Make, size: int) -> None:
    with scratch_store.writing() as work:
        org_id = _registered(maker(work.session))
        names: list[str] = []
        after = None
        while True:
            rows, after = registration_page(work.session, org_id, after=after, limit=size)
            names += [row.name for row in rows]
            if after is None:
                break
        assert names == ["张甲", "张乙", "张丙", "张丁"]


def test_registrations_are_narrowed_by_name_and_age(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        org_id = _registered(maker(work.session))
        by_name, _ = registration_page(work.session, org_id, text="丙")
        by_age, _ = registration_page(work.session, org_id, submitted_before=NOON)
        assert ([row.name for row in by_name], [row.name for row in by_age]) == (["张丙"], ["张甲"])


def test_registrations_are_counted(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        assert registration_counts(work.session, _registered(maker(work.session)), NOON) == (4, 1)


def test_the_annex_of_a_year_holds_what_was_approved(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _declared(maker(work.session))
        assert [row.year for row in learning(work.session, person.id, (2018, 2019))] == [2018, 2018]


def _years(made: Maker) -> Person:
    person = made.person(made.org())
    for year, passed in ((2017, False), (2016, True), (2018, False)):
        made.session.add(
            PersonYear(person_id=person.id, year=year, region_code="410326", public_halves=91, passed=passed)
        )
    made.session.flush()
    return person


@pytest.mark.parametrize(
    ("filters", "years"),
    [
        ({}, [2018, 2017, 2016]),
        ({"from_year": 2017}, [2018, 2017]),
        ({"to_year": 2016}, [2016]),
        ({"passed": True}, [2016]),
        ({"passed": False, "to_year": 2017}, [2017]),
    ],
)
def test_years_are_newest_first_and_filtered(
    scratch_store: Store, maker: Make, filters: dict[str, int], years: list[int]
) -> None:
    with scratch_store.writing() as work:
        person = _years(maker(work.session))
        assert [row.year for row in annual_rows(work.session, person.id, **filters)] == years  # type: ignore[arg-type]


def _certified(made: Maker) -> Person:
    org = made.org()
    person = made.person(org, "曾晓燕")
    for number, region in enumerate(("410326", "410300", "411402", "410326", "410099")):
        made.session.add(
            Certificate(
                number=f"HN2026{number:04d}",
                person_id=person.id,
                person_name=person.name,
                region_code=region,
                years="2016",
                facts_sealed=b"s",
                check_code="ABC",
                issued_at=NOON,
                issuer_org_id=org.id,
                pdf_sha256="x",
            )
        )
    made.session.flush()
    return person


@pytest.mark.parametrize(("prefix", "count"), [("41", 5), ("4103", 3), ("410326", 2), ("4114", 1), ("42", 0)])
@pytest.mark.parametrize("size", [1, 2, 20])
def test_the_register_shows_a_region_and_below(
    scratch_store: Store, maker: Make, prefix: str, count: int, size: int
) -> None:
    with scratch_store.writing() as work:
        _certified(maker(work.session))
        found: list[int] = []
        after = None
        while True:
            rows, after = register_page(work.session, prefix, after=after, limit=size)
            found += [row.id for row in rows]
            if after is None:
                break
        assert len(found) == count
        assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("typed", "count"), [("hn20260003", 1), ("晓燕", 5), ("zxy", 5), ("HN2026%", 5), ("李", 0)]
)
def test_the_register_is_narrowed_by_number_or_name(
    scratch_store: Store, maker: Make, typed: str, count: int
) -> None:
    with scratch_store.writing() as work:
        _certified(maker(work.session))
        assert len(register_page(work.session, "41", text=typed)[0]) == count


def test_a_persons_certificates_are_newest_first(scratch_store: Store, maker: Make) -> None:
    with scratch_store.writing() as work:
        person = _certified(maker(work.session))
        numbers = [row.number for row in certificates_of(work.session, person.id)]
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) == 5


@pytest.mark.parametrize(
    ("page", "index"),
    [
        (lambda s: progress_page(s, 1, year=2019, after=(2019, 5)), "ix_decl_person"),
        (lambda s: progress_page(s, 1, words="培训", by_provider=False, after=(2019, 5)), "ix_decl_person"),
        (lambda s: status_counts(s, 1), "ix_decl_person"),
        (lambda s: queue_page(s, 1, after=(NOON.isoformat(), 5)), "ix_decl_queue"),
        (lambda s: queue_counts(s, 1, NOON), "ix_decl_queue"),
        (lambda s: registration_page(s, 1, after=(NOON.isoformat(), 5)), "ix_registration_queue"),
        (
            lambda s: change_page(s, 1, "transfer", overdue_before=NOON, after=(NOON.isoformat(), 5)),
            "ix_change_queue",
        ),
        (lambda s: change_page(s, 1, "position", overdue_before=NOON, overdue=True), "ix_change_queue"),
        (lambda s: change_counts(s, 1, "position", NOON), "ix_change_queue"),
        (lambda s: register_page(s, "41", after=(5,)), "ix_certificate_r2"),
        (lambda s: register_page(s, "4103"), "ix_certificate_r4"),
        (lambda s: certificates_of(s, 1), "ix_certificate_person"),
        (lambda s: in_region(s, "410326", WANTED), "ix_person_r6_pinyin"),
        (lambda s: in_region(s, "4103", WANTED, after=("all", "li", 3)), "ix_person_r4_pinyin"),
        (lambda s: in_region(s, "41", NARROW), "ix_person_pinyin"),
        (lambda s: in_region(s, "41", NARROW, text="李晓"), "ix_person_name"),
        (lambda s: in_region(s, "4103", NARROW, text="李晓"), "ix_person_r4_name"),
        (lambda s: in_region(s, "410326", NARROW, text="li"), "ix_person_r6_pinyin"),
        (lambda s: in_region(s, "41", WANTED, text="lxd", after=("initials", "lxd", 3)), "ix_person_pinyin"),
        (lambda s: in_units(s, (1,), NARROW, text="li"), "ix_person_emp_pinyin"),
    ],
)
def test_a_page_is_read_by_its_index_without_sorting(
    sqlite_store: Store, page: Callable[[Session], object], index: str
) -> None:
    asked: list[tuple[str, object]] = []
    with sqlite_store.reading() as work:
        engine = sqlite_store.engines.read
        listen = lambda c, cursor, sql, values, context, many: asked.append((sql, values))  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        page(work.session)
        event.remove(engine, "before_cursor_execute", listen)
        sql, values = asked[-1]
        plan = work.session.connection().exec_driver_sql("explain query plan " + sql, values).all()  # type: ignore[arg-type]
        steps = " / ".join(row[3] for row in plan)
        assert f"USING INDEX {index}" in steps or f"USING COVERING INDEX {index}" in steps
        assert "TEMP B-TREE FOR ORDER BY" not in steps
        assert work.session.scalar(text("select 1")) == 1
