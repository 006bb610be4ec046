"""Sessions of Spark, and whatever a person points at there: frames, names of tables, paths."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audits.data import spark_watch
from audits.data.delimited import first_line
from audits.data.names import clean_names
from audits.data.parquet_parts import differing
from audits.data.partitions import Held
from audits.data.sources import Source, files_of, sha256_of
from audits.errors import AuditError, ClusterError, SourceError, UsageError

_TEXT = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz")
_NAMES_A_PATH = ("/", "\\", "*", ".parquet", ".pq", ".feather", ".arrow", *_TEXT)
_ADDRESS = re.compile(r"spark://|sc://|k8s://|yarn$|local(\[[^]]*\])?$")
_OF_THE_DATA = (
    "UNRESOLVED", "PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "MALFORMED", "FAILED_READ_FILE",
    "COLUMN_ALREADY_EXISTS", "CANNOT_MERGE_SCHEMAS", "SchemaColumnConvertNotSupported",
    "is not a Parquet file", "PARQUET_TYPE_ILLEGAL", "PARQUET_TYPE_NOT_SUPPORTED",
    "UNABLE_TO_INFER_SCHEMA",
)  # fmt: skip
_NUMBERS = ("byte", "short", "integer", "long", "double")
_OF_A_WORKER = re.compile(
    r"^((?:[A-Za-z_]+\.)*[A-Za-z]*(?:Error|Mismatch|VERSION)\b.*)$", re.MULTILINE
)
_CAUSE = re.compile(r"^Caused by: (.+)$", re.MULTILINE)
_LONGEST = 300  # letters of a reason
_MONTH = 2_592_000.0  # seconds, as the other engine has it


class Cluster:
    """A session of Spark's in which one audit works; its jobs bear the audit's tag."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.tag = f"audits-{uuid.uuid4().hex}"
        self._watch = spark_watch.Watch(session, self.stop)

    @contextlib.contextmanager
    def tagged(self) -> Iterator[None]:
        """Tag every job of the block, and stop them when it is left by an error."""
        # a session's own tags do nothing in this process (Spark 4.3), its context's do
        jobs = None if spark_watch.is_connect(self.session) else self.session.sparkContext
        (self.session.addTag if jobs is None else jobs.addJobTag)(self.tag)
        try:
            yield
        except BaseException:
            with contextlib.suppress(Exception):  # the cluster may be gone, which is said already
                self.stop()
            raise
        finally:
            with contextlib.suppress(Exception):
                (self.session.removeTag if jobs is None else jobs.removeJobTag)(self.tag)

    def stop(self) -> None:
        """Stop the jobs of this audit, and no others."""
        if spark_watch.is_connect(self.session):
            self.session.interruptTag(self.tag)
        else:
            self.session.sparkContext.cancelJobsWithTag(self.tag)

    @contextlib.contextmanager
    def running(self, title: str) -> Iterator[None]:
        """Run a job inside the block; Spark's own error becomes one sentence."""
        try:
            with self._watch.over():
                yield
        except AuditError:
            raise
        except Exception as error:
            if _interrupted(error):
                raise KeyboardInterrupt from None
            if self._watch.gave_up:
                raise ClusterError(
                    title, f"there has been no worker for {spark_watch.PATIENCE:.0f} seconds"
                ) from None
            if not _of_spark(error) or _of_ours(error):
                raise
            raise _sentence(title, error) from None


@contextlib.contextmanager
def cluster_of(spark: Any, tables: Mapping[str, Any]) -> Iterator[Cluster]:
    """Yield the session to work in; one that was opened here is closed again.

    Whatever the session runs for us is stopped when we are.
    """
    with contextlib.ExitStack() as stack:
        session = spark
        if spark is None:
            frames = [data for data in tables.values() if hasattr(data, "sparkSession")]
            session = frames[0].sparkSession
        elif isinstance(spark, str):
            session, own = _opened(spark)
            if own:
                stack.callback(session.stop)
        cluster = Cluster(session)
        with cluster.tagged(), sent_whole():
            yield cluster


def _opened(address: str) -> tuple[Any, bool]:
    """Open a session on a cluster, on a Connect server, or in this machine; say if it is new."""
    if not _ADDRESS.match(address):
        raise UsageError(
            f"the address of Spark is {address!r}. Write it like spark://host:7077, "
            "sc://host:15002 (Spark Connect) or local[2]."
        )
    try:
        if address.startswith("sc://"):
            from pyspark.sql.connect.session import SparkSession as Remote

            session = Remote.builder.remote(address).create()
            # as it comes, a client would try for ten minutes to reach a server that is not there
            session.client.set_retry_policies([_patience()])
            session.range(1).count()
            return session, True
        return _in_this_process(address)
    except ImportError as error:
        raise UsageError(
            f"Spark is not installed ({error.name}). Type: pip install 'audits[spark]'"
        ) from None
    except AuditError:
        raise
    except Exception as error:  # noqa: BLE001, Java's and gRPC's errors have no common kind
        raise ClusterError(address, _reason(error)) from None


def _in_this_process(address: str) -> tuple[Any, bool]:
    """Open a session whose driver is this process, which has one at most: the one there is used."""
    from pyspark.sql import SparkSession

    there = SparkSession.getActiveSession()
    if there is not None:
        if there.sparkContext.master != address:
            raise UsageError(
                f"this process has a Spark session already, on {there.sparkContext.master}. Give "
                f"that session as spark, or stop it before another is opened on {address}."
            )
        return there, False
    if address.startswith("local"):  # the workers are this Python, not the first on the path
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(address).appName("audits")
    return builder.config("spark.ui.showConsoleProgress", "false").getOrCreate(), True


def _patience() -> Any:
    """Half a minute or so for a server that does not answer."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    return DefaultPolicy(max_retries=8, max_backoff=6000)  # milliseconds


@contextlib.contextmanager
def sent_whole() -> Iterator[None]:
    """Send this package's functions to the workers by value: they need Spark's libraries only."""
    from pyspark import cloudpickle

    import audits

    cloudpickle.register_pickle_by_value(audits)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(audits)


# -- errors ----------------------------------------------------------------------------------------


def _interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is behind an error: a session in this process hides it in the context."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _of_spark(error: Exception) -> bool:
    home = type(error).__module__.partition(".")[0]
    return home in ("pyspark", "py4j", "grpc") or isinstance(error, ConnectionError)


def _of_ours(error: Exception) -> bool:
    """Whether a worker ran into a bug of ours; a library that it lacks is none."""
    said = str(error)
    return "PYTHON_EXCEPTION" in said and "ModuleNotFoundError" not in said


def _sentence(title: str, error: Exception) -> AuditError:
    said = str(error)
    if any(sign in said for sign in _OF_THE_DATA):
        advice = (
            "Check that it is there and whole; a path has a slash in it, the name of a table none."
        )
        return SourceError(title, f"cannot be read ({_reason(error)}).", advice)
    return ClusterError(title, _reason(error))


def _reason(error: Exception) -> str:
    """Return what was wrong in the first place: Java's errors name it last."""
    if worker := _OF_A_WORKER.search(str(error)):
        return (
            f"a worker failed: {worker[1][:_LONGEST]}; workers need this minor version of Python "
            "(PYSPARK_PYTHON), NumPy, pandas and PyArrow"
        )
    causes = _CAUSE.findall(str(error))
    return str(causes[-1])[:_LONGEST] if causes else first_line(error)


# -- tables ----------------------------------------------------------------------------------------


def source_of(data: Any, role: str, cluster: Cluster) -> Source:
    """Open a frame, the name of a table or a path.

    Raises
    ------
    SourceError
        If there is no such thing.
    """
    if hasattr(data, "mapInArrow"):
        return Source(role, "spark table", "spark", "", data)
    text = str(data)
    session = cluster.session
    with cluster.running(f"the {role} table ({text})"):
        if not any(mark in text.lower() for mark in _NAMES_A_PATH):
            return Source(role, text, "spark", "", session.table(text))
        if text.lower().endswith(_TEXT):
            raise SourceError(
                text,
                "Spark drops, or changes, what it does not understand in a text file.",
                "Audit the file without spark, or write it as Parquet first.",
            )
        name, files = Path(text).name or text, _local_files(text)
        differing(files, name)
        frame = session.read.option("mergeSchema", "true").parquet(text)
        _ = frame.schema  # said now, not later, if there is no such file
        return Source(role, name, "parquet", sha256_of(files) if files else "", frame)


def _local_files(text: str) -> list[Path]:
    """Return the files that this machine can read, too; of those of a cluster there is none."""
    try:
        return files_of(text)
    except AuditError:
        return []


def held_columns(frame: Any) -> tuple[Any, list[Held]]:
    """Return a frame whose columns are named by place, and how each is read."""
    names = clean_names(frame.columns, "the table")
    fields = frame.schema.fields
    held, wanted = [], []
    for place, (name, field) in enumerate(zip(names, fields, strict=True)):
        family, form, expression = _reading(field.dataType, f"c{place}")
        held.append(Held(place, name, family, form))
        wanted.append(f"{expression} AS c{place}")
    return frame.toDF(*(f"c{place}" for place in range(len(held)))).selectExpr(*wanted), held


def _reading(kind: Any, column: str) -> tuple[str, str, str]:
    """Return the family of a type, how its Arrow form is read, and what is asked of Spark."""
    name = kind.typeName()
    if name in _NUMBERS:
        return "number", "plain", column
    if name.startswith("decimal"):
        return "number", "whole decimal" if kind.scale == 0 else "decimal", column
    simple = {
        "float": ("number", "float", column),
        "boolean": ("boolean", "plain", column),
        "date": ("date", "day", column),
        "timestamp": ("date", "moment", column),
        "timestamp_ntz": ("date", "moment", column),
        "binary": ("text", "blob", column),
    }
    if name in simple:
        return simple[name]
    if name.startswith(("daytime", "interval day", "day-time")) or "DayTime" in type(kind).__name__:
        return "number", "duration", column
    if "YearMonth" in type(kind).__name__:
        months = f"CAST(CAST({column} AS INTERVAL MONTH) AS BIGINT)"
        return "number", "plain", f"CAST({months} * {_MONTH} AS DOUBLE)"
    if name in ("array", "map", "struct", "variant"):
        return "text", "plain", f"to_json({column})"
    return "text", "plain", f"CAST({column} AS STRING)"


def extent(frame: Any) -> tuple[int, int]:
    """Return how many rows there are, and in how many parts."""
    counted = frame.selectExpr("spark_partition_id() AS part").groupBy("part").count()
    rows, parts = counted.selectExpr("sum(count)", "count(1)").collect()[0]
    return int(rows or 0), int(parts)


def is_kept(frame: Any) -> bool:
    """Whether Spark keeps a frame already, which is then nobody's to drop."""
    level = frame.storageLevel
    return bool(level.useMemory or level.useDisk)
