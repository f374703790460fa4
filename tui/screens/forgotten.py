"""忘记登录密码 (G6): e-mail and mobile of the registration, the mailed code, and a new password, on one page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.registration import ACCOUNT_FIELDS, PASSWORD_HINT
from core.schema.passwords import ForgottenPassword, ResetPassword
from core.services.forgotten import forgotten_password, reset_password
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look, Span
from tui.tries import tries_text
from tui.widgets.choosing import check_left
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane

_WHO = tuple(
    replace(spec, hint=f"注册时填写的{spec.label}")
    for key in ("email", "mobile")
    for spec in ACCOUNT_FIELDS
    if spec.key == key
)
_NEW = (
    FieldSpec("code", "验证码", max_length=20, hint="邮件中的数字"),
    FieldSpec("password", "新密码", FieldKind.PASSWORD, max_length=20),
    FieldSpec("again", "确认新密码", FieldKind.PASSWORD, max_length=20, hint="请再输入一次新密码"),
)
_SEND = Command("send", ("f8",), "获取验证码", "发到注册时的电子邮箱；在最后一项按 Enter 也可")
_SET = Command("reset", ("f8",), "重设密码", "用邮件中的验证码设定新密码；在最后一项按 Enter 也可")
_AGAIN = Command("send", ("f5",), "重新获取", "再发一次验证码，以前的仍在有效期内的也可用")
_ELSEWHERE = (
    "若忘记注册时的邮箱和手机号，请联系单位管理员重置密码；",
    "重置后初始密码为身份证后6位（尾号为X的，X需大写）。单位账号请联系上级单位。",
)


class ForgottenScreen(Frame):
    """忘记登录密码. What it answers is the same whether an account exists or not."""

    title_text = "忘记登录密码"
    help_text = ("先填注册时的电子邮箱和手机号，F8 获取验证码；再填邮件中的验证码和新密码，F8 重设。",)
    commands: tuple[Command, ...] = (_SEND,)

    def __init__(self) -> None:
        super().__init__()
        self.sent = False

    def make_pane(self) -> Pane:
        fields = [field_for(spec, cells=32) for spec in _WHO]
        self.form = Form(fields, on_leave=self._left, on_done=self._done, label_cells=14)
        self.form.footing = [(), *((Span(" " + words, Look.HINT),) for words in _ELSEWHERE)]
        return self.form

    async def load(self) -> None:
        """Nothing is fetched."""
        self.header.show(self.title_text, "登录")

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.program.back)
        return not self.form.edited

    async def action_send(self) -> None:
        """F8, later F5: mail a code."""
        typed = self.form.values()
        command = ForgottenPassword(email=typed["email"], mobile=typed["mobile"])
        try:
            answer = await self.ask(forgotten_password, command)
        except Refused as refusal:
            self._refused(refusal)
            return
        if not self.sent:
            self._ask_for_code()
        self.form.clear_errors()
        self.form.stand_on("code")
        self.tell(f"如与注册时一致，验证码已发送到该邮箱，{answer.minutes} 分钟内有效")

    async def action_reset(self) -> None:
        """F8, once a code was asked for: the new password."""
        try:
            await self.ask(reset_password, ResetPassword(**self.form.values()))
        except Refused as refusal:
            self._refused(refusal)
            return
        self.form.edited = False
        await self.program.back()
        if self.program.frame.route_name != "login":
            await self.program.go("login")
        self.program.frame.tell("密码已重新设定，请用新密码登录")

    async def _done(self) -> None:
        await (self.action_reset() if self.sent else self.action_send())

    def _ask_for_code(self) -> None:
        self.sent, self.commands = True, (_SET, _AGAIN)
        new = [field_for(spec, cells=24) for spec in _NEW]
        new[1].notes = (PASSWORD_HINT,)
        self.form.rebuild([*self.form.fields, *new])

    def _refused(self, refusal: Refused) -> None:
        self.form.show_errors(refusal.fields)
        if refusal.code in (ErrorCode.RESET_CODE_WRONG, ErrorCode.LOCKED):
            self.form.find("code").error = tries_text(refusal)
            self.form.stand_on("code")
        self.refuse(refusal)

    async def _left(self, field: Field) -> None:
        if field.spec.key != "again":
            await check_left(field, self.form.values(), date.max)
        elif field.entry.value == self.form.values()["password"]:
            field.error = ""
        self.form.changed()
