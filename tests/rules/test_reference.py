"""The reference lists: regions as a tree, and the short lists that forms offer."""

from __future__ import annotations

import pytest

from core.rules import reference


def test_every_region_hangs_under_a_region_that_is_there() -> None:
    codes = {item.code for item in reference.regions(include_inactive=True)}
    assert {item.parent for item in reference.regions(include_inactive=True)} - {""} <= codes


def test_a_dissolved_region_is_known_by_its_code() -> None:
    assert reference.region("410306").name == "吉利区"


def test_a_dissolved_region_is_not_offered() -> None:
    assert "410306" not in {item.code for item in reference.regions()}


def test_a_dissolved_region_is_not_among_the_children_of_its_city() -> None:
    assert "410306" not in {item.code for item in reference.children("410300")}


def test_the_children_of_a_city_are_its_counties_and_zones() -> None:
    assert {item.kind for item in reference.children("410300")} == {"county", "zone"}


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("410326", "洛阳市 汝阳县"),
        ("410300", "洛阳市"),
        ("410000", "河南省"),
        ("410099", "河南省省直"),
        ("410181", "郑州市 巩义市"),
        ("419001", "济源市"),
        ("419000", "省直辖县级行政区划"),
    ],
)
def test_a_region_is_named_from_its_city_down(code: str, path: str) -> None:
    assert reference.region_path(code) == path


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("410000", "41"),
        ("410300", "4103"),
        ("410326", "410326"),
        ("410371", "410371"),
        ("410181", "410181"),
        ("410099", "410099"),
        ("419000", "4190"),
        ("419001", "419001"),
    ],
)
def test_a_prefix_reaches_as_far_as_its_region(code: str, prefix: str) -> None:
    assert reference.region_prefix(code) == prefix


def test_a_prefix_selects_exactly_the_region_and_what_is_below_it() -> None:
    everything = reference.regions(include_inactive=True)
    for top in everything:
        selected = {
            item.code for item in everything if item.code.startswith(reference.region_prefix(top.code))
        }
        assert selected == _with_descendants(top.code), top.name


def _with_descendants(code: str) -> set[str]:
    below = [item.code for item in reference.regions(include_inactive=True) if item.parent == code]
    return {code}.union(*(_with_descendants(item) for item in below))


def test_an_unknown_region_is_no_region() -> None:
    with pytest.raises(KeyError):
        reference.region("999999")


def test_the_provinces_own_units_have_a_place_of_their_own_in_the_tree() -> None:
    assert reference.region(reference.PROVINCIAL_UNITS).parent == reference.PROVINCE


def test_the_kinds_of_identity_document_are_those_of_the_guide() -> None:
    assert reference.named_list("id_type")[0] == "身份证"


def test_there_are_56_ethnic_groups_and_two_entries_for_all_others() -> None:
    assert len(reference.ethnic_groups()) == 58


def test_every_series_has_a_title_of_the_highest_level() -> None:
    for series in reference.series_names():
        assert reference.titles_of(series)[0].level in {"正高级", "副高级"}, series


def test_a_title_stands_once_in_its_series_and_level() -> None:
    assert len(set(reference.titles())) == len(reference.titles())


def test_every_list_has_entries_without_blank_cells() -> None:
    for name in (
        "id_type",
        "education",
        "degree",
        "study_mode",
        "employer_type",
        "employer_nature",
        "result",
    ):
        assert all(value == value.strip() != "" for value in reference.named_list(name)), name


@pytest.mark.parametrize("read", ["majors", "disciplines", "qualifications", "honours"])
def test_a_reference_list_is_read_once(read: str) -> None:
    entries = getattr(reference, read)
    assert entries() is entries()
