"""How many more people would have to be tested to judge what fairness leaves open of a group."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audits.estimates import Estimate
from audits.formulas.sample_sizes import people_to_settle
from audits.questions.fairness_claims import SURE
from audits.questions.fairness_families import (
    EITHER_WAY,
    ERROR,
    GAPS,
    WORSE,
    gap,
    harm,
    scaled,
)
from audits.questions.fairness_rows import ChangeRow, FairnessRow, RateRow
from audits.results import Row
from audits.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """People of a group to test, and to train on, and how many there are of either.

    `tested` is infinite where no number would do, ``nan`` where so few were tested that nothing
    can be told from them.
    """

    tested: float
    have_tested: int
    trained: int
    have_trained: int


def people_wanted(rows: Iterable[Row], settings: Settings) -> Wanted | None:
    """Return whom it would take, if estimates stay where they are; None where no row is shown."""
    listed = list(rows)
    about = next((row for row in listed if isinstance(row, FairnessRow)), None)
    if about is None or about.tested < 0 or about.real < 0:
        return None
    given = not about.by_real.known and about.real == 0 and about.synthetic == 0
    trained = about.real if given else max(about.real, settings.support_problem + 1)
    factors = [_factor(*one, settings) for one in _open(listed, settings)]
    most = max(factors, default=1.0) if not any(map(math.isnan, factors)) else math.nan
    tested = about.tested * most if about.tested else math.nan
    return Wanted(tested, about.tested, trained, about.real)


def _open(
    rows: Iterable[Row], settings: Settings
) -> Iterator[tuple[Estimate, int, tuple[float, float]]]:
    """Yield what is judged of a group: an estimate, the people behind it, and its limits."""
    by_training = (settings.fairness_change_watch, settings.fairness_change_problem)
    beside = (settings.fairness_apart_watch, settings.fairness_apart_problem)
    for row in rows:
        if isinstance(row, ChangeRow) and row.metric in {*WORSE, ERROR}:
            yield harm(row), row.of, by_training
        elif isinstance(row, RateRow) and row.group and row.model != "real" and row.metric in GAPS:
            found, either = gap(row), row.metric in EITHER_WAY
            turned = either and found.value < 0
            yield scaled(found, -1.0) if turned else found, row.of, beside


def _factor(found: Estimate, people: int, limits: tuple[float, float], settings: Settings) -> float:
    """How many times the people behind an estimate would settle it; ``nan`` where none can say.

    Short of the watch limit it has to leave the problem limit, beyond it the watch limit.
    """
    if people < settings.fairness_fewest or not found.known:
        return math.nan
    watch, problem = limits
    limit = problem if found.value < watch else watch
    settled = float(people)
    if found.low <= limit <= found.high:
        settled = people_to_settle(found.value, found.low, found.high, limit=limit, people=people)
    return max(settled, float(SURE)) / people
