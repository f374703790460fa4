"""职称申报证明: the years of a span on one signed paper, checked like a certificate, voided with what it states."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from core.model import Certificate, Declaration, Org, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.annual import AnnualQuery
from core.schema.certificates import CheckFile, PaperVerdict, PrintCertificate, ProofSpan, RegisterQuery
from core.schema.revocations import RevokeDeclaration
from core.services.annual import annual_page
from core.services.certificate_checks import check_file
from core.services.certificates import print_certificate, register_page
from core.services.desk import Desk
from core.services.proofs import print_proof, proof_preview
from core.services.revocations import revoke_declaration
from core.store.seal import create_seal, load_trust
from core.store.store import Store
from core.store.verify import check_pdf
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number

SPAN = ProofSpan(from_year=2023, to_year=2025)


@pytest.fixture
def world(store: Store) -> World:
    create_seal(store.settings.seal_dir, "河南省人力资源和社会保障厅")
    return build_world(store)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def person(desk: Desk, world: World) -> Actor:
    """With the number 1: 2023 and 2025 have passed, 2024 has not; all were recognised."""
    made = world.person()
    for year, professional in ((2023, "60"), (2024, "20"), (2025, "62.5")):
        remember(world, made, year, "30", professional)
    bureau = world.office(world.county_bureau)
    for year in (2023, 2024, 2025):
        settle(desk, bureau, year)
    return made


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def test_a_proof_states_each_year_with_its_hours_and_result(desk: Desk, person: Actor) -> None:
    paper = desk.do(print_proof, person, SPAN)
    check = desk.do(check_file, person, CheckFile(path=paper.path))
    assert check.facts is not None
    stated = [(each.year, str(each.total), each.result) for each in check.facts.years]
    assert (check.verdict, stated) == (
        PaperVerdict.VALID,
        [(2023, "90", "通过"), (2024, "50", "不通过"), (2025, "92.5", "通过")],
    )


def test_a_proof_is_checked_without_the_register(desk: Desk, person: Actor) -> None:
    paper = desk.do(print_proof, person, SPAN)
    trust = load_trust(desk.settings.seal_dir)
    with open(paper.path, "rb") as file:
        check = check_pdf(file.read(), trust)
    assert check.verdict is PaperVerdict.VALID


def test_a_preview_says_what_would_stand_on_the_proof(desk: Desk, person: Actor) -> None:
    preview = desk.do(proof_preview, person, ProofSpan(from_year=2024, to_year=2026))
    shown = [(each.year, each.result, each.recognised) for each in preview.years]
    assert shown == [(2024, "不通过", True), (2025, "通过", True), (2026, "未认定", False)]


def test_a_year_that_nobody_has_recognised_can_not_be_proved(desk: Desk, person: Actor) -> None:
    refusal = refused(lambda: desk.do(print_proof, person, ProofSpan(from_year=2022, to_year=2026)))
    assert refusal.text.startswith("2022、2026 年度还没有认定，不能出具证明")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (2025, 2023, "from_year"),
        (2010, 2025, "from_year"),
        (1980, 2025, "from_year"),
        (2023, 2050, "to_year"),
    ],
)
def test_a_span_is_of_ten_years_at_most_and_runs_forwards(
    desk: Desk, person: Actor, first: int, last: int, field: str
) -> None:
    refusal = refused(lambda: desk.do(print_proof, person, ProofSpan(from_year=first, to_year=last)))
    assert [(each.field, each.code) for each in refusal.fields] == [(field, ErrorCode.OUT_OF_RANGE)]


def test_what_says_the_same_is_printed_again(desk: Desk, person: Actor) -> None:
    first, second = desk.do(print_proof, person, SPAN), desk.do(print_proof, person, SPAN)
    assert (second.number, second.reprint) == (first.number, True)


def test_after_a_change_of_facts_another_proof_is_issued_and_the_old_one_stays_true(
    desk: Desk, world: World, person: Actor
) -> None:
    first = desk.do(print_proof, person, SPAN)
    with world.store.writing() as work:
        work.session.execute(update(Person).values(title="高级教师"))
        work.commit()
    second = desk.do(print_proof, person, SPAN)
    check = desk.do(check_file, person, CheckFile(path=first.path))
    assert (second.number != first.number, check.verdict) == (True, PaperVerdict.VALID)


def test_a_proof_is_no_certificate_of_the_year(desk: Desk, person: Actor) -> None:
    proof = desk.do(print_proof, person, ProofSpan(from_year=2025, to_year=2025))
    rows = desk.do(annual_page, person, AnnualQuery()).rows
    paper = desk.do(print_certificate, person, PrintCertificate(years=(2025,)))
    assert ([row.certificate_number for row in rows], paper.number != proof.number) == ([""] * 3, True)


def test_the_register_tells_a_proof_from_a_certificate(desk: Desk, world: World, person: Actor) -> None:
    desk.do(print_proof, person, SPAN)
    desk.do(print_certificate, person, PrintCertificate(years=(2025,)))
    rows = desk.do(register_page, world.office(world.county_bureau), RegisterQuery()).rows
    assert [(row.kind_label, row.years) for row in rows] == [
        ("学时证明", "2025"),
        ("职称申报证明", "2023,2024,2025"),
    ]


def test_a_proof_is_voided_when_a_year_in_it_is_revoked(desk: Desk, world: World, person: Actor) -> None:
    paper = desk.do(print_proof, person, SPAN)
    with world.store.reading() as work:
        row = work.session.scalars(select(Declaration).where(Declaration.title == "2023年公需课")).one()
    command = RevokeDeclaration(declaration_id=row.id, version=row.version, reason="材料不实")
    done = desk.do(revoke_declaration, world.office(world.county_bureau), command)
    check = desk.do(check_file, person, CheckFile(path=paper.path))
    assert (done.voided, check.verdict) == ((paper.number,), PaperVerdict.REVOKED)


@pytest.mark.parametrize("office", ["school", "education", "county_bureau", "city_bureau"])
def test_the_offices_of_the_person_print_it_too(desk: Desk, world: World, person: Actor, office: str) -> None:
    actor = world.office(getattr(world, office))
    command = SPAN.model_copy(update={"id_number": id_number(1)})
    paper = desk.do(print_proof, actor, command)
    with world.store.reading() as work:
        row = work.session.scalars(select(Certificate).where(Certificate.number == paper.number)).one()
        issuer = work.session.get_one(Org, row.issuer_org_id).name
    assert (row.kind, issuer) == ("proof", "汝阳县人力资源和社会保障局")


@pytest.mark.parametrize("office", ["garden", "other_bureau"])
@pytest.mark.parametrize("use_case", [print_proof, proof_preview], ids=lambda each: each.name)
def test_other_offices_do_not(desk: Desk, world: World, person: Actor, office: str, use_case: object) -> None:
    actor = world.office(getattr(world, office))
    command = SPAN.model_copy(update={"id_number": id_number(1)})
    code = refused(lambda: desk.do(use_case, actor, command)).code  # type: ignore[type-var]
    assert code is ErrorCode.NOT_YOURS
