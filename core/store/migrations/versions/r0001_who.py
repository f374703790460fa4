"""Regions, organisations, accounts, persons, registrations and sign-ins."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import big, code, day, digest, flag, moment, number, sealed, words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "region",
    "org",
    "org_gram",
    "department",
    "year_window",
    "account",
    "person",
    "account_role",
    "registration",
    "throttle",
    "login_session",
    "viewing",
    "meta",
)


def upgrade() -> None:
    """Make the tables."""
    _organisations()
    _people()
    _security()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _organisations() -> None:
    """Regions, organisations, departments, years."""
    op.create_table(
        "region",
        code("code"),
        words("name"),
        code("parent", nullable=True),
        words("kind"),
        flag("active"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        sa.ForeignKeyConstraint(["parent"], ["region.code"], name=op.f("fk_region_parent_region")),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_region_code")),
    )
    op.create_table(
        "org",
        big("id"),
        words("kind"),
        words("name"),
        code("code"),
        words("nature"),
        code("region_code"),
        big("superior_id", nullable=True),
        big("authority_id", nullable=True),
        code("pinyin"),
        code("initials"),
        flag("accepts_registrations"),
        words("contact_name"),
        sealed("contact_phone_sealed", nullable=True),
        words("address"),
        flag("active"),
        number("version", server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org")),
        sa.UniqueConstraint("code", name=op.f("uq_org_code")),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["org.id"],
            name=op.f("fk_org_authority_id_org"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_org_region_code_region")),
        sa.ForeignKeyConstraint(
            ["superior_id"],
            ["org.id"],
            name=op.f("fk_org_superior_id_org"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint("kind in ('employer', 'base', 'authority', 'bureau')", name=op.f("ck_org_kind")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_org_name")),
        sa.CheckConstraint("superior_id <> id and authority_id <> id", name=op.f("ck_org_not_its_own")),
    )
    op.create_index("ix_org_authority", "org", ["authority_id"])
    op.create_index("ix_org_kind_region", "org", ["kind", "region_code", "id"])
    op.create_index("ix_org_r2_initials", "org", [sa.text("substr(region_code, 1, 2)"), "initials", "id"])
    op.create_index("ix_org_r2_pinyin", "org", [sa.text("substr(region_code, 1, 2)"), "pinyin", "id"])
    op.create_index("ix_org_r4_initials", "org", [sa.text("substr(region_code, 1, 4)"), "initials", "id"])
    op.create_index("ix_org_r4_pinyin", "org", [sa.text("substr(region_code, 1, 4)"), "pinyin", "id"])
    op.create_index("ix_org_r6_initials", "org", ["region_code", "initials", "id"])
    op.create_index("ix_org_r6_pinyin", "org", ["region_code", "pinyin", "id"])
    op.create_index("ix_org_superior", "org", ["superior_id"])
    op.create_table(
        "org_gram",
        code("gram"),
        code("region_code"),
        big("org_id"),
        sa.PrimaryKeyConstraint("gram", "region_code", "org_id", name=op.f("pk_org_gram")),
        sa.ForeignKeyConstraint(
            ["org_id"], ["org.id"], name=op.f("fk_org_gram_org_id_org"), ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_org_gram_org", "org_gram", ["org_id"])
    op.create_table(
        "department",
        big("id"),
        big("org_id"),
        words("name"),
        big("parent_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_department_org_id_org")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["department.id"], name=op.f("fk_department_parent_id_department")
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_department_name")),
    )
    op.create_index("ix_department_org", "department", ["org_id", "id"])
    op.create_table(
        "year_window",
        big("id"),
        number("year"),
        code("region_code"),
        words("state"),
        day("declare_until", nullable=True),
        day("review_until", nullable=True),
        moment("changed_at"),
        words("changed_by"),
        words("reason"),
        number("version", server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_window")),
        sa.UniqueConstraint("year", "region_code", name=op.f("uq_year_window_year_region_code")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_year_window_region_code_region")
        ),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_year_window_state")),
        sa.CheckConstraint("year between 1990 and 2100", name=op.f("ck_year_window_year")),
    )


def _people() -> None:
    """Accounts, persons, roles, registrations."""
    op.create_table(
        "account",
        big("id"),
        digest("login_digest"),
        sealed("login_sealed"),
        words("password_hash"),
        flag("must_change"),
        flag("active"),
        moment("created_at"),
        number("version", server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login_digest", name=op.f("uq_account_login_digest")),
    )
    op.create_table(
        "person",
        big("id"),
        big("account_id"),
        big("employer_id"),
        big("department_id", nullable=True),
        code("region_code"),
        code("name"),
        code("pinyin"),
        code("initials"),
        words("id_type"),
        sealed("id_number_sealed"),
        digest("id_number_digest"),
        words("gender"),
        day("birth_date", nullable=True),
        words("ethnic_group"),
        words("native_place"),
        words("school"),
        words("major"),
        sealed("mobile_sealed", nullable=True),
        digest("mobile_digest", nullable=True),
        sealed("email_sealed", nullable=True),
        digest("email_digest", nullable=True),
        sealed("phone_sealed", nullable=True),
        words("series"),
        words("title"),
        number("version", server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("account_id", name=op.f("uq_person_account_id")),
        sa.UniqueConstraint("id_number_digest", name=op.f("uq_person_id_number_digest")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id_account")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_person_department_id_department")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["org.id"], name=op.f("fk_person_employer_id_org")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_person_region_code_region")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_person_name")),
    )
    op.create_index("ix_person_email", "person", ["email_digest"])
    op.create_index("ix_person_emp_name", "person", ["employer_id", "name", "id"])
    op.create_index("ix_person_emp_pinyin", "person", ["employer_id", "pinyin", "id"])
    op.create_index("ix_person_mobile", "person", ["mobile_digest"])
    op.create_index("ix_person_region", "person", ["region_code", "id"])
    op.create_table(
        "account_role",
        big("id"),
        big("account_id"),
        words("role"),
        big("org_id", nullable=True),
        big("person_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        sa.UniqueConstraint(
            "account_id", "role", "org_id", name=op.f("uq_account_role_account_id_role_org_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_role_account_id_account")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["org.id"], name=op.f("fk_account_role_org_id_org")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_role_person_id_person")),
        sa.CheckConstraint(
            "(role in ('person', 'operator')) = (org_id is null)", name=op.f("ck_account_role_org")
        ),
        sa.CheckConstraint(
            "(role = 'person') = (person_id is not null)", name=op.f("ck_account_role_person")
        ),
        sa.CheckConstraint(
            "role in ('person', 'employer', 'base', 'authority', 'bureau', 'operator')",
            name=op.f("ck_account_role_role"),
        ),
    )
    op.create_index("ix_account_role_org", "account_role", ["org_id"])
    op.create_index("ix_account_role_person", "account_role", ["person_id"])
    op.create_index(
        "ux_account_role_without_org",
        "account_role",
        ["account_id", "role"],
        unique=True,
        sqlite_where=sa.text("org_id is null"),
        postgresql_where=sa.text("org_id is null"),
    )
    op.create_table(
        "registration",
        big("id"),
        words("state"),
        big("employer_id"),
        big("department_id", nullable=True),
        digest("id_digest"),
        words("name"),
        words("id_number_masked"),
        sealed("sealed"),
        words("password_hash"),
        moment("submitted_at"),
        moment("decided_at", nullable=True),
        words("reason"),
        words("decided_by_name"),
        big("account_id", nullable=True),
        number("version", server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_registration_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_registration_department_id_department")
        ),
        sa.ForeignKeyConstraint(["employer_id"], ["org.id"], name=op.f("fk_registration_employer_id_org")),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at is null)", name=op.f("ck_registration_decided")
        ),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_registration_name")),
        sa.CheckConstraint("state <> 'rejected' or length(reason) > 0", name=op.f("ck_registration_reason")),
        sa.CheckConstraint(
            "state in ('pending', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_registration_state")
        ),
    )
    op.create_index("ix_registration_number", "registration", ["id_digest", "id"])
    op.create_index(
        "ix_registration_queue",
        "registration",
        ["employer_id", "submitted_at", "id"],
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ux_registration_pending",
        "registration",
        ["id_digest"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _security() -> None:
    """Sign-ins, and who is looking."""
    op.create_table(
        "throttle",
        big("id"),
        words("kind"),
        digest("key_digest"),
        number("failures"),
        moment("first_at"),
        moment("locked_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_throttle")),
        sa.UniqueConstraint("kind", "key_digest", name=op.f("uq_throttle_kind_key_digest")),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_throttle_failures")),
        sa.CheckConstraint("kind in ('account', 'address')", name=op.f("ck_throttle_kind")),
    )
    op.create_table(
        "login_session",
        code("id"),
        big("account_id"),
        words("role"),
        big("account_role_id"),
        words("address"),
        moment("started_at"),
        moment("last_seen_at"),
        moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["account_role_id"],
            ["account_role.id"],
            name=op.f("fk_login_session_account_role_id_account_role"),
        ),
        sa.CheckConstraint(
            "role in ('person', 'employer', 'base', 'authority', 'bureau', 'operator')",
            name=op.f("ck_login_session_role"),
        ),
    )
    op.create_index("ix_login_session_account", "login_session", ["account_id", "started_at"])
    op.create_table(
        "viewing",
        code("kind"),
        big("object_id"),
        big("account_id"),
        words("name"),
        moment("since"),
        sa.PrimaryKeyConstraint("kind", "object_id", "account_id", name=op.f("pk_viewing")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_viewing_account_id_account"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "meta",
        code("key"),
        words("value"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
