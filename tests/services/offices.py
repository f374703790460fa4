"""What the tests of offices share: codes that hold together, forms as typed, and the desk that decides on them."""

from __future__ import annotations

from stdnum.cn.uscc import calc_check_digit

from core.model import Account, AccountRole, Org
from core.rules.roles import Actor, Role
from core.schema.offices import OfficeView, OrgChangeView, RegisterOffice
from core.schema.review import Decide, Decided, Subject, Verdict
from core.services.desk import Desk
from core.services.office_registrations import register_office
from core.services.review import decide
from tests.services.front_door import GUEST, PASSWORD
from tests.worlds import World

EMAIL, MOBILE = "office@example.cn", "19900000077"


def org_code(serial: int) -> str:
    """A 机构代码 of a place that is issued to nobody, with a check digit that holds."""
    body = f"52410099{serial:09d}"
    return body + calc_check_digit(body)


CODE = org_code(1)


def office_form(**changed: str) -> dict[str, str]:
    """注册 of an employer in 汝阳县 as typed, all of it right unless changed."""
    values = {
        "kind": "用人单位",
        "name": "汝阳县第三初级中学",
        "code": CODE,
        "region": "410326",
        "superior": "",
        "authority": "",
        "nature": "事业单位",
        "industry": "教育",
        "address": "汝阳县文化路1号",
        "contact": "赵六",
        "mobile": MOBILE,
        "email": EMAIL,
        "password": PASSWORD,
        "password_again": PASSWORD,
    }
    return {**values, **changed}


def applied(
    desk: Desk, *, superior_id: int | None = None, authority_id: int | None = None, **changed: str
) -> OfficeView:
    """A registration that has been sent in."""
    command = RegisterOffice(
        values=office_form(**changed), superior_id=superior_id, authority_id=authority_id
    )
    return desk.do(register_office, GUEST, command)


def verdict(
    view: OfficeView | OrgChangeView, said: Verdict = Verdict.APPROVE, opinion: str = "", version: int = 0
) -> Decide:
    """A verdict on a registration or on a change of an office."""
    change = isinstance(view, OrgChangeView)
    row = view.row if isinstance(view, OrgChangeView) else view
    subject = Subject.OFFICE_CHANGE if change else Subject.OFFICE
    return Decide(subject=subject, id=row.id, version=version or row.version, verdict=said, opinion=opinion)


def admitted(desk: Desk, world: World, **changed: str) -> Decided:
    """A registration that the county's bureau has passed."""
    view = applied(desk, **changed)
    return desk.do(decide, world.office(world.county_bureau), verdict(view))


def sub_account(world: World, chief: Actor) -> Actor:
    """A second account of an office that is not its chief's, signed in."""
    actor = world.office(chief.org_id or 0, "经办人")
    with world.store.writing() as work:
        held = work.session.query(AccountRole).filter_by(account_id=actor.account_id).one()
        held.chief, held.name = False, "经办人"
        work.commit()
    return actor


def org_named(world: World, name: str) -> Org | None:
    """An organisation of the register by its name."""
    with world.store.reading() as work:
        return work.session.query(Org).filter_by(name=name).one_or_none()


def login_of(world: World, actor: Actor, login: str, password_hash: str = "!") -> None:
    """The account of an actor is called so from now on."""
    with world.store.writing() as work:
        account = work.session.get_one(Account, actor.account_id)
        account.login_digest = work.vault.digest("login", login)
        account.login_sealed = work.vault.seal(login)
        account.password_hash = password_hash
        work.commit()


OFFICE_ROLES = (Role.EMPLOYER, Role.BASE, Role.AUTHORITY)
