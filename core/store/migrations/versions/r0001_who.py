"""Regions, organisations, accounts, persons, registrations and sign-ins."""

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import (
    big,
    check,
    code,
    day,
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
    _region()
    _org()
    _org_gram()
    _department()
    _year_window()
    _account()
    _person()
    _account_role()
    _registration()
    _throttle()
    _login_session()
    _viewing()
    _meta()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _region() -> None:
    """The table region."""
    op.create_table(
        "region",
        code("code"),
        words("name"),
        code("parent", nullable=True),
        words("kind"),
        flag("active"),
        primary("code", name="pk_region"),
        refers("parent", "region.code", "fk_region_parent_region"),
        check("length(code) = 6", "ck_region_code"),
    )


def _org() -> None:
    """The table org."""
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
        primary("id", name="pk_org"),
        unique("code", name="uq_org_code"),
        refers("authority_id", "org.id", "fk_org_authority_id_org", deferrable=True, initially="DEFERRED"),
        refers("region_code", "region.code", "fk_org_region_code_region"),
        refers("superior_id", "org.id", "fk_org_superior_id_org", deferrable=True, initially="DEFERRED"),
        check("kind in ('employer', 'base', 'authority', 'bureau')", "ck_org_kind"),
        check("length(name) > 0", "ck_org_name"),
        check("superior_id <> id and authority_id <> id", "ck_org_not_its_own"),
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


def _org_gram() -> None:
    """The table org_gram."""
    op.create_table(
        "org_gram",
        code("gram"),
        code("region_code"),
        big("org_id"),
        primary("gram", "region_code", "org_id", name="pk_org_gram"),
        refers("org_id", "org.id", "fk_org_gram_org_id_org", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_org_gram_org", "org_gram", ["org_id"])


def _department() -> None:
    """The table department."""
    op.create_table(
        "department",
        big("id"),
        big("org_id"),
        words("name"),
        big("parent_id", nullable=True),
        primary("id", name="pk_department"),
        refers("org_id", "org.id", "fk_department_org_id_org"),
        refers("parent_id", "department.id", "fk_department_parent_id_department"),
        check("length(name) > 0", "ck_department_name"),
    )
    op.create_index("ix_department_org", "department", ["org_id", "id"])


def _year_window() -> None:
    """The table year_window."""
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
        primary("id", name="pk_year_window"),
        unique("year", "region_code", name="uq_year_window_year_region_code"),
        refers("region_code", "region.code", "fk_year_window_region_code_region"),
        check("state in ('open', 'closed')", "ck_year_window_state"),
        check("year between 1990 and 2100", "ck_year_window_year"),
    )


def _account() -> None:
    """The table account."""
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
        primary("id", name="pk_account"),
        unique("login_digest", name="uq_account_login_digest"),
    )


def _person() -> None:
    """The table person."""
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
        primary("id", name="pk_person"),
        unique("account_id", name="uq_person_account_id"),
        unique("id_number_digest", name="uq_person_id_number_digest"),
        refers("account_id", "account.id", "fk_person_account_id_account"),
        refers("department_id", "department.id", "fk_person_department_id_department"),
        refers("employer_id", "org.id", "fk_person_employer_id_org"),
        refers("region_code", "region.code", "fk_person_region_code_region"),
        check("length(name) > 0", "ck_person_name"),
    )
    op.create_index("ix_person_email", "person", ["email_digest"])
    op.create_index("ix_person_emp_name", "person", ["employer_id", "name", "id"])
    op.create_index("ix_person_emp_pinyin", "person", ["employer_id", "pinyin", "id"])
    op.create_index("ix_person_mobile", "person", ["mobile_digest"])
    op.create_index("ix_person_region", "person", ["region_code", "id"])


def _account_role() -> None:
    """The table account_role."""
    op.create_table(
        "account_role",
        big("id"),
        big("account_id"),
        words("role"),
        big("org_id", nullable=True),
        big("person_id", nullable=True),
        primary("id", name="pk_account_role"),
        unique("account_id", "role", "org_id", name="uq_account_role_account_id_role_org_id"),
        refers("account_id", "account.id", "fk_account_role_account_id_account"),
        refers("org_id", "org.id", "fk_account_role_org_id_org"),
        refers("person_id", "person.id", "fk_account_role_person_id_person"),
        check("(role in ('person', 'operator')) = (org_id is null)", "ck_account_role_org"),
        check("(role = 'person') = (person_id is not null)", "ck_account_role_person"),
        check(
            "role in ('person', 'employer', 'base', 'authority', 'bureau', 'operator')",
            "ck_account_role_role",
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


def _registration() -> None:
    """The table registration."""
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
        primary("id", name="pk_registration"),
        refers("account_id", "account.id", "fk_registration_account_id_account"),
        refers("department_id", "department.id", "fk_registration_department_id_department"),
        refers("employer_id", "org.id", "fk_registration_employer_id_org"),
        check("(state = 'pending') = (decided_at is null)", "ck_registration_decided"),
        check("length(name) > 0", "ck_registration_name"),
        check("state <> 'rejected' or length(reason) > 0", "ck_registration_reason"),
        check("state in ('pending', 'approved', 'rejected', 'withdrawn')", "ck_registration_state"),
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


def _throttle() -> None:
    """The table throttle."""
    op.create_table(
        "throttle",
        big("id"),
        words("kind"),
        digest("key_digest"),
        number("failures"),
        moment("first_at"),
        moment("locked_until", nullable=True),
        primary("id", name="pk_throttle"),
        unique("kind", "key_digest", name="uq_throttle_kind_key_digest"),
        check("failures >= 0", "ck_throttle_failures"),
        check("kind in ('account', 'address')", "ck_throttle_kind"),
    )


def _login_session() -> None:
    """The table login_session."""
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
        primary("id", name="pk_login_session"),
        refers("account_id", "account.id", "fk_login_session_account_id_account"),
        refers("account_role_id", "account_role.id", "fk_login_session_account_role_id_account_role"),
        check(
            "role in ('person', 'employer', 'base', 'authority', 'bureau', 'operator')",
            "ck_login_session_role",
        ),
    )
    op.create_index("ix_login_session_account", "login_session", ["account_id", "started_at"])


def _viewing() -> None:
    """The table viewing."""
    op.create_table(
        "viewing",
        code("kind"),
        big("object_id"),
        big("account_id"),
        words("name"),
        moment("since"),
        primary("kind", "object_id", "account_id", name="pk_viewing"),
        refers("account_id", "account.id", "fk_viewing_account_id_account", ondelete="CASCADE"),
    )


def _meta() -> None:
    """The table meta."""
    op.create_table(
        "meta",
        code("key"),
        words("value"),
        primary("key", name="pk_meta"),
    )
