"""Doubts (疑点) that a reviewer should see beside a declaration; a doubtful one never passes in a batch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.rules.hours import CreditHours
from core.rules.hours_rules import DAY_LIMIT, days_between


class DoubtKind(StrEnum):
    """What looks wrong."""

    SAME_SCAN = "same_scan"
    LIKE_SCAN = "like_scan"
    OVERLAP = "overlap"
    TOO_MANY_HOURS = "too_many_hours"
    ABOVE_RULE = "above_rule"
    USED_TWICE = "used_twice"

    @property
    def label(self) -> str:
        """A word for lists."""
        return _LABELS[self]


_LABELS = {
    DoubtKind.SAME_SCAN: "附件相同",
    DoubtKind.LIKE_SCAN: "附件相似",
    DoubtKind.OVERLAP: "时间重叠",
    DoubtKind.TOO_MANY_HOURS: "学时超过天数",
    DoubtKind.ABOVE_RULE: "高于规则",
    DoubtKind.USED_TWICE: "重复申报",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt in words; `other_id` is the declaration to jump to, if another one is concerned."""

    kind: DoubtKind
    text: str
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the checks need of a declaration. `period` is first and last day, `scans` SHA-256 of evidence, `likes` of
    pictures that show the same paper as one of them.

    `by_days`: the period is time really spent learning, so the days bound the hours. `suggested` is what the
    rule gives. `yearly` learning may come again in another year. `live` is false for drafts and refused
    ones, which disturb nobody. `day_limit` is the most 学时 of one day.
    """

    id: int
    person_id: int
    year: int
    form: str
    title: str
    claimed: CreditHours
    period: tuple[date, date] | None = None
    by_days: bool = False
    yearly: bool = False
    suggested: CreditHours | None = None
    scans: frozenset[str] = frozenset()
    likes: frozenset[str] = frozenset()
    live: bool = True
    day_limit: int = DAY_LIMIT


def find_doubts(claim: Claim, others: Iterable[Claim]) -> tuple[Doubt, ...]:
    """All doubts about a claim, those about itself first. `others` may be other people's (same scan)."""
    return (*_about_itself(claim), *(doubt for other in others for doubt in _against(claim, other)))


def _about_itself(claim: Claim) -> Iterable[Doubt]:
    if claim.by_days and claim.period is not None:
        days = max(0, days_between(*claim.period))
        most = CreditHours.of(days * claim.day_limit)
        if claim.claimed > most:
            yield Doubt(DoubtKind.TOO_MANY_HOURS, f"{days} 天最多 {most} 学时，申请 {claim.claimed}")
    if claim.suggested is not None and claim.claimed > claim.suggested:
        yield Doubt(DoubtKind.ABOVE_RULE, f"规则得出 {claim.suggested} 学时，申请 {claim.claimed}")


def _against(claim: Claim, other: Claim) -> Iterable[Doubt]:
    if other.id == claim.id or not other.live:
        return
    mine = other.person_id == claim.person_id
    named = f"{other.year} 年 {other.form}《{other.title}》"
    # The other person's claim is named only by its number: a list must not tell about someone else.
    whose = named if mine else f"另一人的申报 {other.id} "
    if claim.scans & other.scans:
        yield Doubt(DoubtKind.SAME_SCAN, f"附件与{whose}相同", other.id)
    elif claim.likes & other.scans:
        yield Doubt(DoubtKind.LIKE_SCAN, f"附件与{whose}疑似同一扫描件", other.id)
    if not mine:
        return
    if _same_learning(claim, other):
        yield Doubt(DoubtKind.USED_TWICE, f"与{named}名称相同", other.id)
    if claim.by_days and other.by_days and _overlap(claim.period, other.period):
        yield Doubt(DoubtKind.OVERLAP, f"时间与{named}重叠", other.id)


def _same_learning(claim: Claim, other: Claim) -> bool:
    if claim.form != other.form or (claim.yearly and claim.year != other.year):
        return False
    return bool(claim.title) and _plain(claim.title) == _plain(other.title)


def _overlap(one: tuple[date, date] | None, two: tuple[date, date] | None) -> bool:
    return one is not None and two is not None and one[0] <= two[1] and two[0] <= one[1]


def _plain(title: str) -> str:
    return "".join(title.split()).casefold()
