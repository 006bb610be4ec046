"""What ranked dots show of an answer: its groups, worst first, against the limits in force."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any

from audits.errors import UnknownNameError
from audits.estimates import Estimate, in_effect, number, percent
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer, Group, group_name
from audits.settings import Settings
from audits.visible import visible


def has_picture(answer: Answer) -> bool:
    """Whether an answer can be ranked."""
    return answer.question in _QUESTIONS


def ranking(answer: Answer, groups: Collection[Group] | None, most: int) -> Ranking:
    """Return the groups of an answer, or those of them that are named, worst first.

    Raises
    ------
    UnknownNameError
        If there is no picture for the question.
    """
    if not has_picture(answer):
        raise UnknownNameError("picture for the question", answer.question, list(_QUESTIONS))
    shown = [row for row in answer.rows if groups is None or row.group in groups]
    return _QUESTIONS[answer.question](answer, shown, most)


def _ranking(
    rows: Sequence[Any], most: int, alt: str, panels: Callable[[Sequence[Any]], tuple[Panel, ...]],
    known: Callable[[Any], bool],
) -> Ranking:  # fmt: skip
    drawn, rest = rows[:most], rows[most:]
    return Ranking(
        groups=tuple(row.group for row in drawn),
        rows=tuple((row.real, row.synthetic) for row in drawn),
        panels=panels(drawn),
        alt=alt,
        left_out=len(rest),
        left_out_unknown=sum(not known(row) for row in rest),
    )


def _name(row: Any) -> str:
    return visible(group_name(row.group))


# -- coverage --------------------------------------------------------------------------------------


def _coverage(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    settings = answer.settings
    watch = settings.share_watch
    rows = sorted(
        (row for row in shown if row.group),
        key=lambda row: (-math.inf if math.isnan(row.ratio.value) else row.ratio.value, row.group),
    )
    known = [row for row in rows if row.ratio.known]
    alt = "No group has a share to compare."
    if known:
        low = sum(row.ratio.high < watch for row in known)
        alt = (
            f"Of {len(rows)} groups, {low} have a share ratio whose whole interval lies below "
            f"{number(watch)}; the lowest is {_name(known[0])} at {known[0].ratio}, the highest "
            f"{_name(known[-1])} at {known[-1].ratio}."
        )

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "share among synthetic rows ÷ share among real rows",
                tuple(
                    Dot(row.ratio, _coverage_look(row.ratio, settings), _coverage_says(row))
                    for row in drawn
                ),
                (
                    Limit(settings.share_problem, f"problem {number(settings.share_problem)}"),
                    Limit(watch, f"watch {number(watch)}"),
                    Limit(1.0, "unchanged", solid=True),
                    Limit(1 / watch, f"watch {number(1 / watch)}"),
                ),
                band=(watch, 1 / watch),
                ends=(0.005, 50.0),
                log=True,
            ),
        )  # fmt: skip

    return _ranking(rows, most, alt, panels, lambda row: row.ratio.known)


def _coverage_says(row: Any) -> str:
    if row.ratio.known:
        return number(row.ratio.value)
    return "invented" if row.synthetic else "in neither table"


def _coverage_look(ratio: Estimate, settings: Settings) -> Look:
    if not ratio.known:
        return Look("not enough evidence", "no ratio")
    if ratio.high < settings.share_problem:
        return Look("problem", "interval below the problem limit")
    if ratio.high < settings.share_watch:
        return Look("watch", "interval below the watch limit")
    if ratio.low > 1 / settings.share_watch:
        return Look("over", "interval above the watch limit")
    return Look("ok", "interval reaches between the limits")


# -- drift -----------------------------------------------------------------------------------------


def _drift(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    settings = answer.settings
    worst = _worst_columns(answer)

    def moved(row: Any) -> float:
        apart = (row.auc.value - 0.5) / max(settings.auc_problem - 0.5, 1e-9)
        column = _in_limits(worst.get(row.group), settings).value
        return max((v for v in (apart, column) if not math.isnan(v)), default=-math.inf)

    rows = sorted(shown, key=lambda row: (-moved(row), row.group))
    known = sorted((row for row in rows if row.auc.known), key=lambda row: -row.auc.value)
    alt = "No group has rows enough to tell real from synthetic."
    if known:
        limit = settings.auc_watch
        apart = sum(row.auc.low > limit for row in known)
        alt = (
            f"Of {len(rows)} groups, {apart} are told apart with a chance above {number(limit)}, "
            f"by the whole interval; the most is {_name(known[0])} with {known[0].auc}."
        )

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            _apart(drawn, settings),
            _moved([worst.get(row.group) for row in drawn], settings),
        )

    return _ranking(rows, most, alt, panels, lambda row: row.auc.known or row.group in worst)


def _apart(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.auc_watch, settings.auc_problem
    return Panel(
        "chance of telling rows apart",
        tuple(Dot(row.auc, _above(row.auc, watch, problem), _or_few(row.auc)) for row in rows),
        (
            Limit(0.5, "guessing", solid=True),
            Limit(watch, f"watch {number(watch)}"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(0.5, watch),
        ends=(0.0, 1.02),
    )


def _moved(columns: Sequence[Any], settings: Settings) -> Panel:
    """The worst column of each group, in units of its problem limit."""
    dots = []
    for column in columns:
        if column is None:
            unknown = Estimate.unknown()
            dots.append(Dot(unknown, _above(unknown, 0, 0), "no column to compare"))
            continue
        limits = (_limit(column, settings, name) for name in ("watch", "problem"))
        unit = "SD" if column.measure == "shift" else "of people"
        dots.append(
            Dot(
                _in_limits(column, settings), _above(column.shift, *limits),
                f"{number(column.shift.value)} {unit}", visible(column.attribute),
            )
        )  # fmt: skip
    return Panel(
        "worst column ÷ its limit",
        tuple(dots),
        (Limit(1.0, "problem"),),
        band=(0.0, 0.0),
        ends=(0.0, 20.0),
        room=124.0,
        shows=(0.0,),
    )


def _worst_columns(answer: Answer) -> dict[Group, Any]:
    found: dict[Group, Any] = {}
    rows: tuple[Any, ...] = answer.tables.get("columns", ())
    known = [row for row in rows if row.shift.known]
    for row in sorted(known, key=lambda row: _in_limits(row, answer.settings).value):
        found[row.group] = row
    return found


def _limit(column: Any, settings: Settings, name: str) -> float:
    measure = "shift" if column.measure == "shift" else "drift"
    return float(getattr(settings, f"{measure}_{name}"))


def _in_limits(column: Any, settings: Settings) -> Estimate:
    if column is None:
        return Estimate.unknown()
    limit, shift = _limit(column, settings, "problem"), column.shift
    return Estimate(shift.value / limit, shift.low / limit, shift.high / limit)


def _above(value: Estimate, watch: float, problem: float) -> Look:
    if not value.known:
        return Look("not enough evidence", "too few rows")
    if value.low > problem:
        return Look("problem", "interval above the problem limit")
    if value.low > watch:
        return Look("watch", "interval above the watch limit")
    return Look("ok", "interval reaches below the limits")


def _or_few(value: Estimate) -> str:
    return number(value.value) if value.known else "too few rows"


# -- diversity -------------------------------------------------------------------------------------


def _diversity(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    watch, problem = answer.settings.sameness_watch, answer.settings.sameness_problem
    rows = sorted(
        shown,
        key=lambda row: (math.inf if math.isnan(row.index.value) else -row.index.value, row.group),
    )
    known = [row for row in rows if row.index.known]
    alt = "No group has a variety to compare."
    if known:
        lost = sum(row.index.low > watch for row in known)
        most_lost = known[0].index
        alt = (
            f"Of {len(rows)} groups, {lost} have lost more than {percent(watch)} of their variety, "
            f"by the whole interval; the most is {_name(known[0])} with "
            f"{percent(most_lost.value)} ({percent(most_lost.low)} to {percent(most_lost.high)})."
        )

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "share of variety lost (negative: gained)",
                tuple(
                    Dot(
                        row.index, _above(row.index, watch, problem),
                        percent(row.index.value) if row.index.known else "too few rows",
                    )
                    for row in drawn
                ),
                (
                    Limit(0.0, "unchanged", solid=True),
                    Limit(watch, f"watch {percent(watch)}"),
                    Limit(problem, f"problem {percent(problem)}"),
                ),
                band=(-math.inf, watch),
                ends=(-1.0, math.inf),
                percent=True,
            ),
        )  # fmt: skip

    return _ranking(rows, most, alt, panels, lambda row: row.index.known)


# -- provenance ------------------------------------------------------------------------------------


def _provenance(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    settings = answer.settings
    limit = settings.support_watch
    rows = sorted(
        shown, key=lambda row: (math.inf if math.isnan(row.basis) else row.basis, row.group)
    )
    known = [row for row in rows if _basis(row).known]
    alt = "No group has synthetic rows that rest on anybody."
    if known:
        few = sum(row.basis < limit for row in known)
        first = known[0]
        alt = (
            f"Of {len(rows)} groups, {few} rest in effect on fewer than {limit} real people; the "
            f"fewest is {_name(first)}, where {first.synthetic:,} synthetic rows rest in effect "
            f"on {in_effect(first.basis)} of {first.real:,} real people."
        )

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (
            Panel(
                "real people that the rows rest on in effect",
                tuple(
                    Dot(_basis(row), _people_look(row, settings), _on(row), people=float(row.real))
                    for row in drawn
                ),
                (
                    Limit(settings.basis_problem, f"problem {settings.basis_problem}"),
                    Limit(settings.support_problem, f"{settings.support_problem} people"),
                    Limit(limit, f"watch {limit}"),
                ),
                band=(float(limit), math.inf),
                ends=(0.1, math.inf),
                log=True,
            ),
        )

    return _ranking(rows, most, alt, panels, lambda row: _basis(row).known)


def _basis(row: Any) -> Estimate:
    """The effective people; unknown where nothing can rest on anybody."""
    known = row.real > 0 and row.synthetic > 0
    estimate: Estimate = row.effective_people if known else Estimate.unknown()
    return estimate


def _people_look(row: Any, settings: Settings) -> Look:
    if not _basis(row).known:
        return Look("not enough evidence", "nothing to rest on")
    if row.basis < settings.basis_problem:
        return Look("problem", "in effect: below the problem limit")
    if row.basis < settings.support_watch:
        return Look("watch", "in effect: below the watch limit")
    return Look("ok", "in effect: above the limits")


def _on(row: Any) -> str:
    if _basis(row).known:
        return in_effect(row.basis)
    return "no synthetic row" if row.synthetic == 0 else "rests on nobody"


_QUESTIONS: dict[str, Callable[[Answer, Sequence[Any], int], Ranking]] = {
    "coverage": _coverage,
    "drift": _drift,
    "diversity": _diversity,
    "provenance": _provenance,
}
