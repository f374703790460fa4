"""Jobs, editions of the rules, providers, statistics, prints of pictures and the chain of the audit log."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import (
    big,
    check,
    code,
    digest,
    flag,
    json,
    moment,
    number,
    primary,
    raw,
    refers,
    unique,
    words,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "provider",
    "stat_dirty",
    "edition",
    "provider_file",
    "scan_print",
    "stat_cell",
    "audit_link",
    "job",
    "scan_band",
    "scan_like",
)


def upgrade() -> None:
    """Make the tables."""
    _provider()
    _stat_dirty()
    _edition()
    _provider_file()
    _scan_print()
    _stat_cell()
    _audit_link()
    _job()
    _scan_band()
    _scan_like()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _provider() -> None:
    """The table provider."""
    op.create_table(
        "provider",
        big("id"),
        code("code"),
        words("name"),
        words("public_key"),
        flag("active"),
        moment("added_at"),
        words("added_by_name"),
        number("version", server_default="1"),
        primary("id", name="pk_provider"),
        check("length(code) > 0 and length(name) > 0 and length(public_key) > 0", "ck_provider_named"),
        unique("code", name="uq_provider_code"),
    )


def _stat_dirty() -> None:
    """The table stat_dirty."""
    op.create_table(
        "stat_dirty",
        number("year"),
        code("region_code"),
        moment("at"),
        primary("year", "region_code", name="pk_stat_dirty"),
    )


def _edition() -> None:
    """The table edition."""
    op.create_table(
        "edition",
        big("id"),
        code("kind"),
        code("entry"),
        number("from_year"),
        words("value", nullable=True),
        words("reason"),
        moment("at"),
        big("account_id", nullable=True),
        words("account_name"),
        primary("id", name="pk_edition"),
        check("from_year = 0 or from_year between 1990 and 2100", "ck_edition_from_year"),
        check("length(kind) > 0 and length(entry) > 0", "ck_edition_named"),
        check("length(reason) > 0", "ck_edition_reason"),
        refers("account_id", "account.id", "fk_edition_account_id_account"),
    )
    op.create_index("ix_edition_entry", "edition", ["kind", "entry", "from_year", "id"])


def _provider_file() -> None:
    """The table provider_file."""
    op.create_table(
        "provider_file",
        code("sha256"),
        big("provider_id"),
        words("file_name"),
        number("rows"),
        number("taken"),
        moment("at"),
        words("by_name"),
        primary("sha256", name="pk_provider_file"),
        check("taken between 0 and rows", "ck_provider_file_rows"),
        check("length(sha256) = 64", "ck_provider_file_sha256"),
        refers("provider_id", "provider.id", "fk_provider_file_provider_id_provider"),
    )
    op.create_index("ix_provider_file_provider", "provider_file", ["provider_id", "at"])


def _scan_print() -> None:
    """The table scan_print."""
    op.create_table(
        "scan_print",
        code("sha256"),
        code("bits"),
        raw("small"),
        primary("sha256", name="pk_scan_print"),
        check("length(bits) = 16", "ck_scan_print_bits"),
        check("length(small) = 1024", "ck_scan_print_small"),
        refers("sha256", "blob.sha256", "fk_scan_print_sha256_blob"),
    )


def _stat_cell() -> None:
    """The table stat_cell."""
    op.create_table(
        "stat_cell",
        number("year"),
        code("region_code"),
        code("series"),
        code("level"),
        number("persons"),
        number("passed"),
        big("public_halves"),
        big("professional_halves"),
        primary("year", "region_code", "series", "level", name="pk_stat_cell"),
        check("passed between 0 and persons", "ck_stat_cell_passed"),
        refers("region_code", "region.code", "fk_stat_cell_region_code_region"),
        sqlite_with_rowid=False,
    )


def _audit_link() -> None:
    """The table audit_link."""
    op.create_table(
        "audit_link",
        big("id"),
        big("audit_id"),
        digest("previous"),
        digest("hash"),
        primary("id", name="pk_audit_link"),
        check("id >= 1", "ck_audit_link_id"),
        refers("audit_id", "audit.id", "fk_audit_link_audit_id_audit"),
        unique("audit_id", name="uq_audit_link_audit_id"),
    )


def _job() -> None:
    """The table job."""
    op.create_table(
        "job",
        big("id"),
        words("kind"),
        words("title"),
        words("state"),
        big("account_id", nullable=True),
        words("account_name"),
        words("role"),
        big("org_id", nullable=True),
        words("region_code"),
        words("address"),
        json("asked"),
        json("place"),
        json("outcome"),
        number("total"),
        number("done"),
        number("done_before"),
        flag("cancel_asked"),
        words("runner"),
        words("trouble"),
        moment("created_at"),
        moment("started_at", nullable=True),
        moment("heartbeat_at", nullable=True),
        moment("ended_at", nullable=True),
        primary("id", name="pk_job"),
        check("total >= 0 and done >= 0", "ck_job_counts"),
        check("(state in ('done', 'cancelled', 'failed')) = (ended_at is not null)", "ck_job_ended"),
        check("length(kind) > 0 and length(title) > 0", "ck_job_named"),
        check("state <> 'running' or heartbeat_at is not null", "ck_job_running"),
        check("state in ('waiting', 'running', 'paused', 'done', 'cancelled', 'failed')", "ck_job_state"),
        refers("account_id", "account.id", "fk_job_account_id_account"),
        refers("org_id", "org.id", "fk_job_org_id_org"),
    )
    op.create_index("ix_job_account", "job", ["account_id", sa.text("id desc")])
    op.create_index("ix_job_org", "job", ["org_id", sa.text("id desc")])


def _scan_band() -> None:
    """The table scan_band."""
    op.create_table(
        "scan_band",
        number("band"),
        number("value"),
        code("sha256"),
        primary("band", "value", "sha256", name="pk_scan_band"),
        check("band between 0 and 7 and value between 0 and 255", "ck_scan_band_byte"),
        refers("sha256", "scan_print.sha256", "fk_scan_band_sha256_scan_print", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )


def _scan_like() -> None:
    """The table scan_like."""
    op.create_table(
        "scan_like",
        code("sha256"),
        code("other"),
        primary("sha256", "other", name="pk_scan_like"),
        check("sha256 <> other", "ck_scan_like_two"),
        refers("sha256", "scan_print.sha256", "fk_scan_like_sha256_scan_print", ondelete="CASCADE"),
        refers("other", "scan_print.sha256", "fk_scan_like_other_scan_print", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
