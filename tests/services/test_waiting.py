"""催办: what waits at the offices in reach, by office and oldest first, and one reminder a day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select, update

from core.model import Declaration, Message, Org, Outbox
from core.rules.roles import Actor
from core.schema.review import Decide, Verdict
from core.schema.waiting import UrgeOffice, UrgeOverdue, WaitingPage, WaitingQuery
from core.services.desk import Desk
from core.services.queue_table import QUEUES
from core.services.review import decide
from core.services.waiting import urge_office, urge_overdue, waiting_page
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.hall import answer, entries
from tests.services.moving import position, transfer
from tests.worlds import World, build_world, submitted


def page(desk: Desk, actor: Actor, **query: object) -> WaitingPage:
    return desk.do(waiting_page, actor, WaitingQuery(**query))  # type: ignore[arg-type]


def told(found: WaitingPage) -> list[tuple[str, int, int]]:
    return [(row.org_name, row.count, row.overdue) for row in found.rows]


def busy(world: World, desk: Desk, folder: Path) -> None:
    """One waits at the school since ten days, two at the garden firm since today, one there is a transfer."""
    submitted(desk, world.person(), folder, 1)
    world.wait(10)
    submitted(desk, world.person("园丁", world.garden), folder, 2)
    transfer(desk, world.person("周八"), world.garden)


def test_every_queue_of_the_desk_says_where_it_waits() -> None:
    assert [subject for subject, queue in QUEUES.items() if queue.waits is None or not queue.label] == []


def test_offices_stand_in_the_order_of_what_waits_longest(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    found = page(desk, world.office(world.city_bureau))
    assert told(found) == [("汝阳县小店镇第一初级中学", 1, 1), ("华瑞园林工程有限公司", 2, 0)]
    assert (found.offices, found.count, found.overdue, found.rows[0].days) == (2, 3, 1, 10)
    assert sorted(kind.label for kind in found.rows[1].kinds) == ["单位调转", "学时申报"]


def test_only_offices_in_reach_are_shown_and_never_the_own(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    version = (item := submitted(desk, world.person("李四"), tmp_path, 3)).version
    for office in (world.school, world.education):
        said = Decide(id=item.id, version=version, verdict=Verdict.APPROVE)
        version = desk.do(decide, world.office(office), said).version
    names = [name for name, _, _ in told(page(desk, world.office(world.county_bureau)))]
    assert names == ["汝阳县小店镇第一初级中学"]
    assert "汝阳县人力资源和社会保障局" in [
        name for name, _, _ in told(page(desk, world.office(world.city_bureau)))
    ]
    assert told(page(desk, world.office(world.other_bureau))) == []
    assert [name for name, _, _ in told(page(desk, world.office(world.education)))] == names


def test_pages_go_on_by_key_and_only_the_overdue_can_be_asked_for(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    busy(world, desk, tmp_path)
    city = world.office(world.city_bureau)
    first = page(desk, city, limit=1)
    second = page(desk, city, limit=1, after=first.after)
    assert (len(first.rows), second.rows[0].org_id, second.after) == (1, world.garden, None)
    assert [row.org_id for row in page(desk, city, overdue_only=True).rows] == [world.school]


def test_an_office_is_told_once_a_day_whoever_urges(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    before = entries(world.store)
    one = desk.do(urge_office, world.office(world.city_bureau), UrgeOffice(org_id=world.school))
    two = desk.do(urge_office, world.office(world.county_bureau), UrgeOffice(org_id=world.school))
    assert (one.told, two.told, two.already, entries(world.store) - before) == (1, 0, 1, 1)
    assert page(desk, world.office(world.city_bureau)).rows[0].urged
    with world.store.reading() as work:
        text = work.session.scalars(select(Message.text).where(Message.org_id == world.school)).one()
    assert text == (
        "洛阳市人力资源和社会保障局催办：待办 1 件（学时申报 1 件），其中超期 1 件，最久的已等 10 天，请尽快办理"
    )
    world.wait(1)
    assert desk.do(urge_office, world.office(world.city_bureau), UrgeOffice(org_id=world.school)).told == 1


def test_all_that_is_overdue_is_urged_at_once_with_one_entry(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    busy(world, desk, tmp_path)
    world.wait(8)
    before = entries(world.store)
    city = world.office(world.city_bureau)
    done, again = desk.do(urge_overdue, city, UrgeOverdue()), desk.do(urge_overdue, city, UrgeOverdue())
    assert (done.told, again.told, again.already, entries(world.store) - before) == (2, 0, 2, 1)


def test_a_mail_goes_where_an_address_is_left(open_new_store: Callable[..., Store], tmp_path: Path) -> None:
    world = build_world(open_new_store("sqlite", smtp_host="127.0.0.1"))
    desk = cheap_desk(world.store)
    busy(world, desk, tmp_path)
    with world.store.writing() as work:
        sealed = work.vault.seal("xiaodian@example.cn")
        work.session.execute(update(Org).where(Org.id == world.school).values(contact_email_sealed=sealed))
        work.commit()
    done = desk.do(urge_overdue, world.office(world.city_bureau), UrgeOverdue())
    with world.store.reading() as work:
        mails = list(work.session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)))
        to = work.vault.open(mails[0].to_sealed)
    assert (done.mailed, to) == (1, "xiaodian@example.cn")


def test_offices_outside_are_refused_and_written_down(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    before = entries(world.store)
    codes = [
        answer(
            lambda office=office: desk.do(urge_office, world.office(office), UrgeOffice(org_id=world.garden))
        )
        for office in (world.county_bureau, world.other_bureau, world.education)
    ]
    assert (codes, entries(world.store) - before) == (["NOT_YOURS"] * 3, 3)


def test_where_nothing_waits_any_more_nobody_is_urged(desk: Desk, world: World) -> None:
    bureau = world.office(world.city_bureau)
    assert answer(lambda: desk.do(urge_office, bureau, UrgeOffice(org_id=world.school))) == "NOT_FOUND"
    with world.store.reading() as work:
        assert work.session.scalar(select(func.count()).select_from(Message)) == 0


def test_what_is_counted_is_what_the_desk_shows(desk: Desk, world: World, tmp_path: Path) -> None:
    busy(world, desk, tmp_path)
    position(desk, world.person("冯九", world.garden))
    with world.store.reading() as work:
        pending = select(func.count()).select_from(Declaration).where(Declaration.status == "pending")
        declared = work.session.scalar(pending) or 0
    rows = page(desk, world.office(world.province_bureau)).rows
    kinds = {kind.label: 0 for row in rows for kind in row.kinds}
    for row in rows:
        for kind in row.kinds:
            kinds[kind.label] += kind.count
    assert kinds == {"学时申报": declared, "单位调转": 1, "专业技术职务": 1}
