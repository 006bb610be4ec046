"""Mentions ranked: the share of texts of every group over what it was, or what a population has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.pictures.arranging import Told, arranged, counted, name
from audits.pictures.panels import Dot, Look, Panel, Ranking
from audits.pictures.ranked_coverage import share_look, share_panel
from audits.results import Answer

_REAL = "share among synthetic texts ÷ share among real texts"
_POPULATION = "synthetic texts ÷ reference population"
_PLAIN = "share of the synthetic texts"


def text_mentions(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return every group but everyone, the lowest ratio first."""
    every = [row for row in shown if row.group]
    sides = [name for name in ("ratio", "representation_synthetic")
             if any(getattr(row, name).known for row in every)]  # fmt: skip
    rows = sorted(every, key=lambda row: _order(row, sides))
    told = Told("Who is missing from the texts", _alt(rows, sides, answer), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        titles = {"ratio": _REAL, "representation_synthetic": _POPULATION}
        made = tuple(
            share_panel(titles[side], tuple(_dot(row, side, answer) for row in drawn), answer)
            for side in sides
        )
        return made or (_plain(drawn),)

    return arranged(rows, most, told, panels, lambda row: bool(_known(row, sides)))


def _known(row: Any, sides: Sequence[str]) -> list[Estimate]:
    """What is known of a group: ratios, or, where no group has one, its share."""
    found = [getattr(row, side) for side in sides] or [row.synthetic_share]
    return [one for one in found if one.known]


def _order(row: Any, sides: Sequence[str]) -> tuple[Any, ...]:
    known = _known(row, sides)
    if known and sides:
        return (0, min(one.value for one in known), row.group)
    return (1, -float(row.synthetic), row.group)


def _dot(row: Any, side: str, answer: Answer) -> Dot:
    ratio = getattr(row, side)
    if not ratio.known or math.isinf(ratio.value):
        return Dot(Estimate.unknown(), Look("not enough evidence", "no ratio"), _says(row, side))
    look = share_look(ratio, answer.settings)
    return Dot(ratio, look, number(ratio.value), tells=f"ratio {ratio}; {counted(row)} texts")


def _says(row: Any, side: str) -> str:
    if side != "ratio":
        return "none due" if row.reference_share is None else "no rate"
    if row.real < 0 or row.synthetic < 0:
        return "hidden"
    if row.real:
        return "too few for a rate"
    return "invented" if row.synthetic else "in neither"


def _plain(rows: Sequence[Any]) -> Panel:
    look = Look("not enough evidence", "nothing to compare with")
    dots = tuple(
        Dot(row.synthetic_share, look, percent(row.synthetic_share.value))
        if row.synthetic_share.known
        else Dot(row.synthetic_share, look, "hidden")
        for row in rows
    )
    return Panel(_PLAIN, dots, (), band=(0.0, 0.0), ends=(0.0, 1.0), percent=True)


def _beside(row: Any) -> str:
    return counted(row) if not row.alone else f"{row.synthetic:,} synthetic"


def _alt(rows: Sequence[Any], sides: Sequence[str], answer: Answer) -> str:
    watch = answer.settings.share_watch
    if not sides:
        most = max(rows, key=lambda row: (row.synthetic, row.group), default=None)
        return (
            f"Of {len(rows)} groups, the most texts mention {name(most)}: {most.synthetic:,}."
            if most is not None and most.synthetic > 0
            else "No group is mentioned in the texts."
        )
    side = sides[0]
    known = sorted(
        (row for row in rows if getattr(row, side).known),
        key=lambda row: (getattr(row, side).value, row.group),
    )
    low = sum(getattr(row, side).high < watch for row in known)
    first, last = known[0], known[-1]
    return (
        f"Of {len(rows)} groups, {low} have a ratio of shares whose whole interval lies below "
        f"{number(watch)}; the lowest is {name(first)} at {number(getattr(first, side).value)}, "
        f"the highest {name(last)} at {number(getattr(last, side).value)}."
    )
