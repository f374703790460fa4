"""The part of a life in which accounts are kept by others: of persons, of offices, of operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.rules.boxes import Box
from core.rules.roles import Guest, Role
from core.schema.account_keys import AddKey
from core.schema.accounts import AccountKey, AddRole, MakeOperator, MakeSubAccount, SwitchAccount
from core.schema.base import Number
from core.schema.boxes import DeleteFile
from core.schema.sign_in import EnterByTicket
from core.schema.staff import MoveStaff, StaffKey, SwitchStaff
from core.schema.units_below import MakeUnitAccount, ResetUnitAccount, SwitchUnit
from core.services.box_files import put_file
from core.services.door import prove_password
from tests.services.front_door import GUEST, NUMBER, PASSWORD
from tests.services.key_pairs import public_line

if TYPE_CHECKING:
    from tests.services.life import Life, Step

REASON = f"经办人 {NUMBER} 已调离"


def account_steps(life: Life) -> Iterator[Step]:
    """What is made, shut, opened and given a new password, each once."""
    yield from _of_the_person(life)
    yield from _of_the_firm(life)
    yield from _of_the_bureau(life)
    yield from _of_the_operator(life)


def _of_the_person(life: Life) -> Iterator[Step]:
    """A key registered and removed, a file that came in deleted; a password proved at the SSH door begins a session."""
    person, does = life.made["person"], life.does
    yield does("add_key", "keys", lambda: AddKey(text=public_line(), name=f"{NUMBER}的电脑"), person)
    yield does("remove_key", "keys", lambda: Number(value=life.made["keys"].rows[0].id), person)
    file = put_file(life.desk, person.account_id, Box.INBOX, f"{NUMBER}.pdf", b"%PDF-1.7\n")
    yield does("delete_file", "deleted", lambda: DeleteFile(file_id=file.id), person)
    proof = prove_password(life.desk, NUMBER, PASSWORD, GUEST.address)
    guest = Guest(GUEST.address, ticket=proof.ticket)
    yield does("enter_by_ticket", "entered", EnterByTicket, guest)


def _of_the_firm(life: Life) -> Iterator[Step]:
    firm, does = life.made["firm"], life.does
    person = life.world.person("吴九", life.world.garden).person_id or 0
    for on in (False, True):
        switched = SwitchStaff(person_id=person, on=on, reason=REASON)
        yield does("switch_staff", "staff", lambda switched=switched: switched, firm)  # type: ignore[misc]
    yield does("move_staff", "staff", lambda: MoveStaff(person_id=person), firm)
    yield does("reset_staff_password", "reset", lambda: StaffKey(person_id=person), firm)
    yield does("make_sub_account", "sub", lambda: MakeSubAccount(login="garden.wang", name="王小燕"), firm)
    for on in (False, True):
        yield does("switch_sub_account", "row", lambda on=on: _switch(life, "sub", on), firm)  # type: ignore[misc]
    yield does("reset_sub_account", "sub", lambda: _key(life, "sub"), firm)


def _of_the_bureau(life: Life) -> Iterator[Step]:
    bureau, world, does = life.made["bureau"], life.world, life.does
    for on in (False, True):
        switched = SwitchUnit(org_id=world.school, on=on, reason=REASON)
        yield does("switch_unit", "unit", lambda switched=switched: switched, bureau)  # type: ignore[misc]
    below = world.county_bureau
    yield does("make_unit_account", "given", lambda: MakeUnitAccount(org_id=below, login="county.hr"), bureau)
    yield does(
        "reset_unit_account",
        "given",
        lambda: ResetUnitAccount(org_id=below, account_id=life.made["given"].account_id),
        bureau,
    )


def _of_the_operator(life: Life) -> Iterator[Step]:
    boss, does = life.made["boss"], life.does
    yield does("make_operator", "second", lambda: MakeOperator(login="second.op", name="刘小军"), boss)
    for on in (False, True):
        yield does("switch_operator", "row", lambda on=on: _switch(life, "second", on), boss)  # type: ignore[misc]
    yield does("reset_operator", "second", lambda: _key(life, "second"), boss)
    yield does("add_role", "added", lambda: AddRole(login=NUMBER, role=Role.OPERATOR), boss)


def _switch(life: Life, what: str, on: bool) -> SwitchAccount:
    return SwitchAccount(account_id=life.made[what].account_id, on=on, reason=REASON)


def _key(life: Life, what: str) -> AccountKey:
    return AccountKey(account_id=life.made[what].account_id)
