"""The organisations of the demonstration: bureaus, authorities and some 2,000 employers of Henan."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sqlalchemy import insert, select

from core.model import Department, Org, OrgGram
from core.rules.reference import PROVINCIAL_UNITS, Region, regions
from core.rules.roles import OrgKind
from core.services.demo_names import credit_code, employer_name
from core.store.names import gram_rows, spell_words
from core.store.work import UnitOfWork

EMPLOYERS = 2000
AUTHORITIES = ("教育局", "卫生健康委员会")
GUIDE_EMPLOYERS = (
    ("华瑞园林工程有限公司", "410326", "民营企业", ""),
    ("梁园区白云社区卫生服务中心", "411402", "事业单位", "卫生健康委员会"),
    ("新野县溧河铺镇卫生院", "411329", "事业单位", "卫生健康委员会"),
    ("汝阳县小店镇第一初级中学", "410326", "事业单位", "教育局"),
    ("确山县刘店镇彭庄小学", "411725", "事业单位", "教育局"),
    ("河南高辉（用人单位测试账号）", PROVINCIAL_UNITS, "民营企业", ""),
    ("汇瑞园林古建工程公司", "410326", "民营企业", ""),
)
"""The employers that the guide shows, its test account, and a neighbour in name; all with invented codes."""
DEPARTMENTS = ("教务处", "语文教研组", "数学教研组", "英语教研组", "总务处", "办公室")


@dataclass(frozen=True, slots=True)
class UnitIds:
    """The organisations that the demonstration works with, by id."""

    by_name: dict[str, int]


def make_units(work: UnitOfWork, chance: random.Random) -> UnitIds:
    """Write all organisations in bulk, with pinyin and grams. The same every time for the same chance."""
    rows: list[dict[str, object]] = []
    codes: set[str] = set()

    def add(kind: OrgKind, name: str, region_code: str, nature: str, authority: int | None = None) -> int:
        code = credit_code(chance, "1" if kind is not OrgKind.EMPLOYER else "9")
        while code in codes:
            code = credit_code(chance)
        codes.add(code)
        pinyin, initials = spell_words(name)
        rows.append(
            {
                "id": len(rows) + 1,
                "kind": kind.value,
                "name": name,
                "code": code,
                "nature": nature,
                "region_code": region_code,
                "authority_id": authority,
                "pinyin": pinyin,
                "initials": initials,
            }
        )
        return len(rows)

    places = [each for each in regions() if each.kind != "provincial_units"]
    for each in places:
        add(OrgKind.BUREAU, _bureau_name(each), each.code, "行政机关")
    counties = [each for each in places if each.kind in ("county", "county_province_managed")]
    authorities = {
        (each.code, kind): add(OrgKind.AUTHORITY, each.name + kind, each.code, "行政机关")
        for each in counties
        for kind in AUTHORITIES
    }
    for name, code, nature, kind in GUIDE_EMPLOYERS:
        add(OrgKind.EMPLOYER, name, code, nature, authorities.get((code, kind)))
    used = {str(row["name"]) for row in rows}
    made = 0
    while made < EMPLOYERS - len(GUIDE_EMPLOYERS):
        place = chance.choice(counties)
        employer = employer_name(chance, place.name)
        if employer.name in used:
            continue
        used.add(employer.name)
        authority = authorities.get((place.code, employer.authority))
        add(OrgKind.EMPLOYER, employer.name, place.code, employer.nature, authority)
        made += 1
    work.session.execute(insert(Org), rows)
    _set_sequence(work)
    grams = [
        gram
        for row in rows
        for gram in gram_rows(int(str(row["id"])), str(row["region_code"]), str(row["name"]))
    ]
    work.session.execute(insert(OrgGram), grams)
    return UnitIds({str(row["name"]): int(str(row["id"])) for row in rows})


def make_departments(work: UnitOfWork, org_id: int) -> None:
    """The 工作部门 of one employer."""
    for name in DEPARTMENTS:
        work.session.add(Department(org_id=org_id, name=name))
    work.session.flush()


def department_ids(work: UnitOfWork, org_id: int) -> list[int]:
    """The departments of an employer."""
    return list(work.session.scalars(select(Department.id).where(Department.org_id == org_id)))


def _bureau_name(place: Region) -> str:
    if place.kind == "province":
        return "河南省人力资源和社会保障厅"
    return f"{place.name}人力资源和社会保障局"


def _set_sequence(work: UnitOfWork) -> None:
    """On PostgreSQL the numbers that were given by hand must be known to the sequence."""
    if work.session.get_bind().dialect.name == "postgresql":
        from sqlalchemy import text

        work.session.execute(
            text("select setval(pg_get_serial_sequence('org', 'id'), (select max(id) from org))")
        )
