"""注册审核进度查询 (G5, G7): where a registration of a person or an office stands, who reviews it, and why it was
refused; 撤回申请, 修改重提."""

from __future__ import annotations

from datetime import date

from core.rules.entry import EntryError
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.identity import check_resident_number, check_uscc
from core.rules.workflow import RegistrationState
from core.schema.offices import LookUpOffice, OfficeView, WithdrawOffice
from core.schema.registration import LookUpRegistration, RegistrationView, WithdrawRegistration
from core.services.office_registrations import office_status, withdraw_office
from core.services.registrations import registration_status, withdraw_registration
from tui.frame import Frame
from tui.keys import Command
from tui.look import Line, Look, Span, fit, wrapped
from tui.nameplate import moment_text
from tui.widgets.field import field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane

_FIELDS = (
    FieldSpec("id_number", "证件号/机构代码", hint="个人填证件号，单位填机构代码", max_length=24),
    FieldSpec("password", "密码", FieldKind.PASSWORD, hint="注册时填写的密码", max_length=20),
)
_WITHDRAW = Command("withdraw", ("f7",), "撤回申请", "撤回后可重新注册")
_CORRECT = Command("correct", ("f2",), "修改重提", "改正不通过的注册，再次提交")
_NEXT = {
    RegistrationState.PENDING: "请等待审核，通过后用{what}登录。{wrong}可按 F7 撤回申请。",
    RegistrationState.REJECTED: "按 F2 改正后重新提交。",
    RegistrationState.APPROVED: "已可以登录：首页 {window}，2 登录。",
    RegistrationState.WITHDRAWN: "此{what}可以重新注册。",
}
_WINDOWS = {"employer": "2 用人单位", "base": "3 继续教育基地", "authority": "4 主管部门"}
_LABEL_CELLS = 18
View = RegistrationView | OfficeView


class StatusScreen(Frame):
    """注册审核进度查询. A `registration` that was just sent in is shown at once."""

    title_text = "注册审核进度查询"
    help_text = ("个人填证件号，单位填机构代码，再填密码，按 Enter 或 F5 查询。",)
    commands = (Command("query", ("f5", "f8"), "查询"), _WITHDRAW, _CORRECT)

    def __init__(self, registration: View | None = None, id_number: str = "", password: str = "") -> None:
        super().__init__()
        self.view = registration
        self._typed = (id_number, password)

    def make_pane(self) -> Pane:
        fields = [field_for(spec, value, cells=24) for spec, value in zip(_FIELDS, self._typed, strict=True)]
        self.form = Form(fields, on_done=self.action_query, label_cells=_LABEL_CELLS)
        return self.form

    async def load(self) -> None:
        """Show what was handed over."""
        self._show()

    async def resume(self) -> None:
        """After 修改重提 the new state."""
        if self.view is not None:
            await self.action_query()

    def live_commands(self) -> tuple[Command, ...]:
        """撤回申请 and 修改重提 stand in the key line only while they can be used."""
        state = "" if self.view is None else self.view.state
        usable = {RegistrationState.PENDING.value: _WITHDRAW, RegistrationState.REJECTED.value: _CORRECT}.get(
            state
        )
        return tuple(c for c in super().live_commands() if c not in (_WITHDRAW, _CORRECT) or c is usable)

    async def action_query(self) -> None:
        """F5: ask anew."""
        typed = self.form.values()
        self.view = None
        self._show()
        if not await self._filled(typed):
            return
        self.view = await self._looked_up(typed)
        self._show()

    async def action_withdraw(self) -> None:
        """撤回申请, after a question."""
        view = self._shown()
        if view is None:
            return
        if view.state != RegistrationState.PENDING:
            self.tell(f"当前状态是“{view.state_label}”，不能撤回申请", Look.ERROR)
            return
        self.confirm(f"撤回申请后此{_what(view)}可以重新注册。撤回？", self._withdraw)

    async def action_correct(self) -> None:
        """修改重提: the form, filled in."""
        view = self._shown()
        if view is None:
            return
        if view.state != RegistrationState.REJECTED:
            self.tell(f"当前状态是“{view.state_label}”，不能修改重提", Look.ERROR)
            return
        typed = self.form.values()
        if isinstance(view, OfficeView):
            proof = {"code": typed["id_number"], "password": typed["password"]}
            await self.program.go("office_register", registration=view, on_sent=self._proof_is, **proof)
        else:
            await self.program.go("register", registration=view, on_sent=self._password_is, **typed)

    async def _withdraw(self) -> None:
        view = self._shown()
        assert view is not None
        self.view = await self._taken_back(view)
        self._show()
        self.tell(f"已撤回申请，此{_what(view)}可以重新注册")

    async def _taken_back(self, view: View) -> View:
        number, password = self.form.values()["id_number"], self.form.values()["password"]
        if isinstance(view, OfficeView):
            office = WithdrawOffice(
                registration_id=view.id, version=view.version, code=number, password=password
            )
            return await self.ask(withdraw_office, office)
        person = WithdrawRegistration(
            registration_id=view.id, version=view.version, id_number=number, password=password
        )
        return await self.ask(withdraw_registration, person)

    async def _looked_up(self, typed: dict[str, str]) -> View:
        """Whose it is follows from the number: a 机构代码 is no 证件号."""
        if _is_code(typed["id_number"], await self.program.backend.today()):
            asked = LookUpOffice(code=typed["id_number"], password=typed["password"])
            return await self.ask(office_status, asked)
        return await self.ask(registration_status, LookUpRegistration(**typed))

    async def _filled(self, typed: dict[str, str]) -> bool:
        missing = tuple(
            FieldError(key, ErrorCode.REQUIRED) for key, value in typed.items() if not value.strip()
        )
        self.form.show_errors(missing)
        if missing:
            self.refuse(Refused.for_fields(missing))
        return not missing

    def _shown(self) -> View | None:
        if self.view is None:
            self.tell("请先填证件号(机构代码)和密码，按 Enter 查询", Look.WARN)
        return self.view

    def _password_is(self, password: str) -> None:
        self.form.find("password").set(password)

    def _proof_is(self, code: str, password: str) -> None:
        self.form.find("id_number").set(code)
        self._password_is(password)

    def _show(self) -> None:
        self.form.footing = [] if self.view is None else _lines(self.view)
        self.form.changed()
        self.show_keys()


def _what(view: View) -> str:
    return "机构代码" if isinstance(view, OfficeView) else "证件号"


def _is_code(text: str, today: date) -> bool:
    try:
        check_resident_number(text, today)
    except EntryError:
        pass
    else:
        return False
    try:
        check_uscc(text)
    except EntryError:
        return False
    return True


def _facts(view: View) -> tuple[tuple[str, str], ...]:
    decided = moment_text(view.decided_at) if view.decided_at else ""
    if isinstance(view, OfficeView):
        place = (("单位类型", view.kind_label),)
    else:
        place = (("所在单位", f"{view.employer_name} {view.department_name}"),)
    return (
        *place,
        ("审核单位", view.reviewer),
        ("提交时间", moment_text(view.submitted_at)),
        ("处理时间", decided),
        ("原因", view.reason),
    )


def _next(view: View) -> str:
    office = isinstance(view, OfficeView)
    window = _WINDOWS[view.kind] if isinstance(view, OfficeView) else "1 专业技术人员"
    wrong = "填错了" if office else "单位选错了"
    return _NEXT[RegistrationState(view.state)].format(what=_what(view), window=window, wrong=wrong)


def _lines(view: View) -> list[Line]:
    look = Look.ERROR if view.state == RegistrationState.REJECTED else Look.TITLE
    number = view.code if isinstance(view, OfficeView) else view.id_number_masked
    out: list[Line] = [(), (Span(f" {view.name}  {number}   "), Span(view.state_label, look))]
    facts = _facts(view)
    for label, text in facts:
        for index, part in enumerate(wrapped(text, 62) if text else ()):
            out.append((Span(fit(f" {'' if index else label}", 12)), Span(part)))
    out += [
        (),
        (Span(" " + _next(view), Look.HINT),),
        (),
        (Span(" 审核记录", Look.TITLE),),
    ]
    for each in view.history:
        text = (
            f" {moment_text(each.at)}  {each.move_label}  {each.org_name} {each.actor_name}  {each.opinion}"
        )
        out += [(Span(part),) for part in wrapped(text, 78)]
    return out
