"""What debris measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class DebrisExampleRow(Row):
    """A piece of a synthetic text that is broken or repeated.

    `attribute` is the kind of debris, `row` the row of the text, counted from 1, `mentions` the
    groups it is of, as feature=value. Texts that copy real ones are never among them.
    """

    attribute: str
    row: int
    text: str
    mentions: tuple[str, ...]


@dataclass(frozen=True)
class DebrisRow(Row):
    """Texts of a group that are broken or repeated, real and synthetic.

    `attribute` is a kind of debris, None for any of them. `hits_real` and `hits_synthetic` count
    such texts among `real` and `synthetic`; `more` is the synthetic share less the real one.
    `elsewhere` is the share among the synthetic texts of all others, `times` how many times as
    often it falls on the group, `times_p` the probability of so many by chance. `most` is the kind
    that most of the synthetic texts are of, and `most_hits` how many. `alone` says that there are
    no real texts. `fewest` is the smallest number of texts, above none, that follows from the rows
    of groups with the same features.
    """

    attribute: str | None
    real: int
    synthetic: int
    hits_real: int
    hits_synthetic: int
    real_share: Estimate
    synthetic_share: Estimate
    more: Estimate
    elsewhere: float
    times: Estimate
    times_p: float
    most: str | None
    most_hits: int
    alone: bool
    fewest: int
