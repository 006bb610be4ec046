"""From numbers and limits to verdicts: one rule for every question, with its family of tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.formulas.multiplicity import benjamini_hochberg, holm
from audits.results import Verdict
from audits.settings import Settings

Floats = NDArray[np.float64]
_FIFTH = (("a fifth lower", 0.8), ("a quarter higher", 1.25))


@dataclass(frozen=True)
class Claims:
    """A family of statements of one kind: the larger `value`, the worse.

    `exceeds(limits)` gives the one-sided p value of "the truth is at most the limit", so a small
    one supports the accusation. Statements that are `capped` can never be `ok`, those `spared` are
    watched at the most. Where nothing is wrong the value is `neutral`; limits are moved by moving
    their distance from it.
    """

    value: Floats
    low: Floats
    high: Floats
    watch: Floats
    problem: Floats
    capped: NDArray[np.bool_]
    exceeds: Callable[[Floats], Floats]
    neutral: float = 0.0
    spared: NDArray[np.bool_] | None = None

    def moved(self, limit: Floats, factor: float) -> Floats:
        """Return a limit with its distance from neutral multiplied."""
        return self.neutral + (limit - self.neutral) * factor


def adjusted(p: Floats, settings: Settings) -> Floats:
    """Adjust a family of p values; nan stays nan and is not counted."""
    return np.asarray(holm(p) if settings.multiplicity == "holm" else benjamini_hochberg(p))


def verdicts(claims: Claims, settings: Settings, *, factor: float = 1.0) -> list[Verdict]:
    """Judge a family: a problem needs its whole interval, and its adjusted p, beyond the limit.

    `ok` needs the interval short of the problem limit and the value short of the watch limit;
    what is neither is not enough evidence. Unknown values are not enough evidence.
    """
    watch, problem = claims.moved(claims.watch, factor), claims.moved(claims.problem, factor)
    q = settings.false_discovery_rate
    sure_watch = adjusted(claims.exceeds(watch), settings) <= q
    sure_problem = adjusted(claims.exceeds(problem), settings) <= q
    with np.errstate(invalid="ignore"):
        is_problem = (claims.low >= problem) & sure_problem
        is_watch = (claims.low >= watch) & sure_watch
        is_ok = (claims.high < problem) & (claims.value < watch) & ~claims.capped
    called = is_problem if claims.spared is None else is_problem & ~claims.spared
    chosen = np.select([called, is_watch | is_problem, is_ok], [0, 1, 2], default=3)
    names = (Verdict.PROBLEM, Verdict.WATCH, Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE)
    return [names[i] for i in chosen]


def sensitivities(claims: Claims, settings: Settings) -> list[str]:
    """Say of each statement whether its verdict would flip if the limits moved by a fifth."""
    return flips(lambda factor: verdicts(claims, settings, factor=factor), "the limits were")


def flips(judged: Callable[[float], list[Verdict]], limits: str) -> list[str]:
    """Say of each verdict whether it is another where limits are moved by a factor."""
    now = judged(1.0)
    moved = {said: judged(by) for said, by in _FIFTH}
    texts = []
    for i, verdict in enumerate(now):
        others = [
            f"'{after[i].value}' if {limits} {said}"
            for said, after in moved.items()
            if after[i] is not verdict
        ]
        texts.append("flips: " + "; ".join(others) if others else "stable")
    return texts


def doubt(claims: Claims, found: list[Verdict], settings: Settings) -> list[str]:
    """Say of what is not sure how far it is: a clause for the end of its sentence, or nothing."""
    texts = []
    alone = claims.exceeds(claims.watch) <= settings.false_discovery_rate
    for i, verdict in enumerate(found):
        text = ""
        if verdict is Verdict.NOT_ENOUGH_EVIDENCE and claims.low[i] >= claims.watch[i]:
            text = ", as the interval says but not the p value"
            if alone[i]:
                text = f", sure by itself but not among {len(found):,} statements tested at once"
        elif verdict is Verdict.NOT_ENOUGH_EVIDENCE and claims.high[i] < claims.problem[i]:
            text = ", which rules a problem out but not the need to watch"
        texts.append(text)
    return texts


def judged(claims: Claims, settings: Settings) -> tuple[list[Verdict], list[str]]:
    """Verdict and sensitivity of every statement of a family."""
    if claims.value.size == 0:
        return [], []
    return verdicts(claims, settings), sensitivities(claims, settings)


def limits(of: float, size: int) -> Floats:
    """The same limit for every statement of a family."""
    return np.full(size, float(of))
