"""The tables of a store, the same in SQLite and PostgreSQL; `migrations` makes them.

```
store       one row: counters, locked by whoever writes; which audits made the schema
queues      one audit of one table
combos      the groups that the items of a queue speak of, in order; pairs takes them apart
items       what needs a look: narrow, for a page of 100,000; details holds what is shown of one.
            `row` is 0 where there is none; `searched` is the reason, for whoever looks for a word
acts        what one person said at once, of one item or of many (`request` is unique)
decisions   one line per act and item: (queue, place, version) is unique, so that no two can
            follow the same version
signatures  who signed what
audits      the history of datasets
briefs      what is followed of an audit of the history, in parts: opening fifty whole audits for
            one question would take a minute
```

Rows of `APPEND_ONLY` are never changed or deleted; triggers refuse it. `briefs` can be made again
from `audits`.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

HEAD = "0003"
"""The revision of the schema that this version of audits reads and writes."""

VERSION_TABLE = "review_version"
APPEND_ONLY = (
    "queues",
    "combos",
    "pairs",
    "details",
    "acts",
    "decisions",
    "signatures",
    "audits",
)

_ESCAPED = re.compile("[\x00\x1a\ud800-\udfff]")
_WRITTEN = re.compile("\x1a([0-9a-f]{4})")


def written(text: str) -> str:
    """Write what no database takes, NUL and half characters, so that it can be read back.

    >>> written("plain"), read(written("a" + chr(0) + "b")) == "a" + chr(0) + "b"
    ('plain', True)
    """
    return _ESCAPED.sub(lambda found: f"\x1a{ord(found.group()):04x}", text)


def read(text: str) -> str:
    """Undo `written`."""
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


class Verbatim(TypeDecorator[str]):
    """Any text of Python, sorted by its characters' numbers in both databases."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL would sort by the language of the server."""
        plain = Text(collation="C") if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(plain)

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """See `written`."""
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """See `read`."""
        return None if value is None else read(value)


metadata = MetaData()


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Verbatim, primary_key=key, nullable=False)


def _number(name: str, *, key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=nullable, autoincrement=False)


def _count(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, nullable=False, autoincrement=False)


def _of(name: str, *columns: str) -> ForeignKeyConstraint:
    there = {
        "queues": ("key",),
        "combos": ("queue", "place"),
        "items": ("queue", "place"),
        "acts": ("number",),
        "audits": ("series", "number"),
    }[name]
    return ForeignKeyConstraint(columns, [f"review_{name}.{column}" for column in there])


store = Table(
    "review_store",
    metadata,
    _number("id", key=True),
    _count("acts"),
    _count("decisions"),
    _text("made_by"),
)
queues = Table(
    "review_queues",
    metadata,
    _number("key", key=True),
    _text("id"),
    _text("name"),
    _text("audit"),
    _text("data"),
    _text("data_name"),
    _count("rows"),
    _text("sensitive_features"),
    _text("groups"),
    _text("made"),
    _text("settings"),
    Column("reading", Verbatim),
    UniqueConstraint("id"),
)
combos = Table(
    "review_combos",
    metadata,
    _number("queue", key=True),
    _number("place", key=True),
    _text("pairs"),
    _of("queues", "queue"),
)
pairs = Table(
    "review_pairs",
    metadata,
    _number("queue", key=True),
    _number("combo", key=True),
    _number("part", key=True),
    _text("feature"),
    _text("value"),
    _of("combos", "queue", "combo"),
)
items = Table(
    "review_items",
    metadata,
    _number("queue", key=True),
    _number("place", key=True),
    _text("id"),
    _text("kind"),
    _text("rule"),
    _text("status"),
    _number("version"),
    _count("changed"),
    Column("severity", Double, nullable=False),
    _number("combo"),
    _count("row"),
    _text("searched"),
    UniqueConstraint("queue", "id"),
    _of("queues", "queue"),
    _of("combos", "queue", "combo"),
    Index("review_items_severity", "queue", "severity", "id"),
    Index("review_items_row", "queue", "row", "id"),
    Index("review_items_changed", "queue", "changed", "id"),
    Index("review_items_status", "queue", "status", "kind", "combo"),
    Index("review_items_rule", "queue", "rule"),
    Index("review_items_combo", "queue", "combo"),
)
details = Table(
    "review_details",
    metadata,
    _number("queue", key=True),
    _number("place", key=True),
    _text("reason"),
    _text("detail"),
    _of("items", "queue", "place"),
)
acts = Table(
    "review_acts",
    metadata,
    _count("number", key=True),
    _number("queue"),
    _text("request"),
    Column("many", Boolean, nullable=False),
    _text("action"),
    _text("reason"),
    _text("edit"),
    Column("adjudicates", Boolean, nullable=False),
    _text("reviewer"),
    _text("identity"),
    _text("subject"),
    _text("at"),
    _text("audit"),
    _text("data"),
    UniqueConstraint("request"),
    _of("queues", "queue"),
    Index("review_acts_reviewer", "queue", "reviewer"),
)
decisions = Table(
    "review_decisions",
    metadata,
    _count("number", key=True),
    _count("act"),
    _number("queue"),
    _number("place"),
    _number("version"),
    UniqueConstraint("queue", "place", "version"),
    UniqueConstraint("act", "place"),
    _of("acts", "act"),
    _of("items", "queue", "place"),
    Index("review_decisions_order", "queue", "number"),
)
signatures = Table(
    "review_signatures",
    metadata,
    _count("number", key=True),
    _number("queue"),
    _text("request"),
    _text("reviewer"),
    _text("identity"),
    _text("subject"),
    _text("statement"),
    _text("digest"),
    _count("decisions"),
    _count("unreviewed"),
    _text("at"),
    UniqueConstraint("request"),
    _of("queues", "queue"),
)
audits = Table(
    "review_audits",
    metadata,
    _text("series", key=True),
    _number("number", key=True),
    _text("digest"),
    _text("label"),
    _text("made"),
    _text("document"),
    UniqueConstraint("series", "digest"),
)
briefs = Table(
    "review_briefs",
    metadata,
    _text("series", key=True),
    _number("number", key=True),
    _text("part", key=True),
    _text("text"),
    _of("audits", "series", "number"),
)
