"""The rulebook: what is shipped overlaid with editions; every year has one rule, and the past stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.annual import annual_rules
from core.rules.edition_kinds import KINDS
from core.rules.errors import Refused
from core.rules.forms import FORMS
from core.rules.hours_lines import HoursLine, hours_lines, with_hours
from core.rules.lists import shipped as shipped_lists
from core.rules.lists import shipped_tables
from core.rules.rulebook import Edition, Rulebook, annual_values, form_values, shipped

LINES = [line for form in FORMS.values() for line in hours_lines(form)]
YEARS = st.integers(1990, 2100)
MINIMA = {
    "total": "96",
    "public": "30",
    "professional": "60",
    "until": "",
    "basis": "文件",
    "certainty": "来源",
}


def annual(number: int, from_year: int, until: str = "", **changes: str) -> Edition:
    return Edition(number, "annual", "standard", from_year, {**MINIMA, "until": until, **changes})


def some_editions() -> st.SearchStrategy[Rulebook]:
    """Rulebooks with editions of the annual rule, some of them for a span."""
    one = st.tuples(YEARS, st.integers(0, 20), st.booleans(), st.integers(90, 120))

    def made(rows: list[tuple[int, int, bool, int]]) -> Rulebook:
        return Rulebook(
            [
                annual(number, first, str(first + length) if ends else "", total=str(total))
                for number, (first, length, ends, total) in enumerate(rows, 1)
            ]
        )

    return st.lists(one, max_size=8).map(made)


# ------------------------------------------------------------------------------------------- as shipped


def test_without_editions_everything_is_as_shipped() -> None:
    book = Rulebook()
    assert (book.edition, book.annual_rules(), book.all_forms(2026), book.lists(2026)) == (
        0,
        annual_rules(),
        FORMS,
        shipped_lists(),
    )


def test_every_line_of_every_table_can_be_written_back_unchanged() -> None:
    for form in FORMS.values():
        lines = {line.path: line.values for line in hours_lines(form) if line.listed}
        again = with_hours(form, lines)
        assert {line.path: line.values for line in hours_lines(again) if line.listed} == lines


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.path)
def test_a_line_is_shown_with_its_basis_and_certainty(line: HoursLine) -> None:
    keys = [spec.key for spec in line.fields]
    assert keys[-2:] == ["basis", "certainty"]
    assert not line.listed or (line.values["basis"], line.values["certainty"] in ("来源", "推定")) > (
        "",
        False,
    )


def test_no_two_lines_have_the_same_path() -> None:
    assert len({line.path for line in LINES}) == len(LINES)


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_as_shipped_passes_the_checks_of_its_own_form(kind: str) -> None:
    from datetime import date

    from core.rules.checking import check_form

    book, own, wrong = Rulebook(), KINDS[kind], {}
    for key, entry in book.entries(kind, 2026).items():
        if not entry.active:
            continue
        specs = own.fields(book, key, 2026)
        typed = {spec.key: entry.values.get(spec.key, "") for spec in specs}
        errors = [*check_form(specs, typed, date(2026, 11, 22)).errors, *own.check(book, key, 2026, typed)]
        if errors:
            wrong[key] = [error.text for error in errors]
    assert wrong == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_has_a_name_and_a_summary(kind: str) -> None:
    own = KINDS[kind]
    for key, entry in Rulebook().entries(kind, 2026).items():
        assert own.label_of(key, entry) and isinstance(own.summary_of(key, entry), str)


# ---------------------------------------------------------------------------------------------- overlay


@given(some_editions(), YEARS)
def test_every_year_has_exactly_one_annual_rule(book: Rulebook, year: int) -> None:
    assert len([rule for rule in book.annual_rules() if rule.from_year <= year <= rule.to_year]) == 1


@given(some_editions())
def test_the_spans_follow_each_other_without_a_gap(book: Rulebook) -> None:
    rules = book.annual_rules()
    ends = [rule.to_year + 1 for rule in rules[:-1]]
    assert (ends, rules[0].from_year, rules[-1].to_year) == ([r.from_year for r in rules[1:]], 0, 9999)


@given(some_editions(), YEARS)
def test_the_newest_edition_that_covers_a_year_rules_it(book: Rulebook, year: int) -> None:
    covering = [each for each in book.editions if each.covers(year)]
    rule = book.annual_rule(year)
    if covering:
        assert str(rule.total) == covering[-1].value["total"]  # type: ignore[index]
    else:
        assert rule.total == shipped().annual_rule(year).total


@given(some_editions(), st.integers(0, 9), YEARS)
def test_the_rules_at_an_edition_are_those_it_was_made_in(book: Rulebook, number: int, year: int) -> None:
    upto = Rulebook([each for each in book.editions if each.id <= number])
    assert book.at(number).annual_rule(year) == upto.annual_rule(year)


@given(some_editions(), YEARS)
def test_a_later_edition_changes_nothing_about_an_earlier_one(book: Rulebook, year: int) -> None:
    before = book.annual_rule(year)
    grown = book.with_more([annual(99, 1990, total="150")])
    assert grown.at(book.edition).annual_rule(year) == before


@given(some_editions(), YEARS)
def test_the_annual_rule_and_its_entry_say_the_same(book: Rulebook, year: int) -> None:
    entry, rule = book.entries("annual", year)["standard"].values, annual_values(book.annual_rule(year))
    assert {key: entry[key] for key in ("total", "public", "professional")} == {
        key: rule[key] for key in ("total", "public", "professional")
    }


@given(
    st.sampled_from([line for line in LINES if "hours" in line.values and " " not in line.values["hours"]])
)
def test_a_changed_line_is_the_only_one_that_changes(line: HoursLine) -> None:
    typed = {**line.values, "hours": "7"}
    book = Rulebook([Edition(1, "hours", line.path, 2026, typed)])
    lines = [each for form in book.all_forms(2026).values() for each in hours_lines(form)]
    before = {each.path: each.values for each in LINES if each.listed}
    differ = {each.path for each in lines if each.listed and each.values != before.get(each.path)}
    assert differ == {line.path}


def test_a_change_from_a_year_on_leaves_the_years_before_it() -> None:
    typed = {"hours": "6", "basis": "文件", "certainty": "来源"}
    book = Rulebook([Edition(1, "hours", "post_training", 2027, typed)])
    assert [book.form("post_training", year).rule.hours for year in (2026, 2027)] == [8, 6]  # type: ignore[union-attr]


def test_a_row_that_was_taken_out_is_no_longer_listed_and_can_come_back() -> None:
    path = "patent|发明"
    gone = Rulebook([Edition(1, "hours", path, 2026, None)])
    back = gone.with_more([Edition(2, "hours", path, 2026, shipped().entries("hours", 2026)[path].values)])
    rows = [[row.when for row in book.form("patent", 2026).rule.rows] for book in (gone, back)]  # type: ignore[union-attr]
    assert ([("发明",) in each for each in rows]) == [False, True]


def test_a_form_that_was_stopped_is_not_offered_and_still_readable() -> None:
    stopped = {**form_values(FORMS["patent"]), "active": "停用"}
    book = Rulebook([Edition(1, "form", "patent", 2026, stopped)])
    assert ("patent" in book.forms(2026), book.form("patent", 2026).name, "patent" in book.forms(2025)) == (
        False,
        "专利",
        True,
    )


def test_a_form_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused):
        shipped().form("alchemy", 2026)


def test_only_what_touches_a_form_counts_as_its_edition() -> None:
    typed = {"hours": "6", "basis": "文件", "certainty": "来源"}
    book = Rulebook([Edition(1, "hours", "post_training", 2026, typed), annual(2, 2026)])
    assert [book.edition_of(key, 2026) for key in ("post_training", "patent")] == [1, 0]


@given(st.sampled_from(sorted(shipped_tables())), st.data())
def test_what_was_retired_keeps_its_texts_and_is_offered_no_more(kind: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(shipped_tables()[kind])))
    book = Rulebook([Edition(1, kind, key, 0, None)])
    entry = book.entries(kind, 2026)[key]
    assert (entry.active, entry.values) == (False, shipped_tables()[kind][key].values)


def test_an_unknown_region_is_shown_by_its_code() -> None:
    assert shipped_lists().region_path("419999") == "419999"
