"""Drift of texts: whether real and synthetic texts can be told apart, and by which words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.classifier import two_sample_auc
from audits.formulas.gram_features import ridge_weights, text_features, varied_columns
from audits.questions.text_drift_rows import TextWordRow
from audits.questions.text_drift_samples import Bag, grams
from audits.questions.text_drift_vocabulary import Changed, difference, word_row
from audits.results import Group
from audits.seeds import stream_seed

Floats = NDArray[np.float64]
_FOLDS = 5
_PENALTY = 1.0  # that of the classifier
_NAN = float("nan")


class Apart(NamedTuple):
    """Chance of telling texts apart, two-sided p, standard error, and texts of either side."""

    auc: Estimate
    p: float
    error: float
    texts: tuple[int, int]


UNKNOWN = Apart(Estimate.unknown(), _NAN, _NAN, (0, 0))
NOTHING: dict[str, Any] = {
    "auc": Estimate.unknown(), "auc_p": _NAN, "auc_error": _NAN, "auc_texts": (0, 0),
    "auc_matched": False, "auc_whole": Estimate.unknown(), "auc_whole_p": _NAN,
}  # fmt: skip


@dataclass(frozen=True)
class _Features:
    """Texts as rows of numbers, and the words their first columns stand for."""

    rows: Floats
    presence: sparse.csr_array
    names: Sequence[str]


def apart(
    corpora: Corpora, group: Group, bags: tuple[Bag | None, Bag], lengths: Floats
) -> tuple[dict[str, Any], list[TextWordRow]]:
    """Tell texts apart, in stretches and as they are: fields of a group's row, and words.

    The first bag holds stretches, if texts are long enough, the second whole texts; `lengths` are
    further numbers of those.
    """
    matched, whole = bags
    told = UNKNOWN
    lines: list[TextWordRow] = []
    if matched is not None:
        told, lines = _told_apart(corpora, group, matched, None)
    complete, other_lines = _told_apart(corpora, group, whole, lengths)
    known = told.auc.known
    judged = told if known else complete
    return {
        "auc": judged.auc,
        "auc_p": judged.p,
        "auc_error": judged.error,
        "auc_texts": judged.texts,
        "auc_matched": known,
        "auc_whole": complete.auc,
        "auc_whole_p": complete.p,
    }, lines if known else other_lines


def _told_apart(
    corpora: Corpora, group: Group, bag: Bag, lengths: Floats | None
) -> tuple[Apart, list[TextWordRow]]:
    most = corpora.settings.classifier_rows
    few = min(bag.texts) < corpora.settings.fewest_texts
    if most == 0 or few or len(bag.ids) == 0:
        return UNKNOWN, []
    numbers = np.zeros((len(bag.starts) - 1, 0)) if lengths is None else lengths
    n, m = bag.texts
    keep = np.concatenate([np.arange(min(n, most)), n + np.arange(min(m, most))])
    made = _features(corpora, bag.first(most), numbers[keep])
    return _classified(corpora, group, made, min(n, most)), _telling(
        corpora, group, made, min(n, most)
    )


def _features(corpora: Corpora, bag: Bag, lengths: Floats) -> _Features:
    """The words and pairs of words that vary most among all texts."""
    found = [grams(bag, n) for n in (1, 2)]
    kept = [_common(one.presence, corpora.settings.drift_floor) for one in found]
    presence = sparse.hstack(
        [one.presence[:, columns] for one, columns in zip(found, kept, strict=True)], format="csr"
    )
    words = corpora.vocabulary.words
    names = [
        " ".join(words[w] for w in row)
        for one, columns in zip(found, kept, strict=True)
        for row in one.words[columns].tolist()
    ]
    chosen = varied_columns(presence, most=corpora.settings.drift_grams)
    there = presence[:, chosen]
    return _Features(text_features(there.toarray(), lengths), there, [names[c] for c in chosen])


def _common(presence: sparse.csr_array, floor: int) -> NDArray[np.int64]:
    return np.flatnonzero(np.asarray(presence.sum(axis=0)).ravel() >= floor).astype(np.int64)


def _classified(corpora: Corpora, group: Group, made: _Features, n: int) -> Apart:
    """Fit the classifier two-sample test; in large groups a fifth of the permutations does."""
    settings, m = corpora.settings, len(made.rows) - n
    if made.rows.shape[1] == 0:
        return UNKNOWN
    large = min(n, m) >= settings.closed_form_from
    found = two_sample_auc(
        made.rows[:n],
        made.rows[n:],
        folds=_FOLDS,
        permutations=max(settings.classifier_permutations // (5 if large else 1), 39),
        seed=stream_seed(settings.seed, "text_drift", "classifier", group),
        confidence=settings.confidence,
    )
    p = found.p
    if large and found.null_sd > 0:
        p = float(2 * ndtr(-abs(found.auc - 0.5) / found.null_sd))
    return Apart(Estimate(found.auc, found.low, found.high), p, found.se, (n, m))


def _telling(corpora: Corpora, group: Group, made: _Features, n: int) -> list[TextWordRow]:
    """The words and pairs of words with the largest weights."""
    if not made.names:
        return []
    synthetic = np.arange(len(made.rows)) >= n
    weights = ridge_weights(made.rows, synthetic, penalty=_PENALTY)[: len(made.names)]
    before, after = (
        np.asarray(made.presence[part].sum(axis=0)).ravel().astype(np.int64)
        for part in (~synthetic, synthetic)
    )
    kept = Changed(np.zeros((0, 1), dtype=np.int64), before, after, (n, len(made.rows) - n))
    change = difference(kept, corpora.settings.confidence)
    sizes = np.round(np.abs(weights), 9)
    order = np.argsort(-sizes, kind="stable")[: corpora.settings.drift_listed]
    return [
        word_row(group, rank, made.names[w], kept, int(w), change, weight=float(weights[w]))
        for rank, w in enumerate(order, start=1)
    ]
