"""What people type is understood in every usual way, or refused with a code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules import entry
from core.rules.entry import EntryError
from core.rules.errors import ErrorCode
from core.rules.hours import CreditHours


def refusal(reader: Callable[[str], object], text: str) -> ErrorCode:
    """The code with which an entry is refused."""
    with pytest.raises(EntryError) as caught:
        reader(text)
    return caught.value.code


@pytest.mark.parametrize(
    "text",
    [
        "2019-01-05",
        "2019-1-5",
        "2019/1/5",
        "2019/01/05",
        "20190105",
        "2019.1.5",
        "2019年1月5日",
        "２０１９－０１－０５",
        " 2019-1-5 ",
        "2019 年 1 月 5 日",
        "2019。1。5",
        "２０１９０１０５",
        "2019年01月05",
    ],
)
def test_a_date_is_understood_however_it_is_written(text: str) -> None:
    assert entry.parse_date(text) == date(2019, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2019",
        "2019-13-01",
        "2019-02-30",
        "20190230",
        "19-1-5",
        "2019-1/5",
        "2019-1-5x",
        "0000-01-01",
        "今天",
        "1899-12-31",
        "2100-01-01",
        "٢٠١٩-٠١-٠٥",
        "2019--1-5",
        "9" * 10000,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert refusal(entry.parse_date, text) is ErrorCode.BAD_DATE


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d"]),
)
def test_every_date_is_read_back_as_printed(day: date, written: str) -> None:
    assert entry.parse_date(day.strftime(written)) == day


def test_brackets_and_chinese_punctuation_stay_as_typed() -> None:
    text = "[/ 测试]（一）：“甲”，乙；丙！？【丁】[bold]"
    assert entry.fold(text) == text


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("ＡＢｃ１２３", "ABc123"),
        ("\u3000张三\u3000", "张三"),
        ("a\tb\r\nc", "a b c"),
        ("\ufeff张\u200b三", "张三"),
        ("a\xa0b", "a b"),
        ("𰻝𱁬", "𰻝𱁬"),
        ("𮯾", "𮯾"),
    ],
)
def test_free_text_is_folded_lightly(typed: str, folded: str) -> None:
    assert entry.fold(typed) == folded


def test_a_remark_keeps_its_lines() -> None:
    assert entry.fold("一\r\n二\r三", lines=True) == "一\n二\n三"


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x07", "\x7f", "\u202e", "\u2066", "\ud800", "\ue000"]
)
def test_what_cannot_be_shown_is_refused(character: str) -> None:
    assert refusal(entry.fold, f"甲{character}乙") is ErrorCode.CONTROL_CHARACTERS


@given(st.text())
def test_any_text_is_understood_or_refused_and_folding_twice_changes_nothing(text: str) -> None:
    try:
        folded = entry.fold(text)
    except EntryError:
        return
    assert entry.fold(folded) == folded


READERS = [
    entry.parse_date,
    entry.parse_year,
    entry.parse_hours,
    entry.parse_integer,
    entry.parse_mobile,
    entry.parse_email,
    entry.parse_name,
    entry.check_password,
]


@given(st.sampled_from(READERS), st.text() | st.text("0123456789０１２.。-/年月日@a\x00\x1b[", max_size=30))
def test_no_reader_ever_fails_in_another_way(reader: Callable[[str], object], text: str) -> None:
    try:
        reader(text)
    except EntryError as error:
        assert error.at("field").text


@pytest.mark.parametrize(
    ("text", "halves"), [("40", 80), ("４５．５", 91), ("45。5", 91), ("40学时", 80), (" 6 ", 12)]
)
def test_hours_are_understood(text: str, halves: int) -> None:
    assert entry.parse_hours(text) == CreditHours(halves)


@pytest.mark.parametrize("text", ["45.3", "", "-5", "四十", "1,5", "٤٠", "9" * 10_000])
def test_hours_not_in_half_steps_are_refused(text: str) -> None:
    assert refusal(entry.parse_hours, text) is ErrorCode.BAD_HOURS


@pytest.mark.parametrize("text", ["2019", "２０１９", "2019年", "2019年度"])
def test_a_year_is_understood(text: str) -> None:
    assert entry.parse_year(text) == 2019


@pytest.mark.parametrize("text", ["19", "20190", "0000", "abcd", "1899"])
def test_a_bad_year_is_refused(text: str) -> None:
    assert refusal(entry.parse_year, text) is ErrorCode.BAD_YEAR


@pytest.mark.parametrize("text", ["abcd1234", "Passw0rd!", "12345678x", "密码是八个字符1", "########"])
def test_a_mixed_password_is_taken_as_typed(text: str) -> None:
    assert entry.check_password(text) == text


@pytest.mark.parametrize("text", ["12345678", "abcdefgh", "a1", "a1" * 11, "１２３４５６７８"])
def test_a_weak_password_is_refused_in_the_words_of_the_guide(text: str) -> None:
    assert refusal(entry.check_password, text) is ErrorCode.BAD_PASSWORD


@pytest.mark.parametrize(
    "text", ["19900001234", "199 0000 1234", "199-0000-1234", "+8619900001234", "１９９００００１２３４"]
)
def test_a_mobile_number_is_understood(text: str) -> None:
    assert entry.parse_mobile(text) == "19900001234"


@pytest.mark.parametrize("text", ["1990000123", "199000012345", "29900001234", "1990000123x"])
def test_a_bad_mobile_number_is_refused(text: str) -> None:
    assert refusal(entry.parse_mobile, text) is ErrorCode.BAD_MOBILE


def test_an_address_is_understood_in_full_width() -> None:
    assert entry.parse_email("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｎ") == "zhang@example.cn"


@pytest.mark.parametrize("text", ["zhang", "zhang@", "@example.cn", "a b@x@y.cn", "[/ 测试]"])
def test_a_bad_address_is_refused(text: str) -> None:
    assert refusal(entry.parse_email, text) is ErrorCode.BAD_EMAIL


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("张三", "张三"),
        ("\u3000张三 ", "张三"),
        ("买买提•艾力", "买买提·艾力"),
        ("阿卜杜拉 ・ 艾力", "阿卜杜拉·艾力"),
        ("John Smith", "John Smith"),
        ("𰻝𱁬", "𰻝𱁬"),
        ("王䶮", "王䶮"),
        ("王㐀", "王㐀"),
        ("葛󠄀三", "葛󠄀三"),
    ],
)
def test_a_name_is_understood_rare_characters_included(typed: str, name: str) -> None:
    assert entry.parse_name(typed) == name


@pytest.mark.parametrize(
    "text", ["张", "张三(二)", "张三（二）", "[/ 测试]", "张3", "·张三", "张三·", "张" * 41, "张，三"]
)
def test_brackets_digits_and_marks_are_refused_in_a_name(text: str) -> None:
    assert refusal(entry.parse_name, text) is ErrorCode.BAD_NAME
