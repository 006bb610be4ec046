"""Generations of texts: do they narrow from one generation to the next?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.chained_texts import Loss
from audits.formulas.forecast import collapse_excess, decay
from audits.formulas.generation_steps import slowing_p
from audits.formulas.ratios import koopman
from audits.formulas.share_tests import two_proportion_fisher_lost
from audits.questions import text_generations_verdicts
from audits.questions.text_generations_rows import TextGenerationsRow, TextGenerationStepRow
from audits.questions.text_generations_steps import Followed, Follower, index_of
from audits.questions.text_generations_texts import compared
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Generations of texts"
ASKS = "Do texts narrow from generation to generation?"
SETTINGS = (
    "loss_watch",
    "loss_problem",
    "half_life_watch",
    "half_life_problem",
    "sameness_watch",
    "sameness_problem",
    "share_problem",
    "support_problem",
    "fewest_texts",
    "chain_texts",
    "chain_words",
    "chain_tokens",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": TextGenerationsRow, "steps": TextGenerationStepRow}

Floats = NDArray[np.float64]
_NAN = float("nan")
_LATER = 4  # generations from which on the steps after the first show a rate of their own


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Follow the texts of every group from generation 0 to the last."""
    texts = compared(corpora)
    follower = Follower(corpora, texts)
    groups: list[Row] = []
    steps: list[Row] = []
    names = corpora.groups.names
    for g in range(len(names)):
        if g and not follower.counts[0][g] and not follower.counts[-1][g]:
            continue  # there for a while only
        found = follower.group(g)
        groups.append(_row(follower, found))
        steps += found.steps
        corpora.progress("text_generations", (g + 1) / len(names))
    return {"groups": tuple(groups), "steps": tuple(steps)}


class _Trend(NamedTuple):
    """What the steps of one group say."""

    decay: Estimate
    half_life: Estimate
    later: Estimate
    increments: int
    recent: float
    slowing: float
    collapsed_at: int | None


def _trend(variety: Floats, confidence: float) -> _Trend:
    """Rate and half-life from the steps; and what the steps after the first show."""
    found = decay(variety, confidence=confidence)
    ends = np.flatnonzero(~(variety > 0))
    losses = -np.diff(np.log(variety[: ends[0]] if len(ends) else variety))
    later = decay(variety[1:], confidence=confidence) if len(variety) > _LATER else None
    return _Trend(
        decay=Estimate(*found.rate),
        half_life=Estimate(*found.half_life),
        later=Estimate.unknown() if later is None else Estimate(*later.rate),
        increments=found.increments,
        recent=float(losses[len(losses) // 2 :].mean()) if len(losses) else _NAN,
        slowing=slowing_p(losses),
        collapsed_at=found.collapsed_at,
    )


def _row(follower: Follower, found: Followed) -> TextGenerationsRow:
    confidence = follower.settings.confidence
    first, last = found.steps[0], found.steps[-1]
    end = max(found.followed - 1, 0)
    loss = found.losses[end] if end else Loss(_NAN, _NAN, _NAN)
    trend = _trend(found.variety, confidence)
    parents = _parents(found, trend.increments)
    return TextGenerationsRow(
        group=first.group,
        real=first.rows,
        synthetic=last.rows,
        real_texts=first.of,
        synthetic_texts=last.of,
        compared=first.compared,
        chains=found.chains,
        linked=follower.texts.linked,
        generations=len(found.steps) - 1,
        matched=follower.texts.matched,
        apart=1.0,
        share_first=first.share,
        share_last=last.share,
        share_ratio=_ratio(first, last, confidence),
        variety_first=first.variety,
        variety_last=found.steps[end].variety,
        index=index_of(loss, confidence),
        index_log_ratio=loss.log_ratio,
        index_error=loss.error,
        index_freedom=loss.freedom,
        at_once=found.steps[1].index,
        **trend._asdict(),
        parents=parents,
        excess=_times(trend.decay, parents),
        extinct_at=_extinct(found),
        extinct_p=_extinct_p(first, last),
        too_few_from=found.followed if found.followed < len(found.steps) else None,
        moved=found.steps[end].moved if end else _NAN,
        own=found.steps[end].own if end else _NAN,
        words_first=first.words,
        words_last=last.words,
    )  # fmt: skip


def _ratio(
    first: TextGenerationStepRow, last: TextGenerationStepRow, confidence: float
) -> Estimate:
    """Share of the last generation over that of generation 0."""
    if first.rows == 0:
        return Estimate.unknown()
    low, high = koopman(last.rows, last.of, first.rows, first.of, confidence=confidence)
    value = last.rows / last.of / (first.rows / first.of)
    return Estimate(value, float(np.asarray(low)), float(np.asarray(high)))


def _parents(found: Followed, increments: int) -> float:
    """Texts per generation: the harmonic mean over the generations that were drawn from."""
    rows = np.array([step.rows for step in found.steps[: max(increments, 1)]], dtype=float)
    return float(np.asarray(collapse_excess(1.0, rows)))


def _extinct(found: Followed) -> int | None:
    """Return the generation from which on the group has no text, if it had one in generation 0."""
    alive = np.flatnonzero([step.rows > 0 for step in found.steps])
    if len(alive) == 0 or alive[0] > 0 or alive[-1] == len(found.steps) - 1:
        return None
    return int(alive[-1]) + 1


def _extinct_p(first: TextGenerationStepRow, last: TextGenerationStepRow) -> float:
    """Chance that no text is left in the last generation, had the group kept its share."""
    return float(np.asarray(two_proportion_fisher_lost(first.rows, first.of, last.of)))


def _times(rate: Estimate, factor: float) -> Estimate:
    return Estimate(rate.value * factor, rate.low * factor, rate.high * factor)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how much variety its texts lost, how fast, and how far they moved."""
    return text_generations_verdicts.judge(tables, settings)
