"""单位注册 (G7): an employer, a base or an authority; it also takes a refused one that is sent again (修改重提)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from core.rules.errors import ErrorCode, Refused
from core.rules.offices import KIND_LABELS, office_fields, optional_passwords
from core.rules.registration import PASSWORD_HINT
from core.rules.roles import OrgKind, Role
from core.schema.offices import OfficeView, RegisterOffice, ResubmitOffice, ReviewerView, WhoReviews
from core.services.office_registrations import register_office, resubmit_office, who_reviews
from tui.guest_kept import GuestKept
from tui.kept import fill_form
from tui.keys import Command
from tui.look import Line, Look, Span, wrapped
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.form import Form
from tui.widgets.office_above import OfficesAbove
from tui.widgets.pane import Pane

SENT = "注册信息已经提交审核，请耐心等待"
_LABEL_CELLS = 14
_FOOT_CELLS = 76
_PASSWORDS = ("password", "password_again")
_DECIDES_REVIEWER = frozenset({"kind", "code", "region", "superior", "authority"})
_SECTIONS = {"kind": "单位", "nature": "联系方式", "password": "登录"}


class OfficeRegisterScreen(GuestKept):
    """单位注册. `role` is the window it was opened from. With a `registration` it is a refused one, proven by
    `code` and `password`; `on_sent` is told the code and the password that hold from then on."""

    title_text = "单位注册"
    help_text = (
        "带 * 的必填。机构代码即统一社会信用代码，也是登录账号。F8 提交后由表下所写的单位审核。",
        "登记册中已有、还没有账号的单位也在这里注册，名称、类型、区域要与登记的一致。",
        "法人证书、营业执照不用上传，审核单位需要时按联系方式核对原件。",
    )
    commands = (Command("submit", ("f8",), "提交", "提交注册信息；在最后一项按 Enter 也可"),)

    def __init__(
        self,
        role: Role | None = None,
        registration: OfficeView | None = None,
        code: str = "",
        password: str = "",
        on_sent: Callable[[str, str], None] | None = None,
    ) -> None:
        super().__init__()
        self.kind_label = role.label if role is not None and role.label in KIND_LABELS else ""
        self.registration, self.code, self.password = registration, code, password
        self.on_sent = on_sent
        self.today = date.min

    def make_pane(self) -> Pane:
        if self.registration is not None:
            self.kind_label = self.registration.kind_label
        self.form = Form(
            self._fields({}), on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS
        )
        self.above = OfficesAbove(self, self.ask, lambda: self.form, self._left)
        self.form.on_open = opener(self, lambda: self.form, keys=self.above.openers, after=self._left)
        self.form.find("kind").set(self.kind_label)
        self.form.stand_on("name" if self.kind_label else "kind")
        if self.registration is not None:
            self._fill(self.registration)
        return self.form

    async def load(self) -> None:
        """Who reviews is told as soon as it can be."""
        self.today = await self.program.backend.today()
        self.header.show("单位注册" if self.registration is None else "单位注册 修改重提", self.kind_label)
        await self._say_who_reviews()
        if self.registration is not None:
            self._tell_reason()
            await self.prove_draft()

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """The list has one of them at most, so that the name is enough."""
        return f"{self.title_text} {self.form.find('name').entry.value}".strip()

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again, in the form of its kind."""
        self.form.find("kind").set(content["values"].get("kind", ""))
        self._by_kind()
        fill_form(self.form, content)
        await self._say_who_reviews()
        return ""

    def draft_proof(self) -> tuple[str, str]:
        """Of a refused one the two that it was opened with, else as typed."""
        if self.registration is not None:
            return self.code, self.password
        typed = self.form.values()
        return typed["code"], typed["password"]

    def draft_form(self) -> str:
        """A new registration and the correction of a refused one are different forms."""
        return self.route_name if self.registration is None else f"{self.route_name} {self.registration.id}"

    def decline_draft(self) -> None:
        """否: what the reviewer had against it is to be read again."""
        if self.registration is not None:
            self._tell_reason()

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ---------------------------------------------------------------------------------------- sending

    async def action_submit(self) -> None:
        """F8: everything is checked at once; what is wrong stands beside its field."""
        try:
            view = await self._send()
        except Refused as refusal:
            if refusal.code is ErrorCode.SESSION_ENDED:
                raise
            self.form.show_errors(refusal.fields)
            self.refuse(refusal)
            return
        self.form.edited = False
        password = self.form.values()["password"] or self.password
        await self.program.back()
        if self.registration is not None:
            if self.on_sent is not None:
                self.on_sent(view.code, password)
        else:
            params = {"registration": view, "id_number": view.code, "password": password}
            await self.program.go("registration_status", **params)
        self.program.frame.tell(f"{SENT}（{view.reviewer}审核）")

    async def _send(self) -> OfficeView:
        values = {**self.form.values(), "region": self.above.region_code}
        ids = {"superior_id": self.above.superior_id, "authority_id": self.above.authority_id}
        if self.registration is None:
            return await self.hand_in(register_office, RegisterOffice(values=values, **ids))
        again = ResubmitOffice(
            registration_id=self.registration.id,
            version=self.registration.version,
            code=self.code,
            password=self.password,
            values=values,
            **ids,
        )
        return await self.hand_in(resubmit_office, again)

    # ------------------------------------------------------------------------------------------- form

    async def _left(self, field: Field) -> None:
        values = self.form.values()
        await check_left(field, values, self.today)
        key = field.spec.key
        if key in _PASSWORDS:
            again = self.form.find("password_again")
            if again.entry.value and again.entry.value == values["password"]:
                again.error = ""
        if key == "kind":
            self._by_kind()
        if key in _DECIDES_REVIEWER:
            await self._say_who_reviews()
        if key in ("code", "password"):
            await self.prove_draft()
        self.form.changed()

    def _by_kind(self) -> None:
        """Only an employer has offices above it to choose; what stands in the other fields stays."""
        self.kind_label = self.form.find("kind").entry.value
        self.header.show(self.header_title, self.kind_label)
        self.form.rebuild(self._fields({field.spec.key: field for field in self.form.fields}))

    @property
    def header_title(self) -> str:
        """What the header says of the form."""
        return "单位注册" if self.registration is None else "单位注册 修改重提"

    def _fields(self, known: Mapping[str, Field]) -> list[Field]:
        specs = office_fields(KIND_LABELS.get(self.kind_label))
        if self.registration is not None:
            specs = optional_passwords(specs)
        fields = []
        for spec in specs:
            rule = spec.hint == PASSWORD_HINT
            field = known.get(spec.key) or field_for(replace(spec, hint="") if rule else spec)
            field.notes = (PASSWORD_HINT,) if rule else field.notes
            field.section = _SECTIONS.get(spec.key, "")
            fields.append(field)
        return fields

    async def _say_who_reviews(self) -> None:
        """Below the form, before anything is sent."""
        asked = WhoReviews(
            kind=self.kind_label,
            code=self.form.find("code").entry.value,
            region_code=self.above.region_code,
            superior_id=self.above.superior_id,
            authority_id=self.above.authority_id,
        )
        try:
            view: ReviewerView = await self.ask(who_reviews, asked)
        except Refused:
            return
        name = view.name or "选好所属区域后显示"
        lines: list[Line] = [(), (Span(" 审核单位  ", Look.LABEL), Span(name, Look.TITLE))]
        lines += [
            (Span(" " + part, Look.WARN),) for part in (wrapped(view.note, _FOOT_CELLS) if view.note else ())
        ]
        self.form.footing = lines
        self.form.changed()

    def _fill(self, view: OfficeView) -> None:
        for field in self.form.fields:
            field.set(view.values.get(field.spec.key, ""))
        self.form.find("region").set(self.known_lists.region_path(view.region_code), view.region_code)
        if view.kind == OrgKind.EMPLOYER:
            for key, office in (("superior", view.superior), ("authority", view.authority)):
                if office is not None:
                    self.form.find(key).set(office[1], office[0])

    def _tell_reason(self) -> None:
        reason = "" if self.registration is None else self.registration.reason
        self.tell(f"请改正后按 F8 重新提交。不通过原因：{reason}", Look.WARN)
