"""What likeness of texts measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class TextLikenessRow(Row):
    """How alike the texts of a group sound, beside its real texts or (`alone`) other groups'.

    `similarity` and `beside` are mean cosines of two texts, 0 to 1, and `ratio` the first over the
    second. `used` and `used_beside` count the texts that were long enough, and drawn: the first
    `words` of each are compared, within each of `prompts` prompts (0 where prompts are no part of
    it). `groups_beside` are the other groups behind `inherited` or, `alone`, behind all.
    `with_identities` is the ratio when words that name identities stay in. `index` is the
    share of dissimilarity lost. `floor` is the ratio that chance makes of two samples of the real
    texts. `inherited` is how alike the real texts of the group are, beside those of other groups.
    `embedded_index` is the share of dissimilarity lost by embeddings.
    """

    real: int
    synthetic: int
    alone: bool
    used: int
    used_beside: int
    groups_beside: int
    words: int
    prompts: int
    similarity: Estimate
    beside: Estimate
    ratio: Estimate
    log_ratio: float
    error: float
    freedom: float
    with_identities: Estimate
    index: Estimate
    floor: float
    inherited: Estimate
    embedded: Estimate
    embedded_beside: Estimate
    embedded_index: Estimate


@dataclass(frozen=True)
class TextVarietyRow(Row):
    """One further measure of a group's variety, in draws of `texts` texts of `words` words each.

    `ratio` is the synthetic value over the one it is held against: the group's real texts, or
    (`alone`) the mean of other groups'.
    """

    measure: str
    real: int
    synthetic: int
    alone: bool
    texts: int
    words: int
    value: Estimate
    beside: Estimate
    ratio: Estimate
