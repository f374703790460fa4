"""A form that can be locked: what was sent in stands there to be read until it has been decided."""

from __future__ import annotations

from tui.keys import Press
from tui.widgets.attachment_form import AttachmentForm


class LockedForm(AttachmentForm):
    """`locked` says why nothing can be changed now; empty where it can. The fields of a locked form are fixed."""

    locked = ""

    def stand_on_first(self) -> None:
        """Put the caret on the first field that can be changed."""
        free = [field for field in self.fields if not field.fixed]
        self.stand_on((free or self.fields)[0].spec.key)

    async def press(self, press: Press) -> bool:
        if self.locked:
            return False
        return await super().press(press)

    def why_not(self, press: Press) -> str:
        return self.locked or super().why_not(press)

    def help_lines(self) -> list[str]:
        return [self.locked] if self.locked else super().help_lines()
