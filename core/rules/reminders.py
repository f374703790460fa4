"""Reminders (提醒): how many days before the closing day people are told, and in what words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.rules.annual import AnnualResult
from core.rules.hours import ZERO, CreditHours

STAGES = (60, 30, 7, 1)
"""Days before the closing day of declarations; at each of them a person is told once."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a person has begun in a year: drafts, returned ones and refused ones (counts), and what is under review."""

    drafts: int = 0
    returned: int = 0
    refused: int = 0
    under_review: CreditHours = ZERO


def stage_of(days: int) -> int | None:
    """The stage that so many days before the closing day belong to; None while it is too early."""
    return min((stage for stage in STAGES if days <= stage), default=None)


def once_key(year: int, stage: int) -> str:
    """What tells one reminder of an addressee from all others."""
    return f"remind/{year}/{stage}"


def closing_words(year: int, closes_on: date, days: int) -> str:
    """Until when declarations are taken."""
    left = f"还有 {days} 天" if days else "今天是最后一天"
    return f"{year}年度申报 {closes_on:%m-%d} 截止，{left}"


def person_words(result: AnnualResult, begun: Unfinished, closing: str) -> str:
    """What a person is told: what is missing, what lies about unfinished, and by when."""
    parts = []
    missing = [
        (result.missing_public, "公需"),
        (result.missing_professional, "专业"),
    ]
    if result.missing_public == result.missing_professional == ZERO:
        missing = [(result.missing_total, "总计")]
    lacking = "、".join(f"{words} {hours}" for hours, words in missing if hours != ZERO)
    if lacking:
        parts.append(f"还差{lacking} 学时")
    if begun.under_review != ZERO:
        parts.append(f"另有 {begun.under_review} 学时在审核")
    counts = ((begun.drafts, "待提交"), (begun.returned, "退回待修改"), (begun.refused, "审核不通过"))
    unfinished = "、".join(f"{words} {count} 条" for count, words in counts if count)
    if unfinished:
        parts.append(f"申报中有{unfinished}，请及时处理")
    return "；".join([closing, *parts]) + "。"


def office_words(waiting: int, closing: str) -> str:
    """What an employer is told: how many declarations of the year wait for it."""
    return f"有 {waiting} 条学时申报等待审核；{closing}。"
