"""Screens that declare learning (学时申报): the form of the chosen 学习形式 with its attachments, and the rule's word.

A person declares for oneself, a unit for many of its persons; the form is the same.
"""

from __future__ import annotations

from datetime import date

from core.rules.forms import (
    CLAIMED_FIELD,
    FORMS,
    YEAR_FIELD,
    LearningForm,
    declaration_fields,
    form_by_name,
)
from core.schema.declarations import DeclarationContext
from tui.attaching import Attaching
from tui.look import Line, Look, Span, wrapped
from tui.widgets.attachment_form import EVIDENCE_FIELD, AttachmentForm, keep_errors
from tui.widgets.choosing import check_left, opener
from tui.widgets.declaration_form import FORM_FIELD, claim_notes, fields_of, form_field, year_in
from tui.widgets.field import Field
from tui.widgets.filed_picker import filed_openers
from tui.widgets.pane import Pane

_LABEL_CELLS = 18


class Declaring(Attaching):
    """A form of learning that is filled in. Subclasses fetch `context` and `today`, then call `rebuild`."""

    def __init__(self) -> None:
        super().__init__()
        self.today = date.min
        self.context: DeclarationContext | None = None
        self.learning_form: LearningForm = FORMS["post_training"]
        self.typed: dict[str, str] = {}

    async def action_submit(self) -> None:
        """F8, and Enter on the last entry."""
        raise NotImplementedError

    def make_pane(self) -> Pane:
        self.form = AttachmentForm(self.own_fields(), label_cells=_LABEL_CELLS)
        keys = {
            EVIDENCE_FIELD.key: self.open_files,
            **filed_openers(self, self.ask, lambda: self.form, self._left),
        }
        self.form.on_open = opener(self, lambda: self.form, keys=keys, after=self._left)
        self.form.on_leave, self.form.on_done = self._left, self.action_submit
        self.form.on_remove = self.ask_removal
        return self.form

    def learning_values(self) -> dict[str, str]:
        """The entries of the form of learning as typed, by key."""
        values = self.form.values()
        return {spec.key: values[spec.key] for spec in declaration_fields(self.learning_form)}

    def own_fields(self) -> list[Field]:
        """All lines of the form."""
        if self.context is None:
            return fields_of(self.learning_form, self.typed, self.attachments)
        rules, year = self.context.rules, year_in(self.typed, self.today)
        own = rules.form(self.learning_form.key, year)
        return fields_of(own, self.typed, self.attachments, form_field(rules, year))

    def refit(self) -> None:
        """An attachment came or went."""
        self.rebuild(edited=True)

    def rebuild(self, *, edited: bool = False) -> None:
        """Make the form anew, what was typed kept by key, also for forms that are not shown now."""
        if edited:
            self.typed.update(self.form.values())
        fields = self.own_fields()
        if edited:
            keep_errors(self.form.fields, fields)
        self.form.rebuild(fields)
        self.form.edited = edited
        self.form.footing = self._chain_lines()
        self._note_claim()

    async def _left(self, field: Field) -> None:
        if field.spec.key == FORM_FIELD.key:
            self.learning_form = form_by_name(field.entry.value)
            self.rebuild(edited=True)
            return
        await check_left(field, self.form.values(), self.today)
        if field.spec.key == YEAR_FIELD.key:  # another year may have other forms, words and evidence
            self.rebuild(edited=True)
            return
        self._note_claim()

    def _note_claim(self) -> None:
        if self.context is not None:
            values, used, rules = self.form.values(), self.context.used, self.context.rules
            notes = claim_notes(self.learning_form, values, self.today, used, rules)
            self.form.find(CLAIMED_FIELD.key).notes = notes
        self.form.changed()

    def _chain_lines(self) -> list[Line]:
        if self.context is None:
            return []
        words = f"申报截止 {self.context.closes_on}。提交后审核：{' > '.join(self.context.chain)}"
        return [(), *((Span(" " + part, Look.HINT),) for part in wrapped(words, 76))]
