"""Alembic runs this file: every step that is missing, in the transaction that is open already."""

from __future__ import annotations

from alembic import context

from audits.review.schema import VERSION_TABLE


def run() -> None:
    """Run the steps on the connection that `audits.review.migrating` hands over."""
    context.configure(
        connection=context.config.attributes["connection"], version_table=VERSION_TABLE
    )
    context.run_migrations()


if __name__ == "env_py":  # the name that Alembic gives it; merely imported, it does nothing
    run()
