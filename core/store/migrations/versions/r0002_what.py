"""Declarations with their evidence and years, decisions, certificates and the audit log."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import big, code, day, flag, json, moment, number, sealed, words

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
    _declarations()
    _records()
    _append_only()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function refuse_change()")


def _declarations() -> None:
    """Declarations, evidence, years."""
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.ForeignKeyConstraint(["employer_id"], ["org.id"], name=op.f("fk_declaration_employer_id_org")),
        sa.ForeignKeyConstraint(
            ["handler_org_id"], ["org.id"], name=op.f("fk_declaration_handler_org_id_org")
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"],
            ["declaration.id"],
            name=op.f("fk_declaration_origin_id_declaration"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declaration_person_id_person")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_declaration_region_code_region")
        ),
        sa.CheckConstraint(
            "status <> 'approved' or recognised_halves is not null", name=op.f("ck_declaration_approved")
        ),
        sa.CheckConstraint("claimed_halves >= 0", name=op.f("ck_declaration_claimed")),
        sa.CheckConstraint("started_on <= ended_on", name=op.f("ck_declaration_dates")),
        sa.CheckConstraint(
            "(status = 'pending') = (handler_org_id is not null)", name=op.f("ck_declaration_handler")
        ),
        sa.CheckConstraint("length(note) <= 1000", name=op.f("ck_declaration_note")),
        sa.CheckConstraint(
            "(status = 'pending') = (step is not null)", name=op.f("ck_declaration_pending_step")
        ),
        sa.CheckConstraint(
            "recognised_halves between 0 and claimed_halves", name=op.f("ck_declaration_recognised")
        ),
        sa.CheckConstraint("source in ('person', 'history', 'provider')", name=op.f("ck_declaration_source")),
        sa.CheckConstraint(
            "status in ('draft', 'pending', 'approved', 'rejected', 'revoked')",
            name=op.f("ck_declaration_status"),
        ),
        sa.CheckConstraint("step in ('employer', 'authority', 'bureau')", name=op.f("ck_declaration_step")),
        sa.CheckConstraint(
            "status <> 'pending' or submitted_at is not null", name=op.f("ck_declaration_submitted")
        ),
        sa.CheckConstraint("year between 1990 and 2100", name=op.f("ck_declaration_year")),
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
    op.create_table(
        "blob",
        code("sha256"),
        number("size"),
        words("kind"),
        number("width"),
        number("height"),
        moment("added_at"),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
        sa.CheckConstraint("kind in ('jpg', 'gif', 'bmp', 'png')", name=op.f("ck_blob_kind")),
        sa.CheckConstraint("size > 0 and width > 0 and height > 0", name=op.f("ck_blob_measures")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_blob_sha256")),
    )
    op.create_table(
        "evidence",
        big("id"),
        big("declaration_id"),
        number("position"),
        code("sha256"),
        words("file_name"),
        words("caption"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("declaration_id", "position", name=op.f("uq_evidence_declaration_id_position")),
        sa.UniqueConstraint("declaration_id", "sha256", name=op.f("uq_evidence_declaration_id_sha256")),
        sa.ForeignKeyConstraint(
            ["declaration_id"],
            ["declaration.id"],
            name=op.f("fk_evidence_declaration_id_declaration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_evidence_sha256_blob")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_evidence_position")),
    )
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
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
        sa.PrimaryKeyConstraint("person_id", "year", name=op.f("pk_person_year")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_year_person_id_person")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_person_year_region_code_region")
        ),
        sa.CheckConstraint(
            "public_halves >= 0 and professional_halves >= 0", name=op.f("ck_person_year_halves")
        ),
        sa.CheckConstraint("year between 1990 and 2100", name=op.f("ck_person_year_year")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_year_region", "person_year", ["year", "region_code", "person_id"])


def _records() -> None:
    """Decisions, certificates, audit log."""
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("kind", "object_id", "seq", name=op.f("uq_decision_kind_object_id_seq")),
        sa.ForeignKeyConstraint(
            ["actor_account_id"], ["account.id"], name=op.f("fk_decision_actor_account_id_account")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_decision_org_id_org")),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_decision_seq")),
    )
    op.create_index("ix_decision_actor", "decision", ["actor_account_id", "id"])
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.ForeignKeyConstraint(["issuer_org_id"], ["org.id"], name=op.f("fk_certificate_issuer_org_id_org")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_certificate_region_code_region")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["certificate.id"], name=op.f("fk_certificate_replaced_by_certificate")
        ),
        sa.CheckConstraint("print_count >= 0", name=op.f("ck_certificate_print_count")),
        sa.CheckConstraint(
            "state <> 'revoked' or length(revoked_reason) > 0", name=op.f("ck_certificate_reason")
        ),
        sa.CheckConstraint(
            "(state = 'replaced') = (replaced_by is not null)", name=op.f("ck_certificate_replaced")
        ),
        sa.CheckConstraint(
            "(state = 'revoked') = (revoked_at is not null)", name=op.f("ck_certificate_revoked")
        ),
        sa.CheckConstraint("state in ('valid', 'revoked', 'replaced')", name=op.f("ck_certificate_state")),
    )
    op.create_index("ix_certificate_person", "certificate", ["person_id", sa.text("id desc")])
    op.create_index(
        "ix_certificate_r2", "certificate", [sa.text("substr(region_code, 1, 2)"), sa.text("id desc")]
    )
    op.create_index(
        "ix_certificate_r4", "certificate", [sa.text("substr(region_code, 1, 4)"), sa.text("id desc")]
    )
    op.create_index("ix_certificate_r6", "certificate", ["region_code", sa.text("id desc")])
    op.create_table(
        "certificate_counter",
        code("region_code"),
        number("year"),
        number("next"),
        sa.PrimaryKeyConstraint("region_code", "year", name=op.f("pk_certificate_counter")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_certificate_counter_region_code_region")
        ),
        sa.CheckConstraint("next >= 1", name=op.f("ck_certificate_counter_next")),
    )
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.ForeignKeyConstraint(
            ["actor_account_id"], ["account.id"], name=op.f("fk_audit_actor_account_id_account")
        ),
        sa.CheckConstraint("length(action) > 0", name=op.f("ck_audit_action")),
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
