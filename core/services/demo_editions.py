"""Rules of the demonstration that the second 系统管理员 has changed: one from next year on, one 称号 added."""

from __future__ import annotations

from sqlalchemy import select

from core.model import AccountRole
from core.rules.reference import PROVINCE
from core.rules.roles import Actor, Role
from core.schema.editions import EntryKey, SaveEdition
from core.services.demo_accounts import SECOND_OPERATOR
from core.services.desk import Desk
from core.services.editions import edition_entry, store_edition

NEXT_YEAR = "2027"
_LOWERED = (
    "hours",
    "grassroots_service",
    {"hours": "6", "basis": "试行的服务基层活动办法", "certainty": "来源"},
)
_HONOUR = {"level": "省级", "honour": "河南省教学标兵"}


def make_editions(desk: Desk) -> None:
    """服务基层 counts 6 学时 a day from next year on; a 称号 that the shipped list doesn't have."""
    with desk.writing() as work:
        held = select(AccountRole).where(
            AccountRole.role == Role.OPERATOR.value, AccountRole.name == SECOND_OPERATOR[1]
        )
        role = work.session.scalars(held).one()
        operator = Actor(role.account_id, "demo", Role.OPERATOR, role.name, PROVINCE, address="127.0.0.1")
        kind, entry, changes = _LOWERED
        view = edition_entry(work, operator, EntryKey(kind=kind, entry=entry))
        values = {**view.values, **changes}
        lowered = SaveEdition(
            kind=kind, entry=entry, values=values, from_year=NEXT_YEAR, reason="按试行办法调整"
        )
        store_edition(work, operator, lowered)
        work.commit()
    with desk.writing() as work:
        added = SaveEdition(kind="honour", values=_HONOUR, from_year="2026", reason="本年度新设的称号")
        store_edition(work, operator, added)
        work.commit()
