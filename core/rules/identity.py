"""Identity numbers (证件号) and organisation codes (机构代码): checked, read and masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.rules.entry import EntryError, fold_plain
from core.rules.errors import ErrorCode

RESIDENT_CARD = "身份证"
MALE, FEMALE = "男", "女"

# GB 11643: weights of the first 17 digits, and the check character by the remainder of 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# Province codes of GB/T 2260; 81 to 83 stand on residence permits, 9 opens the numbers of foreign residents.
_PROVINCES = frozenset(
    str(first * 10 + second)
    for first, last in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5), (7, 1), (8, 3))
    for second in range(0 if first == 5 else 1, last + 1)
)
_RESIDENT = re.compile(r"\d{17}[\dX]", re.ASCII)
# Inside a longer text; what runs on in letters or digits (a hash, a 机构代码) is no number of a person.
_RESIDENT_INSIDE = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_MOBILE_INSIDE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
_EMAIL_INSIDE = re.compile(r"[0-9A-Za-z._%+-]+@([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)")


@dataclass(frozen=True, slots=True)
class ResidentNumber:
    """A resident's number (公民身份号码) that holds together, and what it says."""

    number: str
    birth_date: date
    gender: str
    region_code: str


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """What the number of another document (证件类型) may look like: only its length and characters."""

    low: int
    high: int
    pattern: str = r"[0-9A-Z]+"
    resident: bool = False


DOCUMENTS: Mapping[str, DocumentRule] = {
    RESIDENT_CARD: DocumentRule(18, 18, resident=True),
    "军官证(士兵证)": DocumentRule(6, 20, r"[0-9A-Z\u4e00-\u9fff-]+"),
    "港澳居民来往内地通行证": DocumentRule(9, 11),
    "台湾居民来往大陆通行证": DocumentRule(8, 11),
    "港澳居民居住证": DocumentRule(18, 18, resident=True),
    "台湾居民居住证": DocumentRule(18, 18, resident=True),
    "外国人永久居留身份证": DocumentRule(15, 18),
    "护照": DocumentRule(5, 20),
}


def check_digit(first_17: str) -> str:
    """The check character of 17 digits by GB 11643."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True)) % 11]


def check_resident_number(text: str, today: date) -> ResidentNumber:
    """Read a resident's number; EntryError BAD_ID_FORMAT, _PROVINCE, _DATE, _CHECK_DIGIT in this order."""
    number = fold_plain(text).upper()
    if _RESIDENT.fullmatch(number) is None:
        raise EntryError(ErrorCode.BAD_ID_FORMAT)
    if number[:2] not in _PROVINCES and number[0] != "9":
        raise EntryError(ErrorCode.BAD_ID_PROVINCE)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise EntryError(ErrorCode.BAD_ID_DATE) from None
    if not date(1900, 1, 1) <= born <= today:
        raise EntryError(ErrorCode.BAD_ID_DATE)
    if check_digit(number[:17]) != number[17]:
        raise EntryError(ErrorCode.BAD_ID_CHECK_DIGIT)
    return ResidentNumber(number, born, MALE if int(number[16]) % 2 else FEMALE, number[:6])


def check_id_number(id_type: str, text: str, today: date) -> str:
    """The number of any document in its stored form: a resident's number by its digits, others by shape."""
    rule = DOCUMENTS.get(id_type)
    if rule is None or rule.resident:
        return check_resident_number(text, today).number
    number = fold_plain(text).upper()
    if not rule.low <= len(number) <= rule.high or re.fullmatch(rule.pattern, number) is None:
        raise EntryError(ErrorCode.BAD_DOCUMENT_NUMBER, id_type=id_type, low=rule.low, high=rule.high)
    return number


def mask_id_number(number: str) -> str:
    """The number as lists show it: 410099********1234; a short one keeps two characters at each end."""
    if len(number) == 18:
        return f"{number[:6]}{'*' * 8}{number[-4:]}"
    if len(number) > 6:
        return f"{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}"
    return "*" * len(number)


def mask_residents(text: str) -> str:
    """A free text with every resident's number in it masked: opinions and file names are kept in clear."""
    return _RESIDENT_INSIDE.sub(lambda found: mask_id_number(found.group()), text)


def mask_personal(text: str) -> str:
    """A free text with every resident's number, mobile and e-mail in it masked: for audit entries and the log."""
    text = mask_residents(text)
    text = _MOBILE_INSIDE.sub(lambda found: f"{found.group()[:3]}****{found.group()[-4:]}", text)
    return _EMAIL_INSIDE.sub(lambda found: f"{found.group()[:1]}***@{found.group(1)}", text)


def check_uscc(text: str) -> str:
    """An organisation's code (统一社会信用代码) in capitals, its check character verified (BAD_USCC)."""
    from stdnum.cn import uscc
    from stdnum.exceptions import ValidationError

    code = fold_plain(text).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError:
        raise EntryError(ErrorCode.BAD_USCC) from None
