"""What a reviewer leans on: doubts, usual reasons, evidence limits and the window of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.rules import evidence_rules, years
from core.rules.doubts import Claim, DoubtKind, find_doubts
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import CreditHours
from core.rules.refusals import REGISTRATION_REASONS, USUAL_REASONS, UsualReason, reason_text
from core.rules.workflow import YearState

CLAIM = Claim(
    id=1,
    person_id=7,
    year=2026,
    form="岗位培训",
    title="新课标培训",
    claimed=CreditHours.of(40),
    period=(date(2026, 7, 10), date(2026, 7, 14)),
    by_days=True,
    suggested=CreditHours.of(40),
    scans=frozenset({"aa", "bb"}),
)
OTHER = replace(
    CLAIM, id=2, title="别的培训", period=(date(2026, 8, 1), date(2026, 8, 2)), scans=frozenset({"cc"})
)


def kinds(claim: Claim, *others: Claim) -> list[DoubtKind]:
    """The kinds of doubt found."""
    return [doubt.kind for doubt in find_doubts(claim, others)]


def test_a_clean_claim_raises_no_doubt() -> None:
    assert kinds(CLAIM, OTHER, CLAIM) == []


def test_the_same_scan_is_found_and_named_with_its_declaration() -> None:
    (doubt,) = find_doubts(CLAIM, [replace(OTHER, scans=frozenset({"bb"}))])
    assert (doubt.kind, doubt.other_id) == (DoubtKind.SAME_SCAN, 2)


def test_the_same_scan_of_someone_else_is_found_without_telling_about_them() -> None:
    (doubt,) = find_doubts(CLAIM, [replace(CLAIM, id=3, person_id=8)])
    assert doubt.text == "附件与另一人的申报 3 相同"


@pytest.mark.parametrize(
    ("start", "end", "overlaps"),
    [
        (date(2026, 7, 14), date(2026, 7, 20), True),
        (date(2026, 7, 15), date(2026, 7, 20), False),
        (date(2026, 7, 1), date(2026, 7, 31), True),
        (date(2026, 7, 12), date(2026, 7, 12), True),
        (date(2026, 7, 1), date(2026, 7, 9), False),
    ],
)
def test_days_that_overlap_another_claim_are_found(start: date, end: date, overlaps: bool) -> None:
    assert kinds(CLAIM, replace(OTHER, period=(start, end))) == [DoubtKind.OVERLAP] * overlaps


def test_a_project_that_lasts_for_years_overlaps_nothing() -> None:
    assert kinds(CLAIM, replace(OTHER, period=CLAIM.period, by_days=False)) == []


def test_a_refused_claim_disturbs_nobody() -> None:
    assert kinds(CLAIM, replace(CLAIM, id=4, live=False)) == []


def test_more_hours_than_the_days_hold_and_than_the_rule_gives() -> None:
    assert kinds(replace(CLAIM, claimed=CreditHours(81))) == [DoubtKind.TOO_MANY_HOURS, DoubtKind.ABOVE_RULE]


def test_the_same_learning_declared_twice_is_found_whatever_its_spaces() -> None:
    assert kinds(CLAIM, replace(OTHER, title=" 新课标 培训")) == [DoubtKind.USED_TWICE]


def test_a_project_declared_again_in_the_next_year_is_no_repetition() -> None:
    again = replace(CLAIM, id=5, year=2025, scans=frozenset(), period=None, yearly=True)
    assert kinds(replace(CLAIM, yearly=True), again) == []


@pytest.mark.parametrize("reasons", [USUAL_REASONS, REGISTRATION_REASONS])
def test_every_usual_reason_has_a_digit_of_its_own(reasons: tuple[UsualReason, ...]) -> None:
    assert len({reason.digit for reason in reasons}) == len(reasons)
    assert all(reason.digit in "123456789" for reason in reasons)


@pytest.mark.parametrize(
    ("digit", "words", "text"),
    [
        ("2", "", "缺少单位证明材料"),
        ("2", "请盖章", "缺少单位证明材料；请盖章"),
        ("9", "日期写反了", "日期写反了"),
        ("", " 日期写反了 ", "日期写反了"),
    ],
)
def test_a_reason_is_a_digit_or_words_or_both(digit: str, words: str, text: str) -> None:
    assert reason_text(digit, words) == text


@pytest.mark.parametrize(("digit", "words"), [("", ""), ("9", " "), ("0", "")])
def test_no_reason_at_all_is_refused(digit: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        reason_text(digit, words)
    assert caught.value.code is ErrorCode.REASON_REQUIRED


def test_two_megabytes_pass_and_one_byte_more_does_not() -> None:
    evidence_rules.check_size(2 * 1024 * 1024)
    with pytest.raises(EntryError) as caught:
        evidence_rules.check_size(2 * 1024 * 1024 + 1)
    assert caught.value.at("evidence").text == "文件 2049 KB，超过 2048 KB，请缩小后再选"


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(EntryError):
        evidence_rules.check_size(0)


@pytest.mark.parametrize("count", [0, 6])
def test_none_and_six_files_are_refused(count: int) -> None:
    with pytest.raises(EntryError) as caught:
        evidence_rules.check_count(count)
    assert caught.value.code is ErrorCode.EVIDENCE_COUNT


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_one_to_five_files_pass(count: int) -> None:
    evidence_rules.check_count(count)


@pytest.mark.parametrize(
    ("today", "state", "open_"),
    [
        (date(2026, 12, 15), YearState.OPEN, True),
        (date(2026, 12, 16), YearState.OPEN, False),
        (date(2026, 1, 1), YearState.OPEN, True),
        (date(2025, 12, 31), YearState.OPEN, False),
        (date(2026, 6, 1), YearState.CLOSED, False),
    ],
)
def test_a_year_takes_declarations_until_its_closing_day(today: date, state: YearState, open_: bool) -> None:
    assert years.declaration_open(years.default_window(2026, state), today) is open_


@pytest.mark.parametrize(("today", "open_"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_reviews_go_on_until_the_end_of_the_year(today: date, open_: bool) -> None:
    assert years.review_open(years.default_window(2026), today) is open_


def test_days_left_count_down_to_zero() -> None:
    window = years.default_window(2026)
    assert [years.days_left(window, date(2026, 12, day)) for day in (13, 15, 20)] == [2, 0, 0]


def test_a_draft_may_have_no_file_yet_but_not_too_many() -> None:
    evidence_rules.check_count(0, at_least=0)
    with pytest.raises(EntryError):
        evidence_rules.check_count(4, limit=3, at_least=0)
