"""Verdicts on the review desk: 通过, 不通过, 退回修改, the hours and the opinion that go with them, 收回."""

from __future__ import annotations

from functools import partial

from core.rules.entry import EntryError, parse_hours
from core.rules.errors import ErrorCode, Refused
from core.rules.hours import ZERO, CreditHours
from core.rules.refusals import reason_text
from core.schema.review import Decide, ReviewItem, UndoDecision, Verdict
from core.services.review import decide, undo_decision
from tui.look import Look
from tui.review.desk import GONE, ReviewDesk
from tui.widgets.ask_sheet import AskSheet


class Deciding(ReviewDesk):
    """A desk that decides on the item shown."""

    async def action_approve(self) -> None:
        """A: 通过, with the hours and the opinion that stand on the screen."""
        if item := await self._ready():
            await self._decide(item, Verdict.APPROVE, self.desk.opinion)

    async def action_reject(self) -> None:
        """R: 不通过; the reason follows."""
        if item := await self._ready():
            await self._ask_reason(item, Verdict.REJECT)

    async def action_send_back(self) -> None:
        """B: 退回修改; the reason follows."""
        item = await self._ready()
        if item is not None and item.no_return:
            self.tell(item.no_return, Look.WARN)
        elif item is not None:
            await self._ask_reason(item, Verdict.RETURN)

    async def _ask_reason(self, item: ReviewItem, verdict: Verdict) -> None:
        await self.open(
            AskSheet(
                f"{self.words.verdict(verdict)}：{item.person_name}  {item.heading}",
                partial(self._reason_given, item, verdict),
                label="补充",
                choices=[(reason.digit, reason.text) for reason in self.words.reasons],
                done=self.words.verdict(verdict),
            )
        )

    async def _reason_given(self, item: ReviewItem, verdict: Verdict, digit: str, words: str) -> None:
        await self._decide(item, verdict, reason_text(digit, words, self.words.reasons))

    async def _decide(self, item: ReviewItem, verdict: Verdict, opinion: str) -> None:
        command = Decide(
            subject=self.subject,
            id=item.id,
            version=item.version,
            verdict=verdict,
            recognised=self.desk.recognised or None if verdict is Verdict.APPROVE else None,
            opinion=opinion,
        )
        try:
            decided = await self.ask(decide, command)
        except Refused as refusal:
            if refusal.code not in GONE:
                raise
            await self._close_all()
            await self._look_again(item, refusal)
            return
        await self._close_all()
        self._fetched.pop(item.id, None)
        self.queue.note_decided(decided)
        went = f"，转 {decided.next_handler}" if decided.next_handler else ""
        # Said first, so that it is painted with the next item and not after what is fetched ahead.
        self.tell(f"{item.person_name}：{self.words.verdict(verdict)}{went}{self._undo_words()}")
        await self._show_current()

    def _undo_words(self) -> str:
        return "" if "undo" in self.words.absent else "  (U 收回)"

    async def _look_again(self, item: ReviewItem, refusal: Refused) -> None:
        """Somebody was faster: show the item as it is now, or the next one if it has left the queue."""
        self._fetched.pop(item.id, None)
        await self._show_current()
        self.refuse(refusal)

    async def action_undo(self) -> None:
        """U: take back the last decision; its item is on the desk again."""
        if not self.queue.done:
            self.tell("本次没有可以收回的决定", Look.WARN)
            return
        decided, row = self.queue.done.pop()
        command = UndoDecision(subject=self.subject, id=decided.id, version=decided.version)
        self.queue.put_back(await self.ask(undo_decision, command), row)
        await self._show_current()
        self.tell(f"已收回：{decided.person_name} {row.form_name}，请重新审核")

    async def action_hours(self) -> None:
        """E: 认定学时, never above the claim."""
        item = self.desk.item
        if item is None or item.claimed is None:
            self.tell("这一条没有学时可改", Look.WARN)
            return
        proposed = item.proposed if item.proposed is not None else item.claimed
        await self.open(
            AskSheet(
                f"认定学时：{item.person_name}  {item.heading}",
                partial(self._hours_given, item.claimed),
                label="认定学时",
                value=self.desk.recognised or str(proposed),
                notes=(f"申请 {item.claimed} 学时，认定不能更高；以 0.5 为一级。之后按 A 通过",),
            )
        )

    async def _hours_given(self, claimed: CreditHours, _digit: str, text: str) -> None:
        try:
            hours = parse_hours(text)
        except EntryError as error:
            raise Refused.for_fields((error.at("recognised"),)) from None
        if hours > claimed:
            raise Refused(ErrorCode.ABOVE_CLAIM, claimed=claimed)
        if hours == ZERO:
            raise Refused(ErrorCode.OUT_OF_RANGE, low=CreditHours(1), high=claimed)
        await self.close_overlay()
        self.desk.recognised = str(hours)
        self.desk.changed()

    async def action_opinion(self) -> None:
        """O: 审核意见 that goes with a 通过."""
        if self.desk.item is None:
            self.tell("没有待审的，F5 刷新", Look.WARN)
            return
        title = f"审核意见：{self.desk.item.person_name}  (按 A 通过时一并记下)"
        await self.open(AskSheet(title, self._opinion_given, label="意见", value=self.desk.opinion))

    async def _opinion_given(self, _digit: str, text: str) -> None:
        await self.close_overlay()
        self.desk.opinion = text.strip()
        self.desk.changed()
