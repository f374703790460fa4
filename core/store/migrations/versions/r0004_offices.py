"""Offices on their way in, training, activities of units, lightened years and samples drawn by lot."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.store.migrations.columns import (
    big,
    check,
    code,
    day,
    digest,
    json,
    moment,
    number,
    primary,
    refers,
    sealed,
    unique,
    words,
)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    "activity",
    "org_change",
    "org_registration",
    "spot_check",
    "training_plan",
    "training_class",
    "exemption",
    "spot_check_item",
    "student",
)


def upgrade() -> None:
    """Make the tables."""
    _activity()
    _org_change()
    _org_registration()
    _spot_check()
    _training_plan()
    _training_class()
    _exemption()
    _spot_check_item()
    _student()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _where(condition: str) -> dict[str, Any]:
    """A partial index on both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _activity() -> None:
    """The table activity."""
    op.create_table(
        "activity",
        big("id"),
        big("org_id"),
        number("year"),
        words("form"),
        words("title"),
        json("fields"),
        number("claimed_halves"),
        day("started_on", nullable=True),
        day("ended_on", nullable=True),
        words("note"),
        words("origin"),
        number("people"),
        words("state"),
        moment("created_at"),
        words("created_by_name"),
        number("version", server_default="1"),
        primary("id", name="pk_activity"),
        check("claimed_halves >= 0 and people >= 0", "ck_activity_amounts"),
        check("origin in ('form', 'file')", "ck_activity_origin"),
        check("state in ('sent', 'withdrawn')", "ck_activity_state"),
        check("year between 1990 and 2100", "ck_activity_year"),
        refers("org_id", "org.id", "fk_activity_org_id_org"),
    )
    op.create_index("ix_activity_org", "activity", ["org_id", sa.text("id desc")])


def _org_change() -> None:
    """The table org_change."""
    op.create_table(
        "org_change",
        big("id"),
        big("org_id"),
        big("reviewer_id"),
        words("state"),
        json("before"),
        json("fields"),
        words("note"),
        moment("submitted_at"),
        moment("decided_at", nullable=True),
        words("decided_by_name"),
        words("reason"),
        number("version", server_default="1"),
        primary("id", name="pk_org_change"),
        check("(state = 'pending') = (decided_at is null)", "ck_org_change_decided"),
        check("state <> 'rejected' or length(reason) > 0", "ck_org_change_reason"),
        check("state in ('pending', 'approved', 'rejected', 'withdrawn')", "ck_org_change_state"),
        refers("org_id", "org.id", "fk_org_change_org_id_org"),
        refers("reviewer_id", "org.id", "fk_org_change_reviewer_id_org"),
    )
    op.create_index("ix_org_change_org", "org_change", ["org_id", sa.text("id desc")])
    op.create_index(
        "ix_org_change_queue",
        "org_change",
        ["reviewer_id", "submitted_at", "id"],
        **_where("state = 'pending'"),
    )
    op.create_index(
        "ux_org_change_pending", "org_change", ["org_id"], unique=True, **_where("state = 'pending'")
    )


def _org_registration() -> None:
    """The table org_registration."""
    op.create_table(
        "org_registration",
        big("id"),
        words("kind"),
        code("code"),
        words("name"),
        code("region_code"),
        big("reviewer_id"),
        words("state"),
        json("fields"),
        sealed("sealed"),
        words("password_hash"),
        moment("submitted_at"),
        moment("decided_at", nullable=True),
        words("decided_by_name"),
        words("reason"),
        big("org_id", nullable=True),
        number("version", server_default="1"),
        primary("id", name="pk_org_registration"),
        check("state <> 'approved' or org_id is not null", "ck_org_registration_approved"),
        check("(state = 'pending') = (decided_at is null)", "ck_org_registration_decided"),
        check("kind in ('employer', 'base', 'authority')", "ck_org_registration_kind"),
        check("length(name) > 0", "ck_org_registration_name"),
        check("state <> 'rejected' or length(reason) > 0", "ck_org_registration_reason"),
        check("state in ('pending', 'approved', 'rejected', 'withdrawn')", "ck_org_registration_state"),
        refers("org_id", "org.id", "fk_org_registration_org_id_org"),
        refers("region_code", "region.code", "fk_org_registration_region_code_region"),
        refers("reviewer_id", "org.id", "fk_org_registration_reviewer_id_org"),
    )
    op.create_index("ix_org_registration_code", "org_registration", ["code", "id"])
    op.create_index(
        "ix_org_registration_queue",
        "org_registration",
        ["reviewer_id", "submitted_at", "id"],
        **_where("state = 'pending'"),
    )
    op.create_index(
        "ux_org_registration_pending",
        "org_registration",
        ["code"],
        unique=True,
        **_where("state = 'pending'"),
    )


def _spot_check() -> None:
    """The table spot_check."""
    op.create_table(
        "spot_check",
        big("id"),
        big("org_id"),
        code("region_code"),
        number("year"),
        code("seed"),
        number("wanted"),
        number("population"),
        code("population_sha256"),
        big("up_to_id"),
        moment("drawn_at"),
        words("drawn_by_name"),
        primary("id", name="pk_spot_check"),
        check("population >= 0", "ck_spot_check_population"),
        check("length(seed) > 0", "ck_spot_check_seed"),
        check("wanted between 1 and 10000", "ck_spot_check_wanted"),
        refers("org_id", "org.id", "fk_spot_check_org_id_org"),
        refers("region_code", "region.code", "fk_spot_check_region_code_region"),
    )
    op.create_index("ix_spot_check_org", "spot_check", ["org_id", sa.text("id desc")])


def _training_plan() -> None:
    """The table training_plan."""
    op.create_table(
        "training_plan",
        big("id"),
        words("kind"),
        big("org_id"),
        big("reviewer_id", nullable=True),
        number("year"),
        words("subject"),
        words("title"),
        json("fields"),
        json("courses"),
        day("started_on", nullable=True),
        day("ended_on", nullable=True),
        number("planned_halves"),
        number("planned_people"),
        number("approved_halves", nullable=True),
        words("state"),
        moment("submitted_at", nullable=True),
        moment("decided_at", nullable=True),
        words("decided_by_name"),
        words("reason"),
        moment("created_at"),
        number("version", server_default="1"),
        primary("id", name="pk_training_plan"),
        check(
            "planned_halves >= 0 and planned_people >= 0 and approved_halves >= 0", "ck_training_plan_amounts"
        ),
        check("started_on <= ended_on", "ck_training_plan_dates"),
        check("(state = 'filed') = (approved_halves is not null)", "ck_training_plan_filed"),
        check("kind in ('base', 'industry')", "ck_training_plan_kind"),
        check("state not in ('returned', 'rejected') or length(reason) > 0", "ck_training_plan_reason"),
        check(
            "state <> 'pending' or (submitted_at is not null and reviewer_id is not null)",
            "ck_training_plan_sent",
        ),
        check(
            "state in ('draft', 'pending', 'filed', 'returned', 'rejected', 'cancelled')",
            "ck_training_plan_state",
        ),
        check("year between 1990 and 2100", "ck_training_plan_year"),
        refers("org_id", "org.id", "fk_training_plan_org_id_org"),
        refers("reviewer_id", "org.id", "fk_training_plan_reviewer_id_org"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_plan_org", "training_plan", ["org_id", sa.text("id desc")])
    op.create_index(
        "ix_training_plan_queue",
        "training_plan",
        ["reviewer_id", "submitted_at", "id"],
        **_where("state = 'pending'"),
    )


def _training_class() -> None:
    """The table training_class."""
    op.create_table(
        "training_class",
        big("id"),
        big("plan_id"),
        big("org_id"),
        big("reviewer_id", nullable=True),
        words("name"),
        words("place"),
        day("started_on"),
        day("ended_on"),
        words("state"),
        moment("submitted_at", nullable=True),
        moment("decided_at", nullable=True),
        words("decided_by_name"),
        words("reason"),
        moment("created_at"),
        number("version", server_default="1"),
        primary("id", name="pk_training_class"),
        check("started_on <= ended_on", "ck_training_class_dates"),
        check("length(name) > 0", "ck_training_class_name"),
        check("state not in ('returned', 'rejected') or length(reason) > 0", "ck_training_class_reason"),
        check(
            "state <> 'pending' or (submitted_at is not null and reviewer_id is not null)",
            "ck_training_class_sent",
        ),
        check("state in ('open', 'pending', 'approved', 'returned', 'rejected')", "ck_training_class_state"),
        refers("org_id", "org.id", "fk_training_class_org_id_org"),
        refers("plan_id", "training_plan.id", "fk_training_class_plan_id_training_plan"),
        refers("reviewer_id", "org.id", "fk_training_class_reviewer_id_org"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_class_org", "training_class", ["org_id", sa.text("id desc")])
    op.create_index("ix_training_class_plan", "training_class", ["plan_id", "id"])
    op.create_index(
        "ix_training_class_queue",
        "training_class",
        ["reviewer_id", "submitted_at", "id"],
        **_where("state = 'pending'"),
    )


def _exemption() -> None:
    """The table exemption."""
    op.create_table(
        "exemption",
        big("id"),
        big("person_id"),
        number("year"),
        words("kind"),
        number("total_halves"),
        number("public_halves"),
        number("professional_halves"),
        words("reason"),
        big("org_id"),
        moment("granted_at"),
        words("granted_by_name"),
        moment("revoked_at", nullable=True),
        words("revoked_reason"),
        number("version", server_default="1"),
        primary("id", name="pk_exemption"),
        check("total_halves >= 0 and public_halves >= 0 and professional_halves >= 0", "ck_exemption_halves"),
        check("length(reason) > 0", "ck_exemption_reason"),
        check("revoked_at is null or length(revoked_reason) > 0", "ck_exemption_revoked"),
        check("year between 1990 and 2100", "ck_exemption_year"),
        refers("org_id", "org.id", "fk_exemption_org_id_org"),
        refers("person_id", "person.id", "fk_exemption_person_id_person"),
    )
    op.create_index("ix_exemption_org", "exemption", ["org_id", sa.text("id desc")])
    op.create_index(
        "ux_exemption_year", "exemption", ["person_id", "year"], unique=True, **_where("revoked_at is null")
    )


def _spot_check_item() -> None:
    """The table spot_check_item."""
    op.create_table(
        "spot_check_item",
        big("check_id"),
        number("place"),
        big("declaration_id"),
        words("finding"),
        words("note"),
        moment("found_at", nullable=True),
        words("found_by_name"),
        primary("check_id", "place", name="pk_spot_check_item"),
        check("finding in ('', 'ok', 'bad')", "ck_spot_check_item_finding"),
        check("finding <> 'bad' or length(note) > 0", "ck_spot_check_item_note"),
        check("place >= 1", "ck_spot_check_item_place"),
        refers("check_id", "spot_check.id", "fk_spot_check_item_check_id_spot_check", ondelete="CASCADE"),
        refers("declaration_id", "declaration.id", "fk_spot_check_item_declaration_id_declaration"),
    )


def _student() -> None:
    """The table student."""
    op.create_table(
        "student",
        big("id"),
        big("class_id"),
        digest("id_number_digest"),
        sealed("id_number_sealed"),
        words("name"),
        words("unit_name"),
        big("person_id", nullable=True),
        words("result"),
        number("earned_halves", nullable=True),
        words("refused_reason"),
        big("declaration_id", nullable=True),
        primary("id", name="pk_student"),
        check("earned_halves >= 0", "ck_student_earned"),
        check("declaration_id is null or person_id is not null", "ck_student_matched"),
        check("length(name) > 0", "ck_student_name"),
        refers("class_id", "training_class.id", "fk_student_class_id_training_class", ondelete="CASCADE"),
        refers("declaration_id", "declaration.id", "fk_student_declaration_id_declaration"),
        refers("person_id", "person.id", "fk_student_person_id_person"),
        unique("class_id", "id_number_digest", name="uq_student_class_id_id_number_digest"),
    )
    op.create_index("ix_student_person", "student", ["person_id"])
    op.create_index("ix_student_unmatched", "student", ["id_number_digest"], **_where("person_id is null"))
