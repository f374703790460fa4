"""Tables that offices, bases and statistics widen; the audit log chained, what it holds already included."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.rules.audit_chain import GENESIS, link_hash
from core.store.migrations.append_only import keep, let_go
from core.store.migrations.columns import big, code, flag, sealed, words
from core.store.migrations.rebuild import Added, Changed, change, change_back

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SOURCES = "source in ('person', 'history', 'provider')"
_ALL_SOURCES = "source in ('person', 'history', 'provider', 'unit', 'base')"
_KINDS = "kind in ('position', 'identity', 'record')"
_ALL_KINDS = "kind in ('position', 'identity', 'record', 'office', 'plan', 'activity', 'exemption')"

_CHANGED = (
    Changed(
        "org",
        (Added(sealed("contact_email_sealed", nullable=True)), Added(words("industry"), "''")),
    ),
    Changed("account_role", (Added(words("name"), "''"), Added(flag("chief"), "true"))),
    Changed("attachment", (), {"ck_attachment_kind": _ALL_KINDS}, {"ck_attachment_kind": _KINDS}),
    Changed(
        "certificate",
        (Added(words("kind"), "'annual'"),),
        {"ck_certificate_kind": "kind in ('annual', 'proof')"},
    ),
    Changed(
        "declaration",
        (
            Added(code("source_key", nullable=True)),
            Added(big("activity_id", nullable=True), refers="activity.id"),
            Added(big("class_id", nullable=True), refers="training_class.id"),
            Added(big("rules_edition"), "0"),
        ),
        {
            "ck_declaration_source": _ALL_SOURCES,
            "ck_declaration_activity": "(source = 'unit') = (activity_id is not null)",
            "ck_declaration_class": "(source = 'base') = (class_id is not null)",
        },
        {"ck_declaration_source": _SOURCES},
        counts_on=True,
    ),
    Changed(
        "person_year",
        (
            Added(
                big("employer_id", nullable=True),
                "(select p.employer_id from person p where p.id = person_id)",
                "org.id",
            ),
            Added(code("series"), "''"),
            Added(code("level"), "''"),
            Added(big("rules_edition"), "0"),
        ),
    ),
)
_INDEXES: tuple[tuple[str, str, list[str], str, bool], ...] = (
    ("ix_decl_activity", "declaration", ["activity_id", "id"], "activity_id is not null", False),
    ("ix_decl_class", "declaration", ["class_id", "id"], "class_id is not null", False),
    ("ux_decl_source", "declaration", ["source_key"], "source_key is not null", True),
    (
        "ix_decl_special",
        "declaration",
        ["handler_org_id", "submitted_at", "id"],
        "status = 'pending' and (flagged or returned)",
        False,
    ),
    ("ix_person_year_employer", "person_year", ["employer_id", "year", "person_id"], "", False),
    (
        "ix_person_year_stat",
        "person_year",
        ["year", "region_code", "series", "level", "passed", "public_halves", "professional_halves"],
        "",
        False,
    ),
    ("ix_audit_name", "audit", ["actor_name", "id"], "", False),
    ("ix_decision_revoked", "decision", ["id"], "kind = 'declaration' and move = 'revoke'", False),
    ("ix_audit_at", "audit", ["at", "id"], "", False),
    ("ix_audit_action", "audit", ["action", "id"], "", False),
)
_FOUND_BY = ("name", "pinyin", "initials")
_APPEND_ONLY = (("edition", "id = new.id"), ("audit_link", "audit_id = new.audit_id"))


def upgrade() -> None:
    """Widen the tables, make their indexes, and chain what the audit log holds."""
    for each in _CHANGED:
        change(each)
    for name, table, columns, where, unique in _INDEXES:
        op.create_index(name, table, columns, unique=unique, **_where(where))
    for column in _FOUND_BY:
        op.create_index(f"ix_person_{column}", "person", [column, "id"])
        city = sa.text("substr(region_code, 1, 4)")
        op.create_index(f"ix_person_r4_{column}", "person", [city, column, "id"])
        op.create_index(f"ix_person_r6_{column}", "person", ["region_code", column, "id"])
    _chain()
    for table, same in _APPEND_ONLY:
        keep(table, same)


def downgrade() -> None:
    """The way back: what stood in the new columns is lost."""
    for table, _ in reversed(_APPEND_ONLY):
        let_go(table)
    for column in _FOUND_BY:
        for level in ("", "r4_", "r6_"):
            op.drop_index(f"ix_person_{level}{column}", "person")
    for name, table, *_ in reversed(_INDEXES):
        op.drop_index(name, table)
    for each in reversed(_CHANGED):
        change_back(each)


def _where(condition: str) -> dict[str, Any]:
    """A partial index on both engines; none where the condition is empty."""
    if not condition:
        return {}
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _chain() -> None:
    """A link for every entry that was written before there was a chain, in their order."""
    bind = op.get_bind()
    columns: tuple[sa.ColumnClause[Any], ...] = (
        sa.column("id"),
        sa.column("at"),
        sa.column("actor_account_id"),
        *(
            sa.column(name)
            for name in (
                "actor_name",
                "role",
                "address",
                "action",
                "object_kind",
                "object_id",
                "summary",
            )
        ),
    )
    audit, link = (
        sa.table("audit", *columns),
        sa.table("audit_link", *(sa.column(name) for name in ("id", "audit_id", "previous", "hash"))),
    )
    previous = GENESIS
    entries = bind.execute(sa.select(*columns).select_from(audit).order_by(sa.column("id"))).all()
    for number, row in enumerate(entries, 1):
        at = row.at if isinstance(row.at, datetime) else datetime.fromisoformat(row.at)
        made = link_hash(previous, (row.id, at, *row[2:]))
        bind.execute(link.insert().values(id=number, audit_id=row.id, previous=previous, hash=made))
        previous = made
