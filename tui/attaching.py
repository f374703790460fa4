"""Screens whose form takes attachments (附件): the file browser, archives, looking at one, taking one off."""

from __future__ import annotations

from pathlib import Path

from core.rules.errors import ErrorCode, FieldError, Refused
from core.schema.declarations import AddArchive, ArchiveTaken
from core.services.evidence import add_archive
from tui.choosing_file import choose_picture
from tui.kept import Kept
from tui.keys import Command
from tui.look import Look
from tui.widgets.attachment_form import AttachmentForm, Attachments
from tui.widgets.field import Field

ATTACHING_COMMANDS = (
    Command("attach", ("f9",), "附件", "添加附件：图片，或装有图片的 .zip"),
    Command("view_picture", ("f7",), "看附件", "光标所在的附件；不在附件上时看第一个"),
)


class Attaching(Kept):
    """A kept form with attachments. The screen shows `attachments.fields(...)`, sets `form.on_remove` to
    `ask_removal` and opens `attachments.spec.key` by `open_files`; `refit` makes the form anew after a change.
    """

    form: AttachmentForm

    def __init__(self) -> None:
        super().__init__()
        self.attachments = Attachments()

    def refit(self) -> None:
        """Make the form anew with the attachments of now; what was typed stays, and the form counts as edited."""
        raise NotImplementedError

    async def action_attach(self) -> None:
        """F9: the file browser."""
        await self.open_files(self.form.find(self.attachments.spec.key), "")

    async def action_view_picture(self) -> None:
        """F7: the attachment under the caret."""
        views = self.attachments.views
        if not views:
            self.tell("还没有附件，按 F9 添加", Look.WARN)
            return
        at = self.attachments.index_of(self.form.current) or 0
        await self.program.go("picture", evidence=tuple(views), at=at)

    async def open_files(self, field: Field, typed: str) -> None:
        """The file browser, unless there are as many as may be."""
        if not self.attachments.room:
            self.tell(f"最多 {self.attachments.limit} 个附件，请先用 Del 移除一个", Look.WARN)
            return
        await choose_picture(self, "添加附件", self._take_in, typed=typed)

    async def ask_removal(self, field: Field) -> None:
        """Take an attachment off, after a question."""
        index = self.attachments.index_of(field)
        assert index is not None

        def remove() -> None:
            gone = self.attachments.views.pop(index)
            self.refit()
            self.form.stand_on(self.attachments.spec.key)
            self.tell(f"已移除 {gone.file_name}")

        self.confirm(f"移除附件 {self.attachments.views[index].file_name}？", remove)

    async def _take_in(self, path: Path) -> None:
        try:
            command = AddArchive(path=str(path), room=self.attachments.room)
            taken: ArchiveTaken = await self.ask(add_archive, command)
            new = [view for view in taken.pictures if not self.attachments.holds(view.sha256)]
            if not new:
                error = FieldError(self.attachments.spec.key, ErrorCode.EVIDENCE_TWICE)
                raise Refused(ErrorCode.EVIDENCE_TWICE, (error,))
        except Refused as refusal:
            if refusal.code is ErrorCode.SESSION_ENDED:
                raise
            words = refusal.fields[0].text if refusal.fields else refusal.text
            self.tell(f"{path.name}：{words}", Look.ERROR)
            return
        for view in new:
            self.attachments.add(view)
        await self.close_overlay()
        self.form.find(self.attachments.spec.key).error = ""
        self.refit()
        self._tell_taken(taken, [view.file_name for view in new])

    def _tell_taken(self, taken: ArchiveTaken, added: list[str]) -> None:
        words = f"已添加 {added[0]}" if len(added) == 1 else f"已添加 {len(added)} 个附件"
        twice = [view.file_name for view in taken.pictures if view.file_name not in added]
        left_out = [*taken.skipped, *(f"{name}（已添加过）" for name in twice)]
        if left_out:
            self.tell(f"{words}；没有添加：{'、'.join(left_out)}", Look.WARN)
        else:
            self.tell(words)
