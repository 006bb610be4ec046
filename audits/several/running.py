"""The conductor of several audits: each synthetic table, and the holdout as a noise floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from audits.errors import UsageError
from audits.results import Audit
from audits.run import compare
from audits.several.ranking import rank
from audits.several.result import Versus

HOLDOUT = "holdout"
Told = Callable[[str, float], None]
Watched = Callable[[str], AbstractContextManager[Told | None]]


def versus(
    real: Any,
    synthetic: Mapping[str, Any],
    *,
    sensitive_features: str | Sequence[str],
    holdout: Any = None,
    progress: Told | None = None,
    **options: Any,
) -> Versus:
    """Audit several synthetic tables against one real table, and rank them group by group.

    Ranks do not pretend: only tables whose intervals lie clear of each other are told apart. There
    is no score over questions or groups.

    Parameters
    ----------
    real : as in :func:`audits.compare`
        The real table.
    synthetic : mapping of str to table
        At least two synthetic tables, by the name each is to have.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    holdout : as `real`, optional
        Real rows that no generator saw. It serves every audit as fresh people, and is audited
        itself in place of a synthetic table: what chance alone shows, the noise floor.
    progress : callable, optional
        Called with a table's name and stage, and the share of the stage done.
    **options
        As in :func:`audits.compare`: `reference`, `settings`, `ask`, `missing` and so on.

    Returns
    -------
    Versus
        Frozen: values, rank ranges and verdicts per question, group and table.

    Raises
    ------
    UsageError
        If there are fewer than two tables, or an argument makes no sense.
    InputError
        If a table cannot be judged.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> few = half.iloc[:30]
    >>> found = audits.versus(half, {"all": half, "few": few}, sensitive_features="sex",
    ...                       ask=["coverage"])
    >>> found.names
    ('all', 'few')
    """
    if not isinstance(synthetic, Mapping):
        raise UsageError(
            f"synthetic must be a mapping of names to tables, got {type(synthetic).__name__}."
        )

    def watched(name: str) -> AbstractContextManager[Told | None]:
        if progress is None:
            return nullcontext()
        return nullcontext(lambda stage, share: progress(f"{name}: {stage}", share))

    options = {**options, "sensitive_features": sensitive_features}
    audits, floor = audited(real, synthetic, holdout, options, watched)
    return rank(audits, floor)


def audited(
    real: Any,
    synthetic: Mapping[str, Any],
    holdout: Any,
    options: Mapping[str, Any],
    watched: Watched,
) -> tuple[dict[str, Audit], Audit | None]:
    """Audit every synthetic table, and the holdout as if it were one.

    Raises
    ------
    UsageError
        If there are fewer than two tables.
    """
    if len(synthetic) < 2:
        raise UsageError(
            f"ranking needs at least two synthetic tables, got {len(synthetic)}. One is audited "
            "by audits compare."
        )
    audits: dict[str, Audit] = {}
    for name, table in synthetic.items():
        with watched(name) as told:
            audits[name] = compare(real, table, holdout=holdout, progress=told, **options)
    if holdout is None:
        return audits, None
    with watched(HOLDOUT) as told:
        return audits, compare(real, holdout, progress=told, **options)
