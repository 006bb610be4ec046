"""Predictions of a model trained elsewhere, audited by themselves: one table, no training."""

from __future__ import annotations

import dataclasses
from typing import Any

from audits.alone import Reading, alone
from audits.data.given import Given, given_in
from audits.data.pair import Pair
from audits.data.tables import Engine
from audits.data.task import Task
from audits.questions.fairness_given import measure_given
from audits.registry import questions
from audits.results import Answer, Audit, ColumnRecord
from audits.run import findings_of, named, records_of, versions

ROLE = "predictions"
_USES = ("true label", "prediction", "score")


def audit_predictions(
    table: Any,
    reading: Reading,
    *,
    y_true: str | None = None,
    y_pred: str | None = None,
    score: str | None = None,
    positive: str | None = None,
) -> Audit:
    """Audit predictions: one row per person, with the truth, a label or score, and who they are.

    Parameters
    ----------
    table : as `real` of :func:`audits.compare`
        A table of predictions.
    reading : Reading
        Sensitive features, kinds, bands and so on; other columns describe slices.
    y_true, y_pred, score : str, optional
        The columns of the truth, of predicted labels (or numbers), and of probabilities of the
        positive label; by default those of these names, where they are.
    positive : str, optional
        The label that rates are of.

    Returns
    -------
    Audit
        With one answer, "fairness".

    Raises
    ------
    UsageError
        If an argument makes no sense, or a column is not there.
    InputError
        If predictions cannot be judged; the message says where and what to do.
    """
    found: list[Given] = []

    def without(engine: Engine) -> tuple[str, ...]:
        found.append(given_in(engine, y_true=y_true, y_pred=y_pred, score=score))
        return found[0].said

    with alone(table, _with_truth(reading, y_true), role=ROLE, without=without) as pair:
        (given,) = found
        pair.task = Task(given.truth, positive)
        return _audit(pair, given)


def _with_truth(reading: Reading, y_true: str | None) -> Reading:
    """The truth takes part, whichever features were asked for."""
    if reading.features is None:
        return reading
    features = (*named("features", reading.features), y_true or "y_true")
    return dataclasses.replace(reading, features=features)


def _audit(pair: Pair, given: Given) -> Audit:
    (question,) = questions(["fairness"])
    pair.progress(question.id, 0.0)
    tables = measure_given(pair, given)
    pair.progress(question.id, 1.0)
    main = tables[question.main]
    answer = Answer(question.id, question.title, question.asks, main, tables, pair.settings)
    answers = {question.id: answer}
    return Audit(
        inputs=records_of({ROLE: pair.real}, pair.reference),
        sensitive_features=tuple(sorted(pair.book.sensitive)),
        columns=tuple(sorted(_columns(pair, given), key=lambda record: record.name)),
        settings=pair.settings,
        answers=answers,
        findings=findings_of(answers, [question], pair.settings),
        notes=(*pair.real.source.notes, *pair.book.notes),
        versions=versions(),
    )


def _columns(pair: Pair, given: Given) -> list[ColumnRecord]:
    """Say of the columns that predict what they are, beside how the others were understood."""
    uses = dict(zip((given.truth, given.label, given.score), _USES, strict=True))
    return [
        dataclasses.replace(
            record,
            use=uses.get(record.name, record.use),
            note="" if record.name in given.said else record.note,
        )
        for record in pair.book.records
    ]
