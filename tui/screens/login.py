"""登录 (G2): 用户类型, 账号, 密码, 验证码. The core is loaded while the operator types, not before the first paint."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.roles import ROLE_LABELS, Role
from tui.frame import Frame
from tui.keys import Command, Press
from tui.look import Line, Look, Span
from tui.tries import tries_text
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane
from tui.widgets.picker import Option, Picker, listed

if TYPE_CHECKING:
    from core.schema.sign_in import Challenge

_FIELDS = (
    FieldSpec("role", "用户类型", FieldKind.CHOICE, choices=tuple(ROLE_LABELS.values()), max_length=10),
    FieldSpec("login", "账号", hint="个人填证件号，单位填机构代码", max_length=20),
    FieldSpec("password", "密码", FieldKind.PASSWORD, max_length=20),
    FieldSpec("answer", "验证码", max_length=6),
)
_BESIDE = {
    ErrorCode.WRONG_LOGIN: "password",
    ErrorCode.LOCKED: "password",
    ErrorCode.NOT_YET_REVIEWED: "login",
    ErrorCode.ROLE_MISSING: "role",
    ErrorCode.DISABLED: "login",
    ErrorCode.WRONG_CHALLENGE: "answer",
    ErrorCode.CHALLENGE_EXPIRED: "answer",
}
"""The field beside which a refusal of the login stands."""
_OF_CHALLENGE = ("new_challenge", "in_words")
_HOW_TO_GET = {
    False: "请按注册时所选的用户类型登录",
    True: "请按注册时所选的用户类型登录；要增加此类型，请在首页 1 注册并勾选“已是本系统用户”",
}
"""What to do where the role is missing: whether it is that of a person."""
_FOOTING: list[Line] = [
    (),
    (
        Span("    注册审核进度查询 "),
        Span("F3", Look.KEY),
        Span("          忘记登录密码？ "),
        Span("F6", Look.KEY),
    ),
]


class LoginScreen(Frame):
    """登录. `then` is the page that was asked for; `come_back` returns to the page whose session ended."""

    title_text = "河南省专业技术人员继续教育信息服务平台"
    help_text = ("看不清验证码按 F5 换一张，或按 F7 改答文字题。",)
    commands = (
        Command("sign_in", ("f8",), "登录", "在最后一项按 Enter 也可"),
        Command("new_challenge", ("f5",), "换一张", "换一张验证码"),
        Command("in_words", ("f7",), "文字题", "验证码改为文字题"),
        Command("status", ("f3",), "注册审核进度查询", bar=False),
        Command("forgotten", ("f6",), "忘记登录密码？", bar=False),
    )

    def __init__(self, role: Role = Role.PERSON, then: str = "", come_back: bool = False) -> None:
        super().__init__()
        self.role, self.then, self.come_back = role, then, come_back
        self._challenge: Challenge | None = None
        self._ready: asyncio.Task[None] | None = None
        self._words = False

    def make_pane(self) -> Pane:
        fields = [field_for(spec, cells=24) for spec in _FIELDS]
        fields[0].set(self.role.label)
        self.form = Form(fields, on_open=self._choose_role, on_done=self.action_sign_in, label_cells=12)
        self.form.at = 1
        self.form.footing = _FOOTING
        return self.form

    async def load(self) -> None:
        """Nothing is fetched: the form stands at once."""
        self.header.show(self.title_text, "登录")
        if self.then or self.come_back:
            self.tell("请先登录，登录后回到刚才的页面", Look.WARN)

    def live_commands(self) -> tuple[Command, ...]:
        """Without a 验证码 nothing is said of it."""
        asked = self._challenge is not None
        return tuple(c for c in super().live_commands() if asked or c.action not in _OF_CHALLENGE)

    async def leave(self) -> bool:
        """Back to the page of an ended session leads only the login; Esc closes it, after a question."""
        if self.come_back:
            self.confirm("不再登录，放弃刚才的页面，回到首页？", self.program.give_up)
        return not self.come_back

    async def press(self, press: Press) -> None:
        """Load the core behind the first key; keys that leave a field wait for it."""
        if self._ready is None:
            self._ready = asyncio.create_task(self._prepare())
        if press.character is None and press.key not in ("escape", "f10", "backspace"):
            await self._settled()
        await super().press(press)

    async def _settled(self) -> None:
        if self._ready is not None:
            try:
                await self._ready
            except Refused as refusal:
                self._ready = None
                self.refuse(refusal)

    async def _prepare(self) -> None:
        await self.program.backend.prepare()
        await self._ask_challenge()

    async def _ask_challenge(self) -> None:
        backend = self.program.backend
        nothing = await backend.load("core.schema.base:Nothing")
        use_case = await backend.load("core.services.sign_in:new_challenge")
        self._challenge = await backend.do(use_case, self.program.guest, nothing())
        self._show_challenge()

    def _show_challenge(self) -> None:
        if self._challenge is None:  # none is asked of this caller
            self.form.rebuild([field for field in self.form.fields if field.spec.key != "answer"])
            return
        field = self.form.find("answer")
        if self._words:
            field.notes = (self._challenge.question, "用数字或汉字回答", "F5 换一题   F7 看图片")
        else:
            field.notes = (*self._challenge.picture, "F5 换一张   F7 文字题")
        self.form.changed()
        self.show_keys()

    async def _choose_role(self, field: Field, typed: str) -> None:
        async def pick(option: Option) -> None:
            field.set(option.value)
            await self.close_overlay()
            await self.form.press(Press("tab"))

        await self.open(Picker("用户类型", listed(field.options), pick, query=typed))

    async def action_sign_in(self) -> None:
        """登录."""
        await self._settled()
        values = self.form.values()
        missing = tuple(
            FieldError(key, ErrorCode.REQUIRED) for key, typed in values.items() if not typed.strip()
        )
        if missing:  # asked here: it must not cost one of the tries
            self.form.show_errors(missing)
            self.refuse(Refused.for_fields(missing))
            return
        role = self._role
        backend = self.program.backend
        command = await backend.load("core.schema.sign_in:SignIn")
        use_case = await backend.load("core.services.sign_in:sign_in")
        self.tell("正在登录", Look.HINT)
        try:
            signed_in = await backend.do(
                use_case,
                self.program.guest,
                command(
                    role=role,
                    login=values["login"],
                    password=values["password"],
                    challenge_id=self._challenge.id if self._challenge else "",
                    answer=values.get("answer", ""),
                ),
            )
        except Refused as refusal:
            await self._refused(refusal)
            return
        if self.come_back:
            await self.program.come_back(signed_in)
        else:
            await self.program.enter(signed_in, self.then)

    @property
    def _role(self) -> Role:
        chosen = self.form.find("role").entry.value
        return next((role for role, label in ROLE_LABELS.items() if label == chosen), Role.PERSON)

    async def _refused(self, refusal: Refused) -> None:
        beside = _BESIDE.get(refusal.code)
        if beside is None:
            raise refusal
        text = tries_text(refusal)
        if refusal.code is ErrorCode.ROLE_MISSING:
            text += f"。{_HOW_TO_GET[self._role is Role.PERSON]}"
        for field in self.form.fields:
            field.error = text if field.spec.key == beside else ""
        if self._challenge is not None:
            self.form.find("answer").entry.clear()
            await self._ask_challenge()
        if refusal.code is ErrorCode.WRONG_LOGIN:
            self.form.find("password").entry.clear()
        self.form.stand_on(beside)
        self.notice.show(text, Look.ERROR)

    async def action_new_challenge(self) -> None:
        """F5: another picture or question."""
        if self._challenge is None:
            self.tell("现在不需要验证码", Look.WARN)
            return
        self.form.find("answer").entry.clear()
        await self._ask_challenge()

    def action_in_words(self) -> None:
        """F7: between the picture and the question in words."""
        if self._challenge is None:
            self.tell("现在不需要验证码", Look.WARN)
            return
        self._words = not self._words
        self._show_challenge()

    async def action_status(self) -> None:
        """F3: 注册审核进度查询."""
        await self.program.go("registration_status")

    async def action_forgotten(self) -> None:
        """F6: 忘记登录密码."""
        await self.program.go("forgotten")
