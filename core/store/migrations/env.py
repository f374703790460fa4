"""Alembic's environment: runs inside the connection that core.store.migrate hands over."""

from alembic import context

from core.model import Base


def run() -> None:
    """Run the revisions in the transaction of the caller."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
