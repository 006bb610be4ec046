"""Seeds: on how many real texts do the synthetic ones rest?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import stdtr, stdtrit

from audits.corpus.collection import Collection
from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.ancestors import EffectiveAncestors, basis_interval, effective_ancestors
from audits.formulas.grams import gram_numbers
from audits.formulas.kappa import Pool, kappa
from audits.formulas.kappa_inference import kappa_jackknife
from audits.formulas.sources_behind import meeting_error, sources_behind
from audits.questions import text_seeds_verdicts
from audits.questions.text_seeds_rows import SeedRow
from audits.results import Finding, Group, Row
from audits.seeds import stream, stream_seed
from audits.settings import Settings

TITLE = "Seeds"
ASKS = "On how many real texts do the synthetic ones rest?"
SETTINGS = (
    "basis_problem", "basis_ample", "amplification_limit", "kappa_watch", "kappa_problem",
    "support_problem", "seed_texts", "fewest_texts",
)  # fmt: skip
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": SeedRow}

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NAME = "text_seeds"
_FEWEST = 10  # real texts below which the spread says nothing
_SPLIT_TEXTS = 12_000  # splits x texts: many splits for few texts, few for many
_JACKKNIFE_UP_TO = 150
_WEIGHED = 0.2
"""Share of the work that is done when words and pairs have their weights."""


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Find the nearest real text of the synthetic texts of every group."""
    if corpora.real is None:
        return {"groups": ()}
    vectors = _Vectors(corpora)
    rows: list[Row] = []
    groups = corpora.groups.names
    for g, name in enumerate(groups):
        rows.append(_row(corpora, vectors, g, name))
        corpora.progress(_NAME, _WEIGHED + (1 - _WEIGHED) * (g + 1) / len(groups))
    return {"groups": tuple(rows)}


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: on how many real texts it rests, and how evenly it uses them."""
    return text_seeds_verdicts.judge(tables, settings)


# -- texts as vectors ------------------------------------------------------------------------------


class _Vectors:
    """Texts of length 1: words, and pairs of words, weighted by how few texts have them.

    The texts of both sides count: a word of a real text is in one real text at least, its own, and
    weights from real texts alone would set fresh real texts apart from those they are compared
    with.
    """

    def __init__(self, corpora: Corpora) -> None:
        real = corpora.real
        assert real is not None
        self.sides = [[_grams(one, n) for n in (1, 2)] for one in (real, corpora.synthetic)]
        every = real.documents + corpora.synthetic.documents
        self._weights: list[tuple[Ints, Floats]] = []
        for k in range(2):
            found = []
            for place, side in enumerate(self.sides):
                found.append(_once(*side[k]))
                corpora.progress(_NAME, _WEIGHED * (2 * k + place + 0.5) / 4)
            known, texts = np.unique(np.concatenate(found), return_counts=True)
            self._weights.append((known, np.log((1 + every) / (1 + texts)) + 1))

    def of(self, real: Ints, synthetic: Ints) -> sparse.csr_array:
        """Return the vectors of some real texts, and of some synthetic ones below them."""
        parts = []
        for k in range(2):
            both = [_some(self.sides[side][k], chosen) for side, chosen in
                    enumerate((real, synthetic))]  # fmt: skip
            numbers = np.concatenate([numbers for numbers, _ in both])
            document = np.concatenate([both[0][1], both[1][1] + len(real)])
            there, column = np.unique(numbers, return_inverse=True)
            known, weights = self._weights[k]
            idf = weights[np.searchsorted(known, there)]
            shape = (len(real) + len(synthetic), len(there))
            data = np.ones(len(numbers))
            counts = sparse.csr_array((data, (document, column.reshape(-1))), shape=shape)
            parts.append(_of_length_one(counts @ sparse.diags_array(idf)))
        joined: sparse.csr_array = sparse.hstack(parts, format="csr") * np.sqrt(0.5)
        return joined


def _grams(collection: Collection, n: int) -> tuple[Ints, Ints]:
    """Numbers of words or pairs that mean the same in every collection of one vocabulary."""
    words = collection.words
    if n == 1:
        return words.ids.astype(np.int64), words.starts
    _, starts = gram_numbers(words.ids, words.starts, n=2)
    lengths = np.diff(starts)
    place = np.repeat(words.starts[:-1] - starts[:-1], lengths) + np.arange(starts[-1])
    size = len(collection.vocabulary.words)
    return words.ids[place].astype(np.int64) * size + words.ids[place + 1], starts


def _once(numbers: Ints, starts: Ints) -> Ints:
    """Every number as often as there are texts that have it."""
    texts = len(starts) - 1
    span = int(numbers.max(initial=0)) + 1
    if span * texts >= 2**63:
        known, place = np.unique(numbers, return_inverse=True)
        return known[_once(place.reshape(-1), starts)]
    both = np.sort(np.repeat(np.arange(texts), np.diff(starts)) * span + numbers)
    first = np.append(True, both[1:] != both[:-1])[: len(both)]
    once: Ints = both[first] % span
    return once


def _some(grams: tuple[Ints, Ints], documents: Ints) -> tuple[Ints, Ints]:
    numbers, starts = grams
    lengths = np.diff(starts)[documents]
    first = np.concatenate([[0], np.cumsum(lengths)])
    place = np.repeat(starts[:-1][documents] - first[:-1], lengths) + np.arange(first[-1])
    return numbers[place], np.repeat(np.arange(len(documents)), lengths)


def _of_length_one(counts: sparse.csr_array) -> sparse.csr_array:
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    scaled: sparse.csr_array = sparse.diags_array(1 / np.maximum(lengths, 1e-12)) @ counts
    return scaled


# -- a group ---------------------------------------------------------------------------------------


def _row(corpora: Corpora, vectors: _Vectors, g: int, name: Group) -> SeedRow:
    settings, synthetic = corpora.settings, corpora.synthetic
    real = corpora.real
    assert real is not None
    of_real = corpora.groups.members(0, g)
    of_synthetic = corpora.groups.members(corpora.sides[0], g)
    n, m = len(of_real), len(of_synthetic)
    if min(n, m) < settings.fewest_texts:
        return _empty(name, n, m)
    most = settings.seed_texts
    keys = [stream_seed(settings.seed, _NAME, side, name) for side in ("real", "synthetic")]
    searched = real.drawn(of_real, most, key=keys[0])
    queries = synthetic.drawn(of_synthetic, most, key=keys[1])
    pool = _pool(real, synthetic, vectors, searched, queries)
    found, weights = _sources(pool)
    spread, p = _spread(pool, weights, corpora, name)
    complete = len(searched) == n and len(queries) == m
    seeds = min(_seeds(found, spread.value, complete=len(searched) == n), float(n))
    ends = basis_interval(seeds, spread.value, spread.low, spread.high, people=float(n))
    alike = 1 - pool.distances
    nearest = alike.max(axis=0)[pool.synthetic > 0] @ pool.synthetic[pool.synthetic > 0]
    return SeedRow(
        group=name,
        real=n,
        synthetic=m,
        searched=len(searched),
        queries=len(queries),
        complete=complete,
        seeds=Estimate(seeds, *ends),
        fresh=min(seeds / spread.value, float(n)) if spread.known else float("nan"),
        times=m / seeds,
        top5_share=found.top5_share,
        spread=spread,
        spread_p=p,
        nearest=float(nearest) / len(queries),
        nearest_real=_among_real(alike, np.bincount(pool.real)),
    )


def _empty(name: Group, n: int, m: int) -> SeedRow:
    nan, unknown = float("nan"), Estimate.unknown()
    return SeedRow(name, n, m, 0, 0, False, unknown, nan, nan, nan, unknown, nan, nan, nan)


def _pool(
    real: Collection, synthetic: Collection, vectors: _Vectors, searched: Ints, queries: Ints
) -> Pool:
    """Different texts, who holds them, and how unlike the real ones they are; real ones first."""
    content = np.concatenate([real.content[searched], synthetic.content[queries]])
    is_real = np.arange(len(content)) < len(searched)
    _, first, of_text = np.unique(content, return_index=True, return_inverse=True)
    of_text = of_text.reshape(-1)
    counts = [np.bincount(of_text[side], minlength=len(first)) for side in (is_real, ~is_real)]
    order = np.argsort(counts[0] == 0, kind="stable")
    rows = vectors.of(searched, queries)[first[order]]
    base = rows[: int(np.count_nonzero(counts[0]))]
    distances = (1 - (base @ rows.T).toarray()).astype(np.float32)
    held = counts[0][order]
    return Pool(
        codes=np.empty((0, 0), dtype=np.int64),
        positions=(),
        real=np.repeat(np.arange(len(order)), held),
        synthetic=counts[1][order],
        holdout=None,
        distances=np.round(distances, 6),
    )


def _sources(pool: Pool) -> tuple[EffectiveAncestors, Floats]:
    """How many synthetic texts each real one is nearest to; ties are shared."""
    asking = np.flatnonzero(pool.synthetic)
    near = pool.distances[:, asking]
    tied = near == near.min(axis=0)
    holders = np.bincount(pool.real, minlength=len(near))
    shared = holders @ tied
    texts = pool.synthetic[asking]
    per_text = tied @ (texts / shared)
    weights = np.repeat(per_text, holders)
    found = effective_ancestors(
        weights, self_pairs=float((texts / shared).sum()), cells=int(np.count_nonzero(per_text))
    )
    return found, weights


def _seeds(found: EffectiveAncestors, spread: float, *, complete: bool) -> float:
    """Real texts in effect: both numbers err low where texts are few, so the larger stands."""
    if np.isnan(found.n2) or np.isinf(found.n2):
        return float("inf")
    seen = max(found.n1, found.n2)
    if complete or np.isnan(spread):
        return seen
    return max(seen, float(sources_behind(1 / found.n2, spread)))


class _Ratio(NamedTuple):
    value: float
    error: float
    freedom: float


def _spread(pool: Pool, weights: Floats, corpora: Corpora, name: Group) -> tuple[Estimate, float]:
    """How widely synthetic texts are spread over real ones, beside fresh real texts."""
    n, confidence = len(pool.real), corpora.settings.confidence
    if n < _FEWEST:
        return Estimate.unknown(), float("nan")
    splits = int(np.clip(_SPLIT_TEXTS // n, 12, 200))
    rng = stream(corpora.settings.seed, _NAME, "spread", name)
    if n <= _JACKKNIFE_UP_TO:
        left = kappa_jackknife(pool, splits=min(splits, 60), confidence=confidence, rng=rng)
        found = _Ratio(left.value, left.error, n - 1.0)
    else:
        own = meeting_error(weights, rows=float(pool.synthetic.sum()))
        error = float(np.hypot(own, meeting_error(weights, rows=n / 2)))
        found = _Ratio(kappa(pool, splits=splits, rng=rng), error, float("inf"))
    if np.isnan(found.value) or np.isnan(found.error):
        return Estimate.unknown(), float("nan")
    reach = float(np.exp(_quantile(found.freedom, 0.5 + confidence / 2) * found.error))
    p = _lower(found.freedom, np.log(found.value) / max(found.error, 1e-9))
    return Estimate(found.value, found.value / reach, found.value * reach), p


def _quantile(freedom: float, at: float) -> float:
    return float(stdtrit(min(freedom, 1e6), at))


def _lower(freedom: float, t: float) -> float:
    return float(stdtr(min(freedom, 1e6), t))


def _among_real(alike: NDArray[np.float32], holders: Ints) -> float:
    """Mean likeness of a real text to its nearest other real text."""
    own = alike[:, : len(holders)].copy()
    np.fill_diagonal(own, np.where(holders > 1, 1.0, -1.0))
    return float(own.max(axis=1) @ holders / holders.sum())
