"""Tables that nobody changes: triggers that refuse update and delete, in the words `X is append-only`."""

from __future__ import annotations

from alembic import op


def keep(table: str, same: str) -> None:
    """Refuse changes from now on. `same` tells on SQLite which row a REPLACE would do away with.

    On PostgreSQL it uses the function `refuse_change` of an earlier revision.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )
        # Also where a session plays the replica, which skips ordinary triggers.
        op.execute(f"alter table {table} enable always trigger {table}_append_only")
        return
    refusal = f"begin select raise(abort, '{table} is append-only'); end"
    op.execute(f"create trigger {table}_no_update before update on {table} {refusal}")
    op.execute(f"create trigger {table}_no_delete before delete on {table} {refusal}")
    # INSERT OR REPLACE deletes without asking the trigger above, unless recursive_triggers is on.
    op.execute(
        f"create trigger {table}_no_replace before insert on {table} "
        f"when exists (select 1 from {table} where id = new.id or {same}) {refusal}"
    )


def let_go(table: str) -> None:
    """The way back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"drop trigger {table}_append_only on {table}")
        return
    for name in ("no_update", "no_delete", "no_replace"):
        op.execute(f"drop trigger {table}_{name}")
