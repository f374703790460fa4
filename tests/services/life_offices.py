"""Steps of a life: an office registers, is refused, sends again and is let in; its own file, a change, departments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.offices import (
    DepartmentKey,
    EditOrg,
    OrgChangeKey,
    RegisterOffice,
    ResubmitOffice,
    SaveDepartment,
    SubmitOrgChange,
    WithdrawOffice,
)
from core.schema.review import Verdict
from core.services.org_profile import org_profile
from tests.services.front_door import PASSWORD
from tests.services.offices import CODE, office_form, verdict

if TYPE_CHECKING:
    from tests.services.life import Life

Step = tuple[str, Callable[[], object]]


def office_steps(life: Life) -> Iterator[Step]:
    """Everything that changes something, each at least once."""
    from tests.services.life import EMAIL, MOBILE, REASON

    bureau, garden = life.world.office(life.world.city_bureau), life.world.office(life.world.garden)
    form = office_form(region="410327", mobile=MOBILE, email=EMAIL)
    yield life.does("register_office", "office", lambda: RegisterOffice(values=form))
    yield life.does("withdraw_office", "office", lambda: WithdrawOffice(**_proof(life)))
    yield life.does("register_office", "office", lambda: RegisterOffice(values=form))
    refusal = lambda: verdict(life.made["office"], Verdict.REJECT, REASON)  # noqa: E731
    yield life.does("decide", "decided", refusal, bureau)
    again = {**form, "password": "", "password_again": ""}
    resent = lambda: ResubmitOffice(**_proof(life, 1), values=again)  # noqa: E731
    yield life.does("resubmit_office", "office", resent)
    yield life.does("decide", "decided", lambda: verdict(life.made["office"]), bureau)
    yield from _own_file(life, bureau, garden)


def _own_file(life: Life, bureau: Actor, garden: Actor) -> Iterator[Step]:
    from tests.services.life import EMAIL, MOBILE, OTHER_MOBILE

    contact = {"contact": "赵六", "mobile": MOBILE, "email": EMAIL}

    def edit() -> EditOrg:
        version = life.desk.do(org_profile, garden, Nothing()).version
        return EditOrg(version=version, values=contact)

    def change() -> SubmitOrgChange:
        now = life.desk.do(org_profile, garden, Nothing()).change_values
        note = f"更名，联系电话 {OTHER_MOBILE}"
        return SubmitOrgChange(values={**now, "name": "华瑞生态园林有限公司", "note": note})

    yield life.does("edit_org", "profile", edit, garden)
    yield life.does("submit_org_change", "org_change", change, garden)
    yield life.does("withdraw_org_change", "org_change", lambda: _change_key(life), garden)
    yield life.does("submit_org_change", "org_change", change, garden)
    yield life.does("decide", "decided", lambda: verdict(life.made["org_change"]), bureau)
    yield life.does("save_department", "tree", lambda: SaveDepartment(name="工程部"), garden)
    gone = lambda: DepartmentKey(department_id=life.made["tree"][0].id)  # noqa: E731
    yield life.does("delete_department", "tree", gone, garden)


def _proof(life: Life, later: int = 0) -> dict[str, Any]:
    view = life.made["office"]
    version = view.version + later
    return {"registration_id": view.id, "version": version, "code": CODE, "password": PASSWORD}


def _change_key(life: Life) -> OrgChangeKey:
    row = life.made["org_change"].row
    return OrgChangeKey(change_id=row.id, version=row.version)
