"""What a journey left in the database, read beside the program."""

from __future__ import annotations

from sqlalchemy import func, select

from core.model import Declaration, Draft, Evidence, Registration
from tests.journeys.steps import Installation


def declarations(home: Installation) -> list[dict[str, object]]:
    """All declarations in their order: state, entries, attachments, and which one they go back to."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            return [
                {
                    "id": row.id,
                    "status": row.status,
                    "step": row.step,
                    "form": row.form,
                    "title": row.title,
                    "fields": dict(row.fields),
                    "claimed_halves": row.claimed_halves,
                    "origin_id": row.origin_id,
                    "evidence": list(
                        work.session.scalars(
                            select(Evidence.sha256)
                            .where(Evidence.declaration_id == row.id)
                            .order_by(Evidence.sha256)
                        )
                    ),
                }
                for row in work.session.scalars(select(Declaration).order_by(Declaration.id))
            ]
    finally:
        desk.close()


def registration_states(home: Installation, name: str) -> list[str]:
    """How the registrations under a name stand, the oldest first."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            query = select(Registration.state).where(Registration.name == name).order_by(Registration.id)
            return list(work.session.scalars(query))
    finally:
        desk.close()


def drafts(home: Installation) -> int:
    """How many drafts there are."""
    desk = home.desk()
    try:
        with desk.reading() as work:
            return work.session.scalar(select(func.count()).select_from(Draft)) or 0
    finally:
        desk.close()
