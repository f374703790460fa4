"""注册 (G3): 账号信息 and 个人信息 in one form; it also takes a refused registration that is sent again (修改重提)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from core.rules import reference
from core.rules.errors import Refused
from core.rules.fields import FieldSpec
from core.rules.identity import RESIDENT_CARD
from core.rules.registration import (
    ACCOUNT_FIELDS,
    PASSWORD_HINT,
    PERSON_FIELDS,
    REGISTRATION_FIELDS,
    fill_from_number,
    read_resident_number,
)
from core.schema.employers import EmployerRow
from core.schema.registration import Register, RegistrationView, ResubmitRegistration
from core.services.registrations import register, resubmit_registration
from tui.frame import Frame
from tui.keys import Command
from tui.look import Look
from tui.widgets.choosing import check_left, opener
from tui.widgets.form import Field, Form, field_for
from tui.widgets.pane import Pane
from tui.widgets.workplace import Workplace

SENT = "注册信息已经提交审核，请耐心等待"
_LABEL_CELLS = 20
_PASSWORDS = ("password", "password_again")


class RegisterScreen(Frame):
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
        fields = [
            field_for(replace(spec, hint="") if spec.hint == PASSWORD_HINT else spec)
            for spec in REGISTRATION_FIELDS
        ]
        fields[0].section, fields[len(ACCOUNT_FIELDS)].section = "账号信息", "个人信息"
        assert fields[len(ACCOUNT_FIELDS)].spec is PERSON_FIELDS[0]
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS)
        self.work = Workplace(self, self.ask, lambda: self.form, keys=("region", "employer", "department"))
        self.form.on_open = opener(self, lambda: self.form, kinds=self.work.openers, after=self._left)
        self.form.at = 1
        self.form.find("password").notes = (PASSWORD_HINT,)
        if self.registration is not None:
            self._fill(self.registration)
        return self.form

    async def load(self) -> None:
        """The day decides which birth dates can be."""
        self.today = await self.program.backend.today()
        self.header.show("注册" if self.registration is None else "注册 修改重提", "专业技术人员")
        if self.registration is not None:
            self.tell(f"请改正后按 F8 重新提交。不通过原因：{self.registration.reason}", Look.WARN)

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.program.back)
        return not self.form.edited

    async def action_submit(self) -> None:
        """F8: everything is checked at once; what is wrong stands beside its field."""
        try:
            view = await self._send()
        except Refused as refusal:
            if refusal.fields:
                self.form.show_errors(refusal.fields)
            self.refuse(refusal)
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
            command = Register(values=values, employer_id=employer_id, department_id=department_id)
            return await self.ask(register, command)
        again = ResubmitRegistration(
            registration_id=self.registration.id,
            version=self.registration.version,
            id_number=self.id_number,
            password=self.password,
            values=values,
            employer_id=employer_id,
            department_id=department_id,
        )
        return await self.ask(resubmit_registration, again)

    async def _left(self, field: Field) -> None:
        values = self.form.values()
        await check_left(field, values, self.today)
        if field.spec.key in ("password", "password_again"):
            self._judge_passwords(values)
        if field.spec.key in ("id_type", "id_number"):
            self._fill_from_number(values)
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
            self.form.find("region").set(reference.region_path(code), code)
        row = EmployerRow(view.employer_id, view.employer_name, "", "", code, "")
        self.form.find("employer").set(view.employer_name, row)
        self.form.find("department").set(view.department_name)


def _optional(field: Field) -> FieldSpec:
    return replace(field.spec, required=False, hint="不改密码就不填")
