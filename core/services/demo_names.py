"""Names for the demonstration: people, towns and employers that sound real and are nobody's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from importlib import resources

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
GIVEN_ONE = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂芬玲建辉鹏浩宇鑫琳雪梅倩颖晨阳博文"


@cache
def words(kind: str) -> tuple[str, ...]:
    """A list of words for names: given_two, town_heads, company_heads, company_tails, schools, clinics,
    offices, courses. Raises KeyError."""
    text = (resources.files("core") / "reference" / "demo_words.tsv").read_text(encoding="utf-8")
    lists = dict(row.split("\t") for row in text.splitlines())
    return tuple(lists[kind].split())


@dataclass(frozen=True, slots=True)
class EmployerName:
    """An employer to be made: its name, the 单位性质, and which authority it belongs to ("" for none)."""

    name: str
    nature: str
    authority: str


def person_name(chance: random.Random) -> str:
    """A Chinese name of two or three characters."""
    given = chance.choice(words("given_two")) if chance.random() < 0.7 else chance.choice(GIVEN_ONE)
    return chance.choice(SURNAMES) + given


def employer_name(chance: random.Random, county: str) -> EmployerName:
    """An employer of a county."""
    town = chance.choice(words("town_heads")) + chance.choice(("镇", "镇", "乡", "街道"))
    draw = chance.random()
    if draw < 0.45:
        return EmployerName(f"{county}{town}{chance.choice(words('schools'))}", "事业单位", "教育局")
    if draw < 0.65:
        return EmployerName(f"{county}{town}{chance.choice(words('clinics'))}", "事业单位", "卫生健康委员会")
    if draw < 0.8:
        return EmployerName(f"{county}{town}{chance.choice(words('offices'))}", "事业单位", "")
    head = chance.choice(words("company_heads")) + chance.choice(("", "", county.rstrip("市县区")))
    return EmployerName(f"{head}{chance.choice(words('company_tails'))}", "民营企业", "")


def credit_code(chance: random.Random, kind: str = "9") -> str:
    """A 统一社会信用代码 with a check character that holds (GB 32100), in a region code that is issued to nobody."""
    from stdnum.cn.uscc import calc_check_digit

    body = "".join(chance.choice("0123456789") for _ in range(9))
    stem = f"{kind}1410099{body}"[:17]
    return stem + str(calc_check_digit(stem))


def resident_number(serial: int, gender_male: bool, year: int = 1985) -> str:
    """A 身份证号 of the region 410099, which is issued to nobody, with a check digit that holds."""
    from core.rules.identity import check_digit

    month, day = serial % 12 + 1, serial % 28 + 1
    order = serial // 336 * 2 % 1000 + (1 if gender_male else 0)
    stem = f"410099{year + serial % 15:04d}{month:02d}{day:02d}{order:03d}"
    return stem + check_digit(stem)
