"""Labels set by people, kept for good: the classifier learns from them.

Step: add; the previous release does not look at the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applied by `b24app db upgrade`."""
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("axis", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("desk", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_correction_portal_id_ticket_id"), "correction", ["portal_id", "ticket", "id"], unique=False
    )
    op.create_index(op.f("ix_correction_portal_id_at"), "correction", ["portal_id", "at"], unique=False)


def downgrade() -> None:
    """Back to the release before."""
    op.drop_index(op.f("ix_correction_portal_id_at"), table_name="correction")
    op.drop_index(op.f("ix_correction_portal_id_ticket_id"), table_name="correction")
    op.drop_table("correction")
