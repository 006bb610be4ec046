"""Debris: what is broken or repeated in the texts, and on whom does it fall?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.corpus.corpora import Corpora
from audits.corpus.debris import KINDS, debris
from audits.corpus.near_duplicates import near_duplicates
from audits.estimates import Estimate
from audits.formulas.differences import share_difference
from audits.formulas.flag_rates import more_than_rest_p
from audits.formulas.ratios import koopman
from audits.formulas.shares import wilson
from audits.questions import text_debris_verdicts
from audits.questions.text_debris_rows import DebrisRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Debris"
ASKS = "What is broken or repeated in the texts, and on whom does it fall?"
SETTINGS = (
    "debris_watch", "debris_problem", "debris_uneven", "debris_words", "debris_similarity",
    "fewest_texts",
)  # fmt: skip
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": DebrisRow, "kinds": DebrisRow}

Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
_NAME = "text_debris"


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Look at every text, and count by group what is broken or repeated."""
    counted = _counted(corpora)
    groups = range(len(corpora.groups.names))
    anything = len(KINDS)
    kinds = [k for k in range(len(KINDS)) if counted.hits[:, 0, k].any()]
    return {
        "groups": tuple(_row(corpora, counted, g, anything) for g in groups),
        "kinds": tuple(_row(corpora, counted, g, k) for g in groups for k in kinds),
    }


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, and one per kind of debris for all texts together."""
    return text_debris_verdicts.judge(tables, settings)


@dataclass(frozen=True)
class _Counted:
    """Texts per side (real, synthetic) and group; hits also per kind, the last being any."""

    texts: Int64
    hits: Int64
    fewest: Int64
    """Per group and kind, the smallest number of texts that follows from groups like it."""


def looked_at(corpora: Corpora) -> tuple[tuple[int, dict[str, Bools]], ...]:
    """Return for the synthetic, and the real, collection which texts are of which kind."""
    sides = [side for side in corpora.sides if side is not None]
    ordered = sorted(sides)
    duplicates = near_duplicates(
        [corpora.collections[side] for side in ordered],
        similarity=corpora.settings.debris_similarity,
        told=lambda share: corpora.progress(_NAME, 0.6 * share),
    )
    found = []
    for place, side in enumerate(sides):
        at = ordered.index(side)
        found.append(
            (
                side,
                debris(
                    corpora.collections[side],
                    duplicates,
                    at,
                    fewest_words=corpora.settings.debris_words,
                    told=partial(_told, corpora, place, len(sides)),
                ),
            )
        )
    return tuple(found)


def _told(corpora: Corpora, place: int, of: int, share: float) -> None:
    corpora.progress(_NAME, 0.6 + 0.35 * (place + share) / of)


def _counted(corpora: Corpora) -> _Counted:
    groups, kinds = len(corpora.groups.names), len(KINDS)
    texts = np.zeros((2, groups), dtype=np.int64)
    hits = np.zeros((2, groups, kinds + 1), dtype=np.int64)
    for side, found in looked_at(corpora):
        place = 0 if side != corpora.sides[0] else 1
        marks = np.stack([found[kind] for kind in KINDS], axis=1)
        every = np.column_stack([marks, marks.any(axis=1)]).astype(np.int64)
        belongs = corpora.groups.belongs[side]
        texts[place] = corpora.groups.counts(side)
        hits[place] = np.asarray(belongs.T.astype(np.int64) @ every)
    return _Counted(texts, hits, _fewest(corpora, texts, hits))


def _fewest(corpora: Corpora, texts: Int64, hits: Int64) -> Int64:
    """The smallest number above none of hits, of other texts, and of what groups leave over."""
    names = corpora.groups.names
    features = [tuple(feature for feature, _ in name) for name in names]
    least = np.full(hits.shape[1:], np.iinfo(np.int64).max)
    parts = np.concatenate([hits, texts[:, :, None] - hits])
    for own in set(features):
        members = np.array([f == own for f in features])
        inside = parts[:, members]
        left = np.abs(parts[:, :1] - inside.sum(axis=1, keepdims=True))
        both = np.concatenate([inside, left], axis=1)
        smallest = np.where(both > 0, both, np.iinfo(np.int64).max).min(axis=(0, 1))
        least[members] = smallest
    return np.where(least == np.iinfo(np.int64).max, 0, least)


def _row(corpora: Corpora, counted: _Counted, group: int, kind: int) -> DebrisRow:
    confidence = corpora.settings.confidence
    n, m = (int(one) for one in counted.texts[:, group])
    x, y = (int(one) for one in counted.hits[:, group, kind])
    others = int(counted.texts[1, 0]) - m
    elsewhere = int(counted.hits[1, 0, kind]) - y
    by_kind = counted.hits[1, group, : len(KINDS)]
    most = int(np.argmax(by_kind))
    return DebrisRow(
        group=corpora.groups.names[group],
        attribute=KINDS[kind] if kind < len(KINDS) else None,
        real=n,
        synthetic=m,
        hits_real=x,
        hits_synthetic=y,
        real_share=_share(x, n, confidence),
        synthetic_share=_share(y, m, confidence),
        more=_more(y, m, x, n, confidence),
        elsewhere=elsewhere / others if others else float("nan"),
        times=_times(y, m, elsewhere, others, confidence),
        times_p=float(more_than_rest_p(y, m, y + elsewhere, m + others)) if others else 1.0,
        most=KINDS[most] if by_kind[most] else None,
        most_hits=int(by_kind[most]),
        alone=corpora.real is None,
        fewest=int(counted.fewest[group, kind]),
    )


def _share(hits: int, of: int, confidence: float) -> Estimate:
    if not of:
        return Estimate.unknown()
    low, high = wilson(hits, of, confidence=confidence)
    return Estimate(hits / of, float(low), float(high))


def _more(y: int, m: int, x: int, n: int, confidence: float) -> Estimate:
    if not (m and n):
        return Estimate.unknown()
    found = share_difference(y, m, x, n, confidence=confidence)
    return Estimate(*(float(one) for one in found))


def _times(y: int, m: int, elsewhere: int, others: int, confidence: float) -> Estimate:
    """How many times as often it falls on a group as on all others."""
    if not (m and others and (y or elsewhere)):
        return Estimate.unknown()
    low, high = koopman(y, m, elsewhere, others, confidence=confidence)
    value = (y / m) / (elsewhere / others) if elsewhere else float("inf")
    return Estimate(value, float(low), float(high))
