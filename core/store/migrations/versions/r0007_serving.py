"""Serving over SSH: registered keys, ways in, services, their sessions, inbox and outbox, challenges answered."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import (
    big,
    check,
    code,
    digest,
    flag,
    moment,
    number,
    primary,
    refers,
    sealed,
    unique,
    words,
)
from core.store.migrations.rebuild import Added, Changed, change, change_back

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SESSION = Changed("login_session", (Added(big("served_id", nullable=True)),))
_TABLES = ("account_key", "way_in", "service", "served_session", "transfer_file", "challenge_spent")


def upgrade() -> None:
    """Make the tables; a session learns at which place of a service it was begun."""
    _account_key()
    _way_in()
    _service()
    _served_session()
    _transfer_file()
    _challenge_spent()
    change(_SESSION)
    op.create_index("ix_login_session_served", "login_session", ["served_id"])
    to_do = sa.text("state in ('waiting', 'running')")
    op.create_index("ix_job_to_do", "job", ["id"], sqlite_where=to_do, postgresql_where=to_do)


def downgrade() -> None:
    """The way back: everything in them is lost."""
    op.drop_index("ix_job_to_do", "job")
    op.drop_index("ix_login_session_served", "login_session")
    change_back(_SESSION)
    for table in reversed(_TABLES):
        op.drop_table(table)


def _account_key() -> None:
    """The table account_key."""
    op.create_table(
        "account_key",
        big("id"),
        big("account_id"),
        words("name"),
        code("algorithm"),
        code("fingerprint"),
        words("public"),
        moment("added_at"),
        moment("used_at", nullable=True),
        primary("id", name="pk_account_key"),
        unique("account_id", "fingerprint", name="uq_account_key_account_id_fingerprint"),
        check("length(name) > 0 and length(public) > 0", "ck_account_key_named"),
        refers("account_id", "account.id", "fk_account_key_account_id_account"),
    )


def _way_in() -> None:
    """The table way_in."""
    op.create_table(
        "way_in",
        digest("ticket_digest"),
        big("account_id"),
        words("method"),
        words("address"),
        moment("made_at"),
        moment("until"),
        moment("used_at", nullable=True),
        primary("ticket_digest", name="pk_way_in"),
        check("method in ('password', 'key')", "ck_way_in_method"),
        refers("account_id", "account.id", "fk_way_in_account_id_account"),
    )
    op.create_index("ix_way_in_until", "way_in", ["until"])


def _service() -> None:
    """The table service."""
    op.create_table(
        "service",
        code("id"),
        words("host"),
        number("process"),
        words("listens"),
        flag("draining"),
        moment("started_at"),
        moment("seen_at"),
        primary("id", name="pk_service"),
        check("length(host) > 0 and process > 0", "ck_service_process"),
    )


def _served_session() -> None:
    """The table served_session."""
    op.create_table(
        "served_session",
        big("id"),
        code("service_id"),
        big("account_id", nullable=True),
        code("address"),
        words("kind"),
        words("method"),
        moment("opened_at"),
        primary("id", name="pk_served_session"),
        check("kind in ('terminal', 'files')", "ck_served_session_kind"),
        check("method in ('guest', 'password', 'key')", "ck_served_session_method"),
        check("method = 'guest' or account_id is not null", "ck_served_session_account"),
        refers("service_id", "service.id", "fk_served_session_service_id_service", ondelete="CASCADE"),
        refers("account_id", "account.id", "fk_served_session_account_id_account"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_served_session_account", "served_session", ["account_id"])
    op.create_index("ix_served_session_address", "served_session", ["address"])
    op.create_index("ix_served_session_service", "served_session", ["service_id"])


def _transfer_file() -> None:
    """The table transfer_file."""
    op.create_table(
        "transfer_file",
        big("id"),
        big("account_id"),
        words("box"),
        sealed("name_sealed"),
        digest("name_digest"),
        words("kind"),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        code("sha256"),
        code("place"),
        moment("at"),
        primary("id", name="pk_transfer_file"),
        unique("account_id", "box", "name_digest", name="uq_transfer_file_account_id_box_name_digest"),
        unique("place", name="uq_transfer_file_place"),
        check("box in ('inbox', 'outbox')", "ck_transfer_file_box"),
        check("size >= 0", "ck_transfer_file_size"),
        check("length(sha256) = 64", "ck_transfer_file_sha256"),
        check("length(place) > 0", "ck_transfer_file_placed"),
        refers("account_id", "account.id", "fk_transfer_file_account_id_account"),
        sqlite_autoincrement=True,
    )


def _challenge_spent() -> None:
    """The table challenge_spent."""
    op.create_table(
        "challenge_spent",
        digest("digest"),
        moment("until"),
        primary("digest", name="pk_challenge_spent"),
    )
    op.create_index("ix_challenge_spent_until", "challenge_spent", ["until"])
