"""减免 for leave: given with proof, honoured wherever a year is judged or shown, revoked with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core.model import Audit, Message
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.annual import AnnualQuery, AnnualRow
from core.schema.base import Nothing, Number
from core.schema.certificates import CheckFile, PaperVerdict, PrintCertificate
from core.schema.declarations import AddEvidence, EvidenceCells, EvidenceRef, Holder
from core.schema.exemptions import ExemptionQuery, GrantExemption, RevokeExemption, SuggestExemption
from core.schema.messages import Remind
from core.services.annual import annual_detail, annual_page
from core.services.certificate_checks import check_file
from core.services.certificates import print_certificate
from core.services.desk import Desk
from core.services.evidence import add_evidence, evidence_cells
from core.services.exemptions import exemption_page, grant_exemption, revoke_exemption, suggest_exemption
from core.services.homes import person_home
from core.services.reminders import remind
from core.store.seal import create_seal
from core.store.store import Store
from tests.services.hall import operator
from tests.services.regions import settle
from tests.services.test_annual import remember
from tests.worlds import World, build_world, id_number, picture


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
def person(world: World, bureau: Actor) -> Actor:
    """Of the county, with the number 2."""
    return world.person()


@pytest.fixture
def proof(desk: Desk, bureau: Actor, tmp_path: Path) -> EvidenceRef:
    """A scan that the bureau has brought in."""
    kept = desk.do(add_evidence, bureau, AddEvidence(path=str(picture(tmp_path))))
    return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="产假证明")


def values(**changed: str) -> dict[str, str]:
    typed = {"id_number": id_number(2), "year": "2025", "kind": "产假", "months": "6", "reason": "生育"}
    return {**typed, **changed}


def grant(desk: Desk, bureau: Actor, proof: EvidenceRef, **changed: str) -> int:
    command = GrantExemption(values=values(**changed), evidence=(proof,))
    return desk.do(grant_exemption, bureau, command).id


def take_back(exemption_id: int) -> RevokeExemption:
    return RevokeExemption(exemption_id=exemption_id, version=1, reason="证明不实")


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def year_of(desk: Desk, person: Actor) -> AnnualRow:
    (row,) = desk.do(annual_page, person, AnnualQuery()).rows
    return row


def test_the_hours_are_proposed_by_the_months_of_leave(desk: Desk, bureau: Actor) -> None:
    proposed = desk.do(suggest_exemption, bureau, SuggestExemption(year=2025, months=5))
    assert [str(each) for each in (proposed.total, proposed.public, proposed.professional)] == [
        "52.5", "17.5", "35",
    ]  # fmt: skip


def test_a_lightened_year_passes_with_fewer_hours(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    remember(world, person, 2025, "15", "30")
    before = year_of(desk, person).passed
    grant(desk, bureau, proof)
    row = year_of(desk, person)
    assert (before, row.passed, row.exemption, row.shortfall) == (
        False, True, "产假", "学时已够，等待年度认定",
    )  # fmt: skip


def test_the_shortfall_of_a_lightened_year_is_counted_to_its_own_minimum(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    remember(world, person, 2025, "10", "30")
    grant(desk, bureau, proof)
    assert year_of(desk, person).shortfall == "公需还差 5，总学时还差 5"


def test_the_detail_of_the_year_names_the_exemption_as_its_basis(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    grant(desk, bureau, proof)
    detail = desk.do(annual_detail, person, Number(value=2025))
    assert "总学时不少于 45" in detail.rule_text and "减免（产假）：生育" in detail.rule_text


def test_the_home_of_the_person_asks_for_the_lightened_hours(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    grant(desk, bureau, proof, year="2026")
    home = desk.do(person_home, person, Nothing())
    assert (str(home.total_wanted), home.exemption) == ("45", "产假")


def test_typed_hours_rule_over_the_proposed_ones(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    grant(desk, bureau, proof, total="20", public="0", professional="10.5")
    (row,) = desk.do(exemption_page, bureau, ExemptionQuery()).rows
    assert [str(each) for each in (row.total, row.public, row.professional)] == ["20", "0", "10.5"]


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"id_number": ""}, "id_number", ErrorCode.REQUIRED),
        ({"id_number": "1"}, "id_number", ErrorCode.PERSON_NOT_FOUND),
        ({"year": "去年"}, "year", ErrorCode.BAD_YEAR),
        ({"year": ""}, "year", ErrorCode.REQUIRED),
        ({"kind": "度假"}, "kind", ErrorCode.NOT_IN_LIST),
        ({"months": "13"}, "months", ErrorCode.OUT_OF_RANGE),
        ({"months": "半年"}, "months", ErrorCode.BAD_NUMBER),
        ({"total": "90.5"}, "total", ErrorCode.OUT_OF_RANGE),
        ({"public": "x"}, "public", ErrorCode.BAD_HOURS),
        ({"reason": ""}, "reason", ErrorCode.REASON_REQUIRED),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: Desk,
    bureau: Actor,
    person: Actor,
    proof: EvidenceRef,
    changed: dict[str, str],
    field: str,
    code: ErrorCode,
) -> None:
    refusal = refused(lambda: grant(desk, bureau, proof, **changed))
    assert [(each.field, each.code) for each in refusal.fields] == [(field, code)]


def test_an_exemption_needs_its_proof(desk: Desk, bureau: Actor, person: Actor) -> None:
    refusal = refused(lambda: desk.do(grant_exemption, bureau, GrantExemption(values=values())))
    assert [(each.field, each.code) for each in refusal.fields] == [("evidence", ErrorCode.EVIDENCE_COUNT)]


def test_a_year_has_one_exemption_at_most(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    grant(desk, bureau, proof)
    assert refused(lambda: grant(desk, bureau, proof)).code is ErrorCode.EXEMPTION_TWICE


def test_a_revoked_exemption_makes_room_for_another(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    desk.do(revoke_exemption, bureau, take_back(grant(desk, bureau, proof)))
    grant(desk, bureau, proof, kind="病假")
    shown = [(row.kind, row.state_label) for row in desk.do(exemption_page, bureau, ExemptionQuery()).rows]
    assert shown == [("病假", "有效"), ("产假", "已撤销")]


def test_a_recognised_year_keeps_its_result_until_it_is_recognised_anew(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    remember(world, person, 2025, "15", "30")
    settle(desk, bureau, 2025)
    grant(desk, bureau, proof)
    before = year_of(desk, person)
    settle(desk, bureau, 2025)
    assert (before.passed, before.shortfall) == (False, "学时已够，等待重新认定")
    assert year_of(desk, person).printable


def test_revoking_judges_the_year_by_its_own_rule_again_and_voids_its_certificate(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    remember(world, person, 2025, "15", "30")
    exemption = grant(desk, bureau, proof)
    settle(desk, bureau, 2025)
    paper = desk.do(print_certificate, person, PrintCertificate(years=(2025,)))
    done = desk.do(revoke_exemption, bureau, take_back(exemption))
    check = desk.do(check_file, person, CheckFile(path=paper.path))
    assert (done.passed, done.voided, check.verdict) == (False, (paper.number,), PaperVerdict.REVOKED)
    assert year_of(desk, person).exemption == ""


def test_the_person_is_told_of_both(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    desk.do(revoke_exemption, bureau, take_back(grant(desk, bureau, proof)))
    with world.store.reading() as work:
        texts = list(
            work.session.scalars(
                select(Message.text).where(Message.account_id == person.account_id).order_by(Message.id)
            )
        )
    assert texts == [
        "2025年度减免（产假）：总学时 45，公需 15，专业 30 学时即可",
        "2025年度减免（产假）已撤销。原因：证明不实",
    ]


def test_an_exemption_is_revoked_once_and_with_a_reason(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    key = take_back(grant(desk, bureau, proof))
    bare = key.model_copy(update={"reason": ""})
    assert refused(lambda: desk.do(revoke_exemption, bureau, bare)).fields[0].field == "reason"
    desk.do(revoke_exemption, bureau, key)
    again = key.model_copy(update={"version": 2})
    assert refused(lambda: desk.do(revoke_exemption, bureau, again)).code is ErrorCode.MOVE_NOT_ALLOWED


def test_a_bureau_of_another_region_has_no_say(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    other = world.office(world.other_bureau)
    exemption = grant(desk, bureau, proof)
    codes = [
        refused(lambda: desk.do(revoke_exemption, other, take_back(exemption))).code,
        refused(lambda: desk.do(grant_exemption, other, GrantExemption(values=values()))).code,
    ]
    assert codes == [ErrorCode.NOT_YOURS, ErrorCode.NOT_YOURS]


def test_the_proof_is_seen_by_the_person_and_the_bureaus_above_only(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    exemption = grant(desk, bureau, proof)
    command = EvidenceCells(
        sha256=proof.sha256, object_id=exemption, holder=Holder.EXEMPTION, cols=10, rows=5
    )
    desk.do(evidence_cells, person, command)
    desk.do(evidence_cells, world.office(world.city_bureau), command)
    for other in (world.person(), world.office(world.other_bureau), world.office(world.school)):
        assert (
            refused(lambda other=other: desk.do(evidence_cells, other, command)).code is ErrorCode.NOT_YOURS
        )  # type: ignore[misc]


def test_nobody_is_reminded_who_has_done_enough_for_a_lightened_year(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    world.person()
    remember(world, person, 2026, "15", "30")
    grant(desk, bureau, proof, year="2026")
    done = desk.do(remind, operator(world), Remind())
    assert (done.people, done.told) == (1, 1)


def test_a_reminder_counts_to_the_minimum_of_the_lightened_year(
    desk: Desk, world: World, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    remember(world, person, 2026, "15", "20")
    grant(desk, bureau, proof, year="2026")
    desk.do(remind, operator(world), Remind())
    with world.store.reading() as work:
        newest = select(Message.text).where(Message.account_id == person.account_id)
        text = work.session.scalars(newest.order_by(Message.id.desc())).first() or ""
    assert text.endswith("还差专业 10 学时。")


def test_what_is_personal_in_the_words_of_an_exemption_is_masked_everywhere(
    desk: Desk, bureau: Actor, person: Actor, proof: EvidenceRef
) -> None:
    grant(desk, bureau, proof, reason="生育，联系 19900001234")
    with desk.reading() as work:
        told = work.session.scalars(select(Audit.summary).where(Audit.action == "exemption.grant")).one()
    shown = desk.do(exemption_page, bureau, ExemptionQuery()).rows[0].reason
    assert ("19900001234" in told, shown) == (False, "生育，联系 199****1234")
