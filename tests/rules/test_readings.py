"""Finding a list entry by what an operator types: Chinese, pinyin, initials, code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import reference
from core.rules.readings import initials, matches, rank, spell

COMPANY = "华瑞园林工程有限公司"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("hrylgc", COMPANY),
        ("huarui", COMPANY),
        ("huaruiy", COMPANY),
        ("HuaRui", COMPANY),
        ("hua rui", COMPANY),
        ("ｈｕａｒｕｉ", COMPANY),
        ("园林", COMPANY),
        ("yuanlin", COMPANY),
        ("ylgc", COMPANY),
        ("华ryl", COMPANY),
        ("ryx", "汝阳县"),
        ("ruyang", "汝阳县"),
        ("ruyangx", "汝阳县"),
        ("zhyq", "中原区"),
        ("zhongyq", "中原区"),
        ("cq", "重庆"),
        ("zq", "重庆"),
        ("chongqing", "重庆"),
        ("zhongqing", "重庆"),
        ("cg", "长葛市"),
        ("changge", "长葛市"),
        ("zdzk", "中等专科(中专)"),
        ("（中专）", "中等专科(中专)"),
        ("xi'an", "西安"),
        ("lvshi", "律师"),
        ("lüshi", "律师"),
        ("ii", "Ⅱ类"),
        ("", COMPANY),
    ],
)
def test_an_entry_is_found_by_every_way_of_typing_it(query: str, text: str) -> None:
    assert matches(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("hrylx", COMPANY),
        ("ruyanx", "汝阳县"),
        ("xyr", "汝阳县"),
        ("汝洲", "汝阳县"),
        ("y", "汝阳县"),
        ("'", "汝阳县"),
    ],
)
def test_an_entry_is_not_found_by_something_else(query: str, text: str) -> None:
    assert not matches(query, text)


def test_an_entry_is_found_by_the_beginning_of_its_code() -> None:
    assert matches("4103", "汝阳县", "410326")


def test_an_entry_is_found_by_full_width_digits_of_its_code() -> None:
    assert matches("４１０３２６", "汝阳县", "410326")


def test_an_entry_is_not_found_by_the_end_of_its_code() -> None:
    assert not matches("0326", "汝阳县", "410326")


@pytest.mark.parametrize(
    ("better", "worse", "query"),
    [
        ("新县", "新县一中", "新县"),
        ("林州市", "园林局", "林"),
        ("新乡市", "河南省新乡市", "xinxiang"),
        ("新乡县", "河南新乡县", "xxx"),
        ("汝阳县", "荣誉校", "ryx"),
    ],
)
def test_the_nearer_entry_comes_first_or_level(better: str, worse: str, query: str) -> None:
    near, far = rank(query, better), rank(query, worse)
    assert near is not None and (far is None or near <= far)


def test_full_pinyin_goes_before_initials() -> None:
    spelled, abbreviated = rank("he", "河"), rank("he", "韩鄂")
    assert spelled is not None and abbreviated is not None and spelled < abbreviated


def test_a_text_is_spelled_by_its_first_readings() -> None:
    assert spell("汝阳县") == "ruyangxian"


def test_initials_keep_latin_letters_and_digits() -> None:
    assert initials("Ａ类（第1批）") == "ald1p"


def test_every_region_is_found_by_its_own_pinyin_and_initials() -> None:
    for item in reference.regions():
        assert matches(spell(item.name), item.name) and matches(initials(item.name), item.name), item.name


def test_every_character_of_the_lists_can_be_spelled() -> None:
    names = [item.name for item in reference.regions(include_inactive=True)]
    names += [item.name for item in reference.ethnic_groups()]
    names += [item.series + item.title for item in reference.titles()]
    names += [item.major for item in reference.majors()]
    assert [name for name in names if not spell(name).isascii()] == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_query_and_no_text_is_too_strange(query: str, text: str) -> None:
    assert matches(query, text) == (rank(query, text) is not None)


@given(st.text(alphabet="中长重行会单a1[", min_size=1, max_size=12), st.data())
def test_any_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert matches(text[start:end], text)


def test_ten_thousand_pasted_characters_find_nothing() -> None:
    assert not matches("zhong" * 2_000, COMPANY)
