"""Which numbers of fairness can be shown, decided of all groups and all their rates at once.

Rates of one group hang together: who is found among those with a label, who is taken for one of
them and how many are right are sums over the same four counts, so that the rates of a group are
shown all together, or only how many a model is right about, or only how many were tested. Each is
completed over the groups of a feature, as counts of parts are (`parted`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from audits.disclosure_groups import small
from audits.disclosure_of.fairness_slices import Pattern, shown_slices
from audits.disclosure_of.parted import clean_groups, part
from audits.disclosure_profiles import Profiles
from audits.estimates import Estimate
from audits.questions.fairness_rows import (
    AnnotatorRow,
    ChangeRow,
    FairnessRow,
    LabelRow,
    MitigationRow,
    MixRow,
    RateRow,
    SliceRow,
    TaskRow,
)
from audits.results import Group, Row

ERROR = "mean absolute error"
NO_SHARES = frozenset({ERROR, "bias", "calibration"})
"""Metrics that are means of numbers, and tell nobody's count."""

_Of = TypeVar("_Of", bound=Row)
Groups = frozenset[Group]


@dataclass(frozen=True)
class Tested:
    """What of fairness can be shown: the groups, by what may be known of each.

    `people` are those of which it may be known how many were tested, `right` about how many of
    them a model is right, `rates` every rate, `pairs` whom only one of two models serves.
    `trained` says whether rows trained on may be counted, `classes` are the labels that may be
    named.
    """

    people: Groups = frozenset()
    right: Groups = frozenset()
    rates: Groups = frozenset()
    pairs: Groups = frozenset()
    labels: Groups = frozenset()
    annotators: Groups = frozenset()
    mixes: Groups = frozenset()
    mitigations: Groups = frozenset()
    slices: frozenset[tuple[Pattern, str]] = frozenset()
    trained: bool = True
    classes: frozenset[str] = frozenset()
    sizes: Mapping[Group, int] = field(default_factory=dict)
    rounds: int = 1

    def measured(self, group: Group, metric: str) -> bool:
        """Whether a metric of a group may be known."""
        if metric in NO_SHARES:
            return group in self.people
        return group in (self.right if metric == "accuracy" else self.rates)

    def of(self, features: str) -> list[Group]:
        """Return the groups of a feature, or of a crossing, of whom anybody was tested."""
        columns = tuple(features.split(" × "))
        return [
            group
            for group, size in self.sizes.items()
            if tuple(column for column, _ in group) == columns and size
        ]

    def compared(self, features: str, metric: str, groups: int) -> bool:
        """Whether all groups that a gap is the widest of may be known."""
        own = self.of(features)
        return len(own) >= groups and all(self.measured(group, metric) for group in own)


@dataclass(frozen=True)
class Rules:
    """What is hidden already, and how small a count may be."""

    hidden: Groups
    features: Sequence[str]
    min_cell: int
    profiles: Profiles

    def clean(self, parts: Mapping[Group, tuple[int, ...]], times: int = 1) -> Groups:
        """Return the groups whose parts may be known; of sums over several `times`, of each."""
        return clean_groups(parts, self.hidden, self.features, self.min_cell * times)


def tested_of(rows: Iterable[Row], rules: Rules) -> Tested:
    """Decide of all rows of an answer what of them can be shown."""
    found: dict[type[Row], list[Any]] = {}
    for row in rows:
        found.setdefault(type(row), []).append(row)
    groups: list[FairnessRow] = found.get(FairnessRow, [])
    if not groups:
        return Tested()
    task: TaskRow | None = next(iter(found.get(TaskRow, [])), None)
    rounds = max(task.rounds, 1) if task else 1
    rates: list[RateRow] = found.get(RateRow, [])
    people = rules.clean({row.group: (row.real, row.synthetic, row.tested) for row in groups})
    right = people & _right(groups, rates, rounds, rules)
    every = right & _every_rate(rates, found.get(ChangeRow, []), rounds, rules)
    pairs = every & rules.clean(_joined(found.get(ChangeRow, []), _only))
    labels, classes = _labels(found.get(LabelRow, []), groups, task, rules)
    mixed, mended = (_means(found.get(kind, []), rounds, rules) for kind in (MixRow, MitigationRow))
    unlabelled = task is not None and small(task.unlabelled, rules.min_cell)
    slices = shown_slices(
        found.get(SliceRow, []),
        _of_everyone(rates, found.get(ChangeRow, [])),
        {row.group: row.tested for row in groups},
        people,
        rules,
    )
    return Tested(
        people, right, every, pairs, labels, _annotators(found.get(AnnotatorRow, []), rules),
        mixed & people, mended & people, slices, not unlabelled, classes,
        {row.group: row.tested for row in groups if row.labelled}, rounds,
    )  # fmt: skip


def _of_everyone(
    rates: Sequence[RateRow], changes: Sequence[ChangeRow]
) -> dict[tuple[str, str], tuple[float, int]]:
    """The rate of all tested people and its denominator: of many rounds, the mean."""
    shares = [row for row in rates if not row.group and row.hits >= 0 and row.of > 0]
    found = {(row.metric, row.model): (row.hits / row.of, row.of) for row in shares}
    for row in changes:
        if not row.group and (row.metric, "real") in found:
            found[row.metric, "real"] = (row.real, row.of)
            found[row.metric, "synthetic"] = (row.synthetic, row.of)
    return found


def _joined(
    rows: Sequence[_Of], counts: Callable[[_Of], tuple[int, ...]]
) -> dict[Group, tuple[int, ...]]:
    """The counts of all rows of each group, in one line; nothing where a group has no such row."""
    keys = sorted({_key(row) for row in rows})
    own = {(row.group, _key(row)): counts(row) for row in rows}
    sizes = {key: len(value) for (_, key), value in own.items()}
    return {
        group: tuple(n for key in keys for n in own.get((group, key), (0,) * sizes[key]))
        for group in dict.fromkeys(row.group for row in rows)
    }


_KEYS = ("model", "metric", "label", "times", "method", "annotators")


def _key(row: Row) -> tuple[str, ...]:
    return tuple(str(getattr(row, name, "")) for name in _KEYS)


def _hits(row: RateRow) -> tuple[int, ...]:
    return (row.hits, row.of - row.hits) if row.hits >= 0 else (row.of,)


def _only(row: ChangeRow) -> tuple[int, ...]:
    return (max(row.only_synthetic, 0), max(row.only_real, 0))


def _right(
    groups: Sequence[FairnessRow], rates: Sequence[RateRow], rounds: int, rules: Rules
) -> Groups:
    """Groups of which it may be known how many a model is right about, in any round."""
    first = rules.clean(_joined([row for row in rates if row.metric == "accuracy"], _hits))
    over = {
        row.group: tuple(
            n
            for side in (row.by_real, row.by_synthetic)
            for n in (part(side.value, row.tested * rounds) if row.metric != ERROR else (0, 0))
        )
        for row in groups
    }
    numeric = any(row.metric == ERROR for row in groups)
    kept = rules.clean(over, rounds)
    return kept if numeric or not rates else kept & first


def _every_rate(
    rates: Sequence[RateRow], changes: Sequence[ChangeRow], rounds: int, rules: Rules
) -> Groups:
    """Groups of which every rate may be known, of the first round and on average."""
    first = rules.clean(_joined([row for row in rates if row.metric not in NO_SHARES], _hits))
    if not changes:
        return first

    def mean(row: ChangeRow) -> tuple[int, ...]:
        sides = (part(side, row.of * rounds) for side in (row.real, row.synthetic))
        return tuple(n for side in sides for n in side)

    of_people = [row for row in changes if row.only_real >= 0]
    return first & rules.clean(_joined(of_people, mean), rounds) if of_people else first


def _means(rows: Sequence[Any], rounds: int, rules: Rules) -> Groups:
    """Groups whose rates by mixtures, or without and with a mitigation, may be known."""

    def mean(row: Any) -> tuple[int, ...]:
        if row.metric in NO_SHARES:
            return (row.of * rounds,)
        sides: tuple[Estimate, ...] = (
            (row.value,) if isinstance(row, MixRow) else (row.before, row.after)
        )
        return tuple(n for side in sides for n in part(side.value, row.of * rounds))

    return rules.clean(_joined(rows, mean), rounds)


# -- labels ----------------------------------------------------------------------------------------


def _labels(
    rows: Sequence[LabelRow], groups: Sequence[FairnessRow], task: TaskRow | None, rules: Rules
) -> tuple[Groups, frozenset[str]]:
    """Groups of which it may be known how many have which label, and labels of enough people."""
    tested = {row.group: (row.positives, row.tested - row.positives) for row in groups}
    within = task is not None and task.kind == "binary" and "part of" in task.tested_on

    def counts(row: LabelRow) -> tuple[int, ...]:
        if not row.label:
            return (row.real, row.synthetic, row.real_missing, row.synthetic_missing)
        real, synthetic = (
            part(share.value, of)
            for share, of in (
                (row.real_share, row.real), (row.synthetic_share, row.synthetic)
            )
        )  # fmt: skip
        more = tested.get(row.group, (0, 0)) if within else (0, 0)
        left = tuple(max(n - taken, 0) for n, taken in zip(real, more, strict=True))
        return (*real, *synthetic, row.real_missing, row.synthetic_missing, *left)

    parts = _joined(rows, counts)
    for group, line in parts.items():  # who has a label that no row is of
        own = [row for row in rows if row.group == group and row.label]
        parts[group] = (*line, *_rest(own))
    shown = rules.clean(parts)
    target = task.target if task else ""
    pictured = {group for group, name in rules.profiles if name == target}
    features = {group[0][0] for group in pictured if len(group) == 1}
    kept = {
        group
        for group in shown
        # where pictures of the same column show other groups, both together would tell the rest
        if not (features & {column for column, _ in group}) or group in pictured
    }
    whole = [row for row in rows if not row.group]
    classes = {
        row.label
        for row in whole
        if min(part(row.real_share.value, row.real)[0], 10**9) >= rules.min_cell
    }
    return frozenset(kept), frozenset(classes)


def _rest(own: Sequence[LabelRow]) -> tuple[int, int]:
    if not own:
        return (0, 0)
    real = sum(part(row.real_share.value, row.real)[0] for row in own)
    synthetic = sum(part(row.synthetic_share.value, row.synthetic)[0] for row in own)
    return max(own[0].real - real, 0), max(own[0].synthetic - synthetic, 0)


# -- annotators ------------------------------------------------------------------------------------


def _annotators(rows: Sequence[AnnotatorRow], rules: Rules) -> Groups:
    """Groups of which it may be known how many annotators of what kind disagree about them."""

    def counts(row: AnnotatorRow) -> tuple[int, ...]:
        shares = part(row.disagreement.value, row.items)
        pairs = part(row.disagreement.value, row.pairs)
        return (row.items, row.pairs, *shares, *pairs)

    parts = _joined(rows, counts)
    kinds = sorted({feature for row in rows if (feature := _feature(row.annotators))})
    for group, line in parts.items():
        own = [row for row in rows if row.group == group]
        whole = sum(row.pairs for row in own if row.annotators == "all")
        left = [
            max(whole - sum(row.pairs for row in own if _feature(row.annotators) == kind), 0)
            for kind in kinds
        ]
        parts[group] = (*line, *left)
    return rules.clean(parts)


def _feature(annotators: str) -> str:
    """The feature of annotators that a pair is told by; nothing for all of them."""
    return "" if annotators == "all" else annotators.split(" ", maxsplit=1)[0]
