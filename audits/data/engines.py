"""Which engine reads which table, and that each gives back what it holds."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from audits.data.duckdb_engine import DuckDBEngine
from audits.data.sources import open_source
from audits.data.tables import Engine
from audits.data.workspace import Workspace
from audits.errors import UsageError


@contextlib.contextmanager
def opened(
    tables: Mapping[str, Any], work: Workspace, *, spark: Any = None, markers: frozenset[str]
) -> Iterator[dict[str, Engine]]:
    """Open every table, all of them on one engine.

    Parameters
    ----------
    tables : mapping
        Role to whatever a person points at.
    work : Workspace
        Where the audit works.
    spark : str or SparkSession, optional
        The address of a cluster (``spark://host:7077``, ``sc://host:15002``, ``local[2]``): paths
        and names of tables are then read by Spark. Spark's own frames need none.
    markers : frozenset of str
        Texts that mean "missing".

    Raises
    ------
    UsageError
        If some tables are Spark's and others are not.
    """
    frames = [role for role, data in tables.items() if is_spark(data)]
    if not frames and spark is None:
        with contextlib.ExitStack() as stack:
            engines: dict[str, Engine] = {}
            for role, data in tables.items():
                engine = DuckDBEngine(open_source(data, role, work), work, markers)
                stack.callback(engine.close)
                engines[role] = engine
            yield engines
        return
    from audits.data.spark_engine import opened_on_spark

    for role, data in tables.items():
        if role not in frames and not isinstance(data, str) and not hasattr(data, "__fspath__"):
            raise UsageError(
                f"the {role} table is a {type(data).__name__}, and others are read by Spark. Give "
                "all tables as Spark data frames, paths or names of tables."
            )
    with opened_on_spark(tables, spark, markers) as found:
        yield dict(found)


def is_spark(data: object) -> bool:
    """Whether something is a data frame of Spark's, of either kind; without importing Spark."""
    spark = sys.modules.get("pyspark.sql")
    return spark is not None and type(data).__module__.startswith("pyspark.sql")
