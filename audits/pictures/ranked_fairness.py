"""Fairness ranked: what training on synthetic rows costs each group, and how well it is served."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer, Group
from audits.settings import Settings

ERROR = "mean absolute error"
_NO_RATE = Look("not enough evidence", "not known")
Changes = dict[Group, Any]


def fairness(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups that lose most by training on synthetic rows first.

    Of a model trained elsewhere there is no such loss: then those served worst come first.
    """
    settings = answer.settings
    task = next(iter(answer.tables.get("task", ())), None)
    trained = getattr(task, "trained_real", 1) != 0
    errors = _errors(answer)

    def first(row: Any) -> float:
        if 0 <= row.tested < settings.fairness_fewest:
            return math.inf
        loss = harm(row, errors) if trained else _badness(row)
        return math.inf if math.isnan(loss.value) else -loss.value

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        served = _served(drawn, settings)
        if not trained:
            return (served,)
        lost = _lost(drawn, errors, settings)
        return (lost, served) if any(row.by_synthetic.known for row in shown) else (lost,)

    rows = sorted(shown, key=lambda row: (first(row), row.group))
    title = "Whom a model trained on the synthetic rows serves worse"
    told = Told(
        title if trained else "How well the model serves each group",
        _alt(rows, errors, settings, trained=trained),
        _beside,
        lambda row: (row.tested, row.positives) if not trained else (row.tested, row.real),
        ("tested", "trained" if trained else "positive"),
    )
    return arranged(rows, most, told, panels, lambda row: _main(row, trained=trained).known)


def _main(row: Any, *, trained: bool) -> Estimate:
    found: Estimate = row.change if trained else row.by_synthetic
    return found


def _badness(row: Any) -> Estimate:
    found: Estimate = row.by_synthetic
    sign = 1.0 if row.metric == ERROR else -1.0
    return Estimate(sign * found.value, found.low, found.high)


def _errors(answer: Answer) -> float:
    """The error among everyone by the model trained on real rows, as a unit of changes of it."""
    whole = next((row for row in answer.rows if not row.group), None)
    return float(getattr(whole, "by_real", Estimate.unknown()).value)


def harm(row: Any, errors: float) -> Estimate:
    """How much worse a group is served: accuracy lost, or error gained as a share of it."""
    loss: Estimate = row.loss
    if row.metric != ERROR:
        return loss
    unit = row.by_real.value if row.by_real.known else errors
    if not loss.known or not unit > 0:
        return Estimate.unknown()
    return Estimate(loss.value / unit, loss.low / unit, loss.high / unit)


def _lost(rows: Sequence[Any], errors: float, settings: Settings) -> Panel:
    watch, problem = settings.fairness_change_watch, settings.fairness_change_problem
    numeric = any(row.metric == ERROR for row in rows)
    return Panel(
        "error gained, of that by real rows" if numeric else "accuracy lost",
        tuple(_loss(row, harm(row, errors), settings) for row in rows),
        (
            Limit(0.0, "no change", "solid"),
            Limit(watch, f"watch {percent(watch)}", "dot"),
            Limit(problem, f"problem {percent(problem)}"),
        ),
        band=(-math.inf, watch),
        ends=(-0.5, 1.0),
        percent=True,
    )


def _loss(row: Any, found: Estimate, settings: Settings) -> Dot:
    if not found.known or 0 <= row.tested < settings.fairness_fewest:
        return Dot(Estimate.unknown(), _NO_RATE, why(row, settings))
    watch, problem = settings.fairness_change_watch, settings.fairness_change_problem
    return Dot(found, _look(row, found, (watch, problem)), percent(found.value),
               tells=_tells(row, settings))  # fmt: skip


def _look(row: Any, found: Estimate, limits: tuple[float, float]) -> Look:
    if row.state:
        return Look("not enough evidence", "too few people, or not trained on")
    if found.low > limits[1]:
        return Look("problem", "interval above the problem limit")
    if found.low > limits[0]:
        return Look("watch", "interval above the watch limit")
    return Look("ok", "interval reaches below the limits")


def _served(rows: Sequence[Any], settings: Settings) -> Panel:
    """What the model trained on synthetic rows does, and beside it the one trained on real rows."""
    numeric = any(row.metric == ERROR for row in rows)
    given = not any(row.by_real.known for row in rows)
    title = "mean absolute error" if numeric else "accuracy"
    return Panel(
        title if given else f"{title} by synthetic",
        tuple(_dot(row, settings) for row in rows),
        (),
        band=(-math.inf, math.inf) if numeric else (0.0, 1.0),
        ends=(0.0, math.inf if numeric else 1.0),
        percent=not numeric,
    )


def _dot(row: Any, settings: Settings) -> Dot:
    found = row.by_synthetic
    if not found.known or 0 <= row.tested < settings.fairness_fewest:
        return Dot(Estimate.unknown(), _NO_RATE, why(row, settings))
    few = bool(row.state)
    look = (
        Look("not enough evidence", "too few people, or not trained on")
        if few
        else Look("ok", "interval reaches below the limits")
    )
    return Dot(found, look, _written(row, found.value), tells=_tells(row, settings))


def why(row: Any, settings: Settings) -> str:
    """Say why a group has no rate."""
    if row.tested < 0:
        return "hidden"
    if row.tested == 0:
        return "nobody tested"
    if row.tested < settings.fairness_fewest:
        return "too few tested"
    return "not known" if row.state else "hidden"


def _written(row: Any, value: float) -> str:
    return number(value) if row.metric == ERROR else percent(value)


def _tells(row: Any, settings: Settings) -> str:
    if not row.by_synthetic.known:
        return f"{why(row, settings)}; {_beside(row)}"
    said = f"{row.metric} {_written(row, row.by_synthetic.value)}"
    if row.by_real.known:
        said += f" trained on synthetic rows, {_written(row, row.by_real.value)} on real rows"
    return f"{said}; {_beside(row)}"


def _beside(row: Any) -> str:
    tested = "tested: hidden" if row.tested < 0 else f"{row.tested:,} tested"
    if not row.by_real.known and row.real <= 0:
        return tested
    return f"{tested}, {row.real:,} real trained on" if row.real >= 0 else tested


def _alt(rows: Sequence[Any], errors: float, settings: Settings, *, trained: bool) -> str:
    known = [row for row in rows if _main(row, trained=trained).known]
    if not known:
        return "No group has enough tested people to say how well a model serves it."
    worst = known[0]
    if not trained:
        value = _written(worst, worst.by_synthetic.value)
        return (
            f"How well the model serves {len(rows)} groups; worst served is {name(worst)}, with "
            f"{'an error' if worst.metric == ERROR else 'an accuracy'} of {value}."
        )
    watch = settings.fairness_change_watch
    many = sum(harm(row, errors).low > watch for row in known)
    return (
        f"Of {len(rows)} groups, {many} are served worse by more than {percent(watch)} when the "
        f"model is trained on synthetic rows, by the whole interval; {name(worst)} stands first "
        f"with {percent(harm(worst, errors).value)}."
    )
