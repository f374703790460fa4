"""修改密码 (P7): the old one, a new one and the new one again. After a reset nothing else is open until then."""

from __future__ import annotations

from datetime import date

from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.registration import PASSWORD_HINT
from core.schema.passwords import ChangePassword
from core.services.password_change import change_password
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span
from tui.nameplate import nameplate
from tui.tries import tries_text
from tui.widgets.choosing import check_left
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane

_FIELDS = (
    FieldSpec("old", "原始密码", FieldKind.PASSWORD, max_length=20, hint="现在登录用的密码"),
    FieldSpec("new", "新密码", FieldKind.PASSWORD, max_length=20),
    FieldSpec("again", "确认新密码", FieldKind.PASSWORD, max_length=20, hint="请再输入一次新密码"),
)
_INITIAL = "密码是重置后的初始密码（身份证后6位，X 大写），请先改成自己的密码"
_FOOTING: list[Line] = [(), (Span(" 修改后，这个账号在别处的登录立即失效。", Look.HINT),)]


class PasswordScreen(Frame):
    """修改密码. `then` is the page to go on to once a reset password has been changed."""

    title_text = "修改密码"
    help_text = ("F8 提交，在最后一项按 Enter 也可。新密码 8~20 位，不能只用数字或只用字母。",)
    commands = (Command("submit", ("f8",), "提交", "改成新密码"),)

    def __init__(self, then: str = "") -> None:
        super().__init__()
        self.then = then

    def make_pane(self) -> Pane:
        fields = [field_for(spec) for spec in _FIELDS]
        fields[1].notes = (PASSWORD_HINT,)
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=14)
        self.form.footing = _FOOTING
        return self.form

    @property
    def forced(self) -> bool:
        """Whether nothing else can be done before."""
        signed_in = self.program.signed_in
        return signed_in is not None and signed_in.must_change_password

    def _escape_command(self) -> Command:
        if self.forced:
            return Command("back", ("escape",), "退出登录", "不改就不能办理其他业务")
        return super()._escape_command()

    async def load(self) -> None:
        """Nothing is fetched."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        if self.forced:
            self.form.find("old").notes = (_INITIAL,)
            self.form.changed()
            self.tell(Refused(ErrorCode.MUST_CHANGE_PASSWORD).text, Look.WARN)

    async def leave(self) -> bool:
        """Before a reset password is changed the only other way is out."""
        if self.forced:
            self.confirm("退出登录？", self.program.sign_out)
        elif self.form.edited:
            self.confirm("放弃已填写的内容？", self.program.back)
        return not self.forced and not self.form.edited

    async def action_submit(self) -> None:
        """F8: 提交."""
        try:
            done = await self.ask(change_password, ChangePassword(**self.form.values()))
        except Refused as refusal:
            self._refused(refusal)
            return
        self.form.edited = False
        await self.program.password_changed(self.then)
        others = f"，这个账号在别处的 {done.ended} 个登录已失效" if done.ended else ""
        self.program.frame.tell(f"密码已修改{others}")

    def _refused(self, refusal: Refused) -> None:
        if refusal.code not in (ErrorCode.FIELDS_REFUSED, ErrorCode.WRONG_OLD_PASSWORD, ErrorCode.LOCKED):
            raise refusal
        self.form.show_errors(refusal.fields)
        if refusal.code is not ErrorCode.FIELDS_REFUSED:
            self.form.find("old").error = tries_text(refusal)
            self.form.stand_on("old")
        self.refuse(refusal)

    async def _left(self, field: Field) -> None:
        if field.spec.key == "new":
            await check_left(field, self.form.values(), date.max)
        again = self.form.find("again")
        if again.entry.value == self.form.values()["new"]:
            again.error = ""
        self.form.changed()
