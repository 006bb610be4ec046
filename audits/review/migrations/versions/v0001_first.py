"""The first schema of a store: queues, items, decisions, signatures and the history of audits."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

NEVER_CHANGED = (
    "queues",
    "combos",
    "pairs",
    "details",
    "acts",
    "decisions",
    "signatures",
    "audits",
)


def upgrade() -> None:
    """Make every table, and the triggers that keep what was confirmed."""
    _queues()
    _items()
    _decisions()
    _others()
    _indexes()
    _triggers(op.get_bind().dialect.name)


def _text(name: str) -> Column[str]:
    plain = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, plain, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, autoincrement=False)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, autoincrement=False)


def _of(table: str, columns: tuple[str, ...], there: tuple[str, ...]) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(columns, [f"review_{table}.{column}" for column in there])


def _queues() -> None:
    op.create_table(
        "review_queues",
        _number("key"),
        *map(_text, ("id", "name", "audit", "data", "data_name")),
        _count("rows"),
        *map(_text, ("sensitive_features", "groups", "made", "settings")),
        PrimaryKeyConstraint("key"),
        UniqueConstraint("id"),
    )
    op.create_table(
        "review_combos",
        *map(_number, ("queue", "place")),
        _text("pairs"),
        PrimaryKeyConstraint("queue", "place"),
        _of("queues", ("queue",), ("key",)),
    )
    op.create_table(
        "review_pairs",
        *map(_number, ("queue", "combo", "part")),
        *map(_text, ("feature", "value")),
        PrimaryKeyConstraint("queue", "combo", "part"),
        _of("combos", ("queue", "combo"), ("queue", "place")),
    )


def _items() -> None:
    op.create_table(
        "review_items",
        *map(_number, ("queue", "place")),
        *map(_text, ("id", "kind", "rule", "status")),
        _number("version"),
        _count("changed"),
        Column("severity", Double, nullable=False),
        _number("combo"),
        _count("row"),
        _text("searched"),
        PrimaryKeyConstraint("queue", "place"),
        UniqueConstraint("queue", "id"),
        _of("queues", ("queue",), ("key",)),
        _of("combos", ("queue", "combo"), ("queue", "place")),
    )
    op.create_table(
        "review_details",
        *map(_number, ("queue", "place")),
        *map(_text, ("reason", "detail")),
        PrimaryKeyConstraint("queue", "place"),
        _of("items", ("queue", "place"), ("queue", "place")),
    )


def _decisions() -> None:
    op.create_table(
        "review_acts",
        _count("number"),
        _number("queue"),
        _text("request"),
        Column("many", Boolean, nullable=False),
        *map(_text, ("action", "reason", "edit")),
        Column("adjudicates", Boolean, nullable=False),
        *map(_text, ("reviewer", "identity", "subject", "at", "audit", "data")),
        PrimaryKeyConstraint("number"),
        UniqueConstraint("request"),
        _of("queues", ("queue",), ("key",)),
    )
    op.create_table(
        "review_decisions",
        _count("number"),
        _count("act"),
        *map(_number, ("queue", "place", "version")),
        PrimaryKeyConstraint("number"),
        UniqueConstraint("queue", "place", "version"),
        UniqueConstraint("act", "place"),
        _of("acts", ("act",), ("number",)),
        _of("items", ("queue", "place"), ("queue", "place")),
    )


def _others() -> None:
    op.create_table(
        "review_store",
        _number("id"),
        *map(_count, ("acts", "decisions")),
        _text("made_by"),
        PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "review_signatures",
        _count("number"),
        _number("queue"),
        *map(_text, ("request", "reviewer", "identity", "subject", "statement", "digest")),
        *map(_count, ("decisions", "unreviewed")),
        _text("at"),
        PrimaryKeyConstraint("number"),
        UniqueConstraint("request"),
        _of("queues", ("queue",), ("key",)),
    )
    op.create_table(
        "review_audits",
        _text("series"),
        _number("number"),
        *map(_text, ("digest", "label", "made", "document")),
        PrimaryKeyConstraint("series", "number"),
        UniqueConstraint("series", "digest"),
    )


def _indexes() -> None:
    for name, table, columns in (
        ("severity", "items", ["queue", "severity", "id"]),
        ("row", "items", ["queue", "row", "id"]),
        ("changed", "items", ["queue", "changed", "id"]),
        ("status", "items", ["queue", "status", "kind", "combo"]),
        ("rule", "items", ["queue", "rule"]),
        ("combo", "items", ["queue", "combo"]),
        ("reviewer", "acts", ["queue", "reviewer"]),
        ("order", "decisions", ["queue", "number"]),
    ):
        op.create_index(f"review_{table}_{name}", f"review_{table}", columns)


def _triggers(database: str) -> None:
    if database == "postgresql":
        op.execute(
            "CREATE FUNCTION review_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END$$"
        )
    for table in NEVER_CHANGED:
        for event in ("UPDATE", "DELETE"):
            op.execute(_trigger(database, f"review_{table}", event))
        if database == "postgresql":
            op.execute(
                f"CREATE TRIGGER review_{table}_truncate BEFORE TRUNCATE ON review_{table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION review_is_kept()"
            )


def _trigger(database: str, table: str, event: str) -> str:
    head = f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} FOR EACH ROW"
    if database == "postgresql":
        return f"{head} EXECUTE FUNCTION review_is_kept()"
    return f"{head} BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
