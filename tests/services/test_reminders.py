"""The reminder run: who is told what at which stage, once; and what employers are told; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Account, Audit, Declaration, Message, Outbox, Person, PersonYear, YearWindow
from core.rules.annual import judge, rule_for
from core.rules.hours import CreditHours
from core.rules.reminders import Unfinished, person_words, stage_of
from core.rules.roles import Actor
from core.schema.declarations import DeclarationKey
from core.schema.messages import Remind, Reminded
from core.schema.review import Decide, Verdict
from core.services import reminders
from core.services.declarations import redeclare
from core.services.desk import Desk
from core.services.reminders import remind
from core.services.review import decide
from core.services.setup import LOCAL
from core.store.store import Store
from tests.conftest import ENGINES
from tests.services.hall import entries
from tests.services.mailbox import Mailbox
from tests.services.races import at_once
from tests.worlds import World, build_world, submitted

OpenStore = Callable[..., Store]


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, open_new_store: OpenStore, mailbox: Mailbox) -> World:
    """The small world on 22 November 2026: 23 days are left."""
    return build_world(open_new_store(request.param, **mailbox.settings()))


def run(desk: Desk, **command: object) -> Reminded:
    return remind(desk, LOCAL, Remind(**command))  # type: ignore[arg-type]


def on(world: World, month: int, day: int) -> None:
    world.clock.moment = datetime(2026, month, day, 1, tzinfo=UTC)


def told(world: World, who: Actor) -> list[str]:
    """What the person or the office was told, oldest first."""
    mine = Message.org_id == who.org_id if who.org_id else Message.account_id == who.account_id
    with world.store.reading() as work:
        return list(work.session.scalars(select(Message.text).where(mine).order_by(Message.id)))


def counted(world: World, person: Actor, public: int, professional: int) -> None:
    """Hours of 2026 that count already."""
    with world.store.writing() as work:
        row = PersonYear(person_id=person.person_id, year=2026, region_code=person.region_code)
        row.public_halves, row.professional_halves = public * 2, professional * 2
        work.session.add(row)
        work.commit()


def set_columns(world: World, model: type, key: object, **columns: object) -> None:
    with world.store.writing() as work:
        row = work.session.get_one(model, key)
        for name, value in columns.items():
            setattr(row, name, value)
        work.commit()


def with_email(world: World, person: Actor) -> Actor:
    sealed = world.store.vault.seal("zhangsan@example.cn")
    set_columns(world, Person, person.person_id, email_sealed=sealed)
    return person


def test_who_lacks_hours_is_told_what_is_missing_and_by_when(desk: Desk, world: World) -> None:
    person = world.person()
    counted(world, person, 10, 20)
    done = run(desk)
    assert (done, told(world, person)) == (
        Reminded(2026, 1, 1, 0),
        ["2026年度申报 12-15 截止，还有 23 天；还差公需 20、专业 40 学时。"],
    )


def test_who_has_the_hours_is_left_alone(desk: Desk, world: World) -> None:
    person = world.person()
    counted(world, person, 30, 60)
    assert (run(desk).people, told(world, person)) == (0, [])


def test_drafts_and_refusals_and_what_is_under_review_are_named(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    person, school = world.person(), world.office(world.school)
    submitted(desk, person, tmp_path, 1, class_name="在审的班")
    refused = submitted(
        desk, person, tmp_path, 2, class_name="不通过的班", started_on="2026-05-04", ended_on="2026-05-08"
    )
    command = Decide(id=refused.id, version=refused.version, verdict=Verdict.REJECT, opinion="不符")
    refused_now = desk.do(decide, school, command)
    run(desk)
    on(world, 12, 9)
    world.wait(0)
    key = DeclarationKey(declaration_id=refused.id, version=refused_now.version)
    desk.do(redeclare, person, key)
    run(desk)
    first, second = told(world, person)[-2:]
    assert "另有 40 学时在审核；申报中有审核不通过 1 条" in first
    assert "申报中有待提交 1 条，请及时处理" in second and "不通过" not in second


def test_who_has_the_hours_but_a_draft_too_is_told_of_the_draft(desk: Desk, world: World) -> None:
    person = world.person()
    counted(world, person, 60, 60)
    with world.store.writing() as work:
        now = work.clock.now()
        work.session.add(
            Declaration(
                person_id=person.person_id,
                employer_id=world.school,
                region_code=person.region_code,
                year=2026,
                subject="专业课",
                form="post_training",
                created_at=now,
                updated_at=now,
            )
        )
        work.commit()
    run(desk)
    assert told(world, person) == ["2026年度申报 12-15 截止，还有 23 天；申报中有待提交 1 条，请及时处理。"]


def test_each_stage_is_told_once_however_often_it_runs(desk: Desk, world: World) -> None:
    person = world.person()
    days = [
        (10, 15),
        (10, 16),
        (10, 20),
        (11, 15),
        (11, 22),
        (12, 7),
        (12, 8),
        (12, 10),
        (12, 14),
        (12, 15),
        (12, 16),
    ]
    heard = []
    for month, day in days:
        on(world, month, day)
        run(desk)
        heard.append(len(told(world, person)))
    assert heard == [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4]


def test_the_stages_are_60_30_7_and_1_days() -> None:
    assert [stage_of(days) for days in (61, 60, 31, 30, 8, 7, 2, 1, 0)] == [
        None, 60, 60, 30, 30, 7, 7, 1, 1,
    ]  # fmt: skip


def test_two_runs_at_once_tell_and_mail_each_person_once(desk: Desk, world: World) -> None:
    people = [with_email(world, world.person(f"第{name}人")) for name in "一二三四五六"]
    at_once(*[lambda: run(desk)] * 3)
    with world.store.reading() as work:
        mails = len(work.session.scalars(select(Outbox.id)).all())
    assert ([len(told(world, each)) for each in people], mails) == ([1] * 6, 6)


def test_a_run_goes_through_all_pages(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "PAGE", 2)
    people = [world.person(f"第{name}人") for name in "一二三四五"]
    assert (run(desk).told, [len(told(world, each)) for each in people]) == (5, [1] * 5)


def test_a_mail_goes_to_those_who_gave_an_address(desk: Desk, world: World, mailbox: Mailbox) -> None:
    with_email(world, world.person())
    world.person("李四")
    assert run(desk) == Reminded(2026, 2, 2, 1)


def test_a_dry_run_counts_and_changes_nothing(desk: Desk, world: World) -> None:
    person = with_email(world, world.person())
    before = entries(world.store)
    done = run(desk, dry_run=True)
    assert (done, told(world, person), entries(world.store) - before) == (Reminded(2026, 1, 1, 1), [], 0)


def test_a_region_with_a_later_closing_day_is_told_by_its_own(desk: Desk, world: World) -> None:
    here, there = world.person(), world.person("李四", world.clinic)
    with world.store.writing() as work:
        window = YearWindow(year=2026, region_code="411400", declare_until=date(2027, 1, 31))
        window.changed_at = work.clock.now()
        work.session.add(window)
        work.commit()
    run(desk)
    on(world, 12, 26)
    run(desk)
    assert (told(world, here)[0][:15], [each[:15] for each in told(world, there)]) == (
        "2026年度申报 12-15 ",
        ["2026年度申报 01-31 "],
    )


def test_a_year_that_is_closed_is_not_reminded_of(desk: Desk, world: World) -> None:
    person = world.person()
    with world.store.writing() as work:
        row = YearWindow(year=2026, region_code="410000", state="closed", changed_at=work.clock.now())
        work.session.add(row)
        work.commit()
    assert (run(desk).people, told(world, person)) == (0, [])


def test_an_account_that_is_shut_is_not_told(desk: Desk, world: World) -> None:
    person = world.person()
    set_columns(world, Account, person.account_id, active=False)
    assert run(desk).people == 0


def test_employers_are_told_how_many_wait_once_a_stage(desk: Desk, world: World, tmp_path: Path) -> None:
    school, clinic = world.office(world.school), world.office(world.clinic)
    for number in (1, 2):
        submitted(desk, world.person(f"第{number}人"), tmp_path, number)
    run(desk)
    run(desk)
    assert (told(world, school), told(world, clinic)) == (
        ["有 2 条学时申报等待审核；2026年度申报 12-15 截止，还有 23 天。"],
        [],
    )


def test_a_run_leaves_an_entry_that_says_how_many(desk: Desk, world: World) -> None:
    world.person()
    run(desk)
    with world.store.reading() as work:
        last = work.session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    assert (last.action, last.address, last.summary[:6]) == ("mail.remind", "命令行", "提醒 1 人")


@pytest.mark.parametrize(
    ("public", "professional", "words"),
    [(0, 60, "还差公需 30 学时"), (30, 0, "还差专业 60 学时"), (30, 60, "")],
)
def test_only_what_is_missing_is_named(public: int, professional: int, words: str) -> None:
    result = judge(rule_for(2026), CreditHours(public * 2), CreditHours(professional * 2))
    said = person_words(result, Unfinished(), "")
    assert said == f"；{words}。" if words else "还差" not in said
