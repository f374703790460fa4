"""账号 (F9 on every home page): 修改密码, SSH 公钥, and the other roles of the same account without a second login."""

from __future__ import annotations

from core.rules.roles import Role
from core.schema.sign_in import SwitchRole
from core.services.sign_in import switch_role
from tui.frame import Act, Frame
from tui.keys import Command

ACCOUNT = Command("account", ("f9",), "账号", "修改密码；SSH 公钥；换成同一账号的另一个用户类型")


class WithAccount(Frame):
    """A home page."""

    async def action_account(self) -> None:
        """F9: the menu of the account, in the notice line."""
        signed_in = self.program.signed_in
        assert signed_in is not None
        others = [role for role in signed_in.roles if role is not signed_in.actor.role]

        async def change_password() -> None:
            await self.program.go("password")

        answers: dict[str, tuple[str, Act]] = {"1": ("修改密码", change_password)}
        for number, role in enumerate(others, 2):
            answers[str(number)] = (f"换成{role.label}", self._switch_to(role))
        answers["9"] = ("SSH 公钥", lambda: self.program.go("keys"))
        answers["0"] = ("不换" if others else "返回", lambda: self.notice.show(""))
        self.question("账号", answers)

    def _switch_to(self, role: Role) -> Act:
        async def act() -> None:
            await self.program.enter(await self.ask(switch_role, SwitchRole(role=role)))
            self.program.frame.tell(f"已换成{role.label}")

        return act
