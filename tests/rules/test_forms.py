"""The 13 forms of learning: complete as data, checked as declared, worth what the tables say."""

from __future__ import annotations

from datetime import date

import pytest

from core.rules.annual import rule_for
from core.rules.checking import check_form, choices_of
from core.rules.declaring import CheckedDeclaration, check_declaration
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.forms import FORMS, declaration_fields, form, form_by_name, period, suggest_hours, title_of
from core.rules.hours import ZERO, CreditHours
from core.rules.learning_form import LearningForm
from tests.rules.learning_samples import SAMPLES, SUGGESTED, TODAY, sample

ALL = tuple(FORMS.values())
REQUIRED = [(each.key, spec.key) for each in ALL for spec in declaration_fields(each) if spec.required]
CHOICES = [
    (each.key, spec)
    for each in ALL
    for spec in each.fields
    if spec.kind is FieldKind.CHOICE and not spec.open_list
]
each_form = pytest.mark.parametrize("learning", ALL, ids=lambda each: each.key)


def checked(key: str, **changes: str) -> CheckedDeclaration:
    """A checked sample with changed entries."""
    return check_declaration(form(key), sample(key, **changes), TODAY, rule_for(2026))


def capped(used: int, **changes: str) -> CheckedDeclaration:
    """The sample of service when so many 学时 of it are already claimed in the year."""
    values = sample("grassroots_service", **changes)
    return check_declaration(form("grassroots_service"), values, TODAY, rule_for(2026), CreditHours.of(used))


def hours_of(key: str, **changes: str) -> str:
    """The hours that the rule gives for a sample with changed entries."""
    return str(checked(key, **changes).suggestion.hours)


def codes(declaration: CheckedDeclaration) -> list[tuple[str, ErrorCode]]:
    """The refusals, in their order."""
    return [(error.field, error.code) for error in declaration.errors]


def test_there_are_13_forms_with_names_of_their_own() -> None:
    assert len(ALL) == len({each.name for each in ALL}) == 13
    assert set(SAMPLES) == set(FORMS)


def test_a_form_is_found_by_its_key_and_by_its_name() -> None:
    assert form_by_name("岗位培训") is form("post_training")


@pytest.mark.parametrize("find", [form, form_by_name])
def test_an_unknown_form_is_refused(find: object) -> None:
    assert callable(find)
    with pytest.raises(Refused):
        find("[/ 测试]")


@each_form
def test_a_form_is_complete_as_data(learning: LearningForm) -> None:
    keys = [spec.key for spec in declaration_fields(learning)]
    named = {learning.title_field, learning.start_field, learning.end_field, learning.days_field}
    named |= {learning.result_field} | {wanted.key for wanted in learning.requires}
    assert len(set(keys)) == len(keys)
    assert named - {""} <= set(keys)
    assert learning.evidence and learning.clause and learning.source_words
    assert learning.certainty in ("来源", "推定")


@each_form
def test_a_valid_sample_passes(learning: LearningForm) -> None:
    assert checked(learning.key).errors == ()


@each_form
def test_the_sample_is_worth_what_the_rule_says(learning: LearningForm) -> None:
    suggestion = checked(learning.key).suggestion
    assert (str(suggestion.hours), suggestion.clause) == (SUGGESTED[learning.key], learning.clause)


@each_form
def test_the_title_in_lists_is_what_was_typed(learning: LearningForm) -> None:
    assert title_of(learning, checked(learning.key).clean) == SAMPLES[learning.key][learning.title_field]


@pytest.mark.parametrize(("key", "field"), REQUIRED)
def test_each_required_entry_that_is_missing_gives_exactly_that_refusal(key: str, field: str) -> None:
    assert codes(checked(key, **{field: ""})) == [(field, ErrorCode.REQUIRED)]


@pytest.mark.parametrize(("key", "spec"), CHOICES, ids=lambda value: getattr(value, "key", value))
def test_every_offered_choice_is_taken(key: str, spec: FieldSpec) -> None:
    for choice in choices_of(spec):
        assert check_form((spec,), {spec.key: choice}, TODAY).ok


@pytest.mark.parametrize(("key", "spec"), CHOICES, ids=lambda value: getattr(value, "key", value))
def test_a_choice_that_is_not_offered_is_refused(key: str, spec: FieldSpec) -> None:
    assert (spec.key, ErrorCode.NOT_IN_LIST) in codes(checked(key, **{spec.key: "[/ 测试]"}))


@each_form
def test_an_empty_form_says_what_it_waits_for(learning: LearningForm) -> None:
    suggestion = suggest_hours(learning, {}, rule_for(2026))
    assert suggestion.explanation.startswith("填写“") or learning.key == "survey_report"


@each_form
def test_hours_above_the_rule_need_a_reason(learning: LearningForm) -> None:
    above = str((checked(learning.key).suggestion.hours or ZERO) + CreditHours(1))
    assert codes(checked(learning.key, claimed_hours=above)) == [("claimed_hours", ErrorCode.ABOVE_RULE)]
    if learning.cap is None:
        assert checked(learning.key, claimed_hours=above, remark="主办方另加一次研讨").ok


# Form, changed entries, and the 学时 of rank 1, 2, 3 ...
TABLES: list[tuple[str, dict[str, str], str]] = [
    ("research_project", {"level": "国家级", "kind": "主课题"}, "64 56 48 40 32 0 0"),
    ("research_project", {"level": "国家级", "kind": "子课题"}, "48 40 32 0"),
    ("research_project", {"level": "省级", "kind": "主课题"}, "56 48 40 0"),
    ("research_project", {"level": "省级", "kind": "子课题"}, "40 32 24 0"),
    ("patent", {"kind": "发明"}, "48 42 36 30 24 18 12 6 0 0"),
    ("patent", {"kind": "实用新型"}, "36 30 24 18 12 6 0 0"),
    ("patent", {"kind": "外观设计"}, "36 30 24 18 12 6 0 0"),
    ("science_award", {"level": "国家级", "grade": "一等奖"}, "60 60 60"),
    ("science_award", {"level": "国家级", "grade": "二等奖"}, "60 57 54"),
    ("science_award", {"level": "国家级", "grade": "三等奖", "kind": "社科奖"}, "46 43 40"),
    ("science_award", {"level": "国家级", "grade": "三等奖"}, "None"),
    ("science_award", {"level": "省部级", "grade": "一等奖"}, "46 43 40"),
    ("science_award", {"level": "省部级", "grade": "二等奖"}, "42 39 36"),
    ("science_award", {"level": "省部级", "grade": "三等奖"}, "38 35 32"),
    ("science_award", {"level": "市厅级", "grade": "一等奖"}, "38 35 32"),
    ("science_award", {"level": "市厅级", "grade": "二等奖"}, "34 31 28"),
    ("science_award", {"level": "市厅级", "grade": "三等奖"}, "30 27 24 21 18 15 12 9 6 3 0 0"),
    ("publication", {"level": "SCI/EI/核心期刊"}, "36 30 24 0"),
    ("publication", {"level": "国家级"}, "24 18 12 0"),
    ("publication", {"level": "省级"}, "18 12 6 0"),
    ("publication", {"kind": "著作", "characters": "123456"}, "60 48 36 0"),
    ("publication", {"kind": "译作", "characters": "9999"}, "0 0 0 0"),
]
RANKED = [
    (key, changes, rank, hours)
    for key, changes, by_rank in TABLES
    for rank, hours in enumerate(by_rank.split(), 1)
]


@pytest.mark.parametrize(("key", "changes", "rank", "hours"), RANKED)
def test_the_tables_by_rank_hold(key: str, changes: dict[str, str], rank: int, hours: str) -> None:
    assert hours_of(key, **changes, rank=str(rank)) == hours


@pytest.mark.parametrize(
    ("level", "read", "length", "hours"),
    [
        ("国家级", "否", "", "12"),
        ("国家级", "是", "2000", "18"),
        ("国家级", "是", "2001", "20"),
        ("省级", "否", "", "8"),
        ("省级", "是", "2000", "12"),
        ("省级", "是", "2001", "14"),
    ],
)
def test_a_meeting_counts_more_with_a_paper_read(level: str, read: str, length: str, hours: str) -> None:
    assert (
        hours_of("academic_meeting", level=level, paper_read=read, paper_title="某", paper_length=length)
        == hours
    )


@pytest.mark.parametrize(
    ("level", "hours"),
    [("高级", "60"), ("中级", "48"), ("初级", "36"), ("执业资格", "48"), ("职业水平", "48")],
)
def test_an_exam_counts_by_its_level(level: str, hours: str) -> None:
    assert hours_of("qualification_exam", level=level) == hours


def test_a_paper_under_2000_characters_does_not_count() -> None:
    assert hours_of("publication", characters="1999") == "0"


def test_what_no_table_lists_is_left_to_the_reviewers() -> None:
    declaration = checked("research_project", level="市级", claimed_hours="200")
    assert (declaration.suggestion.hours, declaration.suggestion.certainty) == (None, "推定")
    assert declaration.ok


def test_the_reckoning_is_shown_in_words() -> None:
    assert checked("post_training").suggestion.explanation == "5 天 x 8 = 40"


@pytest.mark.parametrize(
    ("start", "end", "hours", "completes"),
    [
        ("2026-01-01", "2026-06-30", "60", True),
        ("2026-01-01", "2026-06-29", "200", False),
        ("2026-03-01", "2026-03-13", "8", False),
        ("2026-03-01", "2026-03-06", "0", False),
        ("2025-09-01", "2026-02-28", "64", False),
        ("2025-01-01", "2027-01-01", "60", True),
    ],
)
def test_a_posting_completes_the_year_from_six_months_inside_it(
    start: str, end: str, hours: str, completes: bool
) -> None:
    suggestion = checked("posting", started_on=start, ended_on=end).suggestion
    assert (str(suggestion.hours), suggestion.completes_professional) == (hours, completes)


@pytest.mark.parametrize("grade", ["一等奖", "二等奖"])
def test_a_national_award_completes_the_professional_subject(grade: str) -> None:
    assert checked("science_award", level="国家级", grade=grade, rank="1").suggestion.completes_professional


def test_a_read_paper_must_be_named() -> None:
    assert codes(checked("academic_meeting", paper_read="是")) == [
        ("paper_title", ErrorCode.REQUIRED),
        ("paper_length", ErrorCode.REQUIRED),
    ]


@pytest.mark.parametrize("key", [each.key for each in ALL if each.result_field])
def test_a_failed_course_is_refused(key: str) -> None:
    assert codes(checked(key, **{form(key).result_field: "不合格"})) == [("result", ErrorCode.RESULT_FAILED)]


@pytest.mark.parametrize("key", [each.key for each in ALL if each.end_field])
def test_an_end_before_the_start_is_refused(key: str) -> None:
    declaration = checked(key, started_on="2026-07-14", ended_on="2026-07-10")
    assert ("ended_on", ErrorCode.DATE_ORDER) in codes(declaration)


@pytest.mark.parametrize("key", [each.key for each in ALL if each.start_field and not each.spans_years])
def test_learning_outside_the_year_is_refused(key: str) -> None:
    assert ErrorCode.OUTSIDE_YEAR in [code for _, code in codes(checked(key, year="2025"))]


@pytest.mark.parametrize(
    ("year", "outside"), [("2024", True), ("2025", False), ("2026", False), ("2027", False)]
)
def test_a_project_counts_in_every_year_it_touches(year: str, outside: bool) -> None:
    found = [code for _, code in codes(checked("research_project", year=year))]
    assert (ErrorCode.OUTSIDE_YEAR in found) is outside


def test_learning_that_lies_ahead_is_refused() -> None:
    assert codes(checked("post_training", ended_on="2026-11-21")) == [("ended_on", ErrorCode.FUTURE_DATE)]


@pytest.mark.parametrize(
    ("used", "claimed", "passes"), [(0, "16", True), (16, "8", True), (16, "8.5", False), (24, "0.5", False)]
)
def test_the_cap_of_a_year_holds(used: int, claimed: str, passes: bool) -> None:
    assert capped(used, claimed_hours=claimed).ok is passes


def test_the_cap_says_how_much_is_left() -> None:
    declaration = capped(16, days="3", claimed_hours="24")
    assert declaration.errors[0].text == "该学习形式本年度最多 24 学时，还剩 8 学时"


def test_the_suggestion_stops_at_the_cap() -> None:
    assert hours_of("grassroots_service", days="10") == "24"


def test_days_of_service_make_its_period() -> None:
    learning = form("grassroots_service")
    assert period(learning, checked("grassroots_service", days="3").clean) == (
        date(2026, 6, 1),
        date(2026, 6, 3),
    )


def test_only_projects_postings_and_studies_may_come_again_in_another_year() -> None:
    assert [each.name for each in ALL if each.yearly] == ["学历(学位)教育", "课题研究", "援派挂职"]


def test_days_bound_the_hours_of_training_and_service_only() -> None:
    by_days = [each.name for each in ALL if each.by_days]
    assert by_days == ["岗位培训(基地)", "岗位培训", "服务基层", "行业培训"]


def test_a_draft_is_checked_only_for_what_cannot_be_understood() -> None:
    draft = check_declaration(form("post_training"), {"year": "二零二六"}, TODAY, None, complete=False)
    assert codes(draft) == [("year", ErrorCode.BAD_YEAR)]


def test_a_person_declares_the_professional_subject_only() -> None:
    assert codes(checked("post_training", subject="公需课")) == [("subject", ErrorCode.NOT_IN_LIST)]


def test_a_remark_holds_a_thousand_characters_and_no_more() -> None:
    assert checked("patent", remark="字" * 1000).ok
    assert codes(checked("patent", remark="字" * 1001)) == [("remark", ErrorCode.TOO_LONG)]
