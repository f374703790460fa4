"""Signed files of 公需课 providers: verified with the registered key, counted once, whatever overlaps."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.model import Audit, Declaration, Person, PersonYear
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.provider_files import ProviderHeader, lay_out, with_signature
from core.rules.roles import Actor
from core.schema.base import Nothing, Number
from core.schema.imports import ImportProblemRow
from core.schema.providers import ProviderFileView, ProviderProblemQuery, SaveProvider, TakeProviderFile
from core.services.desk import Desk
from core.services.jobs import JobRunner
from core.services.providers import (
    provider_file_view,
    provider_page,
    provider_problems,
    save_provider,
    take_provider_file,
)
from core.store.store import Store
from tests.services.front_door import cheap_desk
from tests.services.hall import operator
from tests.services.offices import sub_account
from tests.signed_files import Course, Signer
from tests.worlds import World, build_world, id_number

SIGNER = Signer()


@pytest.fixture
def world(store: Store) -> World:
    """The small world; 张三 and 李四 work at the school."""
    made = build_world(store)
    made.person("张三")
    made.person("李四")
    return made


@pytest.fixture
def desk(world: World) -> Desk:
    return cheap_desk(world.store)


@pytest.fixture
def province(desk: Desk, world: World) -> Actor:
    """The provincial bureau, the provider registered."""
    actor = world.office(world.province_bureau)
    desk.do(
        save_provider,
        actor,
        SaveProvider(code="HNXH", name="河南省继续教育学会", public_key=SIGNER.public_key),
    )
    return actor


def course(
    serial: int = 1, name: str = "张三", hours: str = "24", number: str = "GX-01", **more: str
) -> Course:
    """A row, all of it right."""
    row = {"year": "2026", "title": "2026年公需科目", "day": "2026-07-10"} | more
    return (id_number(serial), name, int(row["year"]), row["title"], number, hours, row["day"])


def take(desk: Desk, actor: Actor, folder: Path, content: bytes) -> ProviderFileView:
    """Give a file, and wait until it is taken in."""
    path = folder / "batch.gx"
    path.write_bytes(content)
    view = desk.do(take_provider_file, actor, TakeProviderFile(path=str(path)))
    assert JobRunner.of(desk).wait(60)
    return desk.do(provider_file_view, actor, Number(value=view.job.id))


def left(desk: Desk, actor: Actor, view: ProviderFileView) -> tuple[ImportProblemRow, ...]:
    return desk.do(provider_problems, actor, ProviderProblemQuery(job_id=view.job.id)).rows


def public_hours(desk: Desk) -> dict[str, str]:
    with desk.reading() as work:
        query = select(Person.name, PersonYear.public_halves).join(
            PersonYear, PersonYear.person_id == Person.id
        )
        return {name: str(CreditHours(halves)) for name, halves in work.session.execute(query)}


def refused(desk: Desk, actor: Actor, folder: Path, content: bytes) -> ErrorCode:
    with pytest.raises(Refused) as caught:
        take(desk, actor, folder, content)
    return caught.value.code


def test_a_signed_file_counts_in_the_years_at_once(desk: Desk, province: Actor, tmp_path: Path) -> None:
    view = take(desk, province, tmp_path, SIGNER.file(course(), course(2, "李四", "2.5")))
    assert (view.taken, view.left, public_hours(desk)) == (2, 0, {"张三": "24", "李四": "2.5"})


def test_files_that_overlap_count_once(desk: Desk, province: Actor, tmp_path: Path) -> None:
    take(desk, province, tmp_path, SIGNER.file(course()))
    view = take(
        desk,
        province,
        tmp_path,
        SIGNER.file(course(), course(number="GX-02", hours="6", title="另一门课"), serial="2"),
    )
    assert (view.taken, view.known, public_hours(desk)) == (1, 1, {"张三": "30"})


def test_the_same_file_again_does_nothing(desk: Desk, province: Actor, tmp_path: Path) -> None:
    take(desk, province, tmp_path, SIGNER.file(course()))
    assert refused(desk, province, tmp_path, SIGNER.file(course())) is ErrorCode.FILE_TAKEN_ALREADY
    assert public_hours(desk) == {"张三": "24"}


def test_whoever_registers_later_is_counted_when_the_file_is_given_again(
    desk: Desk, province: Actor, world: World, tmp_path: Path
) -> None:
    content = SIGNER.file(course(), course(world.persons + 1, "王五"))
    first = take(desk, province, tmp_path, content)
    [row] = left(desk, province, first)
    world.person("王五")
    second = take(desk, province, tmp_path, content)
    assert (first.left, row.line, row.content, second.taken, second.known) == (
        1,
        3,
        f"410099********{id_number(world.persons)[-4:]} 王五",
        1,
        1,
    )
    assert public_hours(desk) == {"张三": "24", "王五": "24"}


def test_a_number_under_another_name_is_not_counted(desk: Desk, province: Actor, tmp_path: Path) -> None:
    view = take(desk, province, tmp_path, SIGNER.file(course(name="张三丰")))
    assert (view.taken, "姓名不一致" in left(desk, province, view)[0].reason) == (0, True)


@pytest.mark.parametrize("at", [0, 5, 12, 25, 40, 60, 90, -90, -60, -10, -2])
def test_a_changed_byte_is_noticed(desk: Desk, province: Actor, tmp_path: Path, at: int) -> None:
    content = bytearray(SIGNER.file(course()))
    content[at] ^= 1
    code = refused(desk, province, tmp_path, bytes(content))
    assert code in (ErrorCode.SIGNATURE_WRONG, ErrorCode.PROVIDER_FILE_BROKEN, ErrorCode.PROVIDER_UNKNOWN)
    assert public_hours(desk) == {}


def test_a_file_signed_with_another_key_is_refused(desk: Desk, province: Actor, tmp_path: Path) -> None:
    other = Signer("OTHER")
    other.code = "HNXH"
    assert refused(desk, province, tmp_path, other.file(course())) is ErrorCode.SIGNATURE_WRONG


def test_an_unknown_or_switched_off_provider_is_refused(desk: Desk, province: Actor, tmp_path: Path) -> None:
    unknown = refused(desk, province, tmp_path, Signer("GAOHUI").file(course()))
    [row] = desk.do(provider_page, province, Nothing()).rows
    desk.do(save_provider, province, SaveProvider(provider_id=row.id, version=row.version, active=False))
    off = refused(desk, province, tmp_path, SIGNER.file(course()))
    assert (unknown, off) == (ErrorCode.PROVIDER_UNKNOWN, ErrorCode.PROVIDER_UNKNOWN)


@pytest.mark.parametrize(
    "row",
    [
        ("41009919850307001x", "张三", 2026, "课", "GX-1", "24", "2026-07-10"),
        (id_number(1), "", 2026, "课", "GX-1", "24", "2026-07-10"),
        (id_number(1), "张三", 2027, "课", "GX-1", "24", "2026-07-10"),
        (id_number(1), "张三", 2026, "", "GX-1", "24", "2026-07-10"),
        (id_number(1), "张三", 2026, "课", "GX 1", "24", "2026-07-10"),
        (id_number(1), "张三", 2026, "课", "GX-1", "24.3", "2026-07-10"),
        (id_number(1), "张三", 2026, "课", "GX-1", "0", "2026-07-10"),
        (id_number(1), "张三", 2026, "课", "GX-1", "24", "2027-07-10"),
    ],
)
def test_a_signed_row_that_breaks_the_form_is_named_by_its_line(
    desk: Desk, province: Actor, tmp_path: Path, row: Course
) -> None:
    path = SIGNER.write(tmp_path / "bad.gx", course(), row)
    with pytest.raises(Refused) as caught:
        desk.do(take_provider_file, province, TakeProviderFile(path=str(path)))
    assert (caught.value.code, caught.value.params["line"]) == (ErrorCode.PROVIDER_FILE_BROKEN, 3)


def test_a_wrong_number_of_rows_is_refused(desk: Desk, province: Actor, tmp_path: Path) -> None:
    signed = lay_out(ProviderHeader("HNXH", "1", 3), [course()])
    content = with_signature(signed, SIGNER._key.sign(signed))
    assert refused(desk, province, tmp_path, content) is ErrorCode.PROVIDER_FILE_BROKEN


def test_only_the_province_and_the_operator_have_providers(
    desk: Desk, province: Actor, world: World, tmp_path: Path
) -> None:
    path = SIGNER.write(tmp_path / "a.gx", course())
    codes = []
    for actor in (world.office(world.county_bureau), world.office(world.city_bureau)):
        for use_case, command in (
            (provider_page, Nothing()),
            (save_provider, SaveProvider(code="X1", name="x", public_key=SIGNER.public_key)),
            (take_provider_file, TakeProviderFile(path=str(path))),
        ):
            with pytest.raises(Refused) as caught:
                desk.do(use_case, actor, command)  # type: ignore[arg-type]
            codes.append(caught.value.code)
    assert set(codes) == {ErrorCode.NOT_YOURS}
    assert [row.code for row in desk.do(provider_page, operator(world), Nothing()).rows] == ["HNXH"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("code", {"code": "河南"}),
        ("code", {"code": "HNXH"}),
        ("name", {"name": ""}),
        ("public_key", {"public_key": "abc"}),
        ("public_key", {"public_key": "00" * 32}),
    ],
)
def test_a_provider_is_registered_with_all_of_it_right(
    desk: Desk, province: Actor, field: str, changed: dict[str, str]
) -> None:
    typed = {"code": "GAOHUI", "name": "高辉教育", "public_key": SIGNER.public_key} | changed
    with pytest.raises(Refused) as caught:
        desk.do(save_provider, province, SaveProvider(**typed))
    assert [error.field for error in caught.value.fields] == [field]


def test_a_file_stands_in_the_log_by_its_counts(desk: Desk, province: Actor, tmp_path: Path) -> None:
    take(desk, province, tmp_path, SIGNER.file(course()))
    with desk.reading() as work:
        entries = [
            row.summary
            for row in work.session.scalars(
                select(Audit).where(Audit.action == "provider.take").order_by(Audit.id)
            )
        ]
        stored = work.session.scalar(select(func.count()).select_from(Declaration))
    title = "收公需课文件 河南省继续教育学会 2026-001"
    assert (entries, stored) == ([f"{title} 1 行，开始", f"{title}：计入 1，以前已计入 0，没有计入 0"], 1)


def test_a_sub_account_adds_no_key(desk: Desk, world: World, province: Actor) -> None:
    second = sub_account(world, province)
    with pytest.raises(Refused) as caught:
        desk.do(save_provider, second, SaveProvider(code="X", name="乙", public_key=SIGNER.public_key))
    assert caught.value.code is ErrorCode.NOT_CHIEF
