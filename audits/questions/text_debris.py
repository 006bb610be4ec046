"""Debris: what is broken or repeated in the texts, and on whom does it fall?"""

from __future__ import annotations

import numpy as np

from audits.corpus.corpora import Corpora
from audits.corpus.debris import COPIED, KINDS
from audits.estimates import Estimate
from audits.formulas.differences import square_and_add
from audits.formulas.flag_rates import more_than_rest_p
from audits.formulas.ratios import koopman
from audits.formulas.seen_share import seen_share
from audits.formulas.shares import wilson
from audits.questions import text_debris_verdicts
from audits.questions.text_debris_counts import ANY, Counted, counted
from audits.questions.text_debris_examples import example_rows
from audits.questions.text_debris_rows import DebrisExampleRow, DebrisRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Debris"
ASKS = "What is broken or repeated in the texts, and on whom does it fall?"
SETTINGS = (
    "debris_watch", "debris_problem", "debris_uneven", "debris_words", "debris_similarity",
    "fewest_texts",
)  # fmt: skip
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": DebrisRow,
    "kinds": DebrisRow,
    "examples": DebrisExampleRow,
}

_COPIED = KINDS.index(COPIED)


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Look at every text, and count by group what is broken or repeated."""
    found = counted(corpora)
    groups = range(len(corpora.groups.names))
    kinds = [k for k in range(len(KINDS)) if found.hits[:, 0, k].any()]
    return {
        "groups": tuple(_row(corpora, found, g, ANY) for g in groups),
        "kinds": tuple(_row(corpora, found, g, k) for g in groups for k in kinds),
        "examples": example_rows(corpora, found.looked),
    }


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, one per kind for all texts, and groups whose texts are copies."""
    return text_debris_verdicts.judge(tables, settings)


def _row(corpora: Corpora, found: Counted, group: int, kind: int) -> DebrisRow:
    confidence = corpora.settings.confidence
    n, m = (int(one) for one in found.texts[:, group])
    x, y = (int(one) for one in found.hits[:, group, kind])
    others = int(found.texts[1, 0]) - m
    elsewhere = int(found.hits[1, 0, kind]) - y
    by_kind = np.where(np.arange(len(KINDS)) == _COPIED, 0, found.hits[1, group, : len(KINDS)])
    most = int(np.argmax(by_kind))
    return DebrisRow(
        group=corpora.groups.names[group],
        attribute=None if kind == ANY else KINDS[kind],
        real=n,
        synthetic=m,
        hits_real=x,
        hits_synthetic=y,
        real_share=_share(x, n, confidence),
        synthetic_share=_share(y, m, confidence),
        more=_more(found, group, kind, confidence),
        elsewhere=elsewhere / others if others else float("nan"),
        times=_times(y, m, elsewhere, others, confidence),
        times_p=float(more_than_rest_p(y, m, y + elsewhere, m + others)) if others else 1.0,
        most=KINDS[most] if by_kind[most] else None,
        most_hits=int(by_kind[most]),
        alone=corpora.real is None,
        fewest=int(found.fewest[group, kind]),
    )


def _share(hits: float, of: int, confidence: float) -> Estimate:
    if not of:
        return Estimate.unknown()
    low, high = wilson(hits, of, confidence=confidence)
    return Estimate(hits / of, float(low), float(high))


def _more(found: Counted, group: int, kind: int, confidence: float) -> Estimate:
    """The synthetic share less the real one, of repeats among as many texts of either."""
    n, m = (int(one) for one in found.texts[:, group])
    if not (m and n):
        return Estimate.unknown()
    real, synthetic = (
        _share(float(share) * of, of, confidence)
        for share, of in zip(found.shares[:, group, kind], (n, m), strict=True)
    )
    if kind == _COPIED:
        alike, paired = int(found.hits[0, group, kind]), int(found.paired[group])
        real = seen_share(alike, paired, n, confidence=confidence)
    apart = square_and_add(_ends(synthetic), _ends(real))
    return Estimate(*(float(one) for one in apart))


def _ends(share: Estimate) -> tuple[float, float, float]:
    return share.value, share.low, share.high


def _times(y: int, m: int, elsewhere: int, others: int, confidence: float) -> Estimate:
    """How many times as often it falls on a group as on all others."""
    if not (m and others and (y or elsewhere)):
        return Estimate.unknown()
    low, high = koopman(y, m, elsewhere, others, confidence=confidence)
    value = (y / m) / (elsewhere / others) if elsewhere else float("inf")
    return Estimate(value, float(low), float(high))
