"""Of every queue how its tables were read, so that nobody has to say it again."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of queues that are there already it is not known, and is empty."""
    plain = Text().with_variant(Text(collation="C"), "postgresql")
    op.add_column("review_queues", Column("reading", plain))
