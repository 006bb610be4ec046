"""Of every audit of the history what is followed, apart from the whole document."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make a table for them; audits that are there already are opened whole, as before."""
    op.create_table(
        "review_briefs",
        _text("series"),
        Column("number", Integer, nullable=False, autoincrement=False),
        _text("part"),
        _text("text"),
        PrimaryKeyConstraint("series", "number", "part"),
        ForeignKeyConstraint(
            ("series", "number"), ["review_audits.series", "review_audits.number"]
        ),
    )


def _text(name: str) -> Column[str]:
    plain = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, plain, nullable=False)
