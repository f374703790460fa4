"""Understanding what was typed: each kind of entry in every way people write it, or refused by a code."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from core.rules.errors import ErrorCode, FieldError
from core.rules.hours import CreditHours

FIRST_YEAR, LAST_YEAR = 1900, 2099

_DATE = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MOBILE = re.compile(r"(?:\+?86)?(1\d{10})", re.ASCII)
_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_FULL_WIDTH |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)}
# Invisible leftovers of pasting from a web page: dropped, since nobody meant to type them.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x2060, 0xFEFF))
_DOTS = dict.fromkeys(map(ord, "•・‧∙⋅･●．"), "·")
_NAME_MARKS = "·- '’"


class EntryError(ValueError):
    """An entry that can't be understood: a code and the parameters of its sentence."""

    def __init__(self, code: ErrorCode, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def at(self, field: str) -> FieldError:
        """The same refusal, beside its field."""
        return FieldError(field, self.code, self.params)


def fold(text: str, *, lines: bool = False) -> str:
    """Free text: full-width digits, letters and space become plain, Chinese punctuation stays, ends are cut.

    Line breaks and tabs become a space, or line breaks are kept with `lines`. Raises EntryError
    (CONTROL_CHARACTERS) for everything else that can't be shown, direction marks included.
    """
    text = text.translate(_FULL_WIDTH).translate(_INVISIBLE)
    text = re.sub("\r\n?|[\u2028\u2029\u0085\v\f]", "\n", text)
    if not lines:
        text = text.replace("\n", " ")
    shown = []
    for character in text:
        if character == "\n":
            shown.append(character)
        elif character == "\t" or unicodedata.category(character) == "Zs":
            shown.append(" ")
        elif _can_be_shown(character):
            shown.append(character)
        else:
            raise EntryError(ErrorCode.CONTROL_CHARACTERS)
    return "".join(shown).strip()


def fold_plain(text: str) -> str:
    """An entry with a fixed form (a number, a date, an address): NFKC, and no space anywhere."""
    return unicodedata.normalize("NFKC", fold(text)).replace(" ", "")


def parse_date(text: str) -> date:
    """Read 2019-01-05, 2019-1-5, 2019/1/5, 2019.1.5, 20190105, 2019年1月5日, full-width too (BAD_DATE)."""
    match = _DATE.fullmatch(fold_plain(text).replace("。", "."))
    if match is None:
        raise EntryError(ErrorCode.BAD_DATE)
    year, month, day = (int(part) for part in (match.group(1, 3, 4) if match[1] else match.group(5, 6, 7)))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise EntryError(ErrorCode.BAD_DATE)
    try:
        return date(year, month, day)
    except ValueError:
        raise EntryError(ErrorCode.BAD_DATE) from None


def parse_year(text: str) -> int:
    """A year of four digits, 年 after it allowed (BAD_YEAR)."""
    plain = fold_plain(text).removesuffix("度").removesuffix("年")
    if len(plain) != 4 or not _digits(plain) or not FIRST_YEAR <= int(plain) <= LAST_YEAR:
        raise EntryError(ErrorCode.BAD_YEAR)
    return int(plain)


def parse_hours(text: str) -> CreditHours:
    """Hours in steps of 0.5, 学时 after them allowed (BAD_HOURS)."""
    plain = fold_plain(text).replace("。", ".").removesuffix("学时")
    try:
        if plain.isascii():
            return CreditHours.parse(plain)
    except ValueError:
        pass
    raise EntryError(ErrorCode.BAD_HOURS)


def parse_integer(text: str) -> int:
    """A whole number of at most nine digits (BAD_NUMBER)."""
    plain = fold_plain(text).replace(",", "")
    if not _digits(plain) or len(plain) > 9:
        raise EntryError(ErrorCode.BAD_NUMBER)
    return int(plain)


def check_password(text: str) -> str:
    """A password as typed, never folded: 8 to 20 characters, not only digits, not only letters."""
    if any(not _can_be_shown(character) for character in text):
        raise EntryError(ErrorCode.CONTROL_CHARACTERS)
    if not 8 <= len(text) <= 20 or text.isdigit() or text.isalpha():
        raise EntryError(ErrorCode.BAD_PASSWORD)
    return text


def parse_mobile(text: str) -> str:
    """A mobile number of 11 digits; spaces, hyphens and +86 are dropped (BAD_MOBILE)."""
    match = _MOBILE.fullmatch(fold_plain(text).replace("-", ""))
    if match is None:
        raise EntryError(ErrorCode.BAD_MOBILE)
    return match[1]


def parse_email(text: str) -> str:
    """An e-mail address in its normal form; the domain is not asked for (BAD_EMAIL)."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(fold_plain(text), check_deliverability=False).normalized
    except EmailNotValidError:
        raise EntryError(ErrorCode.BAD_EMAIL) from None


def parse_name(text: str) -> str:
    """A person's name: 2 to 40 letters or characters, rare ones included, with · between parts (BAD_NAME)."""
    name = re.sub(r"\s*·\s*", "·", re.sub(" +", " ", fold(text).translate(_DOTS)))
    fits = 2 <= len(name) <= 40 and all(_in_a_name(character) for character in name)
    if not fits or name[0] in _NAME_MARKS or name[-1] in _NAME_MARKS:
        raise EntryError(ErrorCode.BAD_NAME)
    return name


def is_cjk(character: str) -> bool:
    """Whether it is a Chinese character, those newer than this Python's tables included (planes 2 and 3)."""
    code = ord(character)
    return (
        0x20000 <= code <= 0x3FFFD
        or 0x3400 <= code <= 0x4DBF
        or 0x4E00 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or character in "〇々"
    )


def _in_a_name(character: str) -> bool:
    selector = 0xE0100 <= ord(character) <= 0xE01EF
    return is_cjk(character) or character.isalpha() or character in _NAME_MARKS or selector


def _can_be_shown(character: str) -> bool:
    # What is unassigned in an old Unicode table may be a rare name's character in a new one.
    return is_cjk(character) or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
