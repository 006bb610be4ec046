"""The conductor of chains: opens all generations, counts them alike, asks what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.data import codebook
from audits.data.chain import Chain
from audits.data.chain_tables import opened_chain
from audits.data.kinds import parse_bands
from audits.data.names import clean_name
from audits.data.tables import Coding, Engine
from audits.data.workspace import Workspace
from audits.errors import InputError, UnknownNameError, UsageError
from audits.questions.generations_loop import LOOPS
from audits.registry import questions
from audits.results import Audit, InputRecord
from audits.run import (
    answered,
    check_bands,
    check_there,
    findings_of,
    kinds_given,
    named,
    one_thread_of_algebra,
    versions,
)
from audits.settings import Settings


def generations(  # noqa: PLR0913, one parameter per thing a person may want to say
    tables: Any,
    *,
    sensitive_features: str | Sequence[str],
    generation_column: str | None = None,
    chain_column: str | None = None,
    loop: str | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    keep_work: bool = False,
    spark: Any = None,
    progress: Callable[[str, float], None] | None = None,
) -> Audit:
    """Follow every group through generations of synthetic data, each made from those before.

    Parameters
    ----------
    tables : sequence of paths or frames, or a single one
        One table per generation, in order, the real one first; all with the same columns. Or a
        single table with `generation_column`.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    generation_column : str, optional
        Column of the single table that names the generation of each row: numbers, or texts that
        hold them; the smallest is generation 0, the real one.
    chain_column : str, optional
        Column that tells several runs of the same loop apart. What becomes of a group is then the
        mean over the runs, and its interval comes from how the runs differ.
    loop : str, optional
        Which loop it is, where that is known: ``replace`` (each generation is made from the one
        before), ``resample``, ``accumulate`` (from all before), ``fixed-real`` (from the real rows
        and the one before) or ``fresh`` (from fresh real people). Else equal rows are looked for.
    features, kinds, metadata, bands, missing, settings, memory, threads, work_folder, keep_work
        As in :func:`audits.compare`.
    spark : str or SparkSession, optional
        As in :func:`audits.compare`, with a table per generation.
    progress : callable, optional
        Called with a stage's name and the share of it done.

    Returns
    -------
    Audit
        Frozen; findings worst first, one or more per group. Its tables are "groups", "steps" (per
        group and generation) and "loop".

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If generations cannot be compared; the message says which, and what to do.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 50, "paid": ["yes", "no", "no", "yes"] * 25})
    >>> audit = audits.generations([people] * 5, sensitive_features="sex")
    >>> audit["generations"][{"sex": "f"}][0].decay.value
    0.0
    """
    settings = settings or Settings()
    told = progress or (lambda _stage, _share: None)
    asked = questions(None, of="chain")
    _check_loop(loop)
    single = generation_column is not None and not _several(tables)
    given = [tables] if single else _listed(tables)
    markers = frozenset(named("missing", missing))
    told("reading", 0.0)
    with (
        Workspace(memory, threads, work_folder, keep=keep_work) as work,
        opened_chain(given, work, column=generation_column, spark=spark, markers=markers) as opened,
        one_thread_of_algebra(),
    ):
        plan = codebook.Plan(
            named("sensitive_features", sensitive_features),
            kinds_given(kinds, metadata),
            parse_bands(bands),
            None if features is None else named("features", features),
        )
        run_column = None if chain_column is None else clean_name(chain_column)
        _check_columns(opened.engines, plan, run_column)
        chain = _chain(opened.engines, _with(plan, run_column), settings, run_column, told)
        chain.stated, chain.apart = loop, opened.apart
        answers = {question.id: answered(question, chain) for question in asked}
        return Audit(
            inputs=_records(opened.engines),
            sensitive_features=tuple(sorted(plan.sensitive)),
            columns=tuple(sorted(chain.book.records, key=lambda record: record.name)),
            settings=settings,
            answers=answers,
            findings=findings_of(answers, asked, settings),
            notes=(
                *dict.fromkeys(note for e in opened.engines.values() for note in e.source.notes),
                *chain.book.notes,
                *_same_tables(opened.engines),
                *_far_apart(opened.apart),
            ),
            versions=versions(),
        )


def _several(tables: Any) -> bool:
    return isinstance(tables, Sequence) and not isinstance(tables, str)


def _listed(tables: Any) -> list[Any]:
    if not _several(tables):
        raise UsageError(
            "generations are given as a list of tables, the real one first, or as one table with "
            f"generation_column; got {type(tables).__name__}."
        )
    return list(tables)


def _check_loop(loop: str | None) -> None:
    if loop is not None and loop not in LOOPS:
        raise UnknownNameError("loop", loop, LOOPS)


def _check_columns(
    opened: Mapping[str, Engine], plan: codebook.Plan, run_column: str | None
) -> None:
    """Refuse generations that cannot be counted alike, and names that no column has."""
    if not plan.sensitive:
        raise UsageError("no sensitive feature was named. Name at least one column.")
    first = next(iter(opened.values()))
    for engine in opened.values():
        check_there((*plan.sensitive, *(plan.features or ())), engine)
        if run_column is not None:
            check_there((run_column,), engine)
    check_there((*plan.kinds, *plan.bands), first)
    if run_column in (*plan.sensitive, *(plan.features or ())):
        raise UsageError(f"{run_column!r} cannot tell runs apart and be a feature. Choose one.")
    check_bands(plan.bands, plan.sensitive)
    if plan.features is None:
        _check_same_columns(opened)


def _check_same_columns(opened: Mapping[str, Engine]) -> None:
    """All generations have the columns of generation 0: what one lacks cannot be followed."""
    names = {called: [c.name for c in engine.columns] for called, engine in opened.items()}
    origin, wanted = next(iter(names.items()))
    for called, here in names.items():
        lacks, adds = sorted(set(wanted) - set(here)), sorted(set(here) - set(wanted))
        if lacks or adds:
            said = [f"lacks {', '.join(lacks[:8])}"] if lacks else []
            said += [f"has {', '.join(adds[:8])} besides"] if adds else []
            raise InputError(
                f"{called} {' and '.join(said)}, unlike {origin}. Give all generations the same "
                "columns, or name those to follow (features)."
            )


def _with(plan: codebook.Plan, run_column: str | None) -> codebook.Plan:
    """Let the column that tells runs apart be read, whatever features were asked for."""
    if run_column is None:
        return plan
    kinds = dict(plan.kinds) | dict(kinds_given({run_column: "categorical"}, None))
    features = None if plan.features is None else (*plan.features, run_column)
    return codebook.Plan(plan.sensitive, kinds, plan.bands, features)


def _chain(
    opened: Mapping[str, Engine],
    plan: codebook.Plan,
    settings: Settings,
    run_column: str | None,
    told: Callable[[str, float], None],
) -> Chain:
    """Understand every column by generation 0 and the last, and code it alike in all."""
    engines = list(opened.values())
    first, last, between = engines[0], engines[-1], engines[1:-1]
    titles = tuple(engine.source.title for engine in (first, last, *between))
    book = codebook.build(first, last, plan, settings, titles, None, told, between)
    told("reading", 1.0)
    runs = None if run_column is None else _runs(book, run_column)
    return Chain(tuple(engines), tuple(opened), book, settings, replicate=runs, progress=told)


def _runs(book: codebook.Codebook, column: str) -> Coding:
    """Take the column that tells runs apart out of what is compared."""
    coding = book.codings.pop(column, None)
    if coding is None or coding.levels is None or coding.size < 3:
        raise InputError(
            f"column {column!r} does not tell several runs apart. Name the column that does, or "
            "none."
        )
    record = next(record for record in book.records if record.name == column)
    book.leave_out(column, "tells runs apart")
    book.records.remove(record)
    return coding


def _same_tables(opened: Mapping[str, Engine]) -> list[str]:
    """Say which generations hold the same rows: a slip, or a loop that changes nothing."""
    seen: dict[str, str] = {}
    notes = []
    for called, engine in opened.items():
        digest = engine.digest()
        if digest in seen:
            notes.append(f"{called} holds the same rows as {seen[digest]}.")
        seen.setdefault(digest, called)
    return notes


def _far_apart(apart: float) -> list[str]:
    if apart == 1:
        return []
    return [f"The generations given are {apart:g} apart; rates are per generation, not per step."]


def _records(opened: Mapping[str, Engine]) -> tuple[InputRecord, ...]:
    last = len(opened) - 1
    roles = ["real", *(f"generation {t}" for t in range(1, last)), "synthetic"]
    return tuple(
        InputRecord(
            role,
            engine.source.name,
            engine.source.format,
            engine.rows,
            len(engine.columns),
            engine.source.sha256,
            engine.name,
        )
        for role, engine in zip(roles, opened.values(), strict=True)
    )
