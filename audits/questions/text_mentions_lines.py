"""Mentions: counts of texts as shares, their ratios, and what a population has."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.ratios import koopman
from audits.formulas.shares import wilson
from audits.questions.text_mentions_counts import Counted
from audits.questions.text_mentions_rows import MentionRow, SilentRow
from audits.results import Group


def shares(count: npt.ArrayLike, of: npt.ArrayLike, confidence: float) -> list[Estimate]:
    """Return shares with their intervals; unknown where there is nothing to have a share of."""
    part, whole = np.broadcast_arrays(
        np.asarray(count, dtype=np.float64), np.asarray(of, dtype=np.float64)
    )
    low, high = (np.asarray(end) for end in wilson(part, whole, confidence=confidence))
    with np.errstate(invalid="ignore"):
        value = part / whole
    return [Estimate(*map(float, ends)) for ends in zip(value, low, high, strict=True)]


def ratios(
    synthetic: npt.ArrayLike, of_synthetic: int, real: npt.ArrayLike, of_real: int, level: float
) -> list[Estimate]:
    """Return ratios of shares with their intervals; unknown where both are nothing."""
    above, below = (np.asarray(count, dtype=np.float64) for count in (synthetic, real))
    totals = (np.full_like(above, of_synthetic), np.full_like(below, of_real))
    low, high = koopman(above, totals[0], below, totals[1], confidence=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (above / totals[0]) / (below / totals[1])
    ends = zip(value, np.asarray(low), np.asarray(high), strict=True)
    return [Estimate(*map(float, three)) for three in ends]


def group_rows(corpora: Corpora, found: Counted) -> tuple[MentionRow, ...]:
    """A row per group that is anywhere, or due; the others are named with their axis."""
    level, alone = corpora.settings.confidence, corpora.alone
    made, texts = found.there[0], found.texts[0]
    real, real_texts = (None, 0) if alone else (found.there[1], found.texts[1])
    known = np.zeros_like(made) if real is None else real
    share, share_real = shares(made, texts, level), shares(known, real_texts, level)
    ratio = ratios(made, texts, known, real_texts, level)
    base = (found.base[0], np.zeros_like(made) if alone else found.base[1])
    over = [shares(n, b, level) for n, b in zip((made, known), base, strict=True)]
    rows = []
    for i, group in enumerate(found.groups):
        due = corpora.reference.share(group) if corpora.reference and group else None
        if group and not (made[i] or known[i] or due):
            continue
        rows.append(
            MentionRow(
                group=group,
                by=found.by[i],
                real=int(known[i]),
                synthetic=int(made[i]),
                real_total=real_texts,
                synthetic_total=texts,
                real_share=share_real[i],
                synthetic_share=share[i],
                ratio=ratio[i],
                real_base=int(base[1][i]),
                synthetic_base=int(base[0][i]),
                reference_share=due,
                representation=over[1][i].over(due),
                representation_synthetic=over[0][i].over(due),
                labelled=found.labelled[i],
                alone=alone,
                fewest=_fewest(found, group),
            )
        )
    return (*rows, *_absent(corpora, found, {row.group for row in rows}))


def _absent(corpora: Corpora, found: Counted, seen: set[Group]) -> tuple[MentionRow, ...]:
    """Groups the reference has and no text does; of a column, or of an axis of the lexicon."""
    if corpora.reference is None:
        return ()
    level, rows = corpora.settings.confidence, []
    bases = _bases(found)
    for group, due in sorted(corpora.reference.shares.items()):
        features = tuple(column for column, _ in group)
        if group in seen or due <= 0 or features not in bases:
            continue
        by, base = bases[features]
        real_base = 0 if corpora.alone else base[1]
        texts = (found.texts[0], 0 if corpora.alone else found.texts[1])
        none = [shares([0], [n], level)[0] for n in (*texts, base[0], real_base)]
        rows.append(
            MentionRow(
                group, by, 0, 0, texts[1], texts[0], none[1], none[0], Estimate.unknown(),
                real_base, base[0], due, none[3].over(due), none[2].over(due), True,
                corpora.alone, _fewest(found, group),
            )
        )  # fmt: skip
    return tuple(rows)


def _fewest(found: Counted, group: Group) -> int:
    """Of crossings it is not told: their bases are never handed over."""
    return found.fewest.get(group[0][0], 0) if len(group) == 1 else 0


def _bases(found: Counted) -> dict[tuple[str, ...], tuple[str, list[int]]]:
    """By features: what forms their groups, and of how many texts it is known."""
    bases: dict[tuple[str, ...], tuple[str, list[int]]] = {}
    for i, group in enumerate(found.groups):
        features = tuple(column for column, _ in group)
        bases.setdefault(features, (found.by[i], [int(side[i]) for side in found.base]))
    return bases


def silent_rows(corpora: Corpora, found: Counted) -> tuple[SilentRow, ...]:
    """Texts that mention no group of any axis, then of each; or that there is no lexicon."""
    level, alone = corpora.settings.confidence, corpora.alone
    texts, real_texts = found.texts[0], 0 if alone else found.texts[1]
    if corpora.mentions is None:
        none = Estimate.unknown()
        return (
            SilentRow(
                (), None, "", corpora.language, 0, 0, 0, (), 0, 0, real_texts, texts, none, none,
                none, alone, 0,
            ),
        )  # fmt: skip
    axes = sorted(found.none[0], key=lambda axis: axis or "")
    made = np.array([found.none[0][axis] for axis in axes], dtype=np.int64)
    real = np.zeros_like(made) if alone else np.array([found.none[1][axis] for axis in axes])
    share, share_real = shares(made, texts, level), shares(real, real_texts, level)
    ratio = ratios(texts - made, texts, real_texts - real, real_texts, level)
    return tuple(
        SilentRow(
            group=(),
            attribute=axis,
            lexicon=corpora.mentions.lexicon.name,
            language=corpora.language,
            groups=found.of[axis],
            groups_real=0 if alone else found.named[1][axis],
            groups_synthetic=found.named[0][axis],
            unmentioned=_nowhere(corpora.mentions.groups, found, axis),
            real=int(real[i]),
            synthetic=int(made[i]),
            real_total=real_texts,
            synthetic_total=texts,
            real_share=share_real[i],
            synthetic_share=share[i],
            ratio=ratio[i] if not math.isinf(ratio[i].value) else Estimate.unknown(),
            alone=alone,
            fewest=found.fewest[axis],
        )
        for i, axis in enumerate(axes)
    )


def _nowhere(groups: Sequence[Group], found: Counted, axis: str | None) -> tuple[str, ...]:
    """Groups of an axis that no text mentions."""
    texts = dict(zip(found.groups, np.sum(found.there, axis=0).tolist(), strict=True))
    return tuple(
        name for ((column, name),) in groups if column == axis and not texts.get(((column, name),))
    )
