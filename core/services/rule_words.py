"""Which rule a declaration goes by, in words: the clause, the numbers, their basis, and the edition they are of."""

from __future__ import annotations

from sqlalchemy import select

from core.model import Declaration, Edition
from core.rules.clock import CHINA
from core.rules.forms import FORMS
from core.services.suspicions import rules_for, suggestion_for
from core.store.work import UnitOfWork


def rule_lines(work: UnitOfWork, declaration: Declaration) -> tuple[tuple[str, str], ...]:
    """The rule as (label, text); nothing for what has no rule."""
    suggestion = suggestion_for(work, declaration)
    if suggestion is None:
        return ()
    return (
        ("条款", suggestion.clause),
        ("规则得出", f"{suggestion.explanation}  [{suggestion.certainty}]"),
        ("依据", suggestion.basis),
        ("规则版本", edition_words(work, _edition(work, declaration))),
    )


def clause_of(work: UnitOfWork, declaration: Declaration) -> str:
    """The clause in one line, with the edition where it isn't the one shipped."""
    if declaration.form not in FORMS:
        return ""
    clause = rules_for(work, declaration).form(declaration.form, declaration.year).clause
    edition = _edition(work, declaration)
    return f"{clause}（{edition_words(work, edition)}）" if edition else clause


def _edition(work: UnitOfWork, declaration: Declaration) -> int:
    return rules_for(work, declaration).edition_of(declaration.form, declaration.year)


def edition_words(work: UnitOfWork, edition: int) -> str:
    """An edition by its number and day: `第 3 版 (2026-11-22)`."""
    if not edition:
        return "初始版本"
    at = work.session.scalar(select(Edition.at).where(Edition.id == edition))
    return f"第 {edition} 版" + (f" ({at.astimezone(CHINA):%Y-%m-%d})" if at is not None else "")
