"""The form of 证件信息修改 (P3): 姓名 or 证件号, both sides of the card, and a portrait taken now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from core.rules.changes import IDENTITY_PAUSE_DAYS
from core.rules.errors import ErrorCode, Refused
from core.rules.fields import FieldKind, FieldSpec
from core.rules.identity_change import IDENTITY_FIELDS, Identity, IdentityPicture, identity_fields
from core.schema.base import Nothing
from core.schema.changes import IdentityPage, SubmitIdentity
from core.schema.declarations import AddEvidence, EvidenceRef, EvidenceView, Holder
from core.services.evidence import add_identity_picture
from core.services.identities import identity_page, submit_identity
from tui.choosing_file import choose_picture
from tui.kept import Kept, form_content, kept_views, taken_views
from tui.keys import Command
from tui.look import Look, Span, wrapped
from tui.nameplate import nameplate
from tui.widgets.choosing import check_left, opener
from tui.widgets.field import Field, field_for
from tui.widgets.file_picker import size_text
from tui.widgets.form import Form
from tui.widgets.pane import Pane

_ID_TYPE = FieldSpec("id_type", "证件类型", required=False)
_LABEL_CELLS = 16
_FOOT_CELLS = 76
_PICTURES = tuple(FieldSpec(each.value, each.label, FieldKind.CHOICE) for each in IdentityPicture)
_NOTES = {
    IdentityPicture.FRONT.value: "有人像的一面，四角完整、字迹清楚",
    IdentityPicture.BACK.value: "有国徽的一面",
    IdentityPicture.PORTRAIT.value: "现在拍的正面免冠照，只有本人；会保存备查",
}


class IdentityFormScreen(Kept):
    """证件信息修改 的申请."""

    title_text = "证件信息修改 申请"
    help_text = ("照片按 F4 从文件中选，F7 看已选的照片，Del 去掉。F8 提交后先比对照片。",)
    working = "正在比对照片，请稍候"
    commands = (
        Command("submit", ("f8",), "提交修改", "在最后一项按 Enter 也可"),
        Command("pick", ("f9",), "选照片", "光标所在的照片；不在照片上时选还缺的第一张"),
        Command("view_picture", ("f7",), "看照片", "光标所在的照片；不在照片上时看第一张"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.page: IdentityPage | None = None
        self.today = date.min

    def make_pane(self) -> Pane:
        fields = [field_for(_ID_TYPE, fixed=True), *(field_for(spec, cells=26) for spec in IDENTITY_FIELDS)]
        fields += [field_for(spec, cells=34, notes=(_NOTES[spec.key],)) for spec in _PICTURES]
        self.form = Form(fields, on_leave=self._left, on_done=self.action_submit, label_cells=_LABEL_CELLS)
        keys = {spec.key: self._open_files for spec in _PICTURES}
        self.form.on_open = opener(self, lambda: self.form, keys=keys)
        return self.form

    async def load(self) -> None:
        """What holds now stands in the form, in full. Raises Refused where nothing may be changed now."""
        self.header.show(self.title_text, nameplate(self.program.caller))
        self.today = await self.program.backend.today()
        page: IdentityPage = await self.ask(identity_page, Nothing())
        _may_begin(page)
        self.page = page
        self.form.find(_ID_TYPE.key).set(page.id_type)
        for spec in identity_fields(Identity(page.name, page.id_number)):
            self.form.find(spec.key).set(spec.default)
        words = "姓名、证件号只改一项，另一项不变。"
        if page.faces:
            words += "提交后先比对证件上的人像与本人照片，一致即改；不能确定的，"
        words += f"由 {page.employer} 核对证件和照片后决定。"
        self.form.footing = [(), *((Span(" " + part, Look.HINT),) for part in wrapped(words, _FOOT_CELLS))]
        self.form.changed()

    def pressed(self) -> None:
        """What was said of a picture goes with it."""
        for spec in _PICTURES:
            field = self.form.find(spec.key)
            if field.tail and not field.entry.value:
                field.tail = ""
                self.form.changed()
        super().pressed()

    # ------------------------------------------------------------------------------------------ draft

    def draft_title(self) -> str:
        """There is one at a time: nothing tells it from others, and no number may stand in a list."""
        return "证件信息修改"

    def draft_content(self) -> dict[str, Any]:
        """What was typed, and the pictures that were picked."""
        kept = {key: kept_views((view,)) for key, view in self._chosen_pictures().items()}
        return {**form_content(self.form), "picked": {}, "pictures": kept}

    async def take_draft(self, content: Mapping[str, Any]) -> str:
        """The same again."""
        words = await super().take_draft(content)
        for key, kept in content.get("pictures", {}).items():
            self._set_picture(self.form.find(key), taken_views(kept)[0])
        return words

    async def leave(self) -> bool:
        """What was typed is not dropped without a question."""
        if self.form.edited:
            self.confirm("放弃已填写的内容？", self.abandon)
        return not self.form.edited

    # ---------------------------------------------------------------------------------------- sending

    async def action_submit(self) -> None:
        """F8: everything is checked at once; then the faces are compared."""
        values, pictures = self.form.values(), self._chosen_pictures()
        front, back, portrait = (_ref(each, pictures.get(each.value)) for each in IdentityPicture)
        typed = {spec.key: values[spec.key] for spec in IDENTITY_FIELDS}
        command = SubmitIdentity(values=typed, front=front, back=back, portrait=portrait)
        done = await self.send(submit_identity, command)
        if done is None:
            return
        self.form.edited = False
        words = done.words
        if done.completed:
            words += self._follow(typed)
        await self.program.back()
        self.program.frame.tell(words, Look.GOOD if done.completed else Look.WARN)

    def _follow(self, typed: Mapping[str, str]) -> str:
        """The program calls the person by the new name from now on; what there is to say of the login."""
        assert self.page is not None
        signed_in = self.program.signed_in
        name = typed["name"].strip()
        if signed_in is not None and name != self.page.name:
            self.program.signed_in = replace(signed_in, actor=replace(signed_in.actor, name=name))
        if typed["id_number"].strip().upper() == self.page.id_number:
            return ""
        return "。今后请用新的证件号登录，密码不变"

    # --------------------------------------------------------------------------------------- pictures

    async def action_pick(self) -> None:
        """F9: the file browser for the picture under the caret, else for the first that is missing."""
        keys = [spec.key for spec in _PICTURES]
        here = self.form.current.spec.key
        missing = [key for key in keys if key not in self._chosen_pictures()]
        key = here if here in keys else (missing or keys)[0]
        self.form.stand_on(key)
        await self._open_files(self.form.find(key), "")

    async def action_view_picture(self) -> None:
        """F7: the picture under the caret, else the first."""
        pictures = self._chosen_pictures()
        if not pictures:
            self.tell("还没有选照片，按 F9 选", Look.WARN)
            return
        here = self.form.current.spec.key
        at = list(pictures).index(here) if here in pictures else 0
        views = tuple(replace(view, caption=self.form.find(key).spec.label) for key, view in pictures.items())
        await self.program.go("picture", evidence=views, at=at, holder=Holder.IDENTITY)

    async def _open_files(self, field: Field, typed: str) -> None:
        async def take_in(path: Path) -> None:
            await self._take_in(field, path)

        await choose_picture(self, field.spec.label, take_in, typed=typed)

    async def _take_in(self, field: Field, path: Path) -> None:
        try:
            view: EvidenceView = await self.ask(add_identity_picture, AddEvidence(path=str(path)))
            others = (each for key, each in self._chosen_pictures().items() if key != field.spec.key)
            if any(each.sha256 == view.sha256 for each in others):
                raise Refused(ErrorCode.EVIDENCE_TWICE)
        except Refused as refusal:
            if refusal.code is ErrorCode.SESSION_ENDED:
                raise
            words = refusal.fields[0].text if refusal.fields else refusal.text
            self.tell(f"{path.name}：{words}", Look.ERROR)
            return
        self._set_picture(field, view)
        self.form.edited = True
        self.form.changed()
        await self.close_overlay()
        self.tell(f"已选 {field.spec.label}：{view.file_name}")

    def _set_picture(self, field: Field, view: EvidenceView) -> None:
        field.set(view.file_name, view)
        field.tail = f"{size_text(view.size)}  {view.width}x{view.height}"

    def _chosen_pictures(self) -> dict[str, EvidenceView]:
        """The pictures that stand in the form, by field, in its order."""
        fields = [self.form.find(spec.key) for spec in _PICTURES]
        return {
            f.spec.key: f.payload for f in fields if f.entry.value and isinstance(f.payload, EvidenceView)
        }

    async def _left(self, field: Field) -> None:
        if not field.picked and self.page is not None:
            values = {**self.form.values(), _ID_TYPE.key: self.page.id_type}
            await check_left(field, values, self.today)
        self.form.changed()


def _ref(picture: IdentityPicture, view: EvidenceView | None) -> EvidenceRef | None:
    if view is None:
        return None
    return EvidenceRef(sha256=view.sha256, file_name=view.file_name, caption=picture.label)


def _may_begin(page: IdentityPage) -> None:
    """Raises Refused: one at a time, and not again within the pause. A draft may come after either."""
    if page.pending is not None:
        raise Refused(ErrorCode.CHANGE_PENDING, kind="证件信息修改")
    if page.not_before is not None:
        until = page.not_before.isoformat()
        raise Refused(ErrorCode.IDENTITY_TOO_SOON, days=IDENTITY_PAUSE_DAYS, until=until)
