"""One table by itself: opened, understood and counted, without another to compare it with."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audits.data import codebook, engines
from audits.data.kinds import parse_bands
from audits.data.names import clean_name
from audits.data.pair import Pair
from audits.data.reference import build_reference
from audits.data.tables import Engine
from audits.data.workspace import Workspace
from audits.run import kinds_given, named, one_thread_of_algebra, plan_of
from audits.settings import Settings


@dataclass(frozen=True)
class Reading:
    """What a person says of a table, and of the machine; as in :func:`audits.compare`."""

    sensitive_features: str | Sequence[str] = ()
    reference: Any = None
    weights: str | None = None
    features: Sequence[str] | None = None
    kinds: Mapping[str, Any] | None = None
    metadata: str | Path | None = None
    bands: Mapping[str, Sequence[float]] | None = None
    missing: Sequence[str] = ()
    settings: Settings = field(default_factory=Settings)
    memory: str | int | None = None
    threads: int | None = None
    work_folder: str | Path | None = None
    spark: Any = None
    progress: Callable[[str, float], None] | None = None


@contextlib.contextmanager
def alone(
    table: Any,
    reading: Reading,
    *,
    role: str = "real",
    without: Callable[[Engine], Sequence[str]] = lambda _engine: (),
) -> Iterator[Pair]:
    """Open one table; it stands on both sides of a pair, and is read once.

    `without` says of the opened table which columns take no part: what they hold is left to read.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If the table, or the reference, cannot be judged.
    """
    told = reading.progress or (lambda _stage, _share: None)
    markers = frozenset(named("missing", reading.missing))
    told("reading", 0.0)
    with (
        Workspace(reading.memory, reading.threads, reading.work_folder, keep=False) as work,
        engines.opened({role: table}, work, spark=reading.spark, markers=markers) as tables,
        one_thread_of_algebra(),
    ):
        engine = tables[role]
        plan = plan_of(
            sensitive=named("sensitive_features", reading.sensitive_features),
            features=_features(reading, engine, without(engine)),
            weights=None if reading.weights is None else clean_name(reading.weights),
            bands=parse_bands(reading.bands),
            kinds=kinds_given(reading.kinds, reading.metadata),
            tables={"real": engine, "synthetic": engine},
        )
        titles = (engine.source.title, engine.source.title)
        book = codebook.build(engine, engine, plan, reading.settings, titles, None, told)
        if plan.weights is not None:
            engine.weigh(plan.weights)
        told("reading", 1.0)
        weighted = plan.weights is not None
        pair = Pair(engine, engine, book, reading.settings, None, None, weighted, told)
        if reading.reference is not None:
            pair.reference = build_reference(reading.reference, pair.features, book.codings)
            book.notes += pair.reference.notes
        yield pair


def _features(reading: Reading, engine: Engine, without: Sequence[str]) -> tuple[str, ...] | None:
    """Return the columns asked for, less those that take no part."""
    if reading.features is None and not without:
        return None
    asked = reading.features
    given = [one.name for one in engine.columns] if asked is None else named("features", asked)
    return tuple(name for name in given if name not in without)
