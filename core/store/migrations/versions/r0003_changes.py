"""Changes of a person, their records and attachments; messages, mails, drafts and forgotten passwords."""

from typing import Any

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
    real,
    refers,
    sealed,
    unique,
    words,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = (
    "change",
    "person_record",
    "attachment",
    "message",
    "outbox",
    "draft",
    "password_reset",
)


def upgrade() -> None:
    """Make the tables."""
    _change()
    _person_record()
    _attachment()
    _message()
    _outbox()
    _draft()
    _password_reset()


def downgrade() -> None:
    """The way back: everything in them is lost."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _where(condition: str) -> dict[str, Any]:
    """A partial index on both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _change() -> None:
    """The table change."""
    op.create_table(
        "change",
        big("id"),
        words("kind"),
        big("person_id"),
        big("org_id"),
        big("from_org_id", nullable=True),
        big("department_id", nullable=True),
        words("state"),
        json("fields"),
        sealed("sealed", nullable=True),
        words("faces"),
        real("face_distance", nullable=True),
        flag("automatic"),
        moment("submitted_at"),
        moment("decided_at", nullable=True),
        words("decided_by_name"),
        words("reason"),
        number("version", server_default="1"),
        primary("id", name="pk_change"),
        refers("department_id", "department.id", "fk_change_department_id_department"),
        refers("from_org_id", "org.id", "fk_change_from_org_id_org"),
        refers("org_id", "org.id", "fk_change_org_id_org"),
        refers("person_id", "person.id", "fk_change_person_id_person"),
        check("(state = 'pending') = (decided_at is null)", "ck_change_decided"),
        check("from_org_id <> org_id", "ck_change_elsewhere"),
        check("faces in ('', 'match', 'unclear', 'different', 'no_face', 'unavailable')", "ck_change_faces"),
        check("(kind = 'transfer') = (from_org_id is not null)", "ck_change_from_org"),
        check("kind in ('transfer', 'position', 'identity')", "ck_change_kind"),
        check("state <> 'rejected' or length(reason) > 0", "ck_change_reason"),
        check("(kind = 'identity') = (sealed is not null)", "ck_change_sealed"),
        check("state in ('pending', 'approved', 'rejected', 'withdrawn', 'superseded')", "ck_change_state"),
        check("state <> 'superseded' or kind = 'position'", "ck_change_superseded"),
    )
    op.create_index("ix_change_person", "change", ["person_id", "kind", sa.text("id desc")])
    op.create_index(
        "ix_change_queue", "change", ["org_id", "kind", "submitted_at", "id"], **_where("state = 'pending'")
    )
    op.create_index(
        "ux_change_pending", "change", ["person_id", "kind"], unique=True, **_where("state = 'pending'")
    )
    op.create_index(
        "ux_change_position",
        "change",
        ["person_id"],
        unique=True,
        **_where("kind = 'position' and state = 'approved'"),
    )


def _person_record() -> None:
    """The table person_record."""
    op.create_table(
        "person_record",
        big("id"),
        big("person_id"),
        words("kind"),
        words("title"),
        json("fields"),
        moment("created_at"),
        moment("updated_at"),
        number("version", server_default="1"),
        primary("id", name="pk_person_record"),
        refers("person_id", "person.id", "fk_person_record_person_id_person"),
        check("kind in ('education', 'qualification', 'honour')", "ck_person_record_kind"),
        check("length(title) > 0", "ck_person_record_title"),
    )
    op.create_index("ix_person_record_person", "person_record", ["person_id", "kind", "id"])


def _attachment() -> None:
    """The table attachment."""
    op.create_table(
        "attachment",
        big("id"),
        words("kind"),
        big("object_id"),
        number("position"),
        code("sha256"),
        words("file_name"),
        words("caption"),
        flag("sealed"),
        primary("id", name="pk_attachment"),
        refers("sha256", "blob.sha256", "fk_attachment_sha256_blob"),
        unique("kind", "object_id", "position", name="uq_attachment_kind_object_id_position"),
        check("kind in ('position', 'identity', 'record')", "ck_attachment_kind"),
        check("position >= 1", "ck_attachment_position"),
    )
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])


def _message() -> None:
    """The table message."""
    op.create_table(
        "message",
        big("id"),
        big("account_id", nullable=True),
        big("org_id", nullable=True),
        words("kind"),
        words("text"),
        words("object_kind"),
        big("object_id", nullable=True),
        moment("at"),
        moment("read_at", nullable=True),
        code("once_key", nullable=True),
        primary("id", name="pk_message"),
        refers("account_id", "account.id", "fk_message_account_id_account"),
        refers("org_id", "org.id", "fk_message_org_id_org"),
        check("(account_id is null) <> (org_id is null)", "ck_message_addressee"),
        check("length(text) > 0", "ck_message_text"),
    )
    op.create_index("ix_message_account", "message", ["account_id", sa.text("id desc")])
    op.create_index("ix_message_org", "message", ["org_id", sa.text("id desc")])
    op.create_index("ix_message_unread", "message", ["account_id"], **_where("read_at is null"))
    op.create_index("ix_message_org_unread", "message", ["org_id"], **_where("read_at is null"))
    op.create_index(
        "ux_message_once",
        "message",
        ["account_id", "once_key"],
        unique=True,
        **_where("once_key is not null"),
    )
    op.create_index(
        "ux_message_org_once",
        "message",
        ["org_id", "once_key"],
        unique=True,
        **_where("once_key is not null"),
    )


def _outbox() -> None:
    """The table outbox."""
    op.create_table(
        "outbox",
        big("id"),
        sealed("to_sealed"),
        words("subject"),
        sealed("body_sealed", nullable=True),
        moment("created_at"),
        moment("due_at"),
        number("attempts"),
        moment("sent_at", nullable=True),
        moment("given_up_at", nullable=True),
        words("trouble"),
        primary("id", name="pk_outbox"),
        check("attempts >= 0", "ck_outbox_attempts"),
        check("sent_at is null or given_up_at is null", "ck_outbox_ended_once"),
        check("length(subject) > 0", "ck_outbox_subject"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["due_at", "id"], **_where("sent_at is null and given_up_at is null")
    )


def _draft() -> None:
    """The table draft."""
    op.create_table(
        "draft",
        code("key"),
        big("account_id", nullable=True),
        digest("guest_digest", nullable=True),
        code("session_id"),
        words("role"),
        words("form"),
        sealed("sealed"),
        moment("saved_at"),
        primary("key", name="pk_draft"),
        refers("account_id", "account.id", "fk_draft_account_id_account"),
        check("length(form) > 0", "ck_draft_form"),
        check("length(key) between 16 and 64", "ck_draft_key"),
        check("(account_id is null) <> (guest_digest is null)", "ck_draft_owner"),
    )
    op.create_index("ix_draft_account", "draft", ["account_id", "saved_at"])
    op.create_index("ix_draft_guest", "draft", ["guest_digest"])
    op.create_index("ix_draft_saved", "draft", ["saved_at"])


def _password_reset() -> None:
    """The table password_reset."""
    op.create_table(
        "password_reset",
        big("id"),
        digest("asked_digest"),
        digest("code_digest"),
        big("account_id", nullable=True),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        primary("id", name="pk_password_reset"),
        refers("account_id", "account.id", "fk_password_reset_account_id_account"),
        check("expires_at > created_at", "ck_password_reset_expires"),
        check("used_at is null or account_id is not null", "ck_password_reset_used"),
    )
    op.create_index("ix_password_reset_asked", "password_reset", ["asked_digest", "id"])
    op.create_index("ix_password_reset_expires", "password_reset", ["expires_at"])
