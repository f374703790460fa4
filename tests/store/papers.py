"""Fictitious certificates for the tests of seal, paper and verification."""

from __future__ import annotations

from datetime import date

from core.rules.certificate import certificate_number
from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.rules.hours import CreditHours

ISSUER = "河南省人力资源和社会保障厅"
_NAMES = ("张三", "李四光明", "欧阳䶮", "王㛃", "赵𠅤")


def sample(serial: int = 1, *, years: int = 1, rows: int = 3, name: str = "") -> CertificateFacts:
    """One certificate; the same arguments give the same facts."""
    listed = tuple(
        YearFacts(2019 - back, CreditHours.of(30), CreditHours(121 + serial), CreditHours(181 + serial))
        for back in range(years)
    )
    learning = tuple(
        LearningFacts(
            year=2019,
            subject="专业课",
            form="岗位培训",
            title=f"第{row}期专业技术人员知识更新培训班",
            period="2019-01-05 至 2019-03-08",
            hours=CreditHours(21),
        )
        for row in range(1, rows + 1)
    )
    return CertificateFacts(
        number=certificate_number(2019, "410105", serial),
        name=name or _NAMES[serial % len(_NAMES)],
        gender="男" if serial % 2 else "女",
        id_number="410099199001011235",
        employer="河南高辉（用人单位测试账号）",
        title="党校教师 / 政治 / 教授",
        issuer=ISSUER,
        issued_on=date(2019, 12, 31),
        years=listed,
        learning=learning,
    )
