"""What the target is: classes or numbers, and which label rates are of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding, Counts
from audits.errors import InputError, UsageError

_YES = frozenset({"yes", "y", "true", "t", "1", "positive", "pos"})
_ONE_OF = "other than {}"
_MOST_CLASSES = 100  # a model of more would learn each from next to nobody


@dataclass(frozen=True)
class Target:
    """A target column as models see it.

    `kind` is "binary", "multiclass" or "numeric"; `classes` are labels and `class_of` the class of
    each code, -1 for missing (numbers have neither); `positive` is the class that rates are of, -1
    for none, and `chosen` says how it was chosen. `only_synthetic` are labels of no real row.
    """

    coding: Coding
    kind: str
    classes: tuple[str, ...]
    class_of: NDArray[np.int64]
    positive: int
    chosen: str
    only_synthetic: tuple[str, ...]

    def of(self, codes: NDArray[Any]) -> NDArray[Any]:
        """Return the class, or the number, of each code."""
        if self.kind != "numeric":
            return np.asarray(self.class_of[codes])
        assert self.coding.positions is not None
        return np.asarray(self.coding.positions[codes])


def target_of(pair: Pair) -> Target:
    """Understand the target of a pair's task.

    Raises
    ------
    UsageError
        If the target takes no part in the audit, forms the groups, or has no such positive label.
    InputError
        If real people differ in nothing.
    """
    assert pair.task is not None
    coding = _coding(pair, pair.task.target)
    rows, others = (side.copy() for side in pair.everyone(coding.name))
    rows[0] = others[0] = 0
    here = np.flatnonzero(rows)
    if len(here) < 2:
        shown = f"one value ({coding.labels[here[0]]!r})" if len(here) else "no value"
        raise InputError(
            f"the target {coding.name!r} has {shown} in the real table, so there is nothing to "
            "predict. Choose another target."
        )
    only = tuple(coding.labels[code] for code in np.flatnonzero((others > 0) & (rows == 0)))
    if coding.kind in ("numeric", "date") and len(here) > 2:
        return _numeric(pair, coding)
    return _classes(coding, rows, others, only, pair.task.positive)


def _coding(pair: Pair, name: str) -> Coding:
    if name in pair.book.sensitive:
        raise UsageError(
            f"{name!r} is the target and a sensitive feature, so that every group would have one "
            "label. Choose another target, or drop it from the sensitive features."
        )
    if name in pair.book.codings:
        return pair.book.codings[name]
    record = next((record for record in pair.book.records if record.name == name), None)
    use = "takes no part in the audit" if record is None else f"is {record.use}"
    kind = "" if record is None or not record.kind else f" as {record.kind.replace('_', ' ')}"
    note = "" if record is None or not record.note else f" ({record.note})"
    raise UsageError(
        f"the target {name!r} {use}{kind}{note}. Choose another target, or say what it is: "
        f"--kind {name}=categorical."
    )


def _numeric(pair: Pair, coding: Coding) -> Target:
    assert pair.task is not None
    if pair.task.positive is not None:
        raise UsageError(
            f"the target {coding.name!r} is numeric and has no positive label. Drop it, or say "
            f"--kind {coding.name}=categorical."
        )
    return Target(coding, "numeric", (), np.zeros(0, dtype=np.int64), -1, "", ())


def _classes(
    coding: Coding, rows: Counts, others: Counts, only: tuple[str, ...], named: str | None
) -> Target:
    occur = np.flatnonzero(rows + others)
    labels = tuple(coding.labels[code] for code in occur)
    real = [coding.labels[code] for code in np.flatnonzero(rows)]
    class_of = np.full(coding.size, -1, dtype=np.int64)
    named = _named(coding, real, named)
    if len(labels) > _MOST_CLASSES and named is None:
        raise UsageError(
            f"the target {coding.name!r} has {len(labels):,} labels; at most {_MOST_CLASSES} can "
            "be told apart. Name the one that rates are of (--positive), or group them first."
        )
    if len(real) > 2 and named is None:
        class_of[occur] = np.arange(len(occur))
        return Target(coding, "multiclass", labels, class_of, -1, "", only)
    if len(real) > 2:
        class_of[occur] = [int(label == named) for label in labels]
        pair_of = (_ONE_OF.format(named), str(named))
        return Target(coding, "binary", pair_of, class_of, 1, "", only)
    class_of[occur] = np.arange(len(occur))
    positive, chosen = (named, "") if named else _positive(real, rows[np.flatnonzero(rows)])
    return Target(coding, "binary", labels, class_of, labels.index(str(positive)), chosen, only)


def _named(coding: Coding, labels: list[str], named: str | None) -> str | None:
    """Return a label as it is shown, though written otherwise: True for true, 1.0 for 1."""
    if named is None or named in labels:
        return named
    code = (coding.levels or {}).get(named)
    if code is not None and coding.labels[code] in labels:
        return coding.labels[code]
    alike = [label for label in labels if label.lower() == named.lower()]
    if len(alike) == 1:
        return alike[0]
    raise UsageError(
        f"no real row has the label {named!r} in {coding.name!r}. There are: "
        f"{', '.join(labels[:20])}."
    )


def _positive(labels: list[str], rows: Counts) -> tuple[str, str]:
    """Choose the label that rates are of: a word for yes, else the rarer."""
    alike = [label for label in labels if label.lower() in _YES or label.startswith(">")]
    if len(alike) == 1:
        return alike[0], f"No positive label was named; {alike[0]!r} was taken by its name."
    rarer = min(zip(rows.tolist(), labels, strict=True))[1]
    return rarer, f"No positive label was named; {rarer!r} was taken, the rarer in the real table."
