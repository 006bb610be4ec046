"""Drift: does each group still look like itself?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.data.pair import Pair
from audits.data.tables import Coding
from audits.estimates import Estimate
from audits.formulas.classifier import two_sample_auc
from audits.formulas.classifier_features import design_matrix
from audits.formulas.detectable import detectable_auc, detectable_mean_shift, detectable_share_shift
from audits.formulas.pair_drift import pair_drift
from audits.formulas.shifts import Shift, categorical_shift, numeric_shift
from audits.questions import drift_verdicts
from audits.questions.drift_population import beside_population
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow, PairDriftRow, ProfileRow
from audits.questions.group_profiles import profiles
from audits.questions.places import places
from audits.results import Finding, Group, Row
from audits.seeds import stream_seed
from audits.settings import Settings

TITLE = "Drift"
ASKS = "Does each group still look like itself?"
SETTINGS = (
    "drift_watch",
    "drift_problem",
    "shift_watch",
    "shift_problem",
    "auc_watch",
    "auc_problem",
    "support_problem",
    "closed_form_from",
    "max_draws",
    "classifier_rows",
    "classifier_permutations",
)
MAIN = "groups"
_FEWEST = 10  # rows on each side for a classifier to be tried
_POWER = 0.8
_FOLDS = 5
_LANDMARKS = 150
_RAREST = 5  # levels with fewer rows are one level to the classifier


TABLES: dict[str, type[Row]] = {
    "groups": GroupDriftRow,
    "columns": ColumnDriftRow,
    "pairs": PairDriftRow,
    "profiles": ProfileRow,
}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Compare every column, every pair of columns, and rows as a whole, inside every group."""
    columns = _column_rows(pair)
    return {
        "groups": _group_rows(pair, columns),
        "columns": tuple(columns),
        "pairs": _pair_rows(pair),
        "profiles": profiles(pair),
    }


def ordered(coding: Coding) -> bool:
    """Whether a column's codes stand for places on a line."""
    return coding.positions is not None and coding.size > 2


def _judgeable(pair: Pair) -> NDArray[np.bool_]:
    real, synthetic = pair.rows
    return (real > 1) & (synthetic > 1) & pair.groups.labelled


def _column_rows(pair: Pair) -> list[ColumnDriftRow]:
    judgeable = _judgeable(pair)
    rows: list[ColumnDriftRow] = []
    for j, coding in enumerate(pair.attributes):
        for run in pair.runs(np.flatnonzero(judgeable & pair.inside[:, j]), [coding.name]):
            sides = pair.counts(coding.name, run)
            if ordered(coding):
                rows += _ordered_rows(pair, coding, run, *sides)
            else:
                shift = _categorical(pair, coding.name, run, *sides)
                moved = _as_rows(pair, coding.name, "total variation", run, shift, sides)
                rows += beside_population(pair, coding, moved, sides)
        pair.progress("drift", 0.6 * (j + 1) / len(pair.attributes))
    return sorted(rows, key=lambda row: (row.group, row.attribute, row.measure))


def _ordered_rows(
    pair: Pair,
    coding: Coding,
    chosen: NDArray[np.int64],
    real: NDArray[np.int64],
    synthetic: NDArray[np.int64],
) -> list[ColumnDriftRow]:
    """Shift of what is present; and drift of what is missing, where anything is."""
    assert coding.positions is not None
    places = coding.positions[1:]
    everyone = pair.everyone(coding.name)
    scale = _deviation(everyone[0][1:], places)
    rows: list[ColumnDriftRow] = []
    present = (real[:, 1:].sum(1) > 1) & (synthetic[:, 1:].sum(1) > 1)
    here = chosen[present]
    if scale > 0 and len(here):
        shift = numeric_shift(
            real[present][:, 1:],
            synthetic[present][:, 1:],
            places,
            scale,
            confidence=pair.settings.confidence,
            seeds=_seeds(pair, coding.name, here),
            closed_form_from=pair.settings.closed_form_from,
            max_draws=pair.settings.max_draws,
        )
        sides = (real[present][:, 1:], synthetic[present][:, 1:])
        rows += _as_rows(pair, coding.name, "shift", here, shift, sides)
    elif len(here):  # a constant real column: how many differ from the constant
        shift = _categorical(pair, coding.name, here, real[present], synthetic[present])
        sides = (real[present], synthetic[present])
        rows += _as_rows(pair, coding.name, "total variation", here, shift, sides)
    if everyone[0][0] or everyone[1][0]:
        blank = [np.stack([side[:, 0], side[:, 1:].sum(1)], axis=1) for side in (real, synthetic)]
        shift = _categorical(pair, f"{coding.name}|missing", chosen, blank[0], blank[1])
        sides = (blank[0], blank[1])
        rows += _as_rows(pair, coding.name, "missing", chosen, shift, sides)
    return rows


def _deviation(counts: NDArray[np.int64], places: NDArray[np.float64]) -> float:
    """Standard deviation of the real column, all groups: the yardstick for every group."""
    total = counts.sum()
    if total == 0:
        return 0.0
    mean = (counts * places).sum() / total
    return float(np.sqrt((counts * (places - mean) ** 2).sum() / total))


def _categorical(
    pair: Pair,
    name: str,
    chosen: NDArray[np.int64],
    real: NDArray[np.int64],
    synthetic: NDArray[np.int64],
) -> Shift:
    return categorical_shift(
        real,
        synthetic,
        confidence=pair.settings.confidence,
        seeds=_seeds(pair, name, chosen),
        closed_form_from=pair.settings.closed_form_from,
        max_draws=pair.settings.max_draws,
    )


def _seeds(pair: Pair, name: str, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    seed = pair.settings.seed
    return np.array(
        [stream_seed(seed, "drift", name, pair.groups.names[i]) for i in chosen], dtype=np.int64
    )


def _as_rows(
    pair: Pair,
    name: str,
    measured: str,
    chosen: NDArray[np.int64],
    shift: Shift,
    sides: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> list[ColumnDriftRow]:
    rows = []
    for k, i in enumerate(chosen):
        n, m = (int(side[k].sum()) for side in sides)
        rows.append(
            ColumnDriftRow(
                pair.groups.names[i],
                name,
                measured,
                n,
                m,
                float(shift.value[k]),
                Estimate(float(shift.adjusted[k]), float(shift.low[k]), float(shift.high[k])),
                float(shift.cautious[k]),
                float(shift.se[k]),
                float(shift.p[k]),
                int(shift.draws[k]),
            )
        )
    return rows


# -- rows as a whole -------------------------------------------------------------------------------


def _group_rows(pair: Pair, columns: Sequence[ColumnDriftRow]) -> tuple[GroupDriftRow, ...]:
    by_group: dict[Group, list[ColumnDriftRow]] = {}
    for column in columns:
        by_group.setdefault(column.group, []).append(column)
    judgeable = _judgeable(pair)
    rows = []
    for i, group in enumerate(pair.groups.names):
        n, m = (int(side[i]) for side in pair.rows)
        if not judgeable[i]:
            if pair.groups.labelled[i]:
                rows.append(_unjudged(group, n, m))
            continue
        rows.append(_group_row(pair, i, by_group.get(group, [])))
        pair.progress("drift", 0.6 + 0.4 * (i + 1) / len(pair.groups))
    return tuple(rows)


def _unjudged(group: Group, n: int, m: int) -> GroupDriftRow:
    nan, none = float("nan"), Estimate.unknown()
    return GroupDriftRow(
        group, n, m, 0, None, none, nan, nan, (0, 0), none, nan, nan, (0, 0), None, nan, nan, nan,
        nan,
    )  # fmt: skip


def _group_row(pair: Pair, i: int, columns: Sequence[ColumnDriftRow]) -> GroupDriftRow:
    group = pair.groups.names[i]
    n, m = (int(side[i]) for side in pair.rows)
    real, synthetic = (side.of(i) for side in pair.samples)
    inside = np.flatnonzero(pair.inside[i])
    confidence = pair.settings.confidence
    crossing = np.array([j for j in pair.crossed if pair.inside[i, j]], dtype=np.int64)
    coarse = [_coarse(pair, rows, crossing) for rows in (real, synthetic)]
    sizes = [int(pair.recodings[pair.attributes[j].name].max()) + 1 for j in crossing]
    crossed = pair_drift(coarse[0], coarse[1], sizes, confidence=confidence)
    worst = max(columns, key=lambda c: (_excess(c), c.attribute), default=None)
    most = pair.settings.classifier_rows
    auc, auc_p, auc_error = _auc(pair, group, inside, real, synthetic)
    worst_pair, worst_value = _worst_pair(pair, crossing, crossed.value, crossed.null_rms)
    return GroupDriftRow(
        group=group,
        real=n,
        synthetic=m,
        columns=len(inside),
        worst_column=worst.attribute if worst else None,
        auc=auc,
        auc_p=auc_p,
        auc_error=auc_error,
        auc_rows=(min(len(real), most), min(len(synthetic), most)),
        pair_rows=(len(real), len(synthetic)),
        pairs=crossed.mean,
        pairs_p=crossed.p,
        pairs_error=crossed.error,
        worst_pair=worst_pair,
        worst_pair_value=worst_value,
        detectable_shift=float(detectable_mean_shift(n, m, power=_POWER, confidence=confidence)),
        detectable_share=float(
            detectable_share_shift(n, m, share=0.5, power=_POWER, confidence=confidence)
        ),
        detectable_auc=float(
            detectable_auc(min(n, most), min(m, most), power=_POWER, confidence=confidence)
        ),
    )


def _excess(column: ColumnDriftRow) -> float:
    """How far a column has moved, on a scale that numbers and categories share."""
    value = 0.0 if np.isnan(column.shift.value) else column.shift.value
    return value / 2.5 if column.measure == "shift" else value


def _coarse(pair: Pair, rows: NDArray[np.uint16], inside: NDArray[np.int64]) -> NDArray[np.uint8]:
    tables = [pair.recodings[pair.attributes[j].name] for j in inside]
    parts = [table[rows[:, j]] for table, j in zip(tables, inside, strict=True)]
    return np.column_stack(parts) if parts else np.zeros((len(rows), 0), dtype=np.uint8)


def _worst_pair(
    pair: Pair,
    inside: NDArray[np.int64],
    value: NDArray[np.float64],
    null: NDArray[np.float64],
) -> tuple[str | None, float]:
    if value.size == 0:
        return None, float("nan")
    beyond = np.sqrt(np.maximum(0, value**2 - null**2))
    k = int(beyond.argmax())
    first, second = np.triu_indices(len(inside), k=1)
    names = [pair.attributes[inside[index]].name for index in (first[k], second[k])]
    return " × ".join(names), float(beyond[k])


def _auc(
    pair: Pair,
    group: Group,
    inside: NDArray[np.int64],
    real: NDArray[np.uint16],
    synthetic: NDArray[np.uint16],
) -> tuple[Estimate, float, float]:
    """Chance of telling real from synthetic, on the bounded sample of rows."""
    nan = float("nan")
    most = pair.settings.classifier_rows
    real, synthetic = real[:most], synthetic[:most]
    if min(len(real), len(synthetic)) < _FEWEST or len(inside) == 0:
        return Estimate.unknown(), nan, nan
    seed = stream_seed(pair.settings.seed, "classifier", "", group)
    return classify(pair, inside, real, synthetic, seed)


def classify(
    pair: Pair,
    inside: NDArray[np.int64],
    real: NDArray[np.uint16],
    synthetic: NDArray[np.uint16],
    seed: int,
) -> tuple[Estimate, float, float]:
    """Fit the classifier two-sample test on coded rows: estimate, two-sided p, standard error.

    In large groups a fifth of the permutations gives the spread of the null, which is normal
    there; in small ones the permutations themselves are counted.
    """
    settings = pair.settings
    codings = [pair.attributes[j] for j in inside]
    rows = np.concatenate([real, synthetic])[:, inside]
    on_a_line = [k for k, coding in enumerate(codings) if ordered(coding)]
    others = [k for k, coding in enumerate(codings) if not ordered(coding)]
    positions = [_place(pair, codings[k])[rows[:, k]] for k in on_a_line]
    features = design_matrix(
        rows[:, others].astype(np.int64),
        np.column_stack(positions) if positions else np.zeros((len(rows), 0)),
        landmarks=_LANDMARKS,
        rarest=_RAREST,
        seed=seed,
    )
    large = min(len(real), len(synthetic)) >= settings.closed_form_from
    found = two_sample_auc(
        features[: len(real)],
        features[len(real) :],
        folds=_FOLDS,
        permutations=max(settings.classifier_permutations // (5 if large else 1), 39),
        seed=seed,
        confidence=settings.confidence,
    )
    p = found.p
    if large and found.null_sd > 0:
        p = float(2 * ndtr(-abs(found.auc - 0.5) / found.null_sd))
    return Estimate(found.auc, found.low, found.high), p, found.se


def _place(pair: Pair, coding: Coding) -> NDArray[np.float64]:
    """Mid-ranks of an ordered column's codes among all real rows."""
    middle = places(pair, coding)
    assert middle is not None
    return middle


# -- pairs over everyone ---------------------------------------------------------------------------


def _pair_rows(pair: Pair) -> tuple[PairDriftRow, ...]:
    rows = []
    for (first, second), (real, synthetic) in pair.pair_tables.items():
        flat = [side.reshape(1, -1) for side in (real, synthetic)]
        used = (flat[0] + flat[1]).ravel() > 0
        shift = categorical_shift(
            flat[0][:, used],
            flat[1][:, used],
            confidence=pair.settings.confidence,
            seeds=np.array([stream_seed(pair.settings.seed, "pairs", f"{first}|{second}", ())]),
            closed_form_from=pair.settings.closed_form_from,
            max_draws=pair.settings.max_draws,
        )
        rows.append(
            PairDriftRow(
                (), first, second, float(shift.value[0]),
                Estimate(float(shift.adjusted[0]), float(shift.low[0]), float(shift.high[0])),
                float(shift.p[0]),
            )
        )  # fmt: skip
    return tuple(rows)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    return drift_verdicts.judge(tables, settings)
