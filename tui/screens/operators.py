"""管理员管理 (A1): the 系统管理员, and a role added to an account that has none for it (帐号未分配角色)."""

from __future__ import annotations

from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import Role
from core.schema.accounts import AddRole, MakeOperator
from core.services.operators import add_role, make_operator, operator_page, reset_operator, switch_operator
from tui.account_list import COMMANDS, AccountList
from tui.keys import Command
from tui.paged import PAGE_COMMANDS
from tui.widgets.choosing import opener
from tui.widgets.field import field_for
from tui.widgets.form_sheet import FormSheet

_ROLES = {role.label: role for role in Role if role is not Role.PERSON}
ACCOUNT = FieldSpec("login", "帐号", hint="登录名，或本人的证件号", max_length=40)
ROLE = FieldSpec("role", "用户类型", FieldKind.CHOICE, choices=tuple(_ROLES))
ORG_CODE = FieldSpec("org_code", "机构代码", required=False, hint="系统管理员不填", max_length=20)


class OperatorsScreen(AccountList):
    """管理员管理 of the platform."""

    title_text = "管理员管理"
    made = "系统管理员"
    help_text = (
        "登录时提示“帐号未分配角色”的，按 R 给这个帐号加上用户类型；专业技术人员由本人注册。",
        "不能停用自己，也不能停用最后一个系统管理员。",
    )
    commands = (
        *COMMANDS,
        Command("role", ("r", "f9"), "加用户类型", "给已有的帐号加一个单位的用户类型"),
        *PAGE_COMMANDS,
    )
    rows_of = operator_page
    make_one = make_operator
    switch_one = switch_operator
    reset_one = reset_operator

    def make_command(self, values: dict[str, str]) -> MakeOperator:
        """Login name and holder."""
        return MakeOperator(login=values["login"], name=values["name"])

    async def action_role(self) -> None:
        """R: an account, a role, and the office's code."""
        fields = (field_for(ACCOUNT), field_for(ROLE), field_for(ORG_CODE))
        sheet = FormSheet("给已有的帐号加用户类型", fields, self._add_role, done="加上")
        sheet.on_open = opener(self, lambda: sheet)
        await self.open(sheet)

    async def _add_role(self, values: dict[str, str]) -> None:
        typed = values["role"].strip()
        role = _ROLES.get(typed)
        if role is None:
            missing = [FieldError("role", ErrorCode.NOT_IN_LIST if typed else ErrorCode.REQUIRED)]
            if not values["login"].strip():
                missing.insert(0, FieldError("login", ErrorCode.REQUIRED))
            raise Refused.for_fields(tuple(missing))
        command = AddRole(login=values["login"], role=role, org_code=values["org_code"])
        made = await self.ask(add_role, command)
        await self.close_overlay()
        await self.fetch_again(keep=True)
        where = f"（{made.org_name}）" if made.org_name else ""
        self.tell(f"{made.login} 已加上 {made.role.label}{where}")
