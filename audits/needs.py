"""What could not be judged, and how many people it would take to judge it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audits.estimates import Estimate, percent
from audits.formulas.detectable import people_to_detect
from audits.formulas.sample_sizes import people_to_settle
from audits.questions.copying_rows import CopyingRow
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.fairness_needs import people_wanted
from audits.questions.plausibility_rows import PlausibilityRow
from audits.questions.stereotypes_rows import StereotypeRow
from audits.questions.words import synthetic_rows
from audits.results import Audit, Finding, Group, Row, Verdict
from audits.settings import Settings

_POWER = 0.8
_TOO_MANY = 1_000_000  # people; more are no plan
_FEWEST = 10  # rows on either side below which no question judges


_NOT_BY_PEOPLE = {
    "generations": "more generations, or more rows in each, by which its loss could be followed",
    "text_generations": "more generations, or more texts in each, by which it could be followed",
}
"""Questions that no number of real people would settle, and what would."""
_MORE_ROWS = (
    "more of its rows in every table, the holdout among them, so that copies are counted better"
)
_BY_ROWS = "more synthetic rows would settle it; where a ratio is asked for, more real people, too"
_TABLES = {"fairness": ("groups", "changes", "rates")}
_BY_INTERVAL = ("copying", "plausibility", "stereotypes")
_TOO_FEW_TO_TELL = "many more people: so few tell nothing"


@dataclass(frozen=True)
class Unjudged:
    """A finding of not enough evidence, and the real people by whom it could be judged.

    `people` is None where no number of people would do (too few synthetic rows, or an estimate that
    lies on the limit); `more` is how many beside those there are.
    """

    finding: Finding
    people: int | None
    more: int | None
    says: str


def needs(audit: Audit) -> tuple[Unjudged, ...]:
    """Everything that could not be judged, those that need the fewest people more first.

    The numbers suppose that estimates stay where they are while intervals narrow, and, in drift,
    that a move of the watched size is to be noticed four times in five.
    """
    by_group = _rows(audit)
    found = [
        _needed(
            finding,
            by_group.get((finding.question, finding.group), []),
            audit.settings,
            hiding=audit.min_cell > 0,
        )
        for finding in audit.findings
        if finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    ]
    return tuple(
        sorted(found, key=lambda one: math.inf if one.more is None else one.more)  # stable
    )


def _rows(audit: Audit) -> dict[tuple[str, Group], list[Row]]:
    wanted = {f.group for f in audit.findings if f.verdict is Verdict.NOT_ENOUGH_EVIDENCE}
    rows: dict[tuple[str, Group], list[Row]] = {}
    for name, answer in audit.answers.items():
        for table in _TABLES.get(name, ("groups", "attributes")):
            for row in answer.tables.get(table, ()):
                if row.group in wanted:
                    rows.setdefault((name, row.group), []).append(row)
    return rows


def _needed(finding: Finding, rows: list[Row], settings: Settings, *, hiding: bool) -> Unjudged:
    if finding.question == "fairness":
        return _of_fairness(finding, rows, settings)
    counted = [row for row in rows if hasattr(row, "real")]
    if not counted:
        by_rows = finding.question == "quotas" and finding.evidence
        return Unjudged(finding, None, None, _BY_ROWS if by_rows else "its numbers are not shown")
    row: Any = counted[0]
    real, synthetic = int(row.real), int(row.synthetic)
    if synthetic < _FEWEST:
        says = f"{synthetic_rows(synthetic)}: more people would not help, more rows would"
        return Unjudged(finding, None, None, says)
    if says := _no_number(finding, rows, real, settings):
        hidden = hiding and says == _TOO_FEW_TO_TELL
        return Unjudged(finding, None, None, "its numbers are not shown" if hidden else says)
    needed = max(_FEWEST, _by_question(finding, rows, real, synthetic, settings))
    if finding.question != "coverage":
        needed = max(needed, settings.support_problem + 1)
    if not needed <= _TOO_MANY:
        return Unjudged(finding, None, None, _hopeless(finding))
    people = int(needed)
    more = max(people - real, 0)
    if more == 0:
        says = "not for want of people: the estimate lies too close to a limit"
        return Unjudged(finding, None, None, says)
    return Unjudged(finding, people, more, f"about {people:,} real people, {more:,} more")


def _of_fairness(finding: Finding, rows: list[Row], settings: Settings) -> Unjudged:
    """Whom it would take to test, and to train on: fairness is settled by people tested."""
    wanted = people_wanted(rows, settings)
    if wanted is None:
        return Unjudged(finding, None, None, "its numbers are not shown")
    if math.isnan(wanted.tested):
        says = "more people to test, of either label: so few tell nothing"
        return Unjudged(finding, None, None, says)
    if not wanted.tested <= _TOO_MANY:
        return Unjudged(finding, None, None, _hopeless(finding))
    people = math.ceil(wanted.tested - 1e-9)
    more, taught = people - wanted.have_tested, wanted.trained - wanted.have_trained
    if more == 0 and taught == 0:
        says = "not for want of people to test: an estimate lies too close to a limit"
        return Unjudged(finding, None, None, says)
    says = f"about {people:,} real people to test, {more:,} more" if more else ""
    if taught:
        says += (
            f"{' and ' if says else ''}{wanted.trained:,} real people to train on, {taught:,} more"
        )
    return Unjudged(finding, max(people, wanted.have_tested), more + taught, says)


def _no_number(finding: Finding, rows: list[Row], real: int, settings: Settings) -> str:
    """What it would take, where no number of real people alone would settle a finding."""
    if finding.question == "copying" and real > settings.support_problem:
        return _MORE_ROWS
    if finding.question in _BY_INTERVAL and not any(_tells(one, settings) for one in rows):
        return _TOO_FEW_TO_TELL
    return _NOT_BY_PEOPLE.get(finding.question, "")


def _tells(row: Row, settings: Settings) -> bool:
    """Whether a row has an interval that people would narrow."""
    return any(estimate.known for estimate, _ in _judged_by(row, settings))


def _hopeless(finding: Finding) -> str:
    if finding.question == "drift":
        return "no number of people would do with so few synthetic rows"
    return "the estimate lies so close to a limit that no number of people would settle it"


def _by_question(
    finding: Finding, rows: list[Row], real: int, synthetic: int, settings: Settings
) -> float:
    if finding.question == "drift":
        return detecting(settings, synthetic)[0]
    return max(_settled(row, real, settings) for row in _meant(finding, rows))


def _meant(finding: Finding, rows: Iterable[Row]) -> list[Row]:
    """The rows that a finding speaks of: one column's, or all of the group."""
    own = [row for row in rows if getattr(row, "attribute", None) == finding.attribute]
    return own or list(rows)


def _settled(row: Row, real: int, settings: Settings) -> float:
    """People by whom a row's intervals would leave the nearest limit that each reaches over."""
    return max((_clear(*one, real) for one in _judged_by(row, settings)), default=0.0)


def _clear(estimate: Estimate, limits: tuple[float, float], real: int) -> float:
    reached = [limit for limit in limits if estimate.low <= limit <= estimate.high]
    if not reached:
        return 0.0
    nearest = min(reached, key=lambda limit: abs(limit - estimate.value))
    needed = people_to_settle(
        estimate.value, estimate.low, estimate.high, limit=nearest, people=real
    )
    return 0.0 if math.isnan(needed) else needed


def _judged_by(row: Row, settings: Settings) -> list[tuple[Estimate, tuple[float, float]]]:
    """What of a row is held against which limits."""
    if isinstance(row, CoverageRow):
        return [(row.ratio, (settings.share_problem, settings.share_watch))]
    if isinstance(row, AttributeDiversityRow | GroupDiversityRow):
        return [(row.index, (settings.sameness_watch, settings.sameness_problem))]
    if isinstance(row, CopyingRow):
        return [
            (row.excess, (settings.copied_watch, settings.copied_problem)),
            (row.near_copies, (settings.near_copies_watch, settings.near_copies_problem)),
        ]
    if isinstance(row, PlausibilityRow):
        return [(row.excess, (settings.implausible_watch, settings.implausible_problem))]
    if isinstance(row, StereotypeRow):
        reach = Estimate(*(math.log(v) for v in (row.reach, 1.0, row.reach_high)))
        return [(reach, (math.log(settings.tie_watch), math.log(settings.tie_problem)))]
    return []


def detecting(settings: Settings, synthetic: float) -> tuple[float, str]:
    """People by whom a watched move of a share would be noticed, and that in words."""
    needed = float(
        people_to_detect(
            settings.drift_watch / 0.5, synthetic, power=_POWER, confidence=settings.confidence
        )
    )
    moved = percent(settings.drift_watch)
    return needed, f"a share that moved by {moved} would be noticed four times in five"
