"""The draft of somebody who has no session yet (注册, P13): 证件号 and password together are the owner."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial

from core.rules.errors import Refused
from core.schema.drafts import DraftContent, DropGuestDraft, FindGuestDraft, SaveGuestDraft
from core.services.drafts import drop_guest_drafts, find_guest_draft, save_guest_draft
from tui.frame import Act
from tui.kept import Kept

STILL_THERE = "上次填到一半的内容还在，取回？"


class GuestKept(Kept):
    """A kept form of a guest. Nothing is kept before both are typed; what was kept under the same two is offered."""

    def __init__(self) -> None:
        super().__init__()
        self._proof: tuple[str, str] | None = None

    # ------------------------------------------------------------------------------------ to be given

    def draft_proof(self) -> tuple[str, str]:
        """证件号 and password as typed, empty ones too."""
        raise NotImplementedError

    def draft_form(self) -> str:
        """What tells this form from others that the same two may have begun."""
        return self.route_name

    # -------------------------------------------------------------------------------------- to be used

    async def prove_draft(self) -> None:
        """The caret has left one of the two: from now on the draft is theirs, and an older one is offered."""
        number, password = proof = self.draft_proof()
        if not (number.strip() and password) or proof == self._proof:
            return
        if self._proof is not None:
            await self.draft.move()  # the old two can't be presented again
        self._proof = proof
        found = await self._find()
        if found is not None and found.key != self.draft.key:
            take: Act = partial(self.go_on, found)
            self.question(STILL_THERE, {"1": ("是", take), "2": ("否", self.decline_draft)})

    def decline_draft(self) -> None:
        """否: the older one stays where it is, and this form is filled in anew."""

    # --------------------------------------------------------------------- between screen and its draft

    async def _find(self) -> DraftContent | None:
        assert self._proof is not None
        wanted = FindGuestDraft(id_number=self._proof[0], password=self._proof[1], form=self.draft_form())
        with suppress(Refused):  # too many tries, or no database: then there is nothing to offer
            return await self.ask(find_guest_draft, wanted)
        return None

    @property
    def draft_ready(self) -> bool:
        """Whether both are known, and no older draft is just being offered."""
        return self._proof is not None and not self.asking

    async def keep(self, key: str, text: str) -> datetime:
        """Save it for the two."""
        assert self._proof is not None
        plain = self.draft_command(key, text).model_dump() | {"form": self.draft_form()}
        kept = SaveGuestDraft(id_number=self._proof[0], password=self._proof[1], **plain)
        return await self.host.backend.do(save_guest_draft, self.host.guest, kept)

    async def unkeep(self, key: str) -> None:
        """Take it away."""
        assert self._proof is not None
        gone = DropGuestDraft(id_number=self._proof[0], password=self._proof[1], key=key)
        await self.host.backend.do(drop_guest_drafts, self.host.guest, gone)
