"""The schema of a store made, brought up to date, or refused."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from sqlalchemy import Connection, inspect, select, text, update

from audits.errors import StoreError
from audits.review import schema

_STEPS = Path(__file__).parent / "migrations"
_LOCK = 5_046_120_071  # any number that no other program is likely to lock with


def revision(connection: Connection) -> str | None:
    """Return the revision of a store, None where there is no store yet."""
    if not inspect(connection).has_table(schema.VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {schema.VERSION_TABLE}"))
    return found.scalar()


def is_current(connection: Connection, name: str) -> bool:
    """Say whether the schema is this version's; StoreError where it can never become that."""
    found = revision(connection)
    if found is None:
        _refuse_others(connection, name)
        return False
    if found == schema.HEAD:
        return True
    if found not in known():
        maker = connection.execute(select(schema.store.c.made_by)).scalar()
        raise StoreError(
            name,
            f"this store was made by audits {maker} (schema {found}); this is audits {_version()} "
            f"(schema {schema.HEAD}), which does not know it.",
            f'Upgrade: pip install "audits>={maker}". Nothing was changed.',
        )
    return False


def migrate(connection: Connection, name: str) -> None:
    """Bring the schema up to date in the transaction that is open; others wait for its end."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if is_current(connection, name):  # somebody else was quicker
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, schema.HEAD)
    store = schema.store
    if connection.execute(update(store).values(made_by=_version())).rowcount == 0:
        first = {"id": 1, "acts": 0, "decisions": 0, "made_by": _version()}
        connection.execute(store.insert().values(first))


def known() -> frozenset[str]:
    """Return the revisions that this version of audits knows."""
    from alembic.script import ScriptDirectory

    return frozenset(step.revision for step in ScriptDirectory(_STEPS).walk_revisions())


def _version() -> str:
    try:
        return installed("audits")
    except PackageNotFoundError:  # a checkout that was not installed
        return "0"


def _refuse_others(connection: Connection, name: str) -> None:
    if connection.dialect.name == "sqlite" and inspect(connection).get_table_names():
        raise StoreError(
            name,
            "this is a database of another program: it holds tables that audits did not make.",
            "Name another file. Nothing was changed.",
        )
