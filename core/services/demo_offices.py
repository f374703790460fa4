"""Offices of the demonstration that wait to be let in, one of them a claim, and one that wants another name."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from core.model import Department, Org
from core.rules.roles import Actor, Guest
from core.schema.base import Nothing
from core.schema.offices import EditOrg, RegisterOffice, SubmitOrgChange
from core.services.demo_names import credit_code
from core.services.demo_units import UnitIds
from core.services.desk import Desk
from core.services.office_registrations import register_office
from core.services.org_changes import submit_org_change
from core.services.org_profile import edit_org, org_profile

SEED = 20261122
CLAIMED = "汇瑞园林古建工程公司"
"""Stands in the register without an account, and asks for its first one."""
NEWCOMERS = (
    ("用人单位", "汝阳县城关镇中心小学", "汝阳县教育局", "事业单位", "教育"),
    ("用人单位", "汝阳县陶营镇初级中学", "汝阳县教育局", "事业单位", "教育"),
    ("继续教育基地", "汝阳县教师进修学校", "", "事业单位", "教育"),
    ("用人单位", CLAIMED, "", "民营企业", "建筑业"),
)
NEW_NAME = "河南高辉教育科技有限公司"
_REGION = "410326"
_UNDER = ("教务处", ("语文教研组", "数学教研组", "英语教研组"))


def make_waiting_offices(
    desk: Desk,
    units: UnitIds,
    school: Actor,
    renamed: Actor,
    password: str,
    start: datetime,
    at: Callable[[datetime], None],
) -> None:
    """Four registrations at the county's authority and bureau, a change at the province's, a tree of departments."""
    chance = random.Random(SEED)
    for number, (kind, name, authority, nature, industry) in enumerate(NEWCOMERS):
        at(start - timedelta(days=9) + timedelta(days=2 * number, hours=number))
        values = {
            "kind": kind,
            "name": name,
            "code": _code(desk, name) or credit_code(chance, "1"),
            "region": _REGION,
            "nature": nature,
            "industry": industry,
            "address": f"汝阳县文化路{number + 1}号",
            "contact": ("赵六", "孙小梅", "周建军", "吴海燕")[number],
            "mobile": f"1990002{number:04d}",
            "email": f"office{number}@example.cn",
            "password": password,
            "password_again": password,
        }
        above = units.by_name[authority] if authority else None
        register_office.function(desk, Guest(), RegisterOffice(values=values, authority_id=above))
    at(start - timedelta(days=2))
    with desk.writing() as work:
        view = org_profile.function(work, renamed, Nothing())
        contact = {"contact": "钱建国", "mobile": "19900020009", "email": "gaohui@example.cn"}
        edit_org.function(work, renamed, EditOrg(version=view.version, values=contact))
        values = {**view.change_values, "name": NEW_NAME, "note": "工商登记已更名"}
        submit_org_change.function(work, renamed, SubmitOrgChange(values=values))
        parent, below = _UNDER
        mine = Department.org_id == school.org_id
        head = select(Department.id).where(mine, Department.name == parent).scalar_subquery()
        work.session.execute(
            update(Department).where(mine, Department.name.in_(below)).values(parent_id=head)
        )
        work.commit()


def _code(desk: Desk, name: str) -> str:
    """The code under which the register has an office of this name."""
    with desk.reading() as work:
        return work.session.scalar(select(Org.code).where(Org.name == name)) or ""
