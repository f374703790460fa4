"""Declarations with their evidence and years, decisions, certificates and the audit log."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import (
    big,
    check,
    code,
    day,
    flag,
    json,
    moment,
    number,
    primary,
    refers,
    sealed,
    unique,
    words,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    "declaration",
    "blob",
    "evidence",
    "person_year",
    "decision",
    "certificate",
    "certificate_counter",
    "audit",
)
_APPEND_ONLY = (
    ("decision", "kind = new.kind and object_id = new.object_id and seq = new.seq"),
    ("audit", "false"),
)


def upgrade() -> None:
    """Make the tables."""
    _declaration()
    _blob()
    _evidence()
    _person_year()
    _decision()
    _certificate()
    _certificate_counter()
    _audit()
    _append_only()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_change()")


def _declaration() -> None:
    """The table declaration."""
    op.create_table(
        "declaration",
        big("id"),
        big("person_id"),
        big("employer_id"),
        code("region_code"),
        number("year"),
        words("subject"),
        words("form"),
        words("title"),
        json("fields"),
        number("claimed_halves"),
        number("recognised_halves", nullable=True),
        words("status"),
        words("step", nullable=True),
        big("handler_org_id", nullable=True),
        flag("completes_professional"),
        day("started_on", nullable=True),
        day("ended_on", nullable=True),
        words("note"),
        big("origin_id", nullable=True),
        words("source"),
        moment("urged_at", nullable=True),
        flag("returned"),
        flag("flagged"),
        moment("submitted_at", nullable=True),
        moment("decided_at", nullable=True),
        moment("created_at"),
        moment("updated_at"),
        number("version", server_default="1"),
        primary("id", name="pk_declaration"),
        refers("employer_id", "org.id", "fk_declaration_employer_id_org"),
        refers("handler_org_id", "org.id", "fk_declaration_handler_org_id_org"),
        refers("origin_id", "declaration.id", "fk_declaration_origin_id_declaration", ondelete="SET NULL"),
        refers("person_id", "person.id", "fk_declaration_person_id_person"),
        refers("region_code", "region.code", "fk_declaration_region_code_region"),
        check("status <> 'approved' or recognised_halves is not null", "ck_declaration_approved"),
        check("claimed_halves >= 0", "ck_declaration_claimed"),
        check("started_on <= ended_on", "ck_declaration_dates"),
        check("(status = 'pending') = (handler_org_id is not null)", "ck_declaration_handler"),
        check("length(note) <= 1000", "ck_declaration_note"),
        check("(status = 'pending') = (step is not null)", "ck_declaration_pending_step"),
        check("recognised_halves between 0 and claimed_halves", "ck_declaration_recognised"),
        check("source in ('person', 'history', 'provider')", "ck_declaration_source"),
        check("status in ('draft', 'pending', 'approved', 'rejected', 'revoked')", "ck_declaration_status"),
        check("step in ('employer', 'authority', 'bureau')", "ck_declaration_step"),
        check("status <> 'pending' or submitted_at is not null", "ck_declaration_submitted"),
        check("year between 1990 and 2100", "ck_declaration_year"),
    )
    op.create_index("ix_decl_origin", "declaration", ["origin_id"])
    op.create_index(
        "ix_decl_pending",
        "declaration",
        ["submitted_at", "id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_decl_pending_city",
        "declaration",
        [sa.text("substr(region_code, 1, 4)"), "submitted_at", "id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_decl_pending_region",
        "declaration",
        ["region_code", "submitted_at", "id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_decl_person", "declaration", ["person_id", sa.text("year desc"), sa.text("id desc")])
    op.create_index(
        "ix_decl_queue",
        "declaration",
        ["handler_org_id", "submitted_at", "id"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )


def _blob() -> None:
    """The table blob."""
    op.create_table(
        "blob",
        code("sha256"),
        number("size"),
        words("kind"),
        number("width"),
        number("height"),
        moment("added_at"),
        primary("sha256", name="pk_blob"),
        check("kind in ('jpg', 'gif', 'bmp', 'png')", "ck_blob_kind"),
        check("size > 0 and width > 0 and height > 0", "ck_blob_measures"),
        check("length(sha256) = 64", "ck_blob_sha256"),
    )


def _evidence() -> None:
    """The table evidence."""
    op.create_table(
        "evidence",
        big("id"),
        big("declaration_id"),
        number("position"),
        code("sha256"),
        words("file_name"),
        words("caption"),
        primary("id", name="pk_evidence"),
        unique("declaration_id", "position", name="uq_evidence_declaration_id_position"),
        unique("declaration_id", "sha256", name="uq_evidence_declaration_id_sha256"),
        refers(
            "declaration_id", "declaration.id", "fk_evidence_declaration_id_declaration", ondelete="CASCADE"
        ),
        refers("sha256", "blob.sha256", "fk_evidence_sha256_blob"),
        check("position >= 1", "ck_evidence_position"),
    )
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])


def _person_year() -> None:
    """The table person_year."""
    op.create_table(
        "person_year",
        big("person_id"),
        number("year"),
        code("region_code"),
        number("public_halves"),
        number("professional_halves"),
        flag("passed"),
        moment("recognised_at", nullable=True),
        words("recognised_by"),
        number("version", server_default="1"),
        primary("person_id", "year", name="pk_person_year"),
        refers("person_id", "person.id", "fk_person_year_person_id_person"),
        refers("region_code", "region.code", "fk_person_year_region_code_region"),
        check("public_halves >= 0 and professional_halves >= 0", "ck_person_year_halves"),
        check("year between 1990 and 2100", "ck_person_year_year"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_year_region", "person_year", ["year", "region_code", "person_id"])


def _decision() -> None:
    """The table decision."""
    op.create_table(
        "decision",
        big("id"),
        words("kind"),
        big("object_id"),
        number("seq"),
        words("step"),
        words("move"),
        big("actor_account_id", nullable=True),
        words("actor_name"),
        big("org_id", nullable=True),
        words("org_name"),
        moment("at"),
        words("opinion"),
        number("recognised_halves", nullable=True),
        number("object_version"),
        words("previous", nullable=True),
        primary("id", name="pk_decision"),
        unique("kind", "object_id", "seq", name="uq_decision_kind_object_id_seq"),
        refers("actor_account_id", "account.id", "fk_decision_actor_account_id_account"),
        refers("org_id", "org.id", "fk_decision_org_id_org"),
        check("seq >= 1", "ck_decision_seq"),
    )
    op.create_index("ix_decision_actor", "decision", ["actor_account_id", "id"])


def _certificate() -> None:
    """The table certificate."""
    op.create_table(
        "certificate",
        big("id"),
        code("number"),
        big("person_id"),
        words("person_name"),
        code("region_code"),
        words("years"),
        sealed("facts_sealed"),
        code("check_code"),
        words("state"),
        moment("issued_at"),
        big("issuer_org_id"),
        words("pdf_sha256"),
        number("print_count"),
        moment("revoked_at", nullable=True),
        words("revoked_reason"),
        big("replaced_by", nullable=True),
        number("version", server_default="1"),
        primary("id", name="pk_certificate"),
        unique("number", name="uq_certificate_number"),
        refers("issuer_org_id", "org.id", "fk_certificate_issuer_org_id_org"),
        refers("person_id", "person.id", "fk_certificate_person_id_person"),
        refers("region_code", "region.code", "fk_certificate_region_code_region"),
        refers("replaced_by", "certificate.id", "fk_certificate_replaced_by_certificate"),
        check("print_count >= 0", "ck_certificate_print_count"),
        check("state <> 'revoked' or length(revoked_reason) > 0", "ck_certificate_reason"),
        check("(state = 'replaced') = (replaced_by is not null)", "ck_certificate_replaced"),
        check("(state = 'revoked') = (revoked_at is not null)", "ck_certificate_revoked"),
        check("state in ('valid', 'revoked', 'replaced')", "ck_certificate_state"),
    )
    op.create_index("ix_certificate_person", "certificate", ["person_id", sa.text("id desc")])
    op.create_index(
        "ix_certificate_r2", "certificate", [sa.text("substr(region_code, 1, 2)"), sa.text("id desc")]
    )
    op.create_index(
        "ix_certificate_r4", "certificate", [sa.text("substr(region_code, 1, 4)"), sa.text("id desc")]
    )
    op.create_index("ix_certificate_r6", "certificate", ["region_code", sa.text("id desc")])


def _certificate_counter() -> None:
    """The table certificate_counter."""
    op.create_table(
        "certificate_counter",
        code("region_code"),
        number("year"),
        number("next"),
        primary("region_code", "year", name="pk_certificate_counter"),
        refers("region_code", "region.code", "fk_certificate_counter_region_code_region"),
        check("next >= 1", "ck_certificate_counter_next"),
    )


def _audit() -> None:
    """The table audit."""
    op.create_table(
        "audit",
        big("id"),
        moment("at"),
        big("actor_account_id", nullable=True),
        words("actor_name"),
        words("role"),
        words("address"),
        words("action"),
        words("object_kind"),
        words("object_id"),
        words("summary"),
        primary("id", name="pk_audit"),
        refers("actor_account_id", "account.id", "fk_audit_actor_account_id_account"),
        check("length(action) > 0", "ck_audit_action"),
    )
    op.create_index("ix_audit_actor", "audit", ["actor_account_id", "id"])
    op.create_index("ix_audit_object", "audit", ["object_kind", "object_id", "id"])


def _append_only() -> None:
    """Refuse to change or delete what was written, on both engines in the words `X is append-only`."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "create function refuse_change() returns trigger language plpgsql as $$ begin "
            "raise exception '% is append-only', tg_table_name "
            "using errcode = 'insufficient_privilege'; end $$"
        )
        for table, _ in _APPEND_ONLY:
            op.execute(
                f"create trigger {table}_append_only before update or delete or truncate on {table} "
                "for each statement execute function refuse_change()"
            )
            # Also where a session plays the replica, which skips ordinary triggers.
            op.execute(f"alter table {table} enable always trigger {table}_append_only")
        return
    for table, same in _APPEND_ONLY:
        refusal = f"begin select raise(abort, '{table} is append-only'); end"
        op.execute(f"create trigger {table}_no_update before update on {table} {refusal}")
        op.execute(f"create trigger {table}_no_delete before delete on {table} {refusal}")
        # INSERT OR REPLACE deletes without asking the trigger above, unless recursive_triggers is on.
        op.execute(
            f"create trigger {table}_no_replace before insert on {table} "
            f"when exists (select 1 from {table} where id = new.id or {same}) {refusal}"
        )
