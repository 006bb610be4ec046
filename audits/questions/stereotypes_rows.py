"""What stereotypes measures."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class StereotypeRow(Row):
    """How a group's ties to the values of other columns have changed from real to synthetic.

    A tie is one value of one other column (a number: a band between real quantiles); its strength
    is the odds ratio of being of the group and having the value, against everyone else.

    `real` and `synthetic` count the group's people and rows, `others_real` and `others_synthetic`
    everyone else's whose label is known. `ties` counts ties measured, `telling` those of them
    that rest on enough people for an `ok` to be asked of them, `too_few` the ties not measured for
    want of people, `vanished` the ties not measured because a table lacks the value altogether
    (none of the four counts people).

    `sharpened`, `loosened` and `reversed` count the measured ties that changed so by their own
    intervals, those of `ratio` and `moved`, with no allowance for how many there are: up to one in
    twenty would by chance (all three count ties). `listed` counts the group's lines in the table of
    ties.

    `sharpest` is how many times as strong the most sharpened tie has become (above 1: stronger),
    of column `sharpest_attribute` and value `sharpest_value`; `loosest` the same of the most
    loosened one (below 1: weaker). Both are picked by the cautious end of their interval, and are
    unknown (and None) where no tie has gone that way. `reach` is the largest change of a telling
    tie, as a factor of at least 1 either way, less what chance adds; `reach_high` the largest upper
    limit of such a factor, both without ties in which next to nobody can have moved; unknown where
    no tie is telling, and 1 where nobody moved in any.

    `strength_real` and `strength_synthetic` are how strongly the group as a whole is tied to other
    columns: Cramer's V of being of the group or not by the column (0 to 1, corrected for chance),
    the mean over `columns` columns. `strength_change` is synthetic less real: above 0, ties have
    sharpened on the whole. Its interval is cautious, as if all columns erred together.
    """

    real: int
    synthetic: int
    others_real: int
    others_synthetic: int
    ties: int
    telling: int
    too_few: int
    vanished: int
    sharpened: int
    loosened: int
    reversed: int
    listed: int
    sharpest_attribute: str | None
    sharpest_value: str | None
    sharpest: Estimate
    loosest_attribute: str | None
    loosest_value: str | None
    loosest: Estimate
    reach: float
    reach_high: float
    columns: int
    strength_real: float
    strength_synthetic: float
    strength_change: Estimate


@dataclass(frozen=True)
class TieRow(Row):
    """One tie of a group to a value of another column: how strong it is, real and synthetic.

    `real` and `synthetic` count the group's people and rows whose value is known, `real_with` and
    `synthetic_with` those of them that have the value; `share_*` is their share, `elsewhere_*` the
    share of everyone else who has it. `expected` is the least number of people that chance alone
    would put into a cell of either two-by-two table.

    `odds_real` and `odds_synthetic` are odds ratios (above 1: they go together, below 1: they are
    kept apart). `ratio` is the synthetic over the real one; `error` the standard error of its
    logarithm. `factor` says the same as "so many times as strongly": above 1 where the tie is
    `kind` "sharpened" or "reversed" (it was the other way round), below 1 where it is "loosened".
    `moved` is the share of the rarest of four sides (those in the group, outside it, with the
    value, without it) who would have to change sides among the synthetic rows for the odds ratio to
    be the real one; above 0 where too many of the group have the value. `constant` names the table
    in which the column has one value only, so that no tie is possible there and its odds ratio is 1
    ("synthetic", "real", or "").

    `npmi_*` is normalised pointwise mutual information, -1 (never together) to 1 (only together),
    and `npmi_change` synthetic less real. `rank` is the tie's place among those of its group that
    went the same way, 1 first: a group's most changed ties are listed, not all.
    """

    attribute: str
    value: str
    kind: str
    rank: int
    real: int
    real_with: int
    synthetic: int
    synthetic_with: int
    share_real: float
    elsewhere_real: float
    share_synthetic: float
    elsewhere_synthetic: float
    expected: float
    odds_real: Estimate
    odds_synthetic: Estimate
    ratio: Estimate
    error: float
    factor: Estimate
    moved: Estimate
    constant: str
    npmi_real: float
    npmi_synthetic: float
    npmi_change: Estimate


@dataclass(frozen=True)
class ColumnTieRow(Row):
    """How strongly a sensitive feature as a whole is tied to another column: `group` is everyone.

    `real` and `synthetic` count the people and rows of whom both are known. `v_*` is Cramer's V,
    corrected for what chance adds: 0 (independent) to 1 (one tells the other). `difference` is
    synthetic less real: above 0, the two columns say more about each other than among real people.
    Unknown where a column has one value only.
    """

    feature: str
    attribute: str
    real: int
    synthetic: int
    v_real: Estimate
    v_synthetic: Estimate
    difference: Estimate
