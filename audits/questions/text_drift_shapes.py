"""Drift of texts: their lengths and how hard they are to read, group by group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.corpus.readability import Shapes, shapes
from audits.estimates import Estimate
from audits.formulas.shifts import numeric_shift
from audits.questions.text_drift_rows import TextShapeRow
from audits.seeds import stream_seed

Floats = NDArray[np.float64]
_GROUPS_AT_ONCE = 200
_NAN = float("nan")


def shapes_of(corpora: Corpora) -> list[Shapes]:
    """The shapes of the real texts, where there are any, and of the synthetic ones."""
    chosen = [corpora.synthetic] if corpora.real is None else [corpora.real, corpora.synthetic]
    return [shapes(collection, corpora.language) for collection in chosen]


def numbers_of(found: Shapes) -> dict[str, Floats]:
    """What is measured of every text, by name."""
    named = {
        "words per text": found.words.astype(np.float64),
        "words per sentence": found.sentence_length,
        "letters per word": found.word_length,
        "LIX": found.lix,
    }
    ease = found.reading_ease
    return named if ease is None else named | {"reading ease": ease}


def features_of(found: Shapes) -> Floats:
    """The same as columns, the words per text on a scale on which twice is a step."""
    named = numbers_of(found)
    named["words per text"] = np.log1p(named["words per text"])
    return np.column_stack(list(named.values()))


def shape_rows(corpora: Corpora, found: Sequence[Shapes]) -> list[TextShapeRow]:
    """Compare every measure in every group, all texts counted."""
    named = [numbers_of(one) for one in found]
    rows: list[TextShapeRow] = []
    for name in named[0]:
        values = [one[name] for one in named]
        rows += _alone(corpora, name, values[0]) if corpora.alone else _rows(corpora, name, values)
    return sorted(rows, key=lambda row: (row.group, row.attribute))


def _alone(corpora: Corpora, name: str, values: Floats) -> list[TextShapeRow]:
    """What there is to say of synthetic texts alone: their means."""
    belongs = corpora.groups.belongs[corpora.sides[0]].T.tocsr()
    counts, means = _means(belongs, values)
    nothing = (_NAN, Estimate.unknown(), _NAN, _NAN, _NAN, 0)
    return [
        TextShapeRow(group, name, 0, int(counts[g]), _NAN, float(means[g]), *nothing)
        for g, group in enumerate(corpora.groups.names)
    ]


def _means(belongs: sparse.csr_array, values: Floats) -> tuple[Floats, Floats]:
    """How many texts of every group have a value, and its mean over them."""
    known = ~np.isnan(values)
    counts = belongs @ known.astype(np.float64)
    sums = belongs @ np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts > 0, sums / counts, np.nan)
    return counts, means


def _rows(corpora: Corpora, name: str, values: Sequence[Floats]) -> list[TextShapeRow]:
    scale = _scale(values)
    if scale == 0:
        return []
    places, codes = _places(values, corpora.settings.numeric_levels)
    belongs = [corpora.groups.belongs[side].T.tocsr() for side in (0, corpora.sides[0])]
    sides = [_means(matrix, one) for matrix, one in zip(belongs, values, strict=True)]
    rows: list[TextShapeRow] = []
    for begin in range(0, len(corpora.groups.names), _GROUPS_AT_ONCE):
        chosen = np.arange(begin, min(begin + _GROUPS_AT_ONCE, len(corpora.groups.names)))
        counts = [
            _counts(matrix[chosen], code, len(places))
            for matrix, code in zip(belongs, codes, strict=True)
        ]
        rows += _shifted(corpora, name, chosen, counts, places, scale, sides)
    return rows


def _scale(values: Sequence[Floats]) -> float:
    """Standard deviation of all real texts; of all texts where the real ones do not differ."""
    for chosen in (values[0], np.concatenate(values)):
        known = chosen[~np.isnan(chosen)]
        if len(known) and known.std() > 0:
            return float(known.std())
    return 0.0


def _places(values: Sequence[Floats], levels: int) -> tuple[Floats, list[NDArray[np.int64]]]:
    """Points on a line, at quantiles of both sides where there are many, and the one of each text.

    A text without a value has -1.
    """
    pooled = np.concatenate([one[~np.isnan(one)] for one in values])
    points = np.unique(pooled)
    if len(points) > levels:
        ends = np.unique(np.quantile(pooled, np.linspace(0, 1, levels + 1)[1:], method="higher"))
    else:
        ends = points
    codes = [np.where(np.isnan(one), -1, np.searchsorted(ends, one)) for one in values]
    every = np.concatenate([code[code >= 0] for code in codes])
    sums = np.bincount(every, weights=pooled, minlength=len(ends))
    return sums / np.maximum(np.bincount(every, minlength=len(ends)), 1), codes


def _counts(
    belongs: sparse.csr_array, codes: NDArray[np.int64], places: int
) -> NDArray[np.float64]:
    """Texts of every group at every point."""
    known = np.flatnonzero(codes >= 0)
    ones = np.ones(len(known))
    at = sparse.csr_array((ones, (known, codes[known])), shape=(len(codes), places))
    found: NDArray[np.float64] = (belongs.astype(np.float64) @ at).toarray()
    return found


def _shifted(
    corpora: Corpora,
    name: str,
    chosen: NDArray[np.int64],
    counts: Sequence[Floats],
    places: Floats,
    scale: float,
    sides: Sequence[tuple[Floats, Floats]],
) -> list[TextShapeRow]:
    settings = corpora.settings
    names = [corpora.groups.names[g] for g in chosen]
    seeds = [stream_seed(settings.seed, "text_drift", name, group) for group in names]
    shift = numeric_shift(
        counts[0], counts[1], places, scale, confidence=settings.confidence,
        seeds=np.array(seeds, dtype=np.int64), closed_form_from=settings.closed_form_from,
        max_draws=settings.max_draws,
    )  # fmt: skip
    rows = []
    for k, (g, group) in enumerate(zip(chosen, names, strict=True)):
        n, m = (int(side[0][g]) for side in sides)
        means = [float(side[1][g]) for side in sides]
        few = min(n, m) < settings.fewest_texts
        estimate = Estimate(float(shift.adjusted[k]), float(shift.low[k]), float(shift.high[k]))
        rows.append(
            TextShapeRow(
                group, name, n, m, means[0], means[1], _NAN if few else float(shift.value[k]),
                Estimate.unknown() if few else estimate,
                float(shift.cautious[k]), float(shift.se[k]), float(shift.p[k]),
                int(shift.draws[k]),
            )
        )  # fmt: skip
    return rows
