"""Drift of texts: words that were lost, that are new, and that stand in more or fewer texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.differences import share_difference
from audits.formulas.document_drift import document_drift
from audits.formulas.fisher import fisher_two_sided_p
from audits.formulas.multiplicity import benjamini_hochberg
from audits.formulas.turnover import block_jackknife, turnover, unknown_words
from audits.questions.text_drift_rows import TextWordRow
from audits.questions.text_drift_samples import Bag, Grams, grams
from audits.results import Group
from audits.seeds import stream_seed
from audits.settings import Settings

_BLOCKS = 10
_FIFTH = 5  # of the dealings do where texts are many: the law of chance is then a normal one
_SURE = 0.05  # adjusted p up to which a word is counted as changed
_NAN = float("nan")
NOTHING: dict[str, Any] = {
    "vocabulary": Estimate.unknown(), "vocabulary_value": _NAN, "vocabulary_chance": _NAN,
    "vocabulary_p": _NAN, "vocabulary_texts": (0, 0), "drawn": 0,
    "lost": _NAN, "lost_by_chance": _NAN, "lost_beyond": Estimate.unknown(),
    "new": _NAN, "new_by_chance": _NAN, "new_beyond": Estimate.unknown(),
    "unknown": _NAN, "unknown_by_chance": _NAN, "unknown_beyond": Estimate.unknown(),
    "words": 0, "changed": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """Words, or pairs of words, and how many texts of either side hold each."""

    names: NDArray[np.int64]
    real: NDArray[np.int64]
    synthetic: NDArray[np.int64]
    texts: tuple[int, int]


def vocabulary(
    corpora: Corpora, group: Group, bag: Bag
) -> tuple[dict[str, Any], list[TextWordRow]]:
    """Compare the words of stretches of equal length: fields of a group's row, and words."""
    settings, n = corpora.settings, bag.real
    if min(bag.texts) < settings.fewest_texts:
        return dict(NOTHING), []
    found = grams(bag, 1)
    sides = found.counts[:n], found.counts[n:]
    large = min(bag.texts) >= settings.closed_form_from
    dealings = max(settings.classifier_permutations // (_FIFTH if large else 1), 39)
    drift = document_drift(
        *sides, dealings=dealings, confidence=settings.confidence,
        seed=stream_seed(settings.seed, "text_drift", "vocabulary", group),
    )  # fmt: skip
    changed = changes(found, n)
    lines, fields = _listed(corpora, group, changed)
    return {
        "vocabulary": Estimate(drift.adjusted, drift.low, drift.high),
        "vocabulary_value": drift.value,
        "vocabulary_chance": drift.null_rms,
        "vocabulary_p": drift.p,
        "vocabulary_texts": bag.texts,
        **_turned_over(sides, settings),
        **fields,
    }, lines


def changes(found: Grams, real: int) -> Changed:
    """Count the texts of either side that hold each word."""
    there = found.presence
    counts = [np.asarray(side.sum(axis=0)).ravel() for side in (there[:real], there[real:])]
    n = there.shape[0]
    before, after = (count.astype(np.int64) for count in counts)
    return Changed(found.words, before, after, (real, n - real))


def _turned_over(sides: tuple[sparse.csr_array, ...], settings: Settings) -> dict[str, Any]:
    """Words lost, new and unknown, beside what chance makes of them, by leaving out blocks."""
    texts = tuple(side.shape[0] for side in sides)
    drawn = int(min(n - -(-n // _BLOCKS) for n in texts) // 2)
    have, often, sizes = [], [], []
    for side in sides:
        place = np.arange(side.shape[0]) % _BLOCKS
        block = sparse.csr_array((np.ones(len(place)), (place, np.arange(len(place)))))
        there = side.copy()
        there.data = np.ones_like(there.data)
        have.append(np.asarray((block @ there).toarray(), dtype=np.int64))
        often.append(np.asarray((block @ side).toarray(), dtype=np.int64))
        sizes.append(np.bincount(place, minlength=_BLOCKS))

    def shares(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
        kept = (first, second)
        df = [one[k].sum(0) for one, k in zip(have, kept, strict=True)]
        tf = [one[k].sum(0) for one, k in zip(often, kept, strict=True)]
        n, m = (int(one[k].sum()) for one, k in zip(sizes, kept, strict=True))
        words = turnover(df[0], df[1], texts=(n, m), drawn=drawn)
        unknown = unknown_words(tf[0], tf[1], df[0], of=n)
        return np.array(
            [
                words.lost, words.lost_by_chance, words.lost - words.lost_by_chance,
                words.new, words.new_by_chance, words.new - words.new_by_chance,
                *unknown, unknown[0] - unknown[1],
            ]
        )  # fmt: skip

    found = block_jackknife(shares, (_BLOCKS, _BLOCKS), confidence=settings.confidence)
    named: dict[str, Any] = {"drawn": drawn}
    for k, name in enumerate(("lost", "new", "unknown")):
        named[name], named[f"{name}_by_chance"] = found[3 * k].value, found[3 * k + 1].value
        named[f"{name}_beyond"] = found[3 * k + 2]
    return named


def _listed(
    corpora: Corpora, group: Group, changed: Changed
) -> tuple[list[TextWordRow], dict[str, Any]]:
    """The words that changed most surely, and how many there are."""
    settings = corpora.settings
    there = np.flatnonzero(changed.real + changed.synthetic >= settings.drift_floor)
    if len(there) == 0:
        return [], {"words": 0, "changed": 0}
    kept = Changed(
        changed.names[there], changed.real[there], changed.synthetic[there], changed.texts
    )
    n, m = kept.texts
    change = difference(kept, settings.confidence)
    p = np.asarray(fisher_two_sided_p(kept.synthetic, m, kept.real, n), dtype=np.float64)
    adjusted = benjamini_hochberg(p)
    names = [corpora.vocabulary.words[w] for w in kept.names[:, 0]]
    order = np.lexsort((kept.names[:, 0], -np.abs(change[0]), p))[: settings.drift_listed]
    lines = [
        word_row(group, rank, names[w], kept, int(w), change, (float(p[w]), float(adjusted[w])))
        for rank, w in enumerate(order, start=1)
    ]
    return lines, {"words": len(there), "changed": int((adjusted <= _SURE).sum())}


def difference(kept: Changed, confidence: float) -> tuple[NDArray[np.float64], ...]:
    """Difference of the shares of texts with its interval."""
    n, m = kept.texts
    change = share_difference(kept.synthetic, m, kept.real, n, confidence=confidence)
    return tuple(np.asarray(part, dtype=np.float64) for part in change)


def word_row(
    group: Group,
    rank: int,
    words: str,
    kept: Changed,
    at: int,
    change: tuple[NDArray[np.float64], ...],
    p: tuple[float, float] = (_NAN, _NAN),
    weight: float = 0.0,
) -> TextWordRow:
    """Write a line about a word."""
    n, m = kept.texts
    real, synthetic = int(kept.real[at]), int(kept.synthetic[at])
    return TextWordRow(
        group, rank, words, n, m, real, synthetic, real / n, synthetic / m,
        Estimate(*(float(part[at]) for part in change)), *p, weight,
    )  # fmt: skip
