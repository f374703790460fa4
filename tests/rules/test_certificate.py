"""The number of a certificate, the bytes that are signed, the check code and the line of the QR code."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.certificate import (
    CertificateNumber,
    canonical_bytes,
    certificate_number,
    check_code,
    facts_from_canonical,
    facts_from_line_payload,
    line_payload,
    masked,
    normal_check_code,
    parse_number,
    unwrap_line,
    wrap_line,
)
from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.rules.hours import CreditHours

NUMBER = certificate_number(2019, "410105", 37)
FACTS = CertificateFacts(
    number=NUMBER,
    name="张三",
    gender="男",
    id_number="410099199001011235",
    employer="河南高辉",
    title="党校教师 政治 教授",
    issuer="河南省人力资源和社会保障厅",
    issued_on=date(2019, 12, 31),
    years=(YearFacts(2019, CreditHours.of(30), CreditHours(121), CreditHours(181)),),
    learning=(LearningFacts(2019, "专业课", "岗位培训", "专题班", "2019-01-05", CreditHours(121)),),
)

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_hours = st.integers(0, 2000).map(CreditHours)
_years = st.integers(1990, 2099)
_facts = st.builds(
    CertificateFacts,
    number=_texts,
    name=_texts,
    gender=_texts,
    id_number=_texts,
    employer=_texts,
    title=_texts,
    issuer=_texts,
    issued_on=st.dates(),
    years=st.lists(st.builds(YearFacts, _years, _hours, _hours, _hours, _texts), max_size=3).map(tuple),
    learning=st.lists(
        st.builds(LearningFacts, _years, _texts, _texts, _texts, _texts, _hours), max_size=3
    ).map(tuple),
)


def _composed(facts: CertificateFacts) -> CertificateFacts:
    def nfc(text: str) -> str:
        return unicodedata.normalize("NFC", text)

    return replace(
        facts,
        **{
            name: nfc(getattr(facts, name))
            for name in ("number", "name", "gender", "id_number", "employer", "title", "issuer")
        },
        years=tuple(replace(year, result=nfc(year.result)) for year in facts.years),
        learning=tuple(
            replace(
                row,
                subject=nfc(row.subject),
                form=nfc(row.form),
                title=nfc(row.title),
                period=nfc(row.period),
            )
            for row in facts.learning
        ),
    )


def test_a_number_names_year_region_and_serial() -> None:
    assert NUMBER.startswith("豫JX2019410105000037")
    assert parse_number(NUMBER) == CertificateNumber(2019, "410105", 37)


def test_a_number_typed_full_width_with_blanks_is_understood() -> None:
    typed = f" {NUMBER[:7]} ".replace("2019", "２０１９") + NUMBER[7:].lower()
    assert parse_number(typed) == CertificateNumber(2019, "410105", 37)


@given(
    st.integers(2000, 2099), st.from_regex(r"41[0-9]{4}", fullmatch=True), st.integers(1, 999_999), st.data()
)
def test_one_wrong_character_in_a_number_is_always_found(
    year: int, region: str, serial: int, data: st.DataObject
) -> None:
    number = certificate_number(year, region, serial)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(
        st.sampled_from("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ豫").filter(lambda c: c != number[place])
    )
    assert parse_number(number[:place] + wrong + number[place + 1 :]) is None


@given(st.integers(2000, 2099), st.from_regex(r"41[0-9]{4}", fullmatch=True), st.integers(1, 999_999))
def test_two_swapped_neighbours_in_a_number_are_always_found(year: int, region: str, serial: int) -> None:
    number = certificate_number(year, region, serial)
    for place in range(len(number) - 1):
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert swapped == number or parse_number(swapped) is None


@pytest.mark.parametrize(
    ("year", "region", "serial"), [(99, "410105", 1), (2019, "41010", 1), (2019, "410105", 0)]
)
def test_a_number_that_does_not_fit_is_not_made(year: int, region: str, serial: int) -> None:
    with pytest.raises(ValueError):
        certificate_number(year, region, serial)


@given(_facts)
def test_the_signed_bytes_give_back_exactly_the_facts(facts: CertificateFacts) -> None:
    assert facts_from_canonical(canonical_bytes(facts)) == _composed(facts)


@given(_facts, _facts)
def test_different_facts_never_share_their_bytes(one: CertificateFacts, other: CertificateFacts) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) == (_composed(one) == _composed(other))


@given(st.binary(max_size=60))
def test_bytes_that_are_not_facts_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        facts_from_canonical(content)


def test_facts_spelled_in_another_way_are_refused() -> None:
    with pytest.raises(ValueError):
        facts_from_canonical(canonical_bytes(FACTS).replace(b",", b", ", 1))


def test_the_check_code_has_no_letter_that_looks_like_a_digit() -> None:
    codes = "".join(check_code(bytes([n]) * 32, FACTS) for n in range(200))
    assert not set(codes) & set("01IO") and len(codes) == 1600


def test_the_check_code_changes_with_any_fact() -> None:
    other = replace(FACTS, name="张四")
    assert check_code(b"k" * 32, FACTS) != check_code(b"k" * 32, other)


def test_a_check_code_typed_full_width_and_small_is_understood() -> None:
    assert normal_check_code(" ａbc-d２３45 ") == "ABCD2345"


def test_the_line_never_holds_the_whole_identity_number() -> None:
    assert FACTS.id_number.encode() not in line_payload(FACTS, "ABCD2345")


def test_the_line_gives_back_the_masked_facts_and_the_code() -> None:
    facts, code = facts_from_line_payload(line_payload(FACTS, "ABCD2345"))
    assert (facts, code) == (replace(masked(FACTS), learning=()), "ABCD2345")


@given(st.binary(min_size=1, max_size=400))
def test_a_line_broken_by_a_terminal_is_put_together_again(content: bytes) -> None:
    line = wrap_line(content)
    assert unwrap_line(f"  {line[:9]}\n {line[9:]}\r\n") == content


@pytest.mark.parametrize(
    "text", ["", "JX1:", "JX2:AAAA", "jx1:MFRGG", "JX1:A", "JX1:AB1", "JX1:MFRGG===", "JX1:AF"]
)
def test_a_text_that_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        unwrap_line(text)
