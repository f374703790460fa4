"""新减免 (R11): whose year, why, how many months, the least hours that are left, and the proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.rules.entry import EntryError, parse_integer, parse_year
from core.rules.exemptions import EXEMPTION_FIELDS, MONTHS, proof_of
from core.schema.exemptions import GrantExemption, SuggestExemption
from core.services.exemptions import grant_exemption, suggest_exemption
from tui.attaching import ATTACHING_COMMANDS, Attaching
from tui.kept import fill_form, kept_views, taken_views
from tui.keys import Command
from tui.nameplate import nameplate
from tui.widgets.attachment_form import AttachmentForm, keep_errors
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.pane import Pane

_LABEL_CELLS = 14
_HOURS = ("total", "public", "professional")


class ExemptionFormScreen(Attaching):
    """The form of one exemption. The hours follow the months until they are typed over."""

    title_text = "新减免"
    help_text = ("按离岗月数建议学时，可以改，不能高于该年度标准；要附证明的图片。",)
    commands = (Command("submit", ("f8",), "提交减免"), *ATTACHING_COMMANDS)

    def __init__(self) -> None:
        super().__init__()
        self.today = date.min
        self._proposed: dict[str, str] = dict.fromkeys(_HOURS, "")
        self._proposed_for = (0, 0)

    def make_pane(self) -> Pane:
        self.form = AttachmentForm(self._fields({}), label_cells=_LABEL_CELLS)
        keys = {self.attachments.spec.key: self.open_files}
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_submit
        self.form.on_remove = self.ask_removal
        return self.form

    async def load(self) -> None:
        """An empty form for this year."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.today = await self.program.backend.today()
        self.attachments.limit = await self.program.backend.setting("evidence_count")
        self.form.find("year").set(str(self.today.year))

    def draft_title(self) -> str:
        """The year tells it from others; the number stays out of the title."""
        return f"减免 {self.form.find('year').entry.value}年度 {self.form.find('kind').entry.value}".strip()

    def draft_content(self) -> dict[str, Any]:
        """What was typed, and the pictures."""
        return {**super().draft_content(), "evidence": kept_views(self.attachments.views)}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again."""
        self.attachments.replace(taken_views(content["evidence"]))
        self.form.rebuild(self._fields(content["values"]))
        fill_form(self.form, content)
        return ""

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    async def action_submit(self) -> None:
        """F8. All that is wrong is shown at once, beside its field."""
        values = self.form.values()
        command = GrantExemption(
            values={spec.key: values[spec.key] for spec in EXEMPTION_FIELDS},
            evidence=self.attachments.refs(values),
        )
        done = await self.send(grant_exemption, command)
        if done is None:
            return
        self.form.edited = False
        await self.program.back()
        words = "，该年度已认定，重新认定后生效" if done.recognised else ""
        self.program.frame.tell(f"已减免：{done.person_name} {done.year}年度{words}")

    def refit(self) -> None:
        """An attachment came or went."""
        fields = self._fields(self.form.values())
        keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = True

    def _fields(self, values: Mapping[str, str]) -> list[Field]:
        fields = [field_for(spec, values.get(spec.key, "")) for spec in EXEMPTION_FIELDS]
        proof = proof_of(values.get("kind", ""))
        return [*fields, *self.attachments.fields(values, (proof,) if proof else ("证明材料",))]

    async def _left(self, field: Field) -> None:
        await check_left(field, self.form.values(), self.today)
        if field.spec.key == "kind":
            adding = self.form.find(self.attachments.spec.key)
            proof = proof_of(field.entry.value)
            adding.notes = (f"请附：{proof}",) if proof else adding.notes
        if field.spec.key in ("year", "months"):
            await self._propose()
        self.form.changed()

    async def _propose(self) -> None:
        """The hours by year and months, where they are empty or still as proposed before."""
        try:
            year = parse_year(self.form.find("year").entry.value)
            months = parse_integer(self.form.find("months").entry.value)
        except EntryError:
            return
        if not 1 <= months <= MONTHS or not 1990 <= year <= 2099 or (year, months) == self._proposed_for:
            return
        self._proposed_for = (year, months)
        made = await self.ask(suggest_exemption, SuggestExemption(year=year, months=months))
        hours = dict(zip(_HOURS, map(str, (made.total, made.public, made.professional)), strict=True))
        for key, text in hours.items():
            field = self.form.find(key)
            if field.entry.value in ("", self._proposed[key]):
                field.set(text)
        self._proposed = hours
        self.form.find("total").notes = (f"{year}年度标准：{made.rule_words}",)
