"""What ranked dots are made of: looks, dots, limits, axes, and the groups they stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from audits.estimates import Estimate
from audits.pictures.marks import MarkName
from audits.results import Group


@dataclass(frozen=True)
class Look:
    """A dot's shape and colour, and what the legend says of them."""

    mark: MarkName
    says: str


@dataclass(frozen=True)
class Dot:
    """One value of a group, how it is written, and where the real people stand, if anywhere.

    An unknown value has no dot; `says` then is why. `about` stands behind the value, and `tells` is
    all of it for who points at the dot.
    """

    estimate: Estimate
    look: Look
    says: str
    about: str = ""
    people: float = math.nan
    tells: str = ""


@dataclass(frozen=True)
class Limit:
    """A line to compare with: solid where nothing is wrong, dashed or dotted where something is."""

    at: float
    says: str
    line: Literal["solid", "dash", "dot"] = "dash"

    @property
    def solid(self) -> bool:
        """Whether nothing is wrong here."""
        return self.line == "solid"


@dataclass(frozen=True)
class Panel:
    """One axis, its limits, the band in which nothing is wrong, and a dot per group.

    The axis holds what it `shows` in any case, and nothing beyond its `ends`; `room` is kept for
    what is written beside a dot.
    """

    title: str
    dots: tuple[Dot, ...]
    limits: tuple[Limit, ...]
    band: tuple[float, float]
    ends: tuple[float, float] = (-math.inf, math.inf)
    log: bool = False
    percent: bool = False
    room: float = 34.0
    shows: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Groups in order, with how many rows each has, and the panels they are shown in.

    `beside` is what stands beside a group's name where no column lists its rows; `heads` names the
    two counts of `rows`.
    """

    groups: tuple[Group, ...]
    rows: tuple[tuple[int, int], ...]
    panels: tuple[Panel, ...]
    alt: str
    title: str
    beside: tuple[str, ...]
    left_out: int
    left_out_unknown: int
    heads: tuple[str, str] = ("real", "synth.")
