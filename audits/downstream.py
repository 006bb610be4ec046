"""What a model trained on the synthetic rows would do: one question, and what mends it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from audits.alone import Reading
from audits.asked import task_of
from audits.data.names import clean_name
from audits.data.task import Annotated, Task
from audits.errors import UsageError
from audits.predictions import audit_predictions
from audits.results import Audit
from audits.run import compare, named

_ALONE = "is given, and predictions are audited by themselves."


def fairness(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any = None,
    synthetic: Any = None,
    *,
    target: str | None = None,
    sensitive_features: str | Sequence[str],
    positive: str | None = None,
    model: str = "logistic",
    exclude: str | Sequence[str] = (),
    mitigate: bool = True,
    annotations: Any = None,
    item: str | None = None,
    annotator_features: str | Sequence[str] = (),
    predictions: Any = None,
    y_true: str | None = None,
    y_pred: str | None = None,
    score: str | None = None,
    **options: Any,
) -> Audit:
    """Ask of two tables whether a model trained on the synthetic one would serve every group.

    Models are trained on real rows, on synthetic rows and on mixtures, and tested on real people.

    Parameters
    ----------
    real, synthetic : as for :func:`audits.compare`
        The two tables; neither, where `predictions` are given.
    target : str
        Column that models predict.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    positive : str, optional
        Label of the target that rates are of; of two, a word such as yes or the rarer by default.
    model : str
        "logistic", "boosting", or a factory of your own as ``"module:name"``.
    exclude : str or sequence of str
        Columns that models do not see.
    mitigate : bool
        Whether mitigations of the synthetic-trained model are tried, too.
    annotations : as `real`, optional
        A line for each label that somebody gave to an item: with the item, the sensitive features
        of the person it is about, features of the annotator, and the target column.
    item : str, optional
        The column of `annotations` that tells items apart.
    annotator_features : str or sequence of str
        Columns of `annotations` that form groups of annotators.
    predictions : as `real`, optional
        Predictions of a model trained elsewhere: a line per person, with the truth, a label or a
        score, and who they are. They are audited by themselves.
    y_true, y_pred, score : str, optional
        Columns of `predictions`: the truth, what is predicted, and the probability of the positive
        label; by default those of these names.
    options
        Whatever else :func:`audits.compare` takes, such as `holdout` (real people to test on),
        `settings` or `progress`; not `ask`.

    Returns
    -------
    Audit
        With one answer, "fairness".

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If a table cannot be judged; the message says where and what to do.
    AuditError
        If a model of your own fails; its own error is shown.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> people = {"sex": ["f", "m"] * 100, "age": [20, 40, 60, 80] * 50}
    >>> table = pd.DataFrame({**people, "paid": ["no", "yes"] * 100})
    >>> audit = audits.fairness(table, table, target="paid", sensitive_features="sex")
    >>> audit["fairness"][{"sex": "f"}][0].change.value
    0.0
    """
    columns = {"y_true": y_true, "y_pred": y_pred, "score": score}
    if predictions is not None:
        others = {
            "real": real,
            "synthetic": synthetic,
            "target": target,
            "annotations": annotations,
        }
        _refuse(others, f"{_ALONE} Drop one of them.")
        reading = _reading(sensitive_features, options)
        return audit_predictions(predictions, reading, positive=positive, **columns)
    _refuse(columns, "is said of predictions, and none are given. Drop it, or give them.")
    if real is None or synthetic is None or target is None:
        raise UsageError(
            "two tables and a target are needed, or predictions. Give real, synthetic and target, "
            "or predictions."
        )
    task = task_of(target, positive, model, named("exclude", exclude), mitigate=mitigate)
    return compare(
        real,
        synthetic,
        sensitive_features=sensitive_features,
        target=_annotated(task, annotations, item, named("annotator_features", annotator_features)),
        ask=["fairness"],
        **options,
    )


def _refuse(given: Mapping[str, Any], why: str) -> None:
    """Refuse what would be passed over."""
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"{name} {why}")


def _annotated(
    task: Task | None, table: Any, item: str | None, features: tuple[str, ...]
) -> Task | None:
    """Add annotations to what is to be predicted."""
    if table is None:
        said = {"item": item, "annotator_features": features or None}
        _refuse(said, "is said of annotations, and none are given. Drop it, or give them.")
        return task
    if item is None:
        raise UsageError(
            "annotations are given, and not which column tells items apart. Name it: item=, or "
            "--item."
        )
    assert task is not None
    return dataclasses.replace(task, annotated=Annotated(table, clean_name(item), features))


def _reading(sensitive_features: str | Sequence[str], options: Mapping[str, Any]) -> Reading:
    """Read what is said of a table of predictions."""
    known = {field.name for field in dataclasses.fields(Reading)} - {"weights"}
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in known:
            raise UsageError(f"{name} {_ALONE} Drop one of them.")
    return Reading(sensitive_features=sensitive_features, **given)
