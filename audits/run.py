"""The one conductor: opens the tables, asks the questions, ranks the findings."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from audits.data import codebook
from audits.data.duckdb_engine import DuckDBEngine, open_engine
from audits.data.kinds import KindRequest, kinds_from_sdv, parse_bands, parse_kinds
from audits.data.names import clean_name
from audits.data.pair import Pair
from audits.data.reference import build_reference
from audits.data.sources import Source, connect, open_source
from audits.data.tables import Engine
from audits.errors import ColumnNotFoundError, UsageError
from audits.registry import Question, questions
from audits.results import Answer, Audit, Finding, InputRecord, ranked
from audits.settings import JUDGING, Settings

_PACKAGES = ("audits", "numpy", "scipy", "duckdb", "pyarrow", "pandas")
_MOST_THREADS = 1024


def compare(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any,
    synthetic: Any,
    *,
    sensitive_features: str | Sequence[str],
    reference: Any = None,
    holdout: Any = None,
    weights: str | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    ask: Sequence[str] | None = None,
    settings: Settings | None = None,
    threads: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Audit:
    """Audit a synthetic table against the real one, for every group and intersection.

    Parameters
    ----------
    real, synthetic : path, pandas or Polars frame, Arrow table, or DuckDB relation
        Paths may be CSV, CSV.gz, TSV, Parquet (a file, a folder, a pattern), JSON Lines, Feather.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    reference : path, frame or mapping, optional
        Population shares, as lines of column, group, share; joint ones as ``race×sex``.
    holdout : as `real`, optional
        Real rows that the generator never saw: the fresh people that provenance compares with.
    weights : str, optional
        Column of the real table with survey weights.
    features : sequence of str, optional
        Compare these columns only (and the sensitive ones).
    kinds : mapping, optional
        Column to kind, or to a list of levels in order (ordinal).
    metadata : path, optional
        SDV metadata, taken for kinds not given.
    bands : mapping, optional
        Edges of bands for numeric sensitive features.
    missing : sequence of str, optional
        Texts that mean "missing", beside empty cells.
    ask : sequence of str, optional
        Questions to ask; all by default.
    settings : Settings, optional
        Limits and tunables.
    threads : int, optional
        Threads for reading; never changes a result.
    progress : callable, optional
        Called with a stage's name and the share of it done.

    Returns
    -------
    Audit
        Frozen; findings worst first.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If a table cannot be judged; the message says where and what to do.

    Examples
    --------
    >>> import audits
    >>> people = {"sex": ["female", "male"] * 200, "paid": ["yes", "no", "no", "yes"] * 100}
    >>> import pandas as pd
    >>> audit = audits.compare(pd.DataFrame(people), pd.DataFrame(people), sensitive_features="sex")
    >>> audit["coverage"][{"sex": "female"}][0].ratio.value
    1.0
    """
    settings = settings or Settings()
    asked = questions(_names("ask", ask))
    told = progress or (lambda _stage, _share: None)
    told("reading", 0.0)
    sources = _open({"real": real, "synthetic": synthetic, "holdout": holdout}, threads)
    markers = frozenset(_names("missing", missing))
    engines = {role: open_engine(source, markers) for role, source in sources.items()}
    plan = _plan(
        sensitive=_names("sensitive_features", sensitive_features),
        features=None if features is None else _names("features", features),
        weights=None if weights is None else clean_name(weights),
        bands=parse_bands(bands),
        kinds=_kinds(kinds, metadata),
        engines=engines,
    )
    titles = (sources["real"].title, sources["synthetic"].title)
    held = engines.get("holdout")
    book = codebook.build(engines["real"], engines["synthetic"], plan, settings, titles, held)
    if plan.weights is not None:
        engines["real"].weigh(plan.weights)
    told("reading", 1.0)
    pair = Pair(
        engines["real"],
        engines["synthetic"],
        book,
        settings,
        None,
        held,
        plan.weights is not None,
        told,
    )
    if reference is not None:
        pair.reference = build_reference(reference, pair.features, book.codings)
        book.notes += pair.reference.notes
    with _one_thread_of_algebra():
        answers = {question.id: _answer(question, pair) for question in asked}
    return Audit(
        inputs=_records(sources, engines),
        sensitive_features=tuple(sorted(plan.sensitive)),
        columns=tuple(sorted(book.records, key=lambda record: record.name)),
        settings=settings,
        answers=answers,
        findings=_judge(answers, asked, settings),
        notes=(
            *(note for s in sources.values() for note in s.notes),
            *book.notes,
            *_same_table(engines["real"], engines["synthetic"]),
        ),
        versions=_versions(),
    )


def _names(what: str, given: object) -> tuple[str, ...]:
    """Read one name or several; each once, in the order given."""
    if given is None:
        return ()
    listed = [given] if isinstance(given, str | int) else given
    if not isinstance(listed, Iterable):
        raise UsageError(f"{what} must be a name or a list of names, got {given!r}.")
    return tuple(dict.fromkeys(clean_name(name) for name in listed))


def _open(tables: Mapping[str, object], threads: int | None) -> dict[str, Source]:
    """Open every table that is given, in one private database."""
    if threads is not None and (not isinstance(threads, int) or not 1 <= threads <= _MOST_THREADS):
        raise UsageError(
            f"threads must be a whole number from 1 to {_MOST_THREADS}, got {threads!r}."
        )
    connection = connect()
    if threads is not None:
        connection.execute(f"SET threads = {threads:d}")
    return {
        role: open_source(data, role, connection)
        for role, data in tables.items()
        if data is not None or role != "holdout"
    }


def _plan(
    *,
    sensitive: tuple[str, ...],
    features: tuple[str, ...] | None,
    weights: str | None,
    bands: dict[str, tuple[float, ...]],
    kinds: dict[str, KindRequest],
    engines: Mapping[str, DuckDBEngine],
) -> codebook.Plan:
    """Check every column that was named before anything is read."""
    if not sensitive:
        raise UsageError("no sensitive feature was named. Name at least one column.")
    for role in ("real", "synthetic"):
        _check_there((*sensitive, *(features or ())), engines[role])
    _check_there((*([weights] if weights else ()), *kinds, *bands), engines["real"])
    if weights in sensitive or weights in (features or ()):
        raise UsageError(f"{weights!r} cannot be both weight and feature. Choose one.")
    for name in bands:
        if name not in sensitive:
            raise UsageError(
                f"bands are given for {name!r}, which is no sensitive feature. Make it one, or "
                "drop its bands."
            )
    return codebook.Plan(sensitive, kinds, bands, features, weights)


def _check_there(names: Iterable[str], engine: DuckDBEngine) -> None:
    there = [column.name for column in engine.columns]
    for name in names:
        if name not in there:
            raise ColumnNotFoundError(name, engine.source.title, there)


def _kinds(kinds: Mapping[str, Any] | None, metadata: str | Path | None) -> dict[str, KindRequest]:
    given = dict(kinds_from_sdv(metadata)) if metadata is not None else {}
    named = {clean_name(column): kind for column, kind in (kinds or {}).items()}
    return parse_kinds({**given, **named})


def _one_thread_of_algebra() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread: its matrices are small, and sums then have one order."""
    import scipy.linalg  # noqa: F401  its library must be loaded to be held
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def _answer(question: Question, pair: Pair) -> Answer:
    pair.progress(question.id, 0.0)
    tables = question.measure(pair)
    pair.progress(question.id, 1.0)
    return Answer(
        question.id, question.title, question.asks, tables[question.main], tables, pair.settings
    )


def _judge(
    answers: Mapping[str, Answer], asked: Sequence[Question], settings: Settings
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for question in asked:
        findings += question.judge(dict(answers[question.id].tables), settings)
    return ranked(findings)


def judge_again(audit: Audit, settings: Settings) -> Audit:
    """Judge saved measurements under other limits, without the data.

    Raises
    ------
    UsageError
        If a setting differs that changes what is counted or measured, not how it is judged.
    """
    before, after = audit.settings.to_dict(), settings.to_dict()
    counting = [n for n in before if before[n] != after[n] and n not in JUDGING]
    if counting:
        raise UsageError(
            f"{counting[0]} changes what is measured, not how it is judged: compare the tables "
            "again with it."
        )
    asked = questions(list(audit.answers))
    answers = {
        name: dataclasses.replace(answer, settings=settings)
        for name, answer in audit.answers.items()
    }
    return dataclasses.replace(
        audit, settings=settings, answers=answers, findings=_judge(answers, asked, settings)
    )


def _same_table(real: Engine, synthetic: Engine) -> list[str]:
    """Nothing is found between a table and itself, which is no praise: so it is said."""
    if real.rows != synthetic.rows or real.digest() != synthetic.digest():
        return []
    return [
        "The real and the synthetic table hold the same rows: one is a copy of the other, and "
        "'ok' says no more than that."
    ]


def _records(
    sources: Mapping[str, Source], engines: Mapping[str, Engine]
) -> tuple[InputRecord, ...]:
    return tuple(
        InputRecord(
            role,
            source.name,
            source.format,
            engines[role].rows,
            len(engines[role].columns),
            source.sha256,
        )
        for role, source in sources.items()
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[package] = "not installed"
    return found
