"""The classifier's learnt models, one a portal, with how the last training went.

Step: add; the previous release does not look at the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applied by `b24app db upgrade`."""
    op.create_table(
        "learnt_model",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.Column("header", sa.Text(), server_default="", nullable=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("correction", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("report", sa.Text(), server_default="[]", nullable=False),
        sa.PrimaryKeyConstraint("portal_id", name=op.f("pk_learnt_model")),
    )


def downgrade() -> None:
    """Back to the release before."""
    op.drop_table("learnt_model")
