"""The widest gap between the groups of each feature, and of each crossing, beside its null."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from audits.formulas.gaps import Gaps, gaps_beside_null, spread_beyond_chance
from audits.questions.fairness_measures import Measure
from audits.questions.fairness_rates import Rates
from audits.questions.fairness_rows import DisparityRow
from audits.questions.fairness_train import Trial
from audits.seeds import stream
from audits.settings import Settings

Places = NDArray[np.int64]
_DRAWS = 1999
_OF_TWO = {
    "demographic parity": ("selection rate",),
    "equalized odds": ("true positive rate", "false positive rate"),
    "accuracy": ("accuracy",),
}
"""Which rates each gap is the widest of; for more than two classes it is accuracy alone."""


def gap_rows(trial: Trial, rates: Rates, settings: Settings) -> tuple[DisparityRow, ...]:
    """Return the widest gaps of the first round by either model; of a numeric target, none.

    Groups of one feature, or of one crossing, are different people, so that each set of them has
    a null of its own. Groups with a missing label are no groups to be equal with.
    """
    if trial.kind == "numeric":
        return ()
    known = {measure.metric: measure for measure in rates.measures}
    wanted = _OF_TWO if trial.kind == "binary" else {"accuracy": ("accuracy",)}
    return tuple(
        row
        for features, places in sets_of(trial)
        for shown, model in rates.models.items()
        for metric, of in wanted.items()
        for row in _rows(
            (features, shown, metric), [_counts(known[one], model, places) for one in of], settings
        )
    )


def sets_of(trial: Trial) -> Iterator[tuple[str, Places]]:
    """Every feature and crossing, and where its groups stand."""
    sets: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(trial.groups.names):
        if name and trial.groups.labelled[place]:
            sets.setdefault(tuple(column for column, _ in name), []).append(place)
    for columns in sorted(sets, key=lambda columns: (len(columns), columns)):
        yield " × ".join(columns), np.array(sets[columns], dtype=np.int64)


def _counts(measure: Measure, model: str, places: Places) -> tuple[Places, Places]:
    return measure.hits[model][places], measure.of[model][places]


def _rows(
    names: tuple[str, str, str], counts: list[tuple[Places, Places]], settings: Settings
) -> list[DisparityRow]:
    """Return both forms of a gap; a group too small in every one of its rates is left out."""
    hits, of = (np.stack(side) for side in zip(*counts, strict=True))
    few = of < settings.fairness_fewest
    hits, of = np.where(few, 0, hits), np.where(few, 0, of)
    left_out = int(few.all(axis=0).sum())
    if ((~few).sum(axis=1) < 2).all():
        return []
    rng = stream(settings.seed, "fairness", f"gaps {names}", ())
    found = gaps_beside_null(hits, of, draws=_DRAWS, rng=rng)
    spreads = [spread_beyond_chance(*pair) for pair in zip(hits, of, strict=True)]
    compared = of.shape[1] - left_out
    return [
        DisparityRow(
            (),
            *names,
            form=form,
            groups=compared,
            left_out=left_out,
            **getattr(found, form)._asdict(),
            spread=float(np.nanmax(spreads)) if form == "difference" else float("nan"),
        )
        for form in Gaps._fields
    ]
