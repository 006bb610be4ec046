"""Fairness in a report: whom a model trained on the synthetic rows serves worse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.estimates import percent
from audits.pictures.mixing import mixed, mixing
from audits.pictures.model import Picture
from audits.reports.document_material import short, whole
from audits.reports.of_questions.fairness_tables import MAIN, TABLES
from audits.reports.of_questions.presentation import HOLDOUT, Presentation
from audits.results import Answer
from audits.settings import Settings


def _lead(answer: Answer) -> tuple[str, ...]:
    """What was predicted, on whom it was tested, and what else must be known."""
    task: Any = next(iter(answer.tables.get("task", ())), None)
    if task is None:
        return ()
    of = f", positive where it is {task.positive!r}" if task.positive else ""
    who = "given predictions" if task.learner == task.tested_on else f"by {task.learner}"
    said = f"Predicted: {task.target} ({task.kind}{of}), {who}"
    tested = f"; tested on {whole(task.tested)} real people" if task.tested >= 0 else ""
    from_ = "" if "given" in task.tested_on else f" ({task.tested_on})"
    leaks = f"Columns that tell the target almost alone: {task.leaks}." if task.leaks else ""
    first = f"{said}{tested}{from_ if tested else ''}."
    return tuple(text for text in (short(first, 600), leaks, task.remark) if text)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "A model is trained on the synthetic rows, and the same kind of model on as many real "
        f"rows, {settings.fairness_rounds:,} times on other draws; all are tested on the same real "
        "people, whom none was trained on (TSTR beside TRTR). The difference is paired: it holds "
        "the people tested and the draws of training rows (Newcombe 1998). A loss of accuracy or "
        f"of true positives, or a rise of false positives, is watched from "
        f"{percent(settings.fairness_change_watch)} and a problem from "
        f"{percent(settings.fairness_change_problem)}.",
        "Each group's rate is set beside everyone else's. A gap is watched from "
        f"{percent(settings.fairness_apart_watch)} and a problem from "
        f"{percent(settings.fairness_apart_problem)}, the latter only where the synthetic rows "
        "made or widened it. Which gap matters is not for numbers to say: equal selection "
        "(demographic parity) and equal errors (equalized odds) can hardly hold at once where "
        "groups differ in how often they have the label. The widest of many gaps is wide by luck "
        "already, so that the gap that luck alone would show stands beside it.",
        f"Below {settings.fairness_fewest:,} people in a denominator counts are shown and no rate; "
        "below 30 nothing is found to be in order. Labels that moved in a group beyond everyone "
        f"else's move are watched from {percent(settings.label_watch)} and a problem from "
        f"{percent(settings.label_problem)}. Slices are found by search, so that the worst seems "
        "worse than it is; they are watched at the most. A mitigation moves errors between people "
        "and adds no real person to a group.",
    )


def _pictures(answer: Answer, width: float) -> Sequence[tuple[Picture, str]]:
    """How well groups are served by mixtures of real and synthetic rows."""
    if not mixed(answer).curves:
        return []
    said = (
        "How well models trained on real rows and more and more synthetic rows serve everyone and "
        "the groups that lose most"
    )
    return [(mixing(answer, width=width), said)]


PRESENTATION = Presentation(
    about="whom a model trained on the synthetic rows serves worse",
    bad=("is served worse, or set apart, by a model", "are served worse, or set apart, by a model"),
    caption="What each group loses when a model is trained on synthetic instead of real rows, and "
    "how well it then is served; the largest loss on top",
    main=MAIN,
    further=TABLES,
    lead=_lead,
    methods=_methods,
    pictures=_pictures,
    terms=(
        (
            "Demographic parity",
            "Groups are given the positive label equally often, whatever they have.",
        ),
        (
            "Equalized odds",
            "Groups have equal true and equal false positive rates.",
        ),
        HOLDOUT,
        (
            "Label",
            "The value of the target column: what a model is to predict.",
        ),
        (
            "Selection rate",
            "The share of a group to whom a model gives the positive label.",
        ),
        (
            "Slice",
            "People alike in some columns, sensitive or not.",
        ),
        (
            "True and false positive rate",
            "Of those with the positive label, the share found; of those without, the share taken "
            "for people with it.",
        ),
        (
            "TSTR and TRTR",
            "Train on synthetic, test on real; and train on real, test on real.",
        ),
    ),
)  # fmt: skip
