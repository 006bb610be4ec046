"""What a weighting says of itself: that it creates nobody, and where not to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from audits.estimates import number, percent
from audits.formulas.raking import Raked
from audits.questions.words import capital, listed
from audits.results import group_name
from audits.reweighting.targets import Target

if TYPE_CHECKING:
    from audits.reweighting.weighing import Weighting

_RAISED = 1.1  # share after over share before, from which it is said that nobody was added
_SAID = 6
_OFF = 1e-6  # distance from a target, relative to it, that is said


def says(made: Weighting) -> tuple[str, ...]:
    """Say of the groups that count for more than they are that they are as few as before."""
    raised = [
        row for row in made.margins if row.rows and row.after > _RAISED * row.before and row.group
    ]
    raised.sort(key=lambda row: (-row.after / row.before, row.group))
    what, one_of = "rows" if made.synthetic else "people", {"rows": "row", "people": "person"}
    said = []
    for row in raised[:_SAID]:
        one = row.rows == 1
        who = one_of[what] if one else what
        said.append(
            f"The {row.rows:,} {group_name(row.group)} {who} now "
            f"count{'s' if one else ''} for {percent(row.after)} of the table and "
            f"{'is' if one else 'are'} still {row.rows:,}."
        )
    if len(raised) > _SAID:
        left = len(raised) - _SAID
        said.append(f"So it is with {left:,} more {'group' if left == 1 else 'groups'}.")
    worth = f"{made.effective:,.0f}" if made.effective >= 10 else number(made.effective)
    all_ = f"1 {one_of[what]} is" if made.rows == 1 else f"{made.rows:,} {what} are"
    said.append(
        f"Weights create no people: {all_} worth {worth} "
        f"(design effect {number(made.design_effect)})."
    )
    return tuple(said)


def warnings(made: Weighting, *, missing: int) -> tuple[str, ...]:
    """Say where the weights rest on too little, and what they leave undone."""
    settings, what = made.settings, "rows" if made.synthetic else "people"
    found = []
    if made.design_effect > settings.design_effect_watch:
        found.append(
            f"The design effect is {number(made.design_effect)}: uncertainty is that of "
            f"{made.effective:,.0f} {what}, not of {made.rows:,}."
        )
    if made.spread == float("inf"):
        found.append(f"More than half of the {what} weigh nothing.")
    elif made.spread > settings.weight_spread_watch:
        found.append(
            f"The largest weight is {number(made.spread)} times the median: a few {what} speak for "
            "many. Trim the weights, join groups, or collect people."
        )
    small = sorted(
        (row for row in made.margins if 0 < row.rows < settings.weight_cell_least and row.target),
        key=lambda row: (row.rows, row.group),
    )
    if small:
        names = listed([f"{group_name(row.group)} ({row.rows})" for row in small])
        found.append(
            f"Fewer than {settings.weight_cell_least} {what} carry the share of {names}: one of "
            "them more or fewer would move everything."
        )
    return (*found, *_undone(made, missing, what))


def _undone(made: Weighting, missing: int, what: str) -> list[str]:
    worst = max(made.margins, key=lambda row: (row.error, row.group))
    has = f"{group_name(worst.group)} has {percent(worst.after)} where {percent(worst.target)}"
    moved = max(abs((row.trimmed or 0.0) - row.target) for row in made.margins)
    found = []
    if made.cap is not None and moved < _OFF:
        found.append(f"No weight was above {number(made.cap)} times the mean: nothing was cut.")
    elif made.cap is not None:
        found.append(
            f"Weights were trimmed at {number(made.cap)} times the mean, which moved shares by up "
            f"to {percent(moved)} of the table; raked again, {has} is due."
        )
    elif made.error > _OFF:
        found.append(f"After {made.sweeps} sweeps {has} is due: not quite met.")
    dropped = sum(cell.rows for cell in made.cells if cell.weight == 0)
    if dropped:
        found.append(
            f"{dropped:,} {what} get the weight 0, as the reference has nobody of their groups."
        )
    if missing:
        found.append(
            f"{missing:,} {what} lack a value to be weighed by; as a whole they keep their weight."
        )
    return found


def cannot_be_met(targets: Sequence[Target], found: Raked) -> str:
    """Say which share cannot be met together with the others, and that empty cells are why."""
    worst: tuple[float, str] = (0.0, "")
    for target in targets:
        held = np.bincount(target.codes, weights=found.mass, minlength=len(target.shares))
        share = held / held.sum()
        for i, group in enumerate(target.groups):
            if target.shares[i] > 0:
                off = float(abs(share[i] - target.shares[i]) / target.shares[i])
                text = f"{group_name(group)} would have {percent(float(share[i]))} where "
                text += f"{percent(float(target.shares[i]))} is due"
                worst = max(worst, (off, text))
    names = " and ".join(target.name for target in targets)
    return capital(
        f"no weights meet the shares of {names} at once: after {found.sweeps} sweeps {worst[1]}. "
        "Combinations that would be needed have no row. Join groups, use fewer columns, or "
        "collect people of these combinations (audits plan)."
    )
