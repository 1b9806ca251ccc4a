"""${message}.

Step: add (the previous release still runs) | fill | switch | remove.
"""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applied by `b24app db upgrade`."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Back to the release before."""
    ${downgrades if downgrades else "pass"}
