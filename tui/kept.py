"""Screens whose form is kept as a draft (P13): what such a screen gives, and how a draft is gone on with.

    class TransferScreen(Kept):                       # Kept is a Frame; `self.form` is made in make_pane
        def draft_title(self) -> str:                 # what the list of drafts calls it
            return f"单位调转 {self.form.find('employer').entry.value}".strip()

        def draft_content(self) -> dict[str, Any]:    # whatever JSON can hold; never a password
            return form_content(self.form) | {"evidence": kept_views(self.attachments.views)}

        async def take_draft(self, content: Mapping[str, Any]) -> str:   # after `load`; the words to say, if any
            self.attachments.replace(taken_views(content["evidence"]))
            self._rebuild()
            fill_form(self.form, content)
            return ""

        async def leave(self) -> bool:                # 放弃 drops the draft
            if self.form.edited:
                self.confirm("放弃已填写的内容？", self.abandon)
            return not self.form.edited

        async def action_submit(self) -> None:        # `send` in place of `ask`: the draft ends in the same
            view = await self.send(submit_transfer, SubmitTransfer(...))         # transaction; None if refused

A form of plain fields needs no more than `draft_title`: the other two have a default. The command is a
`core.schema.base.FromDraft`; the desk drops the draft for use cases made by `use_case`, those made by
`desk_use_case` call `core.store.drafts.forget_draft(work, actor, command.draft_key)` before their last commit.
Whatever sets `form.edited = True` is noticed, a picked attachment too. What the route was opened with comes
from `draft_params` (plain values only).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind
from core.rules.roles import Actor, Role
from core.schema.base import Command, FromDraft
from core.schema.declarations import EvidenceView
from core.schema.drafts import DraftContent, DraftKey, SaveDraft
from core.schema.employers import EmployerRow
from core.services.desk import UseCase
from core.services.drafts import drop_draft, open_draft, save_draft
from tui.frame import Frame
from tui.keeping import Draft
from tui.look import Look
from tui.program import Program
from tui.widgets.form import Form

C = TypeVar("C", bound=Command)
V = TypeVar("V")
TAKEN = "已取回上次没有填完的内容，可以继续填写"
_OVERTAKEN = (ErrorCode.NOT_FOUND, ErrorCode.MOVE_NOT_ALLOWED, ErrorCode.STALE, ErrorCode.NOT_YOURS)
"""Refusals that say that what a draft was meant for has been dealt with otherwise."""


class Kept(Frame):
    """A screen with a form that is kept while it is filled in. See the file's docstring."""

    form: Form

    def __init__(self) -> None:
        super().__init__()
        self.draft = Draft(self)
        self._owner: tuple[int, Role] | None = None
        self._host: Program | None = None  # the last save may come when the screen has gone already

    # ------------------------------------------------------------------------------------ to be given

    def draft_title(self) -> str:
        """What the list of drafts calls it: the form and what tells it from others."""
        raise NotImplementedError

    def draft_content(self) -> dict[str, Any]:
        """All that was typed and picked, without passwords."""
        return form_content(self.form)

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """Fill the form with what `draft_content` gave; answers what to say first. Raises Refused where it has
        been overtaken by something else: the draft goes then."""
        fill_form(self.form, content)
        return ""

    def draft_params(self) -> dict[str, Any]:
        """What the route is opened with again: plain values."""
        return {}

    # -------------------------------------------------------------------------------------- to be used

    async def hand_in(self, use_case: UseCase[C, V], command: C) -> V:
        """`ask`, for the command that stores or sends the form: it takes the draft with it. Raises Refused."""
        if isinstance(command, FromDraft):
            command = command.model_copy(update={"draft_key": self.draft.key})
        async with self.draft.held():
            view = await self.ask(use_case, command)
            self.draft.forget()
        self.header.mark("")
        return view

    async def send(self, use_case: UseCase[C, V], command: C) -> V | None:
        """`hand_in`, with what is refused beside its fields; None then. What is no field's refusal is raised: the
        frame says it, and asks for a new login where the session has ended."""
        try:
            return await self.hand_in(use_case, command)
        except Refused as refusal:
            if not refusal.fields:
                raise
            self.form.show_errors(refusal.fields)
            self.refuse(refusal)
            return None

    async def abandon(self) -> None:
        """放弃: the draft goes, and the screen closes."""
        await self.draft.drop()
        await self.program.back()

    async def go_on(self, kept: DraftContent) -> None:
        """Fill in what a draft holds, and keep it under the same key. Raises Refused."""
        content = json.loads(kept.content)
        words = await self.take_draft(content["typed"])
        if any(field.spec.key == content["at"] and not field.fixed for field in self.form.fields):
            self.form.stand_on(content["at"])
        self.form.edited = True
        await self.draft.take_over(kept.key)
        self.tell(words or TAKEN, Look.WARN if words else Look.GOOD)

    # --------------------------------------------------------------------- between screen and its draft

    def ready(self) -> None:
        """The form stands: what is typed from now on is kept."""
        self._host = self.program
        caller = self.host.caller
        self._owner = (caller.account_id, caller.role) if isinstance(caller, Actor) else None
        self.draft.begin()
        self.host.keeping.add(self.draft)

    def pressed(self) -> None:
        """After each key."""
        self.draft.look()

    def on_unmount(self) -> None:
        """The screen has gone."""
        if self._host is not None:
            self._host.keeping.remove(self.draft)

    @property
    def host(self) -> Program:
        """The program that the screen was opened in, also when it has closed."""
        return self.program if self._host is None else self._host

    @property
    def draft_ready(self) -> bool:
        """Whether the one who began the form is still signed in."""
        caller = self.host.caller
        return isinstance(caller, Actor) and self._owner == (caller.account_id, caller.role)

    @property
    def draft_changes(self) -> int:
        """How often the form was changed."""
        return self.form.changes

    @property
    def draft_place(self) -> int:
        """Which field has the caret."""
        return self.form.at

    def draft_text(self) -> str:
        """What was typed."""
        return json.dumps(self.draft_content(), ensure_ascii=False)

    def draft_command(self, key: str, text: str) -> SaveDraft:
        """What is saved: how to open the form again, what was typed, and where the caret stands."""
        at = self.form.current.spec.key if self.form.fields else ""
        params = json.dumps(self.draft_params(), ensure_ascii=False)
        content = f'{{"params": {params}, "at": {json.dumps(at)}, "typed": {text}}}'
        return SaveDraft(key=key, form=self.route_name, title=self.draft_title(), content=content)

    async def keep(self, key: str, text: str) -> datetime:
        """Save it for whoever is signed in."""
        return await self.host.backend.do(save_draft, self.host.caller, self.draft_command(key, text))

    async def unkeep(self, key: str) -> None:
        """Take it away."""
        await self.host.backend.do(drop_draft, self.host.caller, DraftKey(key=key))

    def draft_saved(self, at: datetime) -> None:
        """草稿已存, to the minute: what changes once a minute costs nothing on the wire in between."""
        if self.is_attached:
            self.header.mark(f"草稿已存 {at.astimezone(CHINA):%H:%M}")

    def draft_failed(self, refusal: Refused) -> bool:
        """Say so where no question stands in the way; the keys that follow try again."""
        if not self.is_attached or self.asking or self.host.frame is not self:
            return False
        self.header.mark("草稿未存")
        self.tell(f"草稿没有存下：{refusal.text}。已填写的内容还在，继续填写时会再试", Look.ERROR)
        return True


async def continue_draft(program: Program, key: str) -> None:
    """Open the form of a draft, filled in. One that was overtaken is told about and goes; one that can't be taken
    up now stays. Raises Refused."""
    kept = await program.backend.do(open_draft, program.caller, DraftKey(key=key))
    before = program.frame
    await program.go(kept.form, **json.loads(kept.content)["params"])
    screen = program.frame
    if screen is before or not isinstance(screen, Kept):
        return  # the route has been refused, and has said why
    try:
        await screen.go_on(kept)
    except Refused as refusal:
        if refusal.code is ErrorCode.SESSION_ENDED:
            raise
        if refusal.code not in _OVERTAKEN:
            screen.tell(f"{refusal.text}。草稿还留着", Look.WARN)
            return
        await screen.draft.take_over(kept.key)
        await screen.abandon()
        program.frame.tell(f"这份草稿所填的事项已经办过，草稿已删除：{refusal.text}", Look.WARN)


def form_content(form: Form) -> dict[str, Any]:
    """The entries of a form by key without passwords, and what was picked with them."""
    fields = [field for field in form.fields if field.spec.kind is not FieldKind.PASSWORD]
    return {
        "values": {field.spec.key: field.entry.value for field in fields},
        "picked": {f.spec.key: _plain(f.payload) for f in fields if f.entry.value and f.payload is not None},
    }


def fill_form(form: Form, content: Mapping[str, Any]) -> None:
    """Put such entries back, as far as the form has their fields; what is fixed stays as it is."""
    values, picked = content.get("values", {}), content.get("picked", {})
    for field in form.fields:
        key = field.spec.key
        if key in values and not field.fixed:
            field.set(str(values[key]), _picked(picked.get(key)))
    form.changed()


def kept_views(views: Sequence[EvidenceView]) -> list[dict[str, Any]]:
    """Attachments as a draft keeps them."""
    return [asdict(each) for each in views]


def taken_views(kept: Sequence[Mapping[str, Any]]) -> list[EvidenceView]:
    """Attachments again."""
    return [EvidenceView(**each) for each in kept]


def _plain(payload: object) -> object:
    return {"employer": asdict(payload)} if isinstance(payload, EmployerRow) else payload


def _picked(kept: object) -> object:
    return EmployerRow(**kept["employer"]) if isinstance(kept, dict) and "employer" in kept else kept
