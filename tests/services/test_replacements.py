"""换发: a new certificate with the facts of today in place of an old one, which leads to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.model import Audit, Message, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.certificates import (
    CheckFile,
    LookUpCertificate,
    PaperVerdict,
    PrintCertificate,
    PrintedCertificate,
    RegisterQuery,
    ReplaceCertificate,
    RevokeCertificate,
)
from core.services.certificate_checks import check_file, look_up_certificate
from core.services.certificates import print_certificate, register_page, revoke_certificate
from core.services.desk import Desk
from core.services.replacements import replace_certificate
from core.store.seal import create_seal
from core.store.store import Store
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


@pytest.fixture
def old(desk: Desk, world: World, bureau: Actor) -> PrintedCertificate:
    """The certificate of 2025 of somebody whose name is misspelled."""
    person = world.person("张珊")
    remember(world, person, 2025, "30", "60")
    settle(desk, bureau, 2025)
    return desk.do(print_certificate, person, PrintCertificate(years=(2025,)))


def corrected(world: World) -> None:
    with world.store.writing() as work:
        work.session.execute(update(Person).where(Person.name == "张珊").values(name="张山"))
        work.commit()


def key(desk: Desk, bureau: Actor) -> ReplaceCertificate:
    row = desk.do(register_page, bureau, RegisterQuery()).rows[-1]
    return ReplaceCertificate(certificate_id=row.id, version=row.version, reason="姓名更正")


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def test_the_new_certificate_has_a_new_number_and_the_corrected_facts(
    desk: Desk, world: World, bureau: Actor, old: PrintedCertificate
) -> None:
    corrected(world)
    new = desk.do(replace_certificate, bureau, key(desk, bureau))
    check = desk.do(check_file, bureau, CheckFile(path=new.path))
    assert check.facts is not None
    assert (new.number != old.number, check.verdict, check.facts.name) == (True, PaperVerdict.VALID, "张山")


def test_the_old_one_says_that_it_was_replaced_and_by_which(
    desk: Desk, bureau: Actor, old: PrintedCertificate
) -> None:
    new = desk.do(replace_certificate, bureau, key(desk, bureau))
    by_file = desk.do(check_file, bureau, CheckFile(path=old.path))
    asked = LookUpCertificate(number=old.number, check_code=old.check_code)
    by_number = desk.do(look_up_certificate, bureau, asked)
    assert [each.verdict.label for each in (by_file, by_number)] == ["已换发", "已换发"]
    assert by_file.lines[-1].text == f"已换发，新证书编号 {new.number}"


def test_whoever_prints_the_year_again_gets_the_new_one(
    desk: Desk, world: World, bureau: Actor, old: PrintedCertificate
) -> None:
    corrected(world)
    new = desk.do(replace_certificate, bureau, key(desk, bureau))
    with world.store.reading() as work:
        number = work.vault.open(work.session.scalars(select(Person)).one().id_number_sealed)
    again = desk.do(print_certificate, bureau, PrintCertificate(years=(2025,), id_number=number))
    assert (again.number, again.reprint) == (new.number, True)


def test_a_replacement_is_told_and_written_down(
    desk: Desk, world: World, bureau: Actor, old: PrintedCertificate
) -> None:
    new = desk.do(replace_certificate, bureau, key(desk, bureau))
    with world.store.reading() as work:
        told = work.session.scalars(select(Message.text).order_by(Message.id.desc())).first()
        entries = work.session.execute(
            select(Audit.action, Audit.object_id, Audit.summary).order_by(Audit.id.desc()).limit(2)
        ).all()
    assert told == f"证书 {old.number} 已换发，新证书编号 {new.number}。原因：姓名更正"
    assert [tuple(row) for row in entries] == [
        ("certificate.replace", old.number, f"换发为 {new.number}：姓名更正"),
        ("certificate.print", new.number, "签发 2025"),
    ]


def test_a_replacement_needs_a_reason(desk: Desk, bureau: Actor, old: PrintedCertificate) -> None:
    command = key(desk, bureau).model_copy(update={"reason": ""})
    refusal = refused(lambda: desk.do(replace_certificate, bureau, command))
    assert [(each.field, each.code) for each in refusal.fields] == [("reason", ErrorCode.REASON_REQUIRED)]


@pytest.mark.parametrize("before", ["replaced", "revoked"])
def test_only_what_is_in_force_is_replaced(
    desk: Desk, bureau: Actor, old: PrintedCertificate, before: str
) -> None:
    command = key(desk, bureau)
    if before == "replaced":
        desk.do(replace_certificate, bureau, command)
    else:
        revoke = RevokeCertificate(
            certificate_id=command.certificate_id, version=command.version, reason="误"
        )
        desk.do(revoke_certificate, bureau, revoke)
    again = refused(lambda: desk.do(replace_certificate, bureau, key(desk, bureau)))
    assert again.text == "这张证书已不在有效状态，不能换发"


def test_a_replacement_seen_too_late_is_refused(desk: Desk, bureau: Actor, old: PrintedCertificate) -> None:
    command = key(desk, bureau).model_copy(update={"version": 9})
    assert refused(lambda: desk.do(replace_certificate, bureau, command)).code is ErrorCode.STALE


def test_a_bureau_of_another_region_replaces_nothing(
    desk: Desk, world: World, bureau: Actor, old: PrintedCertificate
) -> None:
    command, other = key(desk, bureau), world.office(world.other_bureau)
    assert refused(lambda: desk.do(replace_certificate, other, command)).code is ErrorCode.NOT_YOURS


def test_a_year_that_no_longer_passes_is_not_certified_anew(
    desk: Desk, world: World, bureau: Actor, old: PrintedCertificate
) -> None:
    from core.model import PersonYear

    with world.store.writing() as work:
        work.session.execute(update(PersonYear).values(passed=False))
        work.commit()
    command = key(desk, bureau)
    assert refused(lambda: desk.do(replace_certificate, bureau, command)).code is ErrorCode.YEAR_NOT_PASSED


def test_the_new_paper_lies_in_the_export_folder(desk: Desk, bureau: Actor, old: PrintedCertificate) -> None:
    new = desk.do(replace_certificate, bureau, key(desk, bureau))
    assert Path(new.path).name == f"{new.number}.pdf" and Path(new.path).read_bytes()[:5] == b"%PDF-"
