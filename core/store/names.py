"""How names are found again: in pinyin, by initials, and by pieces of two characters. Computed when stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import cast

# Surnames (姓) that are read otherwise than the character elsewhere; the library has them wrong.
SURNAMES: dict[str, str] = {
    "单": "shan",
    "仇": "qiu",
    "曾": "zeng",
    "朴": "piao",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "乐": "yue",
    "召": "shao",
    "翟": "zhai",
    "缪": "miao",
    "折": "she",
    "黑": "he",
    "员": "yun",
    "祭": "zhai",
    "种": "chong",
    "繁": "po",
    "秘": "bi",
    "洗": "xian",
    "覃": "qin",
    "句": "gou",
    "六": "lu",
    "隗": "wei",
    "薄": "bo",
    "重": "chong",
    "能": "nai",
    "郗": "chi",
    "佴": "nai",
    "乜": "nie",
    "牟": "mu",
    "谌": "chen",
    "都": "du",
    "省": "xing",
    "晟": "cheng",
    "藏": "zang",
    "阚": "kan",
    "郇": "xun",
    "柏": "bai",
    "贠": "yun",
    "不": "fou",
    "仝": "tong",
    "厍": "she",
    "郄": "qie",
    "毋": "wu",
    "宓": "mi",
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
}


def spell_person(name: str) -> tuple[str, str]:
    """A person's name (姓名) as pinyin and initials, small letters, no tones: 曾晓燕 -> zengxiaoyan, zxy."""
    plain = plain_form(name)
    for length in (2, 1):
        syllables = SURNAMES.get(plain[:length], "").split()
        if len(syllables) == length:
            given, first_letters = spell_words(plain[length:])
            return "".join(syllables) + given, "".join(each[0] for each in syllables) + first_letters
    return spell_words(plain)


def spell_words(name: str) -> tuple[str, str]:
    """Any other name as pinyin and initials; Latin letters and digits stay: 郑州101中学 -> zhengzhou101zhongxue."""
    from pypinyin import lazy_pinyin

    pinyin, initials = [], []
    for part in lazy_pinyin(plain_form(name), errors=_apart):
        spoken = "".join(letter for letter in part.casefold() if letter.isascii() and letter.isalnum())
        pinyin.append(spoken)
        initials.append(spoken[:1])
    return "".join(pinyin), "".join(initials)


def plain_form(text: str) -> str:
    """One form for what is stored and what is typed: no full-width forms, blanks or control characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c)[0] != "C")


def pieces(name: str) -> set[str]:
    """The pieces a name is found by: every two neighbours, and the first character by itself."""
    words = letters_only(name)
    return {words[i : i + 2] for i in range(len(words) - 1)} | {words[:1]} - {""}


def pairs(text: str) -> list[str]:
    """The pieces of two characters of what was typed, without repetition, in order."""
    words = letters_only(text)
    return list(dict.fromkeys(words[i : i + 2] for i in range(len(words) - 1)))


def letters_only(text: str) -> str:
    """The plain form without brackets, points and dashes, which nobody types the way they are stored."""
    return "".join(c for c in plain_form(text) if c.isalnum())


def is_chinese(text: str) -> bool:
    """Whether any character is beyond plain letters and digits."""
    return any(not c.isascii() for c in text)


def gram_rows(org_id: int, region_code: str, name: str) -> Iterable[dict[str, object]]:
    """The rows of org_gram for one organisation, for inserts in bulk."""
    return [{"gram": piece, "region_code": region_code, "org_id": org_id} for piece in sorted(pieces(name))]


def _apart(unread: str) -> str:
    """What has no reading, one character after the other: the library would take a run of them for one word."""
    return cast(str, list(unread))
