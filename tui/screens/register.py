"""注册 (G3): 账号信息 and 个人信息 in one form; it also takes a refused registration that is sent again (修改重提)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldSpec
from core.rules.identity import RESIDENT_CARD
from core.rules.registration import (
    ACCOUNT_FIELDS,
    EXISTING_LOGIN,
    EXISTING_USER,
    PASSWORD_HINT,
    PERSON_FIELDS,
    REGISTRATION_FIELDS,
    fill_from_number,
    read_resident_number,
)
from core.schema.employers import EmployerRow
from core.schema.registration import Register, RegistrationView, ResubmitRegistration
from core.services.registrations import register, resubmit_registration
from tui.guest_kept import GuestKept
from tui.kept import fill_form
from tui.keys import Command
from tui.look import Look
from tui.tries import tries_text
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.pane import Pane
from tui.widgets.workplace import Workplace

SENT = "注册信息已经提交审核，请耐心等待"
_LABEL_CELLS = 20
_PASSWORDS = ("password", "password_again")
_WHOSE_PASSWORD = "已有账号的登录密码，用来确认是本人"


class RegisterScreen(GuestKept):
    """注册. With a `registration` it is a refused one, proven by `id_number` and `password`; `on_sent` is told
    the password that holds from then on."""

    title_text = "注册"
    help_text = ("带 * 的必填。身份证号填好后，性别和出生日期自动填入。F8 提交后由所在单位审核。",)
    commands = (Command("submit", ("f8",), "提交", "提交注册信息；在最后一项按 Enter 也可"),)

    def __init__(
        self,
        registration: RegistrationView | None = None,
        id_number: str = "",
        password: str = "",
        on_sent: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.registration, self.id_number, self.password = registration, id_number, password
        self.on_sent = on_sent
        self.today = date.min

    def make_pane(self) -> Pane:
        fields = _fields() if self.registration is not None else [field_for(EXISTING_USER), *_fields()]
        fields[0].section = "账号信息"
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS)
        self.work = Workplace(self, self.ask, lambda: self.form, keys=("region", "employer", "department"))
        self.form.on_open = opener(self, lambda: self.form, kinds=self.work.openers, after=self._left)
        self.form.stand_on("id_number")
        if self.registration is not None:
            self._fill(self.registration)
        return self.form

    async def load(self) -> None:
        """The day decides which birth dates can be."""
        self.today = await self.program.backend.today()
        self.header.show("注册" if self.registration is None else "注册 修改重提", "专业技术人员")
        if self.registration is not None:
            self._tell_reason()
            await self.prove_draft()

    def draft_title(self) -> str:
        """The list has one of them at most, so that the name is enough."""
        return f"{self.title_text} {self.form.find('name').entry.value}".strip()

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again; the two that prove whose it is have been typed already."""
        if bool(content["values"].get(EXISTING_USER.key)) != self.existing_user:
            self._tick_as(content)
        fill_form(self.form, content)
        return ""

    def draft_proof(self) -> tuple[str, str]:
        """Of a refused one the two that it was opened with, else as typed."""
        if self.registration is not None:
            return self.id_number, self.password
        typed = self.form.values()
        return typed["id_number"], typed["password"]

    def draft_form(self) -> str:
        """A new registration and the correction of a refused one are different forms."""
        return self.route_name if self.registration is None else f"{self.route_name} {self.registration.id}"

    def decline_draft(self) -> None:
        """否: what the employer had against it is to be read again."""
        if self.registration is not None:
            self._tell_reason()

    def _tell_reason(self) -> None:
        reason = "" if self.registration is None else self.registration.reason
        self.tell(f"请改正后按 F8 重新提交。不通过原因：{reason}", Look.WARN)

    def _tick_as(self, content: Mapping[str, Any]) -> None:
        """Bring the box into the state it was kept in; the password that was typed stays."""
        password = self.form.find("password").entry.value
        self.form.find(EXISTING_USER.key).set(content["values"].get(EXISTING_USER.key, ""))
        self._swap_proof()
        self.form.find("password").set(password)

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    async def action_submit(self) -> None:
        """F8: everything is checked at once; what is wrong stands beside its field."""
        try:
            view = await self._send()
        except Refused as refusal:
            self._refused(refusal)
            return
        self.form.edited = False
        typed = self.form.values()
        password = typed["password"] or self.password
        if self.registration is not None:
            if self.on_sent is not None:
                self.on_sent(password)
            await self.program.back()
        else:
            await self.program.back()
            params = {"registration": view, "id_number": typed["id_number"], "password": password}
            await self.program.go("registration_status", **params)
        self.program.frame.tell(f"{SENT}（{view.reviewer}审核）")

    async def _send(self) -> RegistrationView:
        values = self.form.values()
        employer_id, department_id = self.work.employer_id, self.work.department_id
        values["region"] = self.work.region_code
        values["employer"] = "" if employer_id is None else str(employer_id)
        if self.registration is None:
            values.pop(EXISTING_USER.key)
            command = Register(
                existing_user=self.existing_user,
                existing_login=values.pop(EXISTING_LOGIN.key, ""),
                values=values,
                employer_id=employer_id,
                department_id=department_id,
            )
            return await self.hand_in(register, command)
        again = ResubmitRegistration(
            registration_id=self.registration.id,
            version=self.registration.version,
            id_number=self.id_number,
            password=self.password,
            values=values,
            employer_id=employer_id,
            department_id=department_id,
        )
        return await self.hand_in(resubmit_registration, again)

    @property
    def existing_user(self) -> bool:
        """Whether the box is ticked: the password is then that of the account that exists."""
        return self.registration is None and bool(self.form.find(EXISTING_USER.key).entry.value)

    def _refused(self, refusal: Refused) -> None:
        if refusal.code is ErrorCode.SESSION_ENDED:
            raise refusal
        if refusal.fields:
            self.form.show_errors(refusal.fields)
        elif refusal.code in (ErrorCode.WRONG_LOGIN, ErrorCode.LOCKED):
            password = self.form.find("password")
            password.set("")
            password.error = tries_text(refusal)
            self.form.stand_on("password")
        self.refuse(refusal)

    def _swap_proof(self) -> None:
        """The box was ticked or emptied: 已有账号 stands in place of 确认密码, or the other way round."""
        swapped = ("password_again", EXISTING_LOGIN.key)
        fields = [field for field in self.form.fields if field.spec.key not in swapped]
        password = self.form.find("password")
        at = fields.index(password)
        if self.existing_user:
            fields.insert(at, field_for(EXISTING_LOGIN, cells=24))
        else:
            fields.insert(at + 1, next(f for f in _fields() if f.spec.key == "password_again"))
        password.notes = (_WHOSE_PASSWORD if self.existing_user else PASSWORD_HINT,)
        password.set("")
        self.form.rebuild(fields)

    async def _left(self, field: Field) -> None:
        if field.tick:
            self._swap_proof()
            return
        values = self.form.values()
        if not (self.existing_user and field.spec.key == "password"):  # an old one may be shorter
            await check_left(field, values, self.today)
        if field.spec.key in _PASSWORDS and not self.existing_user:
            self._judge_passwords(values)
        if field.spec.key in ("id_type", "id_number"):
            self._fill_from_number(values)
        if field.spec.key in ("id_number", "password"):
            await self.prove_draft()
        self.form.changed()

    def _judge_passwords(self, values: dict[str, str]) -> None:
        again = self.form.find("password_again")
        if again.entry.value and again.entry.value == values["password"]:
            again.error = ""

    def _fill_from_number(self, values: dict[str, str]) -> None:
        number = self.form.find("id_number")
        number.notes = ()
        if values["id_type"] != RESIDENT_CARD:
            return
        read = read_resident_number(values, self.today)
        if read is not None:
            for key, value in fill_from_number(read).items():
                self.form.find(key).set(value)
            number.notes = (f"性别 {read.gender}，出生日期 {read.birth_date}，已按号码填入",)

    def _fill(self, view: RegistrationView) -> None:
        for field in self.form.fields:
            field.set(view.values.get(field.spec.key, ""))
        for key in _PASSWORDS:
            self.form.find(key).spec = _optional(self.form.find(key))
        code = view.values.get("region", "")
        if code:
            self.form.find("region").set(self.known_lists.region_path(code), code)
        row = EmployerRow(view.employer_id, view.employer_name, "", "", code, "")
        self.form.find("employer").set(view.employer_name, row)
        self.form.find("department").set(view.department_name)


def _fields() -> list[Field]:
    """The fields as declared, the rule of passwords under the first one of them."""
    fields = [
        field_for(replace(spec, hint="") if spec.hint == PASSWORD_HINT else spec)
        for spec in REGISTRATION_FIELDS
    ]
    assert fields[len(ACCOUNT_FIELDS)].spec is PERSON_FIELDS[0]
    fields[len(ACCOUNT_FIELDS)].section = "个人信息"
    next(field for field in fields if field.spec.key == "password").notes = (PASSWORD_HINT,)
    return fields


def _optional(field: Field) -> FieldSpec:
    return replace(field.spec, required=False, hint="不改密码就不填")
