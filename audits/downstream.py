"""What a model trained on the synthetic rows would do: one question, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.results import Audit
from audits.run import compare, task_of


def fairness(
    real: Any,
    synthetic: Any,
    *,
    target: str,
    sensitive_features: str | Sequence[str],
    positive: str | None = None,
    model: str = "logistic",
    exclude: str | Sequence[str] = (),
    mitigate: bool = True,
    **options: Any,
) -> Audit:
    """Ask of two tables whether a model trained on the synthetic one would serve every group.

    Models are trained on real rows, on synthetic rows and on mixtures, and tested on real people.

    Parameters
    ----------
    real, synthetic : as for :func:`audits.compare`
        The two tables.
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
    task = task_of(target, positive, model, exclude, mitigate=mitigate)
    return compare(
        real,
        synthetic,
        sensitive_features=sensitive_features,
        target=task,
        ask=["fairness"],
        **options,
    )
