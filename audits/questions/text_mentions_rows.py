"""What mentions measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class MentionRow(Row):
    """In how many texts a group is there: by the label of the text, or because it is mentioned.

    `by` is "mention", "label", or "everyone". `real` and `synthetic` count texts, among
    `real_total` and `synthetic_total`; `real_share` and `synthetic_share` are the shares, `ratio`
    the synthetic one over the real one. `alone` says that there are no real texts.

    `real_base` and `synthetic_base` count the texts that can be held against a population: those
    that mention any group of the same axes, or have a label at all. `representation` is the
    group's share among them, real, over `reference_share`; `representation_synthetic` likewise.
    `fewest` is the smallest number of texts, above none, that follows from these bases.
    """

    by: str
    real: int
    synthetic: int
    real_total: int
    synthetic_total: int
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    real_base: int
    synthetic_base: int
    reference_share: float | None
    representation: Estimate
    representation_synthetic: Estimate
    labelled: bool
    alone: bool
    fewest: int


@dataclass(frozen=True)
class SilentRow(Row):
    """Texts that mention nobody: no group of an axis, or (`attribute` None) of any.

    `real` and `synthetic` count them, `real_share` and `synthetic_share` are their shares. `ratio`
    is the share of synthetic texts that do mention somebody over that of real texts.
    `groups_real` and `groups_synthetic` count the groups mentioned of the `groups` in the lexicon;
    `unmentioned` names those of the axis that no text mentions, real or synthetic.
    Without a lexicon for the language, `lexicon` is empty and nothing is counted. `fewest` is the
    smallest number of texts, above none, that follows from these and from the groups' counts.
    """

    attribute: str | None
    lexicon: str
    language: str
    groups: int
    groups_real: int
    groups_synthetic: int
    unmentioned: tuple[str, ...]
    real: int
    synthetic: int
    real_total: int
    synthetic_total: int
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    alone: bool
    fewest: int


@dataclass(frozen=True)
class GenderedRow(Row):
    """Pronouns and nouns that say the gender of a person: whose they are.

    `attribute` is "pronouns", "nouns" or "pronouns and nouns". `real` and `synthetic` count the
    texts that mention the group so, `mentions_real` and `mentions_synthetic` the mentions, of
    `all_real` and `all_synthetic` of all genders; `real_share` and `synthetic_share` are the
    shares of mentions, with intervals for texts that repeat themselves. `fewest` is the smallest
    number of mentions or texts, above none, that follows from all of these rows.
    """

    attribute: str
    real: int
    synthetic: int
    mentions_real: int
    mentions_synthetic: int
    all_real: int
    all_synthetic: int
    real_share: Estimate
    synthetic_share: Estimate
    alone: bool
    fewest: int


@dataclass(frozen=True)
class TermRow(Row):
    """A term that means people only in some places: how often it occurs, and was taken to.

    Unlike elsewhere, occurrences are counted, not texts.
    """

    term: str
    candidates_real: int
    accepted_real: int
    candidates_synthetic: int
    accepted_synthetic: int
