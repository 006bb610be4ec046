"""What coverage measures in groups; `missing_cells` has the rest."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class CoverageRow(Row):
    """How many stand behind a group, and what became of its share.

    `ratio` is synthetic share over real share; `representation` real share over the share in the
    reference population, `representation_synthetic` likewise for the synthetic table.
    """

    real: int
    synthetic: int
    effective: float
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    linearised: float
    real_total: float
    synthetic_total: int
    reference_share: float | None
    representation: Estimate
    representation_synthetic: Estimate
    labelled: bool
    missing_share: float
