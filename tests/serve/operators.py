"""Who works in the storm: somebody who declares, and somebody who reviews; what each may find stored afterwards."""

from __future__ import annotations

import re
import time
from collections import Counter

from sqlalchemy import select

from core.model import Audit, Decision, Declaration, Person
from tests.journeys.killing import FIRST, Go, State, actions_among, drawn
from tests.serve.storm import CONFIRMED, DECIDED, PROMISED, Operator, Storm


class Declarer(Operator):
    """A person who changes declarations, or types a form and leaves it so."""

    state = FIRST

    def __init__(self, storm: Storm, login: str, account_id: int, seed: int) -> None:
        super().__init__(storm, login, account_id, seed)
        self.before = Counter(self._entries())
        self.allowed: list[State] = [self.state]
        self.confirmed: tuple[str, ...] = ()
        self.title = ""

    def play(self) -> None:
        self.allowed, self.confirmed, self.title = [self.state], (), ""
        super().play()

    def work(self) -> None:
        self.terminal.send(":cx", "Enter")
        if not self.reached("共 "):
            return
        if self.chance.random() < 0.3:
            self.title = f"草稿{self.mark}-{self.plays}"
            self.terminal.send("F6", "Tab", "Tab", "Tab", self.title)
            if self.reached(self.title):
                self.seen_at = time.monotonic()
            return
        for number in range(2):
            go: Go = drawn(self.chance, self.allowed[-1], f"{self.mark}-{self.plays}-{number}")
            self.terminal.send("c")
            if not self.reached("已清空筛选"):
                return
            self.allowed, self.confirmed = [self.allowed[-1], go.after], go.confirmed
            self.terminal.send(*go.keys)
            if not self.reached(*go.confirmed):
                return
            self.allowed, self.confirmed = [go.after], ()
            self.storm.done[CONFIRMED] += 1
            if go.back:
                self.terminal.send(*go.back)
                if not self.reached("共 "):
                    return

    def last_look(self) -> None:
        super().last_look()
        text = self.terminal.screen_text()
        if self.confirmed and all(word in text for word in self.confirmed):
            self.allowed = self.allowed[-1:]
            self.storm.done[CONFIRMED] += 1

    def judge(self, *, gently: bool) -> None:
        found = self._stored()
        fitting = [state for state in self.allowed if state.stored == found]
        assert fitting, (self.login, self.plays, self.allowed, found)
        self.state = fitting[0]
        if self.seen_at is not None and (gently or self.cut_at - self.seen_at > PROMISED):
            assert self.drafts(), (
                f"the draft {self.title} of {self.login} is lost, {self.cut_at - self.seen_at:.2f} s after it was seen"
            )
            self.owed = (self.title,)

    def _entries(self) -> list[str]:
        query = select(Audit.action).where(Audit.actor_account_id == self.account_id)
        actions: list[str] = self.look(lambda work: work.session.scalars(query).all())
        return list(actions_among(actions).elements())

    def _stored(self) -> tuple[object, ...]:
        query = (
            select(Declaration)
            .join(Person, Person.id == Declaration.person_id)
            .where(Person.account_id == self.account_id)
        )
        claims = self.look(
            lambda work: sorted(
                (row.title, row.status, row.fields.get("content", "")) for row in work.session.scalars(query)
            )
        )
        return claims, dict(Counter(self._entries()) - self.before)


class Reviewer(Operator):
    """An employer who lets one declaration after the other pass."""

    home_page = ":sh "

    def __init__(self, storm: Storm, login: str, account_id: int, seed: int) -> None:
        super().__init__(storm, login, account_id, seed)
        self.passed: Counter[str] = Counter()
        """By title, what the screen said was decided."""
        self.before = self._noted()

    def work(self) -> None:
        self.terminal.send(":sh", "Enter")
        count = 0
        while self.reached(f"本次已审 {count}", "接下来"):
            self.terminal.settle(quiet=0.1, timeout=1.0)
            titles = re.findall(r"审班\d+", self.terminal.screen_text())
            if not titles:
                return
            count += 1
            self.terminal.send("a")
            if not self.reached("：通过", f"本次已审 {count}"):
                return
            self.passed[titles[0]] = 1
            self.storm.done[DECIDED] += 1

    def judge(self, *, gently: bool) -> None:
        query = (
            select(Declaration.title, Decision.move)
            .join(Decision, (Decision.object_id == Declaration.id) & (Decision.kind == "declaration"))
            .where(Decision.actor_account_id == self.account_id)
        )
        decided = Counter(self.look(lambda work: [title for title, _ in work.session.execute(query)]))
        assert not [title for title, count in decided.items() if count > 1], "a decision had a double effect"
        assert not self.passed - decided, (
            "a decision that the screen confirmed is lost",
            self.passed - decided,
        )
        assert self._noted() - self.before == sum(decided.values()), (
            "decisions and their audit entries differ"
        )

    def _noted(self) -> int:
        query = select(Audit.id).where(
            Audit.actor_account_id == self.account_id, Audit.object_kind == "declaration"
        )
        return len(self.look(lambda work: work.session.scalars(query).all()))
